"""What gateways are told: an event is written with its cause, as what must leave the room always is.

It says ids, a state and an amount and has no place for a name, an address or a free text: so there is nothing to erase
in it, and whoever may know more asks by id.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import outbox
from services.kit.bells import Kind
from services.kit.database import require_transaction
from services.kit.event_types import TOLD, EventType
from services.kit.money import Money

_STATE = re.compile(r"([a-z][a-z0-9_]{0,39})?")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that has happened."""

    type: EventType
    account_id: UUID | None
    """Whose; None where it belongs to no account."""
    ids: Mapping[str, UUID] = field(default_factory=dict)
    """What it is about, under the names that the RPCs use."""
    state: str = ""
    """The state or reason that followed: the domain's word, shown in capitals as the protos' enums are."""
    amount: Money | None = None
    cause: str = ""
    """Why, of a type whose row names causes: one of these words, or empty where it is not known."""

    def __post_init__(self) -> None:
        """Refuse what the table of types does not announce.

        Raises:
            ValueError: An id is missing or not announced, so is the cause, or the state is no word of a domain.
        """
        told = TOLD[self.type]
        if not set(told.ids) <= self.ids.keys() <= {*told.ids, *told.may}:
            raise ValueError(f"{self.type} has the ids {sorted(self.ids)}, which its row does not announce")
        if not _STATE.fullmatch(self.state):
            raise ValueError(f"{self.type} has a state that is no domain's word")
        if self.cause and self.cause not in told.causes:
            raise ValueError(f"{self.type} has the cause {self.cause}, which its row does not announce")


async def tell(conn: AsyncConnection, event: Event, at: datetime) -> None:
    """Write down that gateways must be told.

    Args:
        conn: The transaction of the cause.
        event: What has happened.
        at: Now, by the service's clock.

    Raises:
        NoTransaction: The connection is in AUTOCOMMIT: a crash could leave a cause without its event.
    """
    require_transaction(conn)
    outbox.write(conn, Kind.EVENT, payload_of(event), at)


def payload_of(event: Event) -> dict[str, Any]:
    """An event as its outbox row keeps it; ``facts`` is what its row in ``events`` will keep."""
    amount = event.amount
    return {
        "type": str(event.type),
        "account_id": str(event.account_id) if event.account_id else None,
        "facts": {
            "ids": {name: str(value) for name, value in event.ids.items()},
            "state": event.state,
            **({"cause": event.cause} if event.cause else {}),
            "amount": None if amount is None else {"minor": amount.minor, "currency": amount.currency},
        },
    }
