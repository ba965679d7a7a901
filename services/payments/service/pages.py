"""What a provider's answer about a hosted page changes here: the attempt, and the request when the money is there."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import hooks
from services.kit.calendar import rome_date
from services.kit.clock import Clock
from services.kit.database import Database
from services.payments.domain.matching import QueueReason, fault_of
from services.payments.domain.payment_requests import AttemptState, PaymentRequest
from services.payments.domain.receipts import Receipt, Source
from services.payments.provider.contract import Charge, ChargeState, Event, Page, PageState
from services.payments.store import attempts, events, receipts, requests


class Pages:
    """Applies what the provider tells, whether an event or our own look asked for it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Take the room's database and clock."""
        self._database = database
        self._clock = clock

    async def apply(self, page: Page) -> None:
        """Apply a page that we looked at ourselves."""
        async with self._database.transaction() as conn:
            await self._apply(conn, page, self._clock.now())
            await hooks.at("payment.before_commit")

    async def apply_event(self, source: str, event: Event, page: Page | None) -> bool:
        """Take an event in together with what it changes.

        Args:
            source: The provider's name.
            event: The trigger.
            page: What the provider answered when asked; None when the event is about nothing of ours.

        Returns:
            Whether the event is new.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            request_id = page.request_id if page else None
            if not await events.take_in(conn, source, event, request_id, now):
                return False
            if page is not None:
                await self._apply(conn, page, now)
            await hooks.at("payment.before_commit")
        return True

    async def _apply(self, conn: AsyncConnection, page: Page, now: datetime) -> None:
        if page.request_id is None:
            return  # made by something else that uses the same account at the provider
        request = await requests.by_id(conn, page.request_id)
        charge = page.charge
        if charge is not None and charge.state is ChargeState.SUCCEEDED:
            await self._take_money(conn, charge, request, page.request_id, now)
        if request is not None and page.attempt is not None:
            charge_id = charge.charge_id if charge else None
            state = _state_of(page)
            await attempts.move(conn, request.request_id, page.attempt, page.page_id, page.url, state, charge_id)

    async def _take_money(
        self, conn: AsyncConnection, charge: Charge, request: PaymentRequest | None, named: UUID, now: datetime
    ) -> None:
        receipt = Receipt(
            source=Source.STRIPE,
            source_ref=charge.charge_id,
            amount=charge.received,
            available_on=rome_date(charge.charged_at or now),
            received_at=now,
            shown_reference=charge.charge_id,
            suggestions=(request.request_id,) if request else (),
        )
        same = request is not None and charge.request_id == named and charge.cause_key == request.cause.key
        if request is None or not same:
            # Marks that are not the ones we wrote: the money is kept, a person looks.
            await receipts.take_in(conn, receipt, None, QueueReason.UNKNOWN)
        else:
            fault = fault_of(receipt.amount, request.amount)
            await receipts.take_in(conn, receipt, request.request_id, fault)


def _state_of(page: Page) -> AttemptState:
    if page.charge is not None and page.charge.state is ChargeState.SUCCEEDED:
        return AttemptState.PAID
    match page.state:
        case PageState.OPEN:
            return AttemptState.OPEN
        case PageState.EXPIRED:
            return AttemptState.EXPIRED
        case PageState.COMPLETE:
            processing = page.charge is not None and page.charge.state is ChargeState.PROCESSING
            return AttemptState.PROCESSING if processing else AttemptState.FAILED
