"""How the tax of an order or a period stands: what comes next, when to come again, what an operator may decide."""

from dataclasses import dataclass
from datetime import datetime

from services.ordering.domain.tax_waiting import TaxDecision, TaxNext
from services.ordering.taxing.proofs import Proof

NOTHING_ASKED = Proof(None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxStanding:
    """The tax after everything that can be done now.

    Attributes:
        ask_at: when VIES is asked again; None where nothing is waited for.
        decide_at: from when on an operator decides, if VIES stays away; None where that is so already.
        offered: what an operator may decide now.
    """

    next: TaxNext
    proof: Proof = NOTHING_ASKED
    ask_at: datetime | None = None
    decide_at: datetime | None = None
    offered: tuple[TaxDecision, ...] = ()

    @property
    def again_at(self) -> datetime | None:
        """When to come again: VIES is asked then, or an operator's turn has come; None where nothing is waited for."""
        return min((at for at in (self.ask_at, self.decide_at) if at is not None), default=None)
