"""`casella tickets`: what customers asked, and the provider's answers."""

import sys

import click

from casella.support.v1 import support_pb2
from casella.trial.v1 import trial_pb2
from cli import accounts, screen, words
from cli.accounts import AccountName
from cli.failures import Failure, WrongInput
from cli.rooms import Rooms, open_rooms, run
from cli.steering import Uuid
from services.kit.ids import new_id

_STATES = {
    "open": support_pb2.TICKET_STATE_OPEN,
    "answered": support_pb2.TICKET_STATE_ANSWERED,
    "closed": support_pb2.TICKET_STATE_CLOSED,
}
COLUMNS = ("ticket", "state", "about", "opened", "subject")


@click.group()
def tickets() -> None:
    """Read, answer and close customers' tickets."""


@tickets.command("list")
@click.option("--account", type=AccountName(), help="Only those of this account (id or email).")
@click.option("--state", type=click.Choice(list(_STATES)), help="Only those in this state.")
@screen.json_option
def tickets_list(account: str | None, state: str | None, *, as_json: bool) -> None:
    """List tickets, newest first."""
    run(_list(account, state, as_json=as_json))


@tickets.command("show")
@click.argument("ticket_id", metavar="TICKET", type=Uuid())
@screen.json_option
def tickets_show(ticket_id: str, *, as_json: bool) -> None:
    """Show TICKET with its messages."""
    run(_show(ticket_id, as_json=as_json))


@tickets.command("answer")
@click.argument("ticket_id", metavar="TICKET", type=Uuid())
@click.argument("text", required=False)
def tickets_answer(ticket_id: str, text: str | None) -> None:
    """Answer TICKET with TEXT, or with what comes on standard input; the customer gets it by email."""
    if text is None:
        if sys.stdin.isatty():
            raise WrongInput("the answer's text is missing", "Write it as the last argument, or pipe it in")
        text = sys.stdin.read()
    run(_answer(ticket_id, text))


@tickets.command("close")
@click.argument("ticket_id", metavar="TICKET", type=Uuid())
def tickets_close(ticket_id: str) -> None:
    """Close TICKET; it takes no more messages, and the customer is told."""
    run(_close(ticket_id))


def row(ticket: support_pb2.Ticket) -> tuple[str, ...]:
    """A ticket as a line of a table."""
    state, kind = words.choice(ticket, "state"), words.choice(ticket, "kind")
    return ticket.ticket_id, state, kind, words.instant(ticket.opened_at), ticket.subject


async def of(rooms: Rooms, account_id: str, state: str | None = None) -> list[support_pb2.Ticket]:
    """The tickets of an account, or of all where it is empty."""
    request = support_pb2.ListTicketsRequest(account_id=account_id)
    if state is not None:
        request.state = _STATES[state]
    found: list[support_pb2.Ticket] = await rooms.ask_all(rooms.support.ListTickets, request, "tickets")
    return found


async def _list(account: str | None, state: str | None, *, as_json: bool) -> None:
    async with open_rooms() as rooms:
        found = await of(rooms, await accounts.id_of(rooms, account) if account else "", state)
    if as_json:
        screen.show_json(found)
    else:
        screen.show_table("Tickets", COLUMNS, [row(ticket) for ticket in found])


async def _show(ticket_id: str, *, as_json: bool) -> None:
    async with open_rooms() as rooms:
        ticket = await _ticket(rooms, ticket_id)
    if as_json:
        screen.show_json(ticket)
        return
    screen.show_facts(
        f"Ticket {ticket_id}: {ticket.subject}",
        [
            ("state", words.choice(ticket, "state")),
            ("about", words.choice(ticket, "kind")),
            ("account", ticket.account_id),
            ("opened", words.instant(ticket.opened_at)),
            ("closed", words.if_any(words.instant(ticket.closed_at))),
        ],
    )
    for message in ticket.messages:
        screen.say(f"{'Provider' if message.from_provider else 'Customer'}, {words.instant(message.at)}:")
        screen.say("\n".join(f"  {line}" for line in message.text.splitlines()) + "\n")


async def _answer(ticket_id: str, text: str) -> None:
    async with open_rooms() as rooms:
        recipient = await _recipient(rooms, ticket_id)
        request = support_pb2.AnswerTicketRequest(
            request_id=str(new_id()), ticket_id=ticket_id, text=text, recipient=recipient.recipient
        )
        await rooms.ask(rooms.support.AnswerTicket, request)
    screen.say(f"Ticket {ticket_id} is answered; the email is on its way.")


async def _close(ticket_id: str) -> None:
    async with open_rooms() as rooms:
        recipient = await _recipient(rooms, ticket_id)
        request = support_pb2.CloseTicketRequest(
            request_id=str(new_id()), ticket_id=ticket_id, recipient=recipient.recipient
        )
        await rooms.ask(rooms.support.CloseTicket, request)
    screen.say(f"Ticket {ticket_id} is closed; the email is on its way.")


async def _recipient(rooms: Rooms, ticket_id: str) -> trial_pb2.GetContactResponse:
    """Who is told: address and language belong to trial."""
    account_id = (await _ticket(rooms, ticket_id)).account_id
    contact = await rooms.ask_for(rooms.trial.GetContact, trial_pb2.GetContactRequest(account_id=account_id))
    if contact is None:
        raise Failure(f"nobody can be told: account {account_id} was erased")
    return contact


async def _ticket(rooms: Rooms, ticket_id: str) -> support_pb2.Ticket:
    answer = await rooms.ask_for(rooms.support.GetTicket, support_pb2.GetTicketRequest(ticket_id=ticket_id))
    if answer is None:
        raise Failure(f"there is no ticket {ticket_id}", "`casella tickets list` shows which there are")
    return answer.ticket
