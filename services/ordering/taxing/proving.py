"""Keeps a proof of business that an operator records beside any order: before the first, or after VAT was charged."""

from uuid import UUID

from services.kit import audit, outbox
from services.kit.audit import AuditEntry
from services.kit.calendar import rome_date
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound
from services.kit.ids import new_id
from services.kit.requests import Call, claim
from services.kit.wakes import order_wake
from services.ordering.accounts.store import standing
from services.ordering.accounts.writing import lock_for_operator
from services.ordering.domain.business_proof import SeenProof
from services.ordering.domain.quote import tax_of
from services.ordering.domain.tax import TaxTreatment
from services.ordering.errors import ProfileMissing, TaxDecisionNotOffered
from services.ordering.profiles.store import find_profile
from services.ordering.subscriptions.adding import wake_measuring
from services.ordering.subscriptions.store import find_subscription_of_account
from services.ordering.taxing import business_store
from services.ordering.taxing.business_store import BusinessProof


class Proving:
    """RecordBusinessProof."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Take the database and the clock."""
        self._database = database
        self._clock = clock

    async def record(self, call: Call, account_id: UUID, seen: SeenProof, entry: AuditEntry) -> BusinessProof:
        """Keep a proof for the account's tax id and country, and wake what waits for it; a repetition gets the first.

        Raises:
            AccountErased: The account is erased.
            ProfileMissing: There is no tax id to which it could belong.
            TaxDecisionNotOffered: The billing profile is of nobody outside the EU.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            proof_id = new_id()
            first = await claim(conn, call, proof_id)
            if first is not None:
                kept = await business_store.get_proof(conn, first)
                if kept is None:
                    raise NotFound
                return kept
            await lock_for_operator(conn, account_id, now)
            saved = await find_profile(conn, account_id)
            if saved is None:
                raise ProfileMissing
            treatment = tax_of(saved.profile, rome_date(now)).treatment
            if treatment is not TaxTreatment.OUTSIDE_EU:
                raise TaxDecisionNotOffered(metadata={"treatment": str(treatment)})
            proof = BusinessProof(proof_id, account_id, saved.profile.business_id, seen, now, entry.actor)
            await business_store.insert_proof(conn, proof)
            await audit.record(conn, entry, now, account_id=account_id)
            open_order = (await standing(conn, account_id)).open_order_id
            if open_order is not None:
                await outbox.wake(conn, order_wake(open_order), now)
            subscription = await find_subscription_of_account(conn, account_id)
            if subscription is not None:
                await wake_measuring(conn, subscription.subscription_id, now)
        return proof
