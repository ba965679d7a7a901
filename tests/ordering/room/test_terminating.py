"""What ends because its payment was taken back: a contract at once, or with what others pay; an addition alone."""

import asyncio
from datetime import date

import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from services.kit.calendar import rome_date
from services.kit.wire import from_date, from_timestamp
from tests.ordering.letters import only_mail
from tests.ordering.room.test_additions import TERM_END, a_contract, joined, move_to, placed
from tests.ordering.room.test_withdrawing import order_of
from tests.ordering.shop import ACME, STEERING, TO_ANNA, Shop
from tests.ordering.subscribers import PAID, UNPAID, Subscriber, annual, monthly
from tests.support.refusals import bad_fields, refused_for
from tests.support.room import request_id
from workflows import names

BEGIN = date(2026, 3, 1)
ACTIVE, CLOSING = pb.SUBSCRIPTION_STATE_ACTIVE, pb.SUBSCRIPTION_STATE_CLOSING
STATE = errors_pb2.REASON_SUBSCRIPTION_STATE


def period_of(contract: Subscriber, number: int) -> common_pb2.PeriodRef:
    return common_pb2.PeriodRef(
        period_id=contract.id_of(number), subscription_id=contract.subscription_id, number=number
    )


def wish(
    order_id: str = "", period: common_pb2.PeriodRef | None = None, language: common_pb2.Language = TO_ANNA.language
) -> pb.TerminateServiceRequest:
    return pb.TerminateServiceRequest(
        request_id=request_id(), order_id=order_id, period=period, steering=STEERING,
        recipient=common_pb2.Recipient(email=TO_ANNA.email, name=TO_ANNA.name, language=language),
    )  # fmt: skip


async def terminate(shop: Shop, request: pb.TerminateServiceRequest) -> pb.ServiceEnd:
    answer = await shop.worker.TerminateService(request)
    return pb.ServiceEnd.FromString(answer.service.SerializeToString())


async def end_of(shop: Shop, order_id: str = "", period: common_pb2.PeriodRef | None = None) -> pb.ServiceEnd:
    answer = await shop.worker.GetServiceEnd(pb.GetServiceEndRequest(order_id=order_id, period=period))
    return pb.ServiceEnd.FromString(answer.service.SerializeToString())


async def the_order(shop: Shop, contract: Subscriber) -> str:
    return (await order_of(shop, contract)).order_id


async def test_a_contract_whose_only_payment_was_taken_back_ends_at_once_and_can_be_read(shop: Shop) -> None:
    contract = await annual(shop, BEGIN)
    order_id, today = await the_order(shop, contract), move_to(shop, date(2026, 5, 4))
    before = await end_of(shop, order_id)
    assert (before.ended, before.HasField("ends_at"), from_timestamp(before.would_end_at)) == (False, False, today)
    found = await terminate(shop, wish(order_id))
    assert (found.ended, found.ending, from_timestamp(found.ends_at)) == (False, True, today)
    assert await contract.woken() == [contract.renewal(2)]
    assert await contract.next(2) == "CLOSE_DUE"
    ended = (await contract.end(2, UNPAID)).subscription
    assert (ended.state, ended.end) == (CLOSING, pb.SUBSCRIPTION_END_TERMINATED)
    assert rome_date(from_timestamp(ended.purge_at)) == date(2026, 6, 3)
    after = await end_of(shop, order_id)
    assert (after.ended, from_timestamp(after.ends_at), after.HasField("would_end_at")) == (True, today, False)
    assert await contract.next(2) == "WAIT purge"
    [audited] = [row for row in await shop.room.rows("audit") if row["action"] == "terminate_service"]
    assert str(audited["subject_id"]) == order_id


