"""What is paid and what is invoiced belong together in pairs; whatever does not is named with its ids."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from casella.common.v1 import common_pb2 as common
from casella.invoicing.v1 import invoicing_pb2
from casella.payments.v1 import payments_pb2
from cli.ties import tie
from services.kit.cause_fields import period_of
from services.kit.causes import PeriodCause
from services.kit.wire import to_timestamp

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
DAY, DAY_BEFORE = common.Date(year=2026, month=3, day=2), common.Date(year=2026, month=3, day=1)


def euro(minor: int, currency: str = "EUR") -> common.Money:
    return common.Money(minor=minor, currency=currency)


def paid(order: str = "a", name: str = "r1", **fields: Any) -> payments_pb2.PaymentRequest:
    """EUR 12.81 for an order, paid an hour ago."""
    usual = {"total": euro(1281), "available_on": DAY, "paid_at": to_timestamp(NOW - timedelta(hours=1))}
    return payments_pb2.PaymentRequest(payment_request_id=name, order_id=order, **{**usual, **fields})


def invoice(order: str = "a", name: str = "i1", **fields: Any) -> invoicing_pb2.Document:
    """Its invoice."""
    usual = {"number": "2026/1", "date": DAY, "totals": common.Totals(gross=euro(1281))}
    said = {**usual, **fields}
    return invoicing_pb2.Document(document_id=name, order_id=order, **{"paid_on": said["date"], **said})


def proof(*other_days: payments_pb2.ConfirmedTransfer) -> payments_pb2.ProveLedgerResponse:
    """The ledger's, with transfers that the bank booked on another day than their record by hand."""
    return payments_pb2.ProveLedgerResponse(balanced=True, other_days=other_days)


def test_pairs_that_agree_are_no_finding() -> None:
    ties = tie([paid("a"), paid("b")], [invoice("b"), invoice("a")], NOW)
    assert (ties.payments, ties.invoices, ties.in_progress, ties.findings) == (2, 2, 0, [])
    assert tie([], [], NOW).findings == []


def test_a_period_is_tied_to_its_own_invoice_and_named_as_a_period() -> None:
    two, three = (period_of(PeriodCause(UUID(int=7), number)) for number in (2, 3))
    requests = [paid("", "r2", period=two), paid("", "r3", period=three)]
    assert tie(requests, [invoice("", "i3", period=three), invoice("", "i2", period=two)], NOW).findings == []
    (finding,) = tie(requests, [invoice("", "i3", period=three)], NOW).findings
    assert finding.startswith(f"period 2 of subscription {UUID(int=7)}: payment request r2")


@pytest.mark.parametrize(
    ("requests", "invoices", "said"),
    [
        ([paid()], [], ["order a", "payment request r1", "12.81 EUR", "no invoice"]),
        ([], [invoice()], ["order a", "no paid payment request", "invoice 2026/1 (i1)"]),
        ([paid()], [invoice(), invoice(name="i2", number="2026/2")], ["r1", "2026/1 (i1)", "2026/2 (i2)"]),
        ([paid(), paid(name="r2")], [invoice()], ["r1", "r2", "2026/1 (i1)"]),
        ([paid(total=euro(1280))], [invoice()], ["r1 of 12.80 EUR", "(i1) of 12.81 EUR", "the amounts differ"]),
        ([paid(total=euro(1281, "USD"))], [invoice()], ["r1 of 12.81 USD", "(i1) of 12.81 EUR", "the amounts differ"]),
        ([paid()], [invoice(date=DAY_BEFORE)], ["on 2026-03-02", "dated 2026-03-01", "another day"]),
        ([paid()], [invoice("b")], ["order a", "no invoice"]),
        ([], [invoice(due_on=DAY_BEFORE, paid_on=DAY)], ["no paid payment request", "(i1)", "paid on 2026-03-02"]),
    ],
)
def test_what_does_not_belong_together_is_named_with_its_ids(
    requests: list[payments_pb2.PaymentRequest], invoices: list[invoicing_pb2.Document], said: list[str]
) -> None:
    findings = tie(requests, invoices, NOW).findings
    for words in said:
        assert words in findings[0]


def test_an_invoice_abroad_that_nobody_has_paid_is_no_finding() -> None:
    ties = tie([], [invoice(due_on=DAY_BEFORE, paid_on=None)], NOW)
    assert (ties.unpaid, ties.findings) == (1, [])


def test_an_invoice_abroad_that_was_paid_later_is_tied_to_the_day_of_its_payment() -> None:
    accrued = invoice(due_on=DAY_BEFORE, date=DAY_BEFORE, paid_on=DAY)
    assert tie([paid()], [accrued], NOW).findings == []
    (finding,) = tie([paid(available_on=DAY_BEFORE)], [accrued], NOW).findings
    assert "dated 2026-03-01, paid on 2026-03-02" in finding


