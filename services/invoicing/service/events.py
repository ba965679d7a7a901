"""What gateways hear of documents: that they were issued, and what the SdI says of invoices and credit notes."""

from uuid import UUID

from services.invoicing.domain.documents import Document, DocumentKind
from services.invoicing.domain.sums import totals
from services.invoicing.domain.transmissions import State
from services.invoicing.store.transmissions import Transmission
from services.kit.causes import cause_ids
from services.kit.event_types import EventType
from services.kit.events import Event

_ISSUED = {
    DocumentKind.PROFORMA: EventType.PROFORMA_ISSUED,
    DocumentKind.INVOICE: EventType.INVOICE_ISSUED,
    DocumentKind.ADVANCE_INVOICE: EventType.INVOICE_ISSUED,
    DocumentKind.CREDIT_NOTE: EventType.CREDIT_NOTE_ISSUED,
}
_INVOICE_MOVED = {
    State.DELIVERED: EventType.INVOICE_DELIVERED,
    State.UNDELIVERABLE: EventType.INVOICE_UNDELIVERABLE,
    State.REJECTED: EventType.INVOICE_REJECTED,
    State.GIVEN_UP: EventType.INVOICE_GIVEN_UP,
}
_MOVED = {
    DocumentKind.INVOICE: _INVOICE_MOVED,
    DocumentKind.ADVANCE_INVOICE: _INVOICE_MOVED,
    DocumentKind.CREDIT_NOTE: {
        State.DELIVERED: EventType.CREDIT_NOTE_DELIVERED,
        State.UNDELIVERABLE: EventType.CREDIT_NOTE_UNDELIVERABLE,
        State.REJECTED: EventType.CREDIT_NOTE_REJECTED,
        State.GIVEN_UP: EventType.CREDIT_NOTE_GIVEN_UP,
    },
}


def issued_event(document: Document) -> Event:
    """That a document was issued; the amount is its gross total."""
    credited = document.credit.invoice_id if document.credit else None
    ids = {"document_id": document.document_id, **cause_ids(document.cause), **_credited(credited)}
    return Event(_ISSUED[document.kind], document.account_id, ids, amount=totals(document.lines).gross)


def moved_event(transmission: Transmission, state: State) -> Event:
    """That the SdI, or an admin, has moved an invoice or credit note on."""
    of = {"document_id": transmission.invoice_id, **cause_ids(transmission.cause)}
    ids = {**of, **_credited(transmission.credited_id)}
    return Event(_MOVED[transmission.kind][state], transmission.account_id, ids, state=state)


def _credited(invoice_id: UUID | None) -> dict[str, UUID]:
    return {} if invoice_id is None else {"invoice_id": invoice_id}
