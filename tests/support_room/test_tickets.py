"""Tickets: opened by customers, answered by both sides, closed for good."""

import asyncio

from casella.common.v1 import common_pb2, errors_pb2
from casella.support.v1 import support_pb2 as pb
from services.kit.wire import from_timestamp
from tests.support.refusals import refused_as
from tests.support.room import START, TestRoom, request_id
from tests.support_room.clients import Customer, Operator

OPEN, ANSWERED, CLOSED = pb.TICKET_STATE_OPEN, pb.TICKET_STATE_ANSWERED, pb.TICKET_STATE_CLOSED


async def test_a_new_ticket_waits_for_the_provider(customer: Customer) -> None:
    ticket = await customer.open(kind=pb.TICKET_KIND_BILLING)
    assert (ticket.account_id, ticket.kind, ticket.state) == (customer.id, pb.TICKET_KIND_BILLING, OPEN)
    assert from_timestamp(ticket.opened_at) == START
    assert not ticket.HasField("closed_at")
    [message] = ticket.messages
    assert (message.from_provider, message.text) == (False, "Buongiorno,\ncome si imposta Outlook?")
    assert await customer.get(ticket) == ticket


async def test_the_next_word_passes_from_one_side_to_the_other(customer: Customer, operator: Operator) -> None:
    ticket = await customer.open()
    answered = await operator.answer(ticket, "Così.")
    assert answered.state == ANSWERED
    asked = await customer.answer(ticket, "E poi?")
    assert asked.state == OPEN
    assert [(message.from_provider, message.text) for message in asked.messages[1:]] == [
        (True, "Così."),
        (False, "E poi?"),
    ]


async def test_a_closed_ticket_takes_nothing_more_from_either_side(customer: Customer, operator: Operator) -> None:
    ticket = await customer.open()
    closed = await customer.close(ticket)
    assert closed.state == CLOSED
    assert from_timestamp(closed.closed_at) == START
    with refused_as(errors_pb2.REASON_TICKET_CLOSED):
        await customer.answer(ticket)
    with refused_as(errors_pb2.REASON_TICKET_CLOSED):
        await operator.answer(ticket, "Ancora qui?")
    with refused_as(errors_pb2.REASON_TICKET_CLOSED):
        await operator.close(ticket)
    assert await customer.get(ticket) == closed


async def test_another_customers_ticket_is_not_found(room: TestRoom, customer: Customer) -> None:
    ticket = await customer.open()
    stranger = Customer(room)
    for call in (stranger.get(ticket), stranger.answer(ticket), stranger.close(ticket)):
        with refused_as(errors_pb2.REASON_NOT_FOUND):
            await call
    with refused_as(errors_pb2.REASON_NOT_FOUND):
        await stranger.open(account_id=customer.id)
    with refused_as(errors_pb2.REASON_NOT_FOUND):
        await stranger.calls.ListTickets(pb.ListTicketsRequest(account_id=customer.id), metadata=stranger.metadata)
    assert await customer.get(ticket) == ticket


async def test_the_same_request_has_one_effect_also_at_once(room: TestRoom, customer: Customer) -> None:
    once = request_id()
    opened = await asyncio.gather(*(customer.open(request_id=once) for _ in range(8)))
    assert len({ticket.ticket_id for ticket in opened}) == 1
    with refused_as(errors_pb2.REASON_REQUEST_ID_REUSED):
        await customer.open(request_id=once, subject="Altro")
    again = request_id()
    await asyncio.gather(*(customer.answer(opened[0], request_id=again) for _ in range(8)))
    assert len((await customer.get(opened[0])).messages) == 2
    assert len(await room.rows("tickets")) == 1


async def test_a_customer_sees_their_own_tickets_newest_first(room: TestRoom, customer: Customer) -> None:
    mine = [await customer.open(subject=f"Numero {n}") for n in range(3)]
    await Customer(room).open()
    seen: list[str] = []
    token = ""
    while True:
        request = pb.ListTicketsRequest(
            account_id=customer.id, page=common_pb2.PageRequest(page_size=2, page_token=token)
        )
        answer = await customer.calls.ListTickets(request, metadata=customer.metadata)
        seen += [ticket.subject for ticket in answer.tickets]
        assert not any(ticket.messages for ticket in answer.tickets)
        token = answer.next_page_token
        if not token:
            break
    assert seen == [ticket.subject for ticket in reversed(mine)]


