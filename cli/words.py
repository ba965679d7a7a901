"""Decides how values read on an operator's screen: amounts, days, instants and states; times are Rome's, with zone."""

from datetime import timedelta

from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from casella.common.v1 import common_pb2
from casella.invoicing.v1 import invoicing_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from services.kit.calendar import ROME
from services.kit.wire import from_timestamp

NONE = "–"
ForSomething = (
    payments_pb2.PaymentRequest
    | payments_pb2.UnconfirmedTransfer
    | payments_pb2.ConfirmedTransfer
    | invoicing_pb2.Document
)
_MINOR_UNITS = 100
_UNSAID = "UNSPECIFIED"


def money(amount: common_pb2.Money) -> str:
    """An amount, for example ``85.40 EUR``; negative ones with their sign."""
    whole, cents = divmod(abs(amount.minor), _MINOR_UNITS)
    return f"{'-' if amount.minor < 0 else ''}{whole}.{cents:02d} {amount.currency}".strip()


def day(date: common_pb2.Date) -> str:
    """A day, for example ``2026-11-24``; a dash where there is none."""
    return f"{date.year:04d}-{date.month:02d}-{date.day:02d}" if date.year else NONE


def instant(stamp: Timestamp) -> str:
    """An instant in Rome, to the minute, with its zone because the UI tells UTC; a dash where there is none."""
    return f"{from_timestamp(stamp).astimezone(ROME):%Y-%m-%d %H:%M %Z}" if stamp.seconds else NONE


def span(of: timedelta) -> str:
    """``2 days 3 hours``, ``less than a minute``."""
    minutes = int(of.total_seconds()) // 60
    days, hours = minutes // 1440, minutes // 60 % 24
    parts = ((days, "day"), (hours, "hour"), (minutes % 60, "minute"))
    return " ".join(f"{count} {unit}{'s' * (count > 1)}" for count, unit in parts if count) or "less than a minute"


def choice(message: Message, field: str) -> str:
    """An enum's value in plain words: ``ORDER_STATE_FULFILLED`` is ``fulfilled``; a dash where it is not said."""
    return _words(message.DESCRIPTOR.fields_by_name[field].enum_type, getattr(message, field))


def waiting_for(entry: payments_pb2.MoneyEntry) -> str:
    """Why money waits, with both amounts where a record by hand has another one, and why it is perhaps none."""
    if entry.HasField("recorded_amount"):
        return f"other amount than recorded by hand ({money(entry.recorded_amount)})"
    reason = choice(entry, "reason")
    if entry.HasField("dispute"):
        by_bank = entry.dispute.source == payments_pb2.MONEY_SOURCE_BANK
        if entry.dispute.decision == payments_pb2.DISPUTE_DECISION_CLAIM:
            return f"{reason} (claim)"
        return f"{reason} ({'of what had paid' if by_bank else choice(entry.dispute, 'state')})"
    if entry.taken_back_by:
        return f"{reason}, and taken back by the bank"
    return f"{reason}, perhaps told twice" if entry.perhaps_told_twice else reason


def one_of(enum: EnumTypeWrapper, value: int) -> str:
    """The same for a value that stands alone, for example of ``mailboxes_pb2.Feature``."""
    return _words(enum.DESCRIPTOR, value)


def cause(message: ForSomething) -> str:
    """What is asked for: an order's id, which `casella show order` takes, or a period of a subscription."""
    period = message.period
    return f"period {period.number} of subscription {period.subscription_id}" if period.number else message.order_id


def thing(message: ForSomething) -> str:
    """The same within a sentence: ``order 0193…`` or ``period 2 of subscription 0193…``."""
    return cause(message) if message.period.number else f"order {message.order_id}"


def hold(standing: ordering_pb2.LegalHold) -> str:
    """Since when a legal hold stands and who set it why: ``since 2026-11-24 10:30 CET, set by carla (court_order)``."""
    steering = standing.steering
    ticket = f", ticket {steering.ticket_id}" if steering.ticket_id else ""
    return f"since {instant(standing.set_at)}, set by {steering.actor} ({steering.reason_code}{ticket})"


def yes(fact: bool) -> str:  # noqa: FBT001  the fact is all there is to say
    """Yes or no."""
    return "yes" if fact else "no"


def if_any(text: str) -> str:
    """A text from above, or nothing instead of its dash."""
    return "" if text == NONE else text


def _words(enum: object, value: int) -> str:
    """A value that is newer than this program is shown by its number."""
    by_number = getattr(enum, "values_by_number", {})
    prefix = by_number[0].name.removesuffix(_UNSAID)
    if value not in by_number:
        return f"{value} (newer than this command)"
    name = by_number[value].name.removeprefix(prefix)
    return NONE if name == _UNSAID else name.replace("_", " ").lower().replace(" gb", " GB")
