"""Decides whether and how an invoice is credited: one at a time of each invoice, never more than is left of it."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.invoicing.domain.crediting import left_of, note_lines, split
from services.invoicing.domain.credits import Credit, CreditReason, RefundMethod, RefundPart, ServedDays, last_day_of
from services.invoicing.domain.documents import Document, DocumentKind
from services.invoicing.domain.sums import VatShare, sold_lines, totals, vat_shares
from services.invoicing.domain.transmissions import State
from services.invoicing.errors import CreditedBefore, CreditExceedsInvoice, CreditTooLate, WrongTransmissionState
from services.invoicing.fatturapa.model import PaymentMeans
from services.invoicing.fatturapa.own_files import OwnFile
from services.invoicing.messages import CATALOGUE
from services.invoicing.service.issuing import Draft, Issuing, TwinWasFaster
from services.invoicing.store import advances, documents, outside, transmissions
from services.invoicing.store.lines import credited_lines
from services.kit import audit
from services.kit.audit import AuditEntry
from services.kit.calendar import rome_date
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound, RequestIdReused
from services.kit.ids import derive
from services.kit.money import Money, total
from services.kit.validation import Violations

CREDIT_INVOICE = "credit_invoice"
"""The deed's name in the audit trail; its row is the invoice."""
_ASKED = {
    PaymentMeans.TRANSFER: "transfer",
    PaymentMeans.CARD: "online",
    PaymentMeans.ACCOUNT_CREDIT: "account-credit",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditOrder:
    """What shall be credited: how much of which invoice, why, and how the customer gets it back.

    `by_hand` is true of what an operator orders, false of what a process does.
    """

    credit_id: UUID
    invoice_id: UUID
    reason: CreditReason
    gross: Money
    cause_date: date
    refund_method: RefundMethod | None = None
    served: ServedDays | None = None
    by_hand: bool = False
    other_refund: RefundPart | None = None
    remitted: Money | None = None


class Crediting:
    """Issues credit notes."""

    def __init__(self, database: Database, clock: Clock, issuing: Issuing) -> None:
        """Takes where documents are kept and who numbers them."""
        self._database = database
        self._clock = clock
        self._issuing = issuing

    async def issue_credit_note(self, order: CreditOrder, entry: AuditEntry | None) -> Document:
        """Issues a credit note dated today and starts its way to the SdI; a repetition returns the first.

        Args:
            order: What shall be credited.
            entry: Which operator wants it and why; None where nobody steers.

        Raises:
            NotFound: There is no such invoice.
            InvalidInput: The amount is in another currency, or an operator's cause lies before the invoice.
            CreditExceedsInvoice: Less of the invoice is left.
            CreditTooLate: The time limit of the reason has passed.
            WrongTransmissionState: The invoice was given up: it counts as never issued.
            RequestIdReused: The credit id was used for something else.
            CreditedBefore: An operator's; another one over this sum had left before a restore and waits, or the one
                that had left is refunded otherwise.
        """
        document_id = derive(DocumentKind.CREDIT_NOTE, str(order.credit_id))
        try:
            async with self._database.transaction() as conn:
                note = await self._issue(conn, order, document_id, entry)
        except TwinWasFaster as twin:  # one for another invoice: those for the same one wait for each other
            raise RequestIdReused from twin
        return await self._issuing.with_copy(note)

    async def _issue(
        self, conn: AsyncConnection, order: CreditOrder, document_id: UUID, entry: AuditEntry | None
    ) -> Document:
        if not await documents.lock_invoice(conn, order.invoice_id):
            raise NotFound
        known = await documents.by_id(conn, document_id)
        if known is not None:
            return _first(known, order)
        invoice = await documents.by_id(conn, order.invoice_id)
        if invoice is None:
            raise LookupError("a locked invoice is there")
        today = rome_date(self._clock.now())
        _check(order, invoice, today)
        if (await transmissions.states(conn, [order.invoice_id]))[order.invoice_id] is State.GIVEN_UP:
            raise WrongTransmissionState(
                "The invoice was given up: it counts as never issued, so there is nothing to credit.",
                metadata={"state": State.GIVEN_UP},
            )
        shares = await self._shares(conn, order, invoice)
        draft = _draft(order, invoice, shares)
        if entry is not None:
            await audit.record(conn, entry, self._clock.now(), account_id=invoice.account_id)
        waiting = await outside.notes_on(conn, invoice, order.gross) if order.by_hand else []
        note = await self._issuing.number(conn, draft, DocumentKind.CREDIT_NOTE, today, document_id)
        if waiting:
            left = await outside.taken_over_by(conn, note.document_id)
            if left is None or left.means != self._issuing.file_of(note).means:
                raise _credited_before(waiting[0] if left is None else left)
        return note

    async def _shares(self, conn: AsyncConnection, order: CreditOrder, invoice: Document) -> tuple[VatShare, ...]:
        """What the note gives back; of an invoice that deducts part payments, out of the whole sale."""
        if await advances.deducting(conn, [order.invoice_id]):
            raise CreditExceedsInvoice(
                "An invoice deducts this part payment: credit that invoice.", metadata={"left": "0"}
            )
        credited = await credited_lines(conn, order.invoice_id, order.gross.currency)
        left = left_of(vat_shares(sold_lines(invoice.lines)), vat_shares(credited) if credited else ())
        remaining = total((share.gross for share in left), order.gross.currency)
        if order.gross > remaining:
            raise CreditExceedsInvoice(metadata={"left": str(max(0, remaining.minor))})
        return split(left, order.gross, duty_first=order.reason is CreditReason.WITHDRAWAL)


def _credited_before(left: OwnFile) -> CreditedBefore:
    return CreditedBefore(
        f"Credit note {left.number} of {left.date} over {left.gross.decimal} {left.gross.currency} on this invoice had "
        f'left before the rows were restored ("{left.said}"), {_refunded(left)}: credit with its cause and the day '
        "that it tells, refunded as it was, and it is taken over",
        metadata={"number": left.number},
    )


def _refunded(left: OwnFile) -> str:
    """How the money of a note goes back, as an operator asks for it."""
    ways = sorted(_ASKED[means] for means in left.means)
    return f"with --refund {' and '.join(ways)}" if ways else "without --refund"


def _check(order: CreditOrder, invoice: Document, today: date) -> None:
    violations = Violations(catalogue=CATALOGUE)
    if order.gross.currency != totals(invoice.lines).gross.currency:
        violations.add("gross", "one_currency")
    if order.by_hand and order.cause_date < invoice.date:
        violations.add("cause_date", "before_the_invoice")
    violations.check()
    last_day = last_day_of(order.reason, invoice.date)
    if last_day is not None and today > last_day:
        raise CreditTooLate(metadata={"last_day": last_day.isoformat()})


def _draft(order: CreditOrder, invoice: Document, shares: tuple[VatShare, ...]) -> Draft:
    """The note: in the invoice's language, to its customer, taxed as it was."""
    credit = _credit(order, invoice)
    return Draft(
        cause=invoice.cause,
        account_id=invoice.account_id,
        language=invoice.language,
        treatment=invoice.treatment,
        customer=invoice.customer,
        lines=note_lines(credit, invoice, shares),
        payment=replace(invoice.payment, due_on=None),
        credit=credit,
        advances=invoice.advances,
    )


def _credit(order: CreditOrder, invoice: Document) -> Credit:
    return Credit(
        invoice_id=order.invoice_id,
        invoice_number=invoice.number,
        invoice_date=invoice.date,
        reason=order.reason,
        cause_date=order.cause_date,
        refund_method=order.refund_method,
        served=order.served,
        refund_follows=order.by_hand and order.refund_method is not None,
        other_refund=order.other_refund,
        remitted=order.remitted,
    )


def _first(known: Document, order: CreditOrder) -> Document:
    """The note that this credit id made, if it was for the same; how it is refunded may have turned out otherwise."""
    credit, gross = known.credit, totals(known.lines).gross
    if credit is None:
        raise LookupError("a credit note says what it credits")
    made = (credit.invoice_id, credit.reason, credit.cause_date, credit.served, credit.remitted, gross)
    asked = (order.invoice_id, order.reason, order.cause_date, order.served, order.remitted, order.gross)
    if made != asked:
        raise RequestIdReused
    return known
