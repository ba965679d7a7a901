"""A run that outlives its customer's address comes to its own end: nobody is written to, nobody is called for help."""

from typing import Any

import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.invoicing.v1 import invoicing_pb2 as invoicing
from casella.ordering.v1 import ordering_pb2 as pb
from casella.payments.v1 import payments_pb2
from tests.fixtures.temporal import TestNamespace
from tests.workflows.orders import LONG, MOMENT, a_payment, an_order, ordering
from tests.workflows.script import Answer, Run, Script, refuse, running
from tests.workflows.test_debit_branches import Debited, decline
from tests.workflows.test_renewal_branches import Told as Period
from tests.workflows.test_renewal_branches import paid
from tests.workflows.test_withdrawal_branches import Told as Withdrawn
from tests.workflows.test_withdrawal_branches import ended
from workflows import names

NOBODY = "nobody to write to any more: the customer's address is erased"
ERASED: dict[str, Answer] = {
    "GetContact": lambda _: refuse(errors_pb2.REASON_NOT_FOUND),
    "SendProforma": lambda request: invoicing.SendProformaResponse(erased=request.recipient.erased),
    "SendInvoice": lambda request: invoicing.SendInvoiceResponse(erased=request.recipient.erased),
}
"""The trial room knows the account no more; the others write nothing to an erased recipient, and say so."""


async def told(run: Run) -> None:
    """The details say it once, and no operator is wanted."""
    shown = await run.details(NOBODY)
    assert shown.count(NOBODY) == 1
    assert "### NeedsOperator" not in shown


def all_erased(script: Script, *rpcs: str) -> bool:
    """Whether each of these was asked for, and only with a recipient that is erased."""
    asked = [script.requests(rpc) for rpc in rpcs]
    return all(asked) and all(
        request.recipient == common_pb2.Recipient(erased=True) for each in asked for request in each
    )


async def test_an_order_that_expires_tells_nobody_and_ends(temporal: TestNamespace) -> None:
    payment, order = a_payment(), an_order()

    def closed(request: payments_pb2.ClosePaymentRequestRequest) -> payments_pb2.ClosePaymentRequestResponse:
        payment.state, payment.close_reason = payments_pb2.PAYMENT_REQUEST_STATE_CLOSED, request.reason
        return payments_pb2.ClosePaymentRequestResponse(payment_request=payment)

    def due(request: pb.AdvanceOrderRequest) -> pb.AdvanceOrderResponse:
        return pb.AdvanceOrderResponse(
            state=order.state, next=pb.ORDER_NEXT_EXPIRY_DUE, wait=LONG, due="expiry", due_at=MOMENT,
            erased=request.recipient.erased,
        )  # fmt: skip

    emails: dict[str, Answer] = {
        "SendOrderEmail": lambda request: pb.SendOrderEmailResponse(erased=request.recipient.erased),
        "AdvanceOrder": due,
        "ClosePaymentRequest": closed,
    }
    script = ordering(payment, order, **ERASED | emails)
    async with running(temporal, names.ORDER, names.ORDER_CHANGED, script, order.order_id) as run:
        assert await run.end() == "expired"
        await told(run)
    assert all_erased(script, "SendProforma", "SendOrderEmail")
    assert script.requests("SendOrderEmail")[-1].email == pb.ORDER_EMAIL_EXPIRED


def advanced(period: Period) -> Answer:
    """What comes next on a period, as ordering says it to who names an erased recipient."""

    def answer(request: pb.AdvancePeriodRequest) -> pb.AdvancePeriodResponse:
        return pb.AdvancePeriodResponse(
            state=period.period.state, next=period.next, wait=period.wait, due=period.due, due_at=MOMENT,
            subscription=period.subscription, erased=request.recipient.erased,
        )  # fmt: skip

    return answer


