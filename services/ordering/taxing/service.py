"""Decides how an order's tax is settled before its proforma, and confirmed before its invoice.

VIES is asked outside every transaction, a proof of business outside the EU is looked for inside; what is decided by
either is one guarded change of the order's row, so that VIES, an operator, a cancellation and the expiry cannot all
win. Source: docs/rules.md, "Tax".
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import audit, events, outbox
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound
from services.kit.requests import Call, claim
from services.kit.wakes import order_wake, trial_wake
from services.ordering.domain.policy import TaxPolicy
from services.ordering.domain.states import OrderState
from services.ordering.domain.tax import TaxTreatment
from services.ordering.domain.tax_waiting import (
    Finding,
    TaxDecision,
    TaxNext,
    Waiting,
    ask_again_at,
    decide_at,
    holds_for_invoice,
    look_again_at,
    needs_operator,
    offered,
    rests_on_proof,
)
from services.ordering.errors import TaxDecisionNotOffered
from services.ordering.orders.events import order_event
from services.ordering.orders.rows import OrderRow
from services.ordering.orders.store import find_order, lock_order
from services.ordering.taxing import business_store, order_store
from services.ordering.taxing.accepting import accept_other_name
from services.ordering.taxing.decided import Decided
from services.ordering.taxing.proofs import Proof, Proofs
from services.ordering.taxing.standing import NOTHING_ASKED, TaxStanding


class Taxing:
    """SettleTax and DecideTax."""

    def __init__(self, database: Database, clock: Clock, proofs: Proofs, policy: TaxPolicy) -> None:
        """Take the database, the clock, what proves VAT numbers, and the policy."""
        self._database = database
        self._clock = clock
        self._proofs = proofs
        self._policy = policy

    async def settle(self, order_id: UUID) -> tuple[OrderRow, TaxStanding]:
        """Settle an open order's tax, or confirm a paid one's; asks VIES at most once, and never before its time.

        Raises:
            NotFound: There is no such order.
        """
        async with self._database.reading() as conn:
            order = _found(await find_order(conn, order_id))
        account_id, profile = order.account_id, order.party.profile
        done = _by_the_row(order, self._clock.now())
        outside = done is None and order.quote.tax.treatment is TaxTreatment.OUTSIDE_EU
        if outside and (profile.vat_id is None or await self._proofs.of_business(account_id, profile) is not None):
            return await self._settle_outside_eu(order_id)
        if done is not None or profile.vat_id is None:
            return order, TaxStanding(next=done or TaxNext.SETTLED)
        proof = await self._proofs.newest(account_id, profile, order.tax_ask_at)
        if proof is None:
            return order, self._standing(order, await self._proofs.known(account_id, profile))
        async with self._database.transaction() as conn:
            await self._write(conn, order, proof)
            order = _found(await find_order(conn, order_id))
        return order, self._standing(order, proof)

    async def _settle_outside_eu(self, order_id: UUID) -> tuple[OrderRow, TaxStanding]:
        """Settle the tax of a business of which VIES knows nothing, if a proof is kept or none asked for; else wait."""
        async with self._database.transaction() as conn:
            order, now = _found(await lock_order(conn, order_id)), self._clock.now()
            if _by_the_row(order, now) is None:
                treatment, profile = order.quote.tax.treatment, order.party.profile
                proof = await business_store.find_proof(conn, order.account_id, profile.business_id)
                has_vat_id = profile.vat_id is not None
                if proof is not None or not rests_on_proof(treatment, self._policy, has_vat_id=has_vat_id):
                    proof_id = proof.proof_id if proof else None
                    await order_store.settle(conn, order_id, treatment, now, business_proof_id=proof_id)
                elif order.tax_ask_at is None or now >= order.tax_ask_at:
                    ask_at = look_again_at(now, order.hold_until)
                    await order_store.wait(conn, order_id, Waiting(order.tax_attempts, ask_at, order.placed_at))
            order = _found(await find_order(conn, order_id))
        return order, self._standing(order, NOTHING_ASKED)

    async def decide(self, call: Call, order_id: UUID, decided: Decided) -> OrderRow:
        """Settle an order's tax by an operator's decision; a repeated call changes nothing.

        Raises:
            NotFound: There is no such order.
            TaxDecisionNotOffered: The order does not wait for a decision, or not for this one.
        """
        now = self._clock.now()
        async with self._database.reading() as conn:
            order = _found(await find_order(conn, order_id))
        proof = await self._proofs.known(order.account_id, order.party.profile)
        async with self._database.transaction() as conn:
            first = await claim(conn, call, order_id)
            order = _found(await lock_order(conn, order_id))
            if first is not None:
                return order
            if decided.decision not in self._standing(order, proof).offered:
                raise TaxDecisionNotOffered(metadata={"state": str(order.state), "decision": str(decided.decision)})
            changed = await _carry_out(conn, order, decided, proof, now)
            await audit.record(conn, decided.entry, now, account_id=order.account_id)
            await outbox.wake(conn, order_wake(order_id), now)
        return changed

    async def _write(self, conn: AsyncConnection, order: OrderRow, proof: Proof) -> None:
        """Write what an answer of VIES changes. Nothing where somebody was faster: the row then tells the rest."""
        now, finding = self._clock.now(), proof.stands
        if order.state is OrderState.PAID:
            if holds_for_invoice(finding, order.tax_decision):
                await order_store.confirm(conn, order.order_id, now, proof.verdict_id)
            else:
                ask_at = ask_again_at(now, order.tax_attempts, Finding.NOT_VALID, self._policy)
                await order_store.wait_with_invoice(conn, order.order_id, ask_at)
        elif finding is Finding.VALID and (self._proofs.is_fresh(proof) or not order.quote.tax.is_open):
            treatment = order.quote.tax.treatment
            rests_on = proof.verdict_id if treatment is TaxTreatment.OUTSIDE_EU else None
            await order_store.settle(conn, order.order_id, treatment, now, vat_check_id=rests_on)
        else:
            said = Finding.NO_ANSWER if finding is None else finding
            waiting = Waiting(
                order.tax_attempts + 1,
                ask_again_at(now, order.tax_attempts, said, self._policy),
                order.tax_decide_at or decide_at(order.placed_at, self._policy),
            )
            await order_store.wait(conn, order.order_id, waiting)

    def _standing(self, order: OrderRow, proof: Proof) -> TaxStanding:
        """What comes next by the order's row and what VIES said."""
        now = self._clock.now()
        done = _by_the_row(order, now)
        if done is not None:
            return TaxStanding(next=done, proof=proof)
        paid = order.state is OrderState.PAID
        if order.tax_ask_at is not None if paid else needs_operator(_waiting(order), proof.stands, now):
            quoted = order.quote.tax
            choices = offered(quoted.treatment, paid=paid, both_totals=quoted.is_open, policy=self._policy)
            return TaxStanding(next=TaxNext.NEEDS_OPERATOR, proof=proof, ask_at=order.tax_ask_at, offered=choices)
        return TaxStanding(next=TaxNext.ASK_AGAIN, proof=proof, ask_at=order.tax_ask_at, decide_at=order.tax_decide_at)


