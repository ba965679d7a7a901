"""How amounts and dates read in Italian and English: one place, so that an email and a PDF say the same."""

from datetime import date, datetime

from babel.dates import format_date, format_time
from babel.numbers import format_currency

from services.kit.calendar import ROME
from services.kit.money import Money

_LOCALES = {"it": "it_IT", "en": "en_GB"}
_TIMES = {"it": "{day}, ore {time}", "en": "{day}, {time}"}


def money(amount: Money, language: str) -> str:
    """An amount, for example ``1.234,50 €`` or ``€1,234.50``."""
    return format_currency(amount.decimal, amount.currency, locale=_LOCALES[language])


def day(value: date, language: str) -> str:
    """A day, for example ``9 dicembre 2026`` or ``9 December 2026``; an instant gives its day in Rome."""
    if isinstance(value, datetime):
        value = value.astimezone(ROME).date()
    return format_date(value, "d MMMM y", locale=_LOCALES[language])


def moment(value: datetime, language: str) -> str:
    """An instant as Rome's day and time, for example ``9 dicembre 2026, ore 14:30``."""
    local = value.astimezone(ROME)
    return _TIMES[language].format(
        day=day(local, language), time=format_time(local, "HH:mm", tzinfo=ROME, locale=_LOCALES[language])
    )
