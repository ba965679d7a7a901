"""What goes back and what is credited belong together in pairs of one sum; whatever does not is named with its ids."""

from datetime import timedelta
from typing import Any

import pytest

from casella.common.v1 import common_pb2 as common
from casella.invoicing.v1 import invoicing_pb2
from casella.payments.v1 import payments_pb2 as pb
from cli.refund_ties import RefundTies, tie_refunds
from services.kit.wire import from_date
from tests.cli.test_ties import DAY, DAY_BEFORE, euro, invoice, paid

TODAY = from_date(DAY)


def refund(minor: int = 500, **fields: Any) -> pb.Refund:
    """A refund after a withdrawal, made yesterday."""
    usual = {
        "refund_id": "f1", "payment_request_id": "r1", "amount": euro(minor), "state": pb.REFUND_STATE_DONE,
        "done_on": DAY_BEFORE, "reason_code": "withdrawal", "withdrawal_order_id": "a",
    }  # fmt: skip
    return pb.Refund(**{**usual, **fields})


def note(
    minor: int = 500, name: str = "n1", day: common.Date = DAY_BEFORE, remitted: int = 0
) -> invoicing_pb2.CreditNoteInfo:
    never_paid = euro(remitted) if remitted else None
    return invoicing_pb2.CreditNoteInfo(
        document_id=name, number=f"2026/{name}", date=day, gross=euro(minor), remitted=never_paid
    )


def dispute(minor: int = 500, **fields: Any) -> pb.Dispute:
    return pb.Dispute(payment_request_id="r1", state=pb.DISPUTE_STATE_LOST, withdrawn=euro(minor), **fields)


def tied(*each: pb.Refund | pb.Dispute | invoicing_pb2.CreditNoteInfo, **more: Any) -> RefundTies:
    """One paid and invoiced order with these."""
    notes = [one for one in each if isinstance(one, invoicing_pb2.CreditNoteInfo)]
    refunds = [one for one in each if isinstance(one, pb.Refund)]
    disputes = [one for one in each if isinstance(one, pb.Dispute)]
    return tie_refunds([paid()], [invoice(credit_notes=notes)], refunds, disputes, TODAY, **more)


@pytest.mark.parametrize(
    "each",
    [
        (),
        (refund(), note()),
        (refund(), note(876, remitted=376)),
        (refund(500), refund(700, refund_id="f2"), note(700, "n2"), note(500)),
        (refund(), refund(refund_id="f2"), note(), note(name="n2")),
        (refund(state=pb.REFUND_STATE_FAILED, done_on=None), note()),
        (refund(state=pb.REFUND_STATE_SENT, done_on=None),),
        (refund(means=pb.REFUND_MEANS_ACCOUNT_CREDIT, credited=euro(500)), note()),
        (refund(state=pb.REFUND_STATE_CANCELLED),),
        (refund(payment_request_id="", money_entry_id="m1"),),
        (dispute(credit_note_id="n1"), note()),
        (dispute(decision=pb.DISPUTE_DECISION_CLAIM),),
        (dispute(counted_as_refund=euro(495)), refund(495, means=pb.REFUND_MEANS_CHARGEBACK), note(495)),
    ],
)
def test_what_belongs_together_is_no_finding(each: tuple[Any, ...]) -> None:
    ties = tied(*each)
    assert (ties.findings, ties.notes, ties.in_progress) == ([], [], 0)


@pytest.mark.parametrize(
    ("each", "said"),
    [
        ((refund(),), ["order a: refund f1 of 5.00 EUR, made on 2026-03-01 (withdrawal)", "no credit note"]),
        ((refund(), note(499)), ["refund f1", "no credit note of that sum"]),
        ((refund(), refund(refund_id="f2"), note()), ["refund f2"]),
        (
            (refund(), note(remitted=376)),
            ["no credit note", "of which 3.76 EUR were never paid"],
        ),
        ((note(),), ["order a: credit note 2026/n1 (n1) of 5.00 EUR on invoice 2026/1", "no refund, credit or lost"]),
        ((refund(), note(), note(name="n2")), ["credit note 2026/n2"]),
        ((refund(state=pb.REFUND_STATE_CANCELLED), note()), ["credit note 2026/n1"]),
        ((dispute(counted_as_refund=euro(500)), refund(), note(), note(name="n2")), ["credit note 2026/n2"]),
    ],
)
def test_a_half_without_the_other_is_named_with_its_ids(each: tuple[Any, ...], said: list[str]) -> None:
    found = "\n".join(tied(*each).findings)
    for words in said:
        assert words in found


def test_of_two_refunds_of_one_sum_the_one_that_is_made_has_the_credit_note() -> None:
    made, on_its_way = refund(), refund(refund_id="f2", state=pb.REFUND_STATE_SENT, done_on=None)
    for refunds in ((made, on_its_way), (on_its_way, made)):
        assert tied(*refunds, note()).findings == []


def test_a_refund_has_no_credit_note_before_what_credit_had_paid_is_paid_out_too() -> None:
    half = refund(credited=euro(200), paid_out_by="f2")
    payout = refund(200, refund_id="f2", payment_request_id="", state=pb.REFUND_STATE_FAILED, done_on=None)
    assert tied(half, payout).findings == []
    payout.state = pb.REFUND_STATE_DONE
    payout.done_on.CopyFrom(DAY_BEFORE)
    assert len(tied(half, payout).findings) == 1
    assert tied(half, payout, note()).findings == []


@pytest.mark.parametrize("each", [refund(done_on=DAY), note(day=DAY)])
def test_until_the_day_is_over_the_other_half_may_be_still_to_come(each: Any) -> None:
    ties = tied(each)
    assert (ties.findings, ties.in_progress) == ([], 1)
    later = tie_refunds(
        [paid()],
        [invoice(credit_notes=[each] if isinstance(each, invoicing_pb2.CreditNoteInfo) else [])],
        [each] if isinstance(each, pb.Refund) else [],
        [],
        TODAY + timedelta(days=1),
    )
    assert len(later.findings) == 1


def test_a_refund_that_was_agreed_is_noted_because_a_credit_note_may_be_too_late() -> None:
    ties = tied(refund(withdrawal_order_id="", reason_code="goodwill"))
    assert ties.findings == []
    assert "(goodwill): no credit note of that sum; one may be due" in ties.notes[0]


def test_money_that_went_back_outside_by_an_operators_word_is_noted() -> None:
    assert tied(note()).alone == ["n1"]
    ties = tied(note(), outside={"n1"})
    assert ties.findings == []
    assert "by an operator's word" in ties.notes[0]


def test_nothing_is_credited_on_an_invoice_that_was_given_up() -> None:
    assert tied(refund(), given_up={"i1"}).findings == []


def test_a_credited_part_payment_is_no_credit_of_the_final_invoice() -> None:
    part = invoice(name="p1", kind=invoicing_pb2.DOCUMENT_KIND_ADVANCE_INVOICE, credit_notes=[note()])
    for invoices in ([invoice(), part], [part, invoice()]):
        assert tie_refunds([paid()], invoices, [], [], TODAY).findings == []
