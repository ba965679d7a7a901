"""Refuses, while a recovery is under way, every RPC that says of itself that it numbers, sends, charges or deletes."""

from collections.abc import Iterable
from typing import Any

from google.protobuf import descriptor_pool

from casella.common.v1 import access_pb2
from services.kit.interceptors.around import Before, Context
from services.kit.recovery_hold import Hold


def held_methods(services: Iterable[str]) -> frozenset[str]:
    """The methods with the option ``(casella.common.v1.held_in_recovery)``.

    Args:
        services: Full names, for example ``casella.invoicing.v1.InvoicingService``.
    """
    pool, option = descriptor_pool.Default(), access_pb2.held_in_recovery
    return frozenset(
        f"/{service}/{method.name}"
        for service in services
        for method in pool.FindServiceByName(service).methods
        if _says(method, option)
    )


def _says(method: Any, option: Any) -> bool:
    return bool(method.GetOptions().Extensions[option])


class Held(Before):
    """Stands inside of ``Callers``, so that a stranger learns nothing."""

    def __init__(self, hold: Hold, held: frozenset[str]) -> None:
        """Take what the room's rows say, and the methods that are held."""
        self._hold = hold
        self._held = held

    async def before(self, method: str, context: Context) -> None:
        """Let the call go on only where nothing holds it."""
        if method in self._held:
            await self._hold.refuse()
