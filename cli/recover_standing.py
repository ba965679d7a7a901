"""How a recovery stands in each room, what must be decided, and what stands in the way of its end."""

from typing import TYPE_CHECKING, Any

from casella.common.v1 import recovery_pb2 as pb
from casella.common.v1.recovery_pb2_grpc import RecoveryServiceStub
from cli import screen, withdrawals, words
from cli.failures import Failure, failure_of
from cli.installation import ROOMS
from cli.rooms import Rooms, open_rooms
from services.kit.errors import Refused

if TYPE_CHECKING:  # the name is in the stubs for type checkers only
    from casella.common.v1.recovery_pb2_grpc import RecoveryServiceAsyncStub


def of(rooms: Rooms, room: str) -> "RecoveryServiceAsyncStub":
    """A room's side of a recovery."""
    return RecoveryServiceStub(rooms.channel(room))


async def told(rooms: Rooms) -> dict[str, pb.GetRecoveryResponse]:
    """How it stands, by room."""
    return {room: await asked(rooms, room, "GetRecovery", pb.GetRecoveryRequest()) for room in ROOMS}


async def asked(rooms: Rooms, room: str, method: str, request: Any, seconds: float = 10.0) -> Any:
    """A room's answer; its refusal names the room."""
    try:
        return await rooms.ask(getattr(of(rooms, room), method), request, seconds, room)
    except Refused as refused:
        failure = failure_of(refused)
        raise Failure(f"{room}: {failure.message}", failure.remedy) from None


def under_way(answer: pb.GetRecoveryResponse) -> bool:
    """Whether a recovery holds the service."""
    return answer.HasField("recovery") and not answer.recovery.HasField("ended_at")


async def check_not_held(rooms: Rooms, room: str, undone: str) -> None:
    """Refuse, before anything is asked of a person, what a room will not do while a recovery is under way.

    Args:
        rooms: Who is asked.
        room: Which of them.
        undone: What has surely not happened then, for the person.
    """
    if under_way(await asked(rooms, room, "GetRecovery", pb.GetRecoveryRequest())):
        raise Failure(f"a recovery is under way: {undone}", "Once it has ended, do it again: `casella recover status`")


def missing(answer: pb.GetRecoveryResponse) -> str:
    """What stands in the way of its end; nothing if nothing does."""
    if not answer.recovery.HasField("read_at"):
        return "what had left was not read back"
    if not answer.recovery.HasField("mails_at"):
        return "nobody has said which emails had left"
    open_ones = sum(not each.HasField("confirmed_at") for each in answer.findings)
    return f"{open_ones} findings are not decided" if open_ones else ""


async def show(*, as_json: bool) -> bool:
    """Show how it stands and what is to be decided; whether it is under way."""
    async with open_rooms() as rooms:
        answers = await told(rooms)
        held = any(under_way(answer) for answer in answers.values())
        to_come = await withdrawals.to_come(rooms, await withdrawals.open_withdrawals(rooms)) if held else []
    if as_json:
        screen.show_json(answers)
    else:
        screen.show_facts("Recovery", [(room, _standing(answer)) for room, answer in answers.items()])
        rows = [
            (room, kind(each), each.subject, each.detail, _decided(each), each.finding_id)
            for room, answer in answers.items()
            for each in answer.findings
        ]
        screen.show_table("To decide", ["service", "what", "about", "", "", "finding"], rows)
        if to_come:
            screen.show_table("Withdrawals' refunds that leave after the end", ["order", "amount", "refund"], to_come)
    return held


def kind(finding: pb.Finding) -> str:
    """What a finding is, in words."""
    return finding.kind.replace("_", " ")


def _standing(answer: pb.GetRecoveryResponse) -> str:
    if not answer.HasField("recovery"):
        return "never held"
    found = answer.recovery
    rows = f"rows of {words.instant(found.rows_of)}"
    if found.HasField("ended_at"):
        return f"ended {words.instant(found.ended_at)}, {rows}"
    read_at = f"read back {words.instant(found.read_at)}" if found.HasField("read_at") else "not read back yet"
    return f"HELD since {words.instant(found.begun_at)}, {rows}, {read_at}"


def _decided(finding: pb.Finding) -> str:
    return f"decided {words.instant(finding.confirmed_at)}" if finding.HasField("confirmed_at") else "TO DECIDE"
