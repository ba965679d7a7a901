"""The commands that list and prove: sign-ups that wait, tickets, the audit of numbers and ledger, bank statements."""

from pathlib import Path
from uuid import uuid4

import click

from casella.invoicing.v1 import invoicing_pb2
from casella.payments.v1 import payments_pb2
from casella.support.v1 import support_pb2
from casella.trial.v1 import trial_pb2
from cli import printing
from cli.calling import Rooms, calls
from services.kit.errors import Refused
from workflows import names

LARGEST_STATEMENT = 3 * 1024 * 1024
PROBLEM = 1


@click.command()
@calls
async def signups(rooms: Rooms) -> None:
    """List sign-ups that wait for a decision.

    It is taken in the Temporal UI, by the updates `allow` and `deny` of the workflow that is named.
    """
    answer = await rooms.trial.ListSignUpsInReview(trial_pb2.ListSignUpsInReviewRequest())
    rows = [
        (
            waiting.sign_up.created_at,
            waiting.sign_up.lapses_at,
            waiting.email,
            waiting.name,
            waiting.country,
            ", ".join(waiting.sign_up.reasons),
            names.sign_up_id(waiting.sign_up.sign_up_id),
        )
        for waiting in answer.sign_ups
    ]
    columns = ("came", "lapses", "email", "name", "country", "reasons", "workflow")
    printing.table("Sign-ups that wait for a decision", columns, rows, "none")


@click.group()
def tickets() -> None:
    """List, read, answer and close tickets."""


@tickets.command("list")
@click.option("--all", "every", is_flag=True, help="Closed ones too.")
@calls
async def list_tickets(rooms: Rooms, *, every: bool) -> None:
    """List tickets, newest first."""
    answer = await rooms.support.ListTickets(support_pb2.ListTicketsRequest())
    rows = [
        (
            ticket.opened_at,
            printing.name_of(ticket, "state"),
            printing.name_of(ticket, "kind"),
            ticket.subject,
            ticket.account_id,
            ticket.ticket_id,
        )
        for ticket in answer.tickets
        if every or ticket.state != support_pb2.TICKET_STATE_CLOSED
    ]
    printing.table("Tickets", ("opened", "state", "about", "subject", "account", "ticket"), rows, "none")


@tickets.command("show")
@click.argument("ticket_id", metavar="ID")
@calls
async def show_ticket(rooms: Rooms, ticket_id: str) -> None:
    """Read a ticket with its messages."""
    answer = await rooms.support.GetTicket(support_pb2.GetTicketRequest(ticket_id=ticket_id))
    printing.show({"ticket": answer.ticket})


@tickets.command("answer")
@click.argument("ticket_id", metavar="ID")
@click.argument("text")
@calls
async def answer_ticket(rooms: Rooms, ticket_id: str, text: str) -> None:
    """Answer a ticket; the customer gets an email."""
    found = (await rooms.support.GetTicket(support_pb2.GetTicketRequest(ticket_id=ticket_id))).ticket
    contact = await rooms.trial.GetContact(trial_pb2.GetContactRequest(account_id=found.account_id))
    answer = await rooms.support.AnswerTicket(
        support_pb2.AnswerTicketRequest(
            request_id=str(uuid4()), ticket_id=ticket_id, text=text, recipient=contact.recipient
        )
    )
    printing.show({"ticket": answer.ticket})


@tickets.command("close")
@click.argument("ticket_id", metavar="ID")
@calls
async def close_ticket(rooms: Rooms, ticket_id: str) -> None:
    """Close a ticket; the customer gets an email."""
    found = (await rooms.support.GetTicket(support_pb2.GetTicketRequest(ticket_id=ticket_id))).ticket
    contact = await rooms.trial.GetContact(trial_pb2.GetContactRequest(account_id=found.account_id))
    answer = await rooms.support.CloseTicket(
        support_pb2.CloseTicketRequest(request_id=str(uuid4()), ticket_id=ticket_id, recipient=contact.recipient)
    )
    printing.show({"ticket": answer.ticket})


@click.command()
@click.option("--year", type=int, default=0, help="Only this year's invoices.")
@calls
async def audit(rooms: Rooms, year: int) -> None:
    """Prove the invoices' numbers and the ledger; ends with 1 if a proof fails.

    Numbers: no gap, no repeat, the year of the number is the year of the date, sent in time.
    """
    numbers = await rooms.invoicing.AuditNumbering(invoicing_pb2.AuditNumberingRequest(year=year))
    ledger = await rooms.payments.ProveLedger(payments_pb2.ProveLedgerRequest())
    if printing.as_json():
        printing.show({"numbering": numbers, "ledger": ledger})
    else:
        _tell_proof("numbering", f"{numbers.invoices} invoices", list(numbers.violations))
        _tell_proof("ledger", f"{ledger.transactions} transactions", list(ledger.discrepancies))
        rows = [(balance.ledger_account, balance.balance) for balance in ledger.balances]
        printing.table("Balances", ("account", "balance"), rows, "none")
    if numbers.violations or not ledger.balanced:
        raise click.exceptions.Exit(PROBLEM)


@click.group()
def bank() -> None:
    """Take in what the bank tells."""


@bank.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@calls
async def import_statements(rooms: Rooms, files: tuple[Path, ...]) -> None:
    """Import camt.053 or camt.054 files; the same file twice changes nothing."""
    rows = []
    for number, file in enumerate(files, 1):
        printing.say(f"{number} of {len(files)}: {file.name}")
        if file.stat().st_size > LARGEST_STATEMENT:
            raise click.ClickException(f"{file} is larger than 3 MB: ask the bank for one file a day")
        try:
            request = payments_pb2.ImportStatementRequest(file=file.read_bytes())
            answer = await rooms.payments.ImportStatement(request, timeout=60)
        except Refused as refused:
            raise click.ClickException(f"{file}: {refused.message}") from None
        told = (answer.credits, answer.paid, answer.confirmed, answer.queued, answer.known, answer.ignored)
        rows.append((file.name, *told))
    columns = ("file", "credits", "paid", "confirmed", "to the operator", "known before", "ignored")
    printing.table("Imported", columns, rows, "nothing")


def _tell_proof(what: str, counted: str, wrong: list[str]) -> None:
    printing.say(f"{what}: {counted}, {'proved' if not wrong else f'{len(wrong)} problems'}")
    for sentence in wrong:
        printing.say(f"  {sentence}")
