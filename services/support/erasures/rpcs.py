"""The RPCs about erasures: protobuf in, domain out, and back; bad input is refused with every bad field named."""

from datetime import datetime
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp

from casella.common.v1 import erasure_pb2
from casella.support.v1 import erasures_pb2 as pb
from casella.support.v1.erasures_pb2_grpc import ErasuresServiceServicer
from services.kit.audit import steering_entry
from services.kit.enums import EnumTable
from services.kit.paging import page_by_id
from services.kit.requests import Requests
from services.kit.validation import Violations, checked_uuid
from services.kit.wire import to_language, to_timestamp
from services.support.erasures import texts
from services.support.erasures.domain import Cause, Erasure, Proof, Refusal, State
from services.support.erasures.service import Erasures
from services.support.messages import CATALOGUE

_LONGEST_ROOM = 40
_LONGEST_WHAT = 100
_MOST_ROOMS = 20
_MOST_ROWS = 100
_BIGGEST = 2**53

_CAUSES = EnumTable(
    {
        Cause.ASKED: pb.ERASURE_CAUSE_ASKED,
        Cause.NEVER_PAID: pb.ERASURE_CAUSE_NEVER_PAID,
        Cause.RESTORED: pb.ERASURE_CAUSE_RESTORED,
    }
)
_STATES = EnumTable(
    {
        State.WAITING: pb.ERASURE_STATE_WAITING,
        State.APPROVED: pb.ERASURE_STATE_APPROVED,
        State.REFUSED: pb.ERASURE_STATE_REFUSED,
        State.WITHDRAWN: pb.ERASURE_STATE_WITHDRAWN,
        State.ERASED: pb.ERASURE_STATE_ERASED,
    }
)


class ErasuresServicer(ErasuresServiceServicer):
    """`casella.support.v1.ErasuresService`."""

    def __init__(self, requests: Requests, erasures: Erasures) -> None:
        """Take what makes calls, and what decides."""
        self._requests = requests
        self._erasures = erasures

    async def GetErasureNotice(
        self, request: pb.GetErasureNoticeRequest, context: object
    ) -> pb.GetErasureNoticeResponse:
        """Read what a customer is told before asking."""
        notices = [
            pb.ErasureNotice(language=to_language(language), text=text) for language, text in texts.NOTICE.items()
        ]
        return pb.GetErasureNoticeResponse(hash=texts.NOTICE_HASH, notices=notices)

    async def GetErasure(self, request: pb.GetErasureRequest, context: object) -> pb.GetErasureResponse:
        """Read an account's newest erasure."""
        account_id = checked_uuid("account_id", request.account_id)
        return pb.GetErasureResponse(erasure=_erasure(await self._erasures.of_account(account_id)))

    async def ListOpenErasures(
        self, request: pb.ListOpenErasuresRequest, context: object
    ) -> pb.ListOpenErasuresResponse:
        """List the erasures that are not at their end."""
        found = Violations()
        page = page_by_id(found, request.page)
        found.check()
        erasures, token = page.cut(await self._erasures.open_page(page.after, page.limit), lambda erasure: erasure.id)
        return pb.ListOpenErasuresResponse(erasures=map(_erasure, erasures), next_page_token=token)

    async def DecideErasure(self, request: pb.DecideErasureRequest, context: object) -> pb.DecideErasureResponse:
        """Approve or refuse an erasure."""
        found = Violations()
        erasure_id, account_id = _whose(found, request)
        action = "approve_erasure" if request.approve else "refuse_erasure"
        call = self._requests.call(request.request_id, found, erasure_id=erasure_id, approve=request.approve)
        entry = steering_entry(found, request.steering, action, account_id)
        if request.approve:
            found.check()
            return pb.DecideErasureResponse(erasure=_erasure(await self._erasures.approve(call, erasure_id, entry)))
        why = _refusal(found, request.steering.reason_code)
        recipient = found.recipient("recipient", request.recipient)
        found.check()
        refused = await self._erasures.refuse(call, erasure_id, why, entry, recipient)
        return pb.DecideErasureResponse(erasure=_erasure(refused))

    async def BeginDueErasure(self, request: pb.BeginDueErasureRequest, context: object) -> pb.BeginDueErasureResponse:
        """Begin an erasure that nobody asked for."""
        account_id = checked_uuid("account_id", request.account_id)
        return pb.BeginDueErasureResponse(erasure=_erasure(await self._erasures.begin_due(account_id)))

    async def RepeatErasure(self, request: pb.RepeatErasureRequest, context: object) -> pb.RepeatErasureResponse:
        """Begin an erasure again after a restore."""
        found = Violations()
        account_id = found.uuid("account_id", request.account_id)
        entry = steering_entry(found, request.steering, "repeat_erasure", account_id)
        found.check()
        return pb.RepeatErasureResponse(erasure=_erasure(await self._erasures.repeat(account_id, entry)))

    async def ConfirmErasure(self, request: pb.ConfirmErasureRequest, context: object) -> pb.ConfirmErasureResponse:
        """Send the last email."""
        found = Violations()
        erasure_id, account_id = _whose(found, request)
        recipient = found.recipient("recipient", request.recipient) if request.HasField("recipient") else None
        found.check()
        told = await self._erasures.confirm(erasure_id, account_id, recipient, invoices_kept=request.invoices_kept)
        return pb.ConfirmErasureResponse(erasure=_erasure(told))

    async def SkipErasureEmail(
        self, request: pb.SkipErasureEmailRequest, context: object
    ) -> pb.SkipErasureEmailResponse:
        """Go on without the last email."""
        found = Violations()
        erasure_id = found.uuid("erasure_id", request.erasure_id)
        call = self._requests.call(request.request_id, found, erasure_id=erasure_id)
        entry = steering_entry(found, request.steering, "skip_erasure_email", erasure_id)
        found.check()
        return pb.SkipErasureEmailResponse(erasure=_erasure(await self._erasures.skip_email(call, erasure_id, entry)))

    async def RecordErased(self, request: pb.RecordErasedRequest, context: object) -> pb.RecordErasedResponse:
        """Write the end of an erasure."""
        found = Violations(catalogue=CATALOGUE)
        erasure_id = found.uuid("erasure_id", request.erasure_id)
        if not request.proof:
            found.add("proof", "required")
        parts = found.at_most("proof", request.proof, _MOST_ROOMS)
        proof = [_proof(found, f"proof[{place}]", part) for place, part in enumerate(parts)]
        rooms = [part.room for part in proof]
        for place, room in enumerate(rooms):
            if room in rooms[:place]:
                found.add(f"proof[{place}].room", "room_twice")
        found.check()
        return pb.RecordErasedResponse(erasure=_erasure(await self._erasures.record_erased(erasure_id, proof)))


