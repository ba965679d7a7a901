"""What a customer may order: mailboxes by size with their options, under the minimums and against what already exists.

A domain without mailboxes counts as one mailbox of the smallest size; inactive mailboxes count like all others
(mailboxes reports them so).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from services.ordering.domain.kinds import Billing, CustomerKind
from services.ordering.domain.policy import OrderingPolicy
from services.ordering.domain.price_list import BANDS_GB, Edition
from services.ordering.domain.problems import Problem

MOST_ITEMS = 50
"""Most entries in one order; four sizes with every combination of options need fewer."""


@dataclass(frozen=True, slots=True)
class Item:
    """So many mailboxes of one size (in GB), each with these options (codes of the price list)."""

    size_gb: int
    quantity: int
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Usage:
    """What an account has: mailboxes by size in GB, inactive ones included, and by the codes of their options, and
    domains without a mailbox.
    """

    mailboxes: dict[int, int]
    empty_domains: int
    options: dict[str, int] = field(default_factory=dict)

    def counted(self) -> Counter[int]:
        """Mailboxes to be paid for by size in GB."""
        counted = Counter(self.mailboxes)
        counted[BANDS_GB[0]] += self.empty_domains
        return counted


def merged(items: Iterable[Item]) -> tuple[Item, ...]:
    """The same items with equal ones added up, in a fixed order: by size, then by options."""
    sums: Counter[tuple[int, tuple[str, ...]]] = Counter()
    for item in items:
        sums[(item.size_gb, tuple(sorted(item.options)))] += item.quantity
    return tuple(Item(size, quantity, options) for (size, options), quantity in sorted(sums.items()))


def without(items: Iterable[Item], taken: Iterable[Item]) -> tuple[Item, ...]:
    """What is left of items once others are taken away, in the order of `merged`."""
    left = Counter({(item.size_gb, tuple(sorted(item.options))): item.quantity for item in merged(items)})
    left -= Counter({(item.size_gb, tuple(sorted(item.options))): item.quantity for item in merged(taken)})
    return tuple(Item(size, quantity, options) for (size, options), quantity in sorted(left.items()))


def ordered(items: Iterable[Item]) -> Counter[int]:
    """Mailboxes ordered by size in GB."""
    sums: Counter[int] = Counter()
    for item in items:
        sums[item.size_gb] += item.quantity
    return sums


def covers(items: Sequence[Item], usage: Usage) -> bool:
    """Whether the order pays for what exists: every mailbox there is finds a mailbox ordered of its size or larger."""
    bought, used = ordered(items), usage.counted()
    larger = [[band for band in BANDS_GB if band >= size] for size in BANDS_GB]
    return all(sum(bought[band] for band in bands) >= sum(used[band] for band in bands) for bands in larger)


def item_problems(
    items: Sequence[Item], kind: CustomerKind | None, billing: Billing | None, edition: Edition, policy: OrderingPolicy
) -> Iterator[Problem]:
    """Every field of a request for a quote that breaks a rule; kind and billing are None where they were not given."""
    if kind is None:
        yield Problem("kind", "required")
    if billing is None:
        yield Problem("billing", "required")
    if kind is CustomerKind.RESELLER and billing is Billing.ANNUAL:
        yield Problem("billing", "reseller_monthly_only")
    if not items:
        yield Problem("items", "required")
    bad = [problem for place, item in enumerate(items) for problem in _one(f"items[{place}]", item, edition, policy)]
    yield from bad
    total = sum(item.quantity for item in items)
    if items and billing and not bad and total < policy.minimum(billing):
        yield Problem("items", f"minimum_{billing}", {"least": policy.minimum(billing)})
    if not bad and total > policy.largest_order:
        yield Problem("items", "largest_order", {"most": policy.largest_order})


def _one(path: str, item: Item, edition: Edition, policy: OrderingPolicy) -> Iterator[Problem]:
    if item.size_gb not in BANDS_GB:
        yield Problem(f"{path}.size", "required")
    if not 1 <= item.quantity <= policy.largest_order:
        yield Problem(f"{path}.quantity", "out_of_range", {"least": 1, "most": policy.largest_order})
    unknown = [code for code in item.options if edition.option(code) is None]
    if unknown or len(set(item.options)) != len(item.options):
        yield Problem(f"{path}.options", "unknown_option" if unknown else "option_twice")
