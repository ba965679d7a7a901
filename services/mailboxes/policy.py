"""The operator's section `mailboxes` of policy.yaml: limits of trials and paid contracts, reserved domains."""

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, PositiveInt, ValidationError, field_validator

from services.kit.settings import Misconfigured
from services.mailboxes.domain.accounts import Entitlement
from services.mailboxes.domain.names import DomainName
from services.mailboxes.domain.sizes import BANDS_GB


class _Section(BaseModel):
    """A part of the file; an unknown key is the operator's typing error and refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TrialPolicy(_Section):
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
    """

    domains: PositiveInt = 5
    mailboxes: PositiveInt = 25
    size_gb: int = BANDS_GB[0]
    messages_per_day: PositiveInt = 25
    recipients_per_day: PositiveInt = 100
    account_messages_per_day: PositiveInt | None = None

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
        )


class PaidPolicy(_Section):
    """What a paid contract allows: ceilings against abuse, far above honest use; null is no limit.

    Attributes:
        domains: Domains at most.
        monthly_mailboxes: Mailboxes at most under monthly billing, of any size; annual allows what was ordered.
        messages_per_day: Messages a mailbox may send in any sliding 24 h.
        recipients_per_day: Recipients a mailbox may address in the same window.
    """

    domains: PositiveInt | None = 500
    monthly_mailboxes: PositiveInt = 1000
    messages_per_day: PositiveInt | None = 1000
    recipients_per_day: PositiveInt | None = 3000

    def monthly(self) -> Entitlement:
        """The limits under monthly billing."""
        return self.annual({BANDS_GB[-1]: self.monthly_mailboxes})

    def annual(self, ordered: dict[int, int]) -> Entitlement:
        """The limits under annual billing.

        Args:
            ordered: Mailboxes ordered, per size in GB.
        """
        return Entitlement(self.domains, ordered, self.messages_per_day, self.recipients_per_day, None)


class MailboxesPolicy(_Section):
    """The section `mailboxes` of policy.yaml.

    Attributes:
        trial: Limits of a trial.
        paid: Limits of a paid contract.
        reserved_domains: Names that no customer may add, nor anything below them: the provider's own, the big mail
            providers', and names that are none of the public DNS.
        sent_messages_days: How long sent messages are kept; the window needs one day.
    """

    trial: TrialPolicy = TrialPolicy()
    paid: PaidPolicy = PaidPolicy()
    reserved_domains: frozenset[str] = frozenset()
    sent_messages_days: PositiveInt = 2

    @field_validator("reserved_domains")
    @classmethod
    def _ascii(cls, names: frozenset[str]) -> frozenset[str]:
        """Keeps the names as domains are kept; a bare label such as "local" is allowed here."""
        return frozenset(DomainName.parse(name).ascii if "." in name else name.lower() for name in names)


class BadPolicy(Misconfigured):
    """The operator's file cannot be used; the text has one line for each thing that is wrong."""


def load(path: Path | None) -> MailboxesPolicy:
    """Reads the section from the operator's file; without a file or section the usual limits hold.

    Raises:
        BadPolicy: The file cannot be read, or an entry is unknown or impossible.
    """
    if path is None:
        return MailboxesPolicy()
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        return MailboxesPolicy.model_validate((content if isinstance(content, dict) else {}).get("mailboxes") or {})
    except ValidationError as error:
        wrong = [f"mailboxes.{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
        raise BadPolicy(f"{path}:\n" + "\n".join(wrong)) from None
    except (OSError, yaml.YAMLError) as error:
        raise BadPolicy(f"{path} cannot be read: {error}") from None
