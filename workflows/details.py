"""What an operator reads in the Temporal UI: where a process stands, what comes next, what may be done, what happened.

Holds ids, states, dates and amounts, never personal data; who the person is tells the command that the details name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from temporalio import workflow
from temporalio.common import SearchAttributeKey, SearchAttributeUpdate

from workflows import names

STATE = SearchAttributeKey.for_keyword(names.ATTRIBUTE_STATE)
ACCOUNT = SearchAttributeKey.for_keyword(names.ATTRIBUTE_ACCOUNT)
ORDER = SearchAttributeKey.for_keyword(names.ATTRIBUTE_ORDER)
SUBSCRIPTION = SearchAttributeKey.for_keyword(names.ATTRIBUTE_SUBSCRIPTION)
CUSTOMER_KIND = SearchAttributeKey.for_keyword(names.ATTRIBUTE_CUSTOMER_KIND)
DUE_AT = SearchAttributeKey.for_datetime(names.ATTRIBUTE_DUE_AT)

COMMAND = "casella "
"""With this begins what an operator types in a terminal and does not send as an update."""
_LONGEST_STORY = 40
"""Entries shown; older ones are in the event history. Unbounded, the details of a long wait would grow for ever."""


@dataclass
class Details:
    """The current details of one workflow, and its search attributes; both are written only when they change."""

    subject: str
    """What the process is about, for example ``Order 018f…``."""
    look_up: str
    """The command that shows the person and the rows, for example ``casella show order 018f…``."""
    state: str = ""
    about: str = ""
    coming: str = ""
    due: datetime | None = None
    updates: Mapping[str, str] = field(default_factory=dict)
    story: list[str] = field(default_factory=list)

    def knows(self, about: str) -> None:
        """Set the one line of facts: amounts, numbers, dates."""
        self.about = about

    def happened(self, what: str, *, once: bool = False) -> None:
        """Note what happened; the same news twice in a row is noted once.

        Args:
            what: The news.
            once: It can happen only once; a run that begins again from the top meets it again.
        """
        told = self.story if once else self.story[-1:]
        if not any(entry.endswith(f" {what}") for entry in told):
            self._tell(what)
        self._show()

    def steered(self, what: str) -> None:
        """Note what an operator did; each deed is a line of its own, one that is done twice too."""
        self._tell(f"an operator {what}")
        self._show()

    def stands(
        self, state: str, coming: str, due_at: Timestamp | None = None, updates: Mapping[str, str] | None = None
    ) -> None:
        """Say where the process stands.

        Args:
            state: The state, as operators filter by it.
            coming: What comes next by itself, or whom it waits for.
            due_at: When, by the services' clock, or by when somebody must have acted; unset where nothing is due.
            updates: Name of each update that makes sense now, and what it does, with an example of its data; and the
                commands that do, whole (``casella refund approve …``).
        """
        due = due_at.ToDatetime(tzinfo=UTC) if due_at is not None and due_at.seconds else None
        changes: list[SearchAttributeUpdate[Any]] = []
        if state != self.state:
            changes.append(STATE.value_set(state))
        if due != self.due:
            changes.append(DUE_AT.value_set(due) if due else DUE_AT.value_unset())
        if changes:
            workflow.upsert_search_attributes(changes)
        self.state, self.coming, self.due, self.updates = state, coming, due, updates or {}
        self._show()

    def concerns(self, *, account: str = "", order: str = "", subscription: str = "", kind: str = "") -> None:
        """Set the search attributes that tell whom the process concerns; empty ones are left out."""
        values = ((ACCOUNT, account), (ORDER, order), (SUBSCRIPTION, subscription), (CUSTOMER_KIND, kind))
        known = workflow.info().typed_search_attributes
        changes = [key.value_set(value) for key, value in values if value and known.get(key) != value]
        if changes:
            workflow.upsert_search_attributes(changes)

    def _tell(self, what: str) -> None:
        self.story.append(f"{workflow.now():%Y-%m-%d %H:%M} {what}")
        self.story = self.story[-_LONGEST_STORY:]

    def _show(self) -> None:
        lines = [f"### {self.state or 'Begun'}", ""]
        lines += [f"{self.subject}: {self.about}" if self.about else self.subject, ""]
        if self.coming:
            when = f" — **{self.due:%Y-%m-%d %H:%M} UTC**" if self.due else ""
            lines += [f"**What comes next:** {self.coming}{when}", ""]
        if self.updates:
            commands = any(name.startswith(COMMAND) for name in self.updates)
            also = "; what begins with `casella` is a command" if commands else ""
            lines += [f"**What you may do** (More Actions, Send an Update{also}):", ""]
            lines += [f"- `{name}` {meaning}" for name, meaning in self.updates.items()]
            lines.append("")
        if self.story:
            lines += ["**What happened** (by this workflow's clock, UTC):", ""]
            lines += [f"- {entry}" for entry in self.story]
            lines.append("")
        lines.append(f"**Who it is:** `{self.look_up}`")
        workflow.set_current_details("\n".join(lines))
