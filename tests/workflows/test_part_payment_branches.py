"""The ways of short money that is invoiced as a part payment, led by a script on the real Temporal server."""

from typing import Any

import pytest
from google.protobuf.duration_pb2 import Duration
from temporalio.client import WorkflowUpdateFailedError

from casella.common.v1 import common_pb2, errors_pb2
from casella.invoicing.v1 import invoicing_pb2 as invoicing
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2 as pb
from casella.trial.v1 import trial_pb2
from tests.fixtures.temporal import TestNamespace
from tests.workflows.orders import MOMENT, an_order
from tests.workflows.script import Script, refuse, running
from tests.workflows.test_money_branches import CANDIDATE, REQUEST, an_entry, euro, settle
from workflows import names

LATER, NOW = Duration(seconds=20), Duration()
NOTE = invoicing.Document(document_id="018f3c1e-0000-7000-8000-000000000009", number="2026/3")


def due(wait: Duration = NOW, **changes: Any) -> pb.MoneyEntry:
    """Short money that is to be invoiced after so long."""
    entry = an_entry(**changes)
    entry.advance.CopyFrom(pb.Advance(payment_request_id=REQUEST, due_at=MOMENT, wait=wait))
    return entry


def decided(entry: pb.MoneyEntry) -> pb.MoneyEntry:
    entry.advance.CopyFrom(
        pb.Advance(payment_request_id=REQUEST, due_at=MOMENT, decided_at=MOMENT, amount=entry.amount)
    )
    entry.ClearField("invoice_by")
    return entry


def world(entry: pb.MoneyEntry, **answers: Any) -> Script:
    """Payments and invoicing, which keep what was decided, issued and credited."""
    document = invoicing.Document(
        document_id="018f3c1e-0000-7000-8000-000000000008", number="2026/2", money_entry_id=entry.money_entry_id
    )
    document.totals.gross.CopyFrom(entry.amount)

    def issue_note(request: invoicing.IssueCreditNoteRequest) -> Any:
        document.credited.CopyFrom(request.gross)
        return invoicing.IssueCreditNoteResponse(document=NOTE)

    usual: dict[str, Any] = {
        "GetMoneyEntry": lambda _: pb.GetMoneyEntryResponse(entry=entry, candidates=[CANDIDATE]),
        "DecideAdvance": lambda _: pb.DecideAdvanceResponse(entry=decided(entry)),
        "RecordAdvanceCredited": lambda _: pb.RecordAdvanceCreditedResponse(),
        "GetPaymentRequest": lambda _: pb.GetPaymentRequestResponse(payment_request=CANDIDATE),
        "GetOrder": lambda _: ordering_pb2.GetOrderResponse(order=an_order()),
        "IssueAdvanceInvoice": lambda _: invoicing.IssueAdvanceInvoiceResponse(document=document),
        "GetInvoicingDocument": lambda _: invoicing.GetInvoicingDocumentResponse(document=document),
        "IssueCreditNote": issue_note,
        "AssignMoney": lambda request: assign(entry, request.payment_request_id),
        "GetTrial": lambda _: trial_pb2.GetTrialResponse(),
        "GetStanding": lambda _: ordering_pb2.GetStandingResponse(paid=True),
        "CreditMoney": lambda _: settle_at(
            entry, pb.MONEY_SETTLEMENT_CREDITED, pb.CreditMoneyResponse(credit=euro(9_000))
        ),
        "SetMoneyAside": lambda _: settle_at(
            entry, pb.MONEY_SETTLEMENT_SET_ASIDE, pb.SetMoneyAsideResponse(entry=entry)
        ),
    }
    return Script({**usual, **answers})


def settle_at(entry: pb.MoneyEntry, settlement: pb.MoneySettlement, answer: Any) -> Any:
    entry.settled_at.CopyFrom(MOMENT)
    return settle(entry, settlement, answer)


def assign(entry: pb.MoneyEntry, request_id: str) -> Any:
    entry.settled_to = request_id
    return settle_at(entry, pb.MONEY_SETTLEMENT_ASSIGNED, pb.AssignMoneyResponse(payment_request=CANDIDATE))


