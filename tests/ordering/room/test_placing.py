"""PlaceOrder: what an order holds, and every rule that stands against one."""

import asyncio
from datetime import timedelta

import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from casella.trial.v1 import trial_pb2
from services.kit.calendar import add_days
from services.kit.wire import from_timestamp
from services.ordering.domain.policy import OrderingPolicy
from tests.ordering.shop import ACME, ANNA, LABEL, Shop, mailboxes, place_request
from tests.support.refusals import refused_for, unavailable
from tests.support.room import START, request_id

MONTHLY = common_pb2.BILLING_PERIOD_MONTHLY


async def test_an_order_keeps_quote_profile_consent_and_what_was_known(shop: Shop) -> None:
    account = shop.account(mailboxes={8: 1})
    wish = await shop.wish(account)
    order = await shop.place(wish)
    row = (await shop.room.rows("orders"))[0]
    assert order.state == pb.ORDER_STATE_OPEN
    assert order.quote.hash == row["quote_hash"] == wish.consent.quote_hash
    assert row["party"]["codice_fiscale"] == ANNA.codice_fiscale
    assert row["consent"] == {
        "button_label": "Ordine con obbligo di pagare",
        "language": "it",
        "terms_hash": "a" * 64,
        "quote_hash": order.quote.hash,
        "ip": "203.0.113.7",
        "user_agent": "Firefox",
        "start_at_once": True,
        "withdrawal_information_shown": True,
        "at": START.isoformat(),
    }
    assert row["facts"]["mailboxes"] == {"8": 1}
    assert not order.HasField("party")


async def test_an_order_wakes_its_workflow_and_the_trial(shop: Shop) -> None:
    order = await shop.order()
    assert [(wake.workflow_id, wake.signal) for wake in await shop.room.wakes()] == [
        (f"order:{order.order_id}", "order_changed"),
        (f"trial:{order.account_id}", "trial_changed"),
    ]


async def test_the_worker_sees_the_profile_as_it_stood_at_the_order(shop: Shop) -> None:
    account = shop.account()
    order = await shop.order(account)
    moved = common_pb2.BillingParty.FromString(ANNA.SerializeToString())
    moved.address.city = "Prato"
    await shop.save_profile(account, moved)
    seen = (await shop.worker.GetOrder(pb.GetOrderRequest(order_id=order.order_id))).order
    assert (seen.party.address.city, seen.party.revision) == ("Firenze", 1)


async def test_a_consumer_may_withdraw_to_the_end_of_the_14th_day(shop: Shop) -> None:
    order = await shop.order()
    last = from_timestamp(order.withdrawal_until)
    assert last.isoformat() == "2026-03-16T22:59:59.999999+00:00"


async def test_a_business_has_no_right_of_withdrawal(shop: Shop) -> None:
    order = await shop.order(party=ACME, billing=MONTHLY, items=[mailboxes(7)])
    assert not order.HasField("withdrawal_until")


async def test_a_second_order_is_refused_while_one_is_open(shop: Shop) -> None:
    account = shop.account()
    first = await shop.order(account)
    refused = await refused_for(shop.order(account), errors_pb2.REASON_ORDER_OPEN)
    assert refused.metadata == {"order_id": first.order_id}


@pytest.mark.parametrize("outcome", [pb.OUTCOME_EXPIRED, pb.OUTCOME_CANCELLED])
async def test_after_an_order_that_was_not_paid_the_account_may_order_again(shop: Shop, outcome: pb.Outcome) -> None:
    account = shop.account()
    wish = await shop.wish(account)
    first = await shop.place(wish)
    await shop.end(first.order_id, outcome)
    wish.request_id = request_id()
    assert (await shop.place(wish)).order_id != first.order_id


