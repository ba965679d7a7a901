"""What a consumer reads and sends in the two steps of a withdrawal, in Italian and English.

The statement holds what directive 2011/83, art. 11a(2) asks for, filled in: who, from which contract; where the receipt
goes is shown beside it. It depends on the order alone, so that its hash names what was confirmed.
"""

import hashlib
from dataclasses import dataclass
from datetime import date

from services.kit.localized import after_article, day, money
from services.kit.money import Money
from services.ordering.domain.profile import BillingProfile
from services.ordering.orders.rows import OrderRow


@dataclass(frozen=True, slots=True)
class Sums:
    """What follows from a withdrawal on a day.

    Attributes:
        paid: everything that was paid for the contract; zero before the payment.
        days: days of service that are owed, of `term` days.
        refund_by: last day for the refund.
        readable_until: last day on which what is there can be read; None before the payment, and where the contract
            goes on.
        adds: the order added to an annual contract, which goes on without it.
    """

    paid: Money
    owed: Money
    days: int
    term: int
    refund_by: date
    readable_until: date | None
    adds: bool = False

    @property
    def refund(self) -> Money:
        """What goes back."""
        return self.paid - self.owed


def name_of(profile: BillingProfile) -> str:
    """First and last name of a natural person."""
    return f"{profile.first_name} {profile.last_name}"


def statement(order: OrderRow, language: str) -> str:
    """The notice, filled in."""
    profile = order.party.profile
    who = f"{name_of(profile)}, {profile.street}, {profile.postal_code} {profile.city} ({profile.province})"
    ordered = day(order.placed_at, language)
    if language == "it":
        return (
            "Con la presente notifico il recesso dal contratto di fornitura del servizio di posta elettronica, ordine "
            f"{order.order_id}, ordinato {after_article(ordered, 'il')}. {who}."
        )
    return (
        "I hereby give notice that I withdraw from my contract for the supply of the email service, order "
        f"{order.order_id}, ordered on {ordered}. {who}."
    )


def statement_hash(text: str) -> str:
    """SHA-256 of a statement, lower-case hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def consequences(sums: Sums, language: str) -> str:
    """What follows, in words."""
    return _in_italian(sums) if language == "it" else _in_english(sums)


def _in_italian(sums: Sums) -> str:
    if not sums.paid:
        left = (
            "Il tuo contratto annuale resta com’è."
            if sums.adds
            else "La tua prova gratuita resta com’è, con la sua scadenza."
        )
        return (
            "L’ordine viene annullato subito e non devi nulla. Se un pagamento è già partito, ti torna per intero. "
            f"{left}"
        )
    days = "un giorno" if sums.days == 1 else f"{sums.days} giorni"
    owed = (
        f"{money(sums.owed, 'it')} sono dovuti per {days} di servizio su {sums.term}" if sums.owed else "non devi nulla"
    )
    if sums.readable_until is None:
        ends = "Le caselle aggiunte escono subito dal tuo contratto annuale, che continua senza di esse. "
    else:
        until = after_article(day(sums.readable_until, "it"), "al")
        ends = (
            f"Il servizio termina subito: l’invio si ferma. Fino {until} puoi leggere la posta ed esportarla, poi "
            "caselle e domini vengono eliminati definitivamente. "
        )
    return (
        f"{ends}Hai pagato {money(sums.paid, 'it')}; {owed}; ti "
        f"rimborsiamo {money(sums.refund, 'it')} entro {after_article(day(sums.refund_by, 'it'), 'il')}, con lo "
        "stesso mezzo di pagamento."
    )


def _in_english(sums: Sums) -> str:
    if not sums.paid:
        left = (
            "Your annual contract stays as it is." if sums.adds else "Your free trial stays as it is, with its own end."
        )
        return (
            "The order is cancelled at once and you owe nothing. If a payment is already on its way, it comes back to "
            f"you whole. {left}"
        )
    days = "one day" if sums.days == 1 else f"{sums.days} days"
    owed = (
        f"{money(sums.owed, 'en')} is owed for {days} of service out of {sums.term}" if sums.owed else "you owe nothing"
    )
    if sums.readable_until is None:
        ends = "The added mailboxes leave your annual contract at once; it goes on without them. "
    else:
        ends = (
            f"The service ends at once: sending stops. Until {day(sums.readable_until, 'en')} you can read and export "
            "your mail, then mailboxes and domains are deleted for good. "
        )
    return (
        f"{ends}You paid {money(sums.paid, 'en')}; {owed}; we refund {money(sums.refund, 'en')} by "
        f"{day(sums.refund_by, 'en')}, by the same means of payment."
    )
