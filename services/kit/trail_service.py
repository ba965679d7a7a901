"""Tells operators what the room's audit trail keeps; every room serves it, in production too."""

from typing import Any

from grpc.aio import ServicerContext

from casella.common.v1 import trail_pb2, trail_pb2_grpc
from services.kit import audit
from services.kit.audit import KeptEntry
from services.kit.database import Database
from services.kit.paging import page_by_number
from services.kit.validation import Violations
from services.kit.wire import to_timestamp

Context = ServicerContext[Any, Any]
MOST_SUBJECTS = 200
"""Rows asked for at once."""


class TrailServicer(trail_pb2_grpc.TrailServiceServicer):
    """The audit trail, over gRPC."""

    def __init__(self, database: Database) -> None:
        """Take the room's database."""
        self._database = database

    async def ListTrail(self, request: trail_pb2.ListTrailRequest, context: Context) -> trail_pb2.ListTrailResponse:
        """List what operators did about an account, to some rows, or both; oldest first."""
        bad = Violations()
        account_id = bad.uuid("account_id", request.account_id) if request.account_id else None
        if not request.subject_ids and account_id is None:
            bad.add("subject_ids", "required")
        asked = bad.at_most("subject_ids", request.subject_ids, MOST_SUBJECTS)
        subjects = [bad.uuid(f"subject_ids[{place}]", each) for place, each in enumerate(asked)]
        page = page_by_number(bad, request.page)
        bad.check()
        async with self._database.reading() as conn:
            read = await audit.page(conn, account_id, subjects, page.after, page.limit)
        found, token = page.cut(read, lambda kept: kept.number)
        return trail_pb2.ListTrailResponse(entries=map(_message, found), next_page_token=token)


def _message(kept: KeptEntry) -> trail_pb2.TrailEntry:
    entry = kept.entry
    return trail_pb2.TrailEntry(
        at=to_timestamp(kept.at),
        actor=entry.actor,
        action=entry.action,
        subject_id=str(entry.subject_id),
        reason_code=entry.reason_code,
        ticket_id=str(entry.ticket_id or ""),
        source=entry.source,
    )
