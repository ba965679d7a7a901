"""Each branch of a period's workflow that money, a hold or a person decides, led by a script on the real server."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.client import WorkflowUpdateFailedError

from casella.common.v1 import common_pb2, errors_pb2
from casella.invoicing.v1 import invoicing_pb2 as invoicing
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from casella.payments.v1 import payments_pb2
from casella.trial.v1 import trial_pb2
from services.kit.cause_fields import period_of
from services.kit.causes import PeriodCause
from services.kit.ids import new_id
from tests.fixtures.temporal import TestNamespace
from tests.workflows.orders import LONG, MOMENT
from tests.workflows.reading import texts
from tests.workflows.script import Answer, Run, Script, refuse, running
from workflows import names, wording
from workflows.details import DUE_AT, STATE

SOON = Duration(nanos=50_000_000)
GROSS = common_pb2.Money(minor=915, currency="EUR")
WHY = {"reason_code": "customer_asked"}


@dataclass
class Told:
    """What the services say of one period; a test changes it while the workflow runs."""

    period: pb.Period = field(default_factory=lambda: pb.Period(
        period=period_of(PeriodCause(new_id(), 2)),
        account_id=str(new_id()),
        state=pb.PERIOD_STATE_DUE,
        payment_method=common_pb2.PAYMENT_METHOD_BANK_TRANSFER,
        totals=common_pb2.Totals(gross=GROSS),
        due_at=MOMENT,
    ))  # fmt: skip
    subscription: pb.Subscription = field(default_factory=lambda: pb.Subscription(
        subscription_id=str(new_id()), account_id=str(new_id()), state=pb.SUBSCRIPTION_STATE_ACTIVE
    ))  # fmt: skip
    payment: payments_pb2.PaymentRequest = field(default_factory=lambda: payments_pb2.PaymentRequest(
        payment_request_id=str(new_id()),
        state=payments_pb2.PAYMENT_REQUEST_STATE_OPEN,
        amount=GROSS,
        method=common_pb2.PAYMENT_METHOD_BANK_TRANSFER,
        proforma_number="P2026/2",
    ))  # fmt: skip
    waiting: list[payments_pb2.MoneyEntry] = field(default_factory=list)
    rest: payments_pb2.Rest | None = None
    next: pb.PeriodNext = pb.PERIOD_NEXT_WAIT
    due: str = "suspension"
    wait: Duration = field(default_factory=lambda: LONG)
    resume_due: bool = False
    confirms_contract: bool = False
    suspend_at: Timestamp | None = None
    sent: str = ""
    reminders_over: bool = False
    oldest_unpaid: int = 0

    def script(self, **changes: Answer) -> Script:
        """The services."""
        document = invoicing.Document(document_id=str(new_id()), number="2026/2", account_id=self.period.account_id)
        answers: dict[str, Answer] = {
            "GetPeriod": lambda _: pb.GetPeriodResponse(period=self.period, subscription=self.subscription),
            "GetContact": lambda _: trial_pb2.GetContactResponse(recipient=common_pb2.Recipient(email="a@b.example")),
            "AdvancePeriod": lambda _: pb.AdvancePeriodResponse(
                state=self.period.state, next=self.next, wait=self.wait, due=self.due, due_at=MOMENT,
                subscription=self.subscription, suspend_at=self.suspend_at, sent=self.sent,
                reminders_over=self.reminders_over, oldest_unpaid=self.oldest_unpaid,
            ),
            "MeasurePeriod": self.measured,
            "CreatePaymentRequest": lambda _: payments_pb2.CreatePaymentRequestResponse(payment_request=self.payment),
            "GetPaymentRequest": lambda _: payments_pb2.GetPaymentRequestResponse(
                payment_request=self.payment, waiting=self.waiting, rest=self.rest
            ),
            "IssueProforma": lambda _: invoicing.IssueProformaResponse(document=document),
            "GetInvoicingDocument": lambda _: invoicing.GetInvoicingDocumentResponse(document=document),
            "RecordProforma": lambda _: payments_pb2.RecordProformaResponse(payment_request=self.payment),
            "RecordPeriodProforma": lambda _: pb.RecordPeriodProformaResponse(period=self.period),
            "SendProforma": lambda _: invoicing.SendProformaResponse(),
            "RecordPeriodOutcome": self.ended,
            "ClosePaymentRequest": self.closed,
            "SuspendAccount": lambda _: mailboxes_pb2.SuspendAccountResponse(),
            "ConfirmContract": lambda _: mailboxes_pb2.ConfirmContractResponse(),
            "SuspendSubscription": self.suspended,
            "ResumeAccount": lambda _: mailboxes_pb2.ResumeAccountResponse(),
            "ResumeSubscription": lambda _: pb.ResumeSubscriptionResponse(subscription=self.subscription),
            "IssueInvoice": lambda _: invoicing.IssueInvoiceResponse(document=document),
            "SendInvoice": lambda _: invoicing.SendInvoiceResponse(),
            "RecordPeriodInvoice": lambda _: pb.RecordPeriodInvoiceResponse(period=self.period),
            "GetWaitingMoney": lambda _: payments_pb2.GetWaitingMoneyResponse(waiting=self.waiting),
            "CloseAccount": self.account_closed,
        }  # fmt: skip
        return Script(answers | changes)

    def measured(self, _: object) -> pb.MeasurePeriodResponse:
        """The period is measured and its money asked for."""
        self.period.state, self.next = pb.PERIOD_STATE_DUE, pb.PERIOD_NEXT_WAIT
        return pb.MeasurePeriodResponse(period=self.period)

    def ended(self, request: pb.RecordPeriodOutcomeRequest) -> pb.RecordPeriodOutcomeResponse:
        """The outcome is written; nothing is waited for any more."""
        paid = request.outcome == pb.PERIOD_OUTCOME_PAID
        self.period.state = pb.PERIOD_STATE_PAID if paid else pb.PERIOD_STATE_UNPAID
        self.next = pb.PERIOD_NEXT_NOT_OPEN
        return pb.RecordPeriodOutcomeResponse(
            period=self.period,
            subscription=self.subscription,
            resume_due=self.resume_due,
            confirms_contract=self.confirms_contract,
        )

    def closed(self, request: payments_pb2.ClosePaymentRequestRequest) -> payments_pb2.ClosePaymentRequestResponse:
        """Nobody has paid."""
        self.payment.state = payments_pb2.PAYMENT_REQUEST_STATE_CLOSED
        self.payment.close_reason = request.reason
        return payments_pb2.ClosePaymentRequestResponse(payment_request=self.payment)

    def suspended(self, _: object) -> pb.SuspendSubscriptionResponse:
        """The suspension is noted; its closing is waited for."""
        self.next, self.due = pb.PERIOD_NEXT_WAIT, "closing"
        self.subscription.suspended_at.CopyFrom(MOMENT)
        return pb.SuspendSubscriptionResponse(period=self.period, subscription=self.subscription)

    def account_closed(self, _: object) -> pb.CloseAccountResponse:
        """The purge has begun."""
        self.next = pb.PERIOD_NEXT_NOT_OPEN
        return pb.CloseAccountResponse()


async def paid(told: Told, run: Run) -> str:
    """The money arrives, and its signal; how the run ends."""
    told.payment.state = payments_pb2.PAYMENT_REQUEST_STATE_PAID
    await run.handle.signal(names.PAYMENT_COMPLETED)
    return await run.end()


async def test_a_period_is_measured_asked_for_paid_and_invoiced_in_this_order(temporal: TestNamespace) -> None:
    told = Told(next=pb.PERIOD_NEXT_MEASURE_DUE)
    told.period.state = pb.PERIOD_STATE_SCHEDULED
    script = told.script()
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        await run.details("AwaitingPayment")
        assert await paid(told, run) == "invoiced"
    steps = (
        "MeasurePeriod", "CreatePaymentRequest", "IssueProforma", "RecordPeriodProforma", "SendProforma",
        "RecordPeriodOutcome", "IssueInvoice", "SendInvoice", "RecordPeriodInvoice",
    )  # fmt: skip
    made = script.order_of(*steps)
    assert [step for number, step in enumerate(made) if step not in made[:number]] == list(steps)
    assert script.requests("ResumeAccount") == []


@pytest.mark.parametrize("confirms", [True, False])
async def test_a_paid_period_ends_the_lower_ceiling_of_a_new_contract_where_it_is_one_that_does(
    temporal: TestNamespace, *, confirms: bool
) -> None:
    told = Told(confirms_contract=confirms)
    script = told.script()
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        await run.details("AwaitingPayment")
        assert script.requests("ConfirmContract") == []
        assert await paid(told, run) == "invoiced"
    made = script.requests("ConfirmContract")
    assert [each.account_id for each in made] == [told.period.account_id] * confirms


async def test_a_period_that_account_credit_pays_is_told_of_by_its_proforma(temporal: TestNamespace) -> None:
    told = Told(next=pb.PERIOD_NEXT_MEASURE_DUE)
    told.period.state = pb.PERIOD_STATE_SCHEDULED
    told.payment.state = payments_pb2.PAYMENT_REQUEST_STATE_PAID
    told.payment.amount.minor = 0
    script = told.script()
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        assert await run.end() == "invoiced"
    assert script.order_of("SendProforma", "IssueInvoice") == ["SendProforma", "IssueInvoice"]
    assert script.requests("PlanCharge") == []


async def test_sending_is_suspended_and_works_again_with_the_money(temporal: TestNamespace) -> None:
    told = Told(next=pb.PERIOD_NEXT_SUSPEND_DUE)
    script = told.script()
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        shown = await run.details("### Suspended")
        assert "without it: the period is closed unpaid, and the subscription ends" in shown
        assert script.order_of("SuspendAccount", "SuspendSubscription") == ["SuspendAccount", "SuspendSubscription"]
        [suspended] = script.requests("SuspendAccount")
        assert suspended.cause == mailboxes_pb2.SUSPENSION_CAUSE_UNPAID
        told.resume_due = True
        assert await paid(told, run) == "invoiced"
    assert script.order_of("ResumeAccount", "ResumeSubscription", "IssueInvoice") == [
        "ResumeAccount", "ResumeSubscription", "IssueInvoice",
    ]  # fmt: skip


@pytest.mark.parametrize("processing", [True, False])
async def test_money_on_its_way_stops_a_suspension(temporal: TestNamespace, *, processing: bool) -> None:
    told = Told(next=pb.PERIOD_NEXT_SUSPEND_DUE)
    told.payment.processing = processing
    if not processing:
        told.waiting = [in_two_parts(told.payment.amount, first) for first in (True, False)]
    script = told.script()
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        await run.details("charge that is being processed" if processing else "sending is not suspended")
        assert await paid(told, run) == "invoiced"
    assert script.requests("SuspendAccount") == []


def in_two_parts(asked: common_pb2.Money, first: bool) -> payments_pb2.MoneyEntry:  # noqa: FBT001  one of two
    """Money that waits: one cent, or all but one cent."""
    amount = common_pb2.Money(minor=1 if first else asked.minor - 1, currency=asked.currency)
    return payments_pb2.MoneyEntry(money_entry_id=str(new_id()), amount=amount)


async def test_a_partial_payment_skips_no_reminder_and_no_suspension(temporal: TestNamespace) -> None:
    told = Told(next=pb.PERIOD_NEXT_SUSPEND_DUE)
    told.waiting = [in_two_parts(told.payment.amount, first=False)]
    script = told.script()
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        await run.details("sending is suspended since 2026-")
        assert len(script.requests("SuspendAccount")) == 1
        assert not any(request.money_waiting for request in script.requests("AdvancePeriod"))
        assert await paid(told, run) == "invoiced"


async def test_with_short_money_the_page_says_what_comes_by_itself_and_when_and_suspended_it_is_found_as_such(
    temporal: TestNamespace,
) -> None:
    suspend_at = Timestamp(seconds=MOMENT.seconds + 9 * 86400)
    told = Told(due="reminder_1_days", suspend_at=suspend_at)
    told.waiting = [in_two_parts(told.payment.amount, first=False)]
    day, later = wording.day(MOMENT), wording.day(suspend_at)
    script = told.script()
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        shown = await run.details("### NeedsOperator")
        assert f"by itself, at {day}: reminder 1 day after the due date. Money that names this period" in shown
        assert f"reminders are sent, sending will be suspended at {later}; the subscription does not close" in shown
        assert await _found_by(run) == ("NeedsOperator", MOMENT.ToDatetime(tzinfo=UTC))
        told.next, told.suspend_at = pb.PERIOD_NEXT_SUSPEND_DUE, None
        await run.handle.signal(names.LOOK_AGAIN)
        shown = await run.details("### Suspended")
        assert f"sending is suspended since {day}; the subscription does not close" in shown
        assert "**What comes next:** nothing by itself" in shown  # its closing is held by the money
        assert (await _found_by(run))[0] == "Suspended"
        assert await paid(told, run) == "invoiced"


@pytest.mark.parametrize("in_part", [True, False])
async def test_once_a_part_has_come_the_periods_emails_are_given_the_rest_and_how_to_transfer_just_that(
    temporal: TestNamespace, *, in_part: bool
) -> None:
    told = Told()
    told.period.payment_request_id = told.payment.payment_request_id
    told.payment.transfer.CopyFrom(
        payments_pb2.TransferInstructions(holder="Casella S.r.l.", iban="IT60WHOLE", bic="BPPI", reference="RF18WHOLE")
    )
    told.payment.pay_url = "https://casella.example/pay/abc"
    if in_part:
        how = payments_pb2.TransferInstructions(holder="Casella S.r.l.", iban="IT60", reference="RF18")
        told.waiting = [in_two_parts(told.payment.amount, first=False)]
        told.rest = payments_pb2.Rest(missing=common_pb2.Money(minor=1, currency="EUR"), transfer=how)
    script = told.script()
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        shown = await run.details("### NeedsOperator" if in_part else "### AwaitingPayment")
        assert ("What ends it: the rest, EUR 0.01, " in shown) == in_part
        asked = script.requests("AdvancePeriod")[-1]
        assert (asked.to_pay, asked.end_held, asked.HasField("rest")) == (told.payment.amount, in_part, in_part)
        ways = (asked.holder, asked.iban, asked.bic, asked.reference, asked.pay_url)
        whole = ("Casella S.r.l.", "IT60WHOLE", "BPPI", "RF18WHOLE", told.payment.pay_url)
        assert ways == (("Casella S.r.l.", "IT60", "", "RF18", told.payment.pay_url) if in_part else whole)
        assert not in_part or asked.rest.minor == 1
        assert await paid(told, run) == "invoiced"


async def _found_by(run: Run) -> tuple[str | None, datetime | None]:
    """The search attributes: its state, and when something is due."""
    known = (await run.handle.describe()).typed_search_attributes
    return known.get(STATE), known.get(DUE_AT)


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (pb.SUBSCRIPTION_END_UNSPECIFIED, payments_pb2.CLOSE_REASON_EXPIRED),
        (pb.SUBSCRIPTION_END_CANCELLED, payments_pb2.CLOSE_REASON_CANCELLED),
        (pb.SUBSCRIPTION_END_TERMINATED, payments_pb2.CLOSE_REASON_CANCELLED),
    ],
)
async def test_a_period_that_nobody_paid_is_closed(
    temporal: TestNamespace, end: pb.SubscriptionEnd, reason: payments_pb2.CloseReason
) -> None:
    told = Told(next=pb.PERIOD_NEXT_CLOSE_DUE)
    told.subscription.end = end
    script = told.script()
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        assert await run.end() == "unpaid"
    assert [request.reason for request in script.requests("ClosePaymentRequest")] == [reason]
    assert len(script.requests("IssueProforma")) == (0 if end else 1)  # a cancelled one is not asked for any more


@pytest.mark.parametrize("pays", [True, False])
async def test_the_last_period_is_asked_for_after_the_end_and_then_carries_to_the_purge(
    temporal: TestNamespace, *, pays: bool
) -> None:
    told = Told(next=pb.PERIOD_NEXT_MEASURE_DUE)
    told.period.state = pb.PERIOD_STATE_SCHEDULED
    told.subscription.state = pb.SUBSCRIPTION_STATE_CLOSING
    told.subscription.end = pb.SUBSCRIPTION_END_UNPAID

    def ended(request: pb.RecordPeriodOutcomeRequest) -> pb.RecordPeriodOutcomeResponse:
        answer = told.ended(request)
        told.next, told.due, told.wait = pb.PERIOD_NEXT_WAIT, "purge", LONG
        return answer

    script = told.script(RecordPeriodOutcome=ended)
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        await run.details("AwaitingPayment")
        if pays:
            told.payment.state = payments_pb2.PAYMENT_REQUEST_STATE_PAID
        else:
            told.next = pb.PERIOD_NEXT_CLOSE_DUE
        await run.handle.signal(names.PERIOD_CHANGED)
        await run.details("### Closing")
        told.next = pb.PERIOD_NEXT_PURGE_DUE
        await run.handle.signal(names.PERIOD_CHANGED)
        assert await run.end() == ("invoiced" if pays else "unpaid")
    assert script.order_of("SuspendAccount", "MeasurePeriod", "SendProforma", "CloseAccount") == [
        "SuspendAccount", "MeasurePeriod", "SendProforma", "CloseAccount",
    ]  # fmt: skip
    assert script.requests("SuspendAccount")[0].cause == mailboxes_pb2.SUSPENSION_CAUSE_ENDED
    assert len(script.requests("IssueInvoice")) == int(pays)
    reasons = [request.reason for request in script.requests("ClosePaymentRequest")]
    assert reasons == ([] if pays else [payments_pb2.CLOSE_REASON_CANCELLED])  # money that waits does not hold it


async def test_a_void_period_ends_the_suspension_that_it_led_to(temporal: TestNamespace) -> None:
    told = Told(next=pb.PERIOD_NEXT_CLOSE_DUE, resume_due=True)
    told.subscription.end = pb.SUBSCRIPTION_END_CANCELLED
    script = told.script()
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        await run.end()
    assert script.order_of("RecordPeriodOutcome", "ResumeAccount", "ResumeSubscription") == [
        "RecordPeriodOutcome", "ResumeAccount", "ResumeSubscription",
    ]  # fmt: skip


async def test_a_payment_that_wins_against_the_closing_is_served(temporal: TestNamespace) -> None:
    told = Told(next=pb.PERIOD_NEXT_CLOSE_DUE)

    def too_late(_: object) -> payments_pb2.ClosePaymentRequestResponse:
        told.payment.state = payments_pb2.PAYMENT_REQUEST_STATE_PAID
        return payments_pb2.ClosePaymentRequestResponse(payment_request=told.payment)

    script = told.script(ClosePaymentRequest=too_late)
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        assert await run.end() == "invoiced"


async def test_what_has_ended_is_kept_for_reading_then_closed_unless_a_hold_stands(temporal: TestNamespace) -> None:
    told = Told(next=pb.PERIOD_NEXT_PURGE_DUE)
    told.period.state = pb.PERIOD_STATE_VOID
    told.subscription.state = pb.SUBSCRIPTION_STATE_CLOSING
    held = True

    def close(request: object) -> object:
        return refuse(errors_pb2.REASON_LEGAL_HOLD) if held else told.account_closed(request)

    script = told.script(CloseAccount=close)
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        await run.details("### Held")
        told.next, told.due, told.wait = pb.PERIOD_NEXT_WAIT, "purge", SOON
        held = False
        await run.handle.signal(names.PERIOD_CHANGED)
        await run.details("### Closing")
        told.next = pb.PERIOD_NEXT_PURGE_DUE
        assert await run.end() == "void"
    assert len(script.requests("SuspendAccount")) == 1


async def test_money_that_waits_holds_the_purge_until_it_is_settled(temporal: TestNamespace) -> None:
    told = Told(next=pb.PERIOD_NEXT_PURGE_DUE, waiting=[payments_pb2.MoneyEntry(money_entry_id="e1", amount=GROSS)])
    told.period.state = pb.PERIOD_STATE_VOID
    told.subscription.state = pb.SUBSCRIPTION_STATE_CLOSING

    def close(request: pb.CloseAccountRequest) -> object:
        if not request.money_waiting:
            return told.account_closed(request)
        entries = ",".join(request.money_entry_ids)
        return refuse(errors_pb2.REASON_MONEY_WAITING, held_until=MOMENT.ToJsonString(), money_entry_ids=entries)

    script = told.script(CloseAccount=close)
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        shown = await run.details("### Held")
        assert f"held by money that waits (`money:e1`); it goes ahead at {wording.day(MOMENT)} at the latest" in shown
        assert (await run.handle.describe()).typed_search_attributes.get(DUE_AT) == MOMENT.ToDatetime(tzinfo=UTC)
        assert "casella hold release" not in shown
        told.waiting.clear()
        await run.handle.signal(names.MONEY_WAITING)
        assert await run.end() == "void"


async def test_short_money_of_an_ended_subscription_holds_the_purge_and_the_page_says_no_other_thing(
    temporal: TestNamespace,
) -> None:
    told = Told(due="purge")
    told.subscription.state = pb.SUBSCRIPTION_STATE_CLOSING
    told.waiting = [in_two_parts(told.payment.amount, first=False)]
    script = told.script()
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        shown = await run.details("### NeedsOperator")
        assert "its purge begins, unless money still waits then" in shown
        assert "holds the account's purge, until `ordering.hold_days` past its day at the latest" in shown
        assert "does not close" not in shown


async def test_a_reminder_is_told_as_sent_by_whatever_the_period_was_woken(temporal: TestNamespace) -> None:
    told = Told(due="reminder_3_days")
    script = told.script()
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        assert ": sent" not in await run.details("reminder 3 days after the due date")
        told.due, told.sent = "suspension", "reminder_3_days"
        await run.handle.signal(names.LOOK_AGAIN)
        await run.details("reminder 3 days after the due date: sent")


async def test_a_newer_period_that_waits_for_an_older_one_names_it(temporal: TestNamespace) -> None:
    told = Told(due="older_period", oldest_unpaid=2)
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, told.script()) as run:
        shown = await run.details("### AwaitingPayment")
        assert "without it: look again whether the older unpaid period was paid: period 2" in shown


async def test_a_newer_period_says_for_want_of_which_one_sending_is_suspended_and_stays_so_once_it_is_paid(
    temporal: TestNamespace,
) -> None:
    told = Told(due="older_period", oldest_unpaid=1)
    told.subscription.suspended_at.CopyFrom(MOMENT)
    told.period.payment_request_id = told.payment.payment_request_id
    older, asked_older = str(new_id()), str(new_id())
    short = in_two_parts(told.payment.amount, first=False)
    rest = payments_pb2.Rest(missing=common_pb2.Money(minor=609, currency="EUR"))

    def period(request: pb.GetPeriodRequest) -> pb.GetPeriodResponse:
        if request.period_id == older:
            return pb.GetPeriodResponse(period=pb.Period(payment_request_id=asked_older))
        return pb.GetPeriodResponse(period=told.period, subscription=told.subscription, suspended_by_period_id=older)

    def asked(request: payments_pb2.GetPaymentRequestRequest) -> payments_pb2.GetPaymentRequestResponse:
        if request.payment_request_id == asked_older:
            return payments_pb2.GetPaymentRequestResponse(waiting=[short], rest=rest)
        return payments_pb2.GetPaymentRequestResponse(payment_request=told.payment)

    script = told.script(GetPeriod=period, GetPaymentRequest=asked)
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        shown = await run.details("### Suspended")
        assert "sending is suspended meanwhile, because period 1 is not paid" in shown
        advanced = script.requests("AdvancePeriod")[-1]
        assert (advanced.older_rest.minor, advanced.older_end_held, advanced.end_held) == (609, True, False)
        assert await paid(told, run) == "invoiced"
        await run.details("sending stays suspended, because period 1 is not paid")


async def test_with_short_money_the_page_says_when_no_reminder_is_left(temporal: TestNamespace) -> None:
    told = Told(reminders_over=True)
    told.waiting = [in_two_parts(told.payment.amount, first=False)]
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, told.script()) as run:
        assert "asked for: no reminder is left to send; the subscription" in await run.details("### NeedsOperator")


async def test_an_operator_decides_where_nothing_confirms_the_vat_number(temporal: TestNamespace) -> None:
    told = Told(next=pb.PERIOD_NEXT_MEASURE_DUE)
    told.period.state = pb.PERIOD_STATE_SCHEDULED

    def measure(request: pb.MeasurePeriodRequest) -> object:
        return told.measured(request) if request.tax_decision else refuse(errors_pb2.REASON_TAX_STATE)

    script = told.script(MeasurePeriod=measure)
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        shown = await run.details("NeedsOperator")
        assert "`accept_other_proof`" in shown
        await run.handle.execute_update("accept_other_proof", {"reason_code": "register_extract"})
        await run.details("AwaitingPayment")
    decided = script.requests("MeasurePeriod")[-1]
    assert decided.tax_decision == pb.TAX_DECISION_OTHER_PROOF
    assert decided.steering.reason_code == "register_extract"
    assert decided.steering.actor


async def test_a_period_that_changed_while_it_was_measured_is_looked_at_anew(temporal: TestNamespace) -> None:
    told = Told(next=pb.PERIOD_NEXT_MEASURE_DUE)
    told.period.state = pb.PERIOD_STATE_SCHEDULED

    def cancelled(_: object) -> object:
        told.next, told.due = pb.PERIOD_NEXT_WAIT, "end"
        told.subscription.end = pb.SUBSCRIPTION_END_CANCELLED
        return refuse(errors_pb2.REASON_PERIOD_STATE)

    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, told.script(MeasurePeriod=cancelled)) as run:
        shown = await run.details("### Ending")
        assert "`keep_subscription`" in shown


@pytest.mark.parametrize("by_button", [True, False])
async def test_a_subscription_is_cancelled_and_kept_by_an_operator(temporal: TestNamespace, *, by_button: bool) -> None:
    told = Told(due="measuring")
    told.period.state = pb.PERIOD_STATE_SCHEDULED

    def cancel(request: pb.CancelSubscriptionRequest) -> pb.CancelSubscriptionResponse:
        assert request.steering.reason_code == ("ui_cancel" if by_button else "customer_asked")
        told.subscription.end, told.due = pb.SUBSCRIPTION_END_CANCELLED, "end"
        return pb.CancelSubscriptionResponse(subscription=told.subscription)

    def keep(_: object) -> pb.KeepSubscriptionResponse:
        told.subscription.end, told.due = pb.SUBSCRIPTION_END_UNSPECIFIED, "measuring"
        return pb.KeepSubscriptionResponse(subscription=told.subscription)

    script = told.script(CancelSubscription=cancel, KeepSubscription=keep)
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        await run.details("### Scheduled")
        with pytest.raises(WorkflowUpdateFailedError, match=r"update") as refused:
            await run.handle.execute_update("keep_subscription", WHY)
        assert "may be done with it: cancel_subscription" in str(refused.value.cause)
        if by_button:
            await run.handle.cancel()
        else:
            await run.handle.execute_update("cancel_subscription", WHY)
        await run.details("### Ending")
        await run.handle.execute_update("keep_subscription", WHY)
        await run.details("### Scheduled")


async def test_a_termination_after_a_lost_dispute_is_not_taken_back(temporal: TestNamespace) -> None:
    told = Told(due="end")
    told.period.state = pb.PERIOD_STATE_SCHEDULED
    told.subscription.end = pb.SUBSCRIPTION_END_TERMINATED
    script = told.script()
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        assert "keep_subscription" not in await run.details("### Ending")
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await run.handle.execute_update("keep_subscription", WHY)
        assert "the contract was terminated after a lost dispute" in str(refused.value.cause)
    assert script.requests("KeepSubscription") == []


async def test_a_transfer_is_recorded_only_while_money_is_waited_for(temporal: TestNamespace) -> None:
    told = Told(due="measuring")
    told.period.state = pb.PERIOD_STATE_SCHEDULED
    transfer = {"amount": "9.15", "booked_on": "2026-11-24", "bank_reference": "CRO 1", "reason_code": "seen"}
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, told.script()) as run:
        await run.details("### Scheduled")
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await run.handle.execute_update("record_bank_transfer", transfer)
        assert "the period waits for no money: it is Scheduled" in str(refused.value.cause)


async def test_nothing_of_the_customer_stands_in_the_history(temporal: TestNamespace) -> None:
    told = Told()
    told.period.vat_id = "DE136695976"
    told.period.party.company_name = "Zenobia GmbH"
    told.period.lines.add(description="Zenobia")
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, told.script()) as run:
        await run.details("AwaitingPayment")
        history = json.loads((await run.handle.fetch_history()).to_json())
    told_of = [text for text in texts(history) if any(mark in text for mark in ("Zenobia", "DE13669", "a@b.example"))]
    assert told_of == []


async def test_a_cancellation_that_ends_the_service_at_once_is_announced_and_wants_to_be_meant(
    temporal: TestNamespace,
) -> None:
    told = Told()
    told.subscription.period_end.CopyFrom(common_pb2.Date(year=2026, month=10, day=31))
    told.subscription.would_end_at.CopyFrom(MOMENT)

    def cancel(_: object) -> pb.CancelSubscriptionResponse:
        told.subscription.end = pb.SUBSCRIPTION_END_CANCELLED
        told.subscription.ends_at.CopyFrom(MOMENT)
        return pb.CancelSubscriptionResponse(subscription=told.subscription)

    script = told.script(CancelSubscription=cancel)
    meant = {**WHY, "ends_now": True}
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        await run.details("`cancel_subscription` ends the subscription with what is paid, on 2026-10-31")
        with pytest.raises(WorkflowUpdateFailedError) as too_much:
            await run.handle.execute_update("cancel_subscription", meant)
        assert "until then it can be kept" in str(too_much.value.cause)
        told.subscription.would_end_at_once = True  # what is paid has been served meanwhile, and nobody looked
        with pytest.raises(WorkflowUpdateFailedError) as unmeant:
            await run.handle.execute_update("cancel_subscription", WHY)
        assert "paid only until 2026-10-31, and could not be taken back" in str(unmeant.value.cause)
        await run.handle.signal(names.PERIOD_CHANGED)
        shown = await run.details("ends the subscription AT ONCE, because it is paid only until 2026-10-31")
        assert '`{"ends_now": true, "reason_code": "customer_asked"}`' in shown
        with pytest.raises(WorkflowUpdateFailedError) as wrong:
            await run.handle.execute_update("cancel_subscription", {**WHY, "ends_now": "yes"})
        assert "ends_now: true, without quotes" in str(wrong.value.cause)
        await run.handle.cancel()
        await run.details("Cancel was pressed: it would end the service at once")
        assert script.requests("CancelSubscription") == []
        await run.handle.execute_update("cancel_subscription", meant)
    assert len(script.requests("CancelSubscription")) == 1


@pytest.mark.parametrize(
    ("end", "why"),
    [
        (pb.SUBSCRIPTION_END_CANCELLED, "the subscription was cancelled"),
        (pb.SUBSCRIPTION_END_WITHDRAWN, "the consumer withdrew from the contract"),
        (pb.SUBSCRIPTION_END_TERMINATED, "the subscription was terminated after a lost dispute"),
        (pb.SUBSCRIPTION_END_UNSPECIFIED, "its days are asked for anew, by another period"),
    ],
)
async def test_a_void_period_says_why(temporal: TestNamespace, end: pb.SubscriptionEnd, why: str) -> None:
    told = Told(next=pb.PERIOD_NEXT_NOT_OPEN)
    told.period.state, told.subscription.end = pb.PERIOD_STATE_VOID, end
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, told.script()) as run:
        assert await run.end() == "void"
        assert f"the period is void: {why}" in await run.details("### Void")
