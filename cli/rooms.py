"""How a command asks the services: one channel a room, opened at the first question, in the operator's name."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import grpc
from google.protobuf.message import Message

from casella.common.v1 import errors_pb2
from casella.common.v1.erasure_pb2_grpc import ErasureServiceStub
from casella.invoicing.v1.invoicing_pb2_grpc import InvoicingServiceStub
from casella.mailboxes.v1.mailboxes_pb2_grpc import MailboxesServiceStub
from casella.ordering.v1.ordering_pb2_grpc import OrderingServiceStub
from casella.payments.v1.payments_pb2_grpc import PaymentsServiceStub
from casella.support.v1.erasures_pb2_grpc import ErasuresServiceStub
from casella.support.v1.support_pb2_grpc import SupportServiceStub
from casella.support.v1.webhooks_pb2_grpc import WebhooksServiceStub
from casella.trial.v1.trial_pb2_grpc import TrialServiceStub
from cli import installation
from cli.failures import Failure, Unreachable
from cli.installation import Installation
from services.kit.channels import open_channel
from services.kit.errors import Refused
from services.kit.statuses import decode

if TYPE_CHECKING:  # these names are in the stubs for type checkers only
    from casella.common.v1.erasure_pb2_grpc import ErasureServiceAsyncStub
    from casella.invoicing.v1.invoicing_pb2_grpc import InvoicingServiceAsyncStub
    from casella.mailboxes.v1.mailboxes_pb2_grpc import MailboxesServiceAsyncStub
    from casella.ordering.v1.ordering_pb2_grpc import OrderingServiceAsyncStub
    from casella.payments.v1.payments_pb2_grpc import PaymentsServiceAsyncStub
    from casella.support.v1.erasures_pb2_grpc import ErasuresServiceAsyncStub
    from casella.support.v1.support_pb2_grpc import SupportServiceAsyncStub
    from casella.support.v1.webhooks_pb2_grpc import WebhooksServiceAsyncStub
    from casella.trial.v1.trial_pb2_grpc import TrialServiceAsyncStub

Asked = TypeVar("Asked", bound=Message)
Answered = TypeVar("Answered", bound=Message)
Result = TypeVar("Result")

USUAL_SECONDS = 10.0
LONG_SECONDS = 30.0
"""For a statement's import or an audit; services end a call after that time, whatever the caller allows."""
_PAGE = 200
_NOTHING = frozenset({errors_pb2.REASON_NOT_FOUND, errors_pb2.REASON_PROFILE_MISSING})


