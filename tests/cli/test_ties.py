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
    return invoicing_pb2.Document(document_id=name, order_id=order, **{**usual, **fields})


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
    ],
)
def test_what_does_not_belong_together_is_named_with_its_ids(
    requests: list[payments_pb2.PaymentRequest], invoices: list[invoicing_pb2.Document], said: list[str]
) -> None:
    findings = tie(requests, invoices, NOW).findings
    for words in said:
        assert words in findings[0]


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
    (finding,) = tie([paid()], [invoice()], NOW, [transfer]).findings
    for words in (
        "order a: transfer JJ1 of 12.81 EUR was recorded by hand for 2026-03-02",
        "the bank booked it on 2026-03-01: invoice 2026/1 carries the first day, which is too late",
    ):
        assert words in finding
    period = period_of(PeriodCause(UUID(int=7), 2))
    of_period = payments_pb2.ConfirmedTransfer(period=period, amount=euro(1281), booked_on=DAY, bank_booked_on=DAY)
    (finding,) = tie([paid("", period=period)], [invoice("", period=period)], NOW, [of_period]).findings
    assert finding.startswith(f"period 2 of subscription {UUID(int=7)}: transfer ")
    assert "invoice 2026/1 carries" in finding
    just_paid = paid(paid_at=to_timestamp(NOW))
    assert "its invoice carries" in tie([just_paid], [], NOW, [transfer]).findings[0]


def test_an_invoice_that_came_before_its_money_is_noted_and_no_finding() -> None:
    transfer = payments_pb2.ConfirmedTransfer(
        order_id="a", bank_reference="JJ1", amount=euro(1281), booked_on=DAY_BEFORE, bank_booked_on=DAY
    )
    ties = tie([paid(available_on=DAY_BEFORE)], [invoice(date=DAY_BEFORE)], NOW, [transfer])
    assert ties.findings == []
    (note,) = ties.notes
    assert "the bank booked it on 2026-03-02: invoice 2026/1 carries the first day; an invoice may come first" in note


def test_a_wrong_invoice_is_found_at_once() -> None:
    just_now = to_timestamp(NOW)
    assert len(tie([paid(paid_at=just_now)], [invoice(date=DAY_BEFORE)], NOW).findings) == 1
    assert len(tie([paid(paid_at=just_now)], [invoice(), invoice(name="i2")], NOW).findings) == 1
