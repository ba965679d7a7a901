"""How Stripe's objects look in our words, and what we write into them. Nothing here calls Stripe."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.kit.causes import Cause, OrderCause, PeriodCause
from services.kit.money import Money
from services.payments.domain.disputes import DisputeState
from services.payments.domain.mandates import Grant
from services.payments.domain.payment_requests import ChargeRefusal
from services.payments.provider.charges import Charge, ChargeState
from services.payments.provider.disputes import DisputeMovement, ProviderDispute
from services.payments.provider.errors import ProviderUnavailableError
from services.payments.provider.events import Event
from services.payments.provider.pages import Page, PageState
from services.payments.provider.refunds import ProviderRefund, RefundProgress

# What we subscribe to and know what to do with; anything else is taken in and changes nothing.
EVENT_TYPES = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "payment_intent.processing",
    "payment_intent.canceled",
    "payment_intent.requires_action",
    "setup_intent.succeeded",
    "mandate.updated",
    "payment_method.detached",
    "charge.refunded",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
)
REFUSALS = {
    "authentication_required": ChargeRefusal.AUTHENTICATION,
    "payment_intent_mandate_invalid": ChargeRefusal.MANDATE_GONE,
    "setup_intent_mandate_invalid": ChargeRefusal.MANDATE_GONE,
    "payment_method_unactivated": ChargeRefusal.MANDATE_GONE,
}
"""Stripe's codes that a further try would not change; any other one is a declined charge."""
_DISPUTE_STATES = {
    "warning_needs_response": DisputeState.INQUIRY,
    "warning_under_review": DisputeState.INQUIRY,
    "warning_closed": DisputeState.ENDED,
    "prevented": DisputeState.ENDED,
    "needs_response": DisputeState.NEEDS_RESPONSE,
    "under_review": DisputeState.UNDER_REVIEW,
    "won": DisputeState.WON,
    "lost": DisputeState.LOST,
}
LATER_USE = "off_session"
"""Stripe's word for the use of a payment method without the customer."""
OFF_SESSION = "off_session"
"""Our mark of a charge that was made without a page."""
BY_MANDATE = ["paypal"]
"""Card and PayPal could both be charged later; PayPal is what we offer for that."""
_NAME = re.compile(r"[!-~]{1,255}")


def marks_of(cause: Cause) -> dict[str, str]:
    """What we write into the metadata about what is paid; the dashboard shows it beside the payment."""
    match cause:
        case OrderCause():
            return {"order_id": str(cause.key)}
        case PeriodCause():
            return {
                "period_id": str(cause.key),
                "subscription_id": str(cause.subscription_id),
                "period_number": str(cause.number),
            }


def page_of(session: dict[str, Any]) -> Page:
    """A Checkout Session."""
    intent = session.get("payment_intent")
    marks = session.get("metadata")
    return Page(
        page_id=session["id"],
        state=PageState(session["status"]),
        url=session.get("url") or "",
        expires_at=_instant(session["expires_at"]),
        request_id=_uuid(marks, "payment_request_id"),
        attempt=_attempt(marks),
        charge=charge_of(intent) if isinstance(intent, dict) else None,
        setup_id=_uuid(marks, "setup_id"),
        grant=_grant(intent if isinstance(intent, dict) else session.get("setup_intent")),
    )


def _grant(intent: Any) -> Grant | None:
    """What a succeeded PaymentIntent or SetupIntent authorises; None where it authorises nothing for later."""
    if not isinstance(intent, dict) or intent.get("status") != "succeeded":
        return None
    if intent.get("object") == "payment_intent" and not _for_later(intent):
        return None
    customer, method = id_of(intent.get("customer")), id_of(intent.get("payment_method"))
    charge = intent.get("latest_charge")
    paid_by = (charge.get("payment_method_details") or {}).get("paypal") or {} if isinstance(charge, dict) else {}
    mandate = id_of(intent.get("mandate") or paid_by.get("mandate"))
    return Grant(customer, method, mandate) if customer and method else None


def _for_later(intent: dict[str, Any]) -> bool:
    options = (intent.get("payment_method_options") or {}).get("paypal") or {}
    return LATER_USE in (intent.get("setup_future_usage"), options.get("setup_future_usage"))


def id_of(thing: Any) -> str | None:
    """An object's id, whether or not it was expanded."""
    found = thing.get("id") if isinstance(thing, dict) else thing
    return str(found) if found else None


