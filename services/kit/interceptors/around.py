"""The one way in which an interceptor wraps a call: an asynchronous context manager around the servicer's method.

Reflection and health are left alone: they need no secret, have no deadline of ours and would fill the log.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

import grpc
from grpc.aio import ServicerContext

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


def metadata_of(context: Context) -> dict[str, str]:
    """The call's metadata whose values are text; of a repeated key the last counts."""
    found = context.invocation_metadata() or ()
    return {key: value for key, value in found if isinstance(value, str)}
