"""What gateways hear of a trial: each change once, however often it is told, and nothing of the person."""

from tests.support.room import TestRoom, request_id
from tests.trial.clients import PASSWORD, Customer, Visitors


async def told(room: TestRoom) -> list[tuple[str, str]]:
    """Type and state of the events since the last look."""
    found = [(event["type"], event["state"]) for event in await room.events()]
    await room.empty_outbox()
    return found


async def test_a_confirmation_tells_that_a_trial_has_started(visitors: Visitors) -> None:
    customer = await visitors.confirmed()
    [event] = await customer.room.events()
    assert event == {
        "type": "trial.started",
        "account_id": customer.id,
        "ids": {},
        "state": "active",
        "amount": None,
    }


async def test_an_end_by_date_is_told_once(customer: Customer, room: TestRoom) -> None:
    room.clock.advance(days=29)
    await customer.advance()
    assert await told(room) == []
    room.clock.advance(days=1)
    await customer.advance()
    await customer.advance()
    assert await told(room) == [("trial.ended", "ended")]


async def test_each_step_of_a_trial_is_told_once(customer: Customer, room: TestRoom) -> None:
    request = request_id()
    for _ in range(2):
        await customer.end(request)
    assert await told(room) == [("trial.ended", "ended")]
    request = request_id()
    for _ in range(2):
        await customer.extend(7, request)
    assert await told(room) == [("trial.extended", "active")]
    order_id = request_id()
    for _ in range(2):
        await customer.buy(order_id)
    assert [event["ids"] for event in await room.events()] == [{"order_id": order_id}]
    assert await told(room) == [("trial.bought", "bought")]
    for _ in range(2):
        await customer.close_login()
    assert await told(room) == [("trial.closed", "closed")]


async def test_no_event_says_who_it_is(visitors: Visitors) -> None:
    canary = "zzcanary"
    form = {"first_name": canary, "last_name": canary, "email": f"{canary}@{canary}.demo.example"}
    customer = await visitors.confirmed(**form)
    await customer.end()
    await customer.close_login()
    events = str(await customer.room.events())
    assert events.count("trial.") == 3
    assert canary not in events.lower()
    assert PASSWORD not in events
