"""The business facts for which this room refuses."""

from casella.common.v1 import errors_pb2
from services.kit.errors import CasellaError


class DomainLimit(CasellaError):
    """The account has as many domains as it may."""

    reason = errors_pb2.REASON_DOMAIN_LIMIT


class NoPlaceForDomain(CasellaError):
    """An annual contract has no place for one more domain without mailboxes."""

    reason = errors_pb2.REASON_DOMAIN_LIMIT


class MailboxLimit(CasellaError):
    """The account has as many mailboxes as it may."""

    reason = errors_pb2.REASON_MAILBOX_LIMIT


class NewContractLimit(CasellaError):
    """A new monthly contract has as many mailboxes as it may until its second month is paid."""

    reason = errors_pb2.REASON_MAILBOX_LIMIT


class SizeNotAllowed(CasellaError):
    """The account may not have mailboxes as large as that."""

    reason = errors_pb2.REASON_SIZE_NOT_ALLOWED


class OptionLimit(CasellaError):
    """The contract covers no more mailboxes with this option: take it off another one, or order more of them."""

    reason = errors_pb2.REASON_OPTION_LIMIT


class MessageLimit(CasellaError):
    """As many messages were sent in the last 24 hours as may be."""

    reason = errors_pb2.REASON_MESSAGE_LIMIT


class RecipientLimit(CasellaError):
    """As many recipients were addressed in the last 24 hours as may be, or the message has too many by itself."""

    reason = errors_pb2.REASON_RECIPIENT_LIMIT


class AccountRestricted(CasellaError):
    """The account is restricted, suspended or purged: nothing is sent and nothing new is made."""

    reason = errors_pb2.REASON_ACCOUNT_RESTRICTED


class MailboxInactive(CasellaError):
    """The customer has switched this mailbox off: it does not send."""

    reason = errors_pb2.REASON_ACCOUNT_RESTRICTED


class NotCovered(CasellaError):
    """The annual contract does not cover this mailbox, so it does not send: delete mailboxes or order an addition."""

    reason = errors_pb2.REASON_NOT_COVERED


class FeatureOff(CasellaError):
    """The operator has switched this feature off for the account."""

    reason = errors_pb2.REASON_FEATURE_OFF


class DomainTaken(CasellaError):
    """The domain is already in use on this system."""

    reason = errors_pb2.REASON_DOMAIN_TAKEN


class MailboxTaken(CasellaError):
    """The mailbox address already exists."""

    reason = errors_pb2.REASON_MAILBOX_TAKEN


class DomainNotEmpty(CasellaError):
    """The domain still has mailboxes: delete them first."""

    reason = errors_pb2.REASON_DOMAIN_NOT_EMPTY


class AccountPurged(CasellaError):
    """The account was purged and stays so."""

    reason = errors_pb2.REASON_ACCOUNT_PURGED


class ContractRuns(CasellaError):
    """The account was unlocked by a paid order: it is purged only after its contract has ended."""

    reason = errors_pb2.REASON_SUBSCRIPTION_RUNS
