"""What the provider's word about a dispute changes here, and what operators decide about a lost one.

The payment stays paid and its invoice stands. What the provider withdrew lies in the ledger's `disputed` until it comes
back or an operator decides; the fee is a cost. Nobody is charged by automatic debit who disputes a payment. What the
bank took back of what had paid (`taking_back`) is decided about likewise.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import audit
from services.kit.audit import AuditEntry
from services.kit.calendar import rome_date
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound
from services.kit.money import Money
from services.kit.requests import Call, claim
from services.payments.domain.disputes import Dispute, DisputeDecision, DisputeState
from services.payments.domain.matching import QueueReason
from services.payments.domain.receipts import MoneyEntry, Receipt, Settlement, Source
from services.payments.errors import MoneySettled
from services.payments.provider.disputes import DisputeMovement, ProviderDispute
from services.payments.provider.events import Event
from services.payments.service import chargebacks
from services.payments.store import (
    disputes,
    events,
    mandates,
    paid_with,
    queue,
    receipts,
    refunds,
    requests,
    settling,
    waking,
)
from services.payments.store.books import DISPUTED

_FOLLOWED = {None, Settlement.KEPT, Settlement.REFUNDED}
"""How an entry stands that goes on with its dispute, because no operator has decided about it."""
_LEEWAY = timedelta(minutes=1)
"""The provider's clock is not ours, and has whole seconds."""


class Disputes:
    """Applies what the provider tells of disputes, and carries operators' decisions."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Take the parts of the room."""
        self._database = database
        self._clock = clock

    async def paid_here(self, charge_id: str) -> bool:
        """Whether a payment at the provider was taken in."""
        async with self._database.reading() as conn:
            return await receipts.counted(conn, charge_id)

    async def apply_event(self, source: str, event: Event, told: ProviderDispute | None) -> bool:
        """Take an event in together with what it changes.

        Args:
            source: The provider's name.
            event: The trigger.
            told: The dispute as the provider told it when asked; None when it is none of ours.

        Returns:
            Whether the event is new.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            request_id = None if told is None else await receipts.request_of(conn, Source.STRIPE, told.charge_id)
            if not await events.take_in(conn, source, event, request_id, now):
                return False
            if told is not None and await receipts.counted(conn, told.charge_id):
                await self._apply(conn, told, request_id, now)
        return True

    async def _apply(
        self, conn: AsyncConnection, told: ProviderDispute, request_id: UUID | None, now: datetime
    ) -> None:
        known = await disputes.by_ref(conn, told.provider_ref)
        if known is None:
            await self._begin(conn, told, request_id, now)
            known = await disputes.by_ref(conn, told.provider_ref)
        if known is None:
            raise AssertionError("a dispute is in the queue without its row")
        entry = await queue.by_id(conn, known.entry_id, lock=True)
        if entry is None:
            raise AssertionError("a dispute has an entry in the queue")
        dispute = await disputes.of_entry(conn, known.entry_id)  # again, now that it is held
        dispute = await self._count_movements(conn, dispute, entry, told.movements, now)
        state = told.state.after(dispute.state)
        if state is told.state:
            dispute = replace(dispute, reason=told.reason, amount=told.amount, evidence_by=told.evidence_by)
        closed_at = (dispute.closed_at or now) if state.closed else None
        dispute = replace(dispute, state=state, closed_at=closed_at)
        await disputes.move(conn, dispute)
        if entry.settled_as in _FOLLOWED:
            await chargebacks.follow(conn, dispute, entry, now)
        else:
            await waking.wake_money(conn, entry.entry_id, now)

    async def _begin(
        self, conn: AsyncConnection, told: ProviderDispute, request_id: UUID | None, now: datetime
    ) -> None:
        """Put a new dispute into the operator's queue; nobody is charged any more by a mandate from before it."""
        request = None if request_id is None else await requests.by_id(conn, request_id)
        receipt = Receipt(
            source=Source.STRIPE,
            source_ref=told.provider_ref,
            amount=told.amount,
            available_on=rome_date(told.opened_at),
            received_at=now,
            shown_reference=told.provider_ref,
            suggestions=() if request_id is None else (request_id,),
        )
        entry_id = await receipts.enqueue(conn, receipt, QueueReason.DISPUTED, receipt.suggestions)
        if entry_id is None:
            return  # another event of it was faster, and has written the row
        account_id = None if request is None else request.account_id
        await disputes.insert_new(conn, told, entry_id, request_id, account_id, now)
        if account_id is not None and told.state not in {DisputeState.WON, DisputeState.ENDED}:
            await mandates.end_disputed(conn, account_id, told.opened_at + _LEEWAY, now)

    async def _count_movements(
        self,
        conn: AsyncConnection,
        dispute: Dispute,
        entry: MoneyEntry,
        movements: Sequence[DisputeMovement],
        now: datetime,
    ) -> Dispute:
        """Count every movement of money that is not counted yet."""
        decided = entry.settled_as not in _FOLLOWED
        for movement in movements:
            to = "suspense" if decided else DISPUTED
            if not await disputes.post(conn, dispute, movement, to, now):
                continue
            withdrawn, fee = dispute.withdrawn.minor, dispute.fee.minor
            if decided:
                await _queue_anew(conn, dispute, movement, now)
            else:
                withdrawn -= movement.amount.minor
            currency = movement.amount.currency
            dispute = replace(
                dispute, withdrawn=Money(withdrawn, currency), fee=Money(fee + movement.fee.minor, currency)
            )
        return dispute

    async def decide(self, call: Call, entry_id: UUID, decision: DisputeDecision, by: AuditEntry) -> MoneyEntry:
        """Note what an operator decided about a lost dispute; it can be changed until it is settled.

        Raises:
            NotFound: No such entry.
            MoneySettled: It is no lost dispute that waits, its payment had paid nothing that could be credited, or a
                withdrawal's refund counts what it has taken.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            if await claim(conn, call, entry_id) is None:
                _, dispute = await self._lost(conn, entry_id)
                if decision is not DisputeDecision.CLAIM:
                    await _check_may_credit(conn, dispute)
                await audit.record(conn, by, now, account_id=dispute.account_id)
                await disputes.move(conn, replace(dispute, decision=decision))
                await waking.wake_money(conn, entry_id, now)
        return await self._entry(entry_id)

    async def record_credit_note(self, entry_id: UUID, credit_note_id: UUID) -> MoneyEntry:
        """Settle a lost dispute by its credit note, once.

        Raises:
            NotFound: No such entry.
            MoneySettled: It is no lost dispute that waits, is settled otherwise, or counts as a withdrawal's refund.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            entry = await queue.by_id(conn, entry_id, lock=True)
            if entry is None or entry.settled_as is not Settlement.CREDIT_NOTE or entry.settled_to != credit_note_id:
                held, dispute = await self._lost(conn, entry_id)
                _check_has_invoice(dispute)
                await disputes.credit(conn, dispute, held, credit_note_id, now)
                await settling.settle_entry(conn, entry_id, Settlement.CREDIT_NOTE, credit_note_id, now)
        return await self._entry(entry_id)

    async def page(self, account_id: UUID | None, after: tuple[datetime, UUID] | None, most: int) -> Sequence[Dispute]:
        """The disputes after one, oldest first."""
        async with self._database.reading() as conn:
            return await disputes.page(conn, account_id, after, most)

    async def of_request(self, request_id: UUID) -> Sequence[Dispute]:
        """The disputes over the payments of a payment request, oldest first."""
        async with self._database.reading() as conn:
            return await disputes.of_request(conn, request_id)

    async def _lost(self, conn: AsyncConnection, entry_id: UUID) -> tuple[MoneyEntry, Dispute]:
        """A dispute that waits for a decision, held.

        Raises:
            NotFound: No such entry.
            MoneySettled: It is none, or does not wait for one.
        """
        entry = await queue.by_id(conn, entry_id, lock=True)
        if entry is None:
            raise NotFound("no such money entry")
        if entry.settled_at is not None:
            raise MoneySettled
        if not await disputes.is_one(conn, entry_id):
            raise MoneySettled("this is no dispute, and takes back nothing that had paid")
        return entry, await lost(conn, entry_id)

    async def _entry(self, entry_id: UUID) -> MoneyEntry:
        async with self._database.reading() as conn:
            entry = await queue.by_id(conn, entry_id)
            if entry is None:
                raise NotFound
            return (await disputes.with_disputes(conn, [entry]))[0]


