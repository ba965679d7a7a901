"""When a customer is bound to pay: what the page must have shown, and what is kept as evidence of the consent.

Source: consumer code art. 51(2) (a consumer is bound only by an order button that names the obligation to pay) and
art. 51(8) (express request to start before the withdrawal period ends).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from services.ordering.domain.policy import OrderingPolicy

Language = Literal["it", "en"]


@dataclass(frozen=True, slots=True)
class Consent:
    """What the customer saw and pressed.

    Attributes:
        button_label: the label of the order button.
        language: `it` or `en`.
        terms_hash: SHA-256 of the terms shown, lower-case hex.
        quote_hash: hash of the quote shown.
        ip: where the customer came from.
        user_agent: the browser's own name for itself.
        start_at_once: natural persons: the express request to start before the withdrawal period ends.
        withdrawal_information_shown: natural persons: told of the right of withdrawal before the order.
    """

    button_label: str
    language: Language
    terms_hash: str
    quote_hash: str
    ip: str
    user_agent: str
    start_at_once: bool
    withdrawal_information_shown: bool

    def as_evidence(self, at: datetime) -> dict[str, Any]:
        """The consent as it is kept, with the time of the order by our clock."""
        return {
            "button_label": self.button_label,
            "language": self.language,
            "terms_hash": self.terms_hash,
            "quote_hash": self.quote_hash,
            "ip": self.ip,
            "user_agent": self.user_agent,
            "start_at_once": self.start_at_once,
            "withdrawal_information_shown": self.withdrawal_information_shown,
            "at": at.isoformat(),
        }


class Mismatch(StrEnum):
    """What of a consent does not fit the order."""

    BUTTON = "button_label"
    TERMS = "terms_hash"
    QUOTE = "quote_hash"
    WITHDRAWAL = "withdrawal_information_shown"


def mismatches(consent: Consent, quote_hash: str, policy: OrderingPolicy, *, consumer: bool) -> list[Mismatch]:
    """Everything in which a consent does not fit this order; empty where the customer is bound."""
    labels = [_plain(label) for label in policy.button_labels[consent.language]]
    return [
        mismatch
        for mismatch, wrong in (
            (Mismatch.BUTTON, _plain(consent.button_label) not in labels),
            (Mismatch.TERMS, bool(policy.terms_hashes) and consent.terms_hash not in policy.terms_hashes),
            (Mismatch.QUOTE, consent.quote_hash != quote_hash),
            (Mismatch.WITHDRAWAL, consumer and not consent.withdrawal_information_shown),
        )
        if wrong
    ]


def _plain(label: str) -> str:
    return " ".join(label.split()).casefold()
