"""The business facts for which ordering refuses; the reason of each is stable, its text is for people."""

from casella.common.v1 import errors_pb2
from services.kit.errors import CasellaError


class OrderIsOpen(CasellaError):
    """An order of this account is open: it has to be paid, cancelled or expired first."""

    reason = errors_pb2.REASON_ORDER_OPEN


class TooManyToday(CasellaError):
    """The account has made as many quotes or orders in the last 24 hours as it may."""

    reason = errors_pb2.REASON_RATE_LIMITED


class QuoteExpired(CasellaError):
    """The quote can no longer be ordered: ask for a new one."""

    reason = errors_pb2.REASON_QUOTE_NOT_VALID


class QuoteForOtherKind(CasellaError):
    """The quote was made for another kind of customer than the billing profile names."""

    reason = errors_pb2.REASON_QUOTE_NOT_VALID


class QuoteTooSmall(CasellaError):
    """The account has more or larger mailboxes than the quote pays for (a domain without mailboxes counts as one)."""

    reason = errors_pb2.REASON_QUOTE_NOT_VALID


class NothingForSale(CasellaError):
    """No edition of the price list is in force yet."""

    reason = errors_pb2.REASON_QUOTE_NOT_VALID


class AccountIsClosed(CasellaError):
    """The account is being closed, or was."""

    reason = errors_pb2.REASON_ACCOUNT_CLOSED


class OrderNotOpen(CasellaError):
    """The order is no longer open."""

    reason = errors_pb2.REASON_ORDER_STATE


class OrderNotPaid(CasellaError):
    """The order is not paid, so that it cannot be fulfilled."""

    reason = errors_pb2.REASON_ORDER_STATE


class OrderNotEnded(CasellaError):
    """The order has not ended in the way that this email tells of."""

    reason = errors_pb2.REASON_ORDER_STATE


class SubscriptionRuns(CasellaError):
    """A subscription runs: it must end before the account closes."""

    reason = errors_pb2.REASON_SUBSCRIPTION_RUNS


class LegalHoldStands(CasellaError):
    """A legal hold stands on the account: nothing is closed or deleted until it is lifted."""

    reason = errors_pb2.REASON_LEGAL_HOLD


class AnotherHoldStands(CasellaError):
    """A legal hold stands on the account already: release it first, or name both cases in one ticket."""

    reason = errors_pb2.REASON_LEGAL_HOLD_STANDS


class MoneyWaits(CasellaError):
    """Money that names an order of the account waits for an operator: the account is not closed yet."""

    reason = errors_pb2.REASON_MONEY_WAITING


class AccountIsPurged(CasellaError):
    """The account was purged: there is nothing left that a legal hold could keep."""

    reason = errors_pb2.REASON_ACCOUNT_PURGED


class ProfileMissing(CasellaError):
    """The account has no billing profile yet: save one before ordering."""

    reason = errors_pb2.REASON_PROFILE_MISSING


class CustomerNotServed(CasellaError):
    """Casella does not sell to this kind of customer."""

    reason = errors_pb2.REASON_CUSTOMER_NOT_SERVED


class OrderingPeriodOver(CasellaError):
    """The last day on which this account may order has passed."""

    reason = errors_pb2.REASON_ORDERING_PERIOD_OVER


class ConsentMismatch(CasellaError):
    """The consent does not match the quote, the terms or the button of this order."""

    reason = errors_pb2.REASON_CONSENT_MISMATCH


class AlreadyBought(CasellaError):
    """The account already has a paid order or a subscription."""

    reason = errors_pb2.REASON_ALREADY_BOUGHT
