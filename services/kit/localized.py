"""How amounts and dates read in Italian and English: one place, so that an email and a PDF say the same."""

from datetime import date, datetime
from decimal import Decimal

from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal

from services.kit.calendar import ROME, Period
from services.kit.money import Money

_LOCALES = {"it": "it_IT", "en": "en_GB"}
_ELIDED = {"il": "l’", "del": "dell’", "al": "all’", "dal": "dall’"}
_BEFORE_A_VOWEL = ("8 ", "11 ")
_GROUP = 4
_TIMES = {"it": "{day}, ore {time}", "en": "{day}, {time}"}


def money(amount: Money, language: str) -> str:
    """An amount, for example ``1.234,50 €`` or ``€1,234.50``."""
    return format_currency(amount.decimal, amount.currency, locale=_LOCALES[language])


def plain_money(amount: Money, language: str) -> str:
    """An amount without a sign that FatturaPA's texts could not hold, for example ``1.234,50 EUR``."""
    return f"{format_decimal(amount.decimal, '#,##0.00', locale=_LOCALES[language])} {amount.currency}"


def rate(percent: Decimal, language: str) -> str:
    """A rate in percent, for example ``12,5%`` or ``12.5%``."""
    return f"{format_decimal(percent, '#,##0.##', locale=_LOCALES[language])}%"


def month(value: date, language: str) -> str:
    """The month of a day, for example ``dicembre 2026`` or ``December 2026``."""
    return format_date(value, "MMMM y", locale=_LOCALES[language])


def days(period: Period, language: str) -> str:
    """Days of one month: the month where they are all of it, else from when to when.

    For example ``dal 10 al 31 dicembre 2026`` or ``10 to 31 December 2026``; a single day as ``day`` writes it.
    """
    if period == Period.month(period.first):
        return month(period.first, language)
    if period.days == 1:
        return day(period.first, language)
    if language != "it":
        return f"{period.first.day} to {day(period.last, language)}"
    first = "1°" if period.first.day == 1 else str(period.first.day)
    begin = after_article(f"{first} ", "dal")
    return f"{begin}{after_article(day(period.last, language), 'al')}"


def span(period: Period, language: str) -> str:
    """From when to when, over months and years: ``dal 10 marzo 2026 al 9 marzo 2027``; a single day as ``day``."""
    first, last = day(period.first, language), day(period.last, language)
    if period.days == 1:
        return first
    if language != "it":
        return f"from {first} to {last}"
    return f"{after_article(first, 'dal')} {after_article(last, 'al')}"


def day(value: date, language: str) -> str:
    """A day, for example ``9 dicembre 2026`` or ``9 December 2026``; an instant gives its day in Rome.

    The first of a month is an ordinal in Italian: ``1° dicembre 2026``.
    """
    if isinstance(value, datetime):
        value = value.astimezone(ROME).date()
    first = language == "it" and value.day == 1
    return format_date(value, "d° MMMM y" if first else "d MMMM y", locale=_LOCALES[language])


def after_article(written: str, article: str) -> str:
    """An Italian day or moment behind its article: ``il 9 dicembre 2026``, but ``l’8 dicembre 2026``.

    Args:
        written: what ``day`` or ``moment`` wrote in Italian.
        article: ``il``, ``del``, ``al`` or ``dal``.

    Raises:
        KeyError: another article.
    """
    elided = _ELIDED[article]
    return f"{elided}{written}" if written.startswith(_BEFORE_A_VOWEL) else f"{article} {written}"


def moment(value: datetime, language: str) -> str:
    """An instant as Rome's day and time, for example ``9 dicembre 2026, ore 14:30``."""
    local = value.astimezone(ROME)
    return _TIMES[language].format(
        day=day(local, language), time=format_time(local, "HH:mm", tzinfo=ROME, locale=_LOCALES[language])
    )


def groups_of_four(code: str) -> str:
    """An IBAN or a creditor reference set apart in fours, as it is read out in every language: ``IT60 X054 …``."""
    return " ".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))
