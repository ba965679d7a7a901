"""Starts the support service: settings, database, service, server."""

from pathlib import Path

from casella.support.v1 import support_pb2_grpc
from services.kit.core import Core
from services.kit.process import run
from services.kit.server import Room, serve
from services.kit.settings import RoomSettings
from services.support.service import Tickets
from services.support.servicer import SupportServicer
from workflows.names import TASK_QUEUE


def assemble(core: Core) -> Room:
    """Puts the room together."""
    servicer = SupportServicer(core.requests, Tickets(core.database, core.clock))
    return Room(
        services=[(support_pb2_grpc.add_SupportServiceServicer_to_server, servicer)],
        templates=Path(__file__).parent / "templates",
        task_queue=TASK_QUEUE,
    )


async def main() -> None:
    """Runs the service until it is told to stop."""
    core = Core.of("support", RoomSettings())
    await serve(core, assemble(core))


if __name__ == "__main__":
    run(main)
