"""Decides whether a period's reverse charge still holds for its invoice, by the same rule as an order's.

The period's amount stands, and what is paid is restored, whatever VIES says: only the invoice waits.
Source: docs/rules.md, "Tax".
"""

from datetime import datetime
from uuid import UUID

from services.kit import audit, outbox
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.requests import Call, claim
from services.kit.vat_ids import VatId
from services.kit.wakes import renewal_wake
from services.ordering.domain.policy import TaxPolicy
from services.ordering.domain.profile import BillingProfile
from services.ordering.domain.states import PeriodState
from services.ordering.domain.tax import TaxTreatment
from services.ordering.domain.tax_waiting import (
    Finding,
    TaxDecision,
    TaxNext,
    ask_again_at,
    holds_for_invoice,
    offered,
)
from services.ordering.errors import TaxDecisionNotOffered
from services.ordering.subscriptions import period_store, store
from services.ordering.subscriptions.going_on import Both, read
from services.ordering.subscriptions.rows import PeriodRow, SubscriptionRow
from services.ordering.subscriptions.standing import locked
from services.ordering.taxing.accepting import accept_other_name
from services.ordering.taxing.decided import Decided
from services.ordering.taxing.proofs import Proof, Proofs
from services.ordering.taxing.standing import NOTHING_ASKED, TaxStanding


class Confirming:
    """SettleTax and DecideTax of periods."""

    def __init__(self, database: Database, clock: Clock, proofs: Proofs, policy: TaxPolicy) -> None:
        """Take the database, the clock, what proves VAT numbers, and the policy."""
        self._database = database
        self._clock = clock
        self._proofs = proofs
        self._policy = policy

    async def confirm(self, period_id: UUID) -> TaxStanding:
        """Confirm the tax of a period that is invoiced; asks VIES at most once, and never before its time.

        Raises:
            NotFound: There is no such period.
        """
        async with self._database.reading() as conn:
            found = await read(conn, period_id)
        period, profile = found.period, _profile(found.period)
        done = _without_vies(period, self._clock.now())
        if done is not None or profile is None or profile.vat_id is None:
            return TaxStanding(next=done or TaxNext.SETTLED)
        proof = await self._proofs.newest(period.account_id, profile, period.tax_ask_at)
        if proof is None:
            return self._standing(period, await self._proofs.known(period.account_id, profile))
        async with self._database.transaction() as conn:
            now, fresh = self._clock.now(), await locked(conn, period_id)
            period = fresh.period
            if _without_vies(period, now) is None:
                if holds_for_invoice(proof.stands, _decision_on(fresh.subscription, profile.vat_id, proof)):
                    period = await period_store.confirm_tax(conn, period, now, proof.verdict_id)
                else:
                    ask_at = ask_again_at(now, 0, Finding.NOT_VALID, self._policy)
                    period = await period_store.wait_with_invoice(conn, period, ask_at)
        return self._standing(period, proof)

    async def decide(self, call: Call, period_id: UUID, decided: Decided) -> Both:
        """Confirm a period's tax by an operator's decision, which stands for the number; a repetition changes nothing.

        Raises:
            NotFound: There is no such period.
            TaxDecisionNotOffered: Its invoice does not wait for a decision, or not for this one.
        """
        now, decision = self._clock.now(), decided.decision
        async with self._database.reading() as conn:
            found = await read(conn, period_id)
        profile = _profile(found.period)
        proof = await self._proofs.known(found.period.account_id, profile) if profile else NOTHING_ASKED
        async with self._database.transaction() as conn:
            first = await claim(conn, call, period_id)
            fresh = await locked(conn, period_id)
            period, subscription = fresh.period, fresh.subscription
            if first is not None:
                return Both(period, subscription)
            if profile is None or profile.vat_id is None or decision not in self._standing(period, proof).offered:
                raise TaxDecisionNotOffered(metadata={"state": str(period.state), "decision": str(decision)})
            period = await period_store.confirm_tax(conn, period, now, proof.verdict_id)
            await store.set_tax_decision(conn, subscription.subscription_id, decision, str(profile.vat_id))
            await accept_other_name(conn, proof, profile, now)
            await audit.record(conn, decided.entry, now, account_id=period.account_id)
            await outbox.wake(conn, renewal_wake(period.cause), now)
        return Both(period, subscription)

    def _standing(self, period: PeriodRow, proof: Proof) -> TaxStanding:
        """What comes next by the period's row and what VIES said."""
        done = _without_vies(period, self._clock.now())
        if done is not None:
            return TaxStanding(next=done, proof=proof)
        choices: tuple[TaxDecision, ...] = ()
        if period.tax_ask_at is not None:
            choices = offered(TaxTreatment.REVERSE_CHARGE, paid=True, both_totals=False, policy=self._policy)
        return TaxStanding(next=TaxNext.NEEDS_OPERATOR, proof=proof, ask_at=period.tax_ask_at, offered=choices)


def _without_vies(period: PeriodRow, now: datetime) -> TaxNext | None:
    """What the period's row alone decides; None where VIES or an operator must say something."""
    if period.measured is None or not (period.state is PeriodState.PAID or period.is_accrued(now)):
        return TaxNext.NOT_OPEN
    rests_on_number = period.measured.treatment is TaxTreatment.REVERSE_CHARGE
    return None if rests_on_number and period.tax_confirmed_at is None else TaxNext.SETTLED


def _profile(period: PeriodRow) -> BillingProfile | None:
    """The profile as it stood at the measuring, with the number on which the period's treatment rests."""
    return None if period.measured is None else period.measured.party.profile


def _decision_on(subscription: SubscriptionRow, vat_id: VatId, proof: Proof) -> TaxDecision | None:
    """What an operator decided about a number, if anything; a name that was not accepted is a question of its own."""
    stands = subscription.tax_decision_vat_id == str(vat_id) and not proof.other_name
    return subscription.tax_decision if stands else None
