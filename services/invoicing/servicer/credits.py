"""Translates what shall be credited."""

from dataclasses import replace

from casella.invoicing.v1 import invoicing_pb2 as pb
from services.invoicing.domain.credits import CreditReason, RefundMethod, RefundPart, ServedDays
from services.invoicing.service.crediting import CreditOrder
from services.invoicing.servicer.answers import CREDIT_REASONS, REFUND_METHODS
from services.invoicing.servicer.requests import money_of
from services.kit.money import Money
from services.kit.validation import Violations

_LONGEST_TERM = 366


def credit_of(found: Violations, request: pb.IssueCreditNoteRequest, *, by_hand: bool) -> CreditOrder:
    """What shall be credited, every bad field noted."""
    order = CreditOrder(
        credit_id=found.uuid("credit_id", request.credit_id),
        invoice_id=found.uuid("invoice_id", request.invoice_id),
        reason=CREDIT_REASONS.chosen(found, "reason", request.reason, CreditReason.CORRECTION),
        gross=money_of(found, "gross", request.gross, least=1),
        cause_date=found.day("cause_date", request.cause_date),
        refund_method=REFUND_METHODS.wanted(found, "refund_method", request.refund_method),
        served=_served(found, request.served) if request.HasField("served") else None,
        by_hand=by_hand,
    )
    if by_hand and order.refund_method is RefundMethod.RETURNED:
        found.add("refund_method", "returned_by_no_hand")
    order = replace(order, remitted=_remitted(found, request, order))
    return replace(order, other_refund=_other(found, request, order)) if request.HasField("other_refund") else order


def _other(found: Violations, request: pb.IssueCreditNoteRequest, order: CreditOrder) -> RefundPart:
    """The part that goes back otherwise: less than the whole, in another way; an operator's note refunds in one."""
    message = request.other_refund
    method = REFUND_METHODS.chosen(found, "other_refund.method", message.method, RefundMethod.BANK_TRANSFER)
    amount = money_of(found, "other_refund.amount", message.amount, least=1)
    if order.by_hand:
        found.add("other_refund", "must_be_empty")
    if order.refund_method is None:
        found.add("refund_method", "required")
    elif order.refund_method is method:
        found.add("other_refund.method", "same_method")
    if amount.currency != order.gross.currency:
        found.add("other_refund.amount", "one_currency")
    elif amount >= _paid(order) > Money(0, amount.currency):
        found.add("other_refund.amount", "not_a_part")
    return RefundPart(method, amount)


def _remitted(found: Violations, request: pb.IssueCreditNoteRequest, order: CreditOrder) -> Money | None:
    """The part that was never paid: less than the whole; an operator's note names none."""
    if not request.remitted.minor:
        return None
    amount = money_of(found, "remitted", request.remitted, least=1)
    if order.by_hand:
        found.add("remitted", "must_be_empty")
    if amount.currency != order.gross.currency:
        found.add("remitted", "one_currency")
    elif amount >= order.gross > Money(0, amount.currency):
        found.add("remitted", "not_a_part")
    return amount


def _paid(order: CreditOrder) -> Money:
    """What of it goes back."""
    return order.gross if order.remitted is None else order.gross - order.remitted


def _served(found: Violations, message: pb.ServedDays) -> ServedDays:
    first = found.day("served.first_day", message.first_day)
    last = found.day("served.last_day", message.last_day)
    served = ServedDays(first, last, found.between("served.days_of_term", message.days_of_term, 1, _LONGEST_TERM))
    if last < first:
        found.add("served.last_day", "backwards")
    elif served.days > served.days_of_term:
        found.add("served.last_day", "longer_than_the_term")
    return served
