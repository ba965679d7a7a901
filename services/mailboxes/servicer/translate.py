"""The one translation between this room's domain and protobuf."""

from collections.abc import Iterable, Mapping

from casella.mailboxes.v1 import mailboxes_pb2 as pb
from services.kit import wire
from services.kit.enums import EnumTable
from services.mailboxes.domain.accounts import Allowance, Domain, Mailbox
from services.mailboxes.domain.states import AccountState, Feature
from services.mailboxes.domain.usage import DayUsage

SIZES = EnumTable(
    {
        8: pb.MAILBOX_SIZE_8_GB,
        25: pb.MAILBOX_SIZE_25_GB,
        50: pb.MAILBOX_SIZE_50_GB,
        100: pb.MAILBOX_SIZE_100_GB,
    }
)
"""GB and the bands' values."""
FEATURES = EnumTable(
    {
        Feature.SENDING: pb.FEATURE_SENDING,
        Feature.DOMAINS: pb.FEATURE_DOMAINS,
        Feature.MAILBOXES: pb.FEATURE_MAILBOXES,
    }
)
_STATES = {
    AccountState.TRIAL: pb.ACCESS_STATE_TRIAL,
    AccountState.RESTRICTED: pb.ACCESS_STATE_RESTRICTED,
    AccountState.UNLOCKED: pb.ACCESS_STATE_UNLOCKED,
    AccountState.SUSPENDED: pb.ACCESS_STATE_SUSPENDED,
    AccountState.PURGED: pb.ACCESS_STATE_PURGED,
}


def allowance(found: Allowance) -> pb.Allowance:
    """An allowance; None becomes 0, which means no limit there."""
    account = found.account
    return pb.Allowance(
        account_id=str(account.id),
        state=_STATES[account.state],
        max_domains=account.max_domains or 0,
        max_mailboxes=sum(found.places.values()),
        max_size=SIZES[max(found.places)] if found.places else pb.MAILBOX_SIZE_UNSPECIFIED,
        messages_per_day=account.messages_per_day or 0,
        recipients_per_day=account.recipients_per_day or 0,
        account_messages_per_day=found.account_messages_per_day or 0,
        account_recipients_per_day=found.account_recipients_per_day or 0,
        domains=found.domains,
        mailboxes=sum(found.sizes.values()),
        empty_domains=found.empty_domains,
        features_off=sorted(FEATURES[feature] for feature in account.features_off),
        order_id=str(found.order_id) if found.order_id else "",
        sizes=size_counts(found.sizes),
        places=size_counts(found.places),
        options=option_counts(found.options),
        option_places=option_counts(found.option_places),
        uncovered_mailboxes=found.uncovered_mailboxes,
        uncovered_domains=found.uncovered_domains,
        new_contract=account.new_contract,
    )


def domain(found: Domain) -> pb.Domain:
    """A domain."""
    return pb.Domain(
        name=found.name,
        mailboxes=found.mailboxes,
        added_at=wire.to_timestamp(found.created_at),
        uncovered=found.uncovered,
    )


def mailbox(found: Mailbox) -> pb.Mailbox:
    """A mailbox."""
    return pb.Mailbox(
        mailbox_id=str(found.id),
        address=found.address,
        size=SIZES[found.size_gb],
        active=found.active,
        created_at=wire.to_timestamp(found.created_at),
        options=found.options,
        uncovered=found.uncovered,
    )


def size_counts(numbers: Mapping[int, int]) -> Iterable[pb.SizeCount]:
    """Numbers per size, smallest size first, without zeros."""
    return [pb.SizeCount(size=SIZES[gb], mailboxes=number) for gb, number in sorted(numbers.items()) if number]


def option_counts(numbers: Mapping[str, int]) -> Iterable[pb.OptionCount]:
    """Numbers per option, by code."""
    return [pb.OptionCount(code=code, mailboxes=number) for code, number in sorted(numbers.items())]


def day_usage(day: DayUsage) -> pb.DayUsage:
    """The usage of a day."""
    return pb.DayUsage(
        day=wire.to_date(day.day),
        sizes=size_counts(day.mailboxes),
        empty_domains=day.empty_domains,
        options=option_counts(day.options),
    )