@pytest.mark.parametrize(("since", "found"), [(timedelta(minutes=9, seconds=59), 0), (timedelta(minutes=10), 1)])
def test_for_ten_minutes_an_invoice_may_not_know_of_its_payment(since: timedelta, found: int) -> None:
    accrued = invoice(due_on=DAY_BEFORE, date=DAY_BEFORE, paid_on=None)
    ties = tie([paid(paid_at=to_timestamp(NOW - since))], [accrued], NOW)
    assert (len(ties.findings), ties.in_progress) == (found, 1 - found)


def test_both_differences_of_one_pair_are_told() -> None:
    assert len(tie([paid(total=euro(1))], [invoice(date=DAY_BEFORE)], NOW).findings) == 2


@pytest.mark.parametrize(("since", "found"), [(timedelta(minutes=9, seconds=59), 0), (timedelta(minutes=10), 1)])
def test_for_ten_minutes_an_invoice_may_still_be_to_come(since: timedelta, found: int) -> None:
    ties = tie([paid(paid_at=to_timestamp(NOW - since))], [], NOW)
    assert (len(ties.findings), ties.in_progress) == (found, 1 - found)


def test_a_day_that_the_bank_contradicts_is_named_with_both_days_and_the_invoice() -> None:
    transfer = payments_pb2.ConfirmedTransfer(
        order_id="a", bank_reference="JJ1", amount=euro(1281), booked_on=DAY, bank_booked_on=DAY_BEFORE
    )
    (finding,) = tie([paid()], [invoice()], NOW, proof(transfer)).findings
    for words in (
        "order a: transfer JJ1 of 12.81 EUR was recorded by hand for 2026-03-02",
        "the bank booked it on 2026-03-01: invoice 2026/1 carries the first day, which is too late",
    ):
        assert words in finding
    period = period_of(PeriodCause(UUID(int=7), 2))
    of_period = payments_pb2.ConfirmedTransfer(period=period, amount=euro(1281), booked_on=DAY, bank_booked_on=DAY)
    (finding,) = tie([paid("", period=period)], [invoice("", period=period)], NOW, proof(of_period)).findings
    assert finding.startswith(f"period 2 of subscription {UUID(int=7)}: transfer ")
    assert "invoice 2026/1 carries" in finding
    just_paid = paid(paid_at=to_timestamp(NOW))
    assert "its invoice carries" in tie([just_paid], [], NOW, proof(transfer)).findings[0]


def test_an_invoice_that_came_before_its_money_is_noted_and_no_finding() -> None:
    transfer = payments_pb2.ConfirmedTransfer(
        order_id="a", bank_reference="JJ1", amount=euro(1281), booked_on=DAY_BEFORE, bank_booked_on=DAY
    )
    ties = tie([paid(available_on=DAY_BEFORE)], [invoice(date=DAY_BEFORE)], NOW, proof(transfer))
    assert ties.findings == []
    (note,) = ties.notes
    assert "the bank booked it on 2026-03-02: invoice 2026/1 carries the first day; an invoice may come first" in note


def test_an_invoice_in_a_later_month_than_a_part_of_its_money_is_a_finding() -> None:
    said = "payment request r1 is paid as of 2026-03-02, with money of 2026-02-27"
    proved = payments_pb2.ProveLedgerResponse(of_earlier_months=[said])
    assert tie([paid()], [invoice()], NOW, proved).findings == [said]


def test_a_wrong_invoice_is_found_at_once() -> None:
    just_now = to_timestamp(NOW)
    assert len(tie([paid(paid_at=just_now)], [invoice(date=DAY_BEFORE)], NOW).findings) == 1
    assert len(tie([paid(paid_at=just_now)], [invoice(), invoice(name="i2")], NOW).findings) == 1


def part(name: str = "m1", **fields: Any) -> payments_pb2.MoneyEntry:
    """EUR 5.00 of what order a asks for, invoiced a day ago."""
    advance = payments_pb2.Advance(
        payment_request_id="r1", decided_at=to_timestamp(NOW - timedelta(days=1)), amount=euro(500)
    )
    usual = {"available_on": DAY_BEFORE, "advance": advance}
    return payments_pb2.MoneyEntry(money_entry_id=name, **{**usual, **fields})


def part_invoice(**fields: Any) -> invoicing_pb2.Document:
    """Its invoice."""
    usual = {
        "number": "2026/2", "date": DAY_BEFORE, "totals": common.Totals(gross=euro(500)), "money_entry_id": "m1",
        "kind": invoicing_pb2.DOCUMENT_KIND_ADVANCE_INVOICE, "credited": euro(0),
    }  # fmt: skip
    return invoicing_pb2.Document(document_id="p1", order_id="a", **{**usual, **fields})


