"""The lines of a period: what it costs, with the basis of each amount in words, in both languages.

Each line bears the price that is in force on the first day that it covers. A whole month is quantity × unit price; for
a part of a month, and for days above the prepaid, the quantity is 1 and the text says how the amount comes about, so
that it is rounded once, half up, and quantity × unit price is exactly the line (SdI control 00423).

An approved reseller has the discount of one tier on every line of the document: that of the mailboxes that it pays for
in the coming days. It is taken off the monthly price, which is rounded to cents, before anything is multiplied.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from services.kit import localized
from services.kit.calendar import Period
from services.kit.money import Money
from services.ordering.domain import stamp_duty
from services.ordering.domain.items import Item
from services.ordering.domain.kinds import Billing
from services.ordering.domain.metering import Counted, Idle
from services.ordering.domain.policy import TaxPolicy
from services.ordering.domain.price_list import BANDS_GB, LIST_PRICE, Edition, Plan, Priced
from services.ordering.domain.quote import discount_text, quote_lines, unit_price
from services.ordering.domain.tax import TaxTreatment

NOTHING_IDLE = Idle()
_WITH_DOMAINS = {"it": " (anche domini senza caselle)", "en": " (domains without mailboxes included)"}
_COMING = {
    "it": "{count} × {name}, {days}, {served} giorni su {whole} a {monthly} al mese{discount}",
    "en": "{count} × {name}, {days}, {served} of {whole} days at {monthly} a month{discount}",
}
_COMING_DAY = {
    "it": "{count} × {name}, {days}, 1 giorno su {whole} a {monthly} al mese{discount}",
    "en": "{count} × {name}, {days}, 1 of {whole} days at {monthly} a month{discount}",
}
_ABOVE = {
    "it": "{name} oltre il prepagato, {days}: {count} giorni-casella a {monthly} al mese di {whole} giorni{discount}",
    "en": "{name} above the prepaid, {days}: {count} mailbox-days at {monthly} a month of {whole} days{discount}",
}
_ABOVE_DAY = {
    "it": "{name} oltre il prepagato, {days}: 1 giorno-casella a {monthly} al mese di {whole} giorni{discount}",
    "en": "{name} above the prepaid, {days}: 1 mailbox-day at {monthly} a month of {whole} days{discount}",
}


@dataclass(frozen=True, slots=True)
class PeriodLine:
    """One line: amounts in minor units, net; the days that it covers."""

    code: str
    quantity: int
    unit_minor: int
    net_minor: int
    text_it: str
    text_en: str
    days: Period

    def text(self, language: str) -> str:
        """What it says in a language."""
        return self.text_it if language == "it" else self.text_en

    def as_json(self) -> dict[str, Any]:
        """The line as it is stored; `line_from` reads it back."""
        content = asdict(self)
        content["days"] = [self.days.first.isoformat(), self.days.last.isoformat()]
        return content


def line_from(content: dict[str, Any]) -> PeriodLine:
    """The line whose `as_json` this is."""
    first, last = (date.fromisoformat(day) for day in content["days"])
    return PeriodLine(**{**content, "days": Period(first, last)})


def coming_lines(
    counted: Counted,
    days: Period,
    edition: Edition,
    currency: str,
    discount: Decimal = LIST_PRICE,
    idle: Idle = NOTHING_IDLE,
) -> Iterator[PeriodLine]:
    """What exists, for the coming days of a month, to its end.

    Args:
        counted: What exists at the measuring, at least the minimum.
        days: The period, within one calendar month.
        edition: The prices in force on its first day.
        currency: ISO 4217 code.
        discount: Of a reseller's tier, in percent.
        idle: What of the smallest band is no mailbox; its line says so.
    """
    month = Period.month(days.first)
    for entry, count in _priced(counted, edition):
        unit = _unit(entry, discount, currency)
        smallest = isinstance(entry, Plan) and entry.storage_gb == BANDS_GB[0]
        parts = _parts(count, idle) if smallest else {"it": "", "en": ""}
        if days == month:
            it, en = (
                f"{_name(entry, language)}{parts[language]}, {localized.month(days.first, language)}"
                f"{discount_text(discount, entry.monthly, currency, language)}"
                for language in ("it", "en")
            )
            yield PeriodLine(entry.code, count, unit.minor, unit.minor * count, it, en, days)
        else:
            net = (unit * count).share(days.days, month.days).minor
            it, en = _texts(_COMING_DAY if days.days == 1 else _COMING, entry, count, days, unit, discount, parts)
            yield PeriodLine(entry.code, 1, net, net, it, en, days)


def lines_above(
    mailbox_days: Counted,
    days: Period,
    edition: Edition,
    currency: str,
    discount: Decimal = LIST_PRICE,
    *,
    with_domains: bool = False,
) -> Iterator[PeriodLine]:
    """What was used above the prepaid in the month that has ended; what rounds to nothing is left out.

    Args:
        mailbox_days: Days by band and option.
        days: The days of service in that month.
        edition: The prices in force on the first of them.
        currency: ISO 4217 code.
        discount: Of a reseller's tier, in percent.
        with_domains: Whether there were domains without mailboxes in those days; the smallest band's line says so.
    """
    month = Period.month(days.first)
    for entry, count in _priced(mailbox_days, edition):
        unit = _unit(entry, discount, currency)
        net = unit.share(count, month.days).minor
        if net:
            smallest = isinstance(entry, Plan) and entry.storage_gb == BANDS_GB[0]
            parts = _WITH_DOMAINS if smallest and with_domains else {"it": "", "en": ""}
            it, en = _texts(_ABOVE_DAY if count == 1 else _ABOVE, entry, count, days, unit, discount, parts)
            yield PeriodLine(entry.code, 1, net, net, it, en, days)


def annual_lines(items: Sequence[Item], term: Period, edition: Edition, currency: str) -> Iterator[PeriodLine]:
    """What the contract holds, for its next year, at the prices in force on the term's first day."""
    for line in quote_lines(items, Billing.ANNUAL, edition, currency):
        yield PeriodLine(**asdict(line), days=term)


