"""Decides whether a sign-up goes on, waits for an operator or is refused, from facts that others have gathered."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from services.trial.policy import SignUpLimits


class MailRoute(StrEnum):
    """What the domain's name servers say of its mail."""

    ACCEPTS = "accepts"
    NO_MX = "no_mx"
    NULL_MX = "null_mx"
    UNKNOWN = "unknown"


class Verdict(StrEnum):
    """What happens to a sign-up."""

    ALLOW = "allow"
    REVIEW = "review"
    DENY = "deny"


class Finding(StrEnum):
    """Why a sign-up is not simply allowed. Stored with it and shown to operators: names are stable."""

    NO_MX = "no_mx"
    NULL_MX = "null_mx"
    DISPOSABLE_DOMAIN = "disposable_domain"
    MX_UNKNOWN = "mx_unknown"
    IP_RATE = "ip_rate"
    NETWORK_RATE = "network_rate"
    DOMAIN_RATE = "domain_rate"
    SECOND_TRIAL = "second_trial"


DENYING = frozenset({Finding.NO_MX, Finding.NULL_MX, Finding.DISPOSABLE_DOMAIN})
"""Only certain facts deny; everything that merely looks wrong is for a person to decide (docs/rules.md, "Sign-up")."""


@dataclass(frozen=True, slots=True)
class SignUpCounts:
    """How often something was seen, the sign-up at hand included.

    Attributes:
        ip_hour: Sign-ups from this IPv4 address, or its IPv6 address's /64, in the last hour.
        ip_day: Sign-ups from the same in the last 24 hours.
        network_day: Sign-ups from its /24 or /48 in the last 24 hours.
        domain_day: Sign-ups with email domains of the same registrant in the last 24 hours; 0 for a big mail provider,
            which is exempt.
        other_trials: Trials and open sign-ups of the same person under this or another alias, this one not included.
    """

    ip_hour: int
    ip_day: int
    network_day: int
    domain_day: int
    other_trials: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with everything that led to it."""

    verdict: Verdict
    findings: tuple[Finding, ...]


def certain_findings(route: MailRoute, *, disposable: bool) -> tuple[Finding, ...]:
    """Gives what the address alone tells, before anything is counted or stored."""
    found = {
        MailRoute.NO_MX: (Finding.NO_MX,),
        MailRoute.NULL_MX: (Finding.NULL_MX,),
        MailRoute.UNKNOWN: (Finding.MX_UNKNOWN,),
        MailRoute.ACCEPTS: (),
    }[route]
    return (*found, Finding.DISPOSABLE_DOMAIN) if disposable else found


def counted_findings(counts: SignUpCounts, limits: SignUpLimits) -> tuple[Finding, ...]:
    """Gives what the counts tell: at a limit is still fine, above it is not."""
    rules = (
        (Finding.IP_RATE, counts.ip_hour > limits.per_ip_hour or counts.ip_day > limits.per_ip_day),
        (Finding.NETWORK_RATE, counts.network_day > limits.per_network_day),
        (Finding.DOMAIN_RATE, counts.domain_day > limits.per_domain_day),
        (Finding.SECOND_TRIAL, counts.other_trials > 0),
    )
    return tuple(finding for finding, holds in rules if holds)


def judge(findings: Iterable[Finding]) -> Judgement:
    """Weighs the findings: one that is certain denies, any other asks a person, none allows."""
    ordered = tuple(findings)
    if DENYING.intersection(ordered):
        return Judgement(Verdict.DENY, ordered)
    return Judgement(Verdict.REVIEW if ordered else Verdict.ALLOW, ordered)
