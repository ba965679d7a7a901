"""The lines of an addition to an annual contract: pro rata to the term, with the basis of each amount in words.

Each term that an addition touches (the running one, and the next where that is paid already) has its own lines,
because their days differ. Rounded half up once a line, with quantity 1, so that quantity × unit price is exactly the
line (SdI control 00423).
"""

from collections.abc import Iterator, Sequence

from services.kit import localized
from services.kit.money import Money
from services.ordering.domain.additions import Share
from services.ordering.domain.items import Item
from services.ordering.domain.kinds import Billing
from services.ordering.domain.price_list import Edition, Name
from services.ordering.domain.quote import QuoteLine, quote_lines

_TEXTS = {
    "it": "{count} × {name}, aggiunta al contratto {span}: {served} di {whole} giorni del periodo, a {annual} all’anno",
    "en": "{count} × {name}, added to the contract {span}: {served} of the term’s {whole} days, at {annual} a year",
}


def addition_lines(
    items: Sequence[Item], parts: Sequence[Share], edition: Edition, currency: str
) -> Iterator[QuoteLine]:
    """The lines of an addition, term by term: one a size, smallest first, then one an option."""
    names: dict[str, Name] = {entry.code: entry.name for entry in (*edition.plans, *edition.options)}
    for part in parts:
        for line in quote_lines(items, Billing.ANNUAL, edition, currency):
            net = Money(line.net_minor, currency).share(part.days.days, part.term.days).minor
            annual = Money(line.unit_minor, currency)
            it, en = (_text(names[line.code], line.quantity, part, annual, language) for language in ("it", "en"))
            yield QuoteLine(line.code, 1, net, net, it, en)


def _text(name: Name, count: int, part: Share, annual: Money, language: str) -> str:
    return _TEXTS[language].format(
        count=count,
        name=name.it if language == "it" else name.en,
        span=localized.span(part.days, language),
        served=part.days.days,
        whole=part.term.days,
        annual=localized.plain_money(annual, language),
    )
