"""Stands between the worker and the services and delivers each call twice at once, as a late attempt and its repeat."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import grpc
from google.protobuf import descriptor_pool, message_factory
from google.protobuf.message import Message

from casella.common.v1 import access_pb2
from deploy.local.provision import ROOMS
from deploy.local.site import Site

READS = ("Get", "List", "Find", "Prove", "Audit", "Check")
"""How the names of RPCs begin that change nothing."""
_DURATION = "google.protobuf.Duration"

Metadata = Sequence[tuple[str, Any]]


@dataclass(frozen=True)
class Answer:
    """What a service answered: a message, or a refusal with its metadata."""

    code: grpc.StatusCode
    body: bytes = b""
    details: str = ""
    metadata: Metadata = ()


@dataclass(frozen=True)
class Delivery:
    """A call of the worker, and the answers to its two copies."""

    method: str
    request: bytes
    metadata: Metadata
    answers: tuple[Answer, Answer]

    @property
    def name(self) -> str:
        """The RPC's own name, for example `IssueInvoice`."""
        return self.method.rpartition("/")[2]

    def says(self, answer: Answer) -> tuple[str, str]:
        """What an answer means, without what depends on the moment: how long something takes, what this call sent."""
        if answer.code is not grpc.StatusCode.OK:
            return answer.code.name, answer.details
        output = _method(self.method).output_type
        message = message_factory.GetMessageClass(output).FromString(answer.body)
        _forget_durations(message)
        if _SENT in output.fields_by_name:
            message.ClearField(_SENT)
        return answer.code.name, str(message)


_SENT = "sent"
"""The field in which a service tells which reminder this very call has sent: of two copies one did."""


@dataclass
class Doubler(grpc.GenericRpcHandler):
    """The double post; made by `Doubler.open`.

    Attributes:
        address: Where the worker is told that every service is.
        deliveries: All that was delivered, in the order of the answers.
    """

    address: str = ""
    deliveries: list[Delivery] = field(default_factory=list)
    _rooms: dict[str, grpc.aio.Channel] = field(default_factory=dict)

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncIterator["Doubler"]:
        """Listen; until `lead_to` was called nobody is behind it."""
        doubler, server = cls(), grpc.aio.server()
        server.add_generic_rpc_handlers((doubler,))
        doubler.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
        await server.start()
        try:
            yield doubler
        finally:
            await server.stop(None)
            for channel in doubler._rooms.values():
                await channel.close()

    @property
    def environment(self) -> dict[str, str]:
        """What the worker is told."""
        return {f"CASELLA_{room.upper()}_ADDRESS": self.address for room in ROOMS}

    def lead_to(self, site: Site) -> None:
        """The services behind it."""
        self._rooms = {room: grpc.aio.insecure_channel(site.listen(room)) for room in ROOMS}

    def mutating(self) -> list[Delivery]:
        """The calls that may change something."""
        return [each for each in self.deliveries if not each.name.startswith(READS)]

    async def told(self, name: str, word: str) -> bool | None:
        """For waiting: whether an RPC was called with a request that contains a word, for example an id."""
        return any(each.name == name and word.encode() in each.request for each in self.deliveries) or None

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        """Every method of every service."""
        return grpc.unary_unary_rpc_method_handler(partial(self._twice, handler_call_details.method))

    async def deliver(self, method: str, request: bytes, metadata: Metadata) -> Answer:
        """Deliver one copy."""
        channel = self._rooms.get(method.split(".")[1])
        if channel is None:
            return Answer(grpc.StatusCode.UNAVAILABLE, details="nobody is behind the double post yet")
        call: Any = channel.unary_unary(method)
        try:
            return Answer(grpc.StatusCode.OK, await call(request, metadata=metadata, timeout=30))
        except grpc.aio.AioRpcError as error:
            return Answer(error.code(), b"", error.details() or "", tuple(error.trailing_metadata()))

    async def _twice(self, method: str, request: bytes, context: Any) -> bytes:
        metadata = [(key, value) for key, value in context.invocation_metadata() if key != "user-agent"]
        copies = (self.deliver(method, request, metadata) for _ in range(2))
        first, second = await asyncio.gather(*copies)
        if self._rooms:  # before that it reached nobody; a schedule may fire while the world still starts
            self.deliveries.append(Delivery(method, request, metadata, (first, second)))
        if first.code is not grpc.StatusCode.OK:
            await context.abort(first.code, first.details, first.metadata)
        return first.body


def workers_mutating_rpcs() -> set[str]:
    """Names of all RPCs that the worker may call and that change something, from the contracts."""
    option: Any = access_pb2.callers
    found = set()
    for room in ROOMS:
        service = descriptor_pool.Default().FindServiceByName(f"casella.{room}.v1.{room.capitalize()}Service")
        for method in service.methods:
            callers = method.GetOptions().Extensions[option]
            if access_pb2.CALLER_WORKER in callers and not method.name.startswith(READS):
                found.add(method.name)
    return found


def _method(path: str) -> Any:
    return descriptor_pool.Default().FindMethodByName(path.removeprefix("/").replace("/", "."))


def _forget_durations(message: Message) -> None:
    for descriptor, value in message.ListFields():
        if descriptor.message_type is None:
            continue
        if descriptor.message_type.full_name == _DURATION:
            message.ClearField(descriptor.name)
        elif descriptor.is_repeated:
            for each in value:
                _forget_durations(each)
        else:
            _forget_durations(value)
