"""What the reseller status takes: which domains are the customer's own, what is met, and when it is measured again."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.calendar import rome_date
from services.kit.ids import new_id
from services.ordering.domain.policy import RenewalPolicy, ResellerPolicy
from services.ordering.domain.reseller import Measured, Panel, PanelDomain, measured, next_check, requirements

POLICY = ResellerPolicy()
BEGIN = datetime(2026, 3, 2, tzinfo=UTC)


def panel(login: str, *domains: str, mailboxes: int = 10) -> Panel:
    """Domains in the order in which they were added."""
    return Panel(login, mailboxes, [PanelDomain(name, BEGIN + timedelta(days=n)) for n, name in enumerate(domains)])


@pytest.mark.parametrize(
    ("login", "pec", "domains", "others"),
    [
        ("anna@acme.it", "", ("acme.it",), 0),
        ("anna@acme.it", "", ("client.it", "acme.it"), 1),
        ("anna@acme.it", "", ("mail.acme.it", "client.it"), 1),
        ("anna@mail.acme.it", "", ("acme.it", "client.it"), 1),
        ("anna@acme.it", "", ("mail.acme.it", "www.acme.it", "client.it"), 1),
        ("anna@mail.acme.it", "", ("acme.it", "mail.acme.it", "client.it"), 1),
        ("anna@ACME.it", "", ("acme.it",), 0),
        ("anna@acme.it", "", ("notacme.it",), 0),
        ("anna@gmail.com", "acme@pec.acme.it", ("client.it", "acme.it"), 1),
        ("anna@gmail.com", "acme@legalmail.it", ("acme.it", "client.it"), 1),
        ("anna@gmail.com", "", ("acme.it",), 0),
        ("anna@gmail.com", "", ("acme.it", "client.it", "other.it"), 2),
        ("anna@acme.it", "acme@pec.acme.eu", ("acme.it", "acme.eu", "client.it"), 1),
        ("anna@gmail.com", "", (), 0),
    ],
)
def test_own_is_the_domain_of_login_or_pec_else_the_first_in_the_panel(
    login: str, pec: str, domains: tuple[str, ...], others: int
) -> None:
    assert measured(panel(login, *domains), pec).other_domains == others


@given(st.integers(0, 30), st.integers(0, 3), st.booleans(), st.booleans())
def test_a_requirement_is_met_from_its_number_on(mailboxes: int, others: int, resells: bool, trained: bool) -> None:  # noqa: FBT001
    found = Measured(mailboxes, others)
    checked = requirements(found, resells=resells, trained=trained, policy=POLICY)
    assert [each.met for each in checked] == [mailboxes >= 10, others >= 1, resells, trained]
    assert found.fails(POLICY) == (not all(each.met for each in checked[:2]))


@given(st.datetimes(datetime(2026, 1, 1), datetime(2033, 1, 1), timezones=st.just(ZoneInfo("UTC"))))  # noqa: DTZ001
def test_a_status_is_measured_again_in_the_first_hours_of_the_next_month_in_rome(now: datetime) -> None:
    account_id, policy = new_id(), RenewalPolicy()
    at = next_check(account_id, now, policy)
    day, today = rome_date(at), rome_date(now)
    assert (day.day, (day.year * 12 + day.month) - (today.year * 12 + today.month)) == (1, 1)
    assert at == next_check(account_id, now, policy)
    assert rome_date(at + timedelta(minutes=policy.jitter_minutes)) == day
