"""What an operator decided about the tax of an order or a period, with who and why."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.kit.audit import AuditEntry
from services.kit.ids import new_id
from services.ordering.domain.business_proof import SeenProof
from services.ordering.domain.profile import BillingProfile
from services.ordering.domain.tax_waiting import TaxDecision
from services.ordering.taxing.business_store import BusinessProof


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision.

    Attributes:
        seen: what proves the business outside the EU; with BUSINESS_PROOF alone.
    """

    decision: TaxDecision
    entry: AuditEntry
    seen: SeenProof | None = None

    def proof_of(self, account_id: UUID, profile: BillingProfile, at: datetime) -> BusinessProof:
        """What was seen, as a proof of the business of an account's profile."""
        if self.seen is None:
            raise AssertionError("a proof of business names what was seen")
        return BusinessProof(new_id(), account_id, profile.business_id, self.seen, at, self.entry.actor)
