"""The one way in which an interceptor wraps a call: an asynchronous context manager around the servicer's method.

Reflection and health are left alone: they need no secret, have no deadline of ours and would fill the log.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

import grpc
from grpc.aio import ServicerContext

from services.kit.errors import Unauthenticated

_FOREIGN = ("/grpc.reflection.", "/grpc.health.")

if TYPE_CHECKING:
    Handler = grpc.RpcMethodHandler[Any, Any]
else:
    Handler = grpc.RpcMethodHandler
Context = ServicerContext[Any, Any]


class Around(grpc.aio.ServerInterceptor):
    """An interceptor that does something before and after each call of our own services."""

    def around(self, method: str, context: Context) -> AbstractAsyncContextManager[None]:
        """What surrounds one call; an exception of the call passes through it.

        Args:
            method: The call's full name.
            context: The servicer's context.
        """
        raise NotImplementedError

    async def intercept_service(
        self, continuation: Callable[[Any], Awaitable[Handler | None]], handler_call_details: Any
    ) -> Handler | None:
        """Wrap the method's handler, if it is one of ours."""
        handler = await continuation(handler_call_details)
        method = str(handler_call_details.method)
        if handler is None or method.startswith(_FOREIGN):
            return handler
        if handler.unary_unary is not None:
            return self._unary(handler, method)
        if handler.unary_stream is not None:
            return self._stream(handler, method)
        raise NotImplementedError(f"{method} takes a stream: teach this class before offering such a method")

    def _unary(self, handler: Handler, method: str) -> Handler:
        behaviour: Any = handler.unary_unary

        async def wrapped(request: Any, context: Any) -> Any:
            async with self.around(method, context):
                return await behaviour(request, context)

        return grpc.unary_unary_rpc_method_handler(wrapped, handler.request_deserializer, handler.response_serializer)

    def _stream(self, handler: Handler, method: str) -> Handler:
        behaviour: Any = handler.unary_stream

        async def wrapped(request: Any, context: Any) -> AsyncIterator[Any]:
            async with self.around(method, context):
                async for response in behaviour(request, context):
                    yield response

        return grpc.unary_stream_rpc_method_handler(wrapped, handler.request_deserializer, handler.response_serializer)


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
