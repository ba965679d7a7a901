"""What an order costs, and the hash under which a quote is frozen.

Prices are net. The unit price of a year is twelve monthly fees less the annual discount, rounded half up once, so
that quantity × unit price is exactly the line (SdI control 00423). VAT is computed once on the summed net
(control 00421). A total is one pure function over the lines.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.kit.money import Money, percent, total, vat
from services.ordering.domain.items import Item, merged, ordered
from services.ordering.domain.kinds import Billing, CustomerKind
from services.ordering.domain.price_list import Edition, Name, Priced

VAT_RATE = Decimal("22.00")
"""Italian ordinary rate in percent (DPR 633/1972, art. 16)."""


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """One line: amounts in minor units of the quote's currency, net."""

    code: str
    quantity: int
    unit_minor: int
    net_minor: int
    text_it: str
    text_en: str


@dataclass(frozen=True, slots=True)
class QuoteTotals:
    """Sum of the lines, VAT on that sum, and what is to be paid."""

    net: Money
    vat: Money
    gross: Money


@dataclass(frozen=True, slots=True)
class Quote:
    """A frozen quote: everything that its hash covers."""

    quote_id: UUID
    account_id: UUID
    kind: CustomerKind
    billing: Billing
    price_list_version: str
    currency: str
    items: tuple[Item, ...]
    lines: tuple[QuoteLine, ...]
    vat_rate: str
    valid_until: datetime

    @property
    def totals(self) -> QuoteTotals:
        """The sum, always computed from the lines."""
        return totals(self.lines, Decimal(self.vat_rate), self.currency)

    @property
    def mailboxes(self) -> int:
        """Number of mailboxes ordered."""
        return sum(item.quantity for item in self.items)

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical content, lower-case hex: goes on the order and into the consent."""
        text = json.dumps(self.content(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8")).hexdigest()

    def content(self) -> dict[str, Any]:
        """Everything the hash covers, as JSON values; `from_content` reads it back."""
        return {
            "quote_id": str(self.quote_id),
            "account_id": str(self.account_id),
            "kind": str(self.kind),
            "billing": str(self.billing),
            "price_list_version": self.price_list_version,
            "currency": self.currency,
            "items": [{**asdict(item), "options": list(item.options)} for item in self.items],
            "lines": [asdict(line) for line in self.lines],
            "vat_rate": self.vat_rate,
            "net_minor": self.totals.net.minor,
            "vat_minor": self.totals.vat.minor,
            "gross_minor": self.totals.gross.minor,
            "valid_until": self.valid_until.astimezone(UTC).isoformat(),
        }


def from_content(content: dict[str, Any]) -> Quote:
    """The quote whose `content` this is."""
    return Quote(
        quote_id=UUID(content["quote_id"]),
        account_id=UUID(content["account_id"]),
        kind=CustomerKind(content["kind"]),
        billing=Billing(content["billing"]),
        price_list_version=content["price_list_version"],
        currency=content["currency"],
        items=tuple(Item(item["size_gb"], item["quantity"], tuple(item["options"])) for item in content["items"]),
        lines=tuple(QuoteLine(**line) for line in content["lines"]),
        vat_rate=content["vat_rate"],
        valid_until=datetime.fromisoformat(content["valid_until"]),
    )


def totals(lines: Sequence[QuoteLine], rate: Decimal, currency: str) -> QuoteTotals:
    """Sum of the lines and the VAT on it.

    Args:
        lines: any number of lines, none included.
        rate: VAT rate in percent.
        currency: ISO 4217 code of the amounts.
    """
    net = total((Money(line.net_minor, currency) for line in lines), currency)
    tax = vat(net, rate)
    return QuoteTotals(net, tax, net + tax)


def unit_price(monthly: Decimal, billing: Billing, annual_discount: Decimal, currency: str) -> Money:
    """Net price of one unit for one period: a month, or a year with the discount (in percent) taken off."""
    if billing is Billing.MONTHLY:
        return Money.of(monthly, currency)
    return percent(Money.of(monthly * 12, currency), 100 - annual_discount)


def quote_lines(items: Iterable[Item], billing: Billing, edition: Edition, currency: str) -> tuple[QuoteLine, ...]:
    """The lines of an order: one a size, smallest first, then one an option in the order of the price list."""
    wanted = merged(items)
    sizes, options = ordered(wanted), Counter[str]()
    for item in wanted:
        options.update(dict.fromkeys(item.options, item.quantity))
    plans: list[tuple[Priced, int]] = [(edition.plan(size), sizes[size]) for size in sorted(sizes)]
    extras: list[tuple[Priced, int]] = [
        (option, options[option.code]) for option in edition.options if options[option.code]
    ]
    lines = []
    for entry, quantity in (*plans, *extras):
        unit = unit_price(entry.monthly, billing, edition.annual_discount, currency)
        text_it, text_en = _texts(entry.name, billing)
        net = unit * quantity
        lines.append(QuoteLine(entry.code, quantity, unit.minor, net.minor, text_it, text_en))
    return tuple(lines)


def _texts(name: Name, billing: Billing) -> tuple[str, str]:
    if billing is Billing.ANNUAL:
        return f"{name.it}, 12 mesi", f"{name.en}, 12 months"
    return f"{name.it}, 1 mese", f"{name.en}, 1 month"
