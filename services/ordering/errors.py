"""The business facts for which ordering refuses; the reason of each is stable, its text is for people."""

from casella.common.v1 import errors_pb2
from services.kit.errors import CasellaError


class OrderIsOpen(CasellaError):
    """An order of this account is open: it has to be paid, cancelled or expired first."""

    reason = errors_pb2.REASON_ORDER_OPEN


class TooManyToday(CasellaError):
    """The account has made as many quotes, orders or profiles, or taken back as many cancellations, as it may a day."""

    reason = errors_pb2.REASON_RATE_LIMITED


class QuoteExpired(CasellaError):
    """The quote can no longer be ordered: ask for a new one."""

    reason = errors_pb2.REASON_QUOTE_NOT_VALID


class QuoteForOtherKind(CasellaError):
    """The quote was made for another kind of customer than the billing profile names."""

    reason = errors_pb2.REASON_QUOTE_NOT_VALID


class QuoteForOtherTax(CasellaError):
    """The quote was made for another country or VAT number than the billing profile names: ask for a new one."""

    reason = errors_pb2.REASON_QUOTE_NOT_VALID


class VatNumberNotValid(CasellaError):
    """VIES says that the VAT number is not valid for trade within the EU."""

    reason = errors_pb2.REASON_VAT_NUMBER_NOT_VALID


class PaidByAutomaticDebit(CasellaError):
    """Payments sets automatic debit up and switches it off (SetUpAutomaticDebit, SwitchOffAutomaticDebit)."""

    reason = errors_pb2.REASON_MANDATE_STATE


class TaxStillOpen(CasellaError):
    """The order's tax is not settled: nothing may ask for its money yet."""

    reason = errors_pb2.REASON_TAX_STATE


class TaxDecisionNotOffered(CasellaError):
    """The order or period does not wait for an operator's decision on its tax, or this one is not offered."""

    reason = errors_pb2.REASON_TAX_STATE


class QuoteTooSmall(CasellaError):
    """The account has more or larger mailboxes than the quote pays for (a domain without mailboxes counts as one)."""

    reason = errors_pb2.REASON_QUOTE_NOT_VALID


class NothingForSale(CasellaError):
    """No edition of the price list is in force yet."""

    reason = errors_pb2.REASON_QUOTE_NOT_VALID


class AccountIsClosed(CasellaError):
    """The account is being closed or erased, or was."""

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


class ClosingDaysNotOver(CasellaError):
    """The subscription has ended, but what is there must stay readable until its closing days are over."""

    reason = errors_pb2.REASON_SUBSCRIPTION_RUNS


class SubscriptionNotActive(CasellaError):
    """The subscription has ended, or its end can no longer be changed."""

    reason = errors_pb2.REASON_SUBSCRIPTION_STATE


class AdditionRenewed(CasellaError):
    """The contract's renewal was asked for with what the order added: that ends with the contract alone."""

    reason = errors_pb2.REASON_SUBSCRIPTION_STATE


class OrderNotFulfilled(CasellaError):
    """The order is not fulfilled yet: nothing of it can be ended."""

    reason = errors_pb2.REASON_ORDER_STATE


class NoUpcomingPeriod(CasellaError):
    """No period follows: the subscription ended, or was cancelled; KeepSubscription takes that back until it ends."""

    reason = errors_pb2.REASON_SUBSCRIPTION_STATE


class PeriodNotMeasurable(CasellaError):
    """The period is not scheduled, its subscription ends before it, or its time has not come."""

    reason = errors_pb2.REASON_PERIOD_STATE


class PeriodNotDue(CasellaError):
    """The period does not wait for its money."""

    reason = errors_pb2.REASON_PERIOD_STATE


class PeriodNotPaid(CasellaError):
    """The period is not paid, nor to be invoiced before it is."""

    reason = errors_pb2.REASON_PERIOD_STATE


class SuspensionNotDue(CasellaError):
    """The period's last day before a suspension has not passed, or an older unpaid period decides."""

    reason = errors_pb2.REASON_PERIOD_STATE


class PeriodTaxOpen(CasellaError):
    """Nothing confirms the VAT number on which the period's tax rests: an operator must decide."""

    reason = errors_pb2.REASON_TAX_STATE