async def test_an_operator_sees_all_tickets_or_those_that_wait(
    room: TestRoom, customer: Customer, operator: Operator
) -> None:
    first = await customer.open()
    second = await Customer(room).open()
    await operator.answer(first, "Così.")

    async def listed(**fields: object) -> list[str]:
        answer = await operator.calls.ListTickets(pb.ListTicketsRequest(**fields))  # type: ignore[arg-type]
        return [ticket.ticket_id for ticket in answer.tickets]

    assert await listed() == [second.ticket_id, first.ticket_id]
    assert await listed(state=OPEN) == [second.ticket_id]
    assert await listed(account_id=customer.id) == [first.ticket_id]
    assert await listed(account_id=customer.id, state=CLOSED) == []


async def test_an_account_has_at_most_20_open_tickets_however_many_are_opened_at_once(
    room: TestRoom, customer: Customer
) -> None:
    ends = await asyncio.gather(*(customer.open() for _ in range(25)), return_exceptions=True)
    opened = [end for end in ends if isinstance(end, pb.Ticket)]
    assert len(opened) == 20
    with refused_as(errors_pb2.REASON_RATE_LIMITED) as refused:
        await customer.open()
    assert refused.value.metadata == {"limit": "open_tickets", "value": "20"}
    room.clock.advance(hours=24)
    with refused_as(errors_pb2.REASON_RATE_LIMITED):
        await customer.open()
    await customer.close(opened[0])
    await customer.open()


async def test_an_account_opens_at_most_20_tickets_in_any_24_hours_closed_ones_included(
    room: TestRoom, customer: Customer
) -> None:
    once = request_id()
    await customer.close(await customer.open(request_id=once))
    room.clock.advance(hours=1)
    for _ in range(19):
        await customer.close(await customer.open())
    room.clock.advance(hours=22, minutes=59)
    with refused_as(errors_pb2.REASON_RATE_LIMITED) as refused:
        await customer.open()
    assert refused.value.metadata == {"limit": "tickets_per_day", "value": "20"}
    await customer.open(request_id=once)
    await Customer(room).open()
    room.clock.advance(minutes=1)
    await customer.open()
    with refused_as(errors_pb2.REASON_RATE_LIMITED):
        await customer.open()


async def test_a_ticket_has_at_most_200_messages(room: TestRoom, customer: Customer, operator: Operator) -> None:
    ticket = await customer.open()
    async with room.core.database.transaction() as conn:
        await conn.exec_driver_sql("UPDATE tickets SET message_count = 199")
        await conn.exec_driver_sql(
            "INSERT INTO messages SELECT gen_random_uuid(), id, n, true, 'Così.', opened_at"
            " FROM tickets, generate_series(2, 199) n"
        )
    last = await customer.answer(ticket, "L’ultima.")
    assert (len(last.messages), last.messages[-1].text) == (200, "L’ultima.")
    with refused_as(errors_pb2.REASON_RATE_LIMITED):
        await operator.answer(ticket, "Ancora una.")
    assert (await operator.close(ticket)).state == CLOSED


async def test_the_largest_ticket_fits_into_one_answer(room: TestRoom, customer: Customer) -> None:
    ticket = await customer.open(text="\U0001f4ec" * 10_000)
    async with room.core.database.transaction() as conn:
        await conn.exec_driver_sql("UPDATE tickets SET message_count = 200")
        await conn.exec_driver_sql(
            "INSERT INTO messages SELECT gen_random_uuid(), ticket_id, n, true, text, at"
            " FROM messages, generate_series(2, 200) n"
        )
    assert len((await customer.get(ticket)).messages) == 200


async def test_an_answer_and_a_closing_at_once_never_leave_a_message_after_the_end(
    customer: Customer, operator: Operator
) -> None:
    for _ in range(10):
        ticket = await customer.open()
        answered, closed = await asyncio.gather(customer.answer(ticket), operator.close(ticket), return_exceptions=True)
        assert isinstance(closed, pb.Ticket)
        found = await customer.get(ticket)
        assert found.state == CLOSED
        assert len(found.messages) == (2 if isinstance(answered, pb.Ticket) else 1)
