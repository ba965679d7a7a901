"""What gateways hear of an order and of an account's end: each change once, and nothing of the person."""

import pytest

from casella.ordering.v1 import ordering_pb2 as pb
from tests.ordering.shop import Shop


async def told(shop: Shop) -> list[tuple[str, str]]:
    """Type and state of the events since the last look."""
    found = [(event["type"], event["state"]) for event in await shop.room.events()]
    await shop.room.empty_outbox()
    return found


async def test_an_order_is_told_from_its_placing_to_its_subscription(shop: Shop) -> None:
    account = shop.account()
    order = await shop.order(account)
    [placed] = await shop.room.events()
    gross = order.totals.gross
    assert placed == {
        "type": "order.placed",
        "account_id": str(account),
        "ids": {"order_id": order.order_id},
        "state": "open",
        "amount": {"minor": gross.minor, "currency": gross.currency},
    }
    await shop.room.empty_outbox()
    for _ in range(2):
        await shop.end(order.order_id, pb.OUTCOME_PAID)
    assert await told(shop) == [("order.paid", "paid")]
    for _ in range(2):
        made = await shop.fulfil(order.order_id)
    fulfilled, started = await shop.room.events()
    assert (fulfilled["type"], fulfilled["ids"]["invoice_id"]) == ("order.fulfilled", made.order.invoice_id)
    assert started["ids"] == {"order_id": order.order_id, "subscription_id": made.subscription.subscription_id}
    assert (started["type"], started["state"]) == ("subscription.started", "active")


@pytest.mark.parametrize(("outcome", "name"), [(pb.OUTCOME_EXPIRED, "expired"), (pb.OUTCOME_CANCELLED, "cancelled")])
async def test_an_order_that_nobody_paid_is_told_with_how_it_ended(shop: Shop, outcome: pb.Outcome, name: str) -> None:
    order = await shop.order()
    await shop.room.empty_outbox()
    for _ in range(2):
        await shop.end(order.order_id, outcome)
    assert await told(shop) == [(f"order.{name}", name)]


async def test_the_closing_and_the_purge_are_told_once_each(shop: Shop) -> None:
    account = shop.account()
    for _ in range(2):
        await shop.close(account)
    assert await told(shop) == [("account.closed", "trial_ended")]
    for _ in range(2):
        await shop.worker.RecordPurged(
            pb.RecordPurgedRequest(account_id=str(account), domains_removed=1, mailboxes_removed=2)
        )
    assert await told(shop) == [("account.purged", "")]


async def test_a_refused_order_is_not_told(shop: Shop) -> None:
    request = await shop.wish(shop.account())
    request.consent.quote_hash = "0" * 64
    with pytest.raises(Exception, match="CONSENT_MISMATCH"):
        await shop.place(request)
    assert await told(shop) == []


async def test_no_event_says_who_it_is(shop: Shop) -> None:
    order = await shop.order()
    await shop.end(order.order_id, pb.OUTCOME_PAID)
    await shop.fulfil(order.order_id)
    events = str(await shop.room.events())
    assert events.count("order.") == 3
    for personal in ("Anna", "Rossi", "RSSNNA80A41D612P", "Via Roma", "Firenze", "+3905"):
        assert personal not in events
