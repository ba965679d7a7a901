"""Reads a call's one message, at the moment when somebody asks for it.

gRPC keeps what has come of a message that is being read, up to the largest there may be; of one that nobody reads it
takes the first KiB (``limits.py``). So whoever is refused, or sends the half of a message, must not be read. To gRPC
a method that reads so takes a stream; what goes over the wire is the same.
"""

import asyncio
from typing import Any

import grpc
from google.protobuf.message import DecodeError

from services.kit.errors import DeadlineExceeded


async def message_of(context: Any) -> Any:
    """The message of a call whose method takes a stream to gRPC.

    A call without a message, or with bytes that are none, is aborted with INVALID_ARGUMENT.
    """
    try:
        message = await context.read()
    except DecodeError:
        message = grpc.aio.EOF
    if message is grpc.aio.EOF:
        await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "the call brings no message that can be read")
    return message


async def message_within(seconds: float, context: Any) -> Any:
    """The same for calls that have no deadline of ours.

    Raises:
        DeadlineExceeded: It has not come to its end within so many seconds.
    """
    try:
        async with asyncio.timeout(seconds):
            return await message_of(context)
    except TimeoutError:
        raise DeadlineExceeded from None
