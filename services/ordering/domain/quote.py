"""What an order costs, and the hash under which a quote is frozen.

Prices are net. The unit price of a year is twelve monthly fees less the annual discount, that of a reseller a monthly
fee less the discount of the tier, rounded half up once, so that quantity × unit price is exactly the line (SdI control
00423). VAT is computed once on the summed net
(control 00421). A total is one pure function over the lines.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from services.kit import localized
from services.kit.money import Money, percent, total, vat
from services.ordering.domain import stamp_duty
from services.ordering.domain.additions import Addition, addition_from
from services.ordering.domain.items import Item, merged, ordered
from services.ordering.domain.kinds import Billing, CustomerKind
from services.ordering.domain.price_list import LIST_PRICE, Edition, Priced
from services.ordering.domain.profile import BillingProfile
from services.ordering.domain.tax import TaxTreatment, treatment_of


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
class QuoteTax:
    """How a quote is taxed.

    Attributes:
        treatment: as it is, or as it is once it is proved that the customer is a business.
        vat_id: the VAT number on which it rests, with its country, for example `DE136695976`; empty for others.
        is_open: whether that is not proved yet, so that the quote names the total with Italian VAT too.
    """

    treatment: TaxTreatment
    vat_id: str = ""
    is_open: bool = False


DOMESTIC = QuoteTax(TaxTreatment.DOMESTIC)


def tax_of(profile: BillingProfile, day: date) -> QuoteTax:
    """How a sale on a day in Rome to a customer whom Casella serves is taxed; a proof may still be needed."""
    treatment = treatment_of(profile.seat, day)
    rests_on = profile.vat_id if treatment is TaxTreatment.REVERSE_CHARGE else None
    return QuoteTax(treatment, str(rests_on or ""))


@dataclass(frozen=True, slots=True)
class Quote:
    """A frozen quote: everything that its hash covers.

    Attributes:
        vat_rate: VAT rate of its treatment in percent.
        vat_rate_if_charged: while its tax is open: the rate that applies should the proof not come; else empty.
        reseller_discount: discount in percent that is taken off already; empty at list price.
        stamp_duty_minor: what the customer is charged for stamp duty where no VAT is, in minor units.
        addition: to which contract it adds; None for a first order.
    """

    quote_id: UUID
    account_id: UUID
    kind: CustomerKind
    billing: Billing
    price_list_version: str
    currency: str
    items: tuple[Item, ...]
    lines: tuple[QuoteLine, ...]
    tax: QuoteTax
    vat_rate: str
    vat_rate_if_charged: str
    valid_until: datetime
    reseller_discount: str = ""
    stamp_duty_minor: int = 0
    addition: Addition | None = None

    @property
    def totals(self) -> QuoteTotals:
        """The sum, always computed from the lines."""
        return self.totals_of(self.tax.treatment)

    @property
    def totals_if_charged(self) -> QuoteTotals | None:
        """The sum with Italian VAT, should the proof not come; None where the tax is not open."""
        if not self.vat_rate_if_charged:
            return None
        return totals(self.lines, Decimal(self.vat_rate_if_charged), self.currency)

    def rate_of(self, treatment: TaxTreatment) -> str:
        """The VAT rate in percent that it named for a treatment."""
        return self.vat_rate if treatment is self.tax.treatment else self.vat_rate_if_charged

    def lines_of(self, treatment: TaxTreatment) -> tuple[QuoteLine, ...]:
        """The lines under a treatment: with that of the stamp duty which is charged where no VAT is."""
        minor = self.stamp_duty_minor
        if treatment is TaxTreatment.DOMESTIC or not minor:
            return self.lines
        charged = QuoteLine(stamp_duty.CODE, 1, minor, minor, stamp_duty.TEXT_IT, stamp_duty.TEXT_EN)
        return (*self.lines, charged)

    def totals_of(self, treatment: TaxTreatment) -> QuoteTotals:
        """The sum that it named for a treatment."""
        return totals(self.lines_of(treatment), Decimal(self.rate_of(treatment)), self.currency)

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
            "treatment": str(self.tax.treatment),
            "vat_id": self.tax.vat_id,
            "vat_rate": self.vat_rate,
            "net_minor": self.totals.net.minor,
            "vat_minor": self.totals.vat.minor,
            "gross_minor": self.totals.gross.minor,
            **self._content_if_charged(),
            **({"reseller_discount": self.reseller_discount} if self.reseller_discount else {}),
            **({"stamp_duty_minor": self.stamp_duty_minor} if self.stamp_duty_minor else {}),
            **({"addition": self.addition.as_json()} if self.addition else {}),
            "valid_until": self.valid_until.astimezone(UTC).isoformat(),
        }

    def _content_if_charged(self) -> dict[str, Any]:
        sums = self.totals_if_charged
        if sums is None:
            return {}
        return {
            "vat_rate_if_charged": self.vat_rate_if_charged,
            "vat_minor_if_charged": sums.vat.minor,
            "gross_minor_if_charged": sums.gross.minor,
        }


def from_content(content: dict[str, Any]) -> Quote:
    """The quote whose `content` this is; one from before treatments were named is domestic."""
    if_charged = content.get("vat_rate_if_charged", "")
    return Quote(
        quote_id=UUID(content["quote_id"]),
        account_id=UUID(content["account_id"]),
        kind=CustomerKind(content["kind"]),
        billing=Billing(content["billing"]),
        price_list_version=content["price_list_version"],
        currency=content["currency"],
        items=tuple(Item(item["size_gb"], item["quantity"], tuple(item["options"])) for item in content["items"]),
        lines=tuple(QuoteLine(**line) for line in content["lines"]),
        tax=QuoteTax(
            TaxTreatment(content.get("treatment", TaxTreatment.DOMESTIC)), content.get("vat_id", ""), bool(if_charged)
        ),
        vat_rate=content["vat_rate"],
        vat_rate_if_charged=if_charged,
        valid_until=datetime.fromisoformat(content["valid_until"]),
        reseller_discount=content.get("reseller_discount", ""),
        stamp_duty_minor=content.get("stamp_duty_minor", 0),
        addition=addition_from(content["addition"]) if "addition" in content else None,
    )


class Net(Protocol):
    """A line, as far as a sum asks."""

    @property
    def net_minor(self) -> int:
        """Its net amount in minor units."""
        ...


def totals(lines: Sequence[Net], rate: Decimal, currency: str) -> QuoteTotals:
    """Sum of the lines and the VAT on it.

    Args:
        lines: any number of lines, none included.
        rate: VAT rate in percent.
        currency: ISO 4217 code of the amounts.
    """
    net = total((Money(line.net_minor, currency) for line in lines), currency)
    tax = vat(net, rate)
    return QuoteTotals(net, tax, net + tax)


def unit_price(
    monthly: Decimal, billing: Billing, annual_discount: Decimal, currency: str, reseller_discount: Decimal = LIST_PRICE
) -> Money:
    """Net price of one unit for one period: a month, or a year with its discount (in percent) taken off.

    A reseller is billed by the month alone, so that no price has both discounts.
    """
    if billing is Billing.MONTHLY:
        return percent(Money.of(monthly, currency), 100 - reseller_discount)
    return percent(Money.of(monthly * 12, currency), 100 - annual_discount)


def quote_lines(
    items: Iterable[Item], billing: Billing, edition: Edition, currency: str, reseller_discount: Decimal = LIST_PRICE
) -> tuple[QuoteLine, ...]:
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
        unit = unit_price(entry.monthly, billing, edition.annual_discount, currency, reseller_discount)
        text_it, text_en = _texts(entry, billing, reseller_discount, currency)
        net = unit * quantity
        lines.append(QuoteLine(entry.code, quantity, unit.minor, net.minor, text_it, text_en))
    return tuple(lines)


def discount_text(discount: Decimal, monthly: Decimal, currency: str, language: str) -> str:
    """What a line with a reseller's price ends with, for example ``, reseller discount 15%``; nothing at list price.

    Where the price had to be rounded the percentage alone would not be true, so that the list price stands with it.
    """
    if not discount:
        return ""
    rate, listed = localized.rate(discount, language), Money.of(monthly, currency)
    if listed.minor * discount % 100 == 0:
        return f", sconto rivenditori {rate}" if language == "it" else f", reseller discount {rate}"
    price = localized.plain_money(listed, language)
    if language == "it":
        return f", prezzo di listino {price} meno sconto rivenditori {rate}, arrotondato al centesimo"
    return f", list price {price} less reseller discount {rate}, rounded to cents"


def _texts(entry: Priced, billing: Billing, reseller_discount: Decimal, currency: str) -> tuple[str, str]:
    name = entry.name
    if billing is Billing.ANNUAL:
        return f"{name.it}, 12 mesi", f"{name.en}, 12 months"
    it, en = (discount_text(reseller_discount, entry.monthly, currency, language) for language in ("it", "en"))
    return f"{name.it}, 1 mese{it}", f"{name.en}, 1 month{en}"