@pytest.mark.parametrize("paid_on", [False, True], ids=["at once", "with what others pay"])
async def test_the_money_because_of_which_a_contract_ends_looks_again_once_it_has_ended(
    shop: Shop, *, paid_on: bool
) -> None:
    contract, money = await annual(shop, BEGIN), request_id()
    if paid_on:
        await contract.asked_in_time(2)
        await contract.end(2, PAID)
    move_to(shop, date(2027, 2, 10))
    asked = wish(period=period_of(contract, 2)) if paid_on else wish(await the_order(shop, contract))
    asked.money_entry_id = money
    await terminate(shop, asked)
    assert await shop.room.news() == []
    move_to(shop, date(2027, 3, 1))
    last = 3 if paid_on else 2
    assert await contract.next(last) == "CLOSE_DUE"
    await contract.end(last, UNPAID)
    assert [each.workflow_id for each in await shop.room.news()] == [names.money_id(money)]


async def test_money_is_named_by_its_id_where_it_is_named(shop: Shop) -> None:
    contract = await annual(shop, BEGIN)
    move_to(shop, date(2026, 5, 4))
    asked = wish(await the_order(shop, contract))
    asked.money_entry_id = "seventeen"
    assert "money_entry_id" in bad_fields(await refused_for(terminate(shop, asked), errors_pb2.REASON_INVALID_INPUT))


async def test_what_was_terminated_is_not_kept_by_anybody(shop: Shop) -> None:
    contract = await annual(shop, BEGIN)
    move_to(shop, date(2026, 5, 4))
    await contract.cancel()
    await contract.keep()
    await contract.cancel()
    await terminate(shop, wish(await the_order(shop, contract)))
    by_operator = pb.KeepSubscriptionRequest(
        request_id=request_id(), subscription_id=contract.subscription_id, steering=STEERING
    )
    await refused_for(contract.keep(), STATE)
    await refused_for(shop.worker.KeepSubscription(by_operator), STATE)
    assert (await contract.subscription()).end == pb.SUBSCRIPTION_END_TERMINATED


@pytest.mark.parametrize("disputed", [1, 2])
async def test_days_that_another_payment_pays_for_are_served_and_cannot_be_kept_beyond(
    shop: Shop, disputed: int
) -> None:
    contract = await annual(shop, BEGIN)
    order_id = await the_order(shop, contract)
    await contract.asked_in_time(2)
    await contract.end(2, PAID)
    move_to(shop, date(2027, 2, 10) if disputed == 2 else date(2027, 3, 10))
    last = TERM_END if disputed == 2 else date(2028, 2, 29)
    paid_by = wish(order_id) if disputed == 1 else wish(period=period_of(contract, 2))
    found = await terminate(shop, paid_by)
    assert (found.ended, found.ending, rome_date(from_timestamp(found.ends_at))) == (False, False, last)
    assert not found.HasField("would_end_at")
    assert await contract.next(3) == "WAIT end"
    await refused_for(contract.keep(), STATE)
    await refused_for(terminate(shop, wish(paid_by.order_id, paid_by.period if disputed == 2 else None)), STATE)


async def test_a_second_payment_that_is_taken_back_ends_earlier_what_ended_later(shop: Shop) -> None:
    contract = await annual(shop, BEGIN)
    await contract.asked_in_time(2)
    await contract.end(2, PAID)
    today = move_to(shop, date(2027, 2, 10))
    await terminate(shop, wish(period=period_of(contract, 2)))
    assert from_timestamp((await end_of(shop, await the_order(shop, contract))).would_end_at) == today
    found = await terminate(shop, wish(await the_order(shop, contract)))
    assert from_timestamp(found.ends_at) == today


async def test_what_waits_for_its_money_is_closed_first_and_a_payment_that_wins_is_served(shop: Shop) -> None:
    contract = await annual(shop, BEGIN)
    await contract.asked_in_time(2)
    await terminate(shop, wish(await the_order(shop, contract)))
    assert (await contract.next(2), await contract.next(3)) == ("CLOSE_DUE", "WAIT payment")
    paid = await contract.end(2, PAID)
    assert rome_date(from_timestamp(paid.subscription.ends_at)) == date(2028, 2, 29)
    assert not (await end_of(shop, await the_order(shop, contract))).ended


