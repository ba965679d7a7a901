"""Disputes as Stripe tells them: taken in however their events come, in the ledger once, decided by an operator.

The stand-in tells disputes as Stripe documents them: these tests prove our handling, not Stripe's behaviour.
"""

import itertools
import json
import time
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from casella.common.v1 import errors_pb2
from casella.payments.v1 import payments_pb2 as pb
from deploy.local.stripe.disputes import FEE_MINOR
from services.kit.ids import new_id
from services.payments.domain.disputes import DisputeState
from tests.payments.debit import Due, with_mandate
from tests.payments.test_mandates import tell
from tests.payments.test_refunds import euro
from tests.payments.test_webhooks import hand_in
from tests.payments.world import GROSS, STEERING, World
from tests.stripe_standin.process import KEY
from tests.support.refusals import refused_as

DISPUTED = pb.MONEY_ENTRY_REASON_DISPUTED
CLAIM, CREDIT_NOTE = pb.DISPUTE_DECISION_CLAIM, pb.DISPUTE_DECISION_CREDIT_NOTE
MOVES = ("created", "funds_withdrawn", "updated", "closed", "funds_reinstated")


async def charge_of_last(world: World) -> str:
    return str((await world.stripe.state())["payment_intents"][-1]["id"])


async def disputed(world: World, **wanted: Any) -> tuple[pb.PaymentRequest, str]:
    """A request that was paid by card, and the payer's dispute over it."""
    request = await world.paid_online()
    number = await world.stripe.dispute(await charge_of_last(world), **wanted)
    await world.deliver()
    return request, number


async def lost(world: World) -> tuple[pb.PaymentRequest, pb.MoneyEntry]:
    """The same after the payer's bank has decided for the payer."""
    request, number = await disputed(world)
    await world.stripe.move_dispute(number, "lose")
    await world.deliver()
    (entry,) = await world.queue()
    return request, entry


async def of(world: World, request: pb.PaymentRequest) -> pb.Dispute:
    """The one dispute over a request's payment."""
    asked = pb.GetPaymentRequestRequest(payment_request_id=request.payment_request_id)
    (found,) = (await world.stub().GetPaymentRequest(asked)).disputes
    dispute: pb.Dispute = found
    return dispute


async def entry_of(world: World, entry_id: str) -> pb.MoneyEntry:
    answer = await world.stub().GetMoneyEntry(pb.GetMoneyEntryRequest(money_entry_id=entry_id))
    entry: pb.MoneyEntry = answer.entry
    return entry


async def decide(world: World, entry: pb.MoneyEntry, decision: pb.DisputeDecision, request_id: str = "") -> None:
    await world.stub().DecideDispute(
        pb.DecideDisputeRequest(
            request_id=request_id or str(new_id()), money_entry_id=entry.money_entry_id, decision=decision,
            steering=STEERING,
        )
    )  # fmt: skip


async def record_note(world: World, entry: pb.MoneyEntry, note: str) -> pb.MoneyEntry:
    asked = pb.RecordDisputeCreditNoteRequest(money_entry_id=entry.money_entry_id, credit_note_id=note)
    settled: pb.MoneyEntry = (await world.stub().RecordDisputeCreditNote(asked)).entry
    return settled


async def events_of(world: World) -> list[dict[str, Any]]:
    """The simulator's events of disputes, oldest first, as it would deliver them."""
    return [event for event in (await world.stripe.state())["events"] if event["type"].startswith("charge.dispute")]


def body_about(dispute: str, kind: str = "charge.dispute.updated") -> str:
    return json.dumps({
        "id": f"evt_{uuid4().hex}", "object": "event", "api_version": "2026-10-28.endive", "created": int(time.time()),
        "livemode": False, "type": kind, "data": {"object": {"id": dispute, "object": "dispute"}},
    })  # fmt: skip


