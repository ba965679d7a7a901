"""Which requests about orders are well formed: every bad field is named before anything is decided."""

import re
from collections.abc import Sequence

from casella.common.v1 import common_pb2
from casella.ordering.v1 import ordering_pb2
from services.kit.money import Money
from services.kit.validation import Violations
from services.kit.wire import from_money
from services.ordering.domain.kinds import PaymentMethod
from services.ordering.enums import METHODS
from services.ordering.orders.mails import PaymentHints

LONGEST_NUMBER = 20
"""FatturaPA: Numero; a proforma's number may become part of a document."""
_LONGEST_LABEL = 100
LONGEST_AGENT = 512
_LONGEST_URL = 2000
_MOST_CURRENCIES = 20
_HASH = re.compile(r"[0-9a-f]{64}")


def check_consent(violations: Violations, consent: ordering_pb2.OrderConsent) -> None:
    """The evidence of the consent is complete and of the right form."""
    violations.text("consent.button_label", consent.button_label, _LONGEST_LABEL)
    violations.language("consent.language", consent.language)
    for name in ("terms_hash", "quote_hash"):
        value = getattr(consent, name)
        if not _HASH.fullmatch(value):
            violations.add(f"consent.{name}", "not_a_hash" if value else "required")
    violations.text("consent.client.user_agent", consent.client.user_agent, LONGEST_AGENT, required=False)
    violations.ip("consent.client.ip", consent.client.ip)


def check_method(violations: Violations, number: int) -> PaymentMethod:
    """A payment method."""
    return METHODS.chosen(violations, "payment_method", number, PaymentMethod.BANK_TRANSFER)


def check_held(violations: Violations, amounts: Sequence[common_pb2.Money]) -> list[Money]:
    """Money that an email tells of: positive amounts."""
    held = []
    for place, amount in enumerate(violations.at_most("held", amounts, _MOST_CURRENCIES)):
        try:
            held.append(from_money(amount))
        except ValueError:
            violations.add(f"held[{place}]", "not_an_amount")
        else:
            if amount.minor <= 0:
                violations.add(f"held[{place}]", "not_an_amount")
    return held


def check_hints(
    violations: Violations, request: ordering_pb2.AdvanceOrderRequest | ordering_pb2.AdvancePeriodRequest
) -> PaymentHints:
    """How to pay, for a reminder's text."""
    return PaymentHints(
        iban=violations.text("iban", request.iban, 34, required=False),
        reference=violations.text("reference", request.reference, 25, required=False),
        pay_url=violations.text("pay_url", request.pay_url, _LONGEST_URL, required=False),
    )
