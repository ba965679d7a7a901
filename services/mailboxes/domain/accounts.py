"""What an account is to this room: its state, what it may use, and what it uses."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.mailboxes.domain.states import AccountState, Billing, Feature


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What a trial or a paid contract allows; None is no limit.

    Attributes:
        max_domains: Domains at most.
        places: Mailboxes at most, per size in GB (see `sizes`).
        messages_per_day: Messages a mailbox may send in any 24 h.
        recipients_per_day: Recipients a mailbox may address in any 24 h.
        account_messages_per_day: Messages that all mailboxes together, deleted ones included, may send in any 24 h.
        account_recipients_per_day: Recipients that they together may address in any 24 h.
        ordered_mailboxes: Of a monthly contract: a limit of all mailboxes together that is not named follows them, or
            those that there are, if they are more and the contract is no new one. None: it is named, or there is none.
    """

    max_domains: int | None
    places: Mapping[int, int]
    messages_per_day: int | None
    recipients_per_day: int | None
    account_messages_per_day: int | None
    account_recipients_per_day: int | None
    ordered_mailboxes: int | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """The row of an account.

    Attributes:
        new_contract: A monthly contract whose second month is not paid yet: its ceiling of mailboxes is lower, and
            all together send as those that were ordered.
    """

    id: UUID
    state: AccountState
    billing: Billing | None
    max_domains: int | None
    messages_per_day: int | None
    recipients_per_day: int | None
    account_messages_per_day: int | None
    account_recipients_per_day: int | None
    ordered_mailboxes: int | None
    new_contract: bool
    features_off: frozenset[Feature]
    state_since: datetime
    domains_removed: int
    mailboxes_removed: int


@dataclass(frozen=True, slots=True)
class Allowance:
    """An account with its places, what stands in them, and the order that unlocked it last."""

    account: Account
    places: Mapping[int, int]
    sizes: Mapping[int, int]
    domains: int
    empty_domains: int
    order_id: UUID | None
    options: Mapping[str, int]
    option_places: Mapping[str, int]
    uncovered_mailboxes: int
    uncovered_domains: int

    @property
    def account_messages_per_day(self) -> int | None:
        """Messages that all mailboxes together may send in any 24 h, as `decide_send` holds it; None is no limit."""
        return self._together(self.account.account_messages_per_day, self.account.messages_per_day)

    @property
    def account_recipients_per_day(self) -> int | None:
        """Recipients that they together may address, likewise."""
        return self._together(self.account.account_recipients_per_day, self.account.recipients_per_day)

    def _together(self, named: int | None, per_mailbox: int | None) -> int | None:
        ordered = self.account.ordered_mailboxes
        if named is not None or ordered is None or per_mailbox is None:
            return named
        counted = 0 if self.account.new_contract else sum(self.sizes.values())
        return max(ordered, counted) * per_mailbox


@dataclass(frozen=True, slots=True)
class Unlock:
    """An order that unlocked an account, and when."""

    order_id: UUID
    account_id: UUID
    unlocked_at: datetime


@dataclass(frozen=True, slots=True)
class Domain:
    """A domain of an account, in its ASCII form, with the number of its mailboxes."""

    id: UUID
    name: str
    mailboxes: int
    created_at: datetime
    uncovered: bool = False


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox. Its messages belong to `id`, not to the address, so an address made again starts empty."""

    id: UUID
    account_id: UUID
    domain_id: UUID
    address: str
    size_gb: int
    active: bool
    created_at: datetime
    options: tuple[str, ...] = ()
    uncovered: bool = False
