"""What the services measure of themselves, judged by the limits of the alerts: what stays in them, what is not done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from casella.common.v1 import measures_pb2 as pb
from casella.common.v1.measures_pb2_grpc import MeasuresServiceStub
from cli import words
from cli.doctor.findings import Finding, fine, wrong
from cli.rooms import Rooms
from services.kit import trouble
from services.kit.measuring import AGE, OUTBOX_OLDEST, OUTBOX_ROWS

Measured = Mapping[str, Sequence[pb.Measure]]
"""What each service has measured."""


@dataclass(frozen=True, slots=True)
class _Regular:
    """Something that must succeed again and again."""

    late: timedelta
    undone: str
    remedy: str
    alert: str


_REGULAR = {
    "receipts": _Regular(
        trouble.RECEIPTS_UNREAD,
        "the SdI's receipts were not read",
        "The certified mailbox does not answer, or the schedule is paused or its worker away: see the log of invoicing",
        "CasellaReceiptsUnread",
    ),
    "payment_events": _Regular(
        trouble.EVENTS_UNFETCHED,
        "lost payment events were not fetched",
        "Stripe does not answer, or the schedule is paused or its worker away: see the log of payments",
        "CasellaPaymentEventsUnfetched",
    ),
    "statement": _Regular(
        trouble.STATEMENT_OLD,
        "no bank statement was imported",
        "Import the newest with `casella bank import`: who paid by transfer waits for it",
        "CasellaStatementOld",
    ),
}


async def measured(rooms: Rooms, healthy: Sequence[str]) -> Measured:
    """Ask the healthy services."""
    asked = pb.GetMeasuresRequest()
    told = await rooms.ask_each(healthy, lambda channel: MeasuresServiceStub(channel).GetMeasures, asked)
    return {room: answer.measures for room, answer in told.items()}


def judge_outboxes(found: Measured) -> list[Finding]:
    """Whether emails, wakes and events leave the services."""
    kept = [finding for room, measures in found.items() for finding in _kept(room, measures)]
    return kept or ([fine("emails, wakes and events leave the services")] if found else [])


def judge_regular(found: Measured, *, moved: bool) -> list[Finding]:
    """Whether what must succeed again and again does.

    Args:
        found: What was measured.
        moved: The clock was moved, so an age counts days in which nothing could be done: then nothing is said.
    """
    if moved:
        return []
    ages = {each.labels["of"]: each for measures in found.values() for each in measures if each.name == AGE.name}
    late = [(_REGULAR[of], timedelta(seconds=each.value)) for of, each in ages.items()]
    return [
        wrong(f"{regular.undone} for {words.span(age)}", regular.remedy, regular.alert)
        for regular, age in late
        if age > regular.late
    ]


def _kept(room: str, measures: Sequence[pb.Measure]) -> list[Finding]:
    rows = {each.labels["kind"]: int(each.value) for each in measures if each.name == OUTBOX_ROWS.name}
    ages = {each.labels["kind"]: timedelta(seconds=each.value) for each in measures if each.name == OUTBOX_OLDEST.name}
    return [
        wrong(
            f"{room} holds {rows[kind]} {kind}{'s' * (rows[kind] > 1)}, the oldest for {words.span(age)}",
            f"The mail server (mail) or Temporal (wake) refuses them or is away: see the log of {room}",
            "CasellaOutboxOld",
        )
        for kind, age in ages.items()
        if age > trouble.UNDELIVERED
    ]
