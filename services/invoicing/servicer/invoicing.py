"""`casella.invoicing.v1.InvoicingService`: its three parts put together."""

from casella.invoicing.v1.invoicing_pb2_grpc import InvoicingServiceServicer
from services.invoicing.servicer.documents import DocumentRpcs
from services.invoicing.servicer.fiscal import FiscalRpcs
from services.invoicing.servicer.parts import Parts
from services.invoicing.servicer.transmissions import TransmissionRpcs


class InvoicingServicer(DocumentRpcs, FiscalRpcs, TransmissionRpcs, InvoicingServiceServicer):
    """All RPCs of the room."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
