"""Signs posts as Standard Webhooks says (https://www.standardwebhooks.com), with a secret that no table holds.

An endpoint's secret is derived from the room's key and the endpoint's id: whoever steals the tables can sign nothing,
and a repetition of the call that made the endpoint, whose answer was lost, is told the same secret.
"""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from casella.common.v1 import events_pb2
from services.kit.wire import from_timestamp

_PREFIX = "whsec_"


def secret_of(key: bytes, endpoint_id: UUID) -> str:
    """An endpoint's secret: `whsec_` and base64 of 32 bytes.

    Args:
        key: The room's key (`CASELLA_WEBHOOK_KEY_FILE`).
        endpoint_id: Whose.
    """
    derived = hmac.new(key, f"casella webhook {endpoint_id}".encode(), hashlib.sha256).digest()
    return _PREFIX + base64.b64encode(derived).decode()


def sign(secret: str, webhook_id: object, seconds: int, body: str) -> str:
    """The header `webhook-signature`.

    Args:
        secret: The endpoint's.
        webhook_id: The event's id.
        seconds: The header `webhook-timestamp`.
        body: The body, as it will be sent.
    """
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    signed = hmac.new(key, f"{webhook_id}.{seconds}.{body}".encode(), hashlib.sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"


def body_of(event: events_pb2.Event) -> str:
    """What is posted: type, time, and all that the feed says of the event."""
    amount = {"minor": event.amount.minor, "currency": event.amount.currency} if event.HasField("amount") else None
    data: dict[str, Any] = {
        "event_id": event.event_id,
        "account_id": event.account_id or None,
        "ids": dict(sorted(event.ids.items())),
        "state": event.state or None,
        "cause": event.cause or None,
        "amount": amount,
        "room": event.room,
        "position": event.position,
    }
    at = from_timestamp(event.occurred_at).astimezone(UTC)
    return json.dumps({"type": event.type, "timestamp": _iso(at), "data": data}, separators=(",", ":"))


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