DEDUCTS = invoice(
    totals=common.Totals(gross=euro(781)),
    advances=[invoicing_pb2.DeductedAdvance(document_id="p1", number="2026/2", gross=euro(500))],
)
HOUR_AGO = to_timestamp(NOW - timedelta(hours=1))
PAID: dict[str, Any] = {
    "settlement": payments_pb2.MONEY_SETTLEMENT_ASSIGNED,
    "settled_to": "r1",
    "settled_at": HOUR_AGO,
}
CREDITED: dict[str, Any] = {
    "settlement": payments_pb2.MONEY_SETTLEMENT_CREDITED,
    "settled_to": "acc",
    "settled_at": HOUR_AGO,
}


def test_an_invoice_comes_to_what_was_paid_with_the_part_payments_that_it_deducts() -> None:
    ties = tie([paid()], [DEDUCTS, part_invoice(deducted_by="i1")], NOW, advances=[part(**PAID)])
    assert (ties.findings, ties.invoices) == ([], 2)
    (finding,) = tie([paid(total=euro(781))], [DEDUCTS], NOW).findings
    assert "7.81 EUR less 2026/2" in finding


def test_a_part_payment_whose_money_waits_or_goes_back_is_neither_deducted_nor_credited_yet() -> None:
    for fate in ({}, CREDITED):
        assert tie([], [part_invoice()], NOW, advances=[part(**fate)]).findings == []
    noted = part(**CREDITED)
    noted.advance.credited_at.CopyFrom(HOUR_AGO)
    assert tie([], [part_invoice(credited=euro(500))], NOW, advances=[noted]).findings == []


def test_what_was_decided_or_settled_a_moment_ago_may_be_on_its_way() -> None:
    moment = to_timestamp(NOW - timedelta(minutes=9))
    fresh = part()
    fresh.advance.decided_at.CopyFrom(moment)
    assert tie([], [], NOW, advances=[fresh]).findings == []
    assert tie([], [part_invoice()], NOW, advances=[part(**{**PAID, "settled_at": moment})]).findings == []


@pytest.mark.parametrize(
    ("entry", "document", "said"),
    [
        (part(), None, "has no invoice"),
        (None, part_invoice(), "payments knows no part payment"),
        (part(available_on=DAY), part_invoice(), "another day"),
        (part(), part_invoice(totals=common.Totals(gross=euro(499))), "the amounts differ"),
        (part(**PAID), part_invoice(), "no invoice deducts"),
        (part(**CREDITED), part_invoice(deducted_by="i1"), "invoice i1 deducts"),
        (part(**{**PAID, "settled_to": "r2"}), part_invoice(deducted_by="i1"), "has not paid what it names"),
        (part(), part_invoice(deducted_by="i1"), "invoice i1 deducts"),
    ],
)
def test_a_part_payment_that_does_not_agree_with_its_invoice_is_named(
    entry: payments_pb2.MoneyEntry | None, document: invoicing_pb2.Document | None, said: str
) -> None:
    (finding,) = tie([], [document] if document else [], NOW, advances=[entry] if entry else []).findings
    assert said in finding
    assert "m1" in finding or "2026/2" in finding


@pytest.mark.parametrize("fate", [{}, CREDITED, PAID])
def test_an_invoice_that_was_issued_unpaid_deducts_a_part_payment_whatever_becomes_of_its_money(
    fate: dict[str, Any],
) -> None:
    deducts = invoicing_pb2.Document.FromString(DEDUCTS.SerializeToString())
    deducts.due_on.CopyFrom(DAY_BEFORE)
    deducts.ClearField("paid_on")
    ties = tie([], [deducts, part_invoice(deducted_by="i1")], NOW, advances=[part(**fate)])
    assert (ties.findings, ties.unpaid) == ([], 1)


def test_of_an_invoice_that_was_given_up_the_part_payment_that_it_names_is_no_finding() -> None:
    assert tie([paid()], [DEDUCTS, part_invoice()], NOW, advances=[part(**PAID)]).findings == []


def test_of_what_was_invoiced_unpaid_a_later_part_payment_has_no_invoice() -> None:
    accrued = invoice(due_on=DAY_BEFORE, paid_on=None)
    assert tie([], [accrued], NOW, advances=[part()], accrued={"r1"}).findings == []
    assert len(tie([], [accrued], NOW, advances=[part()], accrued={"r2"}).findings) == 1


def test_a_part_payment_that_is_noted_as_credited_and_is_not_is_named() -> None:
    entry = part(**CREDITED)
    entry.advance.credited_at.CopyFrom(HOUR_AGO)
    (finding,) = tie([], [part_invoice(credited=euro(499))], NOW, advances=[entry]).findings
    assert "noted as credited, and is not" in finding
