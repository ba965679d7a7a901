"""Decides how numbers, amounts, days and codes are written in a document of a language."""

import re
from datetime import date, datetime
from decimal import Decimal

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_decimal

from services.kit import localized
from services.kit.calendar import ROME, end_of_day, rome_date
from services.kit.money import Money

# English documents of an Italian provider follow British usage: day before month, "€1,234.50".
_LOCALES = {"it": "it_IT", "en": "en_GB"}

# The narrowest column of running text takes about so many characters.
_LONG_WORD = 24
_ZERO_WIDTH_SPACE = "\u200b"
_BREAK_AFTER = re.compile(r"[@./_-]")
_UNBROKEN = re.compile(r"[^\u200b]{24}(?=[^\u200b])")


class Formats:
    """Writes values in one language."""

    def __init__(self, language: str) -> None:
        """Takes "it" or "en"."""
        self._language = language
        self._locale = _LOCALES[language]

    def money(self, amount: Money) -> str:
        """Writes an amount with its currency: "1.234,50 €" or "€1,234.50"."""
        return localized.money(amount, self._language)

    def number(self, value: int) -> str:
        """Writes a whole number with its thousands apart."""
        return format_decimal(value, locale=self._locale)

    def rate(self, rate: Decimal) -> str:
        """Writes a VAT rate: "22%"."""
        return f"{format_decimal(rate.normalize(), locale=self._locale)}%"

    def country(self, code: str) -> str:
        """Names a country by its ISO 3166-1 alpha-2 code: "Germania" or "Germany"."""
        return str(Locale.parse(self._locale).territories.get(code, code))

    def day(self, day: date) -> str:
        """Writes a day with its year in full: "24/11/2026", in English "24 November 2026"."""
        if self._language != "it":
            return localized.day(day, self._language)
        return format_date(day, "dd/MM/yyyy", locale=self._locale)

    def last_moment(self, moment: datetime) -> str:
        """Writes until when something may be done, in Rome: "09/12/2026", with the time where the day ends earlier."""
        day = self.day(rome_date(moment))
        if moment == end_of_day(moment):
            return day
        return f"{day}, {format_time(moment, 'HH:mm', tzinfo=ROME, locale=self._locale)}"


def breakable(text: str) -> str:
    """Lets long words without a blank, such as an address of certified mail, break at the line's end.

    Zero-width spaces go behind dots, signs and dashes, and into runs that have none; ordinary words stay as they are.
    """
    return " ".join(_soften(word) if len(word) > _LONG_WORD else word for word in text.split(" "))


def _soften(word: str) -> str:
    softened = _BREAK_AFTER.sub(lambda sign: sign.group() + _ZERO_WIDTH_SPACE, word)
    return _UNBROKEN.sub(lambda run: run.group() + _ZERO_WIDTH_SPACE, softened)
