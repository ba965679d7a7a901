"""Decides in which words a credit note says what it credits and why, in Italian and English."""

from collections.abc import Mapping, Sequence
from datetime import date

from services.invoicing.domain.advances import DeductedAdvance
from services.invoicing.domain.credits import Credit, CreditReason
from services.invoicing.domain.documents import Language
from services.invoicing.domain.tax import Natura
from services.kit import localized

_WHY: Mapping[Language, Mapping[CreditReason, str]] = {
    Language.IT: {
        CreditReason.WITHDRAWAL: "recesso dal contratto del {day}",
        CreditReason.CONTRACT: "fine o variazione del contratto del {day}",
        CreditReason.DISPUTE: "risoluzione del contratto per pagamento stornato il {day}",
        CreditReason.AGREEMENT: "accordo tra le parti del {day}",
        CreditReason.CORRECTION: "errore di fatturazione rilevato il {day}",
    },
    Language.EN: {
        CreditReason.WITHDRAWAL: "withdrawal from the contract on {day}",
        CreditReason.CONTRACT: "end or change of the contract on {day}",
        CreditReason.DISPUTE: "termination of the contract after its payment was reversed, {day}",
        CreditReason.AGREEMENT: "agreement of {day}",
        CreditReason.CORRECTION: "invoicing error found on {day}",
    },
}
_WHOLE = {Language.IT: "Storno totale della fattura", Language.EN: "Full credit of invoice"}
_PART = {Language.IT: "Storno parziale della fattura", Language.EN: "Partial credit of invoice"}
_DUTY = {Language.IT: "Storno dell'imposta di bollo della fattura", Language.EN: "Credit of the stamp duty of invoice"}
_NAMED = {Language.IT: "{number} del {day}", Language.EN: "{number} of {day}"}
_ADVANCES = {
    Language.IT: " e delle fatture di acconto che essa deduce ({invoices})",
    Language.EN: " and of the invoices of payments on account that it deducts ({invoices})",
}
_MOST_NAMED = 12
"""Part payments that are named one by one; the structured data of the document has all (DatiFattureCollegate)."""
_SERVED = {
    Language.IT: "; giorni di servizio che restano dovuti: {days} su {term} (dal {first} al {last})",
    Language.EN: "; days of service that stay charged: {days} of {term} ({first} to {last})",
}
_LAW = {
    Language.IT: "Nota di variazione ai sensi dell'art. 26, comma {paragraph}, D.P.R. 633/1972",
    Language.EN: "Credit note under art. 26({paragraph}) of Italian Presidential Decree 633/1972",
}
_WITHOUT_VAT = {Language.IT: "Nota di credito", Language.EN: "Credit note"}


def credited_text(
    credit: Credit,
    language: Language,
    *,
    whole: bool,
    natura: Natura | None = None,
    advances: Sequence[DeductedAdvance] = (),
) -> str:
    """What the line says: which invoice is credited, wholly or in part, why, and which days stay owed.

    What an invoice that deducts part payments (`advances`) gives back is of the whole sale, so their invoices are named
    too. The line of stamp duty that was charged (natura N1) says that it is that.
    """
    invoice, *deducted = credited_invoices(credit, language, advances)
    if deducted:
        invoice += _ADVANCES[language].format(invoices=", ".join(deducted))
    if natura is Natura.EXCLUDED:
        return f"{_DUTY[language]} {invoice}: {_why(credit, language)}"
    text = f"{(_WHOLE if whole else _PART)[language]} {invoice}: {_why(credit, language)}"
    served = credit.served
    if served is None:
        return text
    days = {"days": served.days, "term": served.days_of_term}
    first, last = (written_day(day, language) for day in (served.first_day, served.last_day))
    return text + _SERVED[language].format(**days, first=first, last=last)


def credited_invoices(credit: Credit, language: Language, advances: Sequence[DeductedAdvance]) -> list[str]:
    """The credited invoice by number and date, and then those of the part payments that it deducts."""
    more = ["…"] if len(advances) > _MOST_NAMED else []
    deducted = [_named(each.number, each.date, language) for each in advances[:_MOST_NAMED]]
    return [_named(credit.invoice_number, credit.invoice_date, language), *deducted, *more]


def cause_text(credit: Credit, language: Language, *, with_vat: bool) -> str:
    """Why it is credited, with the law that allows it; that is a law of VAT, so it is silent where there was none."""
    law = _LAW if with_vat else _WITHOUT_VAT
    return f"{law[language].format(paragraph=credit.reason.paragraph)}: {_why(credit, language)}"


def _named(number: str, day: date, language: Language) -> str:
    return _NAMED[language].format(number=number, day=written_day(day, language))


def _why(credit: Credit, language: Language) -> str:
    return _WHY[language][credit.reason].format(day=written_day(credit.cause_date, language))


def written_day(day: date, language: Language) -> str:
    """A day as documents write it: "24/11/2026", in English "24 November 2026"."""
    return f"{day:%d/%m/%Y}" if language is Language.IT else localized.day(day, language)
