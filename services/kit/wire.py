"""How values with rules cross the wire: one translation each way between domain types and protobuf."""

from datetime import UTC, date, datetime, timedelta

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from casella.common.v1 import common_pb2
from services.kit.money import Money

_LANGUAGES = {"it": common_pb2.LANGUAGE_IT, "en": common_pb2.LANGUAGE_EN}


def to_money(amount: Money) -> common_pb2.Money:
    """An amount as protobuf."""
    return common_pb2.Money(minor=amount.minor, currency=amount.currency)


def from_money(message: common_pb2.Money) -> Money:
    """An amount from protobuf.

    Raises:
        ValueError: The currency is not an ISO 4217 code.
    """
    return Money(message.minor, message.currency)


def to_timestamp(instant: datetime) -> Timestamp:
    """An aware instant as protobuf.

    Raises:
        ValueError: The instant has no time zone, so that nobody knows when it is.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant without time zone does not cross the wire")
    stamp = Timestamp()
    stamp.FromDatetime(instant.astimezone(UTC))
    return stamp


def from_timestamp(message: Timestamp) -> datetime:
    """An instant from protobuf, aware, in UTC."""
    return message.ToDatetime(UTC)


def to_duration(span: timedelta) -> Duration:
    """A span of time as protobuf."""
    duration = Duration()
    duration.FromTimedelta(span)
    return duration


def from_duration(message: Duration) -> timedelta:
    """A span of time from protobuf."""
    return message.ToTimedelta()


def to_date(day: date) -> common_pb2.Date:
    """A day of the calendar in Rome as protobuf."""
    return common_pb2.Date(year=day.year, month=day.month, day=day.day)


def from_date(message: common_pb2.Date) -> date:
    """A day of the calendar in Rome from protobuf.

    Raises:
        ValueError: There is no such day.
    """
    return date(message.year, message.month, message.day)


def to_language(language: str) -> common_pb2.Language:
    """A language's code (``it``, ``en``) as protobuf; anything else is unspecified."""
    return _LANGUAGES.get(language, common_pb2.LANGUAGE_UNSPECIFIED)


def from_language(message: common_pb2.Language, otherwise: str = "it") -> str:
    """A language's code (``it``, ``en``) from protobuf.

    Args:
        message: The enum's value.
        otherwise: What an unspecified or unknown language becomes.
    """
    return next((code for code, value in _LANGUAGES.items() if value == message), otherwise)
