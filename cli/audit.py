"""`casella audit`: has invoicing prove its numbers and payments its ledger, ties payments to invoices and refunds to
credit notes, and looks for refunds that are owed to consumers for too long.
"""

import dataclasses

import click

from casella.common.v1 import common_pb2
from casella.invoicing.v1 import invoicing_pb2
from casella.payments.v1 import payments_pb2
from cli import books, screen, withdrawals, words
from cli.books import Books
from cli.failures import EXIT_REFUSED
from cli.rooms import open_rooms, run
from services.kit.calendar import rome_date
from services.kit.wire import from_timestamp

_EARLIEST, _LATEST = 2000, 2999
_LEDGER_ACCOUNTS = {
    "bank": "money that statements have told of, less what the bank took back",
    "stripe": "money paid by card or PayPal, less disputes and what payouts to the bank were booked of it",
    "announced": "money that an operator saw at the bank and no statement has told of yet",
    "receivable": "payment requests paid with that money; the claims themselves, on the debit side, are the invoices",
    "suspense": "money that pays nothing by itself and waits for an operator, less what the bank took back, claims too",
    "credit": "account credit, which later payment requests use",
    "reserved": "account credit that open payment requests use",
    "refunds": "money that is to go back and has not left",
    "returned": "money of paid payment requests that went back, or is to; credit notes are on the other side",
    "shortfall": "what was lacking where an operator accepted less, mostly charges of banks",
    "disputed": "money of disputed payments that the provider withdrew, until it comes back or you decide; also claims",
    "dispute_fees": "what the provider charged for disputes",
    "provider_fees": "what the provider kept of its payouts, as operators booked it",
    "set_aside": "money that was none of the customers', or was settled outside; debit: taken back and not made good",
}
"""What is booked where: each in debit where the money lies and in credit for what it is, and the way back."""


@click.command(short_help="Prove invoice numbers and ledger, tie payments and refunds to documents.")
@click.option("--year", type=click.IntRange(_EARLIEST, _LATEST), help="Invoice numbers of this year only.")
@screen.json_option
def audit(year: int | None, *, as_json: bool) -> None:
    """Prove invoice numbers and ledger, tie payments to invoices and refunds to credit notes, find refunds owed for too
    long; exit code 1 where something does not agree.
    """
    if not run(_audit(year or 0, as_json=as_json)):
        raise SystemExit(EXIT_REFUSED)


async def _audit(year: int, *, as_json: bool) -> bool:
    async with open_rooms() as rooms:
        with screen.working("auditing"):
            found = await books.read(rooms, year)
            today = rome_date(from_timestamp(found.numbering.audited_at))
            late = withdrawals.late(await withdrawals.open_withdrawals(rooms), today)
    overdue = [withdrawals.sentence(each) for each in late]
    if as_json:
        screen.show_json({
            "proved": found.proved and not late,
            "numbering": found.numbering,
            "given_up": list(found.given_up),
            "ledger": found.ledger,
            "ties": dataclasses.asdict(found.ties),
            "refund_ties": dataclasses.asdict(found.refund_ties),
            "late_refunds": overdue,
            "still_served": list(found.still_served),
            "unpaid": list(found.unpaid),
        })  # fmt: skip
    else:
        _show(found)
        screen.show_facts(
            f"Refunds after a withdrawal: {'OWED TOO LONG' if late else 'none owed for more than 14 days'}",
            [("violation", text) for text in overdue],
        )
    return found.proved and not late


def _show(found: Books) -> None:
    numbering, ledger, ties, refund_ties = found.numbering, found.ledger, found.ties, found.refund_ties
    screen.show_facts(
        f"Invoice numbers: {'VIOLATED' if numbering.violations else 'no gap, no repeat, dated and sent in time'}",
        [
            ("invoices", str(numbering.invoices)),
            ("credit notes", str(numbering.credit_notes)),
            *(("violation", text) for text in numbering.violations),
            *(("used outside, to be entered by hand", text) for text in numbering.used_outside),
            *(("given up", _given_up(invoice)) for invoice in found.given_up),
        ],
    )
    screen.show_facts(
        f"Payments and invoices: {'NOT TIED' if ties.findings else 'each tied to the other, in sum and date'}",
        [
            ("paid payment requests", str(ties.payments)),
            ("invoices", str(ties.invoices)),
            ("paid a moment ago, invoice to come", str(ties.in_progress or "")),
            ("invoiced abroad as it accrued, unpaid", str(ties.unpaid or "")),
            *(("mismatch", text) for text in ties.findings),
            *(("noted", text) for text in ties.notes),
        ],
    )
    screen.show_facts(
        f"Refunds and credit notes: {'NOT TIED' if refund_ties.findings else 'each tied to the other, in sum'}",
        [
            ("refunds of what was paid", str(refund_ties.refunds)),
            ("credit notes", str(refund_ties.credit_notes)),
            ("of today, the other half to come", str(refund_ties.in_progress or "")),
            *(("mismatch", text) for text in refund_ties.findings),
            *(("noted", text) for text in refund_ties.notes),
        ],
    )
    screen.show_facts(
        "Credit notes after a lost dispute: "
        f"{'OF WHAT IS STILL SERVED' if found.still_served else 'none of what is still served'}",
        [("violation", text) for text in found.still_served],
    )
    screen.show_facts(
        f"Taken back of what was paid: {len(found.unpaid) or 'nothing'} without a credit note or money in its place",
        [("noted", text) for text in found.unpaid],
    )
    screen.show_facts(
        f"Ledger: {'balanced' if ledger.balanced else 'NOT BALANCED'}",
        [
            ("transactions", str(ledger.transactions)),
            *((balance.ledger_account, _balance(balance)) for balance in ledger.balances),
            *(("discrepancy", text) for text in ledger.discrepancies),
            *(("unconfirmed", text) for text in ledger.unconfirmed),
        ],
    )


def _given_up(invoice: invoicing_pb2.GivenUpInvoice) -> str:
    """An invoice that counts as never issued although it keeps its number: a person's decision, so no violation."""
    codes, steering = ", ".join(invoice.error_codes), invoice.steering
    ticket = f", ticket {steering.ticket_id}" if steering.ticket_id else ""
    return (
        f"{words.if_any(words.choice(invoice, 'kind')) or 'invoice'} {invoice.number} of {words.day(invoice.date)} "
        f"({invoice.invoice_id}): "
        f"{f'rejected by the SdI with {codes}' if codes else 'never answered by the SdI'}, given up "
        f"{words.instant(invoice.given_up_at)} by {steering.actor} ({steering.reason_code}{ticket})"
    )


def _balance(balance: payments_pb2.LedgerBalance) -> str:
    """A balance as an accountant writes it, with its side in place of a sign, and what the account holds."""
    minor = balance.balance.minor
    amount = words.money(common_pb2.Money(minor=abs(minor), currency=balance.balance.currency))
    side = f" {'credit' if minor < 0 else 'debit'}" if minor else ""
    holds = _LEDGER_ACCOUNTS.get(balance.ledger_account)
    return f"{amount}{side}{f': {holds}' if holds else ''}"
