"""The moods of those outside of Casella, new each day: what charges and refunds come to, what SdI and VIES answer.

Now and then Stripe pays out to the bank what it took.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tests.e2e.levers import sdi_will
from tests.e2e.operator_desk import Desk
from tests.soak.bank import Bank
from tests.soak.stripe import taken

_CHARGES = {"succeeds": 14, "insufficient_funds": 3, "requires_authentication": 2, "mandate_gone": 2}
_REFUNDS = {"succeeded": 8, "failed": 1}
_REJECTS, _SILENT, _VIES_AWAY, _TWICE, _DROPPED = 0.12, 0.03, 0.1, 0.1, 0.05
_PAYS_OUT, _PARTS, _FEES = 0.1, (0.5, 0.9), (0, 321)
"""How often Stripe pays out, which part of what lies there, and which fees it keeps of it, in cents."""


@dataclass(frozen=True)
class World:
    """Stripe, SdI and VIES as they are today, and the bank to which Stripe pays out."""

    desk: Desk
    bank: Bank
    rng: random.Random

    async def wake(self, today: date) -> None:
        """Choose for today."""
        site = self.desk.play.world.site
        faults: dict[str, str | bool] = {
            "off_session": self.rng.choices(list(_CHARGES), list(_CHARGES.values()))[0],
            "refund": self.rng.choices(list(_REFUNDS), list(_REFUNDS.values()))[0],
            "duplicate": self.rng.random() < _TWICE,
            "drop": self.rng.random() < _DROPPED,
        }
        await self._put(f"{site.url('stripe')}/_simulator/faults", faults)
        away = "MS_UNAVAILABLE" if self.rng.random() < _VIES_AWAY else ""
        await self._put(f"{site.url('vies')}/_simulator/away", {"error": away})
        if self.rng.random() < _REJECTS:
            await sdi_will(self.desk, "reject", self.rng.randint(1, 3))
        elif self.rng.random() < _SILENT:
            await sdi_will(self.desk, "silent")
        if self.rng.random() < _PAYS_OUT:
            await self._pay_out(today)

    async def _pay_out(self, today: date) -> None:
        """The fees come out of what lies there, too."""
        lies_there, fees = await taken(self.desk) - self.bank.left_stripe(), self.rng.choice(_FEES)
        paid = int(lies_there * self.rng.choice(_PARTS)) - fees
        if paid > 0:
            self.bank.pay_out(paid, fees, today)

    async def _put(self, url: str, data: Mapping[str, str | bool]) -> None:
        async with self.desk.session.put(url, json=data) as answer:
            assert answer.status < 300, await answer.text()
