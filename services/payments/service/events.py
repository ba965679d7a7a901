"""How the provider's events are taken in: as triggers, once each, however they come."""

from datetime import datetime, timedelta

from services.kit.clock import Clock
from services.kit.database import Database
from services.payments.errors import ProviderUnavailable, WebhookNotOurs, WebhookSignature, WebhookUnreadable
from services.payments.provider.charges import Charge
from services.payments.provider.contract import PaymentProvider
from services.payments.provider.errors import (
    BadSignatureError,
    ForeignEventError,
    ProviderUnavailableError,
    UnreadableEventError,
)
from services.payments.provider.events import Event
from services.payments.provider.pages import Page
from services.payments.service.disputes import Disputes
from services.payments.service.pages import Pages, Revoked
from services.payments.service.refund_sending import RefundSending
from services.payments.store import events, watching

KEPT_BY_PROVIDER = timedelta(days=30)
"""How far back Stripe lists events."""
_ASK_AGAIN = timedelta(seconds=5)


class Events:
    """Webhooks, and the events that never arrived."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        provider: PaymentProvider,
        pages: Pages,
        refunds: RefundSending,
        disputes: Disputes,
    ) -> None:
        """Take the parts of the room."""
        self._database = database
        self._clock = clock
        self._provider = provider
        self._pages = pages
        self._refunds = refunds
        self._disputes = disputes

    async def handle(self, body: bytes, signature: str) -> bool:
        """Take a webhook in.

        Returns:
            Whether it had been taken in before.

        Raises:
            WebhookSignature: Not signed with our secret, or more than 300 seconds ago or ahead.
            WebhookUnreadable: Signed, and no event.
            WebhookNotOurs: Of another mode, API version or account.
            ProviderUnavailable: The object cannot be fetched now; the provider will deliver the event again.
        """
        try:
            event = self._provider.verify(body, signature)
        except BadSignatureError:
            raise WebhookSignature from None
        except UnreadableEventError:
            raise WebhookUnreadable from None
        except ForeignEventError:
            raise WebhookNotOurs from None
        return not await self._take_in(event)

    async def fetch_missed(self) -> int:
        """Take in what the provider holds as undelivered.

        Returns:
            How many events had not arrived.

        Raises:
            ProviderUnavailable: The provider does not answer; what was taken in before stays so.
        """
        try:
            missed = await self._provider.undelivered(self._clock.now() - KEPT_BY_PROVIDER)
        except ProviderUnavailableError as error:
            raise ProviderUnavailable(retry_after=_ASK_AGAIN) from error
        taken = 0
        for event in missed:
            taken += await self._take_in(event)
        async with self._database.single() as conn:
            await watching.succeeded(conn, "payment_events", self._clock.now())
        return taken

    async def read_back(self, since: datetime) -> int:
        """Take in what happened since an instant, taken in before or not, as far back as the provider tells.

        Returns:
            How many events are new to the rows.

        Raises:
            ProviderUnavailable: The provider does not answer; what was taken in before stays so.
        """
        try:
            told = await self._provider.events_since(max(since, self._clock.now() - KEPT_BY_PROVIDER))
        except ProviderUnavailableError as error:
            raise ProviderUnavailable(retry_after=_ASK_AGAIN) from error
        taken = 0
        for event in told:
            taken += await self._take_in(event)
        return taken

    async def _take_in(self, event: Event) -> bool:
        async with self._database.reading() as conn:
            if await events.known(conn, event.event_id):
                return False  # spares the provider a question; the insert below decides
        if event.refunded_charge_id is not None:
            return await self._take_in_refunds(event, event.refunded_charge_id)
        if event.dispute_id is not None:
            return await self._take_in_dispute(event, event.dispute_id)
        try:
            return await self._pages.apply_event(self._provider.name, event, await self._told_of(event))
        except ProviderUnavailableError as error:
            raise ProviderUnavailable(retry_after=_ASK_AGAIN) from error

    async def _take_in_refunds(self, event: Event, charge_id: str) -> bool:
        try:
            told = await self._provider.refunds_of(charge_id)
        except ProviderUnavailableError as error:
            raise ProviderUnavailable(retry_after=_ASK_AGAIN) from error
        return await self._refunds.apply_event(self._provider.name, event, told)

    async def _take_in_dispute(self, event: Event, dispute_id: str) -> bool:
        """Take the dispute in; its payment first, where the events of that have not arrived."""
        try:
            told = await self._provider.dispute(dispute_id)
            if told is not None and not await self._disputes.paid_here(told.charge_id):
                match await self._payment(told.charge_id):
                    case Page() as page:
                        await self._pages.apply(page)
                    case Charge() as charge:
                        await self._pages.apply_charge(charge)
        except ProviderUnavailableError as error:
            raise ProviderUnavailable(retry_after=_ASK_AGAIN) from error
        return await self._disputes.apply_event(self._provider.name, event, told)

    async def _told_of(self, event: Event) -> Page | Charge | Revoked | None:
        """What the provider says, when asked, of what an event is about."""
        if event.page_id is not None:
            return await self._provider.page(event.page_id)
        if event.charge_id is not None:
            return await self._payment(event.charge_id)
        revoked = await self._provider.revoked_method(event)
        return None if revoked is None else Revoked(revoked)

    async def _payment(self, charge_id: str) -> Page | Charge | None:
        """What the provider says of a payment: by a mandate, or on a page."""
        charge = await self._provider.charge(charge_id)
        by_mandate = charge is not None and charge.attempt is not None
        return charge if by_mandate else await self._provider.page_of_charge(charge_id)
