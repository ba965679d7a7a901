"""Translates what shall be credited."""

from casella.invoicing.v1 import invoicing_pb2 as pb
from services.invoicing.domain.credits import CreditReason, ServedDays
from services.invoicing.service.crediting import CreditOrder
from services.invoicing.servicer.answers import CREDIT_REASONS, REFUND_METHODS
from services.invoicing.servicer.requests import day_of, money_of
from services.kit.validation import Violations

_LONGEST_TERM = 366


def credit_of(found: Violations, request: pb.IssueCreditNoteRequest, *, by_hand: bool) -> CreditOrder:
    """What shall be credited, every bad field noted."""
    return CreditOrder(
        credit_id=found.uuid("credit_id", request.credit_id),
        invoice_id=found.uuid("invoice_id", request.invoice_id),
        reason=CREDIT_REASONS.chosen(found, "reason", request.reason, CreditReason.CORRECTION),
        gross=money_of(found, "gross", request.gross, least=1),
        cause_date=day_of(found, "cause_date", request.cause_date),
        refund_method=REFUND_METHODS.wanted(found, "refund_method", request.refund_method),
        served=_served(found, request.served) if request.HasField("served") else None,
        by_hand=by_hand,
    )


def _served(found: Violations, message: pb.ServedDays) -> ServedDays:
    first = day_of(found, "served.first_day", message.first_day)
    last = day_of(found, "served.last_day", message.last_day)
    served = ServedDays(first, last, found.between("served.days_of_term", message.days_of_term, 1, _LONGEST_TERM))
    if last < first:
        found.add("served.last_day", "backwards")
    elif served.days > served.days_of_term:
        found.add("served.last_day", "longer_than_the_term")
    return served
