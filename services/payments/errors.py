"""The business facts for which this room refuses."""

from casella.common.v1 import errors_pb2
from services.kit.errors import CasellaError


class PaymentProcessing(CasellaError):
    """A payment is being processed: wait for its end."""

    reason = errors_pb2.REASON_PAYMENT_PROCESSING


class WebhookSignature(CasellaError):
    """The webhook's signature is missing, wrong, too old or of the future."""

    reason = errors_pb2.REASON_WEBHOOK_SIGNATURE


class WebhookUnreadable(CasellaError):
    """The webhook is signed, but its body is no event."""

    reason = errors_pb2.REASON_INVALID_INPUT


class WebhookNotOurs(CasellaError):
    """The event is of another mode or API version than this system uses."""

    reason = errors_pb2.REASON_WEBHOOK_NOT_OURS


class StatementUnreadable(CasellaError):
    """The file is no bank statement that Casella can read."""

    reason = errors_pb2.REASON_STATEMENT_UNREADABLE


class ProviderUnavailable(CasellaError):
    """The payment provider does not answer or refuses."""

    reason = errors_pb2.REASON_PROVIDER_UNAVAILABLE


class AmountMismatch(CasellaError):
    """The payment request that exists has another amount, account or method, or the transfer another amount."""

    reason = errors_pb2.REASON_AMOUNT_MISMATCH


class ProformaConflict(CasellaError):
    """The payment request has another proforma number, or the number belongs to another request."""

    reason = errors_pb2.REASON_REQUEST_ID_REUSED


class MandateState(CasellaError):
    """Automatic debit does not stand so that this makes sense."""

    reason = errors_pb2.REASON_MANDATE_STATE


class MoneyWaiting(CasellaError):
    """Money for this payment request waits for an operator: it does not expire, its page asks for a rest or nothing."""

    reason = errors_pb2.REASON_MONEY_WAITING


class RefundTooMuch(CasellaError):
    """More than was received and is not yet refunded, or than the account has as credit."""

    reason = errors_pb2.REASON_REFUND_TOO_MUCH


class RefundNotInState(CasellaError):
    """The refund is not in a state that allows this."""

    reason = errors_pb2.REASON_REFUND_STATE


class MoneySettled(CasellaError):
    """The money is settled already, or this cannot be done with it."""

    reason = errors_pb2.REASON_MONEY_SETTLED


class InvoiceLate(CasellaError):
    """The last day for the invoice of this money has passed, and nobody has accepted that."""

    reason = errors_pb2.REASON_INVOICE_LATE


class CreditTooSmall(CasellaError):
    """The account has less credit than this takes."""

    reason = errors_pb2.REASON_CREDIT_TOO_SMALL


class PayoutTooMuch(CasellaError):
    """A payout is more than lies at the provider by the ledger, and nobody has accepted that."""

    reason = errors_pb2.REASON_PAYOUT_TOO_MUCH


class PaymentRequestClosed(CasellaError):
    """The payment request is closed."""

    reason = errors_pb2.REASON_PAYMENT_REQUEST_CLOSED


class PaymentRequestPaid(CasellaError):
    """The payment request is paid."""

    reason = errors_pb2.REASON_PAYMENT_REQUEST_PAID