async def _carry_out(conn: AsyncConnection, order: OrderRow, decided: Decided, proof: Proof, now: datetime) -> OrderRow:
    """Write a decision that is offered on the locked row."""
    decision, order_id = decided.decision, order.order_id
    if decision is TaxDecision.OTHER_PROOF:
        await accept_other_name(conn, proof, order.party.profile, now)
    match decision:
        case TaxDecision.REFUSE:
            await outbox.wake(conn, trial_wake(order.account_id), now)
            changed = await order_store.refuse(conn, order_id, now)
        case TaxDecision.CHARGE_VAT:
            changed = await order_store.settle(conn, order_id, TaxTreatment.DOMESTIC, now, decision)
        case TaxDecision.OTHER_PROOF if order.state is OrderState.PAID:
            changed = await order_store.confirm(conn, order_id, now, proof.verdict_id, decision)
        case TaxDecision.OTHER_PROOF:
            changed = await order_store.settle(conn, order_id, TaxTreatment.REVERSE_CHARGE, now, decision)
        case TaxDecision.BUSINESS_PROOF:
            business = decided.proof_of(order.account_id, order.party.profile, now)
            await business_store.insert_proof(conn, business)
            treatment = TaxTreatment.OUTSIDE_EU
            changed = await order_store.settle(conn, order_id, treatment, now, decision, business.proof_id)
    if changed is not None and changed.state is OrderState.CANCELLED:
        await events.tell(conn, order_event(changed), now)
    if changed is None:
        raise AssertionError("a locked order whose tax is open can be decided")
    return changed


def _by_the_row(order: OrderRow, now: datetime) -> TaxNext | None:
    """What the order's row alone decides; None where VIES, a proof or an operator must say something."""
    match order.state:
        case OrderState.OPEN if order.tax_settled_at is not None:
            return TaxNext.SETTLED
        case OrderState.OPEN if order.cancel_requested_at is not None:
            return TaxNext.CANCEL_REQUESTED
        case OrderState.OPEN:
            return TaxNext.EXPIRY_DUE if now >= order.hold_until else None
        case OrderState.PAID if order.tax_treatment is TaxTreatment.REVERSE_CHARGE and order.tax_confirmed_at is None:
            return None
        case OrderState.PAID | OrderState.FULFILLED:
            return TaxNext.SETTLED
        case _:
            return TaxNext.NOT_OPEN


def _waiting(order: OrderRow) -> Waiting:
    """How an open order waits, as its row tells it; an operator is not asked before VIES was asked once."""
    if order.tax_ask_at is None or order.tax_decide_at is None:
        return Waiting(0, order.placed_at, order.hold_until)
    return Waiting(order.tax_attempts, order.tax_ask_at, order.tax_decide_at)


def _found(order: OrderRow | None) -> OrderRow:
    if order is None:
        raise NotFound
    return order
