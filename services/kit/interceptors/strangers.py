"""Bounds what callers without a secret hold of a room: health, and locally reflection.

Both are open to everybody who reaches the port, have no deadline of ours and would fill the log. Without these bounds
half of a message, or a watch of a name that does not exist, would hold memory for as long as its connection lives.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import grpc

from services.kit.errors import DeadlineExceeded
from services.kit.interceptors.reading import message_within

_FOREIGN = ("/grpc.reflection.", "/grpc.health.")
_MOST_STREAMS = 50
"""Watches and reflections at once: whoever looks after a room has one or two."""
_MOST_MEMORY = 64 * 1024 * 1024
"""Bytes that questions may take together while they come."""
_MOST_QUESTIONS = 50
_QUESTION_SECONDS = 2.0
"""How long a question may take to come; it is a name, and comes with the call."""

if TYPE_CHECKING:
    Handler = grpc.RpcMethodHandler[Any, Any]
else:
    Handler = grpc.RpcMethodHandler


class Strangers:
    """Counts what they have at once, and refuses one more with RESOURCE_EXHAUSTED before it is read."""

    def __init__(self, largest_request: int) -> None:
        """Take how many bytes a message may have: each may be as large until it has come."""
        self._questions = _Places(min(_MOST_QUESTIONS, max(1, _MOST_MEMORY // largest_request)))
        self._streams = _Places(_MOST_STREAMS)

    @staticmethod
    def may_call(method: str) -> bool:
        """Whether a method is open to everybody."""
        return method.startswith(_FOREIGN)

    def bounded(self, handler: Handler) -> Handler:
        """The same method within the bounds."""
        behaviour, make = self._behind(handler)
        return make(behaviour, handler.request_deserializer, handler.response_serializer)

    def _behind(self, handler: Handler) -> tuple[Any, Callable[..., Handler]]:
        if handler.unary_unary is not None:
            answer: Any = handler.unary_unary

            async def ask(_: Any, context: Any) -> Any:
                return await answer(await self._question(context), context)

            return ask, grpc.stream_unary_rpc_method_handler
        if handler.unary_stream is not None:
            watch: Any = handler.unary_stream

            async def follow(_: Any, context: Any) -> None:
                await self._streams.take(context)
                await watch(await self._question(context), context)

            return follow, grpc.stream_stream_rpc_method_handler
        reflect: Any = handler.stream_stream

        async def talk(requests: Any, context: Any) -> Any:
            await self._streams.take(context)
            async for response in reflect(requests, context):
                yield response

        return talk, grpc.stream_stream_rpc_method_handler

    async def _question(self, context: Any) -> Any:
        give_back = await self._questions.take(context)
        try:
            return await message_within(_QUESTION_SECONDS, context)
        except DeadlineExceeded:
            await context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, "the question did not come")
        finally:
            give_back()


class _Places:
    """So many calls at once."""

    def __init__(self, most: int) -> None:
        self._free = most

    async def take(self, context: Any) -> Callable[[], None]:
        """Give a call one of the places until gRPC is done with it, or until what this returns is called."""
        if self._free == 0:
            await context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "too many calls without a caller's secret at once")
        self._free -= 1
        held = True

        def give_back(*_: object) -> None:
            nonlocal held
            self._free += held
            held = False

        context.add_done_callback(give_back)
        return give_back
