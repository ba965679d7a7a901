"""Disputes, with the balance transactions by which Stripe withdraws and gives back their money."""

from services.payments.provider.disputes import ProviderDispute
from services.payments.provider.stripe_account import StripeAccount, UnknownObjectError, asked
from services.payments.provider.stripe_objects import dispute_of


class StripeDisputes(StripeAccount):
    """Disputes of one account."""

    async def dispute(self, dispute_id: str) -> ProviderDispute | None:
        """The Dispute, which carries its balance transactions."""
        try:
            found = await asked(self._client.v1.disputes.retrieve_async(dispute_id))
        except UnknownObjectError:
            return None
        return dispute_of(found.to_dict())
