"""What gateways hear of a ticket: each change once, and not a word of what was written."""

from tests.support.room import TestRoom
from tests.support_room.clients import Customer, Operator


async def test_every_step_of_a_ticket_is_told_with_whose_turn_it_is(
    room: TestRoom, customer: Customer, operator: Operator
) -> None:
    request = "0193b4a0-0000-7000-8000-000000000001"
    for _ in range(2):
        ticket = await customer.open(request_id=request, subject="zzcanary", text="zzcanary")
    await operator.answer(ticket, "zzcanary")
    await customer.answer(ticket, "zzcanary")
    await operator.close(ticket)
    found = await room.events()
    assert [(event["type"], event["state"]) for event in found] == [
        ("ticket.opened", "open"),
        ("ticket.answered", "answered"),
        ("ticket.answered", "open"),
        ("ticket.closed", "closed"),
    ]
    assert all(event["ids"] == {"ticket_id": ticket.ticket_id} for event in found)
    assert all(event["account_id"] == customer.id for event in found)
    assert "zzcanary" not in str(found)
