"""How a command asks Temporal."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio.client import Client
from temporalio.service import RPCError

from cli.failures import Unreachable
from cli.installation import Installation
from services.kit import temporal_client


@asynccontextmanager
async def open_temporal(where: Installation) -> AsyncIterator[Client]:
    """A client of the installation's namespace.

    Raises:
        Unreachable: Temporal does not answer, now or within the block.
    """
    try:
        yield await temporal_client.connect(where.temporal_address, where.settings.temporal_namespace)
    except (RPCError, RuntimeError) as error:
        raise Unreachable(
            f"Temporal at {where.temporal_address} cannot be asked: {error}", "`casella doctor` says what is wrong"
        ) from None