async def test_after_a_paid_order_the_account_has_bought(shop: Shop) -> None:
    account = shop.account()
    first = await shop.order(account)
    await shop.end(first.order_id, pb.OUTCOME_PAID)
    wish = await shop.wish(account)
    await refused_for(shop.place(wish), errors_pb2.REASON_ALREADY_BOUGHT)
    await shop.fulfil(first.order_id)
    await refused_for(shop.place(wish), errors_pb2.REASON_ALREADY_BOUGHT)  # it was not quoted as an addition


async def test_a_closed_account_takes_no_order(shop: Shop) -> None:
    account = shop.account()
    wish = await shop.wish(account)
    await shop.close(account)
    await refused_for(shop.place(wish), errors_pb2.REASON_ACCOUNT_CLOSED)


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (trial_pb2.TRIAL_STATE_CLOSED, errors_pb2.REASON_ACCOUNT_CLOSED),
        (trial_pb2.TRIAL_STATE_BOUGHT, errors_pb2.REASON_ALREADY_BOUGHT),
    ],
)
async def test_the_trial_s_state_stands_against_an_order(
    shop: Shop, state: trial_pb2.TrialState, reason: errors_pb2.Reason
) -> None:
    account = shop.account()
    wish = await shop.wish(account)
    shop.neighbours.accounts[account].state = state
    await refused_for(shop.place(wish), reason)
    assert await shop.room.rows("orders") == []


async def test_an_ended_trial_may_still_order(shop: Shop) -> None:
    order = await shop.order(shop.account(state=trial_pb2.TRIAL_STATE_ENDED))
    assert order.state == pb.ORDER_STATE_OPEN


async def test_an_order_is_refused_once_30_days_past_the_purge_date_have_passed(shop: Shop) -> None:
    purge_at = START - timedelta(days=29)
    account = shop.account(state=trial_pb2.TRIAL_STATE_ENDED, purge_at=purge_at)
    wish = await shop.wish(account)
    shop.room.clock.at = add_days(purge_at, 30)
    await refused_for(shop.place(wish), errors_pb2.REASON_ORDERING_PERIOD_OVER)
    shop.room.clock.at -= timedelta(microseconds=1)
    assert from_timestamp((await shop.place(wish)).hold_until) == add_days(purge_at, 30)


async def test_a_quote_can_be_ordered_until_its_last_moment(shop: Shop) -> None:
    account = shop.account()
    wish = await shop.wish(account)
    quote = await shop.quote(account)
    shop.room.clock.at = from_timestamp(quote.valid_until) + timedelta(microseconds=1)
    await refused_for(shop.place(wish), errors_pb2.REASON_QUOTE_NOT_VALID)
    shop.room.clock.at = from_timestamp(quote.valid_until)
    assert (await shop.place(wish)).state == pb.ORDER_STATE_OPEN


async def test_a_quote_of_another_kind_than_the_profile_is_refused(shop: Shop) -> None:
    account = shop.account()
    await shop.save_profile(account, ACME)
    quote = await shop.quote(account, kind=common_pb2.CUSTOMER_KIND_PRIVATE)
    await refused_for(shop.place(place_request(account, quote)), errors_pb2.REASON_QUOTE_NOT_VALID)


async def test_an_order_needs_a_billing_profile(shop: Shop) -> None:
    account = shop.account()
    request = place_request(account, await shop.quote(account))
    await refused_for(shop.place(request), errors_pb2.REASON_PROFILE_MISSING)


async def test_a_quote_that_no_longer_pays_for_what_exists_is_refused(shop: Shop) -> None:
    account = shop.account(mailboxes={8: 1})
    wish = await shop.wish(account)
    shop.neighbours.accounts[account].empty_domains = 1
    await refused_for(shop.place(wish), errors_pb2.REASON_QUOTE_NOT_VALID)


async def test_another_customer_s_quote_is_not_found(shop: Shop) -> None:
    mine, other = shop.account(), shop.account()
    wish = await shop.wish(mine)
    wish.quote_id = (await shop.quote(other)).quote_id
    await refused_for(shop.place(wish), errors_pb2.REASON_NOT_FOUND)


