"""The judge of a soak can fail: each thing that it proves is broken once here, and it says which."""

import ast
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from casella.common.v1 import common_pb2 as common
from casella.invoicing.v1 import invoicing_pb2
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from deploy.local.provision import ROOMS
from tests.cli.running import Ran
from tests.soak import proofs
from tests.soak.operator import offered
from tests.soak.proofs import Money, Rows
from tests.soak.rows import WATCHED

_SERVICES = Path(__file__).parents[2] / "services"
_INVOICE = invoicing_pb2.DOCUMENT_KIND_INVOICE
_ADVANCE = invoicing_pb2.DOCUMENT_KIND_ADVANCE_INVOICE
_CREDIT_NOTE = invoicing_pb2.DOCUMENT_KIND_CREDIT_NOTE
_DOMESTIC = common.TAX_TREATMENT_DOMESTIC
_RUNS, _CLOSING = ordering_pb2.SUBSCRIPTION_STATE_ACTIVE, ordering_pb2.SUBSCRIPTION_STATE_CLOSING
_NOW = Timestamp(seconds=1)
_DAY, _NEXT = common.Date(year=2026, month=12, day=3), common.Date(year=2027, month=1, day=3)


def document(number: str, **changed: Any) -> invoicing_pb2.Document:
    """An invoice of EUR 10.00 net, 12.20 gross, of an order of account A."""
    given: dict[str, Any] = {
        "document_id": f"id-{number}", "kind": _INVOICE, "number": number, "date": _DAY, "account_id": "A",
        "order_id": f"order-{number}", "totals": totals(1000, 220), "tax_treatment": _DOMESTIC,
    }  # fmt: skip
    return invoicing_pb2.Document(**given | changed)


def totals(net: int, vat: int) -> common.Totals:
    return common.Totals(net=eur(net), vat=eur(vat), gross=eur(net + vat))


def eur(minor: int) -> common.Money:
    return common.Money(minor=minor, currency="EUR")


def paid(order: str, minor: int = 1220) -> payments_pb2.PaymentRequest:
    return payments_pb2.PaymentRequest(account_id="A", order_id=order, total=eur(minor))


_TWO = (document("2026/1"), document("2026/2"))
_BALANCES = {"bank": 2940, "receivable": -2440, "credit": -500}


def test_every_cent_that_came_is_billed_or_held() -> None:
    assert Money.of(2940, _TWO, _BALANCES).wrong() == []
    one_more = Money.of(2941, _TWO, _BALANCES).wrong()
    assert one_more == ["money: 2941 came and stayed, but 2440 billed + 500 held - 0 lost"]
    assert Money.of(2940, _TWO[:1], _BALANCES).wrong() != []
    assert Money.of(2940, _TWO, _BALANCES | {"credit": -499}).wrong() != []


def test_what_was_forgiven_or_disputed_is_lost() -> None:
    assert Money.of(2440 - 300, _TWO, {"shortfall": 300}).wrong() == []
    assert Money.of(1220 - 2000, _TWO, {"disputed": 1220, "dispute_fees": 2000}).wrong() == []
    assert Money.of(1220, _TWO, {}).wrong() != []


def test_a_part_payment_counts_as_held_until_its_invoice_is_deducted() -> None:
    part = document("2026/3", kind=_ADVANCE, totals=totals(100, 22))
    credited = document(
        "2026/4", kind=_CREDIT_NOTE, totals=totals(100, 22), credit=invoicing_pb2.Credit(invoice_id=part.document_id)
    )
    assert Money.of(122, [part], {"suspense": -122}).wrong() == []
    assert Money.of(122, [part, credited], {"refunds": -122}).wrong() == []
    part.deducted_by = "id-2026/5"
    rest = document("2026/5", totals=totals(900, 198))
    assert Money.of(1220, [part, rest], {}).wrong() == []
    assert Money.of(122, [part], {"suspense": -122}).wrong() != []


def test_what_goes_back_and_is_not_credited_yet_counts_once() -> None:
    balances = {"refunds": -1220}
    going_back = [("order-2026/2", 1220)]
    assert Money.of(2440, _TWO, balances, going_back).wrong() == []
    assert Money.of(2440, _TWO, balances).wrong() != []
    part = document("2026/3", kind=_CREDIT_NOTE, credit=invoicing_pb2.Credit(invoice_id="id-of-a-part-payment"))
    assert Money.of(1220, [*_TWO, part], balances, going_back).wrong() == []
    note = document("2026/3", kind=_CREDIT_NOTE, credit=invoicing_pb2.Credit(invoice_id="id-2026/2"))
    assert Money.of(2440, [*_TWO, note], balances, going_back).wrong() == []


