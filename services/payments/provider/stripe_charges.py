"""PaymentIntents without the customer, and the mandates by which they are made."""

import contextlib
from dataclasses import replace
from datetime import datetime

from services.payments.domain.mandates import Grant
from services.payments.domain.payment_requests import ChargeRefusal
from services.payments.provider.charges import Charge, ChargeOrder, ChargeState
from services.payments.provider.errors import ChargeRefusedError, ProviderUnavailableError
from services.payments.provider.events import Event
from services.payments.provider.stripe_account import (
    DeclinedError,
    RefusedRequestError,
    StripeAccount,
    UnknownObjectError,
    asked,
)
from services.payments.provider.stripe_objects import BY_MANDATE, OFF_SESSION, REFUSALS, charge_of, id_of, marks_of

_EXPAND = ["latest_charge"]
_GONE_METHODS = {"payment_method_unexpected_state", "payment_method_not_available", "resource_missing"}


class StripeCharges(StripeAccount):
    """PaymentIntents and payment methods of one account."""

    async def create_charge(self, order: ChargeOrder, idempotency_key: str) -> Charge:
        """A PaymentIntent with the mandate's customer and payment method, not confirmed."""
        marks = {
            "payment_request_id": str(order.request_id),
            **marks_of(order.cause),
            "attempt": str(order.attempt),
            OFF_SESSION: "yes",
        }
        try:
            intent = await asked(
                self._client.v1.payment_intents.create_async(
                    {
                        "amount": order.amount.minor,
                        "currency": order.amount.currency.lower(),
                        "customer": order.grant.customer_ref,
                        "payment_method": order.grant.method_ref,
                        "allowed_payment_method_types": BY_MANDATE,
                        "description": order.title,
                        "metadata": marks,
                    },
                    {"idempotency_key": idempotency_key},
                )
            )
        except UnknownObjectError:
            raise ChargeRefusedError(ChargeRefusal.MANDATE_GONE) from None
        except RefusedRequestError as error:
            if error.code in _GONE_METHODS:
                raise ChargeRefusedError(ChargeRefusal.MANDATE_GONE) from None
            raise
        return charge_of(intent.to_dict())

    async def charges_since(self, since: datetime) -> list[Charge]:
        """The PaymentIntents."""
        expand = {"expand": [f"data.{path}" for path in _EXPAND]}
        listed = await self.listed(self._client.v1.payment_intents.list_async, since, expand)
        return [charge_of(item) for item in listed]

    async def confirm_charge(self, charge_id: str, idempotency_key: str) -> Charge:
        """Confirm off-session, then look: what the PaymentIntent says counts, not the answer."""
        refusal = None
        try:
            await asked(
                self._client.v1.payment_intents.confirm_async(
                    charge_id, {"off_session": True}, {"idempotency_key": idempotency_key}
                )
            )
        except DeclinedError as error:
            refusal = error.refusal
        except RefusedRequestError as error:
            refusal = REFUSALS.get(error.code)  # else: not ready any more, the look says what it became
        charge = await self._made(charge_id)
        if refusal is None or charge.state not in {ChargeState.NONE, ChargeState.READY}:
            return charge
        return replace(charge, state=ChargeState.NONE, refusal=charge.refusal or refusal)

    async def cancel_charge(self, charge_id: str) -> Charge:
        """Cancel; one that has succeeded or is processing is told as it is."""
        with contextlib.suppress(RefusedRequestError):
            await asked(self._client.v1.payment_intents.cancel_async(charge_id))
        return await self._made(charge_id)

    async def charge(self, charge_id: str) -> Charge | None:
        """The PaymentIntent."""
        try:
            intent = await asked(self._client.v1.payment_intents.retrieve_async(charge_id, {"expand": _EXPAND}))
        except UnknownObjectError:
            return None
        return charge_of(intent.to_dict())

    async def _made(self, charge_id: str) -> Charge:
        """How a charge stands that Stripe has made, and so must know."""
        charge = await self.charge(charge_id)
        if charge is None:
            raise ProviderUnavailableError("the provider does not know a charge that it made")
        return charge

    async def release(self, grant: Grant) -> None:
        """Detach the payment method from its customer; one that is detached already is refused, and stays so."""
        with contextlib.suppress(RefusedRequestError):
            await asked(self._client.v1.payment_methods.detach_async(grant.method_ref))

    async def revoked_method(self, event: Event) -> str | None:
        """The payment method of an inactive mandate, or one that is attached to no customer any more."""
        try:
            if event.mandate_id is not None:
                mandate = (await asked(self._client.v1.mandates.retrieve_async(event.mandate_id))).to_dict()
                return id_of(mandate.get("payment_method")) if mandate.get("status") == "inactive" else None
            if event.method_id is not None:
                method = (await asked(self._client.v1.payment_methods.retrieve_async(event.method_id))).to_dict()
                return None if method.get("customer") else event.method_id
        except UnknownObjectError:
            return event.method_id
        return None
