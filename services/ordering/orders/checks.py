"""Which requests about orders are well formed: every bad field is named before anything is decided."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from casella.common.v1 import common_pb2
from casella.ordering.v1 import ordering_pb2
from services.kit.money import MOST_MINOR, Money
from services.kit.validation import Violations
from services.kit.wire import from_money
from services.ordering.domain.kinds import PaymentMethod
from services.ordering.enums import METHODS
from services.ordering.orders.mails import PaymentHints

LONGEST_NUMBER = 20
"""FatturaPA: Numero; a proforma's number may become part of a document."""
_LONGEST_LABEL = 100
_LONGEST_AGENT = 512
_LONGEST_HOLDER = 70
"""ISO 20022: Nm of a party."""
_LONGEST_URL = 2000
_MOST_CURRENCIES = 20
_HASH = re.compile(r"[0-9a-f]{64}")


def check_consent(violations: Violations, consent: ordering_pb2.OrderConsent) -> None:
    """The evidence of the consent is complete and of the right form."""
    check_label(violations, "consent.button_label", consent.button_label)
    violations.language("consent.language", consent.language)
    check_hash(violations, "consent.terms_hash", consent.terms_hash)
    check_hash(violations, "consent.quote_hash", consent.quote_hash)
    check_client(violations, "consent.client", consent.client)


def check_label(violations: Violations, field: str, value: str) -> str:
    """The label of the button that was pressed."""
    return violations.text(field, value, _LONGEST_LABEL)


def check_hash(violations: Violations, field: str, value: str) -> None:
    """The SHA-256 of what was shown."""
    if not _HASH.fullmatch(value):
        violations.add(field, "not_a_hash" if value else "required")


def check_client(violations: Violations, field: str, client: common_pb2.ClientContext) -> tuple[str, str]:
    """From where something was declared: the address, and the browser's own name for itself, if it has one."""
    agent = violations.text(f"{field}.user_agent", client.user_agent, _LONGEST_AGENT, required=False)
    return str(violations.ip(f"{field}.ip", client.ip)), agent


def check_method(violations: Violations, number: int) -> PaymentMethod:
    """A payment method."""
    return METHODS.chosen(violations, "payment_method", number, PaymentMethod.BANK_TRANSFER)


def check_available_on(
    violations: Violations,
    request: ordering_pb2.RecordOutcomeRequest | ordering_pb2.RecordPeriodOutcomeRequest,
    *,
    paid: bool,
) -> date | None:
    """The day of the money of what was paid; None for what ended without any."""
    given = request.HasField("available_on")
    if given and not paid and request.outcome:
        violations.add("available_on", "must_be_empty")
    return violations.day("available_on", request.available_on) if given or paid else None


def check_held(violations: Violations, amounts: Sequence[common_pb2.Money]) -> list[Money]:
    """Money that an email tells of: positive amounts."""
    checked = [
        _above_zero(violations, f"held[{place}]", amount)
        for place, amount in enumerate(violations.at_most("held", amounts, _MOST_CURRENCIES))
    ]
    return [amount for amount in checked if amount is not None]


def check_hints(
    violations: Violations, request: ordering_pb2.AdvanceOrderRequest | ordering_pb2.AdvancePeriodRequest
) -> PaymentHints:
    """How to pay, for a reminder's text."""
    return PaymentHints(
        iban=violations.text("iban", request.iban, 34, required=False),
        reference=violations.text("reference", request.reference, 25, required=False),
        holder=violations.text("holder", request.holder, _LONGEST_HOLDER, required=False),
        bic=violations.text("bic", request.bic, 11, required=False),
        pay_url=violations.text("pay_url", request.pay_url, _LONGEST_URL, required=False),
        to_pay=_above_zero(violations, "to_pay", request.to_pay) if request.HasField("to_pay") else None,
    )


def check_period_hints(violations: Violations, request: ordering_pb2.AdvancePeriodRequest) -> PaymentHints:
    """How to pay a period, for its emails' texts: all of it, or what is left once a part has come."""
    older = _above_zero(violations, "older_rest", request.older_rest) if request.HasField("older_rest") else None
    hints = replace(
        check_hints(violations, request),
        end_held=request.end_held,
        older_rest=older,
        older_end_held=request.older_end_held,
    )
    if not request.HasField("rest"):
        return hints
    for field in ("iban", "reference", "holder"):
        if not getattr(request, field):
            violations.add(field, "required")
    rest, whole = _above_zero(violations, "rest", request.rest), hints.to_pay
    if rest and whole and (rest.currency != whole.currency or rest.minor >= whole.minor):
        violations.add("rest", "not_an_amount")
    return replace(hints, rest=rest)


def _above_zero(violations: Violations, field: str, amount: common_pb2.Money) -> Money | None:
    """An amount above zero; None where it is none."""
    try:
        found = from_money(amount)
    except ValueError:
        found = None
    if found is None or not 0 < found.minor <= MOST_MINOR:
        violations.add(field, "not_an_amount")
        return None
    return found
