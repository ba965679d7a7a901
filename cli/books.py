"""Reads what proves the books: invoice numbers, ledger, and the ties of payments and refunds to documents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from casella.invoicing.v1 import invoicing_pb2
from casella.payments.v1 import payments_pb2
from cli import dissolved, unpaid, withdrawals
from cli.refund_ties import RefundTies, tie_refunds
from cli.rooms import LONG_SECONDS, Rooms
from cli.showing import disputes
from cli.ties import Ties, tie
from services.kit.calendar import rome_date
from services.kit.wire import from_timestamp


@dataclass(frozen=True)
class Books:
    """What the rooms say of themselves, and how they agree.

    Attributes:
        numbering: Invoicing's proof of its numbers.
        given_up: Invoices given up, for ever.
        ledger: Payments' proof of its ledger.
        ties: Payments and invoices, tied to each other.
        refund_ties: Refunds and credit notes, likewise.
        still_served: Credit notes that say of what is served that a dispute has ended it, a sentence each.
        unpaid: What a lost dispute or the bank took of what was paid, and nothing has made good, likewise; no fault.
    """

    numbering: invoicing_pb2.AuditNumberingResponse
    given_up: Sequence[invoicing_pb2.GivenUpInvoice]
    ledger: payments_pb2.ProveLedgerResponse
    ties: Ties
    refund_ties: RefundTies
    still_served: Sequence[str]
    unpaid: Sequence[str]

    @property
    def findings(self) -> Mapping[str, Sequence[str]]:
        """What does not agree beside the ledger, by kind; audit and doctor judge by this, so that both say the same.

        A given-up invoice is a person's decision, and none of it.
        """
        return {
            "violations of numbering, dating or sending of invoices": self.numbering.violations,
            "mismatches between payments and invoices": self.ties.findings,
            "mismatches between refunds and credit notes": self.refund_ties.findings,
            "credit notes after a lost dispute of what is still served": self.still_served,
        }

    @property
    def proved(self) -> bool:
        """Whether nothing disagrees."""
        return self.ledger.balanced and not any(self.findings.values())


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
    advances = await rooms.ask_all(rooms.payments.ListAdvances, payments_pb2.ListAdvancesRequest(), "entries")
    ledger = await rooms.ask(rooms.payments.ProveLedger, payments_pb2.ProveLedgerRequest(), LONG_SECONDS)
    given_up = await rooms.ask_all(
        rooms.invoicing.ListGivenUpInvoices, invoicing_pb2.ListGivenUpInvoicesRequest(), "invoices"
    )
    accrued = await _invoiced_unpaid(rooms, invoices, advances)
    ties = tie(paid, invoices, from_timestamp(numbering.audited_at), ledger, advances, accrued)
    lost = await disputes.everybodys(rooms)
    refund_ties = await _tie_refunds(rooms, numbering, paid, invoices, lost, [each.invoice_id for each in given_up])
    in_year = [each for each in given_up if year in (0, each.date.year)]
    still_served = await dissolved.still_served(rooms, invoices)
    return Books(numbering, in_year, ledger, ties, refund_ties, still_served, unpaid.taken(lost))


async def _invoiced_unpaid(
    rooms: Rooms, invoices: Sequence[invoicing_pb2.Document], advances: Sequence[payments_pb2.MoneyEntry]
) -> set[str]:
    """The payment requests of part payments without an invoice whose period was invoiced before it was paid."""
    periods = {invoice.period.period_id for invoice in invoices if invoice.HasField("due_on")}
    invoiced = {invoice.money_entry_id for invoice in invoices}
    found = set()
    for request_id in {e.advance.payment_request_id for e in advances if e.money_entry_id not in invoiced}:
        asked = payments_pb2.GetPaymentRequestRequest(payment_request_id=request_id)
        if (await rooms.ask(rooms.payments.GetPaymentRequest, asked)).payment_request.period.period_id in periods:
            found.add(request_id)
    return found


async def _tie_refunds(
    rooms: Rooms,
    numbering: invoicing_pb2.AuditNumberingResponse,
    paid: Sequence[payments_pb2.PaymentRequest],
    invoices: Sequence[invoicing_pb2.Document],
    lost: Sequence[payments_pb2.Dispute],
    given_up: Sequence[str],
) -> RefundTies:
    """Tie them; ordering is asked only where a credit note stands alone."""
    refunds = await rooms.ask_all(rooms.payments.ListRefunds, payments_pb2.ListRefundsRequest(), "refunds")
    today = rome_date(from_timestamp(numbering.audited_at))
    ties = tie_refunds(paid, invoices, refunds, lost, today, given_up=given_up)
    alone = set(ties.alone)
    if not alone:
        return ties
    noted = [each for each in invoices if alone & {note.document_id for note in each.credit_notes}]
    outside = await withdrawals.made_outside(rooms, noted)
    return tie_refunds(paid, invoices, refunds, lost, today, given_up=given_up, outside=outside)
