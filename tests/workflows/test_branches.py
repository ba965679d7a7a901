"""Each branch of the workflows that money, a hold or a person decides, led by a script on the real Temporal server."""

import asyncio
import json
from datetime import UTC, timedelta
from uuid import uuid4

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.client import WorkflowUpdateFailedError
from temporalio.worker import Replayer

from casella.common.v1 import common_pb2, errors_pb2
from casella.invoicing.v1 import invoicing_pb2 as invoicing
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from casella.trial.v1 import trial_pb2
from services.kit import temporal_client
from tests.fixtures.temporal import TestNamespace
from tests.workflows.orders import LONG, MOMENT, a_payment, an_order, ordering, reminding
from tests.workflows.reading import texts
from tests.workflows.script import Answer, Script, refuse, running
from workflows import names, retries, wording
from workflows.details import DUE_AT
from workflows.worker import WORKFLOWS

SOON = Duration(nanos=50_000_000)


def purging(**changes: Answer) -> Script:
    """An account that was closed because its trial ended."""
    closure = ordering_pb2.Closure(reason=ordering_pb2.CLOSURE_REASON_TRIAL_ENDED)
    answers: dict[str, Answer] = {
        "GetClosure": lambda _: ordering_pb2.GetClosureResponse(closure=closure),
        "PurgeAccount": lambda _: mailboxes_pb2.PurgeAccountResponse(domains_removed=1, mailboxes_removed=2),
        "CloseLogin": lambda _: trial_pb2.CloseLoginResponse(),
        "GetMandate": lambda _: payments_pb2.GetMandateResponse(),
        "ProvePurged": lambda _: mailboxes_pb2.ProvePurgedResponse(),
        "RecordPurged": lambda _: ordering_pb2.RecordPurgedResponse(),
    }
    return Script(answers | changes)


async def test_a_purge_deletes_proves_and_records_in_this_order(temporal: TestNamespace) -> None:
    script = purging()
    async with running(temporal, names.PURGE, names.ACCOUNT_CLOSED, script) as run:
        assert await run.end() == "purged"
    steps = script.order_of("PurgeAccount", "CloseLogin", "ProvePurged", "RecordPurged")
    assert steps == ["PurgeAccount", "CloseLogin", "ProvePurged", "RecordPurged"]


@pytest.mark.parametrize(
    ("state", "switched_off"),
    [(payments_pb2.MANDATE_STATE_ACTIVE, 1), (payments_pb2.MANDATE_STATE_ENDED, 0)],
    ids=["active", "ended"],
)
async def test_a_purged_account_is_charged_by_nobody(
    temporal: TestNamespace, state: payments_pb2.MandateState, switched_off: int
) -> None:
    mandate = payments_pb2.Mandate(mandate_id="m", state=state)
    script = purging(
        GetMandate=lambda _: payments_pb2.GetMandateResponse(mandate=mandate),
        SwitchOffAutomaticDebit=lambda _: payments_pb2.SwitchOffAutomaticDebitResponse(mandate=mandate),
    )
    async with running(temporal, names.PURGE, names.ACCOUNT_CLOSED, script) as run:
        assert await run.end() == "purged"
    asked = script.requests("SwitchOffAutomaticDebit")
    assert [each.steering.reason_code for each in asked] == ["account_purged"] * switched_off


