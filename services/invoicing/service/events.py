"""What gateways hear of documents: that they were issued, and what the SdI says of invoices."""

from services.invoicing.domain.documents import Document, DocumentKind, totals
from services.invoicing.domain.transmissions import State
from services.invoicing.store.transmissions import Transmission
from services.kit.causes import cause_ids
from services.kit.event_types import EventType
from services.kit.events import Event

_ISSUED = {
    DocumentKind.PROFORMA: EventType.PROFORMA_ISSUED,
    DocumentKind.INVOICE: EventType.INVOICE_ISSUED,
}
_MOVED = {
    State.DELIVERED: EventType.INVOICE_DELIVERED,
    State.UNDELIVERABLE: EventType.INVOICE_UNDELIVERABLE,
    State.REJECTED: EventType.INVOICE_REJECTED,
    State.GIVEN_UP: EventType.INVOICE_GIVEN_UP,
}


def issued_event(document: Document) -> Event:
    """That a document was issued; the amount is its gross total."""
    ids = {"document_id": document.document_id, **cause_ids(document.cause)}
    return Event(_ISSUED[document.kind], document.account_id, ids, amount=totals(document.lines).gross)


def moved_event(transmission: Transmission, state: State) -> Event:
    """That the SdI, or an admin, has moved an invoice on."""
    ids = {"document_id": transmission.invoice_id, **cause_ids(transmission.cause)}
    return Event(_MOVED[state], transmission.account_id, ids, state=state)