def steps(script: Script) -> list[str]:
    return script.order_of("DecideAdvance", "IssueAdvanceInvoice", "IssueCreditNote", "RecordAdvanceCredited")


async def test_short_money_waits_for_its_day_which_the_details_name_and_is_then_invoiced(
    temporal: TestNamespace,
) -> None:
    entry = due(LATER)
    script = world(entry)
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        assert "it is invoiced as a part payment (TD02)" in await run.details("### NeedsOperator")
        assert steps(script) == []
        entry.advance.wait.CopyFrom(NOW)
        await run.handle.signal(names.MONEY_CHANGED)
        shown = await run.details("invoice 2026/2 of the part payment (TD02) issued")
        for told in ("einvoice:018f3c1e-0000-7000-8000-000000000008", "the final invoice deducts it", "`refund`"):
            assert told in shown
        assert "the invoice is due by" not in shown
        await run.handle.execute_update("assign", {"payment_request_id": REQUEST, "reason_code": "checked"})
        assert await run.end() == "assigned"
        assert "the final invoice deducts invoice 2026/2" in await run.details("### Assigned")
        history = str(await run.handle.fetch_history())
        for secret in ("Zenobia", "DE89370400440532013000", "CRO-4711"):
            assert secret not in history
    assert steps(script) == ["DecideAdvance", "IssueAdvanceInvoice"]
    (asked,) = script.requests("IssueAdvanceInvoice")
    assert (asked.gross, asked.date, asked.order_id) == (entry.amount, entry.available_on, CANDIDATE.order_id)
    assert (asked.proforma_number, asked.method) == ("P2026/17", common_pb2.PAYMENT_METHOD_BANK_TRANSFER)


@pytest.mark.parametrize(
    ("update", "data", "reason", "method"),
    [
        ("credit", {"account_id": REQUEST}, "CONTRACT", "ACCOUNT_CREDIT"),
        ("set_aside", {}, "CORRECTION", "UNSPECIFIED"),
        ("assign", {"payment_request_id": "018f3c1e-0000-7000-8000-0000000000aa"}, "CORRECTION", "UNSPECIFIED"),
    ],
)
async def test_money_that_does_not_pay_what_it_names_has_its_part_payment_credited(
    temporal: TestNamespace, update: str, data: dict[str, Any], reason: str, method: str
) -> None:
    entry = due()
    script = world(entry)
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        await run.details("(TD02) issued")
        await run.handle.execute_update(update, {**data, "reason_code": "checked"})
        await run.end()
        assert "credit note 2026/3 on invoice 2026/2 issued" in await run.details("nothing: the money is settled")
    assert steps(script) == ["DecideAdvance", "IssueAdvanceInvoice", "IssueCreditNote", "RecordAdvanceCredited"]
    (asked,) = script.requests("IssueCreditNote")
    assert asked.gross == entry.amount
    assert asked.reason == invoicing.CreditReason.Value(f"CREDIT_REASON_{reason}")
    assert asked.refund_method == invoicing.RefundMethod.Value(f"REFUND_METHOD_{method}")


@pytest.mark.parametrize("update", ["assign", "set_aside"])
async def test_a_part_payment_of_what_was_invoiced_unpaid_has_neither_invoice_nor_credit_note(
    temporal: TestNamespace, update: str
) -> None:
    entry = due()
    whole = invoicing.Document(
        document_id="018f3c1e-0000-7000-8000-000000000007", number="2026/1", kind=invoicing.DOCUMENT_KIND_INVOICE
    )
    script = world(entry, IssueAdvanceInvoice=lambda _: invoicing.IssueAdvanceInvoiceResponse(document=whole))
    data = {"payment_request_id": REQUEST} if update == "assign" else {}
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        shown = await run.details("invoice 2026/1 was issued for the whole before: this money pays a part of it")
        assert "there is none of the part payment" in shown
        await run.handle.execute_update(update, {**data, "reason_code": "checked"})
        await run.end()
        assert "deducts invoice 2026/1" not in await run.details("nothing: the money is settled")
    assert script.requests("IssueCreditNote") == []
    assert len(script.requests("RecordAdvanceCredited")) == (update == "set_aside")


