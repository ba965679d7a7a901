"""How refunds reach card or PayPal, and what the provider's word about a refund changes here.

That the provider is asked is written down before the call, and the idempotency key is the refund's id with its try. A
lost answer is looked for at the provider before it is asked again, because keys are forgotten after a day. After a
restore a refund of the provider's that no row knows any more is the first one that is asked for over its sum.
"""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import recovery_hold
from services.kit.calendar import rome_date
from services.kit.clock import Clock
from services.kit.database import Database
from services.payments.domain.receipts import Receipt, Source
from services.payments.domain.refunds import Refund, RefundState
from services.payments.provider.contract import PaymentProvider
from services.payments.provider.errors import ProviderUnavailableError, RefundRefusedError
from services.payments.provider.events import Event
from services.payments.provider.refunds import ProviderRefund, RefundProgress
from services.payments.service import lost_refunds, taking_back
from services.payments.store import events, queue, receipts, refund_books, refunds

_LOOK_AFTER = timedelta(hours=1)
_MOST_AT_ONCE = 20
"""Refunds pushed by one call: each may take the provider's whole time-out, and the schedule calls again."""


class RefundSending:
    """Sends refunds to the provider, and applies what it says of them."""

    def __init__(self, database: Database, clock: Clock, provider: PaymentProvider) -> None:
        """Take the parts of the room."""
        self._database = database
        self._clock = clock
        self._provider = provider

    async def push(self) -> int:
        """Send what is not sent, and look at what was sent long ago; how many have changed their state."""
        async with self._database.reading() as conn:
            found = await refunds.at_provider(conn, self._clock.now() - _LOOK_AFTER, _MOST_AT_ONCE)
        changed = 0
        for refund in found:
            await self.send(refund)
            async with self._database.reading() as conn:
                after = await refunds.by_id(conn, refund.refund_id)
            changed += after is not None and after.state is not refund.state
        return changed

    async def send(self, refund: Refund) -> None:
        """Ask the provider for a refund, or how it stands; while it does not answer the refund stays as it is."""
        async with self._database.single() as conn:
            if not await refunds.note_asked(conn, refund, self._clock.now()):
                return
        try:
            told = await self._ask(refund)
        except ProviderUnavailableError:
            return
        except RefundRefusedError as refused:
            await self._refused(refund, str(refused))
            return
        async with self._database.transaction() as conn:
            await self._apply(conn, told, self._clock.now())

    async def apply(self, told: ProviderRefund) -> bool:
        """Apply a refund that we looked at ourselves; False where it is of ours and no row knows it."""
        async with self._database.transaction() as conn:
            await self._apply(conn, told, self._clock.now())
            return told.refund_id is None or await lost_refunds.is_known(conn, told)

    async def _ask(self, refund: Refund) -> ProviderRefund:
        charge = refund.charge_id or ""
        async with self._database.reading() as conn:
            # Restored rows may ask for what was asked for before they were restored, and do not know it.
            look_first = refund.asked_at is not None or await recovery_hold.ever(conn)
        if look_first:
            made = await self._provider.refunds_of(charge)
            ours = next((each for each in made if lost_refunds.is_of(each, refund)), None)
            if ours is None:
                async with self._database.transaction() as conn:
                    ours = await lost_refunds.take_over(conn, refund, made)
            if ours is not None:
                return ours
        return await self._provider.refund(charge, refund.money, refund.refund_id, refund.attempt, refund.key)

    async def _refused(self, refund: Refund, code: str) -> None:
        async with self._database.transaction() as conn:
            await refunds.move(conn, refund, RefundState.FAILED, self._clock.now(), failure=code)

    async def apply_event(self, source: str, event: Event, told: list[ProviderRefund]) -> bool:
        """Take an event in together with what it changes: all refunds of the payment, as the provider told them.

        Returns:
            Whether the event is new.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            request_id = await receipts.request_of(conn, Source.STRIPE, event.refunded_charge_id or "")
            if not await events.take_in(conn, source, event, request_id, now):
                return False
            for refund in told:
                await self._apply(conn, refund, now)
        return True

    async def _apply(self, conn: AsyncConnection, told: ProviderRefund, now: datetime) -> None:
        if told.refund_id is None:
            await self._made_outside(conn, told, now)
            return
        refund = await lost_refunds.meant(conn, told, lock=True)
        if refund is None:
            return  # of an earlier try, which has failed and stays so, or lost by a restore
        waits = refund.state in {RefundState.REQUESTED, RefundState.SENT}
        reference = {"provider_ref": told.provider_ref, "sent_at": refund.sent_at or now}
        match told.progress:
            case RefundProgress.PENDING if refund.state is RefundState.REQUESTED:
                await refunds.move(conn, refund, RefundState.SENT, now, **reference)
            case RefundProgress.SUCCEEDED if waits:
                day = rome_date(told.made_at)
                await refund_books.pay_out(conn, refund, day, now)
                await refunds.move(conn, refund, RefundState.DONE, now, done_on=day, **reference)
            case RefundProgress.FAILED if waits:
                await refunds.move(conn, refund, RefundState.FAILED, now, failure=told.failure, **reference)
            case RefundProgress.FAILED if refund.state is RefundState.DONE:
                await refund_books.come_back(conn, refund, rome_date(now), now)
                await refunds.move(conn, refund, RefundState.FAILED, now, failure=told.failure, done_on=None)
            case _:
                pass  # told before, or older news than we have

    async def _made_outside(self, conn: AsyncConnection, told: ProviderRefund, now: datetime) -> None:
        """A refund that somebody made at the provider: money of ours that is gone, for an operator to explain."""
        request_id = await receipts.request_of(conn, Source.STRIPE, told.charge_id)
        if told.progress is not RefundProgress.SUCCEEDED or not await receipts.counted(conn, told.charge_id):
            return  # nothing has left, or the payment is none of ours
        receipt = Receipt(
            source=Source.STRIPE,
            source_ref=f"refund:{told.provider_ref}",
            amount=told.amount,
            available_on=rome_date(told.made_at),
            received_at=now,
            shown_reference=told.provider_ref,
            suggestions=() if request_id is None else (request_id,),
        )
        waited = await queue.of_charge(conn, told.charge_id, told.amount)
        await taking_back.take_back(conn, receipt, waited, receipt.suggestions)