def test_what_is_owed_from_abroad_is_not_counted_before_it_is_paid() -> None:
    abroad = document("2026/1", due_on=_DAY)
    assert Money.of(0, [abroad], {}).wrong() == []
    abroad.paid_on.CopyFrom(_DAY)
    assert Money.of(0, [abroad], {}).wrong() != []


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        pytest.param(["2026/1", "2026/3"], "series 2026 lacks [2]", id="a gap"),
        pytest.param(["2026/1", "2026/2", "2026/2"], "has twice [2]", id="a number given out twice"),
        pytest.param(["2026/2"], "series 2026 lacks [1]", id="a series that does not begin"),
        pytest.param(["2027/1"], "2027/1 is dated in 2026", id="another year"),
    ],
)
def test_numbers_have_no_gap_and_come_once(numbers: list[str], told: str) -> None:
    proforma = document("P2026/2", kind=invoicing_pb2.DOCUMENT_KIND_PROFORMA)
    assert proofs.numbered([document("2026/2"), document("2026/1"), document("2027/1", date=_NEXT), proforma]) == []
    [wrong] = proofs.numbered([document(number) for number in numbers])
    assert told in wrong


def test_nothing_is_invoiced_twice() -> None:
    assert proofs.billed_once(_TWO) == []
    twice = [*_TWO, document("2026/3", order_id="order-2026/1")]
    assert proofs.billed_once(twice) == ["invoices: order-2026/1 was invoiced 2 times"]


def test_each_customer_has_paid_what_was_invoiced() -> None:
    both = [paid("order-2026/1"), paid("order-2026/2")]
    assert proofs.paid_as_billed(_TWO, both) == []
    told = "payments: account A has 2440 invoiced as TAX_TREATMENT_DOMESTIC and 1220 paid"
    assert proofs.paid_as_billed(_TWO, both[:1]) == [told]
    assert proofs.paid_as_billed(_TWO, [both[0], paid("order-2026/2", 1221)]) != []
    unbilled = proofs.paid_as_billed(_TWO, [*both, paid("order-3")])
    assert unbilled == ["payments: account A has 0 invoiced as TAX_TREATMENT_UNSPECIFIED and 1220 paid"]


def test_what_a_customer_has_paid_includes_the_part_payments_that_an_invoice_deducts_and_not_what_is_owed() -> None:
    rest = document("2026/1", totals=totals(900, 198), advances=[invoicing_pb2.DeductedAdvance(gross=eur(122))])
    assert proofs.paid_as_billed([rest], [paid("order-2026/1")]) == []
    unpaid = document("2026/2", due_on=_DAY)
    assert proofs.paid_as_billed([rest, unpaid], [paid("order-2026/1")]) == []
    assert proofs.paid_as_billed([unpaid], [paid("order-2026/2")]) != []


def test_each_sale_is_taxed_as_its_customer_wants_it() -> None:
    assert proofs.taxed(_TWO, {"A": _DOMESTIC}) == []
    [other_kind] = proofs.taxed(_TWO[:1], {"A": common.TAX_TREATMENT_REVERSE_CHARGE})
    assert "not TAX_TREATMENT_REVERSE_CHARGE with 220" in other_kind
    assert proofs.taxed([document("2026/1", totals=totals(1000, 219))], {}) != []
    wrong_sum = common.Totals(net=eur(1000), vat=eur(220), gross=eur(1221))
    assert proofs.taxed([document("2026/1", totals=wrong_sum)], {}) == ["tax: 2026/1 does not add up"]
    foreign = document("2026/1", tax_treatment=common.TAX_TREATMENT_OUTSIDE_EU)
    assert proofs.taxed([foreign], {}) != []


def test_what_has_its_sum_from_the_money_may_lie_a_cent_beside_its_rate() -> None:
    beside, two_beside = totals(1585, 348), totals(1585, 347)
    assert proofs.taxed([document("2026/1", totals=beside)], {}) != []
    deducting = document("2026/1", totals=beside, advances=[invoicing_pb2.DeductedAdvance(gross=eur(122))])
    for kind in (_CREDIT_NOTE, _ADVANCE):
        assert proofs.taxed([document("2026/1", kind=kind, totals=beside), deducting], {}) == []
        assert proofs.taxed([document("2026/1", kind=kind, totals=two_beside)], {}) != []


def test_an_operator_may_choose_italian_vat_for_want_of_a_proof() -> None:
    abroad = {"A": common.TAX_TREATMENT_OUTSIDE_EU}
    assert proofs.taxed(_TWO[:1], abroad) != []
    assert proofs.taxed(_TWO[:1], abroad, {"order:order-2026/1"}) == []
    ref = common.PeriodRef(period_id="P", subscription_id="S", number=2)
    assert proofs.taxed([document("2026/1", period=ref)], abroad, {"renewal:S:2"}) == []
    later = [_TWO[0], document("2026/2", period=ref)]
    assert proofs.taxed(later, abroad, {"order:order-2026/1"}) == []
    assert len(proofs.taxed([*later, document("2026/3")], abroad, {"order:order-2026/1"})) == 1
    untaxed = document("2026/1", totals=totals(1000, 0), tax_treatment=common.TAX_TREATMENT_OUTSIDE_EU)
    assert proofs.taxed([untaxed], abroad, {"order:order-2026/1"}) != []


