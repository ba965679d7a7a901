"""How a cause crosses the wire: by the two fields ``order_id`` and ``period`` of a message, of which one is set."""

from typing import Protocol
from uuid import UUID

from casella.common.v1 import common_pb2
from services.kit.causes import Cause, OrderCause, PeriodCause
from services.kit.validation import Violations

_MOST_PERIODS = 99_999
_NOTHING = UUID(int=0)
"""What ``Violations.uuid`` gives where the field is bad."""


class _ForSomething(Protocol):
    """A request with the two fields."""

    @property
    def order_id(self) -> str: ...

    @property
    def period(self) -> common_pb2.PeriodRef: ...

    def HasField(self, field_name: str) -> bool: ...  # protobuf's name


def order_id_of(cause: Cause) -> str:
    """The field ``order_id``: empty for a period."""
    return str(cause.order_id) if isinstance(cause, OrderCause) else ""


def period_of(cause: Cause) -> common_pb2.PeriodRef | None:
    """The field ``period``: unset for an order."""
    if not isinstance(cause, PeriodCause):
        return None
    return common_pb2.PeriodRef(
        period_id=str(cause.key), subscription_id=str(cause.subscription_id), number=cause.number
    )


def checked_cause(bad: Violations, request: _ForSomething) -> Cause:
    """What a request is for: refused where it names neither or both, and where a period's id is another one's."""
    has_period = request.HasField("period")
    if has_period == bool(request.order_id):
        bad.add("order_id", "order_or_period")
        bad.add("period", "order_or_period")
    elif not has_period:
        return OrderCause(bad.uuid("order_id", request.order_id))
    return _checked_period(bad, request.period) if has_period else OrderCause(_NOTHING)


def _checked_period(bad: Violations, message: common_pb2.PeriodRef) -> PeriodCause:
    period_id = bad.uuid("period.period_id", message.period_id)
    subscription_id = bad.uuid("period.subscription_id", message.subscription_id)
    number = bad.between("period.number", message.number, 1, _MOST_PERIODS)
    period = PeriodCause(subscription_id, number)
    if _NOTHING not in {period_id, subscription_id} and number >= 1 and period_id != period.key:
        bad.add("period.period_id", "not_this_period")
    return period