async def test_an_order_can_set_automatic_debit_up(shop: Shop) -> None:
    wish = await shop.wish(shop.account())
    wish.payment_method = common_pb2.PAYMENT_METHOD_AUTOMATIC_DEBIT
    assert (await shop.place(wish)).payment_method == common_pb2.PAYMENT_METHOD_AUTOMATIC_DEBIT


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("button_label", "Acquista"),
        ("quote_hash", "b" * 64),
        ("withdrawal_information_shown", False),
    ],
)
async def test_a_consumer_is_bound_only_by_a_consent_that_fits(shop: Shop, field: str, value: object) -> None:
    wish = await shop.wish(shop.account())
    setattr(wish.consent, field, value)
    refused = await refused_for(shop.place(wish), errors_pb2.REASON_CONSENT_MISMATCH)
    assert refused.metadata == {"mismatch": field}
    assert await shop.room.rows("orders") == []


async def test_the_label_must_be_in_the_page_s_language(shop: Shop) -> None:
    wish = await shop.wish(shop.account())
    wish.consent.button_label = LABEL[common_pb2.LANGUAGE_EN]
    await refused_for(shop.place(wish), errors_pb2.REASON_CONSENT_MISMATCH)


async def test_a_business_needs_no_information_about_withdrawal(shop: Shop) -> None:
    wish = await shop.wish(shop.account(), party=ACME, billing=MONTHLY, items=[mailboxes(5)])
    wish.consent.withdrawal_information_shown = wish.consent.start_at_once = False
    assert (await shop.place(wish)).state == pb.ORDER_STATE_OPEN


async def test_without_the_express_request_to_start_at_once_a_consumers_order_is_refused(shop: Shop) -> None:
    wish = await shop.wish(shop.account())
    wish.consent.start_at_once = False
    refused = await refused_for(shop.place(wish), errors_pb2.REASON_CONSENT_MISMATCH)
    assert dict(refused.metadata) == {"mismatch": "start_at_once"}
    assert "express request" in refused.message
    assert await shop.room.rows("orders") == []


@pytest.mark.parametrize("policy", [OrderingPolicy(start_without_request="serve")])
async def test_where_the_provider_serves_without_it_the_express_request_is_recorded_as_it_was_made(shop: Shop) -> None:
    wish = await shop.wish(shop.account())
    wish.consent.start_at_once = False
    await shop.place(wish)
    assert (await shop.room.rows("orders"))[0]["consent"]["start_at_once"] is False


@pytest.mark.parametrize("away", ["trial", "mailboxes"])
async def test_without_an_answer_of_trial_or_mailboxes_nothing_is_decided(shop: Shop, away: str) -> None:
    wish = await shop.wish(shop.account())
    shop.neighbours.away.add(away)
    await unavailable(shop.place(wish))
    assert await shop.room.rows("orders") == []
    shop.neighbours.away.clear()
    assert (await shop.place(wish)).state == pb.ORDER_STATE_OPEN


async def test_the_same_request_again_gets_the_first_order(shop: Shop) -> None:
    wish = await shop.wish(shop.account())
    first = await shop.place(wish)
    await shop.room.empty_outbox()
    assert await shop.place(wish) == first
    assert await shop.room.wakes() == []


async def test_the_same_request_id_with_other_content_is_refused(shop: Shop) -> None:
    wish = await shop.wish(shop.account())
    await shop.place(wish)
    wish.consent.start_at_once = False
    await refused_for(shop.place(wish), errors_pb2.REASON_REQUEST_ID_REUSED)


async def test_two_place_orders_with_one_request_id_make_one_order(shop: Shop) -> None:
    wish = await shop.wish(shop.account())
    placed = await asyncio.gather(*(shop.place(wish) for _ in range(8)))
    assert len({order.order_id for order in placed}) == 1
    assert len(await shop.room.rows("orders")) == 1
    assert len(await shop.room.wakes()) == 2