def test_open_rows_have_a_date_and_a_workflow_and_workflows_an_open_row() -> None:
    rows = Rows(frozenset({"order:1", "trial:2"}), {}, frozenset())
    assert rows.wrong({"order:1", "trial:2"}) == []
    assert rows.wrong({"order:1"}) == ["rows: trial:2 has no running workflow"]
    assert rows.wrong({"order:1", "trial:2", "money:3"}) == ["rows: money:3 runs without an open row"]
    undated = Rows(frozenset(), {"orders": 1}, frozenset({"order:1"})).wrong(())
    assert undated == ["rows: 1 of orders are open without a next date", "rows: order:1 is past its date"]


def test_the_rows_that_are_read_are_those_that_the_rooms_watch() -> None:
    for room in ROOMS:
        code = [ast.parse(file.read_text()) for file in (_SERVICES / room).glob("*.py")]
        watched = {
            ast.unparse(rows).rpartition(".")[2]
            for node in (node for tree in code for node in ast.walk(tree))
            if isinstance(node, ast.keyword) and node.arg == "watched" and isinstance(node.value, ast.List)
            for rows in node.value.elts
        }
        read: tuple[Any, ...] = WATCHED.get(room, ())
        assert watched == {each.__name__ for each in read}, room


@pytest.mark.parametrize(
    ("contract", "access"),
    [
        pytest.param({"state": _RUNS}, mailboxes_pb2.ACCESS_STATE_UNLOCKED, id="runs"),
        pytest.param({"state": _RUNS, "suspended_at": _NOW}, mailboxes_pb2.ACCESS_STATE_SUSPENDED, id="in arrears"),
        pytest.param({"state": _CLOSING}, mailboxes_pb2.ACCESS_STATE_SUSPENDED, id="over"),
    ],
)
def test_whoever_has_paid_is_served_and_nobody_else(
    contract: dict[str, Any], access: mailboxes_pb2.AccessState
) -> None:
    subscription = ordering_pb2.Subscription(account_id="A", **contract)
    assert proofs.served([(subscription, access)]) == []
    unlocked, trial = mailboxes_pb2.ACCESS_STATE_UNLOCKED, mailboxes_pb2.ACCESS_STATE_TRIAL
    [wrong] = proofs.served([(subscription, trial if access == unlocked else unlocked)])
    assert wrong.startswith("service: account A has ACCESS_STATE_")


def test_no_email_comes_twice_and_no_document_in_two_emails() -> None:
    invoice, copy = "Fattura 2026/1: la tua copia di cortesia", "Fattura 2026/1: nuova copia di cortesia con i dati"
    proforma, short = "Proforma P2026/7: come pagare", "Proforma P2026/7: mancano ancora 5,00 €"
    well = [("<1>", invoice), ("<2>", copy), ("<3>", copy), ("<4>", proforma), ("<5>", short), ("<6>", short)]
    assert proofs.written_once(well) == []
    assert proofs.written_once([*well, ("<5>", short)]) == [f"email: {short} came twice"]
    for subject in (invoice, proforma, "Invoice 2026/2", "Nota di credito 2026/3 sulla fattura 2026/1"):
        twice = [("<7>", subject), ("<8>", subject)]
        assert proofs.written_once(twice) == [f"email: {subject} was written 2 times"]


def test_what_the_doctor_and_the_audit_find_is_told_and_so_is_that_they_could_not_look() -> None:
    assert proofs.examined(Ran(0, "  ok   all is well.\n note  something waits.\n", "")) == []
    assert proofs.examined(Ran(1, "  ok   fine.\nWRONG  money waits.\n", "")) == ["casella doctor: WRONG  money waits."]
    rejected = "WRONG  e-invoices that the SdI does not have, rejected or near their last day: 1: 2027/1 (…)\n"
    queue = "WRONG  money that pays nothing by itself: 1, the oldest since 2026-12-30 10:00 CET by Casella's clock.\n"
    assert proofs.examined(Ran(1, rejected + queue, "")) == []
    assert proofs.examined(Ran(1, f"{rejected}WRONG  money waits.\n", "")) == ["casella doctor: WRONG  money waits."]
    assert proofs.examined(Ran(1, "", "Traceback")) == ["casella doctor, 1: Traceback"]
    assert proofs.audited(Ran(0, "all is true", "")) == []
    assert proofs.audited(Ran(1, "", "Traceback")) == ["casella audit: Traceback"]


def test_what_a_page_offers_is_read_with_the_data_of_its_example() -> None:
    page = (
        "**What you may do** (More Actions):\n\n"
        '- `approve` ends what runs: `{"reason_code": "customer_asked"}`\n'
        '- `refuse` tells the customer why; one of a, b: `{"reason_code": "legal_claim"}`\n'
        "- `casella refund approve …` lets it leave\n"
    )
    assert offered(page) == {"approve": {"reason_code": "customer_asked"}, "refuse": {"reason_code": "legal_claim"}}
