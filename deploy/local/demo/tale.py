"""What the demo remembers of one customer's story: it becomes the customer's part of report.json."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from casella.common.v1 import common_pb2 as common
from deploy.local.demo.customer import Customer
from services.kit.calendar import ROME


@dataclass
class Tale:
    """One customer's story.

    Attributes:
        key: Name of the customer's folder below var/demo.
        name: Who it is.
        plan: What they do.
        ids: Name → UUID or number.
        states: What the customer's things became, each with its time, oldest first.
        amounts: Name → amount with its currency.
        workflows: Workflow id → its address in the Temporal UI.
        emails: Every email: file, subject, Message-ID, date.
        files: Every document: file, kind, SHA-256.
    """

    key: str
    name: str
    plan: str
    customer: Customer
    ids: dict[str, str] = field(default_factory=dict)
    states: list[dict[str, str]] = field(default_factory=list)
    amounts: dict[str, str] = field(default_factory=dict)
    workflows: dict[str, str] = field(default_factory=dict)
    emails: list[dict[str, str]] = field(default_factory=list)
    files: list[dict[str, str]] = field(default_factory=list)

    def became(self, what: str, state: str, at: datetime) -> None:
        """Remember a state and since when."""
        self.states.append({"of": what, "state": state, "at": at.astimezone(ROME).isoformat(timespec="seconds")})

    def costs(self, totals: common.Totals) -> None:
        """Remember the amounts."""
        for name in ("net", "vat", "gross"):
            self.amounts[name] = money(getattr(totals, name))

    def report(self) -> Mapping[str, Any]:
        """The customer's part of report.json."""
        parts = {name: getattr(self, name) for name in ("key", "name", "plan", "ids")}
        later = {name: getattr(self, name) for name in ("amounts", "workflows", "emails", "files")}
        states = sorted(self.states, key=lambda state: datetime.fromisoformat(state["at"]))
        return {**parts, "email": self.customer.email, "states": states, **later}


def money(amount: common.Money) -> str:
    """An amount for people and programs: `58.56 EUR`."""
    sign = "-" if amount.minor < 0 else ""
    return f"{sign}{abs(amount.minor) // 100}.{abs(amount.minor) % 100:02d} {amount.currency}"