async def test_a_part_payment_that_an_invoice_deducts_is_not_credited(temporal: TestNamespace) -> None:
    entry = due()
    deducted = invoicing.Document(
        document_id="018f3c1e-0000-7000-8000-000000000008", number="2026/2", money_entry_id=entry.money_entry_id,
        deducted_by="018f3c1e-0000-7000-8000-000000000007",
    )  # fmt: skip
    deducted.totals.gross.CopyFrom(entry.amount)
    script = world(entry, GetInvoicingDocument=lambda _: invoicing.GetInvoicingDocumentResponse(document=deducted))
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        await run.details("(TD02) issued")
        await run.handle.execute_update("set_aside", {"reason_code": "checked"})
        await run.end()
    assert steps(script) == ["DecideAdvance", "IssueAdvanceInvoice", "RecordAdvanceCredited"]


async def test_a_refund_is_credited_once_the_money_has_left_and_not_before(temporal: TestNamespace) -> None:
    entry = due()
    refund = pb.Refund(
        refund_id="018f3c1e-0000-7000-8000-0000000000bb", amount=entry.amount,
        state=pb.REFUND_STATE_APPROVED, means=pb.REFUND_MEANS_BANK_TRANSFER,
    )  # fmt: skip

    def ask(_: pb.RequestRefundRequest) -> Any:
        entry.settled_to = refund.refund_id
        return settle_at(entry, pb.MONEY_SETTLEMENT_REFUNDED, pb.RequestRefundResponse(refund=refund))

    script = world(entry, RequestRefund=ask, GetRefund=lambda _: pb.GetRefundResponse(refund=refund))
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        await run.details("(TD02) issued")
        await run.handle.execute_update("refund", {"reason_code": "not_for_us"})
        await run.details("### Refunding")
        assert script.requests("IssueCreditNote") == []
        refund.state = pb.REFUND_STATE_DONE
        await run.handle.signal(names.MONEY_CHANGED)
        assert await run.end() == "refunded"
    (asked,) = script.requests("IssueCreditNote")
    assert asked.refund_method == invoicing.REFUND_METHOD_BANK_TRANSFER
    assert steps(script)[-1] == "RecordAdvanceCredited"


async def test_a_run_that_begins_again_credits_nothing_twice(temporal: TestNamespace) -> None:
    entry = decided(due(settlement=pb.MONEY_SETTLEMENT_CREDITED, settled_at=MOMENT))
    script = world(entry)
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        await run.end()
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        await run.end()
    assert len(script.requests("IssueCreditNote")) == 1
    assert len(script.requests("RecordAdvanceCredited")) == 2


async def test_money_about_which_payments_decides_otherwise_is_not_invoiced(temporal: TestNamespace) -> None:
    entry = due()

    def closed_meanwhile(_: pb.DecideAdvanceRequest) -> pb.DecideAdvanceResponse:
        entry.ClearField("advance")
        return pb.DecideAdvanceResponse(entry=entry)

    script = world(entry, DecideAdvance=closed_meanwhile)
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        await run.details("### NeedsOperator")
        await run.handle.execute_update("set_aside", {"reason_code": "checked"})
        assert await run.end() == "set aside"
    assert steps(script) == ["DecideAdvance"]


async def test_a_refused_invoice_parks_the_money_and_every_decision_stays_possible(temporal: TestNamespace) -> None:
    entry = due()
    refused = [errors_pb2.REASON_INVALID_INPUT]
    usual = world(entry).answers["IssueAdvanceInvoice"]
    script = world(
        entry, IssueAdvanceInvoice=lambda request: refuse(refused[0], "the party is bad") if refused else usual(request)
    )
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        shown = await run.details("the party is bad")
        for update in ("`retry`", "`assign`", "`credit`", "`refund`", "`set_aside`"):
            assert update in shown
        with pytest.raises(WorkflowUpdateFailedError):
            await run.handle.execute_update("assign", {"reason_code": "checked"})
        refused.clear()
        await run.handle.execute_update("retry", {"reason_code": "cause_mended"})
        await run.details("(TD02) issued")
