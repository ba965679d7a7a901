"""`casella audit`: has invoicing prove its numbers and payments its ledger."""

import click

from casella.invoicing.v1 import invoicing_pb2
from casella.payments.v1 import payments_pb2
from cli import screen, words
from cli.failures import EXIT_REFUSED
from cli.rooms import LONG_SECONDS, open_rooms, run

_EARLIEST, _LATEST = 2000, 2999


@click.command(short_help="Prove invoice numbers and ledger.")
@click.option("--year", type=click.IntRange(_EARLIEST, _LATEST), help="Invoice numbers of this year only.")
@screen.json_option
def audit(year: int | None, *, as_json: bool) -> None:
    """Prove invoice numbers and ledger; exit code 1 where something does not agree."""
    if not run(_audit(year or 0, as_json=as_json)):
        raise SystemExit(EXIT_REFUSED)


async def _audit(year: int, *, as_json: bool) -> bool:
    async with open_rooms() as rooms:
        with screen.working("auditing"):
            numbering = await rooms.ask(
                rooms.invoicing.AuditNumbering, invoicing_pb2.AuditNumberingRequest(year=year), LONG_SECONDS
            )
            ledger = await rooms.ask(rooms.payments.ProveLedger, payments_pb2.ProveLedgerRequest(), LONG_SECONDS)
    proved = not numbering.violations and ledger.balanced
    if as_json:
        screen.show_json({"proved": proved, "numbering": numbering, "ledger": ledger})
    else:
        _show(numbering, ledger)
    return proved


def _show(numbering: invoicing_pb2.AuditNumberingResponse, ledger: payments_pb2.ProveLedgerResponse) -> None:
    screen.show_facts(
        f"Invoice numbers: {'VIOLATED' if numbering.violations else 'no gap, no repeat, dated and sent in time'}",
        [("invoices", str(numbering.invoices)), *(("violation", text) for text in numbering.violations)],
    )
    screen.show_facts(
        f"Ledger: {'balanced' if ledger.balanced else 'NOT BALANCED'}",
        [
            ("transactions", str(ledger.transactions)),
            *((balance.ledger_account, words.money(balance.balance)) for balance in ledger.balances),
            *(("discrepancy", text) for text in ledger.discrepancies),
            *(("unconfirmed", text) for text in ledger.unconfirmed),
        ],
    )