async def lost(conn: AsyncConnection, entry_id: UUID) -> Dispute:
    """The dispute of an entry that is held, if an operator is to decide about it.

    Raises:
        MoneySettled: The payer's bank has not decided, or has decided for us.
    """
    dispute = await disputes.of_entry(conn, entry_id)
    if not dispute.to_decide:
        raise MoneySettled("the dispute is not lost: the payer's bank decides first", metadata={"state": dispute.state})
    return dispute


async def _check_may_credit(conn: AsyncConnection, dispute: Dispute) -> None:
    """Refuse a credit note where a withdrawal issues it, also one whose refund waits for the decision, or there is one.

    Raises:
        MoneySettled: With what decides.
    """
    _check_has_invoice(dispute)
    if not dispute.by_bank or dispute.request_id is None:
        return
    if await refunds.failed(conn, dispute.request_id):
        raise MoneySettled(
            "a withdrawal's refund waits for this decision, and the withdrawal issues the credit note: set it aside, "
            "which counts as that refund"
        )
    same = [each for each in await disputes.of_request(conn, dispute.request_id) if each.takes_again(dispute)]
    came = [each for each in await paid_with.received(conn, dispute.request_id) if each.left == dispute.withdrawn]
    if len(same) >= len(came) > 0:
        raise MoneySettled(
            "there is a credit note for the same money already: the bank perhaps tells one reversal twice; set it aside"
        )


def _check_has_invoice(dispute: Dispute) -> None:
    """Refuse a credit note where there is no invoice, or where what was taken is a withdrawal's refund.

    Raises:
        MoneySettled: With what decides.
    """
    if dispute.request_id is None:
        raise MoneySettled("the payment had paid nothing, so there is no invoice to credit")
    if dispute.counted:
        raise MoneySettled(
            "what the dispute has taken counts as the refund of a withdrawal, which issues the credit note"
        )


async def _queue_anew(conn: AsyncConnection, dispute: Dispute, movement: DisputeMovement, now: datetime) -> None:
    """Queue money of a dispute that moved after an operator had settled it: a case of its own."""
    back = movement.amount > Money(0, movement.amount.currency)
    if not movement.amount:
        return
    receipt = Receipt(
        source=Source.STRIPE,
        source_ref=disputes.movement_ref(dispute, movement),
        amount=movement.amount if back else -movement.amount,
        available_on=rome_date(movement.made_at),
        received_at=now,
        shown_reference=dispute.provider_ref,
    )
    named = () if dispute.request_id is None else (dispute.request_id,)
    await receipts.enqueue(conn, receipt, QueueReason.TWICE if back else QueueReason.REVERSED, named)
