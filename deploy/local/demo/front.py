"""What a gateway does: one channel a service, its own secret, and the customer's token where a customer acts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import grpc

from casella.invoicing.v1.invoicing_pb2_grpc import InvoicingServiceStub
from casella.mailboxes.v1.mailboxes_pb2_grpc import MailboxesServiceStub
from casella.ordering.v1.ordering_pb2_grpc import OrderingServiceStub
from casella.payments.v1.payments_pb2_grpc import PaymentsServiceStub
from casella.support.v1.erasures_pb2_grpc import ErasuresServiceStub
from casella.support.v1.support_pb2_grpc import SupportServiceStub
from casella.trial.v1.trial_pb2_grpc import TrialServiceStub
from deploy.local.site import Site
from services.kit.channels import open_channel

if TYPE_CHECKING:  # these names are in the stubs for type checkers only
    from casella.invoicing.v1.invoicing_pb2_grpc import InvoicingServiceAsyncStub
    from casella.mailboxes.v1.mailboxes_pb2_grpc import MailboxesServiceAsyncStub
    from casella.ordering.v1.ordering_pb2_grpc import OrderingServiceAsyncStub
    from casella.payments.v1.payments_pb2_grpc import PaymentsServiceAsyncStub
    from casella.support.v1.erasures_pb2_grpc import ErasuresServiceAsyncStub
    from casella.support.v1.support_pb2_grpc import SupportServiceAsyncStub
    from casella.trial.v1.trial_pb2_grpc import TrialServiceAsyncStub

ROOMS = ("trial", "mailboxes", "ordering", "payments", "invoicing", "support")


@dataclass(frozen=True)
class Front:
    """The services as one caller reaches them."""

    trial: "TrialServiceAsyncStub"
    mailboxes: "MailboxesServiceAsyncStub"
    ordering: "OrderingServiceAsyncStub"
    payments: "PaymentsServiceAsyncStub"
    invoicing: "InvoicingServiceAsyncStub"
    support: "SupportServiceAsyncStub"
    erasures: "ErasuresServiceAsyncStub"
    channels: Sequence[grpc.aio.Channel]

    @classmethod
    def connect(cls, site: Site, caller: str) -> Self:
        """Connect to a local Casella as a caller, for example ``gateway`` or ``operator``."""
        secret = site.secret(f"caller-{caller}")
        channels = {room: open_channel(site.listen(room), secret) for room in ROOMS}
        return cls(
            TrialServiceStub(channels["trial"]),
            MailboxesServiceStub(channels["mailboxes"]),
            OrderingServiceStub(channels["ordering"]),
            PaymentsServiceStub(channels["payments"]),
            InvoicingServiceStub(channels["invoicing"]),
            SupportServiceStub(channels["support"]),
            ErasuresServiceStub(channels["support"]),
            tuple(channels.values()),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        for channel in self.channels:
            await channel.close()


def as_customer(access_token: str, language: str = "it") -> Sequence[tuple[str, Any]]:
    """The metadata of a call that a customer makes through the gateway."""
    return (("authorization", f"Bearer {access_token}"), ("accept-language", language))