async def test_a_dispute_withdraws_the_money_and_its_fee_and_reaches_the_operator_while_the_request_stays_paid(
    world: World,
) -> None:
    request, number = await disputed(world, reason="product_not_received")
    (entry,) = await world.queue()
    assert (entry.reason, entry.amount.minor, entry.source_reference) == (DISPUTED, -GROSS, number)
    dispute = entry.dispute
    assert (dispute.state, dispute.reason) == (pb.DISPUTE_STATE_NEEDS_RESPONSE, "product_not_received")
    assert (dispute.amount, dispute.withdrawn, dispute.fee) == (euro(GROSS), euro(GROSS), euro(FEE_MINOR))
    assert dispute.evidence_by.seconds > dispute.opened_at.seconds
    assert dispute.payment_request_id == request.payment_request_id
    assert await of(world, request) == dispute
    assert (await world.get(request)).state == pb.PAYMENT_REQUEST_STATE_PAID
    assert await world.balances() == {
        "stripe": -FEE_MINOR, "receivable": -GROSS, "disputed": GROSS, "dispute_fees": FEE_MINOR
    }  # fmt: skip
    assert {wake.workflow_id for wake in await world.room.wakes()} >= {f"money:{entry.money_entry_id}"}


async def test_a_dispute_that_is_won_brings_the_money_back_and_leaves_the_queue(world: World) -> None:
    request, number = await disputed(world)
    await world.stripe.move_dispute(number, "answer")
    await world.stripe.move_dispute(number, "win", fee_back=True)
    await world.deliver()
    assert await world.queue() == []
    dispute = await of(world, request)
    assert (dispute.state, dispute.withdrawn.minor, dispute.fee.minor) == (pb.DISPUTE_STATE_WON, 0, 0)
    assert not dispute.HasField("evidence_by")
    assert (await entry_of(world, dispute.money_entry_id)).settlement == pb.MONEY_SETTLEMENT_KEPT
    balances = await world.balances()
    assert (balances["stripe"], balances["disputed"], balances["dispute_fees"]) == (GROSS, 0, 0)


async def test_a_dispute_that_is_won_stays_with_the_operator_until_its_money_is_back(world: World) -> None:
    request, number = await disputed(world)
    await world.stripe.move_dispute(number, "win", money_later=True)
    await world.deliver()
    (entry,) = await world.queue()
    assert (entry.dispute.state, entry.dispute.withdrawn.minor) == (pb.DISPUTE_STATE_WON, GROSS)
    assert (await world.balances())["disputed"] == GROSS
    await world.stripe.move_dispute(number, "reinstate")
    await world.deliver()
    assert await world.queue() == []
    kept = await entry_of(world, (await of(world, request)).money_entry_id)
    assert (kept.settlement, kept.dispute.withdrawn.minor) == (pb.MONEY_SETTLEMENT_KEPT, 0)
    assert (await world.balances())["disputed"] == 0


async def test_an_inquiry_tells_what_was_refunded_and_that_its_day_has_passed(world: World) -> None:
    request, _ = await disputed(world, inquiry=True)
    before = await of(world, request)
    assert (before.refunded, before.evidence_over) == (euro(0), False)
    refund = await world.refund(payment_request_id=request.payment_request_id, amount=euro(GROSS))
    await world.advance(days=40)
    (entry,) = await world.queue()
    assert (refund.means, entry.dispute.refunded, entry.dispute.evidence_over) == (
        pb.REFUND_MEANS_STRIPE, euro(GROSS), True,
    )  # fmt: skip


async def test_an_inquiry_withdraws_nothing_and_its_end_settles_it_unless_a_dispute_follows(world: World) -> None:
    request, number = await disputed(world, inquiry=True)
    assert (await of(world, request)).state == pb.DISPUTE_STATE_INQUIRY
    assert await world.balances() == {"stripe": GROSS, "receivable": -GROSS}
    await world.stripe.move_dispute(number, "lose")
    await world.deliver()
    assert await world.queue() == []
    await world.stripe.move_dispute(number, "escalate")
    await world.deliver()
    (entry,) = await world.queue()
    assert entry.dispute.state == pb.DISPUTE_STATE_NEEDS_RESPONSE
    assert (await world.balances())["disputed"] == GROSS


