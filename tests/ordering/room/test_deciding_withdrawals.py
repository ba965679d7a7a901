"""Which withdrawal decides how much of an invoice is credited, so that nobody else credits it meanwhile."""

from datetime import date

from casella.common.v1 import errors_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from tests.ordering.room.test_additions import joined as pay_and_join
from tests.ordering.room.test_additions import move_to
from tests.ordering.room.test_leaving import LEFT_ON, renewed
from tests.ordering.room.test_withdrawing import day, order_of
from tests.ordering.room.test_withdrawn_additions import with_addition
from tests.ordering.shop import ANNA, Shop
from tests.ordering.subscribers import PAID, monthly
from tests.ordering.withdrawers import advance, bought, settle, withdraw
from tests.support.refusals import bad_fields, refused_for
from tests.support.room import request_id


async def deciding(shop: Shop, invoice_id: str) -> str:
    asked = pb.FindInvoiceWithdrawalRequest(invoice_id=invoice_id)
    return str((await shop.worker.FindInvoiceWithdrawal(asked)).order_id)


async def invoice_of(shop: Shop, order_id: str) -> str:
    return str((await shop.worker.GetOrder(pb.GetOrderRequest(order_id=order_id))).order.invoice_id)


async def test_from_the_notice_on_the_withdrawal_decides_and_when_it_is_settled_too(shop: Shop) -> None:
    order = await bought(shop)
    assert await deciding(shop, order.invoice_id) == ""
    await withdraw(shop, order)
    assert await deciding(shop, order.invoice_id) == order.order_id
    await settle(shop, order.order_id)
    assert await deciding(shop, order.invoice_id) == order.order_id
    assert await deciding(shop, request_id()) == ""
    assert bad_fields(await refused_for(deciding(shop, "1"), errors_pb2.REASON_INVALID_INPUT)) == {
        "invoice_id": "not_a_uuid"
    }


async def test_with_the_contract_it_decides_about_what_was_added_and_about_later_periods(shop: Shop) -> None:
    contract, added = await with_addition(shop)
    await pay_and_join(shop, added)
    first = await order_of(shop, contract)
    await withdraw(shop, first)
    invoice_id = await invoice_of(shop, added.order_id)
    assert await deciding(shop, invoice_id) == first.order_id
    await advance(shop, first.order_id)
    assert await deciding(shop, invoice_id) == first.order_id


async def test_it_decides_about_a_later_period_too(shop: Shop) -> None:
    subscriber = await monthly(shop, date(2026, 2, 25), party=ANNA)
    await subscriber.asked_in_time(2)
    order = await order_of(shop, subscriber)
    day(shop, 5)
    await withdraw(shop, order)
    await subscriber.end(2, PAID)
    invoice_id = (await subscriber.record_invoice(2)).invoice_id
    assert await deciding(shop, invoice_id) == order.order_id
    await advance(shop, order.order_id)
    assert await deciding(shop, invoice_id) == order.order_id


async def test_an_addition_that_was_withdrawn_from_alone_is_decided_by_its_own_withdrawal(shop: Shop) -> None:
    contract, added = await with_addition(shop)
    await pay_and_join(shop, added)
    first = await order_of(shop, contract)
    await withdraw(shop, added)
    invoice_id = await invoice_of(shop, added.order_id)
    assert await deciding(shop, await invoice_of(shop, first.order_id)) == ""
    await advance(shop, added.order_id)
    await withdraw(shop, first)
    assert await deciding(shop, invoice_id) == added.order_id


async def test_an_invoice_of_which_it_refunds_nothing_it_leaves_to_others(shop: Shop) -> None:
    """Who leaves a renewal owes the first term whole."""
    subscriber = await renewed(shop)
    move_to(shop, LEFT_ON)
    order = await order_of(shop, subscriber)
    invoice_id = await invoice_of(shop, order.order_id)
    await withdraw(shop, order)
    assert await deciding(shop, invoice_id) == order.order_id
    await advance(shop, order.order_id)
    assert await deciding(shop, invoice_id) == ""
    assert await deciding(shop, (await subscriber.period(2)).invoice_id) == order.order_id