async def test_a_month_that_ends_so_is_measured_for_the_last_time_and_what_was_used_above_it_is_owed(
    shop: Shop,
) -> None:
    contract = await monthly(shop, date(2026, 6, 10))
    contract.account.mailboxes = {8: 7, 100: 2}
    move_to(shop, date(2026, 6, 20))
    await terminate(shop, wish(await the_order(shop, contract)))
    assert (await contract.subscription()).last_period_follows
    assert await contract.next(2) == "CLOSE_DUE"
    assert (await contract.end(2, UNPAID)).subscription.state == CLOSING
    assert await contract.next(2) == "MEASURE_DUE"
    last = await contract.measure(2)
    assert (from_date(last.period_start), from_date(last.period_end)) == (date(2026, 6, 10), date(2026, 6, 20))
    [line] = last.lines
    assert "oltre il prepagato, dal 10 al 20 giugno 2026: 22 giorni-casella" in line.description


async def test_a_running_month_ends_at_once_and_one_that_was_paid_later_is_served(shop: Shop) -> None:
    contract = await monthly(shop, date(2026, 6, 10))
    await contract.asked_in_time(2)
    await contract.end(2, PAID)
    move_to(shop, date(2026, 7, 15))
    earlier = await end_of(shop, await the_order(shop, contract))
    assert rome_date(from_timestamp(earlier.would_end_at)) == date(2026, 7, 31)
    found = await terminate(shop, wish(period=period_of(contract, 2)))
    assert from_timestamp(found.ends_at) == shop.room.clock.now()


async def test_an_open_order_that_would_add_to_it_is_cancelled_with_it(shop: Shop) -> None:
    contract = await a_contract(shop)
    order = await placed(shop, contract)
    await shop.room.empty_outbox()
    await terminate(shop, wish((await contract.subscription()).order_id))
    assert f"order:{order.order_id}" in await contract.woken()
    [row] = [each for each in await shop.room.rows("orders") if str(each["id"]) == order.order_id]
    assert row["cancel_requested_at"] is not None


async def test_an_addition_ends_alone_its_customer_is_told_and_its_places_are_named(shop: Shop) -> None:
    contract = await a_contract(shop)
    order = (await joined(shop, await placed(shop, contract))).order
    await shop.room.empty_outbox()
    today = move_to(shop, date(2026, 12, 20))
    request = wish(order.order_id)
    found, again = await asyncio.gather(terminate(shop, request), terminate(shop, request))
    assert found == again
    assert (found.ended, found.addition, from_timestamp(found.ends_at)) == (True, True, today)
    assert [(item.size, item.quantity) for item in found.take_back] == [
        (item.size, item.quantity) for item in order.quote.items
    ]
    assert (found.account_id, found.order_id) == (str(contract.account_id), order.order_id)
    [row] = await shop.room.rows("subscriptions")
    assert [(item["size_gb"], item["quantity"]) for item in row["items"]] == [(8, 1)]
    subject, text = await only_mail(shop)
    assert subject == "Le caselle che avevi aggiunto non sono più attive"
    assert "è stato stornato" in text
    assert "il contratto continua senza" in text
    assert (await contract.subscription()).end == pb.SUBSCRIPTION_END_UNSPECIFIED
    assert not (await end_of(shop, await the_order(shop, contract))).ended
    await refused_for(terminate(shop, wish(order.order_id)), STATE)


async def test_an_addition_that_the_renewal_was_asked_for_with_ends_with_the_contract_alone(shop: Shop) -> None:
    contract = await a_contract(shop)
    order = (await joined(shop, await placed(shop, contract))).order
    await contract.asked_in_time(2)
    before = await end_of(shop, order.order_id)
    assert (before.ended, before.renewed, before.HasField("would_end_at")) == (False, True, False)
    await refused_for(terminate(shop, wish(order.order_id)), STATE)
    await contract.end(2, PAID)
    assert (await end_of(shop, order.order_id)).renewed


async def test_a_contract_that_was_cancelled_and_whose_end_has_come_is_not_ended_anew(shop: Shop) -> None:
    contract = await annual(shop, BEGIN)
    order_id = await the_order(shop, contract)
    cancelled = await contract.cancel()
    shop.room.clock.at = from_timestamp(cancelled.ends_at)
    found = await end_of(shop, order_id)
    assert (found.ended, found.ending, found.HasField("would_end_at")) == (False, True, False)
    await refused_for(terminate(shop, wish(order_id)), STATE)
    assert (await contract.subscription()).end == pb.SUBSCRIPTION_END_CANCELLED


