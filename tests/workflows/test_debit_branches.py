"""Automatic debit in a period's workflow, and what follows from a mandate, led by a script on the real server."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from google.protobuf.duration_pb2 import Duration
from temporalio.client import WorkflowUpdateFailedError

from casella.common.v1 import common_pb2, errors_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from casella.payments.v1 import payments_pb2
from casella.trial.v1 import trial_pb2
from services.kit.ids import new_id
from tests.fixtures.temporal import TestNamespace
from tests.workflows.orders import LONG, MOMENT
from tests.workflows.script import Answer, Script, refuse, running
from tests.workflows.test_renewal_branches import SOON, WHY, Told, paid
from workflows import names

DEBIT = common_pb2.PAYMENT_METHOD_AUTOMATIC_DEBIT
PAID = payments_pb2.PAYMENT_REQUEST_STATE_PAID
DUE = Duration()
DAY, SUSPENDED_AFTER = (common_pb2.Date(year=2026, month=12, day=day) for day in (11, 21))
_ENOUGH = 8
"""Readings after which a charge that was tried again has come near."""


@dataclass
class Debited(Told):
    """A period that is paid by automatic debit; ``outcomes`` are what its charges come to, one after the other."""

    outcomes: list[Callable[["Debited"], None]] = field(default_factory=lambda: [succeed])

    def __post_init__(self) -> None:
        self.period.payment_method = self.payment.method = DEBIT
        self.period.due_on.CopyFrom(DAY)
        self.period.suspend_after.CopyFrom(SUSPENDED_AFTER)

    def debited(self, **changes: Answer) -> Script:
        """The services, with a mandate that stands."""
        usual: dict[str, Answer] = {
            "PlanCharge": self.planned,
            "ChargePaymentRequest": self.charged,
            "SendChargeRefusedEmail": self.told,
        }
        return self.script(**usual | changes)

    def planned(self, request: payments_pb2.PlanChargeRequest) -> payments_pb2.PlanChargeResponse:
        """The first plan stays."""
        if not self.payment.HasField("debit"):
            self.payment.debit.charge_on.CopyFrom(request.charge_on)
            self.payment.debit.mandate_active = True
            plan(self, DUE)
        return payments_pb2.PlanChargeResponse(payment_request=self.payment)

    def charged(self, _: object) -> payments_pb2.ChargePaymentRequestResponse:
        """The next outcome."""
        self.outcomes.pop(0)(self)
        return payments_pb2.ChargePaymentRequestResponse(payment_request=self.payment)

    def told(self, _: object) -> payments_pb2.SendChargeRefusedEmailResponse:
        """The customer knows."""
        self.payment.debit.email_due = False
        return payments_pb2.SendChargeRefusedEmailResponse()


def plan(told: Debited, wait: Duration | None) -> None:
    """When it is charged next; None: no more."""
    if wait is None:
        told.payment.debit.ClearField("charge_at")
        told.payment.debit.ClearField("wait")
    else:
        told.payment.debit.charge_at.CopyFrom(MOMENT)
        told.payment.debit.wait.CopyFrom(wait)


def succeed(told: Debited) -> None:
    told.payment.state = PAID
    plan(told, None)


def decline(told: Debited, refusal: payments_pb2.ChargeRefusal, wait: Duration | None, *, email: bool = True) -> None:
    told.payment.debit.refusal = refusal
    told.payment.debit.refused_at.CopyFrom(MOMENT)
    told.payment.debit.email_due = email
    plan(told, wait)


async def test_a_period_is_announced_charged_on_its_day_and_invoiced(temporal: TestNamespace) -> None:
    told = Debited()
    script = told.debited()
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        assert await run.end() == "invoiced"
        shown = await run.details("charged by automatic debit")
    assert "the charge is planned for 2026-12-11" in shown
    [planned] = script.requests("PlanCharge")
    assert planned.charge_on == DAY
    [sent] = script.requests("SendProforma")
    assert (sent.debit_on, sent.suspend_after, sent.pay_url) == (DAY, SUSPENDED_AFTER, "")
    assert len(script.requests("ChargePaymentRequest")) == 1


async def test_before_its_day_the_details_say_when_it_is_charged(temporal: TestNamespace) -> None:
    told = Debited()
    script = told.debited(PlanCharge=lambda request: _later(told, request))
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        shown = await run.details("it is charged by automatic debit at")
        assert "`charge_now`" in shown
        assert "`switch_off_automatic_debit`" in shown
        assert script.requests("ChargePaymentRequest") == []
        plan(told, DUE)
        await run.handle.signal(names.DEBIT_CHANGED)
        assert await run.end() == "invoiced"


async def test_without_a_mandate_the_proforma_carries_the_link(temporal: TestNamespace) -> None:
    told = Debited()
    told.payment.pay_url = "https://casella.example/pay/abc"
    script = told.debited(
        PlanCharge=lambda _: payments_pb2.PlanChargeResponse(payment_request=told.payment),
    )
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        await run.details("no mandate stands: the customer pays by the link")
        await run.details("EUR 9.15 by its link")
        assert await paid(told, run) == "invoiced"
    [sent] = script.requests("SendProforma")
    assert (sent.HasField("debit_on"), sent.pay_url) == (False, "https://casella.example/pay/abc")
    assert script.requests("ChargePaymentRequest") == []


@pytest.mark.parametrize(
    ("refusal", "says"),
    [
        (payments_pb2.CHARGE_REFUSAL_AUTHENTICATION, "PayPal wants the customer to confirm it"),
        (payments_pb2.CHARGE_REFUSAL_DECLINED, "PayPal declined it, mostly for want of money"),
    ],
)
async def test_a_refusal_is_told_to_the_customer_who_pays_by_the_link(
    temporal: TestNamespace, refusal: payments_pb2.ChargeRefusal, says: str
) -> None:
    told = Debited(outcomes=[lambda told: decline(told, refusal, None)])
    script = told.debited()
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        shown = await run.details(f"the last charge was not done: {says}")
        assert ("`charge_now`" in shown) is (refusal == payments_pb2.CHARGE_REFUSAL_DECLINED)
        assert await paid(told, run) == "invoiced"
    assert len(script.requests("SendChargeRefusedEmail")) == 1
    assert len(script.requests("ChargePaymentRequest")) == 1


async def test_want_of_money_is_tried_again_when_payments_says(temporal: TestNamespace) -> None:
    told = Debited(
        due="reminder_1_days",
        outcomes=[lambda told: decline(told, payments_pb2.CHARGE_REFUSAL_DECLINED, SOON), succeed],
    )
    reads = 0

    def read(_: object) -> payments_pb2.GetPaymentRequestResponse:
        nonlocal reads
        reads += 1
        return _sooner(told, reads)

    script = told.debited(GetPaymentRequest=read)
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        assert await run.end() == "invoiced"
        assert "debit: sent" not in await run.details("invoiced")
    assert script.order_of("ChargePaymentRequest", "SendChargeRefusedEmail") == [
        "ChargePaymentRequest", "SendChargeRefusedEmail", "ChargePaymentRequest",
    ]  # fmt: skip


async def test_a_missing_answer_is_told_to_nobody_but_the_operator_and_asked_for_again(temporal: TestNamespace) -> None:
    def unanswered(told: Debited) -> None:
        told.payment.processing = True
        decline(told, payments_pb2.CHARGE_REFUSAL_NO_ANSWER, LONG, email=False)

    told = Debited(outcomes=[unanswered, succeed])
    script = told.debited()
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        shown = await run.details("the provider is asked again what became of the charge at")
        assert "`charge_now`" not in shown
        plan(told, DUE)
        await run.handle.signal(names.LOOK_AGAIN)
        assert await run.end() == "invoiced"
    assert script.requests("SendChargeRefusedEmail") == []


async def test_a_charge_in_flight_never_suspends_and_nobody_is_reminded(temporal: TestNamespace) -> None:
    def process(told: Debited) -> None:
        told.payment.processing = True
        plan(told, LONG)

    told = Debited(next=pb.PERIOD_NEXT_SUSPEND_DUE, outcomes=[process])
    told.period.payment_request_id = told.payment.payment_request_id
    script = told.debited()
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        await run.details("the end of the charge that is being processed")
        assert script.requests("AdvancePeriod")[-1].money_waiting
        assert await paid(told, run) == "invoiced"
    assert script.requests("SuspendAccount") == []


async def test_after_the_refusals_the_usual_dunning_goes_on(temporal: TestNamespace) -> None:
    told = Debited(
        next=pb.PERIOD_NEXT_SUSPEND_DUE,
        outcomes=[lambda told: decline(told, payments_pb2.CHARGE_REFUSAL_AUTHENTICATION, None)],
    )
    script = told.debited()
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        await run.details("### Suspended")
        assert await paid(told, run) == "invoiced"
    assert len(script.requests("SuspendAccount")) == 1


async def test_an_operator_charges_now_and_switches_off(temporal: TestNamespace) -> None:
    told = Debited(outcomes=[lambda told: decline(told, payments_pb2.CHARGE_REFUSAL_DECLINED, LONG)])

    def off(_: object) -> payments_pb2.SwitchOffAutomaticDebitResponse:
        plan(told, None)
        told.payment.debit.mandate_active = False
        return payments_pb2.SwitchOffAutomaticDebitResponse()

    script = told.debited(PlanCharge=lambda request: _later(told, request), SwitchOffAutomaticDebit=off)
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        assert "EUR 9.15 by automatic debit" in await run.details("`charge_now`")
        answer = await run.handle.execute_update("charge_now", WHY)
        assert answer == "PayPal declined it, mostly for want of money"
        await run.handle.execute_update("switch_off_automatic_debit", WHY)
        await run.details("an operator switched automatic debit off (customer_asked)")
        shown = await run.details("EUR 9.15 by its link")
        assert "`switch_off_automatic_debit`" not in shown
        assert "`charge_now`" not in shown
        for update in ("switch_off_automatic_debit", "charge_now"):
            with pytest.raises(WorkflowUpdateFailedError) as over:
                await run.handle.execute_update(update, WHY)
            assert "what may be done with it: nothing" in str(over.value.cause)
        with pytest.raises(WorkflowUpdateFailedError):
            await run.handle.execute_update("charge_now", {"reason_code": "Because I say so"})
    [charged] = script.requests("ChargePaymentRequest")
    assert (charged.early, charged.steering.reason_code, bool(charged.steering.actor)) == (True, "customer_asked", True)
    [switched] = script.requests("SwitchOffAutomaticDebit")
    assert (switched.account_id, switched.steering.reason_code) == (told.payment.account_id, "customer_asked")


async def test_a_period_that_is_paid_otherwise_offers_no_charge(temporal: TestNamespace) -> None:
    told = Told()
    script = told.script()
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        assert "charge_now" not in await run.details("AwaitingPayment")
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await run.handle.execute_update("charge_now", WHY)
        assert "what may be done with it: nothing" in str(refused.value.cause)


async def test_a_charge_that_payments_refuses_early_fails_the_update_alone(temporal: TestNamespace) -> None:
    told = Debited()
    script = told.debited(
        PlanCharge=lambda request: _later(told, request),
        ChargePaymentRequest=lambda _: refuse(errors_pb2.REASON_MANDATE_STATE),
    )
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        await run.details("`charge_now`")
        with pytest.raises(WorkflowUpdateFailedError):
            await run.handle.execute_update("charge_now", WHY)
        await run.details("an update was refused: charge by automatic debit now")
        assert await paid(told, run) == "invoiced"


@pytest.mark.parametrize("ended", [False, True])
@pytest.mark.parametrize("news", [False, True])
async def test_a_mandates_beginning_and_end_reach_ordering_then_the_customer(
    temporal: TestNamespace, *, ended: bool, news: bool
) -> None:
    mandate = payments_pb2.Mandate(
        mandate_id=str(new_id()),
        state=payments_pb2.MANDATE_STATE_ENDED if ended else payments_pb2.MANDATE_STATE_ACTIVE,
        set_up_at=MOMENT,
    )
    if ended:
        mandate.end = payments_pb2.MANDATE_END_PROVIDER
        mandate.ended_at.CopyFrom(MOMENT)
        mandate.method_instead = common_pb2.PAYMENT_METHOD_BANK_TRANSFER
    script = Script(
        {
            "GetMandate": lambda _: payments_pb2.GetMandateResponse(mandate=mandate, news=news, release_due=ended),
            "ReleaseMandates": lambda _: payments_pb2.ReleaseMandatesResponse(),
            "FollowAutomaticDebit": lambda _: pb.FollowAutomaticDebitResponse(changed=True),
            "GetContact": lambda _: trial_pb2.GetContactResponse(recipient=common_pb2.Recipient(email="a@b.example")),
            "SendMandateEmail": lambda _: payments_pb2.SendMandateEmailResponse(),
        }
    )
    async with running(temporal, names.AUTOMATIC_DEBIT, names.DEBIT_CHANGED, script) as run:
        assert await run.end() == ("switched off" if ended else "active")
    followed = script.requests("FollowAutomaticDebit")[0]
    assert followed.active is not ended
    assert followed.method_instead == (common_pb2.PAYMENT_METHOD_BANK_TRANSFER if ended else 0)
    assert bool(script.requests("ReleaseMandates")) is ended
    told = script.requests("SendMandateEmail")
    assert [(sent.told, sent.recipient.email) for sent in told][:1] == (
        [(mandate.state, "a@b.example")] if news else []
    )


def _later(told: Debited, request: payments_pb2.PlanChargeRequest) -> payments_pb2.PlanChargeResponse:
    """A plan whose day has not come."""
    if not told.payment.HasField("debit"):
        told.payment.debit.charge_on.CopyFrom(request.charge_on)
        told.payment.debit.mandate_active = True
        plan(told, LONG)
    return payments_pb2.PlanChargeResponse(payment_request=told.payment)


def _sooner(told: Debited, reads: int) -> payments_pb2.GetPaymentRequestResponse:
    """The payment request; after some readings its next charge has come."""
    answer = payments_pb2.GetPaymentRequestResponse()
    answer.payment_request.CopyFrom(told.payment)
    if told.payment.debit.HasField("wait") and not told.payment.debit.email_due and reads > _ENOUGH:
        answer.payment_request.debit.wait.CopyFrom(DUE)
    return answer
