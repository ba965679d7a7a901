"""Which parameters the simulator knows; any other is refused, as Stripe does, so that a removed one is noticed."""

import re
from typing import Any

from deploy.local.stripe.refusals import invalid

_CREATE = {
    "adaptive_pricing", "allowed_payment_method_types", "cancel_url", "client_reference_id", "customer_creation",
    "expand", "expires_at", "line_items", "locale", "metadata", "mode", "payment_intent_data", "payment_method_options",
    "submit_type", "success_url",
}  # fmt: skip
_SET_UP = {
    "allowed_payment_method_types", "cancel_url", "client_reference_id", "currency", "customer_creation", "expand",
    "expires_at", "locale", "metadata", "mode", "setup_intent_data", "success_url",
}  # fmt: skip
_INTENT = {
    "allowed_payment_method_types", "amount", "currency", "customer", "description", "expand", "metadata",
    "payment_method",
}  # fmt: skip
_CONFIRM = {"expand", "off_session", "payment_method"}
_REFUND = {"amount", "expand", "metadata", "payment_intent", "reason"}
_REFUND_REASONS = {"duplicate", "fraudulent", "requested_by_customer"}
_INTENT_DATA = {"description", "metadata"}
_CURRENCY = re.compile(r"[a-z]{3}")
_METHODS = {"card", "paypal"}


def check_session(params: dict[str, Any]) -> None:
    """Refuse what a Checkout Session of mode `payment` or `setup` cannot be made from.

    Raises:
        Refusal: With the parameter's name.
    """
    if params.get("mode") not in {"payment", "setup"}:
        raise invalid("Only mode=payment and mode=setup are simulated.", "parameter_invalid", "mode")
    setup = params["mode"] == "setup"
    _known(params, _SET_UP if setup else _CREATE, "")
    _known(params.get("payment_intent_data", {}), _INTENT_DATA, "payment_intent_data")
    _known(params.get("setup_intent_data", {}), _INTENT_DATA, "setup_intent_data")
    _check_options(params)
    if not params.get("success_url"):
        raise invalid("Missing required param: success_url.", "parameter_missing", "success_url")
    if not set(params.get("allowed_payment_method_types", [])) <= _METHODS:
        raise invalid("Unknown payment method type.", "parameter_invalid", "allowed_payment_method_types")
    if setup:
        return
    items = params.get("line_items")
    if not isinstance(items, list) or len(items) != 1:
        raise invalid("Exactly one line item is simulated.", "parameter_invalid", "line_items")
    _check_price(items[0].get("price_data"))


def check_intent(params: dict[str, Any]) -> None:
    """Refuse what a PaymentIntent of a stored payment method cannot be made from.

    Raises:
        Refusal: With the parameter's name.
    """
    _known(params, _INTENT, "")
    for name in ("customer", "payment_method"):
        if not params.get(name):
            raise invalid(f"Missing required param: {name}.", "parameter_missing", name)
    _check_price({"unit_amount": params.get("amount"), "currency": params.get("currency")})


def check_confirmation(params: dict[str, Any]) -> None:
    """Refuse another confirmation than one without the customer.

    Raises:
        Refusal: With the parameter's name.
    """
    _known(params, _CONFIRM, "")
    if params.get("off_session", "").lower() != "true":
        raise invalid("Only off_session=true is simulated.", "parameter_invalid", "off_session")


def check_refund(params: dict[str, Any]) -> None:
    """Refuse what a Refund cannot be made from.

    Raises:
        Refusal: With the parameter's name.
    """
    _known(params, _REFUND, "")
    if not params.get("payment_intent"):
        raise invalid("Missing required param: payment_intent.", "parameter_missing", "payment_intent")
    amount = str(params.get("amount", "1"))
    if not amount.isdigit() or int(amount) < 1:
        raise invalid("Invalid positive integer.", "parameter_invalid_integer", "amount")
    if params.get("reason", "duplicate") not in _REFUND_REASONS:
        raise invalid("Invalid reason.", "parameter_invalid", "reason")


def _check_options(params: dict[str, Any]) -> None:
    """Future usage is PayPal's option, and goes with a customer."""
    options = params.get("payment_method_options", {})
    _known(options, {"paypal"}, "payment_method_options")
    _known(options.get("paypal", {}), {"setup_future_usage"}, "payment_method_options[paypal]")
    if options and params.get("customer_creation") != "always":
        raise invalid("Future usage needs a customer.", "parameter_missing", "customer_creation")


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
