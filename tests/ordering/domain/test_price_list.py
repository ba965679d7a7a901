"""The operator's files: what loads, and one plain line for each mistake."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.money import Money
from services.kit.operator_files import BadFile, read_section
from services.ordering.domain.items import Item
from services.ordering.domain.kinds import Billing
from services.ordering.domain.policy import OrderingPolicy
from services.ordering.domain.price_list import BANDS_GB, Priced
from services.ordering.domain.quote import quote_lines, unit_price
from services.ordering.price_list_file import load_price_list

DEPLOY = Path(__file__).parents[3] / "deploy"


def load(path: Path | None) -> OrderingPolicy:
    return read_section(path, ("ordering",), OrderingPolicy)


PLANS = """
      - {code: a, storage_gb: 8, name: {it: A, en: A}, monthly: 1.50}
      - {code: b, storage_gb: 25, name: {it: B, en: B}, monthly: 2.50}
      - {code: c, storage_gb: 50, name: {it: C, en: C}, monthly: 3.50}
      - {code: d, storage_gb: 100, name: {it: D, en: D}, monthly: 4.50}
"""
EDITION = f"""
  - version: "1"
    valid_from: 2026-01-01
    annual_discount: 10
    plans: {PLANS}
"""
GOOD = f"format: 1\ncurrency: EUR\neditions:{EDITION}"


def problems(tmp_path: Path, text: str) -> list[str]:
    """What stands against a price list."""
    file = tmp_path / "prices.yaml"
    file.write_text(text)
    with pytest.raises(BadFile) as refused:
        load_price_list(file)
    assert str(file) in str(refused.value)
    return refused.value.problems


def test_the_price_list_of_the_tree_loads() -> None:
    edition = load_price_list(DEPLOY / "pricelist.yaml").on(date(2026, 3, 2))
    assert edition is not None
    assert {plan.storage_gb for plan in edition.plans} == set(BANDS_GB)


def test_a_price_is_the_decimal_that_was_written(tmp_path: Path) -> None:
    file = tmp_path / "prices.yaml"
    file.write_text(GOOD.replace("1.50", "0.10"))
    assert load_price_list(file).editions[0].plan(8).monthly == Decimal("0.10")


def test_each_edition_holds_from_its_first_day_until_the_next_begins(tmp_path: Path) -> None:
    later = EDITION.replace('"1"', '"2"').replace("2026-01-01", "2026-07-01").replace("1.50", "1.80")
    file = tmp_path / "prices.yaml"
    file.write_text(GOOD + later)
    price_list = load_price_list(file)
    found = [price_list.on(day) for day in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1))]
    assert [edition.version if edition else None for edition in found] == [None, "1", "1", "2"]


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ("monthly: 1.50", "monthly: 1.505", "editions.0.plans.0.monthly"),
        ("monthly: 1.50", "monthly: -1", "editions.0.plans.0.monthly"),
        ("monthly: 1.50", "monthly: 0", "editions.0.plans.0.monthly"),
        ("monthly: 1.50", "montly: 1.50", "editions.0.plans.0.montly"),
        ("monthly: 1.50", "monthly: 9.50", "a larger plan must not cost less"),
        ("storage_gb: 8,", "storage_gb: 10,", "editions.0.plans.0.storage_gb"),
        ("storage_gb: 8,", "storage_gb: 25,", "plans must name each size exactly once"),
        ("code: b", "code: a", "used twice: a"),
        ("it: A,", "", "editions.0.plans.0.name.it"),
        ("annual_discount: 10", "annual_discount: 100", "editions.0.annual_discount"),
        ("2026-01-01", "soon", "editions.0.valid_from"),
        ('"1"', "1", "editions.0.version"),
        ("currency: EUR", "currency: USD", "currency"),
        ("format: 1", "format: 2", "format"),
        ("format: 1", "format: 1\nformat: 1", "stands twice"),
        ("1.50", ".nan", "is no number"),
        ("1.50", "1_50", "ordinary whole number"),
    ],
)
def test_a_mistake_is_named_where_it_stands(tmp_path: Path, wrong: str, right: str, said: str) -> None:
    found = problems(tmp_path, GOOD.replace(wrong, right, 1))
    assert any(said in problem for problem in found), found


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    found = problems(tmp_path, GOOD.replace("1.50", "-1").replace("2.50", "x").replace("annual_discount: 10", ""))
    assert len(found) == 3


@pytest.mark.parametrize("order", ["2026-01-01", "2025-01-01"])
def test_editions_stand_in_the_order_of_their_first_days(tmp_path: Path, order: str) -> None:
    later = EDITION.replace('"1"', '"2"').replace("2026-01-01", order)
    assert "valid_from" in problems(tmp_path, GOOD + later)[0]


def tiers(*steps: str) -> str:
    return GOOD + "    reseller_tiers:\n" + "".join(f"      - {{{step}}}\n" for step in steps)


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        (("from_mailboxes: 10, discount: 20", "from_mailboxes: 50, discount: 20"), "must rise"),
        (("from_mailboxes: 50, discount: 20", "from_mailboxes: 10, discount: 30"), "must rise"),
        (("from_mailboxes: 10, discount: 0",), "editions.0.reseller_tiers.0.discount"),
        (("from_mailboxes: 10, discount: 100",), "editions.0.reseller_tiers.0.discount"),
        (("from_mailboxes: 0, discount: 10",), "editions.0.reseller_tiers.0.from_mailboxes"),
        (("from_mailboxes: 10",), "editions.0.reseller_tiers.0.discount"),
        (("from: 10, discount: 10",), "editions.0.reseller_tiers.0.from"),
    ],
)
def test_a_mistake_in_the_reseller_tiers_is_named(tmp_path: Path, steps: tuple[str, ...], said: str) -> None:
    found = problems(tmp_path, tiers(*steps))
    assert any(said in problem for problem in found), found


TREE = load_price_list(DEPLOY / "pricelist.yaml").editions[0]


@pytest.mark.parametrize(
    ("mailboxes", "discount"), [(0, 0), (9, 0), (10, 15), (99, 15), (100, 25), (499, 25), (500, 35), (1_000_000, 35)]
)
def test_a_tier_begins_with_its_number_of_mailboxes_and_holds_until_the_next(mailboxes: int, discount: int) -> None:
    assert TREE.reseller_discount(mailboxes) == discount


@given(st.integers(0, 2000), st.sampled_from([*TREE.plans, *TREE.options]))
def test_a_reseller_s_price_never_rises_with_the_number_of_mailboxes(mailboxes: int, entry: Priced) -> None:
    few, more = (
        unit_price(entry.monthly, Billing.MONTHLY, TREE.annual_discount, "EUR", TREE.reseller_discount(number))
        for number in (mailboxes, mailboxes + 1)
    )
    assert Money(0) < more
    assert not few < more
    assert not Money.of(entry.monthly) < few


@given(st.integers(1, 2000), st.sampled_from([plan.storage_gb for plan in TREE.plans]))
def test_within_a_tier_more_mailboxes_cost_more(mailboxes: int, size: int) -> None:
    few, more = (
        quote_lines([Item(size, number)], Billing.MONTHLY, TREE, "EUR", TREE.reseller_discount(number))[0].net_minor
        for number in (mailboxes, mailboxes + 1)
    )
    same_tier = TREE.reseller_discount(mailboxes) == TREE.reseller_discount(mailboxes + 1)
    assert few < more or not same_tier


@pytest.mark.parametrize("text", ["", "[]", "a: [", "just words"])
def test_what_is_no_price_list_is_refused(tmp_path: Path, text: str) -> None:
    assert problems(tmp_path, text)


def test_a_missing_file_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="cannot be read"):
        load_price_list(tmp_path / "nowhere.yaml")


def test_the_policy_of_the_tree_names_the_usual_values() -> None:
    assert load(DEPLOY / "policy.yaml") == OrderingPolicy()


def test_without_a_policy_file_the_usual_values_hold() -> None:
    policy = load(None)
    assert (policy.transfer_expiry_days, policy.online_expiry_days, policy.reminder_days) == (15, 3, (3, 7, 12))
    assert (policy.monthly_minimum, policy.annual_minimum, policy.hold_days) == (5, 1, 30)
    per_day = (policy.orders_per_day, policy.quotes_per_day, policy.profiles_per_day)
    assert (per_day, policy.quote_days) == ((10, 100, 50), 14)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ordering: {transfer_expiry_days: 0}", "transfer_expiry_days"),
        ("ordering: {reminder_days: [7, 3]}", "must rise"),
        ("ordering: {terms_hashes: [abc]}", "terms_hashes"),
        ("ordering: {button_labels: {it: [Ordina]}}", "button_labels"),
        ("ordering: {quote_dayz: 3}", "quote_dayz"),
        ("- ordering", "mapping"),
    ],
)
def test_a_mistake_in_the_policy_is_named(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(text)
    with pytest.raises(BadFile) as refused:
        load(file)
    assert any(said in problem for problem in refused.value.problems), refused.value.problems
