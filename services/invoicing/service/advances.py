"""Decides how a part payment is invoiced, and what the invoice of the sale deducts: each part once, to the cent.

What is invoiced before it is paid deducts every part payment that was invoiced before, whatever becomes of its money,
and no part payment is invoiced after it: so all invoices of a sale come to its price.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.invoicing.domain.advance_texts import received_text
from services.invoicing.domain.advances import DeductedAdvance
from services.invoicing.domain.crediting import left_of
from services.invoicing.domain.deducting import deduction_lines, paid_less, part_lines, part_shares, settled
from services.invoicing.domain.documents import Document, DocumentKind
from services.invoicing.domain.sums import VatShare, totals, vat_shares
from services.invoicing.domain.transmissions import State
from services.invoicing.messages import CATALOGUE
from services.invoicing.service.issuing import Draft, Issuing, TwinWasFaster
from services.invoicing.store import advances, documents, transmissions
from services.invoicing.store.lines import credited_lines
from services.kit.calendar import rome_date
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import RequestIdReused
from services.kit.ids import derive
from services.kit.money import Money, total
from services.kit.validation import Violations


@dataclass(frozen=True, slots=True, kw_only=True)
class PartPayment:
    """A part payment: whose money it is as payments names it, how much of it is invoiced, and when it was available."""

    money_entry_id: UUID
    gross: Money
    day: date


class AdvanceInvoices:
    """Issues the invoices of part payments, and final invoices that deduct them."""

    def __init__(self, database: Database, clock: Clock, issuing: Issuing) -> None:
        """Takes where documents are kept and who numbers them."""
        self._database = database
        self._clock = clock
        self._issuing = issuing

    async def issue(self, whole: Draft, part: PartPayment) -> Document:
        """Issues the invoice of a part payment and starts its way to the SdI; a repetition returns the first.

        Where the whole sale was invoiced before it was paid, that invoice is the answer: nothing is left to invoice.

        Args:
            whole: What the invoice of the whole sale would say.
            part: What was received of it.

        Raises:
            InvalidInput: It is more than the whole, or in another currency.
            RequestIdReused: This money was invoiced for something else.
        """
        document_id = derive(DocumentKind.ADVANCE_INVOICE, str(part.money_entry_id))
        known = await self._known(document_id)
        if known is None:
            _check(whole, part)
            try:
                async with self._database.transaction() as conn:
                    known = await self._number(conn, whole, part, document_id)
            except TwinWasFaster:
                known = await self._known(document_id)
        if known is None:
            raise LookupError("the document that was in the way is gone")
        if known.kind is DocumentKind.INVOICE:
            return known
        if (known.cause, known.date, totals(known.lines).gross) != (whole.cause, part.day, part.gross):
            raise RequestIdReused
        return await self._issuing.with_copy(known)

    async def issue_final(self, draft: Draft, day: date, advance_ids: Sequence[UUID]) -> Document:
        """Issues the invoice of a paid order or period less its part payments; a repetition returns the first.

        Args:
            draft: What it says of the whole sale.
            day: The tax point, which becomes its date.
            advance_ids: The invoices of its part payments.

        Raises:
            InvalidInput: One of them is none of this sale's, or they come to more than what was paid in money.
        """

        async def deducted(conn: AsyncConnection) -> Draft:
            return await self._deducted(conn, draft, advance_ids)

        return await self._issuing.issue_invoice(draft, day, deducted if advance_ids else None)

    async def issue_unpaid(self, draft: Draft) -> Document:
        """Issues the invoice of a sale that is not paid, dated today, less its part payments; a repetition likewise.

        Args:
            draft: What it says of the whole sale.
        """

        async def deducted(conn: AsyncConnection) -> Draft:
            await documents.lock_proforma(conn, draft.cause)
            return await self._deducted(conn, draft, await advances.of_cause(conn, draft.cause))

        return await self._issuing.issue_invoice(draft, rome_date(self._clock.now()), deducted)

    async def _known(self, document_id: UUID) -> Document | None:
        async with self._database.reading() as conn:
            return await documents.by_id(conn, document_id)

    async def _number(self, conn: AsyncConnection, whole: Draft, part: PartPayment, document_id: UUID) -> Document:
        await documents.lock_proforma(conn, whole.cause)
        before = await documents.by_cause(conn, DocumentKind.INVOICE, whole.cause)
        if before is not None and before.payment.due_on is not None:
            return before
        others: list[VatShare] = []
        for other_id in await advances.of_cause(conn, whole.cause):
            others += (await _left(conn, other_id))[1]
        text = received_text(whole.language, part.day, whole.payment.proforma_number, whole.lines)
        lines = part_lines(text, part_shares(whole.lines, others, part.gross), whole.lines)
        draft = replace(whole, lines=lines, money_entry_id=part.money_entry_id)
        return await self._issuing.number(conn, draft, DocumentKind.ADVANCE_INVOICE, part.day, document_id)

    async def _deducted(self, conn: AsyncConnection, draft: Draft, advance_ids: Sequence[UUID]) -> Draft:
        """The draft less what is left of its part payments, whose rows are held: none is credited meanwhile.

        Of an unpaid sale, one that is more than what is left to pay is passed over: its money goes back, and a credit
        note follows.
        """
        unpaid = draft.payment.due_on is not None
        for advance_id in sorted(advance_ids):
            await documents.lock_invoice(conn, advance_id)
        states = await transmissions.states(conn, advance_ids)
        found = Violations(catalogue=CATALOGUE)
        lines, named, payment = list(draft.lines), list[DeductedAdvance](), draft.payment
        for advance_id in advance_ids:
            advance, left = await _left(conn, advance_id)
            if advance is None or (advance.kind, advance.cause) != (DocumentKind.ADVANCE_INVOICE, draft.cause):
                found.add("advance_ids", "of_another_sale")
                break
            gross = total((share.gross for share in left), part_currency(advance))
            if states[advance_id] is State.GIVEN_UP or not gross:
                continue  # counts as never issued, or was credited
            if unpaid and gross.minor > totals(lines).gross.minor - draft.payment.credit_minor:
                continue
            lines += deduction_lines(advance, left, draft.language, len(lines))
            payment = paid_less(payment, advance, gross)
            invoice_id = derive(DocumentKind.INVOICE, str(draft.cause.key))
            named.append(DeductedAdvance(advance_id, invoice_id, advance.number, advance.date, gross))
        if not found and totals(lines).gross.minor < payment.credit_minor + payment.shortfall_minor:
            found.add("advance_ids", "more_than_paid")
        found.check()
        return replace(draft, lines=settled(lines), payment=payment, advances=tuple(named))


def part_currency(advance: Document) -> str:
    """The currency of a part payment."""
    return totals(advance.lines).gross.currency


async def _left(conn: AsyncConnection, advance_id: UUID) -> tuple[Document | None, tuple[VatShare, ...]]:
    """The invoice of a part payment, and what credit notes have left of it."""
    advance = await documents.by_id(conn, advance_id)
    if advance is None:
        return None, ()
    credited = await credited_lines(conn, advance_id, part_currency(advance))
    return advance, left_of(vat_shares(advance.lines), vat_shares(credited) if credited else ())


def _check(whole: Draft, part: PartPayment) -> None:
    violations = Violations(catalogue=CATALOGUE)
    gross = totals(whole.lines).gross
    if part.gross.currency != gross.currency:
        violations.add("gross", "one_currency")
    elif part.gross > gross:
        violations.add("gross", "out_of_range", least=1, most=gross.minor)
    violations.check()