@pytest.mark.parametrize("order", list(itertools.permutations(range(len(MOVES))))[::17])
async def test_its_events_may_come_twice_and_in_any_order(world: World, order: tuple[int, ...]) -> None:
    """Each event is a trigger: what counts is the dispute as Stripe tells it then."""
    request = await world.paid_online()
    await world.stripe.faults(drop=True)
    number = await world.stripe.dispute(await charge_of_last(world))
    for place in order[:2]:
        await hand_in(world, body_about(number, f"charge.dispute.{MOVES[place]}"))
    await world.stripe.move_dispute(number, "answer")
    await hand_in(world, body_about(number, f"charge.dispute.{MOVES[order[2]]}"))
    await world.stripe.move_dispute(number, "win")
    for place in (*order[3:], *order):
        body = body_about(number, f"charge.dispute.{MOVES[place]}")
        assert not (await hand_in(world, body)).duplicate
        assert (await hand_in(world, body)).duplicate
    await world.stripe.faults()
    assert await world.queue() == []
    assert (await of(world, request)).state == pb.DISPUTE_STATE_WON
    assert (await world.balances())["stripe"] == GROSS - FEE_MINOR


async def test_events_that_never_arrived_are_fetched(world: World) -> None:
    request = await world.paid_online()
    await world.stripe.faults(drop=True)
    number = await world.stripe.dispute(await charge_of_last(world))
    await world.stripe.move_dispute(number, "lose")
    await world.stripe.faults()
    answer = await world.stub().FetchMissedEvents(pb.FetchMissedEventsRequest(), timeout=15)
    assert answer.events == len(await events_of(world))
    assert (await of(world, request)).state == pb.DISPUTE_STATE_LOST


async def test_a_dispute_whose_payment_was_not_told_of_yet_finds_the_payment_first(world: World) -> None:
    await world.stripe.faults(drop=True)
    request = await world.request()
    await world.stripe.pay(await world.start(request))
    number = await world.stripe.dispute(await charge_of_last(world))
    await hand_in(world, body_about(number))
    assert (await world.get(request)).state == pb.PAYMENT_REQUEST_STATE_PAID
    assert (await of(world, request)).provider_reference == number
    assert (await world.balances())["disputed"] == GROSS


async def test_a_dispute_over_nothing_of_ours_changes_nothing(world: World) -> None:
    await world.paid_online()
    before = await world.balances()
    await hand_in(world, body_about("dp_nobodys"))
    assert await world.queue() == []
    assert await world.room.rows("disputes") == []
    assert await world.balances() == before


async def test_a_dispute_over_a_payment_of_somebody_else_changes_nothing(world: World) -> None:
    """Something else uses the same account at Stripe."""
    page = {
        "mode": "payment", "line_items[0][quantity]": "1", "line_items[0][price_data][currency]": "eur",
        "line_items[0][price_data][unit_amount]": "500", "line_items[0][price_data][product_data][name]": "Tea",
        "allowed_payment_method_types[0]": "card", "adaptive_pricing[enabled]": "false",
        "success_url": "https://tea.example", "cancel_url": "https://tea.example",
    }  # fmt: skip
    headers = {"Authorization": f"Bearer {KEY}", "Stripe-Version": "2026-10-28.endive"}
    address = f"{world.stripe.url}/v1/checkout/sessions"
    async with aiohttp.ClientSession(headers=headers) as http, http.post(address, data=page) as answer:
        assert answer.status == 200, await answer.text()
        url = (await answer.json())["url"]
    await world.stripe.pay(url)
    await world.stripe.dispute(await charge_of_last(world))
    await world.deliver()
    assert await world.queue() == []
    assert await world.room.rows("disputes") == []
    assert await world.balances() == {}


