"""What holds a purge that is due, as operators read it, and when it goes ahead at the latest."""

from dataclasses import dataclass

from google.protobuf.timestamp_pb2 import Timestamp

from workflows import names, wording
from workflows.steps import StepRefused

LEGAL_HOLD, MONEY_WAITING, ORDER_OPEN = "REASON_LEGAL_HOLD", "REASON_MONEY_WAITING", "REASON_ORDER_OPEN"
"""Refusals of the closing that pass by themselves or by an operator's hand; the closing is then asked for again."""


@dataclass(frozen=True)
class Held:
    """What holds a purge.

    Attributes:
        by: in words, with the workflow in which it is decided about.
        until: when the purge goes ahead at the latest, by the services' clock; None where nobody can know.
        release: the command that ends it, as a sentence's end; empty where it has no command of its own.
    """

    by: str
    until: Timestamp | None = None
    release: str = ""

    @property
    def coming(self) -> str:
        """What is waited for."""
        latest = f"; it goes ahead at {wording.day(self.until)} at the latest" if self.until is not None else ""
        return f"the purge, which is held by {self.by}{latest}; asked for again every day{self.release}"


def held(refused: StepRefused, account_id: str) -> Held | None:
    """What holds the purge of an account that was not closed for this reason; None where it is another one."""
    if refused.reason == LEGAL_HOLD:
        return Held("a legal hold", release=f", or at once after {release(account_id)}")
    if refused.reason != MONEY_WAITING:
        return None
    until = None
    if "held_until" in refused.facts:
        until = Timestamp()
        until.FromJsonString(refused.facts["held_until"])
    entries = [f"`{names.money_id(each)}`" for each in refused.facts.get("money_entry_ids", "").split(",") if each]
    return Held(f"money that waits ({', '.join(entries) or '`casella show money`'})", until)


def held_by_order(order_id: str, expires_at: Timestamp | None) -> Held:
    """An open order holds a purge to its end."""
    return Held(f"an open order (`{names.order_id(order_id)}`)" if order_id else "an open order", expires_at)


def release(account_id: str) -> str:
    """The command that lifts a legal hold."""
    return f"`casella hold release {account_id} --reason CODE`"
