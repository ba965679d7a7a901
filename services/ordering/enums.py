"""How ordering's words cross the wire: one table an enum, both ways."""

from casella.common.v1 import common_pb2
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2
from services.kit.enums import EnumTable
from services.ordering.domain.business_proof import ProofKind
from services.ordering.domain.kinds import Billing, CustomerKind, PaymentMethod
from services.ordering.domain.reseller import Decision, Requirement, ResellerEnd, ResellerState
from services.ordering.domain.states import (
    ClosureReason,
    OrderEmail,
    OrderState,
    PeriodState,
    SubscriptionEnd,
    SubscriptionState,
)
from services.ordering.domain.tax import TaxTreatment
from services.ordering.domain.tax_waiting import Finding, TaxDecision, TaxNext
from services.ordering.domain.withdrawal import Ground, Refusal
from services.ordering.domain.withdrawal_next import WithdrawalNext

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
        PaymentMethod.AUTOMATIC_DEBIT: common_pb2.PAYMENT_METHOD_AUTOMATIC_DEBIT,
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
        OrderEmail.TAX_OPEN: ordering_pb2.ORDER_EMAIL_TAX_OPEN,
        OrderEmail.REFUSED: ordering_pb2.ORDER_EMAIL_REFUSED,
    }
)
TREATMENTS = EnumTable(
    {
        TaxTreatment.DOMESTIC: common_pb2.TAX_TREATMENT_DOMESTIC,
        TaxTreatment.REVERSE_CHARGE: common_pb2.TAX_TREATMENT_REVERSE_CHARGE,
        TaxTreatment.OUTSIDE_EU: common_pb2.TAX_TREATMENT_OUTSIDE_EU,
        TaxTreatment.OUTSIDE_VAT_TERRITORY: common_pb2.TAX_TREATMENT_OUTSIDE_VAT_TERRITORY,
    }
)
TAX_DECISIONS = EnumTable(
    {
        TaxDecision.OTHER_PROOF: ordering_pb2.TAX_DECISION_OTHER_PROOF,
        TaxDecision.REFUSE: ordering_pb2.TAX_DECISION_REFUSE,
        TaxDecision.CHARGE_VAT: ordering_pb2.TAX_DECISION_CHARGE_VAT,
        TaxDecision.BUSINESS_PROOF: ordering_pb2.TAX_DECISION_BUSINESS_PROOF,
    }
)
PROOF_KINDS = EnumTable(
    {
        ProofKind.TAX_CERTIFICATE: ordering_pb2.BUSINESS_PROOF_KIND_TAX_CERTIFICATE,
        ProofKind.REGISTER_EXTRACT: ordering_pb2.BUSINESS_PROOF_KIND_REGISTER_EXTRACT,
        ProofKind.NUMBER_CHECKED: ordering_pb2.BUSINESS_PROOF_KIND_NUMBER_CHECKED,
    }
)
TAX_NEXTS = EnumTable(
    {
        TaxNext.SETTLED: ordering_pb2.TAX_NEXT_SETTLED,
        TaxNext.ASK_AGAIN: ordering_pb2.TAX_NEXT_ASK_AGAIN,
        TaxNext.NEEDS_OPERATOR: ordering_pb2.TAX_NEXT_NEEDS_OPERATOR,
        TaxNext.CANCEL_REQUESTED: ordering_pb2.TAX_NEXT_CANCEL_REQUESTED,
        TaxNext.EXPIRY_DUE: ordering_pb2.TAX_NEXT_EXPIRY_DUE,
        TaxNext.NOT_OPEN: ordering_pb2.TAX_NEXT_NOT_OPEN,
    }
)
FINDINGS = EnumTable(
    {
        Finding.VALID: ordering_pb2.VAT_FINDING_VALID,
        Finding.NOT_VALID: ordering_pb2.VAT_FINDING_NOT_VALID,
        Finding.NO_ANSWER: ordering_pb2.VAT_FINDING_NO_ANSWER,
        Finding.OTHER_NAME: ordering_pb2.VAT_FINDING_OTHER_NAME,
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
        SubscriptionState.CLOSING: ordering_pb2.SUBSCRIPTION_STATE_CLOSING,
        SubscriptionState.ENDED: ordering_pb2.SUBSCRIPTION_STATE_ENDED,
    }
)
SUBSCRIPTION_ENDS = EnumTable(
    {
        SubscriptionEnd.CANCELLED: ordering_pb2.SUBSCRIPTION_END_CANCELLED,
        SubscriptionEnd.UNPAID: ordering_pb2.SUBSCRIPTION_END_UNPAID,
        SubscriptionEnd.WITHDRAWN: ordering_pb2.SUBSCRIPTION_END_WITHDRAWN,
        SubscriptionEnd.ERASURE: ordering_pb2.SUBSCRIPTION_END_ERASURE,
        SubscriptionEnd.TERMINATED: ordering_pb2.SUBSCRIPTION_END_TERMINATED,
    }
)
REFUSALS = EnumTable(
    {
        Refusal.NOT_GRANTED: ordering_pb2.WITHDRAWAL_REFUSAL_NOT_GRANTED,
        Refusal.PERIOD_OVER: ordering_pb2.WITHDRAWAL_REFUSAL_PERIOD_OVER,
        Refusal.ALREADY_WITHDRAWN: ordering_pb2.WITHDRAWAL_REFUSAL_ALREADY_WITHDRAWN,
        Refusal.ORDER_ENDED: ordering_pb2.WITHDRAWAL_REFUSAL_ORDER_ENDED,
    }
)
GROUNDS = EnumTable(
    {
        Ground.RIGHT_OF_WITHDRAWAL: ordering_pb2.WITHDRAWAL_GROUND_RIGHT_OF_WITHDRAWAL,
        Ground.RENEWAL_WITHOUT_NOTICE: ordering_pb2.WITHDRAWAL_GROUND_RENEWAL_WITHOUT_NOTICE,
    }
)
WITHDRAWAL_NEXTS = EnumTable(
    {
        WithdrawalNext.WAIT: ordering_pb2.WITHDRAWAL_NEXT_WAIT,
        WithdrawalNext.REFUND_DUE: ordering_pb2.WITHDRAWAL_NEXT_REFUND_DUE,
        WithdrawalNext.CREDIT_NOTE_DUE: ordering_pb2.WITHDRAWAL_NEXT_CREDIT_NOTE_DUE,
        WithdrawalNext.CLOSE_DUE: ordering_pb2.WITHDRAWAL_NEXT_CLOSE_DUE,
        WithdrawalNext.NOT_OPEN: ordering_pb2.WITHDRAWAL_NEXT_NOT_OPEN,
    }
)
PERIODS = EnumTable(
    {
        PeriodState.PREPAID: ordering_pb2.PERIOD_STATE_PREPAID,
        PeriodState.SCHEDULED: ordering_pb2.PERIOD_STATE_SCHEDULED,
        PeriodState.DUE: ordering_pb2.PERIOD_STATE_DUE,
        PeriodState.PAID: ordering_pb2.PERIOD_STATE_PAID,
        PeriodState.UNPAID: ordering_pb2.PERIOD_STATE_UNPAID,
        PeriodState.VOID: ordering_pb2.PERIOD_STATE_VOID,
    }
)
PERIOD_OUTCOMES = EnumTable(
    {
        PeriodState.PAID: ordering_pb2.PERIOD_OUTCOME_PAID,
        PeriodState.UNPAID: ordering_pb2.PERIOD_OUTCOME_UNPAID,
    }
)
RESELLERS = EnumTable(
    {
        ResellerState.REQUESTED: ordering_pb2.RESELLER_STATE_REQUESTED,
        ResellerState.APPROVED: ordering_pb2.RESELLER_STATE_APPROVED,
        ResellerState.REFUSED: ordering_pb2.RESELLER_STATE_REFUSED,
        ResellerState.WITHDRAWN: ordering_pb2.RESELLER_STATE_WITHDRAWN,
        ResellerState.ENDED: ordering_pb2.RESELLER_STATE_ENDED,
    }
)
REQUIREMENTS = EnumTable(
    {
        Requirement.MAILBOXES: ordering_pb2.RESELLER_REQUIREMENT_KIND_MAILBOXES,
        Requirement.OTHER_DOMAINS: ordering_pb2.RESELLER_REQUIREMENT_KIND_OTHER_DOMAINS,
        Requirement.RESALE: ordering_pb2.RESELLER_REQUIREMENT_KIND_RESALE,
        Requirement.TRAINING: ordering_pb2.RESELLER_REQUIREMENT_KIND_TRAINING,
    }
)
RESELLER_ENDS = EnumTable(
    {
        ResellerEnd.REQUIREMENTS: ordering_pb2.RESELLER_END_REASON_REQUIREMENTS,
        ResellerEnd.NO_RESALE: ordering_pb2.RESELLER_END_REASON_NO_RESALE,
        ResellerEnd.TRAINING: ordering_pb2.RESELLER_END_REASON_TRAINING,
        ResellerEnd.UNPAID: ordering_pb2.RESELLER_END_REASON_UNPAID,
        ResellerEnd.OTHER: ordering_pb2.RESELLER_END_REASON_OTHER,
    }
)
DECISIONS = EnumTable(
    {
        Decision.APPROVE: ordering_pb2.RESELLER_DECISION_APPROVE,
        Decision.REFUSE: ordering_pb2.RESELLER_DECISION_REFUSE,
        Decision.KEEP: ordering_pb2.RESELLER_DECISION_KEEP,
        Decision.WITHDRAW: ordering_pb2.RESELLER_DECISION_WITHDRAW,
    }
)