@pytest.mark.parametrize("erased_from", ["AdvancePeriod", "GetContact"])
async def test_a_renewal_woken_late_for_an_erased_subscription_ends(temporal: TestNamespace, erased_from: str) -> None:
    """Its wake was lost when the erasure ended the subscription: it finds everything done."""
    period = Period(next=pb.PERIOD_NEXT_NOT_OPEN)
    period.period.state = pb.PERIOD_STATE_VOID
    period.subscription.state = pb.SUBSCRIPTION_STATE_ENDED
    period.subscription.end = pb.SUBSCRIPTION_END_ERASURE
    script = period.script(**ERASED | {"AdvancePeriod": advanced(period)})
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        assert await run.end() == "void"
        await told(run)
    assert script.requests(erased_from)


async def test_a_period_that_is_paid_when_nobody_is_there_is_invoiced(temporal: TestNamespace) -> None:
    period = Period()
    script = period.script(**ERASED | {"AdvancePeriod": advanced(period)})
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        await run.details("AwaitingPayment")
        assert await paid(period, run) == "invoiced"
        await told(run)
    assert all_erased(script, "SendProforma", "SendInvoice", "AdvancePeriod")
    assert script.requests("RecordPeriodInvoice")


async def test_a_refused_charge_is_told_to_nobody_and_the_dunning_goes_on(temporal: TestNamespace) -> None:
    debited = Debited(outcomes=[lambda told: decline(told, payments_pb2.CHARGE_REFUSAL_DECLINED, None)])

    def refused(request: Any) -> payments_pb2.SendChargeRefusedEmailResponse:
        debited.told(request)
        return payments_pb2.SendChargeRefusedEmailResponse(erased=request.recipient.erased)

    changes = ERASED | {"AdvancePeriod": advanced(debited), "SendChargeRefusedEmail": refused}
    script = debited.debited(**changes)
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        await run.details("was not done")
        assert await paid(debited, run) == "invoiced"
        await told(run)
    assert all_erased(script, "SendChargeRefusedEmail")


async def test_a_withdrawal_goes_to_its_end_without_a_receipt(temporal: TestNamespace) -> None:
    withdrawn = Withdrawn()

    def unsent(request: pb.SendWithdrawalReceiptRequest) -> pb.SendWithdrawalReceiptResponse:
        return pb.SendWithdrawalReceiptResponse(withdrawal=withdrawn.withdrawal(), erased=request.recipient.erased)

    script = withdrawn.script(**ERASED | {"SendWithdrawalReceipt": unsent})
    async with running(temporal, names.WITHDRAWAL, names.WITHDRAWAL_CHANGED, script, withdrawn.order_id) as run:
        assert await ended(withdrawn, run) == "done"
        await told(run)
        assert "the receipt is sent" not in await run.details("Done")
    assert all_erased(script, "SendWithdrawalReceipt")
    assert len(script.requests("IssueCreditNote")) == 1


async def test_the_end_of_a_mandate_is_told_to_nobody_and_released(temporal: TestNamespace) -> None:
    mandate = payments_pb2.Mandate(
        mandate_id="018f3c1e-0000-7000-8000-000000000001", state=payments_pb2.MANDATE_STATE_ENDED, ended_at=MOMENT
    )
    script = Script(
        ERASED
        | {
            "GetMandate": lambda _: payments_pb2.GetMandateResponse(mandate=mandate, news=True, release_due=True),
            "ReleaseMandates": lambda _: payments_pb2.ReleaseMandatesResponse(),
            "FollowAutomaticDebit": lambda _: pb.FollowAutomaticDebitResponse(),
            "SendMandateEmail": lambda request: payments_pb2.SendMandateEmailResponse(erased=request.recipient.erased),
        }
    )
    async with running(temporal, names.AUTOMATIC_DEBIT, names.DEBIT_CHANGED, script) as run:
        assert await run.end() == "switched off"
        await told(run)
    assert all_erased(script, "SendMandateEmail")
    assert script.requests("ReleaseMandates")