async def test_a_run_whose_steps_were_all_stalled_once_is_replayed(
    temporal: TestNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The local attempt times out, the normal activity goes through; a worker that starts later must agree."""
    monkeypatch.setattr(retries, "LOCAL_TIMEOUT", timedelta(seconds=1))
    willing = purging()
    released: dict[str, asyncio.Event] = {}

    def stalled_once(rpc: str) -> Answer:
        async def answer(request: object) -> object:
            released.setdefault(rpc, asyncio.Event())
            if len(script.requests(rpc)) == 1:
                await released[rpc].wait()
            released[rpc].set()
            return willing.answers[rpc](request)

        return answer

    script = Script({rpc: stalled_once(rpc) for rpc in willing.answers})
    async with running(temporal, names.PURGE, names.ACCOUNT_CLOSED, script) as run:
        assert await run.end() == "purged"
        history = await run.handle.fetch_history()
    assert [len(script.requests(rpc)) for rpc in ("PurgeAccount", "CloseLogin", "RecordPurged")] == [2, 2, 2]
    await Replayer(workflows=WORKFLOWS, data_converter=temporal_client.data_converter()).replay_workflow(history)


async def test_a_hold_set_between_the_deletions_keeps_the_login(temporal: TestNamespace) -> None:
    closure = ordering_pb2.Closure(reason=ordering_pb2.CLOSURE_REASON_TRIAL_ENDED)

    def purge(_: object) -> mailboxes_pb2.PurgeAccountResponse:
        closure.legal_hold = True
        return mailboxes_pb2.PurgeAccountResponse()

    script = purging(GetClosure=lambda _: ordering_pb2.GetClosureResponse(closure=closure), PurgeAccount=purge)
    async with running(temporal, names.PURGE, names.ACCOUNT_CLOSED, script) as run:
        await run.details("### Held")
        assert script.requests("CloseLogin") == []
        closure.legal_hold = False
        await run.handle.signal(names.ACCOUNT_CLOSED)
        assert await run.end() == "purged"
    assert len(script.requests("CloseLogin")) == 1


@pytest.mark.parametrize(
    ("reason", "contract_ended"),
    [
        (ordering_pb2.CLOSURE_REASON_TRIAL_ENDED, False),
        (ordering_pb2.CLOSURE_REASON_SUBSCRIPTION_ENDED, True),
    ],
    ids=["trial", "subscription"],
)
async def test_only_an_ended_contract_lets_a_paid_account_be_purged(
    temporal: TestNamespace, reason: ordering_pb2.ClosureReason, *, contract_ended: bool
) -> None:
    closure = ordering_pb2.Closure(reason=reason)
    script = purging(GetClosure=lambda _: ordering_pb2.GetClosureResponse(closure=closure))
    async with running(temporal, names.PURGE, names.ACCOUNT_CLOSED, script) as run:
        assert await run.end() == "purged"
    assert [request.contract_ended for request in script.requests("PurgeAccount")] == [contract_ended]


async def test_what_the_mail_system_still_knows_stops_the_purges_end(temporal: TestNamespace) -> None:
    left = mailboxes_pb2.ProvePurgedResponse(mailboxes_in_mail_system=1)
    script = purging(ProvePurged=lambda _: left)
    async with running(temporal, names.PURGE, names.ACCOUNT_CLOSED, script) as run:
        await run.details("NeedsOperator")
        assert script.requests("RecordPurged") == []
        left.Clear()
        await run.handle.execute_update("retry", {"reason_code": "mail_system_cleaned"})
        assert await run.end() == "purged"


def expiring(payment: payments_pb2.PaymentRequest) -> dict[str, Answer]:
    """The order's time is up, and payments closes the request."""

    def close(request: payments_pb2.ClosePaymentRequestRequest) -> payments_pb2.ClosePaymentRequestResponse:
        payment.state, payment.close_reason = payments_pb2.PAYMENT_REQUEST_STATE_CLOSED, request.reason
        return payments_pb2.ClosePaymentRequestResponse(payment_request=payment)

    due = ordering_pb2.AdvanceOrderResponse(
        state=ordering_pb2.ORDER_STATE_OPEN, next=ordering_pb2.ORDER_NEXT_EXPIRY_DUE
    )
    return {"AdvanceOrder": lambda _: due, "ClosePaymentRequest": close}


async def test_an_order_that_account_credit_pays_is_confirmed_like_every_other(temporal: TestNamespace) -> None:
    payment, order = a_payment(), an_order()
    payment.state = payments_pb2.PAYMENT_REQUEST_STATE_PAID
    payment.credit_used.CopyFrom(payment.amount)
    payment.amount.minor = 0
    script = ordering(payment, order)
    async with running(temporal, names.ORDER, names.ORDER_CHANGED, script, order.order_id) as run:
        assert await run.end() == "fulfilled"
    assert [request.email for request in script.requests("SendOrderEmail")] == [ordering_pb2.ORDER_EMAIL_CONFIRMATION]
    assert script.order_of("SendProforma", "UnlockAccount") == ["SendProforma", "UnlockAccount"]


async def test_an_order_whose_time_is_up_ends_expired_and_the_customer_is_told(temporal: TestNamespace) -> None:
    payment, order = a_payment(), an_order()
    script = ordering(payment, order, **expiring(payment))
    async with running(temporal, names.ORDER, names.ORDER_CHANGED, script, order.order_id) as run:
        assert await run.end() == "expired"
    assert [request.outcome for request in script.requests("RecordOutcome")] == [ordering_pb2.OUTCOME_EXPIRED]
    assert script.requests("SendOrderEmail")[-1].email == ordering_pb2.ORDER_EMAIL_EXPIRED


def waiting_money(
    minor: int = 1000,
    reason: payments_pb2.MoneyEntryReason = payments_pb2.MONEY_ENTRY_REASON_SHORT,
    source: payments_pb2.MoneySource = payments_pb2.MONEY_SOURCE_BANK,
) -> payments_pb2.MoneyEntry:
    """Money that names the order and waits, with what a payer wrote."""
    return payments_pb2.MoneyEntry(
        money_entry_id="018f3c1e-0000-7000-8000-000000000009",
        reason=reason,
        amount=common_pb2.Money(minor=minor, currency="EUR"),
        available_on=common_pb2.Date(year=2026, month=11, day=24),
        money_source=source,
        source_reference="Mario Prova 1",
        payer_name="Mario Prova",
        remittance="da Mario Prova",
    )


def with_waiting(payment: payments_pb2.PaymentRequest, *waiting: payments_pb2.MoneyEntry) -> dict[str, Answer]:
    """Payments tells of money that waits."""
    return {
        "GetPaymentRequest": lambda _: payments_pb2.GetPaymentRequestResponse(payment_request=payment, waiting=waiting)
    }


async def test_money_that_waits_keeps_an_order_from_expiring_until_an_operator_decides(
    temporal: TestNamespace,
) -> None:
    payment, order = a_payment(), an_order()
    answers = expiring(payment) | with_waiting(payment, waiting_money())
    answers["ClosePaymentRequest"] = lambda _: refuse(errors_pb2.REASON_MONEY_WAITING)
    script = ordering(payment, order, **answers)
    async with running(temporal, names.ORDER, names.ORDER_CHANGED, script, order.order_id) as run:
        shown = await run.details("NeedsOperator")
        assert "What ends it: a further payment of exactly EUR 19.76, as a statement tells it, or an update" in shown
        assert f"of the workflow `money:{waiting_money().money_entry_id}`: `assign` (pays this with it" in shown
        assert "`credit` or `refund`, or `cancel_order`" in shown
        assert "record_bank_transfer" not in shown  # it is refused while other money names the order
        assert script.requests("RecordOutcome") == []


@pytest.mark.parametrize(
    ("source", "how"),
    [
        (payments_pb2.MONEY_SOURCE_BANK, "which pays by itself once it is there"),
        (payments_pb2.MONEY_SOURCE_STRIPE, "which pays by itself once it is there"),
        (payments_pb2.MONEY_SOURCE_ANNOUNCED, "which pays by `assign`, once it is there"),
    ],
)
async def test_an_order_that_was_paid_in_part_waits_for_the_rest_first_and_tells_of_the_part_payments_invoice(
    temporal: TestNamespace, source: payments_pb2.MoneySource, how: str
) -> None:
    payment, order = a_payment(), an_order()
    payment.transfer.CopyFrom(payments_pb2.TransferInstructions(holder="Casella S.r.l.", bic="BPPI"))
    entry, missing = waiting_money(500, source=source), common_pb2.Money(minor=1476, currency="EUR")
    entry.advance.CopyFrom(payments_pb2.Advance(due_at=MOMENT, wait=LONG))
    transfer = payments_pb2.TransferInstructions(iban="IT60X0542811101000000123456", holder="Casella S.r.l.")
    answers: dict[str, Answer] = {
        "GetPaymentRequest": lambda _: payments_pb2.GetPaymentRequestResponse(
            payment_request=payment, waiting=[entry], rest=payments_pb2.Rest(missing=missing, transfer=transfer)
        )
    }
    script = ordering(payment, order, AdvanceOrder=reminding(order), **answers)
    async with running(temporal, names.ORDER, names.ORDER_CHANGED, script, order.order_id) as run:
        shown = await run.details("### NeedsOperator")
        rest = f"What ends it: the rest, EUR 14.76, by bank transfer, {how}, or a further payment of exactly EUR 19.76"
        assert rest in shown
        invoiced = "invoiced as a part payment (TD02)"
        assert f"Should EUR 5.00 still wait at {wording.day(MOMENT)}, it is {invoiced}. Meanwhile" in shown
        entry.advance.CopyFrom(payments_pb2.Advance(decided_at=MOMENT, amount=entry.amount))
        await run.handle.signal(names.MONEY_WAITING)
        shown = await run.details(f"EUR 5.00 is {invoiced} since {wording.day(MOMENT)}: the workflow `money:")
        history = await run.handle.fetch_history()
    assert "IT60" not in "".join(texts(json.loads(history.to_json())))
    asked = script.requests("AdvanceOrder")[-1]
    assert (asked.to_pay, asked.holder, asked.bic) == (payment.amount, "Casella S.r.l.", "BPPI")


async def test_money_that_waits_is_shown_and_not_reminded_of_from_the_moment_it_comes(temporal: TestNamespace) -> None:
    payment, order = a_payment(), an_order()
    waiting: list[payments_pb2.MoneyEntry] = []
    answers: dict[str, Answer] = {
        "GetPaymentRequest": lambda _: payments_pb2.GetPaymentRequestResponse(payment_request=payment, waiting=waiting)
    }
    script = ordering(payment, order, AdvanceOrder=reminding(order), **answers)
    async with running(temporal, names.ORDER, names.ORDER_CHANGED, script, order.order_id) as run:
        await run.details("### AwaitingPayment")
        assert not script.requests("AdvanceOrder")[-1].money_waiting
        waiting.append(waiting_money())
        await run.handle.signal(names.MONEY_WAITING)
        shown = await run.details("### NeedsOperator")
        money = "EUR 10.00 of 2026-11-24, less than was asked for (entry 018f3c1e-0000-7000-8000-000000000009)"
        assert f"waits in the operator's queue: {money}." in shown
        assert f" money that names the order waits: {money}" in shown
        assert script.requests("AdvanceOrder")[-1].money_waiting
        del waiting[:]
        await run.handle.signal(names.MONEY_WAITING)
        assert " no money that names the order waits any more" in await run.details("### AwaitingPayment")
        history = await run.handle.fetch_history()
    assert "Mario" not in "".join(texts(json.loads(history.to_json())))


async def test_what_the_bank_took_back_of_money_for_an_order_is_named_on_its_page(temporal: TestNamespace) -> None:
    payment, order = a_payment(), an_order()
    gone, reversal = waiting_money(400), waiting_money(-300, payments_pb2.MONEY_ENTRY_REASON_REVERSED)
    gone.taken_back_by = "018f3c1e-0000-7000-8000-00000000000a"
    told = payments_pb2.GetPaymentRequestResponse(payment_request=payment, waiting=[waiting_money()])
    script = ordering(payment, order, GetPaymentRequest=lambda _: told)
    async with running(temporal, names.ORDER, names.ORDER_CHANGED, script, order.order_id) as run:
        await run.details("### NeedsOperator")
        told.gone.append(gone)
        told.taken_back.append(reversal)
        await run.handle.signal(names.MONEY_WAITING)
        shown = await run.details(f"the bank took EUR 4.00 of 2026-11-24 back (entry {gone.taken_back_by}), which had")
        undecided = "EUR 3.00 of 2026-11-24 was taken back by bank transfer, and nobody has decided about that"
        assert f" {undecided} (`money:{reversal.money_entry_id}`): no part pays by itself before. Meanwhile" in shown
        history = await run.handle.fetch_history()
    assert "Mario" not in "".join(texts(json.loads(history.to_json())))


async def test_waiting_money_of_the_exact_amount_is_given_to_the_order_by_its_own_reference(
    temporal: TestNamespace,
) -> None:
    payment, order = a_payment(), an_order()
    entry = waiting_money(1976, payments_pb2.MONEY_ENTRY_REASON_DATE)
    script = ordering(payment, order, **with_waiting(payment, entry))
    async with running(temporal, names.ORDER, names.ORDER_CHANGED, script, order.order_id) as run:
        assert "- `record_bank_transfer` with the bank reference that" in await run.details("### NeedsOperator")


async def test_waiting_money_recorded_by_hand_can_be_withdrawn(temporal: TestNamespace) -> None:
    payment, order = a_payment(), an_order()
    by_hand = waiting_money(source=payments_pb2.MONEY_SOURCE_ANNOUNCED)
    script = ordering(payment, order, **with_waiting(payment, by_hand))
    async with running(temporal, names.ORDER, names.ORDER_CHANGED, script, order.order_id) as run:
        assert "`casella bank withdraw`" in await run.details("### NeedsOperator")


async def test_a_cancelled_order_tells_of_money_that_still_waits(temporal: TestNamespace) -> None:
    payment, order = a_payment(), an_order()
    taken_back = waiting_money(700, payments_pb2.MONEY_ENTRY_REASON_REVERSED)
    answers = expiring(payment) | with_waiting(payment, waiting_money(), waiting_money(50), taken_back)
    due = ordering_pb2.AdvanceOrderResponse(
        state=ordering_pb2.ORDER_STATE_OPEN, next=ordering_pb2.ORDER_NEXT_WAIT, wait=LONG, due="expiry", due_at=MOMENT
    )

    def cancel(_: object) -> ordering_pb2.CancelOrderResponse:
        due.next = ordering_pb2.ORDER_NEXT_CANCEL_REQUESTED
        return ordering_pb2.CancelOrderResponse(order=order)

    script = ordering(payment, order, **answers | {"AdvanceOrder": lambda _: due, "CancelOrder": cancel})
    async with running(temporal, names.ORDER, names.ORDER_CHANGED, script, order.order_id) as run:
        await run.details("### NeedsOperator")
        told = await run.handle.execute_update("cancel_order", {"reason_code": "customer_asked"})
        assert "Money that names it still waits (`casella show money`): EUR 10.00" in told
        assert await run.end() == "cancelled"
        shown = await run.details("### Cancelled")
        assert "the order has ended. Money that names it still waits (`casella show money`): EUR 10.00" in shown
    told = script.requests("SendOrderEmail")
    assert told[-1].email == ordering_pb2.ORDER_EMAIL_CANCELLED
    assert list(told[-1].held) == [common_pb2.Money(currency="EUR", minor=1050)]
    assert not told[0].held  # the order's confirmation


async def test_a_reminder_that_was_skipped_is_not_told_as_sent(temporal: TestNamespace) -> None:
    payment, order = a_payment(), an_order()
    due = ordering_pb2.AdvanceOrderResponse(
        state=ordering_pb2.ORDER_STATE_OPEN, next=ordering_pb2.ORDER_NEXT_WAIT, due="reminder_3_days", wait=SOON
    )

    def advance(_: object) -> ordering_pb2.AdvanceOrderResponse:
        if len(script.requests("AdvanceOrder")) > 1:
            due.due, due.skipped[:] = "reminder_7_days", ["reminder_3_days"]
            due.wait.CopyFrom(LONG)
        return due

    script = ordering(payment, order, **with_waiting(payment, waiting_money()) | {"AdvanceOrder": advance})
    async with running(temporal, names.ORDER, names.ORDER_CHANGED, script, order.order_id) as run:
        shown = await run.details("reminder 3 days after the proforma: not sent")
        assert ": sent" not in shown
        history = await run.handle.fetch_history()
    timers = "".join(texts(json.loads(history.to_json())))
    assert "reminder 3 days after the proforma (not sent: money waits)" in timers


async def test_a_reminder_is_told_as_sent_by_whatever_the_order_was_woken(temporal: TestNamespace) -> None:
    payment, order = a_payment(), an_order()
    due = ordering_pb2.AdvanceOrderResponse(
        state=ordering_pb2.ORDER_STATE_OPEN, next=ordering_pb2.ORDER_NEXT_WAIT, due="reminder_3_days", wait=LONG
    )

    def advance(_: object) -> ordering_pb2.AdvanceOrderResponse:
        due.sent = "reminder_3_days" if len(script.requests("AdvanceOrder")) == 2 else ""
        return due

    script = ordering(payment, order, AdvanceOrder=advance)
    async with running(temporal, names.ORDER, names.ORDER_CHANGED, script, order.order_id) as run:
        assert ": sent" not in await run.details("reminder 3 days after the proforma")
        for _ in range(2):
            await run.handle.signal(names.LOOK_AGAIN)
            shown = await run.details("reminder 3 days after the proforma: sent")
        assert shown.count("proforma: sent") == 1


async def test_an_order_is_confirmed_by_an_email_of_its_own_beside_the_proforma(temporal: TestNamespace) -> None:
    payment, order = a_payment(), an_order()
    script = ordering(payment, order)
    async with running(temporal, names.ORDER, names.ORDER_CHANGED, script, order.order_id) as run:
        await run.details("### AwaitingPayment")
    assert [request.email for request in script.requests("SendOrderEmail")] == [ordering_pb2.ORDER_EMAIL_CONFIRMATION]
    assert len(script.requests("SendProforma")) == 1


async def test_a_waiting_order_tells_when_it_expires_from_the_beginning(temporal: TestNamespace) -> None:
    payment, order = a_payment(), an_order()
    payment.created_on.CopyFrom(common_pb2.Date(year=2031, month=2, day=3))
    due = ordering_pb2.AdvanceOrderResponse(
        state=ordering_pb2.ORDER_STATE_OPEN, next=ordering_pb2.ORDER_NEXT_WAIT, wait=LONG, due="reminder_3_days",
        due_at=MOMENT, expires_at=Timestamp(seconds=MOMENT.seconds + 86_400),
    )  # fmt: skip
    script = ordering(payment, order, AdvanceOrder=lambda _: due)
    async with running(temporal, names.ORDER, names.ORDER_CHANGED, script, order.order_id) as run:
        shown = await run.details("### AwaitingPayment")
    assert "until 2026-11-19 11:06 UTC, when the order expires; without it: reminder 3 days after the proforma" in shown
    assert '"booked_on": "2031-02-03"' in shown  # a day of the service's calendar, not of this machine's


async def test_a_transfer_of_another_amount_is_recorded_only_by_who_says_so(temporal: TestNamespace) -> None:
    payment, order = a_payment(), an_order()
    answer = payments_pb2.RecordBankTransferResponse(payment_request=payment, money_entry_id="E")
    script = ordering(payment, order, RecordBankTransfer=lambda _: answer)
    data = {"amount": "19.67", "booked_on": "2026-11-24", "bank_reference": "CRO 1", "reason_code": "seen_on_account"}
    async with running(temporal, names.ORDER, names.ORDER_CHANGED, script, order.order_id) as run:
        await run.details("### AwaitingPayment")
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await run.handle.execute_update("record_bank_transfer", data)
        assert "19.67, but EUR 19.76 is asked for" in str(refused.value.cause)
        assert script.requests("RecordBankTransfer") == []
        told = await run.handle.execute_update("record_bank_transfer", data | {"accept_difference": True})
        assert "entry E waits" in told
    assert [asked.amount.minor for asked in script.requests("RecordBankTransfer")] == [1967]


@pytest.mark.parametrize("adds", [True, False])
async def test_an_order_that_adds_to_a_contract_comes_to_its_places(temporal: TestNamespace, *, adds: bool) -> None:
    payment, order = a_payment(), an_order()
    order.state = ordering_pb2.ORDER_STATE_PAID
    if adds:
        order.quote.addition.subscription_id = order.order_id
    del order.quote.items[:]
    order.quote.items.add(size=mailboxes_pb2.MAILBOX_SIZE_8_GB, quantity=3, options=["archive"] if adds else [])
    order.quote.items.add(size=mailboxes_pb2.MAILBOX_SIZE_8_GB, quantity=2)
    script = ordering(payment, order)
    async with running(temporal, names.ORDER, names.PAYMENT_COMPLETED, script, order.order_id) as run:
        assert await run.end() == "fulfilled"
    [request] = script.requests("UnlockAccount")
    assert (request.addition, request.mailboxes) == (adds, 5)
    assert [(entry.mailboxes, list(entry.options)) for entry in request.ordered] == (
        [(3, ["archive"]), (2, [])] if adds else []
    )


@pytest.mark.parametrize("rung", ["", "FulfilOrder", "SendInvoice"], ids=["before", "the last step", "one before it"])
async def test_a_fulfilled_order_tells_its_last_steps_once(temporal: TestNamespace, rung: str) -> None:
    """A ring during the last step undoes the attempt that told of them; one before it has a told order read again."""
    payment, order = a_payment(), an_order()
    order.state = ordering_pb2.ORDER_STATE_PAID if rung else ordering_pb2.ORDER_STATE_FULFILLED
    order.invoice_id = order.order_id
    order.unlocked_at.CopyFrom(MOMENT)

    def answers(rpc: str, answer: object) -> Answer:
        async def give(_: object) -> object:
            if rpc == "FulfilOrder":
                order.state = ordering_pb2.ORDER_STATE_FULFILLED
            if rpc == rung and len(script.requests(rpc)) == 1:
                await run.handle.signal(names.LOOK_AGAIN)
                if rpc == "SendInvoice":
                    await asyncio.Event().wait()  # the local attempt times out, and what was told so far is kept
            return answer

        return give

    last = {
        "UnlockAccount": mailboxes_pb2.UnlockAccountResponse(unlocked_at=MOMENT),
        "RecordUnlock": ordering_pb2.RecordUnlockResponse(order=order),
        "SendInvoice": invoicing.SendInvoiceResponse(),
        "FulfilOrder": ordering_pb2.FulfilOrderResponse(order=order),
    }
    script = ordering(payment, order, **{rpc: answers(rpc, answer) for rpc, answer in last.items()})
    async with running(temporal, names.ORDER, names.PAYMENT_COMPLETED, script, order.order_id) as run:
        assert await run.end() == "fulfilled"
        shown = await run.details("### Fulfilled")
    for told in ("the order is paid", "the service is unlocked", f"goes on as einvoice:{order.order_id}"):
        assert shown.count(told) == 1, shown
    assert ("invoice 2026/1 issued" in shown) == (rung == "SendInvoice")


async def test_an_update_with_a_field_that_it_does_not_have_is_refused(temporal: TestNamespace) -> None:
    payment, order = a_payment(), an_order()
    script = ordering(payment, order, CancelOrder=lambda _: ordering_pb2.CancelOrderResponse(order=order))
    async with running(temporal, names.ORDER, names.ORDER_CHANGED, script, order.order_id) as run:
        await run.details("### AwaitingPayment")
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await run.handle.execute_update("cancel_order", {"reason_code": "customer_asked", "note": "Mario rang"})
        assert str(refused.value.cause) == "WRONG_ARGUMENT: note: no such field; there are: reason_code, ticket_id"
        history = await run.handle.fetch_history()
    assert "Mario" not in "".join(texts(json.loads(history.to_json())))


async def test_a_charge_under_way_keeps_an_order_open(temporal: TestNamespace) -> None:
    payment, order = a_payment(), an_order()
    answers = expiring(payment) | {"ClosePaymentRequest": lambda _: refuse(errors_pb2.REASON_PAYMENT_PROCESSING)}
    script = ordering(payment, order, **answers)
    async with running(temporal, names.ORDER, names.ORDER_CHANGED, script, order.order_id) as run:
        await run.details("being processed")
        assert len(script.requests("ClosePaymentRequest")) == 1
        assert script.requests("RecordOutcome") == []


async def test_after_the_money_a_refused_step_parks_and_offers_no_cancellation(temporal: TestNamespace) -> None:
    payment, order = a_payment(), an_order()
    payment.state = payments_pb2.PAYMENT_REQUEST_STATE_PAID
    script = ordering(payment, order, UnlockAccount=lambda _: refuse(errors_pb2.REASON_ACCOUNT_PURGED))
    async with running(temporal, names.ORDER, names.PAYMENT_COMPLETED, script, order.order_id) as run:
        shown = await run.details("NeedsOperator")
        assert "`retry`" in shown
        assert "cancel_order" not in shown
    assert script.requests("IssueInvoice") == []


async def test_the_unlock_waits_for_neither_the_invoice_nor_its_email(temporal: TestNamespace) -> None:
    """Nor for the SdI: the e-invoice is a process of its own, which the invoice starts."""
    payment, order = a_payment(), an_order()
    payment.state = payments_pb2.PAYMENT_REQUEST_STATE_PAID
    script = ordering(payment, order, IssueInvoice=lambda _: refuse(errors_pb2.REASON_TRANSMISSION_STATE))
    async with running(temporal, names.ORDER, names.PAYMENT_COMPLETED, script, order.order_id) as run:
        shown = await run.details("NeedsOperator")
        assert "the service is unlocked" in shown
    assert script.order_of("UnlockAccount", "RecordUnlock", "IssueInvoice")[:3] == [
        "UnlockAccount", "RecordUnlock", "IssueInvoice",
    ]  # fmt: skip
    assert script.requests("SendInvoice") == script.requests("FulfilOrder") == []


async def test_after_the_money_an_outage_is_outwaited_and_the_order_is_fulfilled(temporal: TestNamespace) -> None:
    """The quick attempt fails, then three of the normal activity, seconds apart."""
    payment, order = a_payment(), an_order()
    payment.state = payments_pb2.PAYMENT_REQUEST_STATE_PAID
    unlocked = mailboxes_pb2.UnlockAccountResponse(unlocked_at=MOMENT)

    def unlock(_: object) -> mailboxes_pb2.UnlockAccountResponse:
        if len(script.requests("UnlockAccount")) <= 4:
            raise grpc.aio.AioRpcError(grpc.StatusCode.UNAVAILABLE, grpc.aio.Metadata(), grpc.aio.Metadata(), "away")
        return unlocked

    script = ordering(
        payment,
        order,
        UnlockAccount=unlock,
        RecordUnlock=lambda _: ordering_pb2.RecordUnlockResponse(order=order),
        FulfilOrder=lambda _: ordering_pb2.FulfilOrderResponse(order=order),
    )
    async with running(temporal, names.ORDER, names.PAYMENT_COMPLETED, script, order.order_id) as run:
        assert await run.end() == "fulfilled"
    assert len(script.requests("UnlockAccount")) == 5


def test_a_step_is_tried_again_without_end() -> None:
    """An outage of days must not end a run after the money."""
    assert retries.FOREVER.maximum_attempts == 0
    assert retries.FOREVER.maximum_interval == timedelta(seconds=30)


async def test_a_trial_that_a_legal_hold_keeps_is_held_and_not_closed(temporal: TestNamespace) -> None:
    trial = trial_pb2.Trial(state=trial_pb2.TRIAL_STATE_ENDED, ends_at=MOMENT, purge_at=MOMENT)
    held = [True]

    def close(_: object) -> ordering_pb2.CloseAccountResponse:
        if held[0]:
            refuse(errors_pb2.REASON_LEGAL_HOLD)
        return ordering_pb2.CloseAccountResponse()

    script = Script({
        "OpenAccount": lambda _: mailboxes_pb2.OpenAccountResponse(),
        "RestrictAccount": lambda _: mailboxes_pb2.RestrictAccountResponse(),
        "GetStanding": lambda _: ordering_pb2.GetStandingResponse(legal_hold=held[0]),
        "AdvanceTrial": lambda _: trial_pb2.AdvanceTrialResponse(trial=trial, next=trial_pb2.TRIAL_NEXT_PURGE_DUE),
        "GetWaitingMoney": lambda _: payments_pb2.GetWaitingMoneyResponse(),
        "CloseAccount": close,
    })  # fmt: skip
    async with running(temporal, names.TRIAL, names.TRIAL_CHANGED, script) as run:
        shown = await run.details("### Held")
        assert "`casella hold release " in shown
        assert "a legal hold stands" in shown
        assert script.requests("AdvanceTrial")[0].legal_hold
        assert (await run.handle.describe()).close_time is None
        held[0] = False
        await run.handle.signal(names.TRIAL_CHANGED)
        assert await run.end() == "closed"
        assert "the legal hold was released" in await run.details("### Closed")
    assert not script.requests("AdvanceTrial")[-1].legal_hold
    assert len(script.requests("CloseAccount")) == 2


def trial_steps(due: trial_pb2.AdvanceTrialResponse, standing: ordering_pb2.GetStandingResponse) -> Script:
    """A trial that waits for what is due, and whose orders say this."""
    return Script({
        "OpenAccount": lambda _: mailboxes_pb2.OpenAccountResponse(),
        "RestrictAccount": lambda _: mailboxes_pb2.RestrictAccountResponse(),
        "GetStanding": lambda _: standing,
        "AdvanceTrial": lambda _: due,
        "ExtendTrial": lambda _: trial_pb2.ExtendTrialResponse(trial=due.trial),
        "GetWaitingMoney": lambda _: payments_pb2.GetWaitingMoneyResponse(),
        "CloseAccount": lambda _: ordering_pb2.CloseAccountResponse(),
    })  # fmt: skip


async def test_a_trial_whose_due_purge_an_open_order_holds_is_held(temporal: TestNamespace) -> None:
    trial = trial_pb2.Trial(state=trial_pb2.TRIAL_STATE_ENDED, ends_at=MOMENT, purge_at=MOMENT)
    due = trial_pb2.AdvanceTrialResponse(trial=trial, next=trial_pb2.TRIAL_NEXT_WAIT, wait=LONG, due="order_end")
    standing = ordering_pb2.GetStandingResponse(order_open=True, open_order_id="1", open_order_expires_at=MOMENT)
    async with running(temporal, names.TRIAL, names.TRIAL_CHANGED, trial_steps(due, standing)) as run:
        shown = await run.details("### Held")
        assert (
            f"held by an open order (`{names.order_id('1')}`); it goes ahead at {wording.day(MOMENT)} at the" in shown
        )
        assert (await run.handle.describe()).typed_search_attributes.get(DUE_AT) == MOMENT.ToDatetime(tzinfo=UTC)
        due.next = trial_pb2.TRIAL_NEXT_PURGE_DUE
        due.due = "purge"
        standing.Clear()
        await run.handle.signal(names.TRIAL_CHANGED)
        assert await run.end() == "closed"


async def test_a_reminder_of_a_trial_is_told_as_sent_by_whatever_it_was_woken(temporal: TestNamespace) -> None:
    trial = trial_pb2.Trial(state=trial_pb2.TRIAL_STATE_ACTIVE, ends_at=MOMENT, purge_at=MOMENT)
    due = trial_pb2.AdvanceTrialResponse(trial=trial, next=trial_pb2.TRIAL_NEXT_WAIT, wait=LONG, due="reminder_3_days")
    script = trial_steps(due, ordering_pb2.GetStandingResponse())
    async with running(temporal, names.TRIAL, names.TRIAL_CHANGED, script) as run:
        assert ": sent" not in await run.details("reminder 3 days before the end")
        due.due, due.sent = "reminder_1_day", "reminder_3_days"
        await run.handle.signal(names.LOOK_AGAIN)
        await run.details("reminder 3 days before the end: sent")


async def test_an_ended_trial_under_a_legal_hold_announces_no_purge(temporal: TestNamespace) -> None:
    trial = trial_pb2.Trial(state=trial_pb2.TRIAL_STATE_ENDED, ends_at=MOMENT, purge_at=MOMENT)
    due = trial_pb2.AdvanceTrialResponse(trial=trial, next=trial_pb2.TRIAL_NEXT_WAIT, wait=LONG, due="purge")
    standing = ordering_pb2.GetStandingResponse(legal_hold=True)
    async with running(temporal, names.TRIAL, names.TRIAL_CHANGED, trial_steps(due, standing)) as run:
        shown = await run.details("### Ended")
        assert "a legal hold holds it: nothing is deleted before `casella hold release " in shown
        assert "the account is closed and its purge begins" not in shown
        due.next = trial_pb2.TRIAL_NEXT_PURGE_DUE
        standing.Clear()
        await run.handle.signal(names.TRIAL_CHANGED)
        assert await run.end() == "closed"


async def test_an_ended_trial_with_an_open_order_says_in_its_heading_that_this_holds_the_purge(
    temporal: TestNamespace,
) -> None:
    trial = trial_pb2.Trial(state=trial_pb2.TRIAL_STATE_ENDED, ends_at=MOMENT, purge_at=MOMENT)
    due = trial_pb2.AdvanceTrialResponse(trial=trial, next=trial_pb2.TRIAL_NEXT_WAIT, wait=LONG, due="purge")
    standing = ordering_pb2.GetStandingResponse(order_open=True, open_order_id=str(uuid4()))
    async with running(temporal, names.TRIAL, names.TRIAL_CHANGED, trial_steps(due, standing)) as run:
        shown = await run.details("### Ended")
        assert f"purge begins, unless order:{standing.open_order_id} is still open: it holds the purge" in shown
        due.next = trial_pb2.TRIAL_NEXT_PURGE_DUE
        standing.Clear()
        await run.handle.signal(names.TRIAL_CHANGED)
        assert await run.end() == "closed"


async def test_each_deed_of_an_operator_is_told_by_itself_with_what_it_brought(temporal: TestNamespace) -> None:
    trial = trial_pb2.Trial(state=trial_pb2.TRIAL_STATE_ACTIVE, ends_at=MOMENT, purge_at=MOMENT)
    due = trial_pb2.AdvanceTrialResponse(trial=trial, next=trial_pb2.TRIAL_NEXT_WAIT, wait=LONG, due="end")
    script = trial_steps(due, ordering_pb2.GetStandingResponse())
    async with running(temporal, names.TRIAL, names.TRIAL_CHANGED, script) as run:
        await run.details("### Active")
        for _ in range(2):
            await run.handle.execute_update("extend_trial", {"days": 7, "reason_code": "slow_migration"})
        shown = await run.details("### Active")
        told = "an operator extended it by 7 days (slow_migration): ends 2026-11-18 11:06 UTC"
        assert shown.count(told) == 2
        due.next = trial_pb2.TRIAL_NEXT_NOTHING
        await run.handle.signal(names.TRIAL_CHANGED)
        assert await run.end() == "closed"


async def test_a_trial_whose_money_waits_is_held_and_closed_once_it_is_settled(temporal: TestNamespace) -> None:
    trial = trial_pb2.Trial(state=trial_pb2.TRIAL_STATE_ENDED, ends_at=MOMENT, purge_at=MOMENT)
    waiting = [waiting_money()]

    def close(request: ordering_pb2.CloseAccountRequest) -> ordering_pb2.CloseAccountResponse:
        if request.money_waiting:
            entries = ",".join(request.money_entry_ids)
            refuse(errors_pb2.REASON_MONEY_WAITING, held_until=MOMENT.ToJsonString(), money_entry_ids=entries)
        return ordering_pb2.CloseAccountResponse()

    script = Script({
        "OpenAccount": lambda _: mailboxes_pb2.OpenAccountResponse(),
        "RestrictAccount": lambda _: mailboxes_pb2.RestrictAccountResponse(),
        "GetStanding": lambda _: ordering_pb2.GetStandingResponse(),
        "AdvanceTrial": lambda _: trial_pb2.AdvanceTrialResponse(trial=trial, next=trial_pb2.TRIAL_NEXT_PURGE_DUE),
        "GetWaitingMoney": lambda _: payments_pb2.GetWaitingMoneyResponse(waiting=waiting),
        "CloseAccount": close,
    })  # fmt: skip
    async with running(temporal, names.TRIAL, names.TRIAL_CHANGED, script) as run:
        shown = await run.details("### Held")
        held = f"held by money that waits (`{names.money_id(waiting[0].money_entry_id)}`)"
        assert f"{held}; it goes ahead at {wording.day(MOMENT)} at the latest; asked for again every day" in shown
        description = await run.handle.describe()
        assert description.close_time is None
        assert description.typed_search_attributes.get(DUE_AT) == MOMENT.ToDatetime(tzinfo=UTC)
        waiting.clear()
        await run.handle.signal(names.TRIAL_CHANGED)
        assert await run.end() == "closed"
    account = script.requests("GetWaitingMoney")[0].account_id
    assert [asked.account_id for asked in script.requests("CloseAccount")] == [account, account]


async def test_a_sign_up_that_nobody_decides_lapses_and_is_not_allowed(temporal: TestNamespace) -> None:
    sign_up = trial_pb2.SignUpStatus(state=trial_pb2.SIGN_UP_STATE_IN_REVIEW, lapses_at=MOMENT, lapses_in=SOON)

    def lapse(_: object) -> trial_pb2.LapseSignUpResponse:
        sign_up.state = trial_pb2.SIGN_UP_STATE_LAPSED
        return trial_pb2.LapseSignUpResponse(sign_up=sign_up)

    script = Script({"GetSignUp": lambda _: trial_pb2.GetSignUpResponse(sign_up=sign_up), "LapseSignUp": lapse})
    async with running(temporal, names.SIGN_UP, names.SIGN_UP_RECEIVED, script) as run:
        assert await run.end() == "lapsed"
    assert script.requests("DecideSignUp") == []
    assert len(script.requests("LapseSignUp")) == 1
