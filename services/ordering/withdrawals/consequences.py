"""What follows from a withdrawal, in Italian and English: how the service ends, what is owed, what goes back and when.

Whether anything was bought chooses the words, not what is left of it to be refunded: an order that was credited whole
before ends its service like any other one.
"""

from dataclasses import dataclass
from datetime import date

from services.kit.localized import after_article, day, money
from services.kit.money import Money
from services.ordering.domain.withdrawal import Ground


@dataclass(frozen=True, slots=True)
class Sums:
    """What follows from a withdrawal on a day.

    Attributes:
        bought: something was paid for the contract, or for its terms that are not over where a renewal is left; false
            before the payment.
        paid: what of it no credit note has given back before.
        days: days of service that are owed, of `term` days.
        refund_by: last day for the refund.
        closing_days: for how long what is there can be read once a paid service has ended.
        ended: the service had ended before the notice.
        readable_until: last day on which what is there can be read; None before the payment, where the contract goes
            on, and where everything is deleted.
        credit_used: account credit had paid some of it.
        adds: the order added to an annual contract, which goes on without it.
        returned: what came for the contract beside it and paid nothing, such as a part of the price; all goes back.
    """

    bought: bool
    paid: Money
    owed: Money
    days: int
    term: int
    refund_by: date
    closing_days: int
    readable_until: date | None
    ended: bool = False
    adds: bool = False
    ground: Ground = Ground.RIGHT_OF_WITHDRAWAL
    credit_used: bool = False
    returned: tuple[Money, ...] = ()

    @property
    def refund(self) -> Money:
        """What goes back."""
        return self.paid - self.owed


def consequences(sums: Sums, language: str) -> str:
    """What follows, in words."""
    if language == "it":
        return f"{_in_italian(sums)}{_returned_in_italian(sums)}"
    return f"{_in_english(sums)}{_returned_in_english(sums)}"


def _in_italian(sums: Sums) -> str:
    if not sums.bought:
        return _unpaid_in_italian(sums)
    if not sums.paid:
        leaves = sums.ground is Ground.RENEWAL_WITHOUT_NOTICE
        paid = "quanto hai pagato per i giorni dopo oggi" if leaves else "quanto hai pagato"
        after = " Se un pagamento è già partito, ti rimborsiamo i giorni dopo oggi." if leaves else ""
        return (
            f"{_ends_in_italian(sums)}Non devi nulla. Per tutto {paid} c’è già una nota di credito: un rimborso che ne "
            f"segue e non ti è ancora arrivato ti arriva a parte.{after}"
        )
    days = "un giorno" if sums.days == 1 else f"{sums.days} giorni"
    owed = (
        f"{money(sums.owed, 'it')} sono dovuti per {days} di servizio su {sums.term}" if sums.owed else "non devi nulla"
    )
    return f"{_ends_in_italian(sums)}Hai pagato {money(sums.paid, 'it')}; {owed}; {_refund_in_italian(sums)}"


def _refund_in_italian(sums: Sums) -> str:
    """What goes back of what was paid; what a bank or a dispute took, payments knows, and counts as refunded."""
    if not sums.refund:
        return "non resta nulla da rimborsare."
    by_transfer = "; ciò che avevi pagato con il tuo credito, con bonifico bancario" if sums.credit_used else ""
    return (
        f"ti rimborsiamo {money(sums.refund, 'it')} entro {after_article(day(sums.refund_by, 'it'), 'il')}, con lo "
        f"stesso mezzo di pagamento{by_transfer}. Ciò che la tua banca, l’emittente della tua carta o PayPal ti ha già "
        "restituito di quanto hai pagato vale come rimborsato."
    )


def _unpaid_in_italian(sums: Sums) -> str:
    if sums.ground is Ground.RENEWAL_WITHOUT_NOTICE:
        return (
            f"{_ends_in_italian(sums)}Per i giorni dopo oggi {'' if sums.returned else 'non hai pagato nulla e '}non "
            "devi nulla. Se un pagamento è già partito, ti rimborsiamo i giorni dopo oggi."
        )
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


