"""Whether what an invoice was for has ended: only then may a credit note say that a dispute has dissolved its contract.

DPR 633/1972, art. 26(2): ordering tells, by what was paid for.
"""

from collections.abc import Iterable

from casella.invoicing.v1 import invoicing_pb2
from casella.ordering.v1 import ordering_pb2
from cli import words
from cli.failures import Failure
from cli.rooms import Rooms


async def check_ended(rooms: Rooms, invoice: invoicing_pb2.Document) -> None:
    """Refuse a note that would say so while the service goes on.

    Raises:
        Failure: With what leads there.
    """
    service = await _end_of(rooms, invoice)
    refused = None if service is None else refusal(service)
    if refused is not None:
        raise refused


def refusal(service: ordering_pb2.ServiceEnd) -> Failure | None:
    """Why no note may say that this has ended, and what leads there; None where it may."""
    if service.ended:
        return None
    if service.ending:
        remedy = "It is just being stopped: try again in a moment"
    elif service.HasField("would_end_at"):
        remedy = "End it first (`terminate` in the money's workflow), or credit it by agreement"
    else:
        remedy = "Credit it once it has ended, or by agreement"
    return Failure(f"{_served(service)}, and with this cause the note says that it has ended", remedy)


async def still_served(rooms: Rooms, invoices: Iterable[invoicing_pb2.Document]) -> list[str]:
    """Credit notes that say so of what is still served, a sentence each."""
    found = []
    for invoice in invoices:
        notes = [note for note in invoice.credit_notes if note.reason == invoicing_pb2.CREDIT_REASON_DISPUTE]
        service = await _end_of(rooms, invoice) if notes else None
        if service is not None and not service.ended and not service.ending:
            found += [
                f"{words.thing(invoice)}: credit note {note.number} ({note.document_id}) on invoice {invoice.number} "
                f"says that a dispute has ended it, but {_served(service)}"
                for note in notes
            ]
    return found


def _served(service: ordering_pb2.ServiceEnd) -> str:
    what = "what the order added to its contract" if service.addition else "the service"
    if service.HasField("ends_at"):
        return f"{what} of account {service.account_id} goes on until {words.instant(service.ends_at)}"
    if service.renewed:
        return f"{what} of account {service.account_id} is renewed with it and goes on"
    if not service.HasField("would_end_at"):
        return f"the order of account {service.account_id} is not fulfilled yet"
    return f"{what} of account {service.account_id} goes on"


async def _end_of(rooms: Rooms, invoice: invoicing_pb2.Document) -> ordering_pb2.ServiceEnd | None:
    """How it stands what an invoice was for; None where ordering knows nothing of it."""
    asked = ordering_pb2.GetServiceEndRequest(order_id=invoice.order_id)
    if invoice.HasField("period"):
        asked = ordering_pb2.GetServiceEndRequest(period=invoice.period)
    answer = await rooms.ask_for(rooms.ordering.GetServiceEnd, asked)
    return None if answer is None else answer.service
