"""With what activities ask the ordering service, and what of its answers histories may not keep."""

from typing import TYPE_CHECKING

from temporalio.client import Client

from casella.common.v1.common_pb2 import Money
from casella.ordering.v1 import ordering_pb2 as pb
from casella.payments.v1 import payments_pb2
from workflows.activities.remembered import Remembered
from workflows.activities.trial import Contacts

if TYPE_CHECKING:  # these names are in the stubs for type checkers only
    from casella.ordering.v1.ordering_pb2_grpc import OrderingServiceAsyncStub
    from casella.payments.v1.payments_pb2_grpc import PaymentsServiceAsyncStub


class OrderingClient:
    """What every activity that asks ordering stands on."""

    def __init__(
        self,
        ordering: "OrderingServiceAsyncStub",
        payments: "PaymentsServiceAsyncStub",
        contacts: Contacts,
        client: Client,
    ) -> None:
        """Take the stubs of ordering and payments, whom to write to, and Temporal's client for the audit trail."""
        self._ordering = ordering
        self._payments = payments
        self._contacts = contacts
        self._client = client
        self._accounts: Remembered[str] = Remembered()


def to_pay(asked: payments_pb2.PaymentRequest) -> Money | None:
    """What must come as money; None where nothing must, or nothing is asked for yet."""
    return asked.amount if asked.amount.minor > 0 else None


def without_person(order: pb.Order) -> pb.Order:
    """The order as histories may keep it: without who ordered, and without the lines that documents carry."""
    shown = pb.Order()
    shown.CopyFrom(order)
    for name in ("party", "lines"):
        shown.ClearField(name)
    shown.quote.ClearField("vat_id")
    return shown


def without_payer(period: pb.Period) -> pb.Period:
    """The period as histories may keep it: without who pays it, and without the lines that documents carry."""
    shown = pb.Period()
    shown.CopyFrom(period)
    for name in ("party", "lines", "vat_id"):
        shown.ClearField(name)
    return shown