async def test_an_addition_that_was_bought_after_the_renewal_was_asked_for_ends_alone(shop: Shop) -> None:
    contract = await a_contract(shop)
    await contract.asked_in_time(2)
    await contract.end(2, PAID)
    today = move_to(shop, date(2027, 2, 1))
    order = (await joined(shop, await placed(shop, contract))).order
    before = await end_of(shop, order.order_id)
    assert (before.renewed, from_timestamp(before.would_end_at)) == (False, today)
    assert (await terminate(shop, wish(order.order_id))).ended


async def test_the_places_of_an_addition_that_ended_alone_are_not_taken_back_from_a_contract_that_has_ended(
    shop: Shop,
) -> None:
    contract = await a_contract(shop)
    order = (await joined(shop, await placed(shop, contract))).order
    at = move_to(shop, date(2026, 12, 20))
    assert (await terminate(shop, wish(order.order_id))).take_back
    await terminate(shop, wish((await contract.subscription()).order_id))
    await contract.end(2, UNPAID)
    found = await end_of(shop, order.order_id)
    assert (found.ended, from_timestamp(found.ends_at), list(found.take_back)) == (True, at, [])


async def test_an_addition_has_ended_with_its_contract_and_nothing_is_taken_back_then(shop: Shop) -> None:
    contract = await a_contract(shop)
    order = (await joined(shop, await placed(shop, contract))).order
    await terminate(shop, wish((await contract.subscription()).order_id))
    assert (await end_of(shop, order.order_id)).ending
    await refused_for(terminate(shop, wish(order.order_id)), STATE)
    await contract.end(2, UNPAID)
    found = await end_of(shop, order.order_id)
    assert (found.ended, list(found.take_back)) == (True, [])


async def test_an_order_that_is_not_fulfilled_is_not_ended_and_one_that_ended_unpaid_began_nothing(shop: Shop) -> None:
    order = await shop.order(shop.account())
    assert not (await end_of(shop, order.order_id)).ended
    await refused_for(terminate(shop, wish(order.order_id)), errors_pb2.REASON_ORDER_STATE)
    await shop.end(order.order_id, pb.OUTCOME_CANCELLED)
    assert (await end_of(shop, order.order_id)).ended


async def test_what_names_no_order_and_no_period_is_refused_and_an_unknown_one_is_not_found(shop: Shop) -> None:
    for call in (terminate(shop, wish()), end_of(shop)):
        assert {"order_id", "period"} <= set(bad_fields(await refused_for(call, errors_pb2.REASON_INVALID_INPUT)))
    await refused_for(end_of(shop, request_id()), errors_pb2.REASON_NOT_FOUND)


@pytest.mark.parametrize(
    ("language", "ended", "later"),
    [
        (common_pb2.LANGUAGE_IT, "un pagamento che lo copriva è stato stornato", "termina con ciò che altri"),
        (common_pb2.LANGUAGE_EN, "a payment for it was reversed", "the contract ends with what other payments cover"),
    ],
)  # fmt: skip
async def test_the_emails_say_why_it_ends_and_offer_no_way_to_keep_it(
    shop: Shop, language: common_pb2.Language, ended: str, later: str
) -> None:
    contract = await annual(shop, BEGIN, party=ACME)
    await contract.asked_in_time(2)
    await contract.end(2, PAID)
    move_to(shop, date(2027, 2, 10))
    await terminate(shop, wish(period=period_of(contract, 2)))
    await shop.room.empty_outbox()
    await contract.advance(3, language)
    _, text = await only_mail(shop)
    assert later in text
    assert "2027" in text
    assert "ritirare" not in text
    assert "take the cancellation back" not in text
    assert "as you asked" not in text
    await terminate(shop, wish(await the_order(shop, contract)))
    await contract.end(3, UNPAID)
    await shop.room.empty_outbox()
    await contract.advance(3, language)
    _, text = await only_mail(shop)
    assert ended in text
    assert "come hai chiesto" not in text
    assert "as you asked" not in text
