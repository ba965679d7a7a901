"""Tells and steers a room's recovery; every room serves it, in production too."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from grpc.aio import ServicerContext

from casella.common.v1 import recovery_pb2 as pb
from casella.common.v1 import recovery_pb2_grpc
from services.kit.audit import steering_entry
from services.kit.ids import derive
from services.kit.recovery import Finding, Recoveries, Recovery
from services.kit.recovery_hold import KNOWN_FOR_SECONDS
from services.kit.validation import Violations
from services.kit.wire import to_timestamp

Context = ServicerContext[Any, Any]
MOST_MAILS = 5_000
"""Message-IDs at once: within the largest request that a room reads."""
_LONGEST_MESSAGE_ID = 250
_PATIENCE_SECONDS = 20.0
"""A month of a large provider takes longer to read than a call may last."""


class RecoveryServicer(recovery_pb2_grpc.RecoveryServiceServicer):
    """`casella.common.v1.RecoveryService` of one room."""

    def __init__(self, room: str, recoveries: Recoveries, wake_rows: Callable[[], Awaitable[int]]) -> None:
        """Take the room's name, its recoveries, and what wakes all its rows that are not final."""
        self._room = derive("room", room)
        self._recoveries = recoveries
        self._wake_rows = wake_rows
        self._reading: asyncio.Task[tuple[Recovery, Sequence[str], int]] | None = None

    async def GetRecovery(self, request: pb.GetRecoveryRequest, context: Context) -> pb.GetRecoveryResponse:
        """Tell how the recovery stands."""
        recovery, findings = await self._recoveries.standing()
        told = None if recovery is None else _recovery(recovery)
        return pb.GetRecoveryResponse(recovery=told, findings=map(_finding, findings))

    async def BeginRecovery(self, request: pb.BeginRecoveryRequest, context: Context) -> pb.BeginRecoveryResponse:
        """Begin a recovery, and answer once every process of the room knows."""
        bad = Violations()
        entry = steering_entry(bad, request.steering, "begin_recovery", self._room)
        rows_of = bad.instant("rows_of", request.rows_of)
        bad.check()
        recovery = await self._recoveries.begin(entry, rows_of)
        await asyncio.sleep(KNOWN_FOR_SECONDS)
        return pb.BeginRecoveryResponse(recovery=_recovery(recovery))

    async def ReadBack(self, request: pb.ReadBackRequest, context: Context) -> pb.ReadBackResponse:
        """Read back what has left."""
        reading = self._reading = self._reading or asyncio.create_task(self._recoveries.read_back())
        done, _ = await asyncio.wait({reading}, timeout=_PATIENCE_SECONDS)
        if not done:
            return pb.ReadBackResponse(finished=False)
        self._reading = None
        _, applied, undecided = reading.result()
        return pb.ReadBackResponse(applied=applied, undecided=undecided, finished=True)

    async def RecordSentMails(self, request: pb.RecordSentMailsRequest, context: Context) -> pb.RecordSentMailsResponse:
        """Note emails that have left."""
        bad = Violations()
        named = bad.at_most("message_ids", request.message_ids, MOST_MAILS)
        given: Sequence[str] = [
            bad.text(f"message_ids[{place}]", each, _LONGEST_MESSAGE_ID) for place, each in enumerate(named)
        ]
        bad.check()
        return pb.RecordSentMailsResponse(recorded=await self._recoveries.record_sent(given))

    async def WakeRows(self, request: pb.WakeRowsRequest, context: Context) -> pb.WakeRowsResponse:
        """Wake every row that is not final."""
        return pb.WakeRowsResponse(woken=await self._wake_rows())

    async def ConfirmFinding(self, request: pb.ConfirmFindingRequest, context: Context) -> pb.ConfirmFindingResponse:
        """Note a person's decision."""
        bad = Violations()
        finding_id = bad.uuid("finding_id", request.finding_id)
        entry = steering_entry(bad, request.steering, "confirm_finding", finding_id)
        bad.check()
        return pb.ConfirmFindingResponse(finding=_finding(await self._recoveries.confirm(finding_id, entry)))

    async def EndRecovery(self, request: pb.EndRecoveryRequest, context: Context) -> pb.EndRecoveryResponse:
        """End the recovery."""
        bad = Violations()
        entry = steering_entry(bad, request.steering, "end_recovery", self._room)
        bad.check()
        return pb.EndRecoveryResponse(recovery=_recovery(await self._recoveries.end(entry)))


def _recovery(found: Recovery) -> pb.Recovery:
    return pb.Recovery(
        recovery_id=str(found.recovery_id),
        begun_at=to_timestamp(found.begun_at),
        rows_of=to_timestamp(found.rows_of),
        read_at=None if found.read_at is None else to_timestamp(found.read_at),
        mails_at=None if found.mails_at is None else to_timestamp(found.mails_at),
        ended_at=None if found.ended_at is None else to_timestamp(found.ended_at),
    )


def _finding(kept: Finding) -> pb.Finding:
    return pb.Finding(
        finding_id=str(kept.finding_id),
        kind=kept.found.kind,
        subject=kept.found.subject,
        detail=kept.found.detail,
        found_at=to_timestamp(kept.found_at),
        confirmed_at=None if kept.confirmed_at is None else to_timestamp(kept.confirmed_at),
    )
