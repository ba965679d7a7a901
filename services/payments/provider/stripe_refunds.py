"""Refunds of PaymentIntents."""

from datetime import datetime
from uuid import UUID

from services.kit.money import Money
from services.payments.provider.errors import RefundRefusedError
from services.payments.provider.refunds import ProviderRefund
from services.payments.provider.stripe_account import LARGEST_PAGE, RefusedRequestError, StripeAccount, asked
from services.payments.provider.stripe_objects import refund_of


class StripeRefunds(StripeAccount):
    """Refunds of one account."""

    async def refund(
        self, charge_id: str, amount: Money, refund_id: UUID, attempt: int, idempotency_key: str
    ) -> ProviderRefund:
        """A Refund of the PaymentIntent; Stripe refuses more than is left of it."""
        marks = {"refund_id": str(refund_id), "attempt": str(attempt)}
        try:
            made = await asked(
                self._client.v1.refunds.create_async(
                    {
                        "payment_intent": charge_id,
                        "amount": amount.minor,
                        "reason": "requested_by_customer",
                        "metadata": marks,
                    },
                    {"idempotency_key": idempotency_key},
                )
            )
        except RefusedRequestError as error:
            raise RefundRefusedError(error.code or "refused") from None
        return refund_of(made.to_dict())

    async def refunds_since(self, since: datetime) -> list[ProviderRefund]:
        """The Refunds of all PaymentIntents; those of other charges are none of ours."""
        listed = await self.listed(self._client.v1.refunds.list_async, since, {})
        return [refund_of(item) for item in listed if item.get("payment_intent")]

    async def refunds_of(self, charge_id: str) -> list[ProviderRefund]:
        """The Refunds of a PaymentIntent; it has at most a hundred that this reads."""
        listed = await asked(self._client.v1.refunds.list_async({"payment_intent": charge_id, "limit": LARGEST_PAGE}))
        return [refund_of(item.to_dict()) for item in listed.data][::-1]
