"""Totals, minimums and the hash of a quote."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ordering.domain.items import Item, Usage, covers, item_problems, merged, ordered
from services.ordering.domain.kinds import Billing, CustomerKind
from services.ordering.domain.policy import OrderingPolicy
from services.ordering.domain.price_list import BANDS_GB
from services.ordering.domain.quote import DOMESTIC, Quote, QuoteTax, from_content, quote_lines, totals, unit_price
from services.ordering.domain.tax import VAT_RATE, TaxTreatment
from services.ordering.price_list_file import load_price_list

EDITION = load_price_list(Path(__file__).parents[3] / "deploy" / "pricelist.yaml").editions[0]
POLICY = OrderingPolicy()
OPTIONS = [option.code for option in EDITION.options]

items = st.builds(
    Item,
    size_gb=st.sampled_from(BANDS_GB),
    quantity=st.integers(1, 1000),
    options=st.lists(st.sampled_from(OPTIONS), unique=True).map(tuple),
)
item_lists = st.lists(items, max_size=12)
billings = st.sampled_from(Billing)


def quote_of(wanted: list[Item], billing: Billing = Billing.MONTHLY) -> Quote:
    return Quote(
        quote_id=UUID(int=1),
        account_id=UUID(int=2),
        kind=CustomerKind.PRIVATE,
        billing=billing,
        price_list_version=EDITION.version,
        currency="EUR",
        items=merged(wanted),
        lines=quote_lines(wanted, billing, EDITION, "EUR"),
        tax=DOMESTIC,
        vat_rate=str(VAT_RATE),
        vat_rate_if_charged="",
        valid_until=datetime(2026, 3, 16, 9, 30, tzinfo=UTC),
    )


@given(item_lists, billings)
def test_the_total_is_the_sum_of_the_lines_and_vat_once_on_it(wanted: list[Item], billing: Billing) -> None:
    lines = quote_lines(wanted, billing, EDITION, "EUR")
    found = totals(lines, VAT_RATE, "EUR")
    assert all(line.net_minor == line.quantity * line.unit_minor for line in lines)
    net = sum(line.net_minor for line in lines)
    vat = int((Decimal(net) * Decimal("0.22")).quantize(Decimal(1), ROUND_HALF_UP))
    assert (found.net.minor, found.vat.minor, found.gross.minor) == (net, vat, net + vat)


@given(item_lists, billings)
def test_every_mailbox_and_option_stands_on_exactly_one_line(wanted: list[Item], billing: Billing) -> None:
    lines = {line.code: line.quantity for line in quote_lines(wanted, billing, EDITION, "EUR")}
    for size in BANDS_GB:
        assert lines.pop(EDITION.plan(size).code, 0) == sum(item.quantity for item in wanted if item.size_gb == size)
    for code in OPTIONS:
        assert lines.pop(code, 0) == sum(item.quantity for item in wanted if code in item.options)
    assert lines == {}


@given(item_lists, billings)
def test_the_order_of_the_items_does_not_matter(wanted: list[Item], billing: Billing) -> None:
    assert quote_of(wanted, billing).hash == quote_of(list(reversed(wanted)), billing).hash


@given(item_lists, billings)
def test_a_quote_read_back_has_the_same_hash(wanted: list[Item], billing: Billing) -> None:
    quote = quote_of(wanted, billing)
    assert from_content(quote.content()) == quote
    assert from_content(quote.content()).hash == quote.hash


def test_the_hash_covers_every_part_of_the_quote() -> None:
    quote = quote_of([Item(8, 5)])
    changed = [
        replace(quote, quote_id=UUID(int=9)),
        replace(quote, account_id=UUID(int=9)),
        replace(quote, kind=CustomerKind.COMPANY),
        replace(quote, billing=Billing.ANNUAL),
        replace(quote, price_list_version="other"),
        replace(quote, currency="CHF"),
        replace(quote, items=(Item(8, 6),)),
        replace(quote, lines=(replace(quote.lines[0], text_en="other"),)),
        replace(quote, vat_rate="10.00"),
        replace(quote, tax=replace(quote.tax, treatment=TaxTreatment.OUTSIDE_EU)),
        replace(quote, tax=replace(quote.tax, vat_id="DE123456788")),
        replace(quote, vat_rate_if_charged="22.00"),
        replace(quote, valid_until=quote.valid_until + timedelta(microseconds=1)),
    ]
    assert len({quote.hash, *(other.hash for other in changed)}) == len(changed) + 1


CANONICAL = (
    '{"account_id":"00000000-0000-0000-0000-000000000002","billing":"monthly","currency":"EUR","gross_minor":915,'
    '"items":[{"options":[],"quantity":5,"size_gb":8}],"kind":"private",'
    '"lines":[{"code":"mail-8","net_minor":750,"quantity":5,"text_en":"Mailbox 8 GB, 1 month",'
    '"text_it":"Casella 8 GB, 1 mese","unit_minor":150}],"net_minor":750,"price_list_version":"2026.1",'
    '"quote_id":"00000000-0000-0000-0000-000000000001","treatment":"domestic",'
    '"valid_until":"2026-03-16T09:30:00+00:00","vat_id":"","vat_minor":165,"vat_rate":"22.00"}'
)


def test_the_hash_is_that_of_the_canonical_json() -> None:
    assert quote_of([Item(8, 5)]).hash == hashlib.sha256(CANONICAL.encode()).hexdigest()


REVERSE_CHARGE = QuoteTax(TaxTreatment.REVERSE_CHARGE, "DE123456788")


def test_a_quote_without_vat_costs_its_net() -> None:
    quote = replace(quote_of([Item(8, 5)]), tax=REVERSE_CHARGE, vat_rate="0.00")
    assert (quote.totals.vat.minor, quote.totals.gross) == (0, quote.totals.net)
    assert quote.totals_if_charged is None
    assert quote.totals_of(TaxTreatment.REVERSE_CHARGE) == quote.totals


def test_a_quote_whose_tax_is_open_names_both_totals() -> None:
    tax = replace(REVERSE_CHARGE, is_open=True)
    quote = replace(quote_of([Item(8, 5)]), tax=tax, vat_rate="0.00", vat_rate_if_charged="22.00")
    charged = quote.totals_if_charged
    assert charged is not None
    assert (quote.totals.gross.minor, charged.vat.minor, charged.gross.minor) == (750, 165, 915)
    assert quote.content()["gross_minor_if_charged"] == 915
    assert from_content(quote.content()) == quote
    assert quote.totals_of(TaxTreatment.DOMESTIC) == charged


@pytest.mark.parametrize(
    ("monthly", "discount", "year"),
    [("1.50", "10", 1620), ("1.05", "10", 1134), ("0.99", "12.5", 1040), ("2.00", "0", 2400)],
)
def test_a_year_costs_twelve_months_less_the_discount_rounded_half_up_once(
    monthly: str, discount: str, year: int
) -> None:
    assert unit_price(Decimal(monthly), Billing.ANNUAL, Decimal(discount), "EUR").minor == year


@given(item_lists)
def test_a_year_never_costs_more_than_twelve_months(wanted: list[Item]) -> None:
    assert quote_of(wanted, Billing.ANNUAL).totals.net.minor <= 12 * quote_of(wanted, Billing.MONTHLY).totals.net.minor


def keys(wanted: list[Item], kind: CustomerKind | None, billing: Billing | None) -> dict[str, str]:
    return {problem.field: problem.key for problem in item_problems(wanted, kind, billing, EDITION, POLICY)}


PRIVATE, COMPANY, RESELLER = CustomerKind.PRIVATE, CustomerKind.COMPANY, CustomerKind.RESELLER


@pytest.mark.parametrize(
    ("kind", "billing", "quantity", "said"),
    [
        (PRIVATE, Billing.MONTHLY, 4, {"items": "minimum_monthly"}),
        (PRIVATE, Billing.MONTHLY, 5, {}),
        (COMPANY, Billing.MONTHLY, 4, {"items": "minimum_monthly"}),
        (COMPANY, Billing.ANNUAL, 1, {}),
        (RESELLER, Billing.MONTHLY, 4, {"items": "minimum_monthly"}),
        (RESELLER, Billing.MONTHLY, 5, {}),
        (RESELLER, Billing.ANNUAL, 5, {"billing": "reseller_monthly_only"}),
        (PRIVATE, Billing.ANNUAL, 0, {"items[0].quantity": "out_of_range"}),
        (PRIVATE, Billing.ANNUAL, -1, {"items[0].quantity": "out_of_range"}),
        (PRIVATE, Billing.ANNUAL, 1001, {"items[0].quantity": "out_of_range"}),
    ],
)
def test_monthly_starts_at_5_mailboxes_annual_at_1_and_resellers_pay_monthly(
    kind: CustomerKind, billing: Billing, quantity: int, said: dict[str, str]
) -> None:
    assert keys([Item(8, quantity)], kind, billing) == said


def test_the_minimum_counts_all_sizes_together() -> None:
    assert keys([Item(8, 2), Item(25, 2), Item(100, 1)], PRIVATE, Billing.MONTHLY) == {}


def test_every_bad_field_is_named_at_once() -> None:
    wanted = [Item(0, 1), Item(8, 0), Item(8, 1, ("nothing",)), Item(8, 1, ("archive", "archive"))]
    assert keys(wanted, None, None) == {
        "kind": "required",
        "billing": "required",
        "items[0].size": "required",
        "items[1].quantity": "out_of_range",
        "items[2].options": "unknown_option",
        "items[3].options": "option_twice",
    }


def test_nothing_and_too_much_cannot_be_ordered() -> None:
    assert keys([], PRIVATE, Billing.ANNUAL) == {"items": "required"}
    assert keys([Item(8, 600), Item(25, 600)], PRIVATE, Billing.ANNUAL) == {"items": "largest_order"}


@pytest.mark.parametrize(
    ("wanted", "mailboxes", "empty_domains", "enough"),
    [
        ([Item(8, 5)], {8: 5}, 0, True),
        ([Item(8, 5)], {8: 6}, 0, False),
        ([Item(8, 5)], {8: 4}, 1, True),
        ([Item(8, 5)], {8: 5}, 1, False),
        ([Item(25, 5)], {8: 5}, 0, True),
        ([Item(8, 5)], {25: 1}, 0, False),
        ([Item(8, 4), Item(100, 1)], {50: 1, 8: 4}, 0, True),
        ([Item(8, 4), Item(100, 1)], {50: 2}, 0, False),
        ([Item(8, 1)], {}, 0, True),
    ],
)
def test_an_order_pays_for_what_exists_each_of_its_size_or_larger(
    wanted: list[Item], mailboxes: dict[int, int], empty_domains: int, *, enough: bool
) -> None:
    assert covers(wanted, Usage(mailboxes, empty_domains)) is enough


@given(item_lists, st.integers(0, 3))
def test_what_was_ordered_covers_itself_and_never_one_domain_more(wanted: list[Item], spare: int) -> None:
    bought = dict(ordered(wanted))
    assert covers(wanted, Usage(bought, 0))
    assert not covers(wanted, Usage(bought, 1 + spare))
