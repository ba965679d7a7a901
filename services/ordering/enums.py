"""How ordering's words cross the wire: one table an enum, both ways."""

from casella.common.v1 import common_pb2
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2
from services.kit.enums import EnumTable
from services.ordering.domain.kinds import Billing, CustomerKind, PaymentMethod
from services.ordering.domain.states import ClosureReason, OrderEmail, OrderState, SubscriptionState

KINDS = EnumTable(
    {
        CustomerKind.PRIVATE: common_pb2.CUSTOMER_KIND_PRIVATE,
        CustomerKind.COMPANY: common_pb2.CUSTOMER_KIND_COMPANY,
        CustomerKind.RESELLER: common_pb2.CUSTOMER_KIND_RESELLER,
    }
)
BILLINGS = EnumTable(
    {
        Billing.MONTHLY: common_pb2.BILLING_PERIOD_MONTHLY,
        Billing.ANNUAL: common_pb2.BILLING_PERIOD_ANNUAL,
    }
)
METHODS = EnumTable(
    {
        PaymentMethod.BANK_TRANSFER: common_pb2.PAYMENT_METHOD_BANK_TRANSFER,
        PaymentMethod.ONLINE: common_pb2.PAYMENT_METHOD_ONLINE,
    }
)
SIZES = EnumTable(
    {
        8: mailboxes_pb2.MAILBOX_SIZE_8_GB,
        25: mailboxes_pb2.MAILBOX_SIZE_25_GB,
        50: mailboxes_pb2.MAILBOX_SIZE_50_GB,
        100: mailboxes_pb2.MAILBOX_SIZE_100_GB,
    }
)
STATES = EnumTable(
    {
        OrderState.OPEN: ordering_pb2.ORDER_STATE_OPEN,
        OrderState.PAID: ordering_pb2.ORDER_STATE_PAID,
        OrderState.FULFILLED: ordering_pb2.ORDER_STATE_FULFILLED,
        OrderState.EXPIRED: ordering_pb2.ORDER_STATE_EXPIRED,
        OrderState.CANCELLED: ordering_pb2.ORDER_STATE_CANCELLED,
    }
)
OUTCOMES = EnumTable(
    {
        OrderState.PAID: ordering_pb2.OUTCOME_PAID,
        OrderState.EXPIRED: ordering_pb2.OUTCOME_EXPIRED,
        OrderState.CANCELLED: ordering_pb2.OUTCOME_CANCELLED,
    }
)
EMAILS = EnumTable(
    {
        OrderEmail.CONFIRMATION: ordering_pb2.ORDER_EMAIL_CONFIRMATION,
        OrderEmail.EXPIRED: ordering_pb2.ORDER_EMAIL_EXPIRED,
        OrderEmail.CANCELLED: ordering_pb2.ORDER_EMAIL_CANCELLED,
    }
)
CLOSURES = EnumTable(
    {
        ClosureReason.TRIAL_ENDED: ordering_pb2.CLOSURE_REASON_TRIAL_ENDED,
        ClosureReason.SUBSCRIPTION_ENDED: ordering_pb2.CLOSURE_REASON_SUBSCRIPTION_ENDED,
        ClosureReason.ERASURE: ordering_pb2.CLOSURE_REASON_ERASURE,
    }
)
SUBSCRIPTIONS = EnumTable(
    {
        SubscriptionState.ACTIVE: ordering_pb2.SUBSCRIPTION_STATE_ACTIVE,
        SubscriptionState.ENDED: ordering_pb2.SUBSCRIPTION_STATE_ENDED,
    }
)
