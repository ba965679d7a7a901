"""The ways of a period whose price has accrued abroad and is unpaid, led by a script on the real Temporal server."""

from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError

from casella.common.v1 import common_pb2
from casella.invoicing.v1 import invoicing_pb2 as invoicing
from casella.ordering.v1 import ordering_pb2 as pb
from casella.payments.v1 import payments_pb2
from services.kit.ids import new_id
from tests.fixtures.temporal import TestNamespace
from tests.workflows.orders import LONG, MOMENT
from tests.workflows.script import Answer, Script, running
from tests.workflows.test_renewal_branches import Told, paid
from workflows import names

WHY = {"reason_code": "register_extract"}
DUE_ON = common_pb2.Date(year=2026, month=7, day=11)
PAID_ON = common_pb2.Date(year=2026, month=8, day=20)


def accrued() -> Told:
    """The period of a German business that is unpaid, and is to be invoiced."""
    told = Told(next=pb.PERIOD_NEXT_INVOICE_DUE)
    told.period.tax_treatment = common_pb2.TAX_TREATMENT_REVERSE_CHARGE
    told.period.invoice_at.CopyFrom(MOMENT)
    told.period.due_on.CopyFrom(DUE_ON)
    return told


def scripted(told: Told, **changes: Answer) -> Script:
    """The services: VIES confirms, and ordering notes the invoice."""

    def noted(request: pb.RecordPeriodInvoiceRequest) -> pb.RecordPeriodInvoiceResponse:
        told.period.invoice_id = request.invoice_id
        if told.period.state == pb.PERIOD_STATE_DUE:
            told.next, told.due = pb.PERIOD_NEXT_WAIT, "suspension"
        return pb.RecordPeriodInvoiceResponse(period=told.period)

    settled = pb.SettleTaxResponse(next=pb.TAX_NEXT_SETTLED, finding=pb.VAT_FINDING_VALID)
    number = invoicing.Document(document_id=str(new_id()), number="2026/2")
    answers: dict[str, Answer] = {
        "RecordPeriodInvoice": noted,
        "SettleTax": lambda _: settled,
        "RecordInvoicePaid": lambda _: invoicing.RecordInvoicePaidResponse(document=number),
    }
    return told.script(**{**answers, **changes})


async def test_what_has_accrued_unpaid_is_invoiced_and_its_later_payment_makes_no_second_invoice(
    temporal: TestNamespace,
) -> None:
    told = accrued()
    script = scripted(told)
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        shown = await run.details("### AwaitingPayment")
        assert "the period is unpaid and its price has accrued: it is invoiced" in shown
        (issued,) = script.requests("IssueInvoice")
        assert (issued.unpaid.due_on, issued.HasField("date"), issued.method) == (DUE_ON, False, 0)
        assert script.order_of("SettleTax", "IssueInvoice", "SendInvoice") == [
            "SettleTax",
            "IssueInvoice",
            "SendInvoice",
        ]
        assert script.requests("RecordPeriodOutcome") == script.requests("RecordInvoicePaid") == []
        told.payment.available_on.CopyFrom(PAID_ON)
        assert await paid(told, run) == "invoiced"
        assert "invoice 2026/2, issued before, is paid" in await run.details("### Invoiced")
    assert len(script.requests("IssueInvoice")) == len(script.requests("SendInvoice")) == 1
    (noted,) = script.requests("RecordInvoicePaid")
    assert (noted.document_id, noted.paid_on) == (told.period.invoice_id, PAID_ON)
    assert len(script.requests("SettleTax")) == 1


async def test_where_vies_says_no_the_invoice_alone_waits_and_an_operator_lets_it_go(temporal: TestNamespace) -> None:
    told = accrued()
    confirmed: list[bool] = []

    def settle(_: pb.SettleTaxRequest) -> pb.SettleTaxResponse:
        if confirmed:
            return pb.SettleTaxResponse(next=pb.TAX_NEXT_SETTLED)
        told.next, told.due = pb.PERIOD_NEXT_WAIT, "invoice"
        return pb.SettleTaxResponse(
            next=pb.TAX_NEXT_NEEDS_OPERATOR,
            wait=LONG,
            ask_at=MOMENT,
            finding=pb.VAT_FINDING_NOT_VALID,
            offered=[pb.TAX_DECISION_OTHER_PROOF],
        )

    def decide(_: pb.DecideTaxRequest) -> pb.DecideTaxResponse:
        confirmed.append(True)
        told.next = pb.PERIOD_NEXT_INVOICE_DUE
        return pb.DecideTaxResponse(period=told.period)

    script = scripted(told, SettleTax=settle, DecideTax=decide)
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        shown = await run.details("### NeedsOperator")
        for said in ("the invoice of what has accrued waits", "`accept_other_proof`", "`record_bank_transfer`"):
            assert said in shown
        assert script.requests("IssueInvoice") == []
        with pytest.raises(WorkflowUpdateFailedError):
            await run.handle.execute_update("charge_vat", WHY)
        await run.handle.execute_update("accept_other_proof", WHY)
        await run.details("### AwaitingPayment")
        assert len(script.requests("IssueInvoice")) == 1


async def test_a_payment_is_taken_and_sending_restored_while_the_invoice_waits(temporal: TestNamespace) -> None:
    told = accrued()
    told.resume_due = True
    answers: list[Any] = [
        pb.SettleTaxResponse(
            next=pb.TAX_NEXT_NEEDS_OPERATOR, wait=LONG, ask_at=MOMENT, offered=[pb.TAX_DECISION_OTHER_PROOF]
        ),
        pb.SettleTaxResponse(next=pb.TAX_NEXT_SETTLED, finding=pb.VAT_FINDING_VALID),
    ]

    def settle(_: pb.SettleTaxRequest) -> Any:
        told.next = pb.PERIOD_NEXT_WAIT
        return answers.pop(0) if len(answers) > 1 else answers[0]

    script = scripted(told, SettleTax=settle)
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        await run.details("### NeedsOperator")
        told.payment.available_on.CopyFrom(PAID_ON)
        assert await paid(told, run) == "invoiced"
    assert script.order_of("ResumeAccount", "IssueInvoice") == ["ResumeAccount", "IssueInvoice"]
    (issued,) = script.requests("IssueInvoice")
    assert (issued.date, issued.HasField("unpaid")) == (PAID_ON, False)
    assert script.requests("RecordInvoicePaid") == []


async def test_where_an_invoiced_period_is_closed_unpaid_nothing_is_noted_on_its_invoice(
    temporal: TestNamespace,
) -> None:
    told = accrued()
    script = scripted(told)
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        await run.details("### AwaitingPayment")
        told.payment.state = payments_pb2.PAYMENT_REQUEST_STATE_CLOSED
        await run.handle.signal(names.PERIOD_CHANGED)
        assert await run.end() == "unpaid"
    assert len(script.requests("IssueInvoice")) == 1
    assert script.requests("RecordInvoicePaid") == []


async def test_a_business_outside_the_eu_is_invoiced_without_vies(temporal: TestNamespace) -> None:
    told = accrued()
    told.period.tax_treatment = common_pb2.TAX_TREATMENT_OUTSIDE_EU
    script = scripted(told)
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        await run.details("### AwaitingPayment")
    assert len(script.requests("IssueInvoice")) == 1
    assert script.requests("SettleTax") == []
