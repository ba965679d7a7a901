"""How a test has a room erase an account, as the worker does."""

from typing import Any
from uuid import UUID

from casella.common.v1 import erasure_pb2
from casella.common.v1.erasure_pb2_grpc import ErasureServiceStub
from tests.support.room import TestRoom


async def erase(room: TestRoom, account_id: UUID | str) -> dict[str, int]:
    """Erase an account's personal data; gives the rows by tables."""
    stub: Any = ErasureServiceStub(room.channel("worker"))
    request = erasure_pb2.ErasePersonalDataRequest(account_id=str(account_id), room=room.core.room)
    return {row.what: row.rows for row in (await stub.ErasePersonalData(request)).erased.rows}


async def facts(room: TestRoom, account_id: UUID | str) -> list[erasure_pb2.ErasureFact]:
    """What the room has of an account."""
    stub: Any = ErasureServiceStub(room.channel("worker"))
    request = erasure_pb2.ListErasureFactsRequest(account_id=str(account_id), room=room.core.room)
    return list((await stub.ListErasureFacts(request)).facts)
