"""`casella.invoicing.v1.InvoicingService`: its two halves put together."""

from casella.invoicing.v1.invoicing_pb2_grpc import InvoicingServiceServicer
from services.invoicing.servicer.documents import DocumentRpcs
from services.invoicing.servicer.parts import Parts
from services.invoicing.servicer.transmissions import TransmissionRpcs


class InvoicingServicer(DocumentRpcs, TransmissionRpcs, InvoicingServiceServicer):
    """All RPCs of the room."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
