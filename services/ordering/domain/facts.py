"""What trial and mailboxes told about an account when an order was decided; stored with the order."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from services.ordering.domain.items import Usage


class TrialState(StrEnum):
    """The trial's state as far as ordering decides by it."""

    ACTIVE = "active"
    ENDED = "ended"
    BOUGHT = "bought"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """One account as its other rooms know it.

    Attributes:
        purge_at: when the trial's data are removed unless an order holds them.
        usage: mailboxes that exist, inactive ones included, and domains without one.
        read_at: when this was asked, by ordering's clock.
    """

    trial: TrialState
    purge_at: datetime
    usage: Usage
    read_at: datetime

    def as_json(self) -> dict[str, Any]:
        """The facts as they are stored with the order."""
        return {
            "trial": str(self.trial),
            "purge_at": self.purge_at.isoformat(),
            "mailboxes": {str(size): count for size, count in sorted(self.usage.mailboxes.items())},
            "empty_domains": self.usage.empty_domains,
            "read_at": self.read_at.isoformat(),
        }
