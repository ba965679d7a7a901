"""What Casella needs of a payment provider, in our words: hosted pages, charges by a mandate, refunds, disputes, signed
events.

A second provider is a second class behind this protocol; nothing else in the room knows whose API it is.
"""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.kit.money import Money
from services.payments.domain.mandates import Grant
from services.payments.provider.charges import Charge, ChargeOrder
from services.payments.provider.disputes import ProviderDispute
from services.payments.provider.events import Event
from services.payments.provider.pages import Page, PageOrder, SetupOrder
from services.payments.provider.refunds import ProviderRefund


class PaymentProvider(Protocol):
    """Every call may raise `ProviderUnavailableError`."""

    name: str
    """The source's name in the ledger, for example `stripe`."""

    async def create_page(self, order: PageOrder, idempotency_key: str) -> Page:
        """Make a hosted page; the key is written down before the call, so that a repeat makes no second page."""
        ...

    async def create_setup_page(self, order: SetupOrder, idempotency_key: str) -> Page:
        """Make a hosted page that takes no money; as `create_page`."""
        ...

    async def create_charge(self, order: ChargeOrder, idempotency_key: str) -> Charge:
        """Make a charge by a mandate; it moves no money before it is confirmed.

        Raises:
            ChargeRefusedError: The mandate's ids are unknown there.
        """
        ...

    async def confirm_charge(self, charge_id: str, idempotency_key: str) -> Charge:
        """Take the money of a charge that is ready, without the customer; tells how it stands then, refused or not.

        The provider confirms a charge once, whatever the key: who gets no answer looks at the charge before a retry.
        """
        ...

    async def cancel_charge(self, charge_id: str) -> Charge:
        """End a charge that has not taken its money, and tell how it stands then: it may have been faster."""
        ...

    async def charge(self, charge_id: str) -> Charge | None:
        """Look at a charge or a page's payment; None when the provider does not know it."""
        ...

    async def release(self, grant: Grant) -> None:
        """Make sure that nobody can charge a payment method any more, whether or not somebody could."""
        ...

    async def revoked_method(self, event: Event) -> str | None:
        """The payment method that can no longer be charged, where that is what an event is about."""
        ...

    async def page(self, page_id: str) -> Page | None:
        """Look at a page and its payment; None when the provider does not know it."""
        ...

    async def page_of_charge(self, charge_id: str) -> Page | None:
        """The page on which a payment was made; None for a payment made elsewhere."""
        ...

    async def expire_page(self, page_id: str) -> Page:
        """End a page if it is open, and tell how it stands then: complete means that the customer was faster."""
        ...

    async def refund(
        self, charge_id: str, amount: Money, refund_id: UUID, attempt: int, idempotency_key: str
    ) -> ProviderRefund:
        """Give money of a payment back; the key is written down before the call.

        Raises:
            RefundRefusedError: The provider refuses it for good.
        """
        ...

    async def refunds_of(self, charge_id: str) -> list[ProviderRefund]:
        """All refunds of a payment, ours and those made elsewhere, oldest first."""
        ...

    async def dispute(self, dispute_id: str) -> ProviderDispute | None:
        """Look at a dispute; None when the provider does not know it, or it is over no payment of this kind."""
        ...

    def verify(self, body: bytes, signature: str) -> Event:
        """Check a delivered event.

        Raises:
            BadSignatureError: Not signed with our secret, or more than 300 seconds ago or ahead.
            UnreadableEventError: Signed, and no event.
            ForeignEventError: Of another mode or API version.
        """
        ...

    async def undelivered(self, since: datetime) -> list[Event]:
        """Events that were not taken by our endpoint, oldest first."""
        ...

    async def events_since(self, since: datetime) -> list[Event]:
        """All events of the time since an instant, taken or not, oldest first; the provider keeps them for 30 days."""
        ...

    async def pages_since(self, since: datetime) -> list[Page]:
        """The pages made since an instant, with their payments, oldest first."""
        ...

    async def charges_since(self, since: datetime) -> list[Charge]:
        """The payments made since an instant, on pages and by a mandate, oldest first."""
        ...

    async def refunds_since(self, since: datetime) -> list[ProviderRefund]:
        """The refunds made since an instant, ours and those made elsewhere, oldest first."""
        ...

    async def close(self) -> None:
        """End the connections."""
        ...