async def test_a_dispute_over_money_that_paid_nothing_is_followed_beside_it_and_can_be_set_aside(world: World) -> None:
    """Short money waits for an operator, and is then disputed."""
    request = await world.request()
    page = await world.start(request)
    await world.stripe.faults(settled_minor=GROSS - 1)
    await world.stripe.pay(page)
    await world.deliver()
    await world.stripe.faults()
    number = await world.stripe.dispute(await charge_of_last(world))
    await world.stripe.move_dispute(number, "lose")
    await world.deliver()
    short, entry = await world.queue()
    assert (short.reason, entry.reason) == (pb.MONEY_ENTRY_REASON_SHORT, DISPUTED)
    assert (await world.get(request)).state == pb.PAYMENT_REQUEST_STATE_OPEN
    await world.stub("operator").SetMoneyAside(
        pb.SetMoneyAsideRequest(request_id=str(new_id()), money_entry_id=entry.money_entry_id, steering=STEERING)
    )
    assert (await world.balances())["disputed"] == 0


@pytest.mark.parametrize(
    ("told", "known", "stands"),
    [
        (DisputeState.NEEDS_RESPONSE, DisputeState.LOST, DisputeState.LOST),
        (DisputeState.UNDER_REVIEW, DisputeState.NEEDS_RESPONSE, DisputeState.UNDER_REVIEW),
        (DisputeState.NEEDS_RESPONSE, DisputeState.UNDER_REVIEW, DisputeState.UNDER_REVIEW),
        (DisputeState.NEEDS_RESPONSE, DisputeState.ENDED, DisputeState.NEEDS_RESPONSE),
        (DisputeState.INQUIRY, DisputeState.ENDED, DisputeState.ENDED),
        (DisputeState.WON, DisputeState.LOST, DisputeState.WON),
        (DisputeState.LOST, DisputeState.WON, DisputeState.LOST),
    ],
)
def test_an_answer_of_stripe_that_was_overtaken_takes_nothing_back(
    told: DisputeState, known: DisputeState, stands: DisputeState
) -> None:
    assert told.after(known) is stands


async def test_more_than_the_payment_had_brought_is_kept_and_told(world: World) -> None:
    request, _ = await disputed(world, amount=GROSS + 1)
    dispute = await of(world, request)
    assert dispute.amount_differs
    assert (await world.balances())["disputed"] == GROSS + 1
    request, _ = await disputed(world, amount=GROSS - 1)
    assert not (await of(world, request)).amount_differs


async def test_two_disputes_at_once_over_one_payment_are_two(world: World) -> None:
    request = await world.paid_online()
    charge = await charge_of_last(world)
    for minor in (100, 200):
        await world.stripe.dispute(charge, amount=minor)
    await world.deliver()
    assert [entry.amount.minor for entry in await world.queue()] == [-100, -200]
    assert (await world.balances())["disputed"] == 300
    listed = await world.stub("operator").ListDisputes(pb.ListDisputesRequest(account_id=request.account_id))
    assert [each.amount.minor for each in listed.disputes] == [100, 200]
    none = await world.stub("operator").ListDisputes(pb.ListDisputesRequest(account_id=str(new_id())))
    assert not none.disputes


async def test_what_was_withdrawn_is_not_refunded_as_well(world: World) -> None:
    request, _ = await disputed(world)
    with refused_as(errors_pb2.REASON_REFUND_TOO_MUCH):
        await world.refund(payment_request_id=request.payment_request_id, amount=euro(1))


async def test_what_a_refund_gives_back_as_money_is_told_less_what_was_withdrawn_and_what_credit_had_paid(
    world: World,
) -> None:
    account = str(new_id())
    await world.give_credit(account, 2_000)
    request = await world.paid_online(account_id=account)
    await world.stripe.dispute(await charge_of_last(world), amount=3_000)
    await world.deliver()
    asked = pb.GetPaymentRequestRequest(payment_request_id=request.payment_request_id)
    told = await world.stub().GetPaymentRequest(asked)
    assert told.refundable == euro(GROSS - 3_000)
    assert told.refundable_money == pb.ReceivedMoney(method=request.method, amount=euro(GROSS - 5_000))
    refund = await world.refund(payment_request_id=request.payment_request_id, amount=told.refundable)
    assert (refund.amount, refund.credited) == (told.refundable, euro(2_000))
    told = await world.stub().GetPaymentRequest(asked)
    assert (told.refundable, told.HasField("refundable_money")) == (euro(0), False)


