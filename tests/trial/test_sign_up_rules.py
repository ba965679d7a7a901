"""Names, networks, disposable domains, and the verdict that follows from what was found."""

import dataclasses

import pytest

from services.kit.validation import parse_ip
from services.trial.disposable import is_disposable
from services.trial.domain.checks import (
    Finding,
    MailRoute,
    SignUpCounts,
    Verdict,
    certain_findings,
    counted_findings,
    judge,
)
from services.trial.domain.names import is_name, normalise_name
from services.trial.domain.networks import network_of
from services.trial.policy import SignUpLimits

_AT_THE_LIMIT = SignUpCounts(ip_hour=3, ip_day=10, network_day=20, domain_day=5, other_trials=0)


@pytest.mark.parametrize(
    "name",
    [
        "Anna", "D’Angelo", "D'Angelo", "Maria Rosa", "Jean-Luc", "J. R.", "Łukasz", "李", "Zoë", "Mª José",
        "佐々木", "井ノ上", "Keʻala", "Γιώργος", "Maria de los Ángeles del Carmen",
    ],
)  # fmt: skip
def test_names_of_persons_are_accepted(name: str) -> None:
    assert is_name(normalise_name(name))


@pytest.mark.parametrize("name", ["", "-", "Anna2", "visit spam.example", "http://x", "a@b", "<b>", "Anna\u202e", "😀"])
def test_a_name_carries_no_message(name: str) -> None:
    assert not is_name(normalise_name(name))


@pytest.mark.parametrize("name", ["cheapꓸexample", "Аnna", "you have won a thousand euros today"])
def test_a_word_of_a_name_is_of_one_script_and_a_name_is_no_sentence(name: str) -> None:
    assert not is_name(normalise_name(name))


def test_a_name_has_one_spelling() -> None:
    assert normalise_name(" Zoe\u0308  Rossi ") == "Zoë Rossi"


@pytest.mark.parametrize(
    ("ip", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
    ],
)
def test_a_visitor_belongs_to_a_network(ip: str, network: str) -> None:
    assert network_of(parse_ip(ip)) == network


@pytest.mark.parametrize("text", ["", "203.0.113", "203.0.113.256", "fe80::1%eth0", "localhost", "203.0.113.1/24"])
def test_what_is_no_ip_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_ip(text)


@pytest.mark.parametrize(
    ("domain", "disposable"),
    [("mailinator.com", True), ("box.mailinator.com", True), ("demo.example", False), ("com", False)],
)
def test_a_disposable_domain_covers_its_subdomains(domain: str, disposable: bool) -> None:  # noqa: FBT001
    assert is_disposable(domain) is disposable


@pytest.mark.parametrize("route", [MailRoute.NO_MX, MailRoute.NULL_MX])
def test_a_domain_that_receives_no_mail_denies(route: MailRoute) -> None:
    judgement = judge(certain_findings(route, disposable=False))
    assert judgement.verdict is Verdict.DENY
    assert judgement.findings == (Finding(route.value),)


def test_a_disposable_domain_denies() -> None:
    assert judge(certain_findings(MailRoute.ACCEPTS, disposable=True)).verdict is Verdict.DENY


def test_a_resolver_in_trouble_asks_a_person_and_never_denies() -> None:
    assert judge(certain_findings(MailRoute.UNKNOWN, disposable=False)).verdict is Verdict.REVIEW


def test_counts_at_their_limits_are_allowed() -> None:
    found = counted_findings(_AT_THE_LIMIT, SignUpLimits())
    assert judge(found).verdict is Verdict.ALLOW


@pytest.mark.parametrize(
    ("field", "finding"),
    [
        ("ip_hour", Finding.IP_RATE),
        ("ip_day", Finding.IP_RATE),
        ("network_day", Finding.NETWORK_RATE),
        ("domain_day", Finding.DOMAIN_RATE),
        ("other_trials", Finding.SECOND_TRIAL),
    ],
)
def test_one_above_a_limit_is_reviewed(field: str, finding: Finding) -> None:
    counts = dataclasses.replace(_AT_THE_LIMIT, **{field: getattr(_AT_THE_LIMIT, field) + 1})
    judgement = judge(counted_findings(counts, SignUpLimits()))
    assert judgement.verdict is Verdict.REVIEW
    assert judgement.findings == (finding,)


def test_a_certain_fact_outweighs_what_a_person_could_decide() -> None:
    assert judge([Finding.IP_RATE, Finding.NO_MX]).verdict is Verdict.DENY
