"""Decides how a document adds up: a sum is never stored by hand, it is one function over the lines.

The VAT is computed once per rate on the summed net.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.invoicing.domain.tax import Natura
from services.kit.money import Money, total, vat


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line; `net` is quantity × unit price. `vat_rate` in percent. The period has both ends or none.

    `natura` says why there is no VAT: exactly where the rate is zero. `tax` is the VAT of a line that has its own: what
    a credit note gives back of the invoice's (see `crediting`), what a part payment has of the sale's, and, below zero,
    what is deducted of it (see `deducting`); None on every other line: the VAT is computed once a rate. `advance_id` is
    the invoice of a part payment that the line deducts.
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
    advance_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class VatShare:
    """Net and VAT of all lines of one rate, or without VAT of one natura."""

    rate: Decimal
    natura: Natura | None
    taxable: Money
    tax: Money

    def as_line(self, position: int, description: str) -> Line:
        """The line of a document that gives or takes this share as it is, its VAT included."""
        return Line(
            position=position,
            description=description,
            quantity=1,
            unit_price=self.taxable,
            net=self.taxable,
            vat_rate=self.rate,
            natura=self.natura,
            tax=self.tax,
        )

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


def sold_lines(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines of what is sold, without those that deduct part payments of it."""
    return tuple(line for line in lines if line.advance_id is None)


def vat_shares(lines: Iterable[Line]) -> tuple[VatShare, ...]:
    """Sums the lines per VAT rate, highest rate first, and those without VAT per natura.

    The VAT is the rate's share of the summed net, rounded half up once (SdI code 00421 asks for the same); lines that
    have a VAT of their own add that.

    Raises:
        ValueError: There is no line: a document without lines has no currency and no sum.
    """
    groups: dict[tuple[Decimal, Natura | None], list[Line]] = {}
    for line in lines:
        groups.setdefault((line.vat_rate, line.natura), []).append(line)
    if not groups:
        raise ValueError("a document has at least one line")
    shares = (_share(rate, natura, group) for (rate, natura), group in groups.items())
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


def _share(rate: Decimal, natura: Natura | None, lines: Sequence[Line]) -> VatShare:
    currency = lines[0].net.currency
    own = total((line.tax for line in lines if line.tax is not None), currency)
    computed = vat(total((line.net for line in lines if line.tax is None), currency), rate)
    return VatShare(rate, natura, total((line.net for line in lines), currency), computed + own)
