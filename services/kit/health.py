"""Says to everybody whether the room serves: as gRPC's own health service, but of the room's services alone."""

from typing import Any

import grpc
from grpc_health.v1 import health


class HealthServicer(health.aio.HealthServicer):
    """Refuses to watch what is not there: the library keeps a lock and the name for each that a stranger makes up."""

    _server_status: dict[str, int]

    async def Watch(self, request: Any, context: Any) -> None:
        """Tell of a service's changes for as long as somebody listens."""
        if request.service not in self._server_status:
            await context.abort(grpc.StatusCode.NOT_FOUND)
        await super().Watch(request, context)
