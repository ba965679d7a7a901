"""Amounts of money: whole minor units with their currency, rates as Decimal, rounding half up.

A float never touches an amount. Two currencies never meet in one sum.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import total_ordering
from typing import Protocol

_CURRENCY = re.compile(r"[A-Z]{3}")
MOST_MINOR = 99_999_999_999
"""EUR 999,999,999.99: the most that a SEPA transfer and its QR code carry (EPC069-12), and any amount on the wire."""
_EXPONENT = 2
"""Euro cents. A currency with another number of decimals needs a table here before it can be billed."""


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents), negative for what is given back."""

    minor: int
    currency: str = "EUR"

    def __post_init__(self) -> None:
        """Refuse a float, a Decimal or a currency that is not an ISO 4217 code."""
        if type(self.minor) is not int:
            raise TypeError("minor units are an int")
        if not _CURRENCY.fullmatch(self.currency):
            raise ValueError("a currency is three capital letters (ISO 4217)")

    @classmethod
    def of(cls, amount: Decimal, currency: str = "EUR") -> "Money":
        """Round an amount in major units (euro) half up to whole minor units."""
        minor = amount.scaleb(_EXPONENT).quantize(Decimal(1), ROUND_HALF_UP)
        return cls(int(minor), currency)

    @property
    def decimal(self) -> Decimal:
        """The amount in major units (euro), with two decimals."""
        return Decimal(self.minor).scaleb(-_EXPONENT)

    def __add__(self, other: "Money") -> "Money":
        """Add an amount of the same currency."""
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        """Take away an amount of the same currency."""
        return Money(self.minor - self._same(other).minor, self.currency)

    def __neg__(self) -> "Money":
        """The same amount with the other sign."""
        return Money(-self.minor, self.currency)

    def __mul__(self, count: int) -> "Money":
        """So many times the amount, exactly. For a rate use ``times`` or ``percent``."""
        return Money(self.minor * count, self.currency)

    def __lt__(self, other: "Money") -> bool:
        """Compare with an amount of the same currency."""
        return self.minor < self._same(other).minor

    def __bool__(self) -> bool:
        """Whether it is not zero."""
        return self.minor != 0

    def times(self, factor: Decimal) -> "Money":
        """The amount by an exact factor, rounded half up (away from zero at the half) to minor units."""
        return Money(int((self.minor * factor).quantize(Decimal(1), ROUND_HALF_UP)), self.currency)

    def share(self, part: int, whole: int) -> "Money":
        """The part of the amount for ``part`` of ``whole`` (days of a term), rounded half up.

        Done in integers, because a quotient such as 14/365 has no exact Decimal.
        """
        if whole <= 0:
            raise ValueError("there is no share of nothing")
        sign = 1 if self.minor * part >= 0 else -1
        return Money(sign * ((2 * abs(self.minor * part) + whole) // (2 * whole)), self.currency)

    def _same(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")
        return other


class InMinorUnits(Protocol):
    """`Money`, or the message of that name."""

    @property
    def minor(self) -> int:
        """Minor units."""

    @property
    def currency(self) -> str:
        """ISO 4217 code."""


def written(amount: InMinorUnits) -> str:
    """``EUR 85.40``, ``EUR -0.05``: an amount in a sentence for operators."""
    sign = "-" if amount.minor < 0 else ""
    major, minor = divmod(abs(amount.minor), 10**_EXPONENT)
    return f"{amount.currency} {sign}{major}.{minor:0{_EXPONENT}d}"


def percent(amount: Money, rate: Decimal) -> Money:
    """So many per cent of an amount, rounded half up: ``percent(Money(1000), Decimal("22"))`` is 2.20."""
    return amount.times(rate / 100)


def vat(net: Money, rate: Decimal) -> Money:
    """The value-added tax on a net sum.

    Computed once per rate on the summed net, never line by line: the sum of rounded lines differs, and the
    Sistema di Interscambio refuses the invoice (error 00421).

    Args:
        net: Sum of all lines of one rate.
        rate: Per cent, for example ``Decimal("22")``.
    """
    return percent(net, rate)


def total(amounts: Iterable[Money], currency: str = "EUR") -> Money:
    """Sum amounts of one currency; of none the sum is zero in the given currency."""
    result = Money(0, currency)
    for amount in amounts:
        result += amount
    return result
