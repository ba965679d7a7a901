"""How amounts, months and days of a period read in both languages."""

from datetime import date

import pytest

from services.kit import localized
from services.kit.calendar import Period
from services.kit.money import Money


@pytest.mark.parametrize(
    ("first", "last", "italian", "english"),
    [
        (10, 31, "dal 10 al 31 dicembre 2026", "10 to 31 December 2026"),
        (1, 8, "dal 1° all’8 dicembre 2026", "1 to 8 December 2026"),
        (11, 12, "dall’11 al 12 dicembre 2026", "11 to 12 December 2026"),
        (1, 1, "1° dicembre 2026", "1 December 2026"),
        (1, 31, "dicembre 2026", "December 2026"),
    ],
)
def test_days_of_a_month_are_written_as_people_say_them(first: int, last: int, italian: str, english: str) -> None:
    period = Period(date(2026, 12, first), date(2026, 12, last))
    assert (localized.days(period, "it"), localized.days(period, "en")) == (italian, english)


def test_an_amount_without_a_sign_is_latin_1_in_both_languages() -> None:
    written = [localized.plain_money(Money(123450), language) for language in ("it", "en")]
    assert written == ["1.234,50 EUR", "1,234.50 EUR"]
    assert all(text.encode("latin-1") for text in written)
