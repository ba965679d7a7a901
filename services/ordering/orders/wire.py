"""How orders look in protobuf."""

from casella.common.v1 import common_pb2
from casella.ordering.v1 import ordering_pb2
from services.kit.context import owner_filter
from services.kit.wire import to_date, to_duration, to_language, to_timestamp
from services.ordering.domain.consent import Consent
from services.ordering.enums import METHODS, STATES, TAX_DECISIONS, TREATMENTS
from services.ordering.orders.advancing import Advanced, Next
from services.ordering.orders.rows import OrderRow
from services.ordering.pricing.wire import line_messages, quote_message
from services.ordering.profiles.wire import party_message
from services.ordering.wire import totals_message

_NEXTS = {
    Next.WAIT: ordering_pb2.ORDER_NEXT_WAIT,
    Next.EXPIRY_DUE: ordering_pb2.ORDER_NEXT_EXPIRY_DUE,
    Next.CANCEL_REQUESTED: ordering_pb2.ORDER_NEXT_CANCEL_REQUESTED,
    Next.NOT_OPEN: ordering_pb2.ORDER_NEXT_NOT_OPEN,
}


def order_message(order: OrderRow) -> ordering_pb2.Order:
    """An order; the copy of the billing profile only for those who are not the customer."""
    message = ordering_pb2.Order(
        order_id=str(order.order_id),
        account_id=str(order.account_id),
        state=STATES[order.state],
        quote=quote_message(order.frozen),
        payment_method=METHODS[order.payment_method],
        placed_at=to_timestamp(order.placed_at),
        cancel_requested=order.cancel_requested_at is not None and order.ended_at is None,
        payment_request_id=str(order.payment_request_id or ""),
        proforma_id=str(order.proforma_id or ""),
        proforma_number=order.proforma_number or "",
        invoice_id=str(order.invoice_id or ""),
        vat_check_id=str(order.vat_check_id or ""),
        business_proof_id=str(order.business_proof_id or ""),
        language=to_language(order.language),
        party=party_message(order.party) if owner_filter() is None else None,
        hold_until=to_timestamp(order.hold_until),
    )
    if order.tax_treatment is not None:
        message.tax_treatment = TREATMENTS[order.tax_treatment]
        message.totals.CopyFrom(totals_message(order.quote.totals_of(order.tax_treatment)))
        message.lines.extend(line_messages(order.quote, order.tax_treatment, order.language))
    if order.tax_decision is not None:
        message.tax_decision = TAX_DECISIONS[order.tax_decision]
    for name in ("expires_at", "ended_at", "unlocked_at", "fulfilled_at", "withdrawal_until", "tax_settled_at"):
        instant = getattr(order, name)
        if instant is not None:
            getattr(message, name).CopyFrom(to_timestamp(instant))
    if order.period is not None:
        message.period_start.CopyFrom(to_date(order.period.first))
        message.period_end.CopyFrom(to_date(order.period.last))
    if order.available_on is not None:
        message.available_on.CopyFrom(to_date(order.available_on))
    return message


def advanced_message(advanced: Advanced, *, erased: bool) -> ordering_pb2.AdvanceOrderResponse:
    """What comes next on an order."""
    return ordering_pb2.AdvanceOrderResponse(
        state=STATES[advanced.state],
        next=_NEXTS[advanced.next],
        due=advanced.due,
        wait=to_duration(advanced.wait) if advanced.wait is not None else None,
        due_at=to_timestamp(advanced.due_at) if advanced.due_at is not None else None,
        skipped=advanced.skipped,
        expires_at=to_timestamp(advanced.expires_at) if advanced.expires_at is not None else None,
        erased=erased,
        sent=advanced.sent,
        facts_wanted=advanced.facts_wanted,
    )


def consent_from(message: ordering_pb2.OrderConsent) -> Consent:
    """What the customer saw and pressed; its fields are already checked."""
    return Consent(
        button_label=message.button_label,
        language="en" if message.language == common_pb2.LANGUAGE_EN else "it",
        terms_hash=message.terms_hash,
        quote_hash=message.quote_hash,
        ip=message.client.ip,
        user_agent=message.client.user_agent,
        start_at_once=message.start_at_once,
        withdrawal_information_shown=message.withdrawal_information_shown,
    )