async def test_nothing_is_decided_before_the_payers_bank_has_decided(world: World) -> None:
    await disputed(world)
    (entry,) = await world.queue()
    operator = world.stub("operator")
    named: dict[str, Any] = {"request_id": str(new_id()), "money_entry_id": entry.money_entry_id, "steering": STEERING}
    for ask in (
        lambda: decide(world, entry, CLAIM),
        lambda: record_note(world, entry, str(new_id())),
        lambda: operator.SetMoneyAside(pb.SetMoneyAsideRequest(**named)),
        lambda: operator.CreditMoney(pb.CreditMoneyRequest(account_id=str(new_id()), **named)),
    ):
        with refused_as(errors_pb2.REASON_MONEY_SETTLED):
            await ask()
    assert (await world.queue())[0].dispute.decision == pb.DISPUTE_DECISION_UNSPECIFIED


async def test_a_lost_dispute_waits_as_a_claim_and_is_set_aside_when_it_is_settled_outside(world: World) -> None:
    request, entry = await lost(world)
    await decide(world, entry, CLAIM)
    (entry,) = await world.queue()
    assert entry.dispute.decision == CLAIM
    assert (await world.balances())["disputed"] == GROSS
    await world.stub("operator").SetMoneyAside(
        pb.SetMoneyAsideRequest(request_id=str(new_id()), money_entry_id=entry.money_entry_id, steering=STEERING)
    )
    balances = await world.balances()
    assert (balances["disputed"], balances["set_aside"]) == (0, GROSS)
    assert await world.queue() == []
    assert (await of(world, request)).decision == CLAIM


async def test_a_credit_note_settles_a_lost_dispute_once(world: World) -> None:
    request, entry = await lost(world)
    same, note = str(new_id()), str(new_id())
    for _ in range(2):
        await decide(world, entry, CREDIT_NOTE, same)
    first, second = [await record_note(world, entry, note) for _ in range(2)]
    assert first == second
    assert (first.settlement, first.settled_to, first.dispute.credit_note_id) == (
        pb.MONEY_SETTLEMENT_CREDIT_NOTE, note, note
    )  # fmt: skip
    balances = await world.balances()
    assert (balances["disputed"], balances["returned"], balances["stripe"]) == (0, GROSS, -FEE_MINOR)
    for other in (lambda: record_note(world, entry, str(new_id())), lambda: decide(world, entry, CLAIM)):
        with refused_as(errors_pb2.REASON_MONEY_SETTLED):
            await other()
    with refused_as(errors_pb2.REASON_REFUND_TOO_MUCH):
        await world.refund(payment_request_id=request.payment_request_id, amount=euro(1))


async def test_a_lost_dispute_can_be_met_from_the_credit_of_its_account(world: World) -> None:
    request, entry = await lost(world)
    await world.give_credit(request.account_id, GROSS + 50)
    await world.stub("operator").CreditMoney(
        pb.CreditMoneyRequest(
            request_id=str(new_id()), money_entry_id=entry.money_entry_id, account_id=request.account_id,
            steering=STEERING,
        )
    )  # fmt: skip
    assert await world.credit(request.account_id) == 50
    assert (await world.balances())["disputed"] == 0


async def test_money_that_comes_back_after_it_was_settled_is_a_case_of_its_own(world: World) -> None:
    request, entry = await lost(world)
    await decide(world, entry, CREDIT_NOTE)
    await record_note(world, entry, str(new_id()))
    await world.stripe.move_dispute(entry.dispute.provider_reference, "win")
    await world.deliver()
    (back,) = await world.queue()
    assert (back.reason, back.amount.minor) == (pb.MONEY_ENTRY_REASON_TWICE, GROSS)
    balances = await world.balances()
    assert (balances["disputed"], balances["suspense"], balances["returned"]) == (0, -GROSS, GROSS)
    assert (await of(world, request)).state == pb.DISPUTE_STATE_WON


