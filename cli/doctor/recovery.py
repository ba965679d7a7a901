"""Whether restored rows hold services, and what their recovery still waits for."""

from collections.abc import Mapping, Sequence

from casella.common.v1 import recovery_pb2 as pb
from casella.common.v1.recovery_pb2_grpc import RecoveryServiceStub
from cli import words
from cli.doctor.findings import Finding, wrong
from cli.recover_standing import missing, under_way
from cli.rooms import Rooms


async def under_way_in(rooms: Rooms, healthy: Sequence[str]) -> list[Finding]:
    """The recovery of the healthy services, if one is under way."""
    asked = pb.GetRecoveryRequest()
    return judge(await rooms.ask_each(healthy, lambda channel: RecoveryServiceStub(channel).GetRecovery, asked))


def judge(answers: Mapping[str, pb.GetRecoveryResponse]) -> list[Finding]:
    """One line for all services that stand still: why little else goes on, and what ends it."""
    held = {room: answer for room, answer in answers.items() if under_way(answer)}
    if not held:
        return []
    since = min((answer.recovery for answer in held.values()), key=lambda each: each.begun_at.ToNanoseconds())
    waits: dict[str, list[str]] = {}
    for room, answer in held.items():
        if why := missing(answer):
            waits.setdefault(why, []).append(room)
    told = "; ".join(f"{why} ({', '.join(where)})" for why, where in waits.items())
    text = f"a recovery is under way since {words.instant(since.begun_at)} in {', '.join(held)}, where nothing is "
    text += f"numbered, sent, charged or deleted: {told or 'nothing is missing for its end'}"
    steps = "`casella recover --help` has the steps in their order, `casella recover status` what is to be decided"
    remedy = steps if told else "`casella recover end` lets everything go on"
    return [wrong(text, remedy, "CasellaRecoveryUnderWay")]