def charge_of(intent: dict[str, Any]) -> Charge:
    """A PaymentIntent."""
    match intent["status"]:
        case "succeeded":
            state = ChargeState.SUCCEEDED
        case "processing" | "requires_capture":
            state = ChargeState.PROCESSING
        case "requires_confirmation":
            state = ChargeState.READY
        case _:
            state = ChargeState.NONE
    marks = intent.get("metadata") or {}
    charge = intent.get("latest_charge")
    charged = charge["created"] if isinstance(charge, dict) else intent["created"]
    return Charge(
        charge_id=intent["id"],
        state=state,
        received=_money(intent.get("amount_received") or 0, intent["currency"]),
        request_id=_uuid(intent.get("metadata"), "payment_request_id"),
        cause_key=_uuid(intent.get("metadata"), "order_id") or _uuid(intent.get("metadata"), "period_id"),
        charged_at=_instant(charged) if state is ChargeState.SUCCEEDED else None,
        attempt=_attempt(marks) if marks.get(OFF_SESSION) else None,
        refusal=_refusal(intent) if state is ChargeState.NONE else None,
    )


def _refusal(intent: dict[str, Any]) -> ChargeRefusal | None:
    """Why a PaymentIntent was not paid, as it tells it."""
    if intent["status"] == "requires_action":
        return ChargeRefusal.AUTHENTICATION
    error = intent.get("last_payment_error")
    if isinstance(error, dict):
        return REFUSALS.get(str(error.get("code")), ChargeRefusal.DECLINED)
    return None if intent["status"] == "canceled" else ChargeRefusal.DECLINED


def refund_of(refund: dict[str, Any]) -> ProviderRefund:
    """A Refund."""
    match refund["status"]:
        case "succeeded":
            progress = RefundProgress.SUCCEEDED
        case "failed" | "canceled":
            progress = RefundProgress.FAILED
        case _:
            progress = RefundProgress.PENDING
    failed = progress is RefundProgress.FAILED
    return ProviderRefund(
        provider_ref=refund["id"],
        charge_id=str(refund["payment_intent"]),
        progress=progress,
        amount=_money(refund["amount"], refund["currency"]),
        failure=(refund.get("failure_reason") or refund["status"]) if failed else "",
        refund_id=_uuid(refund.get("metadata"), "refund_id"),
        attempt=_attempt(refund.get("metadata")),
        made_at=_instant(refund["created"]),
    )


def dispute_of(dispute: dict[str, Any]) -> ProviderDispute | None:
    """A Dispute; None where it is over a charge without a PaymentIntent, which is none of ours."""
    charge_id = id_of(dispute.get("payment_intent"))
    if charge_id is None:
        return None
    state = _DISPUTE_STATES.get(dispute["status"])
    if state is None:
        raise ProviderUnavailableError("the provider tells a state of a dispute that is not known here")
    due = (dispute.get("evidence_details") or {}).get("due_by")
    return ProviderDispute(
        provider_ref=dispute["id"],
        charge_id=charge_id,
        state=state,
        reason=str(dispute["reason"]),
        amount=_money(dispute["amount"], dispute["currency"]),
        evidence_by=_instant(due) if due and not state.closed else None,
        opened_at=_instant(dispute["created"]),
        movements=[
            DisputeMovement(
                provider_ref=each["id"],
                amount=_money(each["amount"], each["currency"]),
                fee=_money(each["fee"], each["currency"]),
                made_at=_instant(each["created"]),
            )
            for each in dispute["balance_transactions"]
        ],
    )


def event_of(event: dict[str, Any]) -> Event:
    """An Event.

    Raises:
        ValueError: It has a name that cannot be kept.
        KeyError: It is no event.
    """
    subject = event["data"]["object"]
    kind, number = str(event["type"]), subject.get("id")
    refunded = _refunded(subject)
    if not all(_NAME.fullmatch(str(name)) for name in (event["id"], kind, number, refunded or number)):
        raise ValueError("the event has a name that cannot be kept")
    return Event(
        event_id=str(event["id"]),
        kind=kind,
        page_id=str(number) if subject.get("object") == "checkout.session" else None,
        charge_id=str(number) if subject.get("object") == "payment_intent" else None,
        refunded_charge_id=refunded,
        created_at=_instant(event["created"]),
        method_id=str(number) if subject.get("object") == "payment_method" else None,
        mandate_id=str(number) if subject.get("object") == "mandate" else None,
        dispute_id=str(number) if subject.get("object") == "dispute" else None,
    )


def _refunded(subject: dict[str, Any]) -> str | None:
    """The PaymentIntent of which a refund or a refunded charge tells; charges of other kinds have none."""
    if subject.get("object") not in {"refund", "charge"} or not subject.get("payment_intent"):
        return None
    return str(subject["payment_intent"])


def _uuid(marks: Any, name: str) -> UUID | None:
    """An id that we once wrote into the metadata; anybody else's text is no id of ours."""
    try:
        return UUID(str((marks or {})[name]))
    except (KeyError, ValueError):
        return None


def _money(minor: Any, currency: Any) -> Money:
    return Money(int(minor), str(currency).upper())


def _attempt(marks: Any) -> int | None:
    number = str((marks or {}).get("attempt", ""))
    return int(number) if number.isascii() and number.isdigit() else None


def _instant(seconds: Any) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)
