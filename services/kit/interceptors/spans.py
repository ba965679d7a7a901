"""Makes a span of each call, as a part of what the caller is doing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.kit.interceptors.around import Around, Behaviour, Context, metadata_of
from services.kit.tracing import TRACEPARENT, Tracing


class Spans(Around):
    """Of a server whose process traces; any other has none of it."""

    def __init__(self, tracing: Tracing) -> None:
        """Take what makes spans."""
        self._tracing = tracing

    def stream(self, behaviour: Behaviour, method: str) -> Behaviour:
        """Leave streams alone: one lives for days and is a part of nothing."""
        return behaviour

    @asynccontextmanager
    async def around(self, method: str, context: Context) -> AsyncIterator[None]:
        """Surround one call."""
        with self._tracing.span(method, metadata_of(context).get(TRACEPARENT, "")):
            yield
