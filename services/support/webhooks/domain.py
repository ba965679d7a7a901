"""Decides what a webhook endpoint may be, when a post is tried again, and when nobody tries any more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import Field

from services.kit.operator_files import Section
from services.kit.public_addresses import is_public, literal

MOST_ENDPOINTS = 50
LONGEST_URL = 500
AT_ONCE = 4
"""Posts to one endpoint at a time: one that never answers holds up no other."""
LEASE = timedelta(minutes=1)
"""Longer than the gateway waits for an answer; a post that nobody has reported by then is due again."""

_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (0.1, 0.5, 2, 10, 30, 60, 120, 240, 480, 720))
_GONE = 410


class WebhooksPolicy(Section):
    """The operator's policy (`policy.yaml`, ``webhooks``)."""

    give_up_days: int = Field(5, ge=1, le=30)
    """A delivery that fails for so long is given up, an endpoint that fails for so long is disabled."""
    kept_days: int = Field(90, ge=1, le=3650)
    """Deliveries that have ended are listed for so long; an event is known again for as long."""


class EndpointState(StrEnum):
    """Whether an endpoint is told."""

    ENABLED = "enabled"
    DISABLED = "disabled"


class DeliveryState(StrEnum):
    """Where a delivery stands; the values are those of the column `webhook_deliveries.state`."""

    PENDING = "pending"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Who is told."""

    id: UUID
    url: str
    types: Sequence[str]
    created_at: datetime
    enabled_at: datetime
    failing_since: datetime | None = None
    disabled_at: datetime | None = None
    pending: int = 0

    @property
    def state(self) -> EndpointState:
        """Whether it is told."""
        return EndpointState.ENABLED if self.disabled_at is None else EndpointState.DISABLED


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event for one endpoint."""

    id: UUID
    endpoint_id: UUID
    event_id: UUID
    type: str
    body: str
    state: DeliveryState
    created_at: datetime
    give_up_at: datetime
    """A failure from then on is the last one."""
    next_at: datetime | None
    attempts: int = 0
    last_status: int = 0
    last_error: str = ""
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """How a post went: an HTTP status, or why there was none."""

    status: int
    error: str

    @property
    def welcome(self) -> bool:
        """Whether the endpoint has taken it; a redirect is no success, because nobody follows it."""
        return 200 <= self.status < 300  # noqa: PLR2004  the class of HTTP's successes

    @property
    def gone(self) -> bool:
        """Whether the endpoint asks not to be told any more."""
        return self.status == _GONE

    @property
    def problem(self) -> str:
        """What an operator reads of a failure."""
        return self.error or f"HTTP_{self.status}"


def pause_after(attempts: int) -> timedelta:
    """How long a delivery waits after so many failed attempts: from 6 seconds, growing to 12 hours."""
    return _PAUSES[min(attempts, len(_PAUSES)) - 1]


def url_problem(url: str, *, local: bool) -> str:
    """What is wrong with an endpoint's URL, as a key of the messages; empty if nothing is.

    Args:
        url: The URL.
        local: Local mode, where http and addresses of this machine are welcome.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    if not host or not url.isascii() or " " in url or parts.scheme not in {"http", "https"}:
        return "not_a_url"
    if parts.username is not None or parts.password is not None or parts.fragment:
        return "url_without_user"
    if local:
        return ""
    if parts.scheme != "https":
        return "url_needs_https"
    return "url_not_public" if _is_inside(host) else ""


def _is_inside(host: str) -> bool:
    """Whether a host is known to be none of the public internet; for all other names the gateway asks the DNS."""
    address = literal(host)
    return host == "localhost" or host.endswith(".localhost") or (address is not None and not is_public(address))
