"""The room's stub, under the type that only type checkers know."""

from typing import TYPE_CHECKING

from casella.invoicing.v1.invoicing_pb2_grpc import InvoicingServiceStub
from tests.support.room import TestRoom

if TYPE_CHECKING:
    from casella.invoicing.v1.invoicing_pb2_grpc import InvoicingServiceAsyncStub

    Stub = InvoicingServiceAsyncStub
else:
    Stub = InvoicingServiceStub


def stub(room: TestRoom, caller: str) -> Stub:
    """The service as one of the callers."""
    made: Stub = InvoicingServiceStub(room.channel(caller))
    return made
