"""Which requests about orders are well formed: every bad field is named before anything is decided."""

import ipaddress
import re

from casella.common.v1 import common_pb2
from casella.ordering.v1 import ordering_pb2
from services.kit.validation import Violations
from services.ordering.domain.kinds import PaymentMethod
from services.ordering.enums import METHODS
from services.ordering.orders.mails import PaymentHints

_LONGEST_LABEL = 100
_LONGEST_AGENT = 512
_LONGEST_NAME = 200
_LONGEST_URL = 2000
_HASH = re.compile(r"[0-9a-f]{64}")
_LANGUAGES = (common_pb2.LANGUAGE_IT, common_pb2.LANGUAGE_EN)


def check_consent(violations: Violations, consent: ordering_pb2.OrderConsent) -> None:
    """The evidence of the consent is complete and of the right form."""
    violations.text("consent.button_label", consent.button_label, _LONGEST_LABEL)
    check_language(violations, "consent.language", consent.language)
    for name in ("terms_hash", "quote_hash"):
        value = getattr(consent, name)
        if not _HASH.fullmatch(value):
            violations.add(f"consent.{name}", "not_a_hash" if value else "required")
    violations.text("consent.client.user_agent", consent.client.user_agent, _LONGEST_AGENT, required=False)
    if not consent.client.ip:
        violations.add("consent.client.ip", "required")
    elif not _is_ip(consent.client.ip):
        violations.add("consent.client.ip", "not_an_ip")


def check_method(violations: Violations, number: int) -> PaymentMethod:
    """A payment method that is on offer."""
    method = METHODS.chosen(violations, "payment_method", number, PaymentMethod.BANK_TRANSFER)
    if method is PaymentMethod.AUTOMATIC_DEBIT:
        violations.add("payment_method", "not_yet_automatic_debit")
    return method


def check_recipient(violations: Violations, recipient: common_pb2.Recipient) -> None:
    """Somebody to write to."""
    violations.email("recipient.email", recipient.email)
    violations.text("recipient.name", recipient.name, _LONGEST_NAME)
    check_language(violations, "recipient.language", recipient.language)


def check_hints(violations: Violations, request: ordering_pb2.AdvanceOrderRequest) -> PaymentHints:
    """How to pay, for a reminder's text."""
    return PaymentHints(
        iban=violations.text("iban", request.iban, 34, required=False),
        reference=violations.text("reference", request.reference, 25, required=False),
        pay_url=violations.text("pay_url", request.pay_url, _LONGEST_URL, required=False),
    )


def check_language(violations: Violations, field: str, language: int) -> None:
    """A language in which Casella speaks."""
    if language not in _LANGUAGES:
        violations.add(field, "not_a_choice" if language else "required")


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
