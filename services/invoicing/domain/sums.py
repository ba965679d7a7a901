"""Decides how a document adds up: a sum is never stored by hand, it is one function over the lines.

The VAT is computed once per rate on the summed net.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.invoicing.domain.tax import STAMP_DUTY, STAMP_DUTY_ABOVE, Natura
from services.kit.money import Money, total, vat


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line; `net` is quantity × unit price. `vat_rate` in percent. The period has both ends or none.

    `natura` says why there is no VAT: exactly where the rate is zero. `tax` is what a credit note gives back of the
    invoice's VAT (see `crediting`); None on every other line: the VAT is computed once a rate.
    """

    position: int
    description: str
    quantity: int
    unit_price: Money
    net: Money
    vat_rate: Decimal
    natura: Natura | None = None
    period_start: date | None = None
    period_end: date | None = None
    tax: Money | None = None


@dataclass(frozen=True, slots=True)
class VatShare:
    """Net and VAT of all lines of one rate, or without VAT of one natura."""

    rate: Decimal
    natura: Natura | None
    taxable: Money
    tax: Money

    @property
    def gross(self) -> Money:
        """Net and VAT together."""
        return self.taxable + self.tax


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of a document; gross = net + VAT."""

    net: Money
    vat: Money
    gross: Money


def vat_shares(lines: Iterable[Line]) -> tuple[VatShare, ...]:
    """Sums the lines per VAT rate, highest rate first, and those without VAT per natura.

    The VAT is the rate's share of the summed net, rounded half up once (SdI code 00421 asks for the same); on a credit
    note it is what the lines give back.

    Raises:
        ValueError: There is no line: a document without lines has no currency and no sum.
    """
    nets: dict[tuple[Decimal, Natura | None], Money] = {}
    given_back: dict[tuple[Decimal, Natura | None], Money] = {}
    for line in lines:
        key = line.vat_rate, line.natura
        nets[key] = nets[key] + line.net if key in nets else line.net
        if line.tax is not None:
            given_back[key] = given_back[key] + line.tax if key in given_back else line.tax
    if not nets:
        raise ValueError("a document has at least one line")
    shares = (
        VatShare(rate, natura, net, given_back.get((rate, natura), vat(net, rate)))
        for (rate, natura), net in nets.items()
    )
    return tuple(sorted(shares, key=lambda share: share.rate, reverse=True))


def totals(lines: Iterable[Line]) -> Totals:
    """Adds a document up.

    Raises:
        ValueError: There is no line.
    """
    shares = vat_shares(lines)
    net, tax = shares[0].taxable, shares[0].tax
    for share in shares[1:]:
        net, tax = net + share.taxable, tax + share.tax
    return Totals(net=net, vat=tax, gross=net + tax)


def stamp_duty(lines: Iterable[Line]) -> Money | None:
    """The stamp duty that a document owes, whoever bears it; None where it owes none."""
    without_vat = total(line.net for line in lines if line.natura is Natura.NOT_SUBJECT)
    return STAMP_DUTY if without_vat > STAMP_DUTY_ABOVE else None