def _returned_in_italian(sums: Sums) -> str:
    """What goes back of money that paid nothing; it stands after all other consequences."""
    if not sums.returned:
        return ""
    came = " e ".join(money(each, "it") for each in sums.returned)
    return (
        f" Abbiamo ricevuto {'anche ' if sums.bought else ''}{came}, che non pagano nulla: te li rimborsiamo per "
        f"intero entro {after_article(day(sums.refund_by, 'it'), 'il')}, con lo stesso mezzo di pagamento."
    )


def _ends_in_italian(sums: Sums) -> str:
    if sums.adds:
        if sums.ended:
            return "Il servizio delle caselle aggiunte è già terminato. "
        return "Le caselle aggiunte escono subito dal tuo contratto annuale, che continua senza di esse. "
    if sums.readable_until is None:
        return "Il servizio è già terminato: caselle e domini sono stati eliminati. "
    ends = "è già terminato: l’invio è fermo" if sums.ended else "termina subito: l’invio si ferma"
    until = after_article(day(sums.readable_until, "it"), "al")
    return (
        f"Il servizio {ends}. Fino {until} puoi leggere la posta ed esportarla, poi caselle e domini vengono eliminati "
        "definitivamente. "
    )


def _in_english(sums: Sums) -> str:
    if not sums.bought:
        return _unpaid_in_english(sums)
    if not sums.paid:
        leaves = sums.ground is Ground.RENEWAL_WITHOUT_NOTICE
        paid = "what you paid for the days after today" if leaves else "what you paid"
        after = " If a payment is already on its way, we refund the days after today." if leaves else ""
        return (
            f"{_ends_in_english(sums)}You owe nothing. There is a credit note for all of {paid} already: a refund that "
            f"follows from it and has not reached you yet comes apart from this.{after}"
        )
    days = "one day" if sums.days == 1 else f"{sums.days} days"
    owed = (
        f"{money(sums.owed, 'en')} is owed for {days} of service out of {sums.term}" if sums.owed else "you owe nothing"
    )
    return f"{_ends_in_english(sums)}You paid {money(sums.paid, 'en')}; {owed}; {_refund_in_english(sums)}"


def _refund_in_english(sums: Sums) -> str:
    if not sums.refund:
        return "nothing is left to refund."
    by_transfer = "; what your account credit had paid, by bank transfer" if sums.credit_used else ""
    return (
        f"we refund {money(sums.refund, 'en')} by {day(sums.refund_by, 'en')}, by the same means of payment"
        f"{by_transfer}. What your bank, your card issuer or PayPal has already given back to you of what you paid "
        "counts as refunded."
    )


def _unpaid_in_english(sums: Sums) -> str:
    if sums.ground is Ground.RENEWAL_WITHOUT_NOTICE:
        return (
            f"{_ends_in_english(sums)}For the days after today you {'' if sums.returned else 'have paid nothing and '}"
            "owe nothing. If a payment is already on its way, we refund the days after today."
        )
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


def _returned_in_english(sums: Sums) -> str:
    if not sums.returned:
        return ""
    came = " and ".join(money(each, "en") for each in sums.returned)
    return (
        f" We have {'also ' if sums.bought else ''}received {came}, which pays nothing: we refund it whole by "
        f"{day(sums.refund_by, 'en')}, by the same means of payment."
    )


def _ends_in_english(sums: Sums) -> str:
    if sums.adds:
        if sums.ended:
            return "The service of the added mailboxes has ended already. "
        return "The added mailboxes leave your annual contract at once; it goes on without them. "
    if sums.readable_until is None:
        return "The service has ended already: mailboxes and domains are deleted. "
    ends = "has ended already: nothing is sent any more" if sums.ended else "ends at once: sending stops"
    return (
        f"The service {ends}. Until {day(sums.readable_until, 'en')} you can read and export your mail, then mailboxes "
        "and domains are deleted for good. "
    )
