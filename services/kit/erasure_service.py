"""Erases an account's personal data in a room, and tells what there is of it; every room serves it."""

from typing import Any
from uuid import UUID

from grpc.aio import ServicerContext

from casella.common.v1 import erasure_pb2 as pb
from casella.common.v1 import erasure_pb2_grpc
from services.kit.erasing import Erased, Erasing, Fact
from services.kit.errors import NotFound
from services.kit.validation import Violations, checked_uuid
from services.kit.wire import to_money, to_timestamp

Context = ServicerContext[Any, Any]


class ErasureServicer(erasure_pb2_grpc.ErasureServiceServicer):
    """`casella.common.v1.ErasureService` of one room."""

    def __init__(self, room: str, erasing: Erasing) -> None:
        """Take the room's name and what erases in it."""
        self._room = room
        self._erasing = erasing

    async def ListErasureFacts(
        self, request: pb.ListErasureFactsRequest, context: Context
    ) -> pb.ListErasureFactsResponse:
        """List what the room has of an account."""
        facts = await self._erasing.facts(self._account(request))
        return pb.ListErasureFactsResponse(facts=map(_fact, facts))

    async def ErasePersonalData(
        self, request: pb.ErasePersonalDataRequest, context: Context
    ) -> pb.ErasePersonalDataResponse:
        """Erase an account's personal data."""
        erased = await self._erasing.erase(self._account(request))
        return pb.ErasePersonalDataResponse(erased=self._erased(erased))

    async def GetErasedData(self, request: pb.GetErasedDataRequest, context: Context) -> pb.GetErasedDataResponse:
        """Read what was erased."""
        record = await self._erasing.record(checked_uuid("account_id", request.account_id))
        if record is None:
            raise NotFound
        return pb.GetErasedDataResponse(erased=self._erased(record))

    def _account(self, request: pb.ListErasureFactsRequest | pb.ErasePersonalDataRequest) -> UUID:
        violations = Violations()
        account_id = violations.uuid("account_id", request.account_id)
        if request.room != self._room:
            violations.add("room", "not_a_choice" if request.room else "required")
        violations.check()
        return account_id

    def _erased(self, erased: Erased) -> pb.ErasedData:
        rows = [pb.ErasedRows(what=what, rows=rows) for what, rows in sorted(erased.rows.items()) if rows]
        return pb.ErasedData(room=self._room, erased_at=to_timestamp(erased.at), rows=rows)


def _fact(fact: Fact) -> pb.ErasureFact:
    return pb.ErasureFact(
        kind=fact.kind,
        id="" if fact.row_id is None else str(fact.row_id),
        count=fact.count,
        amount=None if fact.amount is None else to_money(fact.amount),
        holds=fact.holds,
    )
