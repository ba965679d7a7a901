"""Whose rows a caller may touch, and what an operator has to say when steering."""

import re
from uuid import UUID

from casella.common.v1 import common_pb2
from services.kit.context import owner_filter
from services.kit.errors import NotFound
from services.kit.validation import Violations

_CODE = re.compile(r"[a-z0-9_]{1,64}")
_LONGEST = 200


def check_owner(account_id: UUID) -> None:
    """Let a customer reach only the own account; worker and operator reach every one.

    Raises:
        NotFound: The account is another customer's: the answer does not tell that it exists.
    """
    owner = owner_filter()
    if owner is not None and owner != account_id:
        raise NotFound


def check_steering(violations: Violations, steering: common_pb2.Steering) -> None:
    """Require who and why from everybody but the customer, who steers the own account without saying so."""
    if owner_filter() is not None:
        return
    violations.text("steering.actor", steering.actor, _LONGEST)
    violations.text("steering.source", steering.source, _LONGEST, required=False)
    if not steering.reason_code:
        violations.add("steering.reason_code", "required")
    elif not _CODE.fullmatch(steering.reason_code):
        violations.add("steering.reason_code", "not_a_reason_code")
    if steering.ticket_id:
        violations.uuid("steering.ticket_id", steering.ticket_id)
