"""Every RPC of every service, read from the contracts: in which room it is served, who may call it, what it takes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from google.protobuf import descriptor_pool, message_factory
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from casella.common.v1 import access_pb2, clock_pb2, erasure_pb2, events_pb2, trail_pb2
from casella.common.v1.access_pb2 import Caller
from casella.invoicing.v1 import invoicing_pb2
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from casella.support.v1 import erasures_pb2, support_pb2, webhooks_pb2
from casella.trial.v1 import trial_pb2

FILES = {
    "trial": (trial_pb2,),
    "mailboxes": (mailboxes_pb2,),
    "ordering": (ordering_pb2,),
    "payments": (payments_pb2,),
    "invoicing": (invoicing_pb2,),
    "support": (support_pb2, erasures_pb2, webhooks_pb2),
}
COMMON = (events_pb2, trail_pb2, erasure_pb2)
"""Served by every room; the clock is too, in local mode alone."""
CLOCK = clock_pb2
PROCESSES = {
    "gateway": access_pb2.CALLER_GATEWAY,
    "worker": access_pb2.CALLER_WORKER,
    "operator": access_pb2.CALLER_OPERATOR,
    "mail_server": access_pb2.CALLER_MAIL_SERVER,
    "ordering": access_pb2.CALLER_ORDERING,
}
"""The callers that have a secret, and what the contracts call them."""


@dataclass(frozen=True)
class Rpc:
    """One method, as a room serves it."""

    room: str
    path: str
    """For example `/casella.trial.v1.TrialService/SignUp`."""
    callers: frozenset[Caller]
    request: type[Message]
    response: type[Message]
    streams: bool

    @property
    def name(self) -> str:
        """For example `SignUp`."""
        return self.path.rpartition("/")[2]

    def __str__(self) -> str:
        return f"{self.room} {self.name}"


def rpcs_of(room: str) -> list[Rpc]:
    """All that a room serves, its own first."""
    return [*_methods(room, FILES[room]), *_methods(room, COMMON)]


def clock_rpcs(room: str) -> list[Rpc]:
    """What a room in local mode serves beside them."""
    return list(_methods(room, (CLOCK,)))


def all_services() -> set[str]:
    """The full names of all services in the contracts that this process has loaded."""
    modules = (*(each for files in FILES.values() for each in files), *COMMON, CLOCK)
    return {service.full_name for module in modules for service in module.DESCRIPTOR.services_by_name.values()}


def _methods(room: str, modules: tuple[Any, ...]) -> Iterator[Rpc]:
    option: Any = access_pb2.callers
    pool = descriptor_pool.Default()
    for module in modules:
        for service in module.DESCRIPTOR.services_by_name.values():
            for method in pool.FindServiceByName(service.full_name).methods:
                yield Rpc(
                    room,
                    f"/{service.full_name}/{method.name}",
                    frozenset(method.GetOptions().Extensions[option]),
                    message_factory.GetMessageClass(method.input_type),
                    message_factory.GetMessageClass(method.output_type),
                    method.server_streaming,
                )


def is_map(field: FieldDescriptor) -> bool:
    """Whether a field is a map, which the wire knows as repeated entries."""
    return bool(field.message_type and field.message_type.GetOptions().map_entry)


def is_id(field: FieldDescriptor) -> bool:
    """Whether a field holds ids by its name: those of Casella's own rows, which are UUIDs."""
    return field.type == FieldDescriptor.TYPE_STRING and field.name.endswith(("_id", "_ids"))
