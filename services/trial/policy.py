"""The shape of the section `trial` of the operator's policy.yaml, and what holds where it says nothing."""

from pathlib import Path
from typing import Final

import idna
from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, PositiveInt, field_validator

from services.kit.operator_files import Section, read_section

_BIG_MAIL_PROVIDERS: Final = frozenset(
    """gmail.com googlemail.com outlook.com outlook.it hotmail.com hotmail.it live.com live.it msn.com yahoo.com
    yahoo.it icloud.com me.com libero.it virgilio.it inwind.it iol.it alice.it tim.it tin.it tiscali.it fastwebnet.it
    email.it aruba.it pec.it legalmail.it arubapec.it gmx.com gmx.de web.de proton.me protonmail.com""".split()
)


class SignUpLimits(Section):
    """How many sign-ups pass without a person's decision, how many are taken at all, and how many emails they cause.

    One more than passes is held for review.

    Attributes:
        per_ip_hour: From one IPv4 address or one /64 (IPv6) in an hour.
        per_ip_day: From one IPv4 address or one /64 in 24 hours.
        per_network_day: From one /24 (IPv4) or /48 (IPv6) in 24 hours.
        per_domain_day: With email domains of one registrant in 24 hours: what is below a registered name counts as that
            name (`PublicSuffixes`), because its holder makes as many of them as they like. A private host that gives
            names away (dynamic DNS) is one registrant.
        big_mail_providers: Domains, in ASCII and lower case, to which `per_domain_day` does not apply; names below them
            are not meant.
        refused_per_ip_day: From so many in 24 hours on, one IPv4 address or one /64 is refused: each that is held
            starts a workflow, and one visitor must not fill Temporal or hide others from the operator. So many wishes
            for a new link are taken too, counted by themselves.
        refused_per_network_day: The same of one /24 or /48.
        most_in_review: How many wait for an operator at the same time, wherever they come from; what would be held
            beyond that lapses at once, and the answer is the same. Above what an operator could ever look through.
        mails_per_address_day: How many emails the sign-up sends to one address in 24 hours, whoever asks for them:
            the form must not become a way of filling a stranger's inbox. Above it nothing is sent, and the answer is
            the same.
        mails_per_address_month: The same in 30 days, for who would come back each day.
        mails_per_ip_day: How many emails, to whatever addresses, one IPv4 address or one /64 causes in 24 hours: a
            registered address gets one for each sign-up and each wish for a new link, also those that a list brings.
        mails_per_network_day: The same of one /24 or /48.
        answer_milliseconds: No answer of the sign-up comes earlier, so that a stopwatch does not tell a registered
            address from a new one. Well above what the statements take.
    """

    per_ip_hour: PositiveInt = 3
    per_ip_day: PositiveInt = 10
    per_network_day: PositiveInt = 20
    per_domain_day: PositiveInt = 5
    big_mail_providers: frozenset[str] = _BIG_MAIL_PROVIDERS
    refused_per_ip_day: PositiveInt = 30
    refused_per_network_day: PositiveInt = 60
    most_in_review: PositiveInt = 1000
    mails_per_address_day: PositiveInt = 5
    mails_per_address_month: PositiveInt = 15
    mails_per_ip_day: PositiveInt = 20
    mails_per_network_day: PositiveInt = 60
    answer_milliseconds: NonNegativeInt = 150


class LoginLimits(Section):
    """How many attempts to log in are answered before one has to wait for the window's end.

    Attributes:
        window_minutes: Length of the window, from the first attempt in it.
        per_address: Attempts for one address from one /24 (IPv4) or /48 (IPv6); a right password sets it back to
            zero. Counted by network, so that a stranger elsewhere does not lock the customer out.
        per_address_everywhere: Attempts for one address from all networks together, counting those that `per_address`
            and `per_ip` let through: one network brings at most ten of them.
        per_address_known_network: Attempts for one address from one /24 or /64 (IPv6) from which it has logged in. They
            are counted there instead, so that whoever tries the address elsewhere does not lock its owner out at home.
        known_network_days: How long after its last login there a network counts as one of the address's own.
        per_ip: Attempts from one IPv4 address or one /64 (IPv6) for any address.
        per_network: Attempts from one /24 or /48 for any address, counting those that `per_ip` lets through.
    """

    window_minutes: PositiveInt = 15
    per_address: PositiveInt = 10
    per_address_everywhere: PositiveInt = 100
    per_address_known_network: PositiveInt = 10
    known_network_days: PositiveInt = 90
    per_ip: PositiveInt = 50
    per_network: PositiveInt = 200


class TrialLimits(BaseModel):
    """What the welcome email says of the trial's limits: read from the section that the mailboxes service enforces.

    Attributes:
        domains: Domains at most.
        mailboxes: Mailboxes at most in all.
        size_gb: Size of a mailbox.
        messages_per_day: Messages of one mailbox in any 24 hours.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    domains: PositiveInt = 5
    mailboxes: PositiveInt = 25
    size_gb: PositiveInt = 8
    messages_per_day: PositiveInt = 25


class SharedNames(BaseModel):
    """Under which names everybody registers: read from the section by which the mailboxes service guards domains.

    Attributes:
        public_suffixes: Beside those of the Public Suffix List, here without its private part; kept in ASCII and lower
            case.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    public_suffixes: frozenset[str] = frozenset()

    @field_validator("public_suffixes")
    @classmethod
    def _ascii(cls, names: frozenset[str]) -> frozenset[str]:
        return frozenset(idna.encode(name, uts46=True).decode("ascii") for name in names)


class GuideLink(Section):
    """One guide that the welcome email points to.

    Attributes:
        title: Text of the link.
        url: Where it leads.
    """

    title: str
    url: str


class TrialPolicy(Section):
    """The section `trial` of policy.yaml.

    Attributes:
        sign_ups: Limits of the sign-up.
        logins: Limits of the login.
        session_days: How long a session lives without being used.
        abuse_hash_days: How long the hashed traces of sign-ups are kept.
        guide_links: Links in the welcome email, by language ("it", "en"): a list of title and address.
    """

    sign_ups: SignUpLimits = SignUpLimits()
    logins: LoginLimits = LoginLimits()
    session_days: PositiveInt = 30
    abuse_hash_days: PositiveInt = 180
    guide_links: dict[str, tuple[GuideLink, ...]] = Field(default_factory=dict)


class Policy(BaseModel):
    """What this room reads of policy.yaml.

    Attributes:
        trial: Its own section.
        limits: What the mailboxes service allows in a trial.
        shared: Names under which everybody registers.
    """

    model_config = ConfigDict(frozen=True)

    trial: TrialPolicy = TrialPolicy()
    limits: TrialLimits = TrialLimits()
    shared: SharedNames = SharedNames()


def load(path: Path | None) -> Policy:
    """Reads the operator's policy file.

    Args:
        path: The YAML file that all rooms share; None for what holds where it says nothing.

    Raises:
        BadFile: The file cannot be read, or a key of the section is unknown or a value not possible.
    """
    return Policy(
        trial=read_section(path, ("trial",), TrialPolicy),
        limits=read_section(path, ("mailboxes", "trial"), TrialLimits),
        shared=read_section(path, ("mailboxes",), SharedNames),
    )
