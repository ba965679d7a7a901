"""Calls a room as whoever a test says, with exactly the metadata and bytes that it says, and tells how it ended."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.message import Message

from casella.common.v1 import errors_pb2
from services.kit.metadata import CALLER_SECRET
from services.kit.statuses import decode
from tests.hostile.contracts import Rpc
from tests.support.room import Metadata, caller_secret

_PATIENCE = 20.0
"""Seconds: nothing here takes one, but a busy machine may."""


@dataclass(frozen=True)
class Ended:
    """How a call ended."""

    code: grpc.StatusCode
    details: str = ""
    reason: str = ""
    fields: tuple[tuple[str, str, str], ...] = ()
    """Path, key and text of each bad field."""
    answer: Message | None = None
    retry_seconds: float | None = None
    """After which RetryInfo lets it be tried again."""
    seconds: float = 0.0
    """Of processor time in this process, in which both ends run."""

    @property
    def paths(self) -> set[str]:
        """The bad fields."""
        return {path for path, _, _ in self.fields}


class Caller:
    """Holds a connection to one room."""

    def __init__(self, address: str) -> None:
        self._channel = grpc.aio.insecure_channel(
            address,
            options=(
                ("grpc.max_send_message_length", 64 * 1024 * 1024),
                ("grpc.max_receive_message_length", 64 * 1024 * 1024),
                ("grpc.enable_retries", 0),
            ),
        )

    async def call(self, rpc: Rpc, request: Message | bytes, metadata: Metadata) -> Ended:
        """Make one call; of a stream the first message is its answer."""
        raw = request if isinstance(request, bytes) else request.SerializeToString()
        began = time.process_time()
        try:
            if rpc.streams:
                answer = await self._first(rpc, raw, metadata)
            else:
                unary: Any = self._channel.unary_unary(rpc.path)
                answer = rpc.response.FromString(await unary(raw, metadata=metadata, timeout=_PATIENCE))
        except grpc.aio.AioRpcError as error:
            return _refused(error, time.process_time() - began)
        return Ended(grpc.StatusCode.OK, answer=answer, seconds=time.process_time() - began)

    async def close(self) -> None:
        await self._channel.close()

    async def _first(self, rpc: Rpc, raw: bytes, metadata: Metadata) -> Message | None:
        begin: Any = self._channel.unary_stream(rpc.path)
        stream = begin(raw, metadata=metadata, timeout=_PATIENCE)
        try:
            async for message in stream:
                return rpc.response.FromString(message)
        finally:
            stream.cancel()
        return None


def process(name: str) -> Metadata:
    """The metadata by which a process proves itself."""
    return ((CALLER_SECRET, caller_secret(name)),)


def _refused(error: grpc.aio.AioRpcError, seconds: float) -> Ended:
    refusal = decode(error.trailing_metadata() or ())
    if refusal is None:
        return Ended(error.code(), error.details() or "", seconds=seconds)
    found: Sequence[Any] = refusal.violations
    return Ended(
        error.code(),
        error.details() or "",
        errors_pb2.Reason.Name(refusal.reason),
        tuple((each.field, each.key, each.message) for each in found),
        retry_seconds=refusal.retry_after.total_seconds() if refusal.retry_after else None,
        seconds=seconds,
    )
