"""The ways in which a server wraps a call: a context manager around the servicer's method, or a question before it.

A call's message is read inside of all of them (``reading.py`` says why): who is refused is refused unread.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import grpc
from grpc.aio import ServicerContext

from services.kit.errors import Unauthenticated
from services.kit.interceptors.reading import message_of, message_within
from services.kit.interceptors.strangers import Handler, Strangers

_MESSAGE_SECONDS = 10.0
"""How long the message of a call that answers with a stream may take: it has no deadline that would end it."""

Context = ServicerContext[Any, Any]


Behaviour = Callable[[Any, Any], Any]
"""A servicer's method: request and context in, an awaitable answer or a stream of answers out."""


class Around:
    """Something that a server does before and after each call of our own services."""

    def around(self, method: str, context: Context) -> AbstractAsyncContextManager[None]:
        """What surrounds one call; an exception of the call passes through it.

        Args:
            method: The call's full name.
            context: The servicer's context.
        """
        raise NotImplementedError

    def unary(self, behaviour: Behaviour, method: str) -> Behaviour:
        """A method that answers once, with this around it."""

        async def wrapped(request: Any, context: Any) -> Any:
            async with self.around(method, context):
                return await behaviour(request, context)

        return wrapped

    def stream(self, behaviour: Behaviour, method: str) -> Behaviour:
        """A method that answers with a stream, with this around it."""

        async def wrapped(request: Any, context: Any) -> AsyncIterator[Any]:
            async with self.around(method, context):
                async for response in behaviour(request, context):
                    yield response

        return wrapped


class Before(Around):
    """A question asked before each call, which raises where the call may not go on: the usual and cheaper kind."""

    async def before(self, method: str, context: Context) -> None:
        """Let the call go on, or raise.

        Args:
            method: The call's full name.
            context: The servicer's context.
        """
        raise NotImplementedError

    def unary(self, behaviour: Behaviour, method: str) -> Behaviour:
        """A method that answers once, behind this question."""

        async def wrapped(request: Any, context: Any) -> Any:
            await self.before(method, context)
            return await behaviour(request, context)

        return wrapped

    def stream(self, behaviour: Behaviour, method: str) -> Behaviour:
        """A method that answers with a stream, behind this question."""

        async def wrapped(request: Any, context: Any) -> AsyncIterator[Any]:
            await self.before(method, context)
            async for response in behaviour(request, context):
                yield response

        return wrapped


class Layers(grpc.aio.ServerInterceptor):
    """The server's one interceptor: puts all layers around each method, once.

    One for each layer would make as many handlers at every call.
    """

    def __init__(self, strangers: Strangers, *layers: Around) -> None:
        """Take the bounds of what is open to everybody, and the layers of our own methods, the outermost first."""
        self._strangers = strangers
        self._layers = layers
        self._wrapped: dict[str, Handler] = {}

    async def intercept_service(
        self, continuation: Callable[[Any], Awaitable[Handler | None]], handler_call_details: Any
    ) -> Handler | None:
        """The method's handler with all that is around it."""
        method = str(handler_call_details.method)
        if method not in self._wrapped:
            handler = await continuation(handler_call_details)
            if handler is None:
                return None
            self._wrapped[method] = self._wrap(handler, method)
        return self._wrapped[method]

    def _wrap(self, handler: Handler, method: str) -> Handler:
        if self._strangers.may_call(method):
            return self._strangers.bounded(handler)
        behaviour: Any
        if handler.unary_unary is not None:
            behaviour, make = _reading(handler.unary_unary), grpc.stream_unary_rpc_method_handler
            for layer in reversed(self._layers):
                behaviour = layer.unary(behaviour, method)
        elif handler.unary_stream is not None:
            behaviour, make = _reading_for_stream(handler.unary_stream), grpc.stream_stream_rpc_method_handler
            for layer in reversed(self._layers):
                behaviour = layer.stream(behaviour, method)
        else:
            raise NotImplementedError(f"{method} takes a stream: teach this class before offering such a method")
        return make(behaviour, handler.request_deserializer, handler.response_serializer)


def _reading(behaviour: Any) -> Behaviour:
    """A method that answers once, which reads its message first."""

    async def read(_: Any, context: Any) -> Any:
        return await behaviour(await message_of(context), context)

    return read


def _reading_for_stream(behaviour: Any) -> Behaviour:
    """A method that answers with a stream, which reads its message first."""

    async def read(_: Any, context: Any) -> AsyncIterator[Any]:
        message = await message_within(_MESSAGE_SECONDS, context)
        async for response in behaviour(message, context):
            yield response

    return read


def proof_of(context: Context, key: str) -> str | None:
    """What the metadata bring under a key by which somebody proves who they are; None where there is none.

    Raises:
        Unauthenticated: It comes twice, so that whoever has read the first one may have meant somebody else.
    """
    brought = [value for name, value in context.invocation_metadata() or () if name == key and isinstance(value, str)]
    if len(brought) > 1:
        raise Unauthenticated(f"metadata {key} must come once")
    return brought[0] if brought else None


def metadata_of(context: Context) -> dict[str, str]:
    """The call's metadata whose values are text; of a repeated key the last counts."""
    found = context.invocation_metadata() or ()
    return {key: value for key, value in found if isinstance(value, str)}