class Rooms:
    """The services of one installation."""

    def __init__(self, where: Installation) -> None:
        self.where = where
        self._channels: dict[str, grpc.aio.Channel] = {}

    def channel(self, room: str) -> grpc.aio.Channel:
        """The channel to a room.

        Raises:
            Unreachable: Its address is not known.
        """
        return self._open(room, room, with_secret=True)

    def bare_channel(self, room: str) -> grpc.aio.Channel:
        """A channel without the operator's secret: health needs none, and must be told where the secret is missing."""
        return self._open(f"{room} bare", room, with_secret=False)

    @property
    def trial(self) -> "TrialServiceAsyncStub":
        """Accounts, sign-ups, the trial."""
        return TrialServiceStub(self.channel("trial"))

    @property
    def mailboxes(self) -> "MailboxesServiceAsyncStub":
        """Allowances, domains, mailboxes."""
        return MailboxesServiceStub(self.channel("mailboxes"))

    @property
    def ordering(self) -> "OrderingServiceAsyncStub":
        """Profiles, orders, subscriptions, closures."""
        return OrderingServiceStub(self.channel("ordering"))

    @property
    def payments(self) -> "PaymentsServiceAsyncStub":
        """Payment requests, money, the ledger."""
        return PaymentsServiceStub(self.channel("payments"))

    @property
    def invoicing(self) -> "InvoicingServiceAsyncStub":
        """Documents and their way to the SdI."""
        return InvoicingServiceStub(self.channel("invoicing"))

    @property
    def support(self) -> "SupportServiceAsyncStub":
        """Tickets."""
        return SupportServiceStub(self.channel("support"))

    @property
    def erasures(self) -> "ErasuresServiceAsyncStub":
        """Requests for the deletion of a profile, and their proofs."""
        return ErasuresServiceStub(self.channel("support"))

    def erasure_in(self, room: str) -> "ErasureServiceAsyncStub":
        """What a room has of an account that bears on its erasure; every room serves it."""
        return ErasureServiceStub(self.channel(room))

    @property
    def webhooks(self) -> "WebhooksServiceAsyncStub":
        """Webhook endpoints and deliveries."""
        return WebhooksServiceStub(self.channel("support"))

    async def ask(
        self,
        method: "grpc.aio.UnaryUnaryMultiCallable[Asked, Answered]",
        request: Asked,
        seconds: float = USUAL_SECONDS,
        room: str = "",
    ) -> Answered:
        """Make one call.

        Args:
            method: An RPC.
            request: Its request.
            seconds: How long to wait for the answer.
            room: Who is asked; needed only for what all rooms serve.

        Raises:
            Refused: The service refuses.
            Unreachable: It is away, too slow, or has failed.
            Failure: Question or answer is larger than one call may be.
        """
        try:
            return await method(request, timeout=seconds)
        except grpc.aio.AioRpcError as error:
            asked = room or str(request.DESCRIPTOR.file.package).split(".")[1]
            raise unanswered(asked, self.where.address(asked), error) from None

    async def ask_for(
        self, method: "grpc.aio.UnaryUnaryMultiCallable[Asked, Answered]", request: Asked
    ) -> Answered | None:
        """Make one call; None where there is no such thing.

        Raises:
            Refused: The service refuses for another reason.
            Unreachable: It is away, too slow, or has failed.
        """
        try:
            return await self.ask(method, request)
        except Refused as refused:
            if refused.reason in _NOTHING:
                return None
            raise

    async def ask_all(
        self, method: "grpc.aio.UnaryUnaryMultiCallable[Any, Any]", request: Any, field: str, room: str = ""
    ) -> Any:
        """The entries of all pages.

        Args:
            method: An RPC that lists.
            request: Its request; the page is set here.
            field: The answer's field with the entries.
            room: Who is asked; needed only for what all rooms serve.

        Raises:
            Refused: The service refuses.
            Unreachable: It is away, too slow, or has failed.
        """
        found: list[Any] = []
        async for answer in self.pages(method, request, room=room):
            found += getattr(answer, field)
        return found

    async def pages(
        self,
        method: "grpc.aio.UnaryUnaryMultiCallable[Any, Any]",
        request: Any,
        seconds: float = USUAL_SECONDS,
        *,
        room: str = "",
        size: int = _PAGE,
    ) -> AsyncIterator[Any]:
        """The answers of all pages, each asked for once the one before it is done with.

        Args:
            method: An RPC that lists.
            request: Its request; the page is set here.
            seconds: How long to wait for each.
            room: Who is asked; needed only for what all rooms serve.
            size: How many entries a page has.

        Raises:
            Refused: The service refuses.
            Unreachable: It is away, too slow, or has failed.
        """
        request.page.page_size = size
        while True:
            answer = await self.ask(method, request, seconds, room)
            yield answer
            if not answer.next_page_token:
                return
            request.page.page_token = answer.next_page_token

    async def ask_each(
        self,
        rooms: Sequence[str],
        method: "Callable[[grpc.aio.Channel], grpc.aio.UnaryUnaryMultiCallable[Asked, Answered]]",
        request: Asked,
    ) -> dict[str, Answered]:
        """The answers of several rooms to one question, by room.

        Args:
            rooms: Who is asked, all at once.
            method: An RPC that all of them serve, by the channel to one.
            request: Its request.

        Raises:
            Refused: A service refuses.
            Unreachable: One is away, too slow, or has failed.
        """
        asked = (self.ask(method(self.channel(room)), request, room=room) for room in rooms)
        return dict(zip(rooms, await asyncio.gather(*asked), strict=True))

    async def close(self) -> None:
        """Close what was opened."""
        await asyncio.gather(*(channel.close() for channel in self._channels.values()))

    def _open(self, name: str, room: str, *, with_secret: bool) -> grpc.aio.Channel:
        if name not in self._channels:
            address = self.where.address(room)  # where nothing runs, a secret is not missed
            secret = self.where.secret() if with_secret else ""
            self._channels[name] = open_channel(address, secret, self.where.settings.tls, language="en")
        return self._channels[name]


@asynccontextmanager
async def open_rooms() -> AsyncIterator[Rooms]:
    """The services of this environment's Casella.

    Raises:
        Failure: The environment says something that cannot be.
    """
    rooms = Rooms(installation.find())
    try:
        yield rooms
    finally:
        await rooms.close()


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Do a command's work to its end."""
    return asyncio.run(work)


def unanswered(room: str, address: str, error: grpc.aio.AioRpcError) -> Failure:
    """What an operator reads of a call that brought no answer; where it is known that nothing was done, it says so."""
    ours = decode(error.trailing_metadata() or ())
    if ours is not None and ours.reason == errors_pb2.REASON_RECOVERY_UNDER_WAY:
        return Failure(f"{room} did nothing: {ours.message.rstrip('.')}", "Try again once it has ended")
    if ours is not None:
        return Unreachable(f"{room} cannot do this now: {ours.message.rstrip('.')}", "Try again in a moment")
    if error.code() is grpc.StatusCode.UNAVAILABLE:
        return Unreachable(f"{room} does not answer at {address}", "`casella doctor` says what is wrong")
    if error.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
        return Unreachable(f"{room} at {address} did not answer in time", "Try again; `casella doctor` looks closer")
    if error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED:
        return Failure(f"this is too large for one call of {room} ({error.details()})", "Give or ask for less at once")
    return Unreachable(
        f"{room} at {address} failed ({error.code().name}: {error.details()})",
        "Check that this is a Casella of the same version, and see the room's log",
    )