def _whose(found: Violations, request: pb.DecideErasureRequest | pb.ConfirmErasureRequest) -> tuple[UUID, UUID]:
    """An erasure with the account that it must be of."""
    return found.uuid("erasure_id", request.erasure_id), found.uuid("account_id", request.account_id)


def _refusal(found: Violations, code: str) -> Refusal:
    """The reason that the customer is told."""
    if code and code not in set(Refusal):
        found.add("steering.reason_code", "not_a_choice")
    return Refusal(code) if code in set(Refusal) else Refusal.UNFOUNDED


def _proof(found: Violations, field: str, part: erasure_pb2.ErasedData) -> Proof:
    room = found.text(f"{field}.room", part.room, _LONGEST_ROOM)
    erased_at = found.instant(f"{field}.erased_at", part.erased_at)
    rows = {}
    for place, row in enumerate(found.at_most(f"{field}.rows", part.rows, _MOST_ROWS)):
        what = found.text(f"{field}.rows[{place}].what", row.what, _LONGEST_WHAT)
        rows[what] = found.between(f"{field}.rows[{place}].rows", row.rows, 1, _BIGGEST)
    return Proof(room, erased_at, rows)


def _erasure(erasure: Erasure) -> pb.Erasure:
    return pb.Erasure(
        erasure_id=str(erasure.id),
        account_id=str(erasure.account_id),
        cause=_CAUSES[erasure.cause],
        state=_STATES[erasure.state],
        ticket_id=_text(erasure.ticket_id),
        notice_hash=_text(erasure.notice_hash),
        requested_at=to_timestamp(erasure.dates.requested_at),
        warn_at=to_timestamp(erasure.dates.warn_at),
        answer_by=to_timestamp(erasure.dates.answer_by),
        decided_at=_instant(erasure.decided_at),
        reason_code=_text(erasure.reason_code),
        told_at=_instant(erasure.told_at),
        told_message_id=_text(erasure.told_message_id),
        email_skipped=erasure.email_skipped,
        erased_at=_instant(erasure.erased_at),
        proof=map(_erased, erasure.proof),
    )


def _erased(proof: Proof) -> erasure_pb2.ErasedData:
    rows = [erasure_pb2.ErasedRows(what=what, rows=rows) for what, rows in sorted(proof.rows.items())]
    return erasure_pb2.ErasedData(room=proof.room, erased_at=to_timestamp(proof.erased_at), rows=rows)


def _instant(instant: datetime | None) -> Timestamp | None:
    return None if instant is None else to_timestamp(instant)


def _text(value: str | UUID | None) -> str:
    return "" if value is None else str(value)
