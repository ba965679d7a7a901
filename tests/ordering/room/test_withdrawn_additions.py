"""A consumer withdraws from what was added to an annual contract, or from a contract to which something was added."""

import asyncio
from datetime import date

import pytest

from casella.ordering.v1 import ordering_pb2 as pb
from tests.ordering.room.test_additions import ADDED, move_to
from tests.ordering.room.test_additions import joined as pay_and_join
from tests.ordering.room.test_terminating import terminate, wish
from tests.ordering.room.test_withdrawing import order_of, wakes
from tests.ordering.shop import ANNA, Shop, place_request
from tests.ordering.subscribers import ANNUAL, UNPAID, Subscriber, annual
from tests.ordering.withdrawers import advance, next_of, read, settle, withdraw

BEGIN = date(2026, 3, 2)
ADDED_ON, NOTICED_ON = date(2026, 3, 6), date(2026, 3, 9)


async def with_addition(shop: Shop) -> tuple[Subscriber, pb.Order]:
    """Anna's contract since 2 March, and her open order of two mailboxes more of 6 March, 361 days before its end."""
    contract = await annual(shop, BEGIN, party=ANNA)
    contract.account.mailboxes = {8: 1}
    move_to(shop, ADDED_ON)
    quote = await shop.quote(contract.account_id, ANNA.kind, ANNUAL, ADDED)
    order = await shop.place(place_request(contract.account_id, quote))
    await shop.room.empty_outbox()
    return contract, order


async def items(shop: Shop) -> list[dict[str, object]]:
    [row] = await shop.room.rows("subscriptions")
    found: list[dict[str, object]] = row["items"]
    return found


async def test_an_addition_that_is_paid_after_the_notice_never_joins_and_is_refunded_whole(shop: Shop) -> None:
    contract, order = await with_addition(shop)
    before = await items(shop)
    await withdraw(shop, order)
    await shop.room.empty_outbox()
    move_to(shop, NOTICED_ON)
    await pay_and_join(shop, order)
    assert await items(shop) == before
    assert {f"withdrawal:{order.order_id}", contract.renewal(2)} <= {name for name, _ in await wakes(shop)}
    [refund] = (await advance(shop, order.order_id)).withdrawal.refunds
    assert (refund.amount, refund.owed.minor) == (order.totals.gross, 0)


async def test_an_addition_that_is_paid_on_the_day_of_its_notice_is_refunded_whole(shop: Shop) -> None:
    _, order = await with_addition(shop)
    await withdraw(shop, order)
    shop.room.clock.advance(seconds=3)
    await pay_and_join(shop, order)
    [refund] = (await advance(shop, order.order_id)).withdrawal.refunds
    assert (refund.amount, refund.owed.minor) == (order.totals.gross, 0)
    assert not refund.HasField("served_from")


async def test_an_addition_that_is_paid_on_the_day_of_its_contract_s_notice_is_refunded_whole(shop: Shop) -> None:
    contract, added = await with_addition(shop)
    first = await order_of(shop, contract)
    await withdraw(shop, first)
    shop.room.clock.advance(seconds=3)
    await pay_and_join(shop, added)
    refunds = {each.order_id: each for each in (await advance(shop, first.order_id)).withdrawal.refunds}
    assert refunds[first.order_id].owed.minor
    assert (refunds[added.order_id].amount, refunds[added.order_id].owed.minor) == (added.totals.gross, 0)


async def test_who_withdraws_from_the_contract_gets_what_was_added_refunded_too(shop: Shop) -> None:
    contract, added = await with_addition(shop)
    await pay_and_join(shop, added)
    first = await order_of(shop, contract)
    move_to(shop, NOTICED_ON)
    offer = (await read(shop, first)).offer
    await withdraw(shop, first)
    refunds = (await advance(shop, first.order_id)).withdrawal.refunds
    assert [refund.order_id for refund in refunds] == [first.order_id, added.order_id]
    assert [refund.days_of_term for refund in refunds] == [365, 361]
    assert sum(refund.amount.minor for refund in refunds) == offer.refund.minor
    assert sum(refund.owed.minor for refund in refunds) == offer.owed.minor
    await settle(shop, first.order_id)
    assert await next_of(shop, first.order_id) == "WAIT purge"


async def test_an_open_addition_is_cancelled_with_its_contract_and_waited_for(shop: Shop) -> None:
    contract, added = await with_addition(shop)
    first = await order_of(shop, contract)
    await withdraw(shop, first)
    assert (f"order:{added.order_id}", "order_changed") in await wakes(shop)
    assert await next_of(shop, first.order_id) == "WAIT order_end"
    await shop.room.empty_outbox()
    await shop.end(added.order_id, pb.OUTCOME_CANCELLED)
    assert (f"withdrawal:{first.order_id}", "withdrawal_changed") in await wakes(shop)
    assert [refund.order_id for refund in (await advance(shop, first.order_id)).withdrawal.refunds] == [first.order_id]


async def test_an_addition_whose_payment_wins_against_the_contract_s_withdrawal_is_refunded_with_it(shop: Shop) -> None:
    contract, added = await with_addition(shop)
    first = await order_of(shop, contract)
    await withdraw(shop, first)
    await shop.end(added.order_id, pb.OUTCOME_PAID)
    assert await next_of(shop, first.order_id) == "WAIT invoice"
    await shop.room.empty_outbox()
    await shop.fulfil(added.order_id)
    assert (f"withdrawal:{first.order_id}", "withdrawal_changed") in await wakes(shop)
    assert len((await advance(shop, first.order_id)).withdrawal.refunds) == 2


async def test_what_was_withdrawn_from_already_is_not_refunded_again_with_the_contract(shop: Shop) -> None:
    contract, added = await with_addition(shop)
    await pay_and_join(shop, added)
    first = await order_of(shop, contract)
    await withdraw(shop, added)
    await advance(shop, added.order_id)
    await withdraw(shop, first)
    assert [refund.order_id for refund in (await advance(shop, first.order_id)).withdrawal.refunds] == [first.order_id]


async def test_both_notices_at_once_refund_each_payment_once(shop: Shop) -> None:
    contract, added = await with_addition(shop)
    await pay_and_join(shop, added)
    first = await order_of(shop, contract)
    await asyncio.gather(withdraw(shop, added), withdraw(shop, first))
    await asyncio.gather(*(advance(shop, order.order_id) for order in (first, added)))
    keys = [str(row["key"]) for row in await shop.room.rows("withdrawal_refunds")]
    assert sorted(keys) == sorted([first.order_id, added.order_id])


@pytest.mark.parametrize("alone", [True, False])
async def test_of_an_addition_that_has_ended_already_nobody_reads_that_it_leaves_a_contract_which_goes_on(
    shop: Shop, *, alone: bool
) -> None:
    contract, added = await with_addition(shop)
    await pay_and_join(shop, added)
    move_to(shop, date(2026, 3, 8))
    await terminate(shop, wish(added.order_id if alone else (await order_of(shop, contract)).order_id))
    if not alone:
        await contract.end(2, UNPAID)
    move_to(shop, NOTICED_ON)
    italian, english = (await read(shop, added)).offer.pages
    assert italian.consequences.startswith("Il servizio delle caselle aggiunte è già terminato. Hai pagato")
    assert english.consequences.startswith("The service of the added mailboxes has ended already. You paid")
