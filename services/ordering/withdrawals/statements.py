"""What a consumer reads and sends in the two steps of a withdrawal, in Italian and English.

The statement holds what directive 2011/83, art. 11a(2) asks for, filled in: who, from which contract; where the receipt
goes is shown beside it. It depends on the order and the ground alone, so that its hash names what was confirmed.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from services.kit.localized import after_article, day, money
from services.kit.money import Money
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


@dataclass(frozen=True, slots=True)
class Sums:
    """What follows from a withdrawal on a day.

    Attributes:
        paid: everything that was paid for the contract, or for its terms that are not over where a renewal is left;
            zero before the payment.
        days: days of service that are owed, of `term` days.
        refund_by: last day for the refund.
        closing_days: for how long what is there can be read once a paid service has ended.
        readable_until: last day on which what is there can be read; None before the payment, and where the contract
            goes on.
        credit_used: account credit had paid some of it.
        adds: the order added to an annual contract, which goes on without it.
        returned: what came for the contract beside it and paid nothing, such as a part of the price; all goes back.
    """

    paid: Money
    owed: Money
    days: int
    term: int
    refund_by: date
    closing_days: int
    readable_until: date | None
    adds: bool = False
    ground: Ground = Ground.RIGHT_OF_WITHDRAWAL
    credit_used: bool = False
    returned: tuple[Money, ...] = ()

    @property
    def refund(self) -> Money:
        """What goes back."""
        return self.paid - self.owed


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


def consequences(sums: Sums, language: str) -> str:
    """What follows, in words."""
    if language == "it":
        return f"{_in_italian(sums)}{_returned_in_italian(sums)}"
    return f"{_in_english(sums)}{_returned_in_english(sums)}"


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


def _in_italian(sums: Sums) -> str:
    if sums.ground is Ground.RENEWAL_WITHOUT_NOTICE and not sums.paid:
        return (
            f"{_ends_in_italian(sums)}Per i giorni dopo oggi {'' if sums.returned else 'non hai pagato nulla e '}non "
            "devi nulla. Se un pagamento è già partito, ti rimborsiamo i giorni dopo oggi."
        )
    if not sums.paid:
        left = (
            "Il tuo contratto annuale resta com’è."
            if sums.adds
            else "La tua prova gratuita resta com’è, con la sua scadenza. Solo un pagamento che arriva prima "
            "dell’annullamento mette fine anche alla prova: allora l’invio si ferma e per "
            f"{sums.closing_days} giorni puoi leggere la posta ed esportarla, poi caselle e domini vengono eliminati "
            "definitivamente."
        )
        return (
            "L’ordine viene annullato, se un pagamento non è già partito, e in ogni caso non devi nulla: un pagamento "
            f"già partito ti torna per intero, e così una parte già versata. {left}"
        )
    days = "un giorno" if sums.days == 1 else f"{sums.days} giorni"
    owed = (
        f"{money(sums.owed, 'it')} sono dovuti per {days} di servizio su {sums.term}" if sums.owed else "non devi nulla"
    )
    by_transfer = "; ciò che avevi pagato con il tuo credito, con bonifico bancario" if sums.credit_used else ""
    return (
        f"{_ends_in_italian(sums)}Hai pagato {money(sums.paid, 'it')}; {owed}; ti "
        f"rimborsiamo {money(sums.refund, 'it')} entro {after_article(day(sums.refund_by, 'it'), 'il')}, con lo "
        f"stesso mezzo di pagamento{by_transfer}."
    )


def _returned_in_italian(sums: Sums) -> str:
    """What goes back of money that paid nothing; it stands after all other consequences."""
    if not sums.returned:
        return ""
    came = " e ".join(money(each, "it") for each in sums.returned)
    return (
        f" Abbiamo ricevuto {'anche ' if sums.paid else ''}{came}, che non pagano nulla: te li rimborsiamo per intero "
        f"entro {after_article(day(sums.refund_by, 'it'), 'il')}, con lo stesso mezzo di pagamento."
    )


def _ends_in_italian(sums: Sums) -> str:
    if sums.readable_until is None:
        return "Le caselle aggiunte escono subito dal tuo contratto annuale, che continua senza di esse. "
    until = after_article(day(sums.readable_until, "it"), "al")
    return (
        f"Il servizio termina subito: l’invio si ferma. Fino {until} puoi leggere la posta ed esportarla, poi "
        "caselle e domini vengono eliminati definitivamente. "
    )


def _in_english(sums: Sums) -> str:
    if sums.ground is Ground.RENEWAL_WITHOUT_NOTICE and not sums.paid:
        return (
            f"{_ends_in_english(sums)}For the days after today you {'' if sums.returned else 'have paid nothing and '}"
            "owe nothing. If a payment is already on its way, we refund the days after today."
        )
    if not sums.paid:
        left = (
            "Your annual contract stays as it is."
            if sums.adds
            else "Your free trial stays as it is, with its own end. Only a payment that arrives before the "
            f"cancellation ends the trial too: then sending stops, and for {sums.closing_days} days you can read and "
            "export your mail, before mailboxes and domains are deleted for good."
        )
        return (
            "The order is cancelled, unless a payment for it is already on its way, and in any case you owe nothing: "
            f"such a payment comes back to you whole, and so does a part that you have paid already. {left}"
        )
    days = "one day" if sums.days == 1 else f"{sums.days} days"
    owed = (
        f"{money(sums.owed, 'en')} is owed for {days} of service out of {sums.term}" if sums.owed else "you owe nothing"
    )
    by_transfer = "; what your account credit had paid, by bank transfer" if sums.credit_used else ""
    return (
        f"{_ends_in_english(sums)}You paid {money(sums.paid, 'en')}; {owed}; we refund {money(sums.refund, 'en')} by "
        f"{day(sums.refund_by, 'en')}, by the same means of payment{by_transfer}."
    )


def _returned_in_english(sums: Sums) -> str:
    if not sums.returned:
        return ""
    came = " and ".join(money(each, "en") for each in sums.returned)
    return (
        f" We have {'also ' if sums.paid else ''}received {came}, which pays nothing: we refund it whole by "
        f"{day(sums.refund_by, 'en')}, by the same means of payment."
    )


def _ends_in_english(sums: Sums) -> str:
    if sums.readable_until is None:
        return "The added mailboxes leave your annual contract at once; it goes on without them. "
    return (
        f"The service ends at once: sending stops. Until {day(sums.readable_until, 'en')} you can read and export "
        "your mail, then mailboxes and domains are deleted for good. "
    )
