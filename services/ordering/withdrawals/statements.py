"""What a consumer reads and sends in the two steps of a withdrawal, in Italian and English.

The statement holds what directive 2011/83, art. 11a(2) asks for, filled in: who, from which contract; where the receipt
goes is shown beside it. It depends on the order and the ground alone, so that its hash names what was confirmed.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from services.kit.localized import after_article, day
from services.ordering.domain.dunning import NOTICE_DAYS
from services.ordering.domain.profile import BillingProfile
from services.ordering.domain.withdrawal import Ground
from services.ordering.orders.rows import OrderRow


@dataclass(frozen=True, slots=True)
class Basis:
    """On what a withdrawal rests.

    Attributes:
        until: the last moment for it.
        renewed_on: first day of the term whose renewal was not announced in time; None with the right of withdrawal.
    """

    ground: Ground
    until: datetime
    renewed_on: date | None = None


def name_of(profile: BillingProfile) -> str:
    """First and last name of a natural person."""
    return f"{profile.first_name} {profile.last_name}"


def statement(order: OrderRow, basis: Basis, language: str) -> str:
    """The notice, filled in."""
    profile = order.party.profile
    who = f"{name_of(profile)}, {profile.street}, {profile.postal_code} {profile.city} ({profile.province})"
    ordered = day(order.placed_at, language)
    if basis.renewed_on is not None:
        return _leaving(order, basis.renewed_on, language, who)
    if language == "it":
        return (
            "Con la presente notifico il recesso dal contratto di fornitura del servizio di posta elettronica, ordine "
            f"{order.order_id}, ordinato {after_article(ordered, 'il')}. {who}."
        )
    return (
        "I hereby give notice that I withdraw from my contract for the supply of the email service, order "
        f"{order.order_id}, ordered on {ordered}. {who}."
    )


def why(basis: Basis, language: str) -> str:
    """Why a contract may be left beside the right of withdrawal, in words; empty where that is the ground."""
    if basis.renewed_on is None:
        return ""
    renewed, until = day(basis.renewed_on, language), day(basis.until, language)
    if language == "it":
        return (
            f"Non ti abbiamo avvisato almeno {NOTICE_DAYS} giorni prima del rinnovo {after_article(renewed, 'del')}: "
            f"per questo puoi lasciare il contratto in qualsiasi momento fino {after_article(until, 'al')}, senza "
            "spese (art. 65-bis del codice del consumo). "
        )
    return (
        f"We did not tell you of the renewal of {renewed} at least {NOTICE_DAYS} days before: so you may leave the "
        f"contract at any time until {until}, at no charge (art. 65-bis of the Italian consumer code). "
    )


def statement_hash(text: str) -> str:
    """SHA-256 of a statement, lower-case hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def _leaving(order: OrderRow, renewed_on: date, language: str, who: str) -> str:
    ordered, renewed = day(order.placed_at, language), day(renewed_on, language)
    if language == "it":
        return (
            "Con la presente recedo, ai sensi dell’art. 65-bis del codice del consumo, dal contratto di fornitura del "
            f"servizio di posta elettronica, ordine {order.order_id}, ordinato {after_article(ordered, 'il')}, del cui "
            f"rinnovo {after_article(renewed, 'dal')} non sono stato avvisato in tempo. {who}."
        )
    return (
        "Under art. 65-bis of the Italian consumer code I hereby withdraw from my contract for the supply of the email "
        f"service, order {order.order_id}, ordered on {ordered}, of whose renewal from {renewed} I was not told in "
        f"time. {who}."
    )
