"""Reads what proves the books: invoice numbers, ledger, and the ties between payments and invoices."""

from collections.abc import Sequence
from dataclasses import dataclass

from casella.invoicing.v1 import invoicing_pb2
from casella.payments.v1 import payments_pb2
from cli.rooms import LONG_SECONDS, Rooms
from cli.ties import Ties, tie
from services.kit.wire import from_timestamp


@dataclass(frozen=True)
class Books:
    """What the rooms say of themselves, and how they agree.

    Attributes:
        numbering: Invoicing's proof of its numbers.
        given_up: Invoices given up, for ever.
        ledger: Payments' proof of its ledger.
        ties: Payments and invoices, tied to each other.
    """

    numbering: invoicing_pb2.AuditNumberingResponse
    given_up: Sequence[invoicing_pb2.GivenUpInvoice]
    ledger: payments_pb2.ProveLedgerResponse
    ties: Ties

    @property
    def proved(self) -> bool:
        """Whether nothing disagrees; a given-up invoice is a person's decision, and no violation."""
        return not self.numbering.violations and self.ledger.balanced and not self.ties.findings


async def read(rooms: Rooms, year: int) -> Books:
    """Read the books.

    Args:
        rooms: Those of payments and invoicing are asked.
        year: Of the invoice numbers and given-up invoices; 0 for all. Ledger and ties are always whole.
    """
    numbering = await rooms.ask(
        rooms.invoicing.AuditNumbering, invoicing_pb2.AuditNumberingRequest(year=year), LONG_SECONDS
    )
    # Invoices before payments: what is invoiced was paid before, so its payment is found.
    invoices = await rooms.ask_all(rooms.invoicing.ListInvoices, invoicing_pb2.ListInvoicesRequest(), "invoices")
    paid = await rooms.ask_all(
        rooms.payments.ListPaidRequests, payments_pb2.ListPaidRequestsRequest(), "payment_requests"
    )
    ledger = await rooms.ask(rooms.payments.ProveLedger, payments_pb2.ProveLedgerRequest(), LONG_SECONDS)
    given_up = await rooms.ask_all(
        rooms.invoicing.ListGivenUpInvoices, invoicing_pb2.ListGivenUpInvoicesRequest(), "invoices"
    )
    ties = tie(paid, invoices, from_timestamp(numbering.audited_at), ledger.other_days)
    return Books(numbering, [each for each in given_up if year in (0, each.date.year)], ledger, ties)
