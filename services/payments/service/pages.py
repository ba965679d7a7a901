"""What a provider's answer about a hosted page or a charge changes here: the attempt, the request when the money is
there, and the mandate that the customer gave or took back. What came by a page for the rest is short by itself; it pays
with what had come before, as short transfers do, in a transaction of its own.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import outbox
from services.kit.calendar import rome_date
from services.kit.causes import Cause
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.erasing import is_erased
from services.kit.wakes import cause_wake
from services.payments.domain.mandates import DebitPolicy, Grant, MandateEnd, SetupState
from services.payments.domain.matching import QueueReason, fault_of
from services.payments.domain.payment_requests import AttemptState, ChargeRefusal, Method, PaymentRequest
from services.payments.domain.receipts import Receipt, Source
from services.payments.policy import TransferPolicy
from services.payments.provider.charges import Charge, ChargeState
from services.payments.provider.contract import PaymentProvider
from services.payments.provider.events import Event
from services.payments.provider.pages import Page, PageState
from services.payments.service.assigning import Assigning
from services.payments.store import attempts, debits, events, mandates, receipts, requests
from workflows import names


@dataclass(frozen=True, slots=True)
class Revoked:
    """A payment method that can no longer be charged."""

    method_ref: str


class _UnwantedGrantError(Exception):
    """An authorisation whose page had ended or whose account is erased: release it, and apply the rest without it."""

    def __init__(self, grant: Grant) -> None:
        super().__init__()
        self.grant = grant


class Pages:
    """Applies what the provider tells, whether an event or our own look asked for it."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        provider: PaymentProvider,
        policy: DebitPolicy,
        short: TransferPolicy,
        assigning: Assigning,
    ) -> None:
        """Take the parts of the room, when a refused charge is tried again, and what becomes of short money."""
        self._database = database
        self._clock = clock
        self._provider = provider
        self._policy = policy
        self._short = short
        self._assigning = assigning

    async def apply(self, page: Page) -> None:
        """Apply a page that we looked at ourselves.

        Raises:
            ProviderUnavailableError: What is not wanted cannot be released now; nothing is applied.
        """
        try:
            async with self._database.transaction() as conn:
                await self._apply(conn, page, self._clock.now())
        except _UnwantedGrantError as unwanted:
            await self._provider.release(unwanted.grant)
            await self.apply(replace(page, grant=None))
            return
        await self._pay_whole(page)

    async def apply_charge(self, charge: Charge) -> None:
        """Apply a charge by a mandate that we looked at ourselves."""
        async with self._database.transaction() as conn:
            await self._apply_charge(conn, charge, self._clock.now())

    async def refuse_charge(self, request_id: UUID, number: int, refusal: ChargeRefusal) -> None:
        """End a charge that could not even be made."""
        now = self._clock.now()
        async with self._database.transaction() as conn:
            if await attempts.give_up_charge(conn, request_id, number, AttemptState.FAILED):
                await self._refuse(conn, request_id, refusal, now)
                if refusal is ChargeRefusal.MANDATE_GONE:
                    request = await requests.by_id(conn, request_id)
                    if request is not None:
                        await mandates.end_of_account(conn, request.account_id, MandateEnd.PROVIDER, Method.ONLINE, now)

    async def apply_event(self, source: str, event: Event, told: Page | Charge | Revoked | None) -> bool:
        """Take an event in together with what it changes.

        Args:
            source: The provider's name.
            event: The trigger.
            told: What the provider answered when asked; None when the event is about nothing of ours.

        Returns:
            Whether the event is new.

        Raises:
            ProviderUnavailableError: What is not wanted cannot be released now; nothing is applied.
        """
        try:
            new = await self._apply_event(source, event, told)
        except _UnwantedGrantError as unwanted:
            if not isinstance(told, Page):
                raise
            await self._provider.release(unwanted.grant)
            new = await self._apply_event(source, event, replace(told, grant=None))
        if isinstance(told, Page):
            await self._pay_whole(told)
        return new

    async def _apply_event(self, source: str, event: Event, told: Page | Charge | Revoked | None) -> bool:
        now = self._clock.now()
        async with self._database.transaction() as conn:
            request_id = told.request_id if isinstance(told, Page | Charge) else None
            if not await events.take_in(conn, source, event, request_id, now):
                return False
            match told:
                case Page():
                    await self._apply(conn, told, now)
                case Charge():
                    await self._apply_charge(conn, told, now, wake=True)
                case Revoked():
                    await mandates.end_revoked(conn, told.method_ref, now)
        return True

    async def _pay_whole(self, page: Page) -> None:
        if page.request_id is not None and page.charge is not None and page.charge.state is ChargeState.SUCCEEDED:
            await self._assigning.pay_whole(page.request_id)

    async def _apply(self, conn: AsyncConnection, page: Page, now: datetime) -> None:
        if page.setup_id is not None:
            if page.grant is not None:
                setup = await mandates.setup(conn, page.setup_id)
                await _check_wanted(conn, page.grant, None if setup is None else setup.account_id)
            setup = await mandates.move_setup(conn, page.setup_id, page.page_id, page.url, _setup_state_of(page))
            if page.grant is not None:
                if setup is None or setup.state is not SetupState.DONE:
                    raise _UnwantedGrantError(page.grant)  # its page had ended
                await mandates.begin(conn, setup.account_id, page.grant, now)
        if page.request_id is None:
            return  # made by something else that uses the same account at the provider
        request = await requests.by_id(conn, page.request_id)
        if request is not None and page.grant is not None:
            await _check_wanted(conn, page.grant, request.account_id)
        charge = page.charge
        if charge is not None and charge.state is ChargeState.SUCCEEDED:
            await self._take_money(conn, charge, request, page.request_id, now)
        if request is not None and page.attempt is not None:
            charge_id = charge.charge_id if charge else None
            state = _state_of(page)
            await attempts.move(conn, request.request_id, page.attempt, page.page_id, page.url, state, charge_id)
        if request is not None and page.grant is not None:
            await mandates.begin(conn, request.account_id, page.grant, now)

    async def _apply_charge(self, conn: AsyncConnection, charge: Charge, now: datetime, *, wake: bool = False) -> None:
        """Apply a charge by a mandate; `wake` tells the workflow of a refusal that it did not ask for itself."""
        if charge.request_id is None or charge.attempt is None:
            return
        request = await requests.by_id(conn, charge.request_id)
        match charge.state:
            case ChargeState.SUCCEEDED:
                await self._take_money(conn, charge, request, charge.request_id, now)
                if await attempts.move_charge(conn, charge.request_id, charge.attempt, AttemptState.PAID):
                    await debits.charge_at(conn, charge.request_id, None)
            case ChargeState.NONE:
                mandate = await attempts.move_charge(conn, charge.request_id, charge.attempt, AttemptState.FAILED)
                if mandate is None:
                    return  # it had ended: told twice
                refusal = charge.refusal if await _stands(conn, mandate) else ChargeRefusal.MANDATE_GONE
                if refusal is None:  # cancelled by us, because another way of paying began
                    await debits.back_to_plan(conn, charge.request_id)
                    return
                cause = await self._refuse(conn, charge.request_id, refusal, now)
                if refusal is ChargeRefusal.MANDATE_GONE:
                    await mandates.end(conn, mandate, MandateEnd.PROVIDER, now)
                if wake and cause is not None:
                    await outbox.wake(conn, cause_wake(cause, names.DEBIT_CHANGED), now)
            case _:
                return

    async def _refuse(
        self, conn: AsyncConnection, request_id: UUID, refusal: ChargeRefusal, now: datetime
    ) -> Cause | None:
        request = await requests.by_id(conn, request_id)
        if request is None or request.debit is None:
            return None
        return await debits.refused(
            conn, request_id, refusal, self._policy.next_charge(request.debit, refusal, now), now
        )

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
            suggestions=(named,),  # restored rows may ask for that request again: then it is paid (`Assigning`)
            advance_days=self._short.advance_days,
        )
        same = request is not None and charge.request_id == named and charge.cause_key == request.cause.key
        if request is None or not same:
            # Marks that are not the ones we wrote: the money is kept, a person looks.
            await receipts.take_in(conn, receipt, None, QueueReason.UNKNOWN)
        else:
            fault = fault_of(receipt.amount, request.amount)
            await receipts.take_in(conn, receipt, request.request_id, fault)


async def _check_wanted(conn: AsyncConnection, grant: Grant, account_id: UUID | None) -> None:
    """Call it before anything else is locked: the erasure waits for it, and would then wait for us.

    Raises:
        _UnwantedGrantError: The account is erased, or gone with its page.
    """
    if account_id is None or await is_erased(conn, account_id):
        raise _UnwantedGrantError(grant)


async def _stands(conn: AsyncConnection, mandate_id: UUID) -> bool:
    mandate = await mandates.by_id(conn, mandate_id)
    return mandate is not None and mandate.active


def _setup_state_of(page: Page) -> SetupState:
    match page.state:
        case PageState.OPEN:
            return SetupState.OPEN
        case PageState.EXPIRED:
            return SetupState.EXPIRED
        case PageState.COMPLETE:
            return SetupState.DONE


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
