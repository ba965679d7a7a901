"""The operator's section `mailboxes` of policy.yaml: limits of trials and paid contracts, reserved domains."""

from pydantic import PositiveInt, field_validator

from services.kit.operator_files import Section
from services.mailboxes.domain.accounts import Entitlement
from services.mailboxes.domain.names import DomainName
from services.mailboxes.domain.sizes import BANDS_GB


class TrialPolicy(Section):
    """What a trial allows (docs/rules.md, "Trial").

    Attributes:
        domains: Domains at most.
        mailboxes: Mailboxes at most, in all.
        size_gb: Size of each; one of 8, 25, 50, 100.
        messages_per_day: Messages a mailbox may send in any sliding 24 h.
        recipients_per_day: Recipients a mailbox may address in the same window.
        account_messages_per_day: Messages all mailboxes together, deleted ones included, may send in it. Left out it
            is mailboxes × messages, which is as far as honest use can come; without it, deleting and creating
            mailboxes would send without end.
        account_recipients_per_day: Recipients they may address together; left out, mailboxes × recipients.
    """

    domains: PositiveInt = 5
    mailboxes: PositiveInt = 25
    size_gb: int = BANDS_GB[0]
    messages_per_day: PositiveInt = 25
    recipients_per_day: PositiveInt = 100
    account_messages_per_day: PositiveInt | None = None
    account_recipients_per_day: PositiveInt | None = None

    @field_validator("size_gb")
    @classmethod
    def _a_band(cls, size_gb: int) -> int:
        if size_gb not in BANDS_GB:
            raise ValueError(f"a mailbox has one of the sizes {BANDS_GB}")
        return size_gb

    @property
    def entitlement(self) -> Entitlement:
        """The trial's limits."""
        return Entitlement(
            max_domains=self.domains,
            places={self.size_gb: self.mailboxes},
            messages_per_day=self.messages_per_day,
            recipients_per_day=self.recipients_per_day,
            account_messages_per_day=self.account_messages_per_day or self.mailboxes * self.messages_per_day,
            account_recipients_per_day=self.account_recipients_per_day or self.mailboxes * self.recipients_per_day,
        )


class PaidPolicy(Section):
    """What a paid contract allows: ceilings against abuse, far above honest use; null is no limit.

    Attributes:
        domains: Domains at most.
        monthly_mailboxes: Mailboxes at most under monthly billing, of any size; annual allows what was ordered.
        new_monthly_mailboxes: The same until a contract's second month is paid, or an operator confirms it: what is
            used above the prepaid is not paid by then, and a consumer who withdraws never pays it.
        new_monthly_times: Who has ordered much may have so many times that, where it is more.
        messages_per_day: Messages a mailbox may send in any sliding 24 h.
        recipients_per_day: Recipients a mailbox may address in the same window.
        account_messages_per_day: Messages all mailboxes together, deleted ones included, may send in it; null is
            mailboxes × messages (monthly: those that were ordered, or, once it is no new contract, those that there
            are, if they are more).
        account_recipients_per_day: Recipients they may address together; null is mailboxes × recipients.
    """

    domains: PositiveInt | None = 500
    monthly_mailboxes: PositiveInt = 1000
    new_monthly_mailboxes: PositiveInt = 25
    new_monthly_times: PositiveInt = 5
    messages_per_day: PositiveInt | None = 1000
    recipients_per_day: PositiveInt | None = 3000
    account_messages_per_day: PositiveInt | None = None
    account_recipients_per_day: PositiveInt | None = None

    def monthly(self, ordered: int) -> Entitlement:
        """The limits of a new contract under monthly billing.

        Args:
            ordered: Mailboxes ordered, of all sizes.
        """
        ceiling = max(self.new_monthly_mailboxes, self.new_monthly_times * ordered)
        return Entitlement(
            max_domains=self.domains,
            places=_of_any_size(min(ceiling, self.monthly_mailboxes)),
            messages_per_day=self.messages_per_day,
            recipients_per_day=self.recipients_per_day,
            account_messages_per_day=self.account_messages_per_day,
            account_recipients_per_day=self.account_recipients_per_day,
            ordered_mailboxes=ordered,
        )

    @property
    def confirmed_monthly(self) -> dict[int, int]:
        """The places under monthly billing, once the contract is no new one any more."""
        return _of_any_size(self.monthly_mailboxes)

    def annual(self, ordered: dict[int, int]) -> Entitlement:
        """The limits under annual billing.

        Args:
            ordered: Mailboxes ordered, per size in GB.
        """
        mailboxes = sum(ordered.values())
        return Entitlement(
            max_domains=self.domains,
            places=ordered,
            messages_per_day=self.messages_per_day,
            recipients_per_day=self.recipients_per_day,
            account_messages_per_day=self.account_messages_per_day or _together(mailboxes, self.messages_per_day),
            account_recipients_per_day=self.account_recipients_per_day or _together(mailboxes, self.recipients_per_day),
        )


def _of_any_size(mailboxes: int) -> dict[int, int]:
    return {BANDS_GB[-1]: mailboxes}


def _together(mailboxes: int, per_mailbox: int | None) -> int | None:
    return None if per_mailbox is None else mailboxes * per_mailbox


class MailboxesPolicy(Section):
    """The section `mailboxes` of policy.yaml.

    Attributes:
        trial: Limits of a trial.
        paid: Limits of a paid contract.
        reserved_domains: Names that no customer may add, nor anything below them: the provider's own, the big mail
            providers', and names that are none of the public DNS.
        public_suffixes: Names under which everybody registers, beside those of the Public Suffix List; only they
            themselves cannot be added.
        sent_messages_days: How long sent messages are kept; the window needs one day.
    """

    trial: TrialPolicy = TrialPolicy()
    paid: PaidPolicy = PaidPolicy()
    reserved_domains: frozenset[str] = frozenset()
    public_suffixes: frozenset[str] = frozenset()
    sent_messages_days: PositiveInt = 2

    @field_validator("reserved_domains", "public_suffixes")
    @classmethod
    def _ascii(cls, names: frozenset[str]) -> frozenset[str]:
        """Keeps the names as domains are kept; a bare label such as "local" is allowed here."""
        return frozenset(DomainName.parse(name).ascii if "." in name else name.lower() for name in names)
