"""ListOrders: newest first, in pages."""

from casella.common.v1 import common_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from tests.ordering.shop import Shop
from tests.support.room import request_id


async def test_orders_are_listed_newest_first_in_pages(shop: Shop) -> None:
    account = shop.account()
    await shop.order()
    wish = await shop.wish(account)
    placed = []
    for _ in range(5):
        wish.request_id = request_id()
        order = await shop.place(wish)
        await shop.end(order.order_id, pb.OUTCOME_CANCELLED)
        placed.append(order.order_id)
    pages, token = [], ""
    while True:
        page = common_pb2.PageRequest(page_size=2, page_token=token)
        request = pb.ListOrdersRequest(account_id=str(account), page=page)
        answer = await shop.stub().ListOrders(request, metadata=shop.customer(account))
        pages.append([order.order_id for order in answer.orders])
        token = answer.next_page_token
        if not token:
            break
    assert pages == [placed[:-3:-1], placed[-3:-5:-1], placed[:1]]


async def test_an_operator_lists_any_account_s_orders_with_their_profiles(shop: Shop) -> None:
    order = await shop.order()
    answer = await shop.stub("operator").ListOrders(pb.ListOrdersRequest(account_id=order.account_id))
    assert [(found.order_id, found.party.last_name) for found in answer.orders] == [(order.order_id, "Rossi")]
