"""Whether the books can be proved, and what an accountant has to know of."""

from collections.abc import Mapping, Sequence

from casella.invoicing.v1 import invoicing_pb2
from casella.payments.v1 import payments_pb2
from cli import books, words
from cli.doctor.findings import Finding, fine, named, note, wrong
from cli.rooms import LONG_SECONDS, Rooms


async def given_up(rooms: Rooms, healthy: Sequence[str]) -> list[Finding]:
    """Which invoices and credit notes were given up: for ever a fact that an accountant has to know of."""
    if "invoicing" not in healthy:
        return []
    asked = invoicing_pb2.ListGivenUpInvoicesRequest()
    found = await rooms.ask_all(rooms.invoicing.ListGivenUpInvoices, asked, "invoices")
    if not found:
        return []
    text = f"e-invoices given up, which the SdI has never accepted: {len(found)}: {named([i.number for i in found])}"
    return [note(text, "`casella audit` says who gave them up, when and why")]


async def prove(rooms: Rooms, healthy: Sequence[str]) -> list[Finding]:
    """Whether the books can be proved, as `casella audit` does; with a room away that they need, the ledger alone."""
    if "payments" not in healthy:
        return []
    if not {"invoicing", "ordering"}.issubset(healthy):
        return judge_ledger(
            await rooms.ask(rooms.payments.ProveLedger, payments_pb2.ProveLedgerRequest(), LONG_SECONDS)
        )
    found = await books.read(rooms, year=0)
    return [
        *judge_ledger(found.ledger),
        *judge_findings(found.findings),
        *judge_used_outside(found.numbering.used_outside),
    ]


def judge_used_outside(numbers: Sequence[str]) -> list[Finding]:
    """Which numbers left before the rows were restored and are borne by no document here: for ever, so no alarm."""
    if not numbers:
        return []
    text = f"numbers used outside, of documents to be entered by hand: {len(numbers)}, the first: {numbers[0]}"
    return [note(text, "`casella audit` names all of them; an order or period that asks again takes its own over")]


def judge_findings(findings: Mapping[str, Sequence[str]]) -> list[Finding]:
    """Whether the audit finds nothing; how much there is of each kind, and the first of it."""
    remedy = "`casella audit` names all of them: your accountant has to know"
    return [
        wrong(f"{kind}: {len(found)}, the first: {found[0].rstrip('.')}", remedy)
        for kind, found in findings.items()
        if found
    ] or [fine("invoice numbers are proved, payments and invoices tied to each other")]


def judge_ledger(ledger: payments_pb2.ProveLedgerResponse) -> list[Finding]:
    """Whether it is balanced, and whether the bank has told of all that was recorded by hand."""
    proof = "`casella audit` shows the whole proof"
    unconfirmed = _judge_unconfirmed(ledger.unconfirmed_transfers)
    if ledger.balanced:
        return [fine(f"the ledger is balanced ({ledger.transactions} transactions)"), *unconfirmed]
    return [*(wrong(text.rstrip("."), proof) for text in ledger.discrepancies), *unconfirmed]


def _judge_unconfirmed(records: Sequence[payments_pb2.UnconfirmedTransfer]) -> list[Finding]:
    if not records:
        return []
    told = [
        f"{words.money(each.amount)} for {words.thing(each)} ({each.proforma_number or 'no proforma'})"
        for each in records
    ]
    return [
        wrong(
            f"transfers recorded by hand that no statement has told of for 5 days: {len(records)}: {named(told)}",
            "Look at the account whether the money came, and import its statement; `casella show money` lists them",
        )
    ]