class OtherNameInVies(CasellaError):
    """VIES names somebody else for the VAT number on which the period's tax rests: an operator must decide."""

    reason = errors_pb2.REASON_VAT_NAME_DIFFERS


class BusinessNotProved(CasellaError):
    """Nothing proves that the customer outside the EU is a business: an operator must decide."""

    reason = errors_pb2.REASON_BUSINESS_NOT_PROVED


class WithdrawalNotGranted(CasellaError):
    """Only a consumer has the right of withdrawal: a natural person who does not buy for a business."""

    reason = errors_pb2.REASON_WITHDRAWAL_NOT_GRANTED


class WithdrawalPeriodOver(CasellaError):
    """The last day of the right of withdrawal has passed."""

    reason = errors_pb2.REASON_WITHDRAWAL_PERIOD_OVER


class AlreadyWithdrawn(CasellaError):
    """The consumer has withdrawn from this contract already."""

    reason = errors_pb2.REASON_ALREADY_WITHDRAWN


class NothingToWithdrawFrom(CasellaError):
    """The order has expired or was cancelled: nothing binds the customer any more."""

    reason = errors_pb2.REASON_ORDER_STATE


class ConfirmationMismatch(CasellaError):
    """The button or the statement are not those that the consumer was to see for this withdrawal."""

    reason = errors_pb2.REASON_CONSENT_MISMATCH


class RefundIsMade(CasellaError):
    """The refund was made already: it is not replaced by another."""

    reason = errors_pb2.REASON_ORDER_STATE


class RefundNotMade(CasellaError):
    """The refund was not made yet: its credit note comes after it."""

    reason = errors_pb2.REASON_ORDER_STATE


class LegalHoldStands(CasellaError):
    """A legal hold stands on the account: nothing is closed or deleted until it is lifted."""

    reason = errors_pb2.REASON_LEGAL_HOLD


class AnotherHoldStands(CasellaError):
    """A legal hold stands on the account already: release it first, or name both cases in one ticket."""

    reason = errors_pb2.REASON_LEGAL_HOLD_STANDS


class MoneyWaits(CasellaError):
    """Money that names an order or a period of the account waits for an operator: the account is not closed yet."""

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


class StartNotRequested(CasellaError):
    """The service starts at once: a consumer's order needs the express request for that (start_at_once)."""

    reason = errors_pb2.REASON_CONSENT_MISMATCH


class AlreadyBought(CasellaError):
    """The account already has a paid order or a subscription."""

    reason = errors_pb2.REASON_ALREADY_BOUGHT


class NoResellerProfile(CasellaError):
    """The billing profile is not a reseller's: save one of that kind first."""

    reason = errors_pb2.REASON_PROFILE_MISSING


class NoMonthlyContract(CasellaError):
    """The account has no monthly contract that goes on: the first order is placed at list price, the status follows."""

    reason = errors_pb2.REASON_RESELLER_STATE


class ResellerRequestStands(CasellaError):
    """The account has the reseller status already, or its request waits for a decision."""

    reason = errors_pb2.REASON_RESELLER_STATE


class ResellerNotOpen(CasellaError):
    """The request for the reseller status, or the status, does not wait for this."""

    reason = errors_pb2.REASON_RESELLER_STATE


class RequirementMissing(CasellaError):
    """A requirement of the reseller status is not met; it can be granted all the same by an explicit override."""

    reason = errors_pb2.REASON_RESELLER_STATE


class ContractEnds(CasellaError):
    """The contract was cancelled or has ended: take the cancellation back before adding to it."""

    reason = errors_pb2.REASON_SUBSCRIPTION_STATE


class RenewalNotPaid(CasellaError):
    """The contract's renewal is asked for, or its service suspended: pay the renewal before adding to the contract."""

    reason = errors_pb2.REASON_SUBSCRIPTION_STATE


class RenewalNear(CasellaError):
    """The contract's renewal is about to be asked for without the addition: order it once the renewal is paid."""

    reason = errors_pb2.REASON_SUBSCRIPTION_STATE


class QuoteForOtherTerm(CasellaError):
    """The contract has paid for other days than the quote adds to: ask for a new quote."""

    reason = errors_pb2.REASON_QUOTE_NOT_VALID
