"""What a mail's template may be given, and how it waits in the outbox as JSON without losing its type."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from services.kit.money import Money

Params = Mapping[str, Any]
"""Texts, whole numbers, truth values, None, Money, dates, aware instants, and lists and dictionaries of these."""

_MONEY, _INSTANT, _DAY = "$money", "$instant", "$day"


def encode(value: Any) -> Any:
    """A value as JSON.

    Raises:
        TypeError: A kind of value that templates do not get, such as a float.
    """
    match value:
        case None | bool() | int() | str():
            return value
        case Money():
            return {_MONEY: [value.minor, value.currency]}
        case datetime():
            if value.tzinfo is None:
                raise TypeError("an instant without time zone does not go into a mail")
            return {_INSTANT: value.isoformat()}
        case date():
            return {_DAY: value.isoformat()}
        case Mapping():
            return {str(name): encode(item) for name, item in value.items()}
        case Sequence() if not isinstance(value, bytes):
            return [encode(item) for item in value]
        case _:
            raise TypeError(f"a {type(value).__name__} does not go into a mail")


def decode(value: Any) -> Any:
    """A value from JSON."""
    match value:
        case {"$money": [int(minor), str(currency)]}:
            return Money(minor, currency)
        case {"$instant": str(instant)}:
            return datetime.fromisoformat(instant)
        case {"$day": str(day)}:
            return date.fromisoformat(day)
        case dict():
            return {name: decode(item) for name, item in value.items()}
        case list():
            return [decode(item) for item in value]
        case _:
            return value