def with_stamp_duty(
    lines: tuple[PeriodLine, ...], days: Period, treatment: TaxTreatment, policy: TaxPolicy
) -> tuple[PeriodLine, ...]:
    """The lines of a period with that of the stamp duty, where the customer is charged for it."""
    minor = stamp_duty.charged(lines, treatment, policy)
    if not minor:
        return lines
    line = PeriodLine(stamp_duty.CODE, 1, minor, minor, stamp_duty.TEXT_IT, stamp_duty.TEXT_EN, days)
    return (*lines, line)


def _priced(counted: Counted, edition: Edition) -> Iterator[tuple[Priced, int]]:
    """What is counted with its price: sizes from the smallest, then options in the order of the price list.

    An option that the price list no longer names has no price: it is not sold any more.
    """
    plans = sorted(edition.plans, key=lambda plan: plan.storage_gb)
    entries: list[tuple[Priced, int]] = [(plan, counted.mailboxes.get(plan.storage_gb, 0)) for plan in plans]
    entries += [(option, counted.options.get(option.code, 0)) for option in edition.options]
    yield from (entry for entry in entries if entry[1])


def _unit(entry: Priced, discount: Decimal, currency: str) -> Money:
    """The monthly price after a reseller's discount, rounded to cents."""
    return unit_price(entry.monthly, Billing.MONTHLY, LIST_PRICE, currency, discount)


def _texts(
    forms: dict[str, str],
    entry: Priced,
    count: int,
    days: Period,
    monthly: Money,
    discount: Decimal,
    parts: Mapping[str, str],
) -> tuple[str, str]:
    whole = Period.month(days.first).days
    it, en = (
        form.format(
            name=_name(entry, language) + parts[language],
            count=count,
            days=localized.days(days, language),
            served=days.days,
            whole=whole,
            monthly=localized.plain_money(monthly, language),
            discount=discount_text(discount, entry.monthly, monthly.currency, language),
        )
        for language, form in forms.items()
    )
    return it, en


def _parts(count: int, idle: Idle) -> Mapping[str, str]:
    """Of how many places of the smallest band which are mailboxes, where not all of them are: in brackets."""
    mailboxes = count - idle.domains - idle.missing
    if mailboxes == count:
        return {"it": "", "en": ""}
    it = [f"{mailboxes} {'casella' if mailboxes == 1 else 'caselle'}"] if mailboxes else []
    en = [f"{mailboxes} {'mailbox' if mailboxes == 1 else 'mailboxes'}"] if mailboxes else []
    if idle.domains:
        it.append(f"{idle.domains} {'dominio' if idle.domains == 1 else 'domini'} senza caselle")
        en.append(f"{idle.domains} {'domain' if idle.domains == 1 else 'domains'} without mailboxes")
    if idle.missing:
        it.append(f"minimo di {idle.minimum}: {idle.missing} non {'usata' if idle.missing == 1 else 'usate'}")
        en.append(f"minimum of {idle.minimum}: {idle.missing} not used")
    return {"it": f" ({', '.join(it)})", "en": f" ({', '.join(en)})"}


def _name(entry: Priced, language: str) -> str:
    return entry.name.it if language == "it" else entry.name.en
