"""Decides in which words a part payment is invoiced, and how the invoice that deducts it names it.

Source: DPR 633/1972, art. 6(4): a payment on account is a tax point for its amount; art. 21(2)(g): nature and quantity.
"""

from collections.abc import Sequence
from datetime import date

from services.invoicing.domain.credit_texts import written_day
from services.invoicing.domain.documents import Language
from services.invoicing.domain.sums import Line
from services.invoicing.domain.tax import Natura

_MOST_SOLD = 600
"""Characters of what is sold that the line of a part payment repeats; the proforma says the rest."""
_RECEIVED = {
    Language.IT: "Acconto ricevuto il {day} sulla proforma {proforma}, per: {sold}",
    Language.EN: "Payment on account received on {day} for proforma {proforma}: {sold}",
}
_DEDUCTED = {
    Language.IT: "A dedurre: acconto già fatturato con fattura {number} del {day}",
    Language.EN: "Less: payment on account, invoiced with invoice {number} of {day}",
}
_AND_MORE = "…"


def received_text(language: Language, day: date, proforma: str, lines: Sequence[Line]) -> str:
    """What the line of a part payment says: when it was received, and for what; stamp duty has a line of its own."""
    sold = "; ".join(_sold(line) for line in lines if line.natura is not Natura.EXCLUDED)
    if len(sold) > _MOST_SOLD:
        sold = sold[:_MOST_SOLD].rstrip() + _AND_MORE
    return _RECEIVED[language].format(day=written_day(day, language), proforma=proforma, sold=sold)


def deducted_text(language: Language, number: str, day: date) -> str:
    """What the line says that deducts a part payment."""
    return _DEDUCTED[language].format(number=number, day=written_day(day, language))


def _sold(line: Line) -> str:
    """A line of a period names how many there are by itself, and is there once."""
    return line.description if line.quantity == 1 else f"{line.quantity} × {line.description}"