async def test_a_decision_of_the_bank_that_is_changed_brings_the_dispute_back_to_the_operator(world: World) -> None:
    """Lost and not yet decided, then won: nothing is left to decide."""
    request, entry = await lost(world)
    await decide(world, entry, CLAIM)
    await world.stripe.move_dispute(entry.dispute.provider_reference, "win")
    await world.deliver()
    assert await world.queue() == []
    assert (await of(world, request)).state == pb.DISPUTE_STATE_WON
    assert (await world.balances())["disputed"] == 0


async def test_nobody_is_charged_by_automatic_debit_who_disputes_a_payment(world: World) -> None:
    account = await with_mandate(world)
    due = await Due.of(world, account)
    await world.stripe.dispute(await charge_of_last(world))
    await world.deliver()
    listed = await world.stub("operator").ListPaymentMethods(pb.ListPaymentMethodsRequest(account_id=account))
    (method,) = listed.payment_methods
    assert (method.mandate.state, method.mandate.end) == (pb.MANDATE_STATE_ENDED, pb.MANDATE_END_DISPUTED)
    assert not (await due.now()).debit.HasField("charge_at")
    assert {wake.workflow_id for wake in await world.room.wakes()} >= {f"debit:{account}"}
    await world.room.empty_outbox()
    await tell(world, method.mandate)
    [mail] = await world.room.mails()
    assert "disputed at PayPal" in str(mail) or "contestato presso PayPal" in str(mail)
    await world.advance(minutes=2)
    again = await with_mandate_of(world, account)
    assert again.state == pb.MANDATE_STATE_ACTIVE
    await hand_in(world, body_about((await world.stripe.state())["disputes"][-1]["id"]))
    assert (await newest_mandate(world, account)) == again


async def test_a_mandate_given_after_a_dispute_began_stands_when_that_is_told_of_late(world: World) -> None:
    account = await with_mandate(world)
    await world.stripe.faults(drop=True)
    number = await world.stripe.dispute(await charge_of_last(world))
    await world.stripe.faults()
    await world.advance(minutes=2)
    given = await with_mandate_of(world, account)
    await hand_in(world, body_about(number))
    assert await newest_mandate(world, account) == given


async def test_a_dispute_that_is_over_when_it_is_first_told_of_leaves_the_mandate(world: World) -> None:
    account = await with_mandate(world)
    stands = await newest_mandate(world, account)
    await world.stripe.faults(drop=True)
    number = await world.stripe.dispute(await charge_of_last(world))
    await world.stripe.move_dispute(number, "win")
    await world.stripe.faults()
    await hand_in(world, body_about(number))
    assert await newest_mandate(world, account) == stands


async def with_mandate_of(world: World, account: str) -> pb.Mandate:
    """A mandate that the customer gives anew: it stands, whatever older dispute is told of."""
    page = await world.stub("operator").SetUpAutomaticDebit(
        pb.SetUpAutomaticDebitRequest(request_id=str(new_id()), account_id=account), timeout=15
    )
    await world.stripe.pay(page.checkout_url, "paypal:succeeded")
    await world.deliver()
    return await newest_mandate(world, account)


async def newest_mandate(world: World, account: str) -> pb.Mandate:
    listed = await world.stub("operator").ListPaymentMethods(pb.ListPaymentMethodsRequest(account_id=account))
    newest: pb.Mandate = listed.payment_methods[0].mandate
    return newest


async def test_every_bad_field_is_named_and_nothing_is_stored(world: World) -> None:
    _, entry = await lost(world)
    with refused_as(errors_pb2.REASON_INVALID_INPUT) as refused:
        await world.stub().DecideDispute(pb.DecideDisputeRequest(money_entry_id="x"))
    named = {violation.field for violation in refused.value.violations}
    assert named >= {"request_id", "money_entry_id", "decision", "steering.actor"}
    with refused_as(errors_pb2.REASON_NOT_FOUND):
        await decide(world, pb.MoneyEntry(money_entry_id=str(new_id())), CLAIM)
    with refused_as(errors_pb2.REASON_INVALID_INPUT):
        await record_note(world, entry, "x")
    assert (await world.queue())[0].dispute.decision == pb.DISPUTE_DECISION_UNSPECIFIED
