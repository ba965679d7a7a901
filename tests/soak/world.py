"""The moods of those outside of Casella, new each day: what charges come to, what the SdI and VIES answer."""

import random
from dataclasses import dataclass

from tests.e2e.levers import sdi_will
from tests.e2e.operator_desk import Desk

_CHARGES = {"succeeds": 20, "insufficient_funds": 3, "requires_authentication": 1, "mandate_gone": 1}
_REJECTS, _SILENT, _VIES_AWAY = 0.08, 0.03, 0.05


@dataclass(frozen=True)
class World:
    """Stripe, SdI and VIES as they are today."""

    desk: Desk
    rng: random.Random

    async def wake(self) -> None:
        """Choose for today."""
        site = self.desk.play.world.site
        outcome = self.rng.choices(list(_CHARGES), list(_CHARGES.values()))[0]
        await self._put(f"{site.url('stripe')}/_simulator/faults", {"off_session": outcome})
        away = "MS_UNAVAILABLE" if self.rng.random() < _VIES_AWAY else ""
        await self._put(f"{site.url('vies')}/_simulator/away", {"error": away})
        if self.rng.random() < _REJECTS:
            await sdi_will(self.desk, "reject")
        elif self.rng.random() < _SILENT:
            await sdi_will(self.desk, "silent")

    async def _put(self, url: str, data: dict[str, str]) -> None:
        async with self.desk.session.put(url, json=data) as answer:
            assert answer.status < 300, await answer.text()
