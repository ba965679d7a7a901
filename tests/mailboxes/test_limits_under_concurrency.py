"""Limits hold however many callers ask at once."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Iterable

from casella.common.v1 import errors_pb2
from casella.common.v1.errors_pb2 import Reason
from services.kit.errors import Refused
from tests.mailboxes.clients import Customer, new_customer, send, unlock
from tests.support.room import TestRoom, request_id


async def outcomes(calls: Iterable[Awaitable[object]]) -> Counter[str]:
    """How the calls end, all started at once: by the name of their reason, or "done"."""
    ends = await asyncio.gather(*calls, return_exceptions=True)
    for end in ends:
        if isinstance(end, BaseException) and not isinstance(end, Refused):
            raise end
    return Counter(Reason.Name(end.reason) if isinstance(end, Refused) else "done" for end in ends)


async def test_40_parallel_creations_give_exactly_25_mailboxes(customer: Customer) -> None:
    ends = await outcomes(customer.create_mailbox(f"m{number}@rossi.example") for number in range(40))
    assert ends == {"done": 25, Reason.Name(errors_pb2.REASON_MAILBOX_LIMIT): 15}
    assert len(await customer.mailboxes()) == 25


async def test_40_parallel_additions_give_exactly_5_domains(customer: Customer) -> None:
    ends = await outcomes(customer.add_domain(f"d{number}.example") for number in range(40))
    assert ends == {"done": 4, Reason.Name(errors_pb2.REASON_DOMAIN_LIMIT): 36}
    assert (await customer.allowance()).domains == 5


async def test_40_parallel_sends_of_one_mailbox_let_exactly_25_leave(room: TestRoom, customer: Customer) -> None:
    await customer.create_mailbox("info@rossi.example")
    ends = await outcomes(send(room, "info@rossi.example") for _ in range(40))
    assert ends == {"done": 25, Reason.Name(errors_pb2.REASON_MESSAGE_LIMIT): 15}


async def test_parallel_sends_of_a_paid_mailbox_hold_its_limit_too(room: TestRoom, customer: Customer) -> None:
    await unlock(room, customer)
    await customer.create_mailbox("info@rossi.example")
    ends = await outcomes(send(room, "info@rossi.example", recipients=100) for _ in range(40))
    assert ends == {"done": 30, Reason.Name(errors_pb2.REASON_RECIPIENT_LIMIT): 10}


async def test_parallel_sends_of_several_mailboxes_hold_the_limit_of_all_together(
    room: TestRoom, customer: Customer
) -> None:
    # Room for one more message to 3,000 recipients, after seven mailboxes that are gone; eight mailboxes want it.
    await unlock(room, customer, s8=8)
    async with room.core.database.transaction() as conn:
        await conn.exec_driver_sql(
            "INSERT INTO sends SELECT gen_random_uuid(), id, gen_random_uuid(), opened_at, 3000"
            " FROM accounts, generate_series(1, 7)"
        )
    addresses = [f"m{number}@rossi.example" for number in range(8)]
    for address in addresses:
        await customer.create_mailbox(address)
    async with room.core.database.transaction() as conn:
        # Nothing is counted before all eight have looked, or wait for the one that looks.
        await conn.exec_driver_sql("LOCK TABLE sends IN SHARE MODE")
        sending = asyncio.create_task(outcomes(send(room, address, recipients=3000) for address in addresses))
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        async with room.core.database.reading() as watching:
            while (await watching.exec_driver_sql(waiting)).scalar_one() < len(addresses):
                assert not sending.done()
    assert await sending == {"done": 1, Reason.Name(errors_pb2.REASON_RECIPIENT_LIMIT): 7}


async def test_parallel_growth_fills_only_the_places_there_are(room: TestRoom, customer: Customer) -> None:
    boxes = [await customer.create_mailbox(f"m{number}@rossi.example") for number in range(8)]
    await unlock(room, customer, s8=5, s50=3)
    ends = await outcomes(customer.update_mailbox(box.mailbox_id, size=3) for box in boxes)
    assert ends == {"done": 3, Reason.Name(errors_pb2.REASON_MAILBOX_LIMIT): 5}


async def test_one_address_wanted_by_many_is_made_once(customer: Customer) -> None:
    ends = await outcomes(customer.create_mailbox("info@rossi.example") for _ in range(10))
    assert ends == {"done": 1, Reason.Name(errors_pb2.REASON_MAILBOX_TAKEN): 9}


async def test_one_domain_wanted_by_many_accounts_goes_to_one(room: TestRoom) -> None:
    customers = [await new_customer(room) for _ in range(10)]
    ends = await outcomes(customer.add_domain("wanted.example") for customer in customers)
    assert ends == {"done": 1, Reason.Name(errors_pb2.REASON_DOMAIN_TAKEN): 9}


async def test_one_request_that_arrives_many_times_at_once_has_one_effect(room: TestRoom, customer: Customer) -> None:
    once = request_id()
    made = await asyncio.gather(*(customer.create_mailbox("info@rossi.example", request_id=once) for _ in range(10)))
    assert len({mailbox.mailbox_id for mailbox in made}) == 1
    message = request_id()
    await asyncio.gather(*(send(room, "info@rossi.example", message=message) for _ in range(10)))
    assert len(await room.rows("sends")) == 1


async def test_a_removal_and_a_creation_never_leave_a_mailbox_without_its_domain(customer: Customer) -> None:
    for number in range(10):
        await customer.add_domain(f"d{number}.example")
        ends = await outcomes(
            [customer.remove_domain(f"d{number}.example"), customer.create_mailbox(f"info@d{number}.example")]
        )
        assert ends["done"] == 1, ends
        for mailbox in await customer.mailboxes():
            await customer.delete_mailbox(mailbox.mailbox_id)
            await customer.remove_domain(f"d{number}.example")
