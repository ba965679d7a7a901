"""Makes for every RPC a request in which no field is bad, from its descriptor and a stage's words."""

from datetime import UTC, datetime
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from casella.common.v1 import access_pb2, common_pb2
from tests.hostile.calling import process
from tests.hostile.contracts import PROCESSES, Rpc, is_map
from tests.hostile.stages.stage import Stage
from tests.support.room import Metadata, request_id

_NEVER_A_CUSTOMERS = ("steering", "recipient")
"""Who steers, and to whom an email goes, is no customer's to say."""
_USUAL: dict[str, object] = {
    "casella.common.v1.Money": common_pb2.Money(minor=1220, currency="EUR"),
    "casella.common.v1.Date": common_pb2.Date(year=2026, month=3, day=2),
    "casella.common.v1.Recipient": common_pb2.Recipient(
        email="anna@example.it", name="Anna Rossi", language=common_pb2.LANGUAGE_IT
    ),
    "casella.common.v1.Steering": common_pb2.Steering(
        actor="operator@provider", reason_code="seen_in_a_test", source="test:1"
    ),
    "casella.common.v1.ClientContext": common_pb2.ClientContext(ip="203.0.113.7", user_agent="Firefox"),
    "casella.common.v1.PageRequest": common_pb2.PageRequest(page_size=10),
    "google.protobuf.Timestamp": Timestamp(seconds=int(datetime(2026, 3, 2, 9, tzinfo=UTC).timestamp())),
}
_WORDS: dict[str, object] = {
    "request_id": request_id,
    "first_name": "Anna",
    "last_name": "Rossi",
    "country": "IT",
    "room": None,
    "after": "",
    "filter": None,
    "subject_ids": None,
    "page_size": 10,
    "offset": None,
}


def caller_of(rpc: Rpc) -> str:
    """Who calls it here: the customer where it is theirs to call, else the one with the least to say."""
    if is_a_customers(rpc):
        return "customer"
    order = ("gateway", "mail_server", "ordering", "operator", "worker")
    return next(name for name in order if PROCESSES[name] in rpc.callers)


def is_a_customers(rpc: Rpc) -> bool:
    """Whether a customer may call it."""
    return access_pb2.CALLER_CUSTOMER in rpc.callers


def metadata_of(rpc: Rpc, stage: Stage, caller: str) -> Metadata:
    """What a caller brings; the customer is the one whose rows the request names."""
    if caller != "customer":
        return process(caller)
    return (*process("gateway"), *stage.room.customer(stage.accounts.get(rpc.name, stage.account), "en"))


def wellformed(rpc: Rpc, stage: Stage, caller: str) -> Message:
    """A request that is fine in every field; whether its rows allow what it asks is another matter."""
    request = rpc.request()
    words = {**_WORDS, **stage.words, "room": stage.words.get("room", stage.room.core.room)}
    _fill(request, words, rpc.name, "")
    if caller == "customer":
        for name in _NEVER_A_CUSTOMERS:
            if name in request.DESCRIPTOR.fields_by_name:
                request.ClearField(name)
    return request


def _fill(message: Any, words: dict[str, object], rpc: str, inside: str) -> None:
    for field in message.DESCRIPTOR.fields:
        path = f"{inside}{field.name}"
        value = _word(words, f"{rpc}.{path}", f"{message.DESCRIPTOR.name}.{field.name}", field.name)
        if value is _MISSING:
            value = _usual(field)
        if value is _MISSING and not is_map(field) and field.message_type is not None:
            target = getattr(message, field.name)
            _fill(target.add() if field.is_repeated else target, words, rpc, f"{path}.")
        elif value is not _MISSING and value is not None:
            _set(message, field, value)


_MISSING = object()


def _word(words: dict[str, object], *names: str) -> object:
    for name in names:
        if name in words:
            value: Any = words[name]
            return value() if callable(value) else value
    return _MISSING


def _usual(field: FieldDescriptor) -> object:
    """A value by the field's type alone."""
    if field.message_type is not None:
        return _USUAL.get(field.message_type.full_name, _MISSING)
    if field.is_repeated:
        return None
    if field.type == FieldDescriptor.TYPE_ENUM:
        kind: Any = field.enum_type
        return kind.values[1].number
    if field.type == FieldDescriptor.TYPE_STRING:
        return request_id() if field.name.endswith("_id") else None
    return None


def _set(message: Any, field: FieldDescriptor, value: Any) -> None:
    target = getattr(message, field.name)
    if field.is_repeated:
        target.extend(value)
    elif field.message_type is not None:
        target.CopyFrom(value)
    else:
        setattr(message, field.name, value)
