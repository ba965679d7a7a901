"""What may be bad about a field, by its kind: a change of a request that was fine, and what must come of it.

Made from the descriptors alone, so that a new RPC or field is tried from the day on which it stands in the contracts.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from tests.hostile import bad_values as values
from tests.hostile.contracts import is_id, is_map

Change = Callable[[Any], None]


class Must(Enum):
    """What must come of a case; whatever it is, never an incident, and nothing stored where it is refused."""

    BE_NAMED = "INVALID_ARGUMENT, and the field named"
    BE_REFUSED = "refused, for whatever reason comes first"
    BE_ANSWERED = "any answer of the contract"


@dataclass(frozen=True)
class Case:
    """One field made bad in one way."""

    path: str
    """As a violation would name it, without places in lists: `party.address.city`."""
    what: str
    must: Must
    change: Change
    shown: str = ""
    """What was put in, where it is a text: no answer may repeat it."""

    def __str__(self) -> str:
        return f"{self.path} {self.what}"


_WHOLE = {
    "google.protobuf.Timestamp": values.TIMESTAMPS,
    "google.protobuf.Duration": values.DURATIONS,
    "casella.common.v1.Date": values.DATES,
    "casella.common.v1.Money": values.MONEY,
}
"""Messages that are one value; their fields are not tried by themselves."""
_SCALARS = {
    FieldDescriptor.TYPE_INT32: values.INT32,
    FieldDescriptor.TYPE_INT64: values.INT64,
    FieldDescriptor.TYPE_BOOL: values.BOOL,
    FieldDescriptor.TYPE_BYTES: values.BYTES,
}
_MANY = 10_000


def cases_of(request: type[Message], dice: random.Random) -> list[Case]:
    """All cases of a request's fields, those of messages inside of it too."""
    return list(_of_message(request.DESCRIPTOR, "", lambda message: message, dice))


def _of_message(kind: Any, inside: str, reach: Callable[[Any], Any], dice: random.Random) -> Iterator[Case]:
    for field in kind.fields:
        path = f"{inside}{field.name}"
        if is_map(field):
            yield from _of_map(field, path, reach)
        elif field.is_repeated:
            yield from _of_list(field, path, reach, dice)
        elif field.message_type is not None:
            yield from _of_part(field, path, reach, dice)
        else:
            for what, must, value in _bad_values(field, dice):
                shown = value if isinstance(value, str) else ""
                yield Case(path, what, must, _setting(reach, field, value), shown)


def _of_part(field: FieldDescriptor, path: str, reach: Callable[[Any], Any], dice: random.Random) -> Iterator[Case]:
    yield Case(path, "absent", Must.BE_ANSWERED, lambda it: reach(it).ClearField(field.name))
    kind: Any = field.message_type
    whole = _WHOLE.get(kind.full_name)
    for what, must, value in whole or ():
        yield Case(path, what, Must(must), _copying(reach, field, value))
    if whole is None:
        yield Case(path, "empty", Must.BE_ANSWERED, _emptying(reach, field))
        yield from _of_message(kind, f"{path}.", lambda it: getattr(reach(it), field.name), dice)


def _of_list(field: FieldDescriptor, path: str, reach: Callable[[Any], Any], dice: random.Random) -> Iterator[Case]:
    yield Case(path, "none", Must.BE_ANSWERED, lambda it: reach(it).ClearField(field.name))
    yield Case(path, "each twice", Must.BE_ANSWERED, lambda it: _again(getattr(reach(it), field.name), field))
    yield Case(path, "10,000", Must.BE_NAMED, lambda it: _many(getattr(reach(it), field.name), field))
    if field.message_type is None:
        for what, must, value in _bad_values(field, dice):
            shown = value if isinstance(value, str) else ""
            yield Case(path, what, must, _entering(reach, field, value), shown)
    elif (whole := _WHOLE.get(field.message_type.full_name)) is not None:
        for what, verdict, value in whole:
            yield Case(path, what, Must(verdict), _entering(reach, field, value))
    else:
        yield Case(path, "an empty one", Must.BE_ANSWERED, lambda it: getattr(reach(it), field.name).add())
        yield from _of_message(field.message_type, f"{path}.", lambda it: _first(getattr(reach(it), field.name)), dice)


def _of_map(field: FieldDescriptor, path: str, reach: Callable[[Any], Any]) -> Iterator[Case]:
    def filled(entries: dict[str, str]) -> Change:
        return lambda it: getattr(reach(it), field.name).update(entries)

    yield Case(path, "none", Must.BE_ANSWERED, lambda it: reach(it).ClearField(field.name))
    yield Case(path, "10,000", Must.BE_REFUSED, filled({f"order_id{number}": "x" for number in range(_MANY)}))
    for what, text in values.UNTYPED:
        yield Case(path, f"key: {what}", Must.BE_REFUSED, filled({text: "x"}))
        yield Case(path, f"value: {what}", Must.BE_REFUSED, filled({"order_id": text}))


def _bad_values(field: FieldDescriptor, dice: random.Random) -> Iterator[tuple[str, Must, Any]]:
    if field.type == FieldDescriptor.TYPE_ENUM:
        yield from ((what, Must(must), value) for what, must, value in values.enums(field))
    elif field.type == FieldDescriptor.TYPE_STRING:
        found = values.ids() if is_id(field) else values.texts(field.name, dice)
        yield from ((what, Must(must), value) for what, must, value in found)
    else:
        yield from ((what, Must(must), value) for what, must, value in _SCALARS[field.type])


def _setting(reach: Callable[[Any], Any], field: FieldDescriptor, value: Any) -> Change:
    return lambda it: setattr(reach(it), field.name, value)


def _copying(reach: Callable[[Any], Any], field: FieldDescriptor, value: Message) -> Change:
    return lambda it: getattr(reach(it), field.name).CopyFrom(value)


def _emptying(reach: Callable[[Any], Any], field: FieldDescriptor) -> Change:
    def change(it: Any) -> None:
        reach(it).ClearField(field.name)
        getattr(reach(it), field.name).SetInParent()

    return change


def _entering(reach: Callable[[Any], Any], field: FieldDescriptor, value: Any) -> Change:
    return lambda it: getattr(reach(it), field.name).append(value)


def _first(entries: Any) -> Any:
    return entries[0] if entries else entries.add()


def _again(entries: Any, field: FieldDescriptor) -> None:
    entries.extend(list(entries))


def _many(entries: Any, field: FieldDescriptor) -> None:
    if field.message_type is not None:
        entries.extend([type(entries.add())()] * _MANY)
    elif field.type == FieldDescriptor.TYPE_STRING:
        entries.extend([""] * _MANY)
    else:
        entries.extend([1] * _MANY)
