"""What ordering forgets by itself, and what it keeps."""

from datetime import timedelta
from uuid import UUID

from casella.ordering.v1 import ordering_pb2 as pb
from services.kit.calendar import add_days
from tests.ordering.shop import BEISPIEL, STEERING, TO_ANNA, Shop, mailboxes
from tests.support.room import request_id

TABLES = ("orders", "order_reminders", "quotes", "billing_profiles", "vat_checks", "mails")


async def purged_account(shop: Shop, *, held: bool = False) -> UUID:
    """An account with an expired order that was purged, perhaps with a hold that its last deletion overtook."""
    account = shop.account()
    order = await shop.order(account, party=BEISPIEL, items=[mailboxes(1)])
    await shop.worker.SettleTax(pb.SettleTaxRequest(order_id=order.order_id))
    await shop.record_proforma(order.order_id)
    await shop.end(order.order_id, pb.OUTCOME_EXPIRED)
    await shop.worker.SendOrderEmail(
        pb.SendOrderEmailRequest(order_id=order.order_id, email=pb.ORDER_EMAIL_EXPIRED, recipient=TO_ANNA)
    )
    await shop.close(account)
    if held:
        await shop.stub("operator").SetLegalHold(
            pb.SetLegalHoldRequest(request_id=request_id(), account_id=str(account), hold=True, steering=STEERING)
        )
    await shop.worker.RecordPurged(pb.RecordPurgedRequest(account_id=str(account)))
    return account


async def run_jobs(shop: Shop) -> int:
    return sum([await job.run(shop.room.clock.now()) for job in shop.room.room.jobs])


async def left(shop: Shop) -> dict[str, int]:
    return {table: len(await shop.room.rows(table)) for table in TABLES}


async def test_what_is_left_of_a_never_paid_account_is_erased_180_days_after_its_purge(shop: Shop) -> None:
    account = await purged_account(shop)
    before = await left(shop)
    assert all(before.values())
    purged_at = shop.room.clock.now()
    shop.room.clock.at = add_days(purged_at, 180)
    assert await run_jobs(shop) == 0
    assert await left(shop) == before
    shop.room.clock.at += timedelta(microseconds=1)
    assert await run_jobs(shop) == 1
    assert await left(shop) == dict.fromkeys(TABLES, 0)
    assert [row["id"] for row in await shop.room.rows("accounts")] == [account]
    assert await run_jobs(shop) == 0


async def test_a_legal_hold_stops_the_erasure(shop: Shop) -> None:
    await purged_account(shop, held=True)
    before = await left(shop)
    shop.room.clock.advance(days=400)
    assert await run_jobs(shop) == 0
    assert await left(shop) == before


async def test_orders_of_a_customer_who_paid_are_kept(shop: Shop) -> None:
    order = await shop.order()
    await shop.end(order.order_id, pb.OUTCOME_PAID)
    await shop.fulfil(order.order_id)
    shop.room.clock.advance(days=4000)
    assert await run_jobs(shop) == 0
    assert (await left(shop))["orders"] == 1
