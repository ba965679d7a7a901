"""Starts the support service: settings, policy, database, services, server."""

from pathlib import Path

from casella.support.v1 import erasures_pb2_grpc, support_pb2_grpc, webhooks_pb2_grpc
from services.kit.clock import SystemClock
from services.kit.core import Core
from services.kit.operator_files import read_section
from services.kit.process import run
from services.kit.reconciler import Job
from services.kit.server import Room
from services.kit.serving import serve
from services.support.erasures.restored import erased_since
from services.support.erasures.rpcs import ErasuresServicer
from services.support.erasures.service import Erasures
from services.support.erasures.store import ERASABLE, unfinished_ones
from services.support.service import Tickets
from services.support.servicer import SupportServicer
from services.support.settings import SupportSettings
from services.support.webhooks.domain import WebhooksPolicy
from services.support.webhooks.rpcs import WebhooksServicer
from services.support.webhooks.service import Webhooks
from services.support.webhooks.watching import MEASURE
from workflows.names import TASK_QUEUE


def assemble(core: Core, policy: WebhooksPolicy, webhook_key: bytes) -> Room:
    """Puts the room together."""
    tickets = SupportServicer(core.requests, Tickets(core.database, core.clock))
    webhooks = Webhooks(core.database, core.clock, policy)
    endpoints = WebhooksServicer(core.requests, webhooks, webhook_key, SystemClock(), local=core.settings.local)
    erasures = ErasuresServicer(core.requests, Erasures(core.database, core.clock))
    return Room(
        services=[
            (support_pb2_grpc.add_SupportServiceServicer_to_server, tickets),
            (erasures_pb2_grpc.add_ErasuresServiceServicer_to_server, erasures),
            (webhooks_pb2_grpc.add_WebhooksServiceServicer_to_server, endpoints),
        ],
        templates=Path(__file__).parent / "templates",
        task_queue=TASK_QUEUE,
        erasable=ERASABLE,
        watched=[unfinished_ones],
        measures=[MEASURE],
        read_back=erased_since,
        jobs=[Job("forget webhook deliveries", webhooks.prune)],
    )


async def main() -> None:
    """Runs the service until it is told to stop."""
    settings = SupportSettings()
    policy = read_section(settings.policy_file, ("webhooks",), WebhooksPolicy)
    core = Core.of("support", settings)
    await serve(core, assemble(core, policy, settings.webhook_key))


if __name__ == "__main__":
    run(main)
