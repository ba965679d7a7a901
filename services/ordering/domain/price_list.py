"""What a price list is: editions with a first day, plans by mailbox size, options, the annual discount, reseller tiers.

Every rule that a price list must keep stands here, so that a list which loads can be computed with: whoever reads it
(`price_list_file`) only turns the operator's file into these types.
"""

from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

BANDS_GB = (8, 25, 50, 100)
"""Mailboxes are billed in these bands of size, in GB (the provider's terms of sale)."""

LIST_PRICE = Decimal(0)
"""The discount of whoever has none."""

MOST_OPTIONS = 20
"""Options of an edition, and so of one entry of an order."""

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
Amount = Annotated[Decimal, Field(strict=False, gt=0, le=Decimal("100000.00"), decimal_places=2)]
Percent = Annotated[Decimal, Field(strict=False, ge=0, lt=100, decimal_places=2)]
Discount = Annotated[Decimal, Field(strict=False, gt=0, lt=100, decimal_places=2)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True)]


class _Part(BaseModel):
    """A part of the list: no unknown key passes, because a misspelt price would silently be no price."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Name(_Part):
    """What a customer reads on quotes and documents, in both languages."""

    it: Text
    en: Text


class Priced(_Part):
    """Something with a price; `monthly` is the net fee of one mailbox for one month."""

    code: Code
    name: Name
    monthly: Amount


class Plan(Priced):
    """A mailbox of one size band."""

    storage_gb: Literal[8, 25, 50, 100]


class Option(Priced):
    """Something sold with a mailbox."""


class ResellerTier(_Part):
    """The discount in percent that an approved reseller has from so many mailboxes on, for all of them.

    The tier is that of all mailboxes of one document together, whatever their sizes: so a document has one discount,
    and a line one price. Where the next tier begins the sum may fall; a price never rises with the number.
    """

    from_mailboxes: Annotated[int, Field(ge=1, le=1_000_000)]
    discount: Discount


class Edition(_Part):
    """One edition of the prices, valid from the first moment of a day in Europe/Rome until the next edition begins."""

    version: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$")]
    valid_from: date
    annual_discount: Percent
    plans: Annotated[tuple[Plan, ...], Field(strict=False)]
    options: Annotated[tuple[Option, ...], Field(strict=False, max_length=MOST_OPTIONS)] = ()
    reseller_tiers: Annotated[tuple[ResellerTier, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        bands = [plan.storage_gb for plan in self.plans]
        if sorted(bands) != list(BANDS_GB):
            wanted = ", ".join(str(band) for band in BANDS_GB)
            raise ValueError(f"plans must name each size exactly once ({wanted} GB), found {sorted(bands)}")
        entries: tuple[Priced, ...] = (*self.plans, *self.options)
        codes = [entry.code for entry in entries]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            raise ValueError(f"codes of plans and options must differ, used twice: {', '.join(twice)}")
        by_size = sorted(self.plans, key=lambda plan: plan.storage_gb)
        if any(small.monthly > large.monthly for small, large in pairwise(by_size)):
            raise ValueError("a larger plan must not cost less than a smaller one")
        steps = [(tier.from_mailboxes, tier.discount) for tier in self.reseller_tiers]
        if any(low[0] >= high[0] or low[1] >= high[1] for low, high in pairwise(steps)):
            raise ValueError("reseller tiers must rise in mailboxes and in discount")
        return self

    def plan(self, storage_gb: int) -> Plan:
        """The plan of a band; each band of `BANDS_GB` has exactly one."""
        return next(plan for plan in self.plans if plan.storage_gb == storage_gb)

    def reseller_discount(self, mailboxes: int) -> Decimal:
        """The discount in percent of an approved reseller with so many mailboxes in a document; 0 below every tier."""
        reached = [tier.discount for tier in self.reseller_tiers if tier.from_mailboxes <= mailboxes]
        return reached[-1] if reached else LIST_PRICE

    def option(self, code: str) -> Option | None:
        """The option with this code, if there is one."""
        return next((option for option in self.options if option.code == code), None)


class PriceList(_Part):
    """All editions of the prices, in one currency."""

    format: Literal[1]
    currency: Literal["EUR"]
    editions: Annotated[tuple[Edition, ...], Field(strict=False)]

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        versions = [edition.version for edition in self.editions]
        if not versions:
            raise ValueError("there must be at least one edition")
        if len(set(versions)) != len(versions):
            raise ValueError("each edition needs a version of its own")
        days = [edition.valid_from for edition in self.editions]
        if any(first >= then for first, then in pairwise(days)):
            raise ValueError("editions must stand in the order of their valid_from, each later than the one before")
        return self

    def on(self, day: date) -> Edition | None:
        """The edition that holds on a day in Europe/Rome; None before the first one begins."""
        begun = [edition for edition in self.editions if edition.valid_from <= day]
        return begun[-1] if begun else None

    def over(self, first: date, last: date) -> Edition | None:
        """The edition that holds on a first day, with the options that later ones bring up to a last day."""
        held = self.on(first)
        if held is None:
            return None
        options = list(held.options)
        for edition in self.editions:
            if first < edition.valid_from <= last:
                known = {option.code for option in options}
                options += [option for option in edition.options if option.code not in known]
        return held.model_copy(update={"options": tuple(options)})
