"""Money: whole cents, one currency in a sum, half up."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casella.common.v1 import common_pb2
from services.kit.money import Money, percent, total, vat, written

_MINOR = st.integers(-(10**12), 10**12)
_RATES = st.decimals("0", "100", places=2)
_EURO = _MINOR.map(Money)


def _half_up(exact: Fraction) -> int:
    """Half away from zero, by integers alone: the other way to compute it."""
    magnitude = (2 * abs(exact.numerator) + exact.denominator) // (2 * exact.denominator)
    return magnitude if exact >= 0 else -magnitude


@given(_EURO, _RATES)
def test_a_percentage_is_rounded_half_up(amount: Money, rate: Decimal) -> None:
    assert percent(amount, rate).minor == _half_up(Fraction(amount.minor) * Fraction(rate) / 100)


@pytest.mark.parametrize(
    ("net", "rate", "tax"),
    [(1000, "22", 220), (250, "22", 55), (25, "10", 3), (-25, "10", -3), (0, "22", 0), (1, "22", 0)],
)
def test_vat_is_half_up_on_the_net(net: int, rate: str, tax: int) -> None:
    assert vat(Money(net), Decimal(rate)) == Money(tax)


def test_vat_on_the_sum_differs_from_the_sum_of_vats() -> None:
    lines = [Money(2), Money(2), Money(2)]
    assert vat(total(lines), Decimal(22)) == Money(1)
    assert total(vat(line, Decimal(22)) for line in lines) == Money(0)


@given(st.lists(_EURO, max_size=20))
def test_a_total_is_the_sum_of_its_lines_with_none_one_and_many(lines: list[Money]) -> None:
    assert total(lines).minor == sum(line.minor for line in lines)


@given(_MINOR, st.integers(0, 400), st.integers(1, 400))
def test_a_share_by_days_is_exact_and_half_up(minor: int, part: int, whole: int) -> None:
    assert Money(minor).share(part, whole).minor == _half_up(Fraction(minor * part, whole))


@given(st.integers(0, 10**9).map(Money), st.integers(1, 399), st.integers(1, 399))
def test_two_shares_are_the_whole_within_a_cent_and_none_is_more(amount: Money, one: int, other: int) -> None:
    parts = [amount.share(days, one + other) for days in (one, other)]
    assert abs((total(parts) - amount).minor) <= 1
    assert all(Money(0) <= part <= amount for part in parts)


@given(_EURO, st.integers(1, 400))
def test_all_days_are_the_whole(amount: Money, days: int) -> None:
    assert amount.share(days, days) == amount


@given(_EURO)
def test_euro_and_cents_go_both_ways(amount: Money) -> None:
    assert Money.of(amount.decimal) == amount


@given(_EURO, _EURO)
def test_taking_away_undoes_adding(a: Money, b: Money) -> None:
    assert a + b - b == a
    assert (a < b) == (a.minor < b.minor)
    assert a + -a == Money(0)


def test_two_currencies_never_meet() -> None:
    for meet in (lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a < b, lambda a, b: total([a, b])):
        with pytest.raises(ValueError, match="add up"):
            meet(Money(1), Money(1, "USD"))


@pytest.mark.parametrize("minor", [1.0, Decimal(1), True, "1"])
def test_only_whole_minor_units_are_money(minor: int) -> None:
    with pytest.raises(TypeError):
        Money(minor)


@pytest.mark.parametrize("currency", ["", "eur", "EURO", "E1R", "ÈUR"])
def test_a_currency_is_three_capital_letters(currency: str) -> None:
    with pytest.raises(ValueError, match="ISO 4217"):
        Money(1, currency)


@pytest.mark.parametrize(
    ("minor", "text"),
    [(8540, "EUR 85.40"), (5, "EUR 0.05"), (-5, "EUR -0.05"), (-12345, "EUR -123.45"), (0, "EUR 0.00")],
)
def test_an_amount_is_written_with_its_sign_before_its_digits(minor: int, text: str) -> None:
    assert written(Money(minor)) == text
    assert written(common_pb2.Money(minor=minor, currency="EUR")) == text
