"""Which parameters the simulator knows; any other is refused, as Stripe does, so that a removed one is noticed."""

import re
from typing import Any

from deploy.local.stripe.refusals import invalid

_CREATE = {
    "adaptive_pricing", "allowed_payment_method_types", "cancel_url", "client_reference_id", "expand", "expires_at",
    "line_items", "locale", "metadata", "mode", "payment_intent_data", "submit_type", "success_url",
}  # fmt: skip
_INTENT_DATA = {"description", "metadata"}
_CURRENCY = re.compile(r"[a-z]{3}")
_METHODS = {"card", "paypal"}


def check_session(params: dict[str, Any]) -> None:
    """Refuse what a Checkout Session of mode `payment` cannot be made from.

    Raises:
        Refusal: With the parameter's name.
    """
    _known(params, _CREATE, "")
    _known(params.get("payment_intent_data", {}), _INTENT_DATA, "payment_intent_data")
    if params.get("mode") != "payment":
        raise invalid("Only mode=payment is simulated.", "parameter_invalid", "mode")
    if not params.get("success_url"):
        raise invalid("Missing required param: success_url.", "parameter_missing", "success_url")
    if not set(params.get("allowed_payment_method_types", [])) <= _METHODS:
        raise invalid("Unknown payment method type.", "parameter_invalid", "allowed_payment_method_types")
    items = params.get("line_items")
    if not isinstance(items, list) or len(items) != 1:
        raise invalid("Exactly one line item is simulated.", "parameter_invalid", "line_items")
    _check_price(items[0].get("price_data"))


def _check_price(price: object) -> None:
    if not isinstance(price, dict):
        raise invalid("Missing required param: price_data.", "parameter_missing", "line_items[0][price_data]")
    amount, currency = str(price.get("unit_amount", "")), str(price.get("currency", ""))
    if not amount.isdigit() or int(amount) < 1:
        raise invalid("Invalid positive integer.", "parameter_invalid_integer", "unit_amount")
    if not _CURRENCY.fullmatch(currency):
        raise invalid("Invalid currency.", "parameter_invalid", "currency")


def _known(params: object, names: set[str], prefix: str) -> None:
    if not isinstance(params, dict):
        raise invalid("Invalid object.", "parameter_invalid", prefix)
    for name in params:
        if name not in names:
            shown = f"{prefix}[{name}]" if prefix else name
            raise invalid(f"Received unknown parameter: {shown}", "parameter_unknown", shown)
