import datetime

from casella.common.v1 import access_pb2 as _access_pb2
from casella.common.v1 import common_pb2 as _common_pb2
from casella.mailboxes.v1 import mailboxes_pb2 as _mailboxes_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class OrderState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ORDER_STATE_UNSPECIFIED: _ClassVar[OrderState]
    ORDER_STATE_OPEN: _ClassVar[OrderState]
    ORDER_STATE_PAID: _ClassVar[OrderState]
    ORDER_STATE_FULFILLED: _ClassVar[OrderState]
    ORDER_STATE_EXPIRED: _ClassVar[OrderState]
    ORDER_STATE_CANCELLED: _ClassVar[OrderState]

class TaxDecision(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TAX_DECISION_UNSPECIFIED: _ClassVar[TaxDecision]
    TAX_DECISION_OTHER_PROOF: _ClassVar[TaxDecision]
    TAX_DECISION_REFUSE: _ClassVar[TaxDecision]
    TAX_DECISION_CHARGE_VAT: _ClassVar[TaxDecision]
    TAX_DECISION_BUSINESS_PROOF: _ClassVar[TaxDecision]

class BusinessProofKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    BUSINESS_PROOF_KIND_UNSPECIFIED: _ClassVar[BusinessProofKind]
    BUSINESS_PROOF_KIND_TAX_CERTIFICATE: _ClassVar[BusinessProofKind]
    BUSINESS_PROOF_KIND_REGISTER_EXTRACT: _ClassVar[BusinessProofKind]
    BUSINESS_PROOF_KIND_NUMBER_CHECKED: _ClassVar[BusinessProofKind]

class TaxNext(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TAX_NEXT_UNSPECIFIED: _ClassVar[TaxNext]
    TAX_NEXT_SETTLED: _ClassVar[TaxNext]
    TAX_NEXT_ASK_AGAIN: _ClassVar[TaxNext]
    TAX_NEXT_NEEDS_OPERATOR: _ClassVar[TaxNext]
    TAX_NEXT_CANCEL_REQUESTED: _ClassVar[TaxNext]
    TAX_NEXT_EXPIRY_DUE: _ClassVar[TaxNext]
    TAX_NEXT_NOT_OPEN: _ClassVar[TaxNext]

class VatFinding(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VAT_FINDING_UNSPECIFIED: _ClassVar[VatFinding]
    VAT_FINDING_VALID: _ClassVar[VatFinding]
    VAT_FINDING_NOT_VALID: _ClassVar[VatFinding]
    VAT_FINDING_NO_ANSWER: _ClassVar[VatFinding]
    VAT_FINDING_OTHER_NAME: _ClassVar[VatFinding]

class OrderNext(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ORDER_NEXT_UNSPECIFIED: _ClassVar[OrderNext]
    ORDER_NEXT_WAIT: _ClassVar[OrderNext]
    ORDER_NEXT_EXPIRY_DUE: _ClassVar[OrderNext]
    ORDER_NEXT_CANCEL_REQUESTED: _ClassVar[OrderNext]
    ORDER_NEXT_NOT_OPEN: _ClassVar[OrderNext]

class Outcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OUTCOME_UNSPECIFIED: _ClassVar[Outcome]
    OUTCOME_PAID: _ClassVar[Outcome]
    OUTCOME_EXPIRED: _ClassVar[Outcome]
    OUTCOME_CANCELLED: _ClassVar[Outcome]

class OrderEmail(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ORDER_EMAIL_UNSPECIFIED: _ClassVar[OrderEmail]
    ORDER_EMAIL_CONFIRMATION: _ClassVar[OrderEmail]
    ORDER_EMAIL_EXPIRED: _ClassVar[OrderEmail]
    ORDER_EMAIL_CANCELLED: _ClassVar[OrderEmail]
    ORDER_EMAIL_TAX_OPEN: _ClassVar[OrderEmail]
    ORDER_EMAIL_REFUSED: _ClassVar[OrderEmail]

class WithdrawalRefusal(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WITHDRAWAL_REFUSAL_UNSPECIFIED: _ClassVar[WithdrawalRefusal]
    WITHDRAWAL_REFUSAL_NOT_GRANTED: _ClassVar[WithdrawalRefusal]
    WITHDRAWAL_REFUSAL_PERIOD_OVER: _ClassVar[WithdrawalRefusal]
    WITHDRAWAL_REFUSAL_ALREADY_WITHDRAWN: _ClassVar[WithdrawalRefusal]
    WITHDRAWAL_REFUSAL_ORDER_ENDED: _ClassVar[WithdrawalRefusal]

class WithdrawalGround(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WITHDRAWAL_GROUND_UNSPECIFIED: _ClassVar[WithdrawalGround]
    WITHDRAWAL_GROUND_RIGHT_OF_WITHDRAWAL: _ClassVar[WithdrawalGround]
    WITHDRAWAL_GROUND_RENEWAL_WITHOUT_NOTICE: _ClassVar[WithdrawalGround]

class WithdrawalState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WITHDRAWAL_STATE_UNSPECIFIED: _ClassVar[WithdrawalState]
    WITHDRAWAL_STATE_NOTICED: _ClassVar[WithdrawalState]
    WITHDRAWAL_STATE_REFUNDING: _ClassVar[WithdrawalState]
    WITHDRAWAL_STATE_CLOSING: _ClassVar[WithdrawalState]
    WITHDRAWAL_STATE_DONE: _ClassVar[WithdrawalState]

class WithdrawalNext(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WITHDRAWAL_NEXT_UNSPECIFIED: _ClassVar[WithdrawalNext]
    WITHDRAWAL_NEXT_WAIT: _ClassVar[WithdrawalNext]
    WITHDRAWAL_NEXT_REFUND_DUE: _ClassVar[WithdrawalNext]
    WITHDRAWAL_NEXT_CREDIT_NOTE_DUE: _ClassVar[WithdrawalNext]
    WITHDRAWAL_NEXT_CLOSE_DUE: _ClassVar[WithdrawalNext]
    WITHDRAWAL_NEXT_NOT_OPEN: _ClassVar[WithdrawalNext]

class SubscriptionState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SUBSCRIPTION_STATE_UNSPECIFIED: _ClassVar[SubscriptionState]
    SUBSCRIPTION_STATE_ACTIVE: _ClassVar[SubscriptionState]
    SUBSCRIPTION_STATE_ENDED: _ClassVar[SubscriptionState]
    SUBSCRIPTION_STATE_CLOSING: _ClassVar[SubscriptionState]

class SubscriptionEnd(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SUBSCRIPTION_END_UNSPECIFIED: _ClassVar[SubscriptionEnd]
    SUBSCRIPTION_END_CANCELLED: _ClassVar[SubscriptionEnd]
    SUBSCRIPTION_END_UNPAID: _ClassVar[SubscriptionEnd]
    SUBSCRIPTION_END_WITHDRAWN: _ClassVar[SubscriptionEnd]
    SUBSCRIPTION_END_ERASURE: _ClassVar[SubscriptionEnd]
    SUBSCRIPTION_END_TERMINATED: _ClassVar[SubscriptionEnd]

class PeriodState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PERIOD_STATE_UNSPECIFIED: _ClassVar[PeriodState]
    PERIOD_STATE_PREPAID: _ClassVar[PeriodState]
    PERIOD_STATE_SCHEDULED: _ClassVar[PeriodState]
    PERIOD_STATE_DUE: _ClassVar[PeriodState]
    PERIOD_STATE_PAID: _ClassVar[PeriodState]
    PERIOD_STATE_UNPAID: _ClassVar[PeriodState]
    PERIOD_STATE_VOID: _ClassVar[PeriodState]

class PeriodNext(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PERIOD_NEXT_UNSPECIFIED: _ClassVar[PeriodNext]
    PERIOD_NEXT_WAIT: _ClassVar[PeriodNext]
    PERIOD_NEXT_MEASURE_DUE: _ClassVar[PeriodNext]
    PERIOD_NEXT_SUSPEND_DUE: _ClassVar[PeriodNext]
    PERIOD_NEXT_CLOSE_DUE: _ClassVar[PeriodNext]
    PERIOD_NEXT_PURGE_DUE: _ClassVar[PeriodNext]
    PERIOD_NEXT_NOT_OPEN: _ClassVar[PeriodNext]
    PERIOD_NEXT_INVOICE_DUE: _ClassVar[PeriodNext]

class PeriodOutcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PERIOD_OUTCOME_UNSPECIFIED: _ClassVar[PeriodOutcome]
    PERIOD_OUTCOME_PAID: _ClassVar[PeriodOutcome]
    PERIOD_OUTCOME_UNPAID: _ClassVar[PeriodOutcome]

class ResellerState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RESELLER_STATE_UNSPECIFIED: _ClassVar[ResellerState]
    RESELLER_STATE_NONE: _ClassVar[ResellerState]
    RESELLER_STATE_REQUESTED: _ClassVar[ResellerState]
    RESELLER_STATE_APPROVED: _ClassVar[ResellerState]
    RESELLER_STATE_REFUSED: _ClassVar[ResellerState]
    RESELLER_STATE_WITHDRAWN: _ClassVar[ResellerState]
    RESELLER_STATE_ENDED: _ClassVar[ResellerState]

class ResellerRequirementKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RESELLER_REQUIREMENT_KIND_UNSPECIFIED: _ClassVar[ResellerRequirementKind]
    RESELLER_REQUIREMENT_KIND_MAILBOXES: _ClassVar[ResellerRequirementKind]
    RESELLER_REQUIREMENT_KIND_OTHER_DOMAINS: _ClassVar[ResellerRequirementKind]
    RESELLER_REQUIREMENT_KIND_RESALE: _ClassVar[ResellerRequirementKind]
    RESELLER_REQUIREMENT_KIND_TRAINING: _ClassVar[ResellerRequirementKind]

class ResellerEndReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RESELLER_END_REASON_UNSPECIFIED: _ClassVar[ResellerEndReason]
    RESELLER_END_REASON_REQUIREMENTS: _ClassVar[ResellerEndReason]
    RESELLER_END_REASON_NO_RESALE: _ClassVar[ResellerEndReason]
    RESELLER_END_REASON_TRAINING: _ClassVar[ResellerEndReason]
    RESELLER_END_REASON_UNPAID: _ClassVar[ResellerEndReason]
    RESELLER_END_REASON_OTHER: _ClassVar[ResellerEndReason]

class ResellerDecision(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RESELLER_DECISION_UNSPECIFIED: _ClassVar[ResellerDecision]
    RESELLER_DECISION_APPROVE: _ClassVar[ResellerDecision]
    RESELLER_DECISION_REFUSE: _ClassVar[ResellerDecision]
    RESELLER_DECISION_KEEP: _ClassVar[ResellerDecision]
    RESELLER_DECISION_WITHDRAW: _ClassVar[ResellerDecision]

class ClosureReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CLOSURE_REASON_UNSPECIFIED: _ClassVar[ClosureReason]
    CLOSURE_REASON_TRIAL_ENDED: _ClassVar[ClosureReason]
    CLOSURE_REASON_SUBSCRIPTION_ENDED: _ClassVar[ClosureReason]
    CLOSURE_REASON_ERASURE: _ClassVar[ClosureReason]
ORDER_STATE_UNSPECIFIED: OrderState
ORDER_STATE_OPEN: OrderState
ORDER_STATE_PAID: OrderState
ORDER_STATE_FULFILLED: OrderState
ORDER_STATE_EXPIRED: OrderState
ORDER_STATE_CANCELLED: OrderState
TAX_DECISION_UNSPECIFIED: TaxDecision
TAX_DECISION_OTHER_PROOF: TaxDecision
TAX_DECISION_REFUSE: TaxDecision
TAX_DECISION_CHARGE_VAT: TaxDecision
TAX_DECISION_BUSINESS_PROOF: TaxDecision
BUSINESS_PROOF_KIND_UNSPECIFIED: BusinessProofKind
BUSINESS_PROOF_KIND_TAX_CERTIFICATE: BusinessProofKind
BUSINESS_PROOF_KIND_REGISTER_EXTRACT: BusinessProofKind
BUSINESS_PROOF_KIND_NUMBER_CHECKED: BusinessProofKind
TAX_NEXT_UNSPECIFIED: TaxNext
TAX_NEXT_SETTLED: TaxNext
TAX_NEXT_ASK_AGAIN: TaxNext
TAX_NEXT_NEEDS_OPERATOR: TaxNext
TAX_NEXT_CANCEL_REQUESTED: TaxNext
TAX_NEXT_EXPIRY_DUE: TaxNext
TAX_NEXT_NOT_OPEN: TaxNext
VAT_FINDING_UNSPECIFIED: VatFinding
VAT_FINDING_VALID: VatFinding
VAT_FINDING_NOT_VALID: VatFinding
VAT_FINDING_NO_ANSWER: VatFinding
VAT_FINDING_OTHER_NAME: VatFinding
ORDER_NEXT_UNSPECIFIED: OrderNext
ORDER_NEXT_WAIT: OrderNext
ORDER_NEXT_EXPIRY_DUE: OrderNext
ORDER_NEXT_CANCEL_REQUESTED: OrderNext
ORDER_NEXT_NOT_OPEN: OrderNext
OUTCOME_UNSPECIFIED: Outcome
OUTCOME_PAID: Outcome
OUTCOME_EXPIRED: Outcome
OUTCOME_CANCELLED: Outcome
ORDER_EMAIL_UNSPECIFIED: OrderEmail
ORDER_EMAIL_CONFIRMATION: OrderEmail
ORDER_EMAIL_EXPIRED: OrderEmail
ORDER_EMAIL_CANCELLED: OrderEmail
ORDER_EMAIL_TAX_OPEN: OrderEmail
ORDER_EMAIL_REFUSED: OrderEmail
WITHDRAWAL_REFUSAL_UNSPECIFIED: WithdrawalRefusal
WITHDRAWAL_REFUSAL_NOT_GRANTED: WithdrawalRefusal
WITHDRAWAL_REFUSAL_PERIOD_OVER: WithdrawalRefusal
WITHDRAWAL_REFUSAL_ALREADY_WITHDRAWN: WithdrawalRefusal
WITHDRAWAL_REFUSAL_ORDER_ENDED: WithdrawalRefusal
WITHDRAWAL_GROUND_UNSPECIFIED: WithdrawalGround
WITHDRAWAL_GROUND_RIGHT_OF_WITHDRAWAL: WithdrawalGround
WITHDRAWAL_GROUND_RENEWAL_WITHOUT_NOTICE: WithdrawalGround
WITHDRAWAL_STATE_UNSPECIFIED: WithdrawalState
WITHDRAWAL_STATE_NOTICED: WithdrawalState
WITHDRAWAL_STATE_REFUNDING: WithdrawalState
WITHDRAWAL_STATE_CLOSING: WithdrawalState
WITHDRAWAL_STATE_DONE: WithdrawalState
WITHDRAWAL_NEXT_UNSPECIFIED: WithdrawalNext
WITHDRAWAL_NEXT_WAIT: WithdrawalNext
WITHDRAWAL_NEXT_REFUND_DUE: WithdrawalNext
WITHDRAWAL_NEXT_CREDIT_NOTE_DUE: WithdrawalNext
WITHDRAWAL_NEXT_CLOSE_DUE: WithdrawalNext
WITHDRAWAL_NEXT_NOT_OPEN: WithdrawalNext
SUBSCRIPTION_STATE_UNSPECIFIED: SubscriptionState
SUBSCRIPTION_STATE_ACTIVE: SubscriptionState
SUBSCRIPTION_STATE_ENDED: SubscriptionState
SUBSCRIPTION_STATE_CLOSING: SubscriptionState
SUBSCRIPTION_END_UNSPECIFIED: SubscriptionEnd
SUBSCRIPTION_END_CANCELLED: SubscriptionEnd
SUBSCRIPTION_END_UNPAID: SubscriptionEnd
SUBSCRIPTION_END_WITHDRAWN: SubscriptionEnd
SUBSCRIPTION_END_ERASURE: SubscriptionEnd
SUBSCRIPTION_END_TERMINATED: SubscriptionEnd
PERIOD_STATE_UNSPECIFIED: PeriodState
PERIOD_STATE_PREPAID: PeriodState
PERIOD_STATE_SCHEDULED: PeriodState
PERIOD_STATE_DUE: PeriodState
PERIOD_STATE_PAID: PeriodState
PERIOD_STATE_UNPAID: PeriodState
PERIOD_STATE_VOID: PeriodState
PERIOD_NEXT_UNSPECIFIED: PeriodNext
PERIOD_NEXT_WAIT: PeriodNext
PERIOD_NEXT_MEASURE_DUE: PeriodNext
PERIOD_NEXT_SUSPEND_DUE: PeriodNext
PERIOD_NEXT_CLOSE_DUE: PeriodNext
PERIOD_NEXT_PURGE_DUE: PeriodNext
PERIOD_NEXT_NOT_OPEN: PeriodNext
PERIOD_NEXT_INVOICE_DUE: PeriodNext
PERIOD_OUTCOME_UNSPECIFIED: PeriodOutcome
PERIOD_OUTCOME_PAID: PeriodOutcome
PERIOD_OUTCOME_UNPAID: PeriodOutcome
RESELLER_STATE_UNSPECIFIED: ResellerState
RESELLER_STATE_NONE: ResellerState
RESELLER_STATE_REQUESTED: ResellerState
RESELLER_STATE_APPROVED: ResellerState
RESELLER_STATE_REFUSED: ResellerState
RESELLER_STATE_WITHDRAWN: ResellerState
RESELLER_STATE_ENDED: ResellerState
RESELLER_REQUIREMENT_KIND_UNSPECIFIED: ResellerRequirementKind
RESELLER_REQUIREMENT_KIND_MAILBOXES: ResellerRequirementKind
RESELLER_REQUIREMENT_KIND_OTHER_DOMAINS: ResellerRequirementKind
RESELLER_REQUIREMENT_KIND_RESALE: ResellerRequirementKind
RESELLER_REQUIREMENT_KIND_TRAINING: ResellerRequirementKind
RESELLER_END_REASON_UNSPECIFIED: ResellerEndReason
RESELLER_END_REASON_REQUIREMENTS: ResellerEndReason
RESELLER_END_REASON_NO_RESALE: ResellerEndReason
RESELLER_END_REASON_TRAINING: ResellerEndReason
RESELLER_END_REASON_UNPAID: ResellerEndReason
RESELLER_END_REASON_OTHER: ResellerEndReason
RESELLER_DECISION_UNSPECIFIED: ResellerDecision
RESELLER_DECISION_APPROVE: ResellerDecision
RESELLER_DECISION_REFUSE: ResellerDecision
RESELLER_DECISION_KEEP: ResellerDecision
RESELLER_DECISION_WITHDRAW: ResellerDecision
CLOSURE_REASON_UNSPECIFIED: ClosureReason
CLOSURE_REASON_TRIAL_ENDED: ClosureReason
CLOSURE_REASON_SUBSCRIPTION_ENDED: ClosureReason
CLOSURE_REASON_ERASURE: ClosureReason

class GetPriceListRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Plan(_message.Message):
    __slots__ = ("size", "monthly", "annual", "monthly_gross", "annual_gross")
    SIZE_FIELD_NUMBER: _ClassVar[int]
    MONTHLY_FIELD_NUMBER: _ClassVar[int]
    ANNUAL_FIELD_NUMBER: _ClassVar[int]
    MONTHLY_GROSS_FIELD_NUMBER: _ClassVar[int]
    ANNUAL_GROSS_FIELD_NUMBER: _ClassVar[int]
    size: _mailboxes_pb2.MailboxSize
    monthly: _common_pb2.Money
    annual: _common_pb2.Money
    monthly_gross: _common_pb2.Money
    annual_gross: _common_pb2.Money
    def __init__(self, size: _Optional[_Union[_mailboxes_pb2.MailboxSize, str]] = ..., monthly: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., annual: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., monthly_gross: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., annual_gross: _Optional[_Union[_common_pb2.Money, _Mapping]] = ...) -> None: ...

class OptionPrice(_message.Message):
    __slots__ = ("code", "name_it", "name_en", "monthly", "annual", "monthly_gross", "annual_gross")
    CODE_FIELD_NUMBER: _ClassVar[int]
    NAME_IT_FIELD_NUMBER: _ClassVar[int]
    NAME_EN_FIELD_NUMBER: _ClassVar[int]
    MONTHLY_FIELD_NUMBER: _ClassVar[int]
    ANNUAL_FIELD_NUMBER: _ClassVar[int]
    MONTHLY_GROSS_FIELD_NUMBER: _ClassVar[int]
    ANNUAL_GROSS_FIELD_NUMBER: _ClassVar[int]
    code: str
    name_it: str
    name_en: str
    monthly: _common_pb2.Money
    annual: _common_pb2.Money
    monthly_gross: _common_pb2.Money
    annual_gross: _common_pb2.Money
    def __init__(self, code: _Optional[str] = ..., name_it: _Optional[str] = ..., name_en: _Optional[str] = ..., monthly: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., annual: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., monthly_gross: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., annual_gross: _Optional[_Union[_common_pb2.Money, _Mapping]] = ...) -> None: ...

class ResellerTier(_message.Message):
    __slots__ = ("from_mailboxes", "discount")
    FROM_MAILBOXES_FIELD_NUMBER: _ClassVar[int]
    DISCOUNT_FIELD_NUMBER: _ClassVar[int]
    from_mailboxes: int
    discount: str
    def __init__(self, from_mailboxes: _Optional[int] = ..., discount: _Optional[str] = ...) -> None: ...

class GetPriceListResponse(_message.Message):
    __slots__ = ("version", "valid_from", "plans", "options", "monthly_minimum", "annual_minimum", "vat_rate", "reseller_tiers")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    VALID_FROM_FIELD_NUMBER: _ClassVar[int]
    PLANS_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    MONTHLY_MINIMUM_FIELD_NUMBER: _ClassVar[int]
    ANNUAL_MINIMUM_FIELD_NUMBER: _ClassVar[int]
    VAT_RATE_FIELD_NUMBER: _ClassVar[int]
    RESELLER_TIERS_FIELD_NUMBER: _ClassVar[int]
    version: str
    valid_from: _common_pb2.Date
    plans: _containers.RepeatedCompositeFieldContainer[Plan]
    options: _containers.RepeatedCompositeFieldContainer[OptionPrice]
    monthly_minimum: int
    annual_minimum: int
    vat_rate: str
    reseller_tiers: _containers.RepeatedCompositeFieldContainer[ResellerTier]
    def __init__(self, version: _Optional[str] = ..., valid_from: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., plans: _Optional[_Iterable[_Union[Plan, _Mapping]]] = ..., options: _Optional[_Iterable[_Union[OptionPrice, _Mapping]]] = ..., monthly_minimum: _Optional[int] = ..., annual_minimum: _Optional[int] = ..., vat_rate: _Optional[str] = ..., reseller_tiers: _Optional[_Iterable[_Union[ResellerTier, _Mapping]]] = ...) -> None: ...

class MailboxItem(_message.Message):
    __slots__ = ("size", "quantity", "options")
    SIZE_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    size: _mailboxes_pb2.MailboxSize
    quantity: int
    options: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, size: _Optional[_Union[_mailboxes_pb2.MailboxSize, str]] = ..., quantity: _Optional[int] = ..., options: _Optional[_Iterable[str]] = ...) -> None: ...

class CreateQuoteRequest(_message.Message):
    __slots__ = ("request_id", "account_id", "kind", "billing", "items")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    BILLING_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    account_id: str
    kind: _common_pb2.CustomerKind
    billing: _common_pb2.BillingPeriod
    items: _containers.RepeatedCompositeFieldContainer[MailboxItem]
    def __init__(self, request_id: _Optional[str] = ..., account_id: _Optional[str] = ..., kind: _Optional[_Union[_common_pb2.CustomerKind, str]] = ..., billing: _Optional[_Union[_common_pb2.BillingPeriod, str]] = ..., items: _Optional[_Iterable[_Union[MailboxItem, _Mapping]]] = ...) -> None: ...

class Addition(_message.Message):
    __slots__ = ("subscription_id", "first_day", "last_day")
    SUBSCRIPTION_ID_FIELD_NUMBER: _ClassVar[int]
    FIRST_DAY_FIELD_NUMBER: _ClassVar[int]
    LAST_DAY_FIELD_NUMBER: _ClassVar[int]
    subscription_id: str
    first_day: _common_pb2.Date
    last_day: _common_pb2.Date
    def __init__(self, subscription_id: _Optional[str] = ..., first_day: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., last_day: _Optional[_Union[_common_pb2.Date, _Mapping]] = ...) -> None: ...

class Quote(_message.Message):
    __slots__ = ("quote_id", "hash", "price_list_version", "kind", "billing", "items", "lines_it", "lines_en", "totals", "valid_until", "tax_treatment", "tax_open", "totals_with_vat", "vat_id", "reseller_discount", "addition")
    QUOTE_ID_FIELD_NUMBER: _ClassVar[int]
    HASH_FIELD_NUMBER: _ClassVar[int]
    PRICE_LIST_VERSION_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    BILLING_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    LINES_IT_FIELD_NUMBER: _ClassVar[int]
    LINES_EN_FIELD_NUMBER: _ClassVar[int]
    TOTALS_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_FIELD_NUMBER: _ClassVar[int]
    TAX_TREATMENT_FIELD_NUMBER: _ClassVar[int]
    TAX_OPEN_FIELD_NUMBER: _ClassVar[int]
    TOTALS_WITH_VAT_FIELD_NUMBER: _ClassVar[int]
    VAT_ID_FIELD_NUMBER: _ClassVar[int]
    RESELLER_DISCOUNT_FIELD_NUMBER: _ClassVar[int]
    ADDITION_FIELD_NUMBER: _ClassVar[int]
    quote_id: str
    hash: str
    price_list_version: str
    kind: _common_pb2.CustomerKind
    billing: _common_pb2.BillingPeriod
    items: _containers.RepeatedCompositeFieldContainer[MailboxItem]
    lines_it: _containers.RepeatedCompositeFieldContainer[_common_pb2.Line]
    lines_en: _containers.RepeatedCompositeFieldContainer[_common_pb2.Line]
    totals: _common_pb2.Totals
    valid_until: _timestamp_pb2.Timestamp
    tax_treatment: _common_pb2.TaxTreatment
    tax_open: bool
    totals_with_vat: _common_pb2.Totals
    vat_id: str
    reseller_discount: str
    addition: Addition
    def __init__(self, quote_id: _Optional[str] = ..., hash: _Optional[str] = ..., price_list_version: _Optional[str] = ..., kind: _Optional[_Union[_common_pb2.CustomerKind, str]] = ..., billing: _Optional[_Union[_common_pb2.BillingPeriod, str]] = ..., items: _Optional[_Iterable[_Union[MailboxItem, _Mapping]]] = ..., lines_it: _Optional[_Iterable[_Union[_common_pb2.Line, _Mapping]]] = ..., lines_en: _Optional[_Iterable[_Union[_common_pb2.Line, _Mapping]]] = ..., totals: _Optional[_Union[_common_pb2.Totals, _Mapping]] = ..., valid_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., tax_treatment: _Optional[_Union[_common_pb2.TaxTreatment, str]] = ..., tax_open: _Optional[bool] = ..., totals_with_vat: _Optional[_Union[_common_pb2.Totals, _Mapping]] = ..., vat_id: _Optional[str] = ..., reseller_discount: _Optional[str] = ..., addition: _Optional[_Union[Addition, _Mapping]] = ...) -> None: ...

class OrderPage(_message.Message):
    __slots__ = ("language", "button_labels", "withdrawal_information", "start_at_once_label", "tax_notice")
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    BUTTON_LABELS_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWAL_INFORMATION_FIELD_NUMBER: _ClassVar[int]
    START_AT_ONCE_LABEL_FIELD_NUMBER: _ClassVar[int]
    TAX_NOTICE_FIELD_NUMBER: _ClassVar[int]
    language: _common_pb2.Language
    button_labels: _containers.RepeatedScalarFieldContainer[str]
    withdrawal_information: str
    start_at_once_label: str
    tax_notice: str
    def __init__(self, language: _Optional[_Union[_common_pb2.Language, str]] = ..., button_labels: _Optional[_Iterable[str]] = ..., withdrawal_information: _Optional[str] = ..., start_at_once_label: _Optional[str] = ..., tax_notice: _Optional[str] = ...) -> None: ...

class CreateQuoteResponse(_message.Message):
    __slots__ = ("quote", "pages")
    QUOTE_FIELD_NUMBER: _ClassVar[int]
    PAGES_FIELD_NUMBER: _ClassVar[int]
    quote: Quote
    pages: _containers.RepeatedCompositeFieldContainer[OrderPage]
    def __init__(self, quote: _Optional[_Union[Quote, _Mapping]] = ..., pages: _Optional[_Iterable[_Union[OrderPage, _Mapping]]] = ...) -> None: ...

class SaveBillingProfileRequest(_message.Message):
    __slots__ = ("request_id", "account_id", "profile", "split_payment", "steering")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    SPLIT_PAYMENT_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    account_id: str
    profile: _common_pb2.BillingParty
    split_payment: bool
    steering: _common_pb2.Steering
    def __init__(self, request_id: _Optional[str] = ..., account_id: _Optional[str] = ..., profile: _Optional[_Union[_common_pb2.BillingParty, _Mapping]] = ..., split_payment: _Optional[bool] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ...) -> None: ...

class SaveBillingProfileResponse(_message.Message):
    __slots__ = ("profile",)
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    profile: _common_pb2.BillingParty
    def __init__(self, profile: _Optional[_Union[_common_pb2.BillingParty, _Mapping]] = ...) -> None: ...

class GetBillingProfileRequest(_message.Message):
    __slots__ = ("account_id",)
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    def __init__(self, account_id: _Optional[str] = ...) -> None: ...

class GetBillingProfileResponse(_message.Message):
    __slots__ = ("profile",)
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    profile: _common_pb2.BillingParty
    def __init__(self, profile: _Optional[_Union[_common_pb2.BillingParty, _Mapping]] = ...) -> None: ...

class OrderConsent(_message.Message):
    __slots__ = ("button_label", "language", "terms_hash", "quote_hash", "client", "start_at_once", "withdrawal_information_shown")
    BUTTON_LABEL_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    TERMS_HASH_FIELD_NUMBER: _ClassVar[int]
    QUOTE_HASH_FIELD_NUMBER: _ClassVar[int]
    CLIENT_FIELD_NUMBER: _ClassVar[int]
    START_AT_ONCE_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWAL_INFORMATION_SHOWN_FIELD_NUMBER: _ClassVar[int]
    button_label: str
    language: _common_pb2.Language
    terms_hash: str
    quote_hash: str
    client: _common_pb2.ClientContext
    start_at_once: bool
    withdrawal_information_shown: bool
    def __init__(self, button_label: _Optional[str] = ..., language: _Optional[_Union[_common_pb2.Language, str]] = ..., terms_hash: _Optional[str] = ..., quote_hash: _Optional[str] = ..., client: _Optional[_Union[_common_pb2.ClientContext, _Mapping]] = ..., start_at_once: _Optional[bool] = ..., withdrawal_information_shown: _Optional[bool] = ...) -> None: ...

class PlaceOrderRequest(_message.Message):
    __slots__ = ("request_id", "account_id", "quote_id", "payment_method", "consent")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    QUOTE_ID_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_METHOD_FIELD_NUMBER: _ClassVar[int]
    CONSENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    account_id: str
    quote_id: str
    payment_method: _common_pb2.PaymentMethod
    consent: OrderConsent
    def __init__(self, request_id: _Optional[str] = ..., account_id: _Optional[str] = ..., quote_id: _Optional[str] = ..., payment_method: _Optional[_Union[_common_pb2.PaymentMethod, str]] = ..., consent: _Optional[_Union[OrderConsent, _Mapping]] = ...) -> None: ...

class Order(_message.Message):
    __slots__ = ("order_id", "account_id", "state", "quote", "payment_method", "placed_at", "expires_at", "ended_at", "cancel_requested", "payment_request_id", "proforma_id", "proforma_number", "invoice_id", "unlocked_at", "fulfilled_at", "language", "party", "withdrawal_until", "available_on", "hold_until", "period_start", "period_end", "tax_treatment", "tax_settled_at", "totals", "lines", "tax_decision", "vat_check_id", "business_proof_id")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    QUOTE_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_METHOD_FIELD_NUMBER: _ClassVar[int]
    PLACED_AT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    ENDED_AT_FIELD_NUMBER: _ClassVar[int]
    CANCEL_REQUESTED_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PROFORMA_ID_FIELD_NUMBER: _ClassVar[int]
    PROFORMA_NUMBER_FIELD_NUMBER: _ClassVar[int]
    INVOICE_ID_FIELD_NUMBER: _ClassVar[int]
    UNLOCKED_AT_FIELD_NUMBER: _ClassVar[int]
    FULFILLED_AT_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    PARTY_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWAL_UNTIL_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_ON_FIELD_NUMBER: _ClassVar[int]
    HOLD_UNTIL_FIELD_NUMBER: _ClassVar[int]
    PERIOD_START_FIELD_NUMBER: _ClassVar[int]
    PERIOD_END_FIELD_NUMBER: _ClassVar[int]
    TAX_TREATMENT_FIELD_NUMBER: _ClassVar[int]
    TAX_SETTLED_AT_FIELD_NUMBER: _ClassVar[int]
    TOTALS_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    TAX_DECISION_FIELD_NUMBER: _ClassVar[int]
    VAT_CHECK_ID_FIELD_NUMBER: _ClassVar[int]
    BUSINESS_PROOF_ID_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    account_id: str
    state: OrderState
    quote: Quote
    payment_method: _common_pb2.PaymentMethod
    placed_at: _timestamp_pb2.Timestamp
    expires_at: _timestamp_pb2.Timestamp
    ended_at: _timestamp_pb2.Timestamp
    cancel_requested: bool
    payment_request_id: str
    proforma_id: str
    proforma_number: str
    invoice_id: str
    unlocked_at: _timestamp_pb2.Timestamp
    fulfilled_at: _timestamp_pb2.Timestamp
    language: _common_pb2.Language
    party: _common_pb2.BillingParty
    withdrawal_until: _timestamp_pb2.Timestamp
    available_on: _common_pb2.Date
    hold_until: _timestamp_pb2.Timestamp
    period_start: _common_pb2.Date
    period_end: _common_pb2.Date
    tax_treatment: _common_pb2.TaxTreatment
    tax_settled_at: _timestamp_pb2.Timestamp
    totals: _common_pb2.Totals
    lines: _containers.RepeatedCompositeFieldContainer[_common_pb2.Line]
    tax_decision: TaxDecision
    vat_check_id: str
    business_proof_id: str
    def __init__(self, order_id: _Optional[str] = ..., account_id: _Optional[str] = ..., state: _Optional[_Union[OrderState, str]] = ..., quote: _Optional[_Union[Quote, _Mapping]] = ..., payment_method: _Optional[_Union[_common_pb2.PaymentMethod, str]] = ..., placed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ended_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., cancel_requested: _Optional[bool] = ..., payment_request_id: _Optional[str] = ..., proforma_id: _Optional[str] = ..., proforma_number: _Optional[str] = ..., invoice_id: _Optional[str] = ..., unlocked_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., fulfilled_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., language: _Optional[_Union[_common_pb2.Language, str]] = ..., party: _Optional[_Union[_common_pb2.BillingParty, _Mapping]] = ..., withdrawal_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., available_on: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., hold_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., period_start: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., period_end: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., tax_treatment: _Optional[_Union[_common_pb2.TaxTreatment, str]] = ..., tax_settled_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., totals: _Optional[_Union[_common_pb2.Totals, _Mapping]] = ..., lines: _Optional[_Iterable[_Union[_common_pb2.Line, _Mapping]]] = ..., tax_decision: _Optional[_Union[TaxDecision, str]] = ..., vat_check_id: _Optional[str] = ..., business_proof_id: _Optional[str] = ...) -> None: ...

class PlaceOrderResponse(_message.Message):
    __slots__ = ("order",)
    ORDER_FIELD_NUMBER: _ClassVar[int]
    order: Order
    def __init__(self, order: _Optional[_Union[Order, _Mapping]] = ...) -> None: ...

class CancelOrderRequest(_message.Message):
    __slots__ = ("request_id", "order_id", "steering")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    order_id: str
    steering: _common_pb2.Steering
    def __init__(self, request_id: _Optional[str] = ..., order_id: _Optional[str] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ...) -> None: ...

class CancelOrderResponse(_message.Message):
    __slots__ = ("order",)
    ORDER_FIELD_NUMBER: _ClassVar[int]
    order: Order
    def __init__(self, order: _Optional[_Union[Order, _Mapping]] = ...) -> None: ...

class GetOrderRequest(_message.Message):
    __slots__ = ("order_id",)
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    def __init__(self, order_id: _Optional[str] = ...) -> None: ...

class GetOrderResponse(_message.Message):
    __slots__ = ("order",)
    ORDER_FIELD_NUMBER: _ClassVar[int]
    order: Order
    def __init__(self, order: _Optional[_Union[Order, _Mapping]] = ...) -> None: ...

class ListOrdersRequest(_message.Message):
    __slots__ = ("account_id", "page")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    page: _common_pb2.PageRequest
    def __init__(self, account_id: _Optional[str] = ..., page: _Optional[_Union[_common_pb2.PageRequest, _Mapping]] = ...) -> None: ...

class ListOrdersResponse(_message.Message):
    __slots__ = ("orders", "next_page_token")
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    orders: _containers.RepeatedCompositeFieldContainer[Order]
    next_page_token: str
    def __init__(self, orders: _Optional[_Iterable[_Union[Order, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class SeenProof(_message.Message):
    __slots__ = ("kind", "reference")
    KIND_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    kind: BusinessProofKind
    reference: str
    def __init__(self, kind: _Optional[_Union[BusinessProofKind, str]] = ..., reference: _Optional[str] = ...) -> None: ...

class BusinessProof(_message.Message):
    __slots__ = ("proof_id", "country", "tax_id", "seen", "proved_at", "actor")
    PROOF_ID_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_FIELD_NUMBER: _ClassVar[int]
    TAX_ID_FIELD_NUMBER: _ClassVar[int]
    SEEN_FIELD_NUMBER: _ClassVar[int]
    PROVED_AT_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    proof_id: str
    country: str
    tax_id: str
    seen: SeenProof
    proved_at: _timestamp_pb2.Timestamp
    actor: str
    def __init__(self, proof_id: _Optional[str] = ..., country: _Optional[str] = ..., tax_id: _Optional[str] = ..., seen: _Optional[_Union[SeenProof, _Mapping]] = ..., proved_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., actor: _Optional[str] = ...) -> None: ...

class RecordBusinessProofRequest(_message.Message):
    __slots__ = ("request_id", "account_id", "seen", "steering")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    SEEN_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    account_id: str
    seen: SeenProof
    steering: _common_pb2.Steering
    def __init__(self, request_id: _Optional[str] = ..., account_id: _Optional[str] = ..., seen: _Optional[_Union[SeenProof, _Mapping]] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ...) -> None: ...

class RecordBusinessProofResponse(_message.Message):
    __slots__ = ("proof",)
    PROOF_FIELD_NUMBER: _ClassVar[int]
    proof: BusinessProof
    def __init__(self, proof: _Optional[_Union[BusinessProof, _Mapping]] = ...) -> None: ...

class ListBusinessProofsRequest(_message.Message):
    __slots__ = ("account_id", "page")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    page: _common_pb2.PageRequest
    def __init__(self, account_id: _Optional[str] = ..., page: _Optional[_Union[_common_pb2.PageRequest, _Mapping]] = ...) -> None: ...

class ListBusinessProofsResponse(_message.Message):
    __slots__ = ("proofs", "next_page_token")
    PROOFS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    proofs: _containers.RepeatedCompositeFieldContainer[BusinessProof]
    next_page_token: str
    def __init__(self, proofs: _Optional[_Iterable[_Union[BusinessProof, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class SettleTaxRequest(_message.Message):
    __slots__ = ("order_id", "period_id")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    PERIOD_ID_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    period_id: str
    def __init__(self, order_id: _Optional[str] = ..., period_id: _Optional[str] = ...) -> None: ...

class SettleTaxResponse(_message.Message):
    __slots__ = ("order", "next", "wait", "ask_at", "finding", "vies_error", "offered", "decide_at")
    ORDER_FIELD_NUMBER: _ClassVar[int]
    NEXT_FIELD_NUMBER: _ClassVar[int]
    WAIT_FIELD_NUMBER: _ClassVar[int]
    ASK_AT_FIELD_NUMBER: _ClassVar[int]
    FINDING_FIELD_NUMBER: _ClassVar[int]
    VIES_ERROR_FIELD_NUMBER: _ClassVar[int]
    OFFERED_FIELD_NUMBER: _ClassVar[int]
    DECIDE_AT_FIELD_NUMBER: _ClassVar[int]
    order: Order
    next: TaxNext
    wait: _duration_pb2.Duration
    ask_at: _timestamp_pb2.Timestamp
    finding: VatFinding
    vies_error: str
    offered: _containers.RepeatedScalarFieldContainer[TaxDecision]
    decide_at: _timestamp_pb2.Timestamp
    def __init__(self, order: _Optional[_Union[Order, _Mapping]] = ..., next: _Optional[_Union[TaxNext, str]] = ..., wait: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., ask_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., finding: _Optional[_Union[VatFinding, str]] = ..., vies_error: _Optional[str] = ..., offered: _Optional[_Iterable[_Union[TaxDecision, str]]] = ..., decide_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class DecideTaxRequest(_message.Message):
    __slots__ = ("request_id", "order_id", "decision", "steering", "period_id", "seen")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    PERIOD_ID_FIELD_NUMBER: _ClassVar[int]
    SEEN_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    order_id: str
    decision: TaxDecision
    steering: _common_pb2.Steering
    period_id: str
    seen: SeenProof
    def __init__(self, request_id: _Optional[str] = ..., order_id: _Optional[str] = ..., decision: _Optional[_Union[TaxDecision, str]] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ..., period_id: _Optional[str] = ..., seen: _Optional[_Union[SeenProof, _Mapping]] = ...) -> None: ...

class DecideTaxResponse(_message.Message):
    __slots__ = ("order", "period")
    ORDER_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    order: Order
    period: Period
    def __init__(self, order: _Optional[_Union[Order, _Mapping]] = ..., period: _Optional[_Union[Period, _Mapping]] = ...) -> None: ...

class ListVatChecksRequest(_message.Message):
    __slots__ = ("account_id", "page")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    page: _common_pb2.PageRequest
    def __init__(self, account_id: _Optional[str] = ..., page: _Optional[_Union[_common_pb2.PageRequest, _Mapping]] = ...) -> None: ...

class VatCheck(_message.Message):
    __slots__ = ("check_id", "vat_id", "requester", "asked_at", "finding", "consultation_number", "name", "address", "error")
    CHECK_ID_FIELD_NUMBER: _ClassVar[int]
    VAT_ID_FIELD_NUMBER: _ClassVar[int]
    REQUESTER_FIELD_NUMBER: _ClassVar[int]
    ASKED_AT_FIELD_NUMBER: _ClassVar[int]
    FINDING_FIELD_NUMBER: _ClassVar[int]
    CONSULTATION_NUMBER_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    check_id: str
    vat_id: str
    requester: str
    asked_at: _timestamp_pb2.Timestamp
    finding: VatFinding
    consultation_number: str
    name: str
    address: str
    error: str
    def __init__(self, check_id: _Optional[str] = ..., vat_id: _Optional[str] = ..., requester: _Optional[str] = ..., asked_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., finding: _Optional[_Union[VatFinding, str]] = ..., consultation_number: _Optional[str] = ..., name: _Optional[str] = ..., address: _Optional[str] = ..., error: _Optional[str] = ...) -> None: ...

class ListVatChecksResponse(_message.Message):
    __slots__ = ("checks", "next_page_token")
    CHECKS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    checks: _containers.RepeatedCompositeFieldContainer[VatCheck]
    next_page_token: str
    def __init__(self, checks: _Optional[_Iterable[_Union[VatCheck, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class RecordProformaRequest(_message.Message):
    __slots__ = ("order_id", "payment_request_id", "proforma_id", "proforma_number")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PROFORMA_ID_FIELD_NUMBER: _ClassVar[int]
    PROFORMA_NUMBER_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    payment_request_id: str
    proforma_id: str
    proforma_number: str
    def __init__(self, order_id: _Optional[str] = ..., payment_request_id: _Optional[str] = ..., proforma_id: _Optional[str] = ..., proforma_number: _Optional[str] = ...) -> None: ...

class RecordProformaResponse(_message.Message):
    __slots__ = ("order",)
    ORDER_FIELD_NUMBER: _ClassVar[int]
    order: Order
    def __init__(self, order: _Optional[_Union[Order, _Mapping]] = ...) -> None: ...

class AdvanceOrderRequest(_message.Message):
    __slots__ = ("order_id", "recipient", "iban", "reference", "pay_url", "money_waiting", "to_pay", "holder", "bic")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_FIELD_NUMBER: _ClassVar[int]
    IBAN_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    PAY_URL_FIELD_NUMBER: _ClassVar[int]
    MONEY_WAITING_FIELD_NUMBER: _ClassVar[int]
    TO_PAY_FIELD_NUMBER: _ClassVar[int]
    HOLDER_FIELD_NUMBER: _ClassVar[int]
    BIC_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    recipient: _common_pb2.Recipient
    iban: str
    reference: str
    pay_url: str
    money_waiting: bool
    to_pay: _common_pb2.Money
    holder: str
    bic: str
    def __init__(self, order_id: _Optional[str] = ..., recipient: _Optional[_Union[_common_pb2.Recipient, _Mapping]] = ..., iban: _Optional[str] = ..., reference: _Optional[str] = ..., pay_url: _Optional[str] = ..., money_waiting: _Optional[bool] = ..., to_pay: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., holder: _Optional[str] = ..., bic: _Optional[str] = ...) -> None: ...

class AdvanceOrderResponse(_message.Message):
    __slots__ = ("state", "next", "wait", "due", "due_at", "skipped", "expires_at", "erased", "sent", "facts_wanted")
    STATE_FIELD_NUMBER: _ClassVar[int]
    NEXT_FIELD_NUMBER: _ClassVar[int]
    WAIT_FIELD_NUMBER: _ClassVar[int]
    DUE_FIELD_NUMBER: _ClassVar[int]
    DUE_AT_FIELD_NUMBER: _ClassVar[int]
    SKIPPED_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    ERASED_FIELD_NUMBER: _ClassVar[int]
    SENT_FIELD_NUMBER: _ClassVar[int]
    FACTS_WANTED_FIELD_NUMBER: _ClassVar[int]
    state: OrderState
    next: OrderNext
    wait: _duration_pb2.Duration
    due: str
    due_at: _timestamp_pb2.Timestamp
    skipped: _containers.RepeatedScalarFieldContainer[str]
    expires_at: _timestamp_pb2.Timestamp
    erased: bool
    sent: str
    facts_wanted: bool
    def __init__(self, state: _Optional[_Union[OrderState, str]] = ..., next: _Optional[_Union[OrderNext, str]] = ..., wait: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., due: _Optional[str] = ..., due_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., skipped: _Optional[_Iterable[str]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., erased: _Optional[bool] = ..., sent: _Optional[str] = ..., facts_wanted: _Optional[bool] = ...) -> None: ...

class RecordOutcomeRequest(_message.Message):
    __slots__ = ("order_id", "outcome", "available_on")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_ON_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    outcome: Outcome
    available_on: _common_pb2.Date
    def __init__(self, order_id: _Optional[str] = ..., outcome: _Optional[_Union[Outcome, str]] = ..., available_on: _Optional[_Union[_common_pb2.Date, _Mapping]] = ...) -> None: ...

class RecordOutcomeResponse(_message.Message):
    __slots__ = ("order",)
    ORDER_FIELD_NUMBER: _ClassVar[int]
    order: Order
    def __init__(self, order: _Optional[_Union[Order, _Mapping]] = ...) -> None: ...

class RecordUnlockRequest(_message.Message):
    __slots__ = ("order_id", "unlocked_at")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    UNLOCKED_AT_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    unlocked_at: _timestamp_pb2.Timestamp
    def __init__(self, order_id: _Optional[str] = ..., unlocked_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RecordUnlockResponse(_message.Message):
    __slots__ = ("order",)
    ORDER_FIELD_NUMBER: _ClassVar[int]
    order: Order
    def __init__(self, order: _Optional[_Union[Order, _Mapping]] = ...) -> None: ...

class FulfilOrderRequest(_message.Message):
    __slots__ = ("order_id", "invoice_id", "unlocked_at")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    INVOICE_ID_FIELD_NUMBER: _ClassVar[int]
    UNLOCKED_AT_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    invoice_id: str
    unlocked_at: _timestamp_pb2.Timestamp
    def __init__(self, order_id: _Optional[str] = ..., invoice_id: _Optional[str] = ..., unlocked_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class FulfilOrderResponse(_message.Message):
    __slots__ = ("order", "subscription")
    ORDER_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIPTION_FIELD_NUMBER: _ClassVar[int]
    order: Order
    subscription: Subscription
    def __init__(self, order: _Optional[_Union[Order, _Mapping]] = ..., subscription: _Optional[_Union[Subscription, _Mapping]] = ...) -> None: ...

class SendOrderEmailRequest(_message.Message):
    __slots__ = ("order_id", "email", "recipient", "held")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_FIELD_NUMBER: _ClassVar[int]
    HELD_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    email: OrderEmail
    recipient: _common_pb2.Recipient
    held: _containers.RepeatedCompositeFieldContainer[_common_pb2.Money]
    def __init__(self, order_id: _Optional[str] = ..., email: _Optional[_Union[OrderEmail, str]] = ..., recipient: _Optional[_Union[_common_pb2.Recipient, _Mapping]] = ..., held: _Optional[_Iterable[_Union[_common_pb2.Money, _Mapping]]] = ...) -> None: ...

class SendOrderEmailResponse(_message.Message):
    __slots__ = ("erased",)
    ERASED_FIELD_NUMBER: _ClassVar[int]
    erased: bool
    def __init__(self, erased: _Optional[bool] = ...) -> None: ...

class GetWithdrawalRequest(_message.Message):
    __slots__ = ("order_id",)
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    def __init__(self, order_id: _Optional[str] = ...) -> None: ...

class GetWithdrawalResponse(_message.Message):
    __slots__ = ("refusal", "offer", "withdrawal")
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    OFFER_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWAL_FIELD_NUMBER: _ClassVar[int]
    refusal: WithdrawalRefusal
    offer: WithdrawalOffer
    withdrawal: Withdrawal
    def __init__(self, refusal: _Optional[_Union[WithdrawalRefusal, str]] = ..., offer: _Optional[_Union[WithdrawalOffer, _Mapping]] = ..., withdrawal: _Optional[_Union[Withdrawal, _Mapping]] = ...) -> None: ...

class WithdrawalPage(_message.Message):
    __slots__ = ("language", "withdraw_label", "confirm_label", "statement", "statement_hash", "consequences")
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    WITHDRAW_LABEL_FIELD_NUMBER: _ClassVar[int]
    CONFIRM_LABEL_FIELD_NUMBER: _ClassVar[int]
    STATEMENT_FIELD_NUMBER: _ClassVar[int]
    STATEMENT_HASH_FIELD_NUMBER: _ClassVar[int]
    CONSEQUENCES_FIELD_NUMBER: _ClassVar[int]
    language: _common_pb2.Language
    withdraw_label: str
    confirm_label: str
    statement: str
    statement_hash: str
    consequences: str
    def __init__(self, language: _Optional[_Union[_common_pb2.Language, str]] = ..., withdraw_label: _Optional[str] = ..., confirm_label: _Optional[str] = ..., statement: _Optional[str] = ..., statement_hash: _Optional[str] = ..., consequences: _Optional[str] = ...) -> None: ...

class WithdrawalOffer(_message.Message):
    __slots__ = ("order_id", "until", "name", "address", "email", "paid", "owed", "refund", "refund_by", "days_owed", "days_of_term", "pages", "ground")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    PAID_FIELD_NUMBER: _ClassVar[int]
    OWED_FIELD_NUMBER: _ClassVar[int]
    REFUND_FIELD_NUMBER: _ClassVar[int]
    REFUND_BY_FIELD_NUMBER: _ClassVar[int]
    DAYS_OWED_FIELD_NUMBER: _ClassVar[int]
    DAYS_OF_TERM_FIELD_NUMBER: _ClassVar[int]
    PAGES_FIELD_NUMBER: _ClassVar[int]
    GROUND_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    until: _timestamp_pb2.Timestamp
    name: str
    address: _common_pb2.Address
    email: str
    paid: _common_pb2.Money
    owed: _common_pb2.Money
    refund: _common_pb2.Money
    refund_by: _common_pb2.Date
    days_owed: int
    days_of_term: int
    pages: _containers.RepeatedCompositeFieldContainer[WithdrawalPage]
    ground: WithdrawalGround
    def __init__(self, order_id: _Optional[str] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., name: _Optional[str] = ..., address: _Optional[_Union[_common_pb2.Address, _Mapping]] = ..., email: _Optional[str] = ..., paid: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., owed: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., refund: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., refund_by: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., days_owed: _Optional[int] = ..., days_of_term: _Optional[int] = ..., pages: _Optional[_Iterable[_Union[WithdrawalPage, _Mapping]]] = ..., ground: _Optional[_Union[WithdrawalGround, str]] = ...) -> None: ...

class WithdrawalConfirmation(_message.Message):
    __slots__ = ("label", "language", "statement_hash", "client")
    LABEL_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    STATEMENT_HASH_FIELD_NUMBER: _ClassVar[int]
    CLIENT_FIELD_NUMBER: _ClassVar[int]
    label: str
    language: _common_pb2.Language
    statement_hash: str
    client: _common_pb2.ClientContext
    def __init__(self, label: _Optional[str] = ..., language: _Optional[_Union[_common_pb2.Language, str]] = ..., statement_hash: _Optional[str] = ..., client: _Optional[_Union[_common_pb2.ClientContext, _Mapping]] = ...) -> None: ...

class WithdrawFromContractRequest(_message.Message):
    __slots__ = ("request_id", "order_id", "confirmation", "declared_on", "steering")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    CONFIRMATION_FIELD_NUMBER: _ClassVar[int]
    DECLARED_ON_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    order_id: str
    confirmation: WithdrawalConfirmation
    declared_on: _common_pb2.Date
    steering: _common_pb2.Steering
    def __init__(self, request_id: _Optional[str] = ..., order_id: _Optional[str] = ..., confirmation: _Optional[_Union[WithdrawalConfirmation, _Mapping]] = ..., declared_on: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ...) -> None: ...

class WithdrawFromContractResponse(_message.Message):
    __slots__ = ("withdrawal",)
    WITHDRAWAL_FIELD_NUMBER: _ClassVar[int]
    withdrawal: Withdrawal
    def __init__(self, withdrawal: _Optional[_Union[Withdrawal, _Mapping]] = ...) -> None: ...

class Withdrawal(_message.Message):
    __slots__ = ("order_id", "account_id", "state", "noticed_at", "noticed_on", "recorded_by_operator", "refund_by", "receipt_at", "refunds", "ended_at", "ground")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    NOTICED_AT_FIELD_NUMBER: _ClassVar[int]
    NOTICED_ON_FIELD_NUMBER: _ClassVar[int]
    RECORDED_BY_OPERATOR_FIELD_NUMBER: _ClassVar[int]
    REFUND_BY_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_AT_FIELD_NUMBER: _ClassVar[int]
    REFUNDS_FIELD_NUMBER: _ClassVar[int]
    ENDED_AT_FIELD_NUMBER: _ClassVar[int]
    GROUND_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    account_id: str
    state: WithdrawalState
    noticed_at: _timestamp_pb2.Timestamp
    noticed_on: _common_pb2.Date
    recorded_by_operator: bool
    refund_by: _common_pb2.Date
    receipt_at: _timestamp_pb2.Timestamp
    refunds: _containers.RepeatedCompositeFieldContainer[WithdrawalRefund]
    ended_at: _timestamp_pb2.Timestamp
    ground: WithdrawalGround
    def __init__(self, order_id: _Optional[str] = ..., account_id: _Optional[str] = ..., state: _Optional[_Union[WithdrawalState, str]] = ..., noticed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., noticed_on: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., recorded_by_operator: _Optional[bool] = ..., refund_by: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., receipt_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., refunds: _Optional[_Iterable[_Union[WithdrawalRefund, _Mapping]]] = ..., ended_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ground: _Optional[_Union[WithdrawalGround, str]] = ...) -> None: ...

class WithdrawalRefund(_message.Message):
    __slots__ = ("refund_id", "order_id", "invoice_id", "period_id", "paid", "owed", "amount", "refunded_at", "credit_note_id", "served_from", "served_to", "days_of_term", "credit_id", "credit_waived", "made_outside", "money_entry_id", "settled_otherwise", "refund_by", "remitted")
    REFUND_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    INVOICE_ID_FIELD_NUMBER: _ClassVar[int]
    PERIOD_ID_FIELD_NUMBER: _ClassVar[int]
    PAID_FIELD_NUMBER: _ClassVar[int]
    OWED_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    REFUNDED_AT_FIELD_NUMBER: _ClassVar[int]
    CREDIT_NOTE_ID_FIELD_NUMBER: _ClassVar[int]
    SERVED_FROM_FIELD_NUMBER: _ClassVar[int]
    SERVED_TO_FIELD_NUMBER: _ClassVar[int]
    DAYS_OF_TERM_FIELD_NUMBER: _ClassVar[int]
    CREDIT_ID_FIELD_NUMBER: _ClassVar[int]
    CREDIT_WAIVED_FIELD_NUMBER: _ClassVar[int]
    MADE_OUTSIDE_FIELD_NUMBER: _ClassVar[int]
    MONEY_ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    SETTLED_OTHERWISE_FIELD_NUMBER: _ClassVar[int]
    REFUND_BY_FIELD_NUMBER: _ClassVar[int]
    REMITTED_FIELD_NUMBER: _ClassVar[int]
    refund_id: str
    order_id: str
    invoice_id: str
    period_id: str
    paid: _common_pb2.Money
    owed: _common_pb2.Money
    amount: _common_pb2.Money
    refunded_at: _timestamp_pb2.Timestamp
    credit_note_id: str
    served_from: _common_pb2.Date
    served_to: _common_pb2.Date
    days_of_term: int
    credit_id: str
    credit_waived: bool
    made_outside: bool
    money_entry_id: str
    settled_otherwise: bool
    refund_by: _common_pb2.Date
    remitted: _common_pb2.Money
    def __init__(self, refund_id: _Optional[str] = ..., order_id: _Optional[str] = ..., invoice_id: _Optional[str] = ..., period_id: _Optional[str] = ..., paid: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., owed: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., amount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., refunded_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., credit_note_id: _Optional[str] = ..., served_from: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., served_to: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., days_of_term: _Optional[int] = ..., credit_id: _Optional[str] = ..., credit_waived: _Optional[bool] = ..., made_outside: _Optional[bool] = ..., money_entry_id: _Optional[str] = ..., settled_otherwise: _Optional[bool] = ..., refund_by: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., remitted: _Optional[_Union[_common_pb2.Money, _Mapping]] = ...) -> None: ...

class WaitingMoney(_message.Message):
    __slots__ = ("money_entry_id", "amount", "came_on", "order_ids", "period_ids", "by_card_or_paypal", "iban_end", "recipient")
    MONEY_ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    CAME_ON_FIELD_NUMBER: _ClassVar[int]
    ORDER_IDS_FIELD_NUMBER: _ClassVar[int]
    PERIOD_IDS_FIELD_NUMBER: _ClassVar[int]
    BY_CARD_OR_PAYPAL_FIELD_NUMBER: _ClassVar[int]
    IBAN_END_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_FIELD_NUMBER: _ClassVar[int]
    money_entry_id: str
    amount: _common_pb2.Money
    came_on: _common_pb2.Date
    order_ids: _containers.RepeatedScalarFieldContainer[str]
    period_ids: _containers.RepeatedScalarFieldContainer[str]
    by_card_or_paypal: bool
    iban_end: str
    recipient: _common_pb2.Recipient
    def __init__(self, money_entry_id: _Optional[str] = ..., amount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., came_on: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., order_ids: _Optional[_Iterable[str]] = ..., period_ids: _Optional[_Iterable[str]] = ..., by_card_or_paypal: _Optional[bool] = ..., iban_end: _Optional[str] = ..., recipient: _Optional[_Union[_common_pb2.Recipient, _Mapping]] = ...) -> None: ...

class ListOpenWithdrawalsRequest(_message.Message):
    __slots__ = ("page",)
    PAGE_FIELD_NUMBER: _ClassVar[int]
    page: _common_pb2.PageRequest
    def __init__(self, page: _Optional[_Union[_common_pb2.PageRequest, _Mapping]] = ...) -> None: ...

class ListOpenWithdrawalsResponse(_message.Message):
    __slots__ = ("withdrawals", "next_page_token")
    WITHDRAWALS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    withdrawals: _containers.RepeatedCompositeFieldContainer[Withdrawal]
    next_page_token: str
    def __init__(self, withdrawals: _Optional[_Iterable[_Union[Withdrawal, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class FindInvoiceWithdrawalRequest(_message.Message):
    __slots__ = ("invoice_id",)
    INVOICE_ID_FIELD_NUMBER: _ClassVar[int]
    invoice_id: str
    def __init__(self, invoice_id: _Optional[str] = ...) -> None: ...

class FindInvoiceWithdrawalResponse(_message.Message):
    __slots__ = ("order_id",)
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    def __init__(self, order_id: _Optional[str] = ...) -> None: ...

class SendWithdrawalReceiptRequest(_message.Message):
    __slots__ = ("order_id", "recipient")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    recipient: _common_pb2.Recipient
    def __init__(self, order_id: _Optional[str] = ..., recipient: _Optional[_Union[_common_pb2.Recipient, _Mapping]] = ...) -> None: ...

class SendWithdrawalReceiptResponse(_message.Message):
    __slots__ = ("withdrawal", "erased")
    WITHDRAWAL_FIELD_NUMBER: _ClassVar[int]
    ERASED_FIELD_NUMBER: _ClassVar[int]
    withdrawal: Withdrawal
    erased: bool
    def __init__(self, withdrawal: _Optional[_Union[Withdrawal, _Mapping]] = ..., erased: _Optional[bool] = ...) -> None: ...

class AdvanceWithdrawalRequest(_message.Message):
    __slots__ = ("order_id", "waiting")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    WAITING_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    waiting: _containers.RepeatedCompositeFieldContainer[WaitingMoney]
    def __init__(self, order_id: _Optional[str] = ..., waiting: _Optional[_Iterable[_Union[WaitingMoney, _Mapping]]] = ...) -> None: ...

class AdvanceWithdrawalResponse(_message.Message):
    __slots__ = ("withdrawal", "next", "wait", "due", "due_at", "subscription", "order_state", "added_items", "refund_late_at", "refund_late_in", "refund_near")
    WITHDRAWAL_FIELD_NUMBER: _ClassVar[int]
    NEXT_FIELD_NUMBER: _ClassVar[int]
    WAIT_FIELD_NUMBER: _ClassVar[int]
    DUE_FIELD_NUMBER: _ClassVar[int]
    DUE_AT_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIPTION_FIELD_NUMBER: _ClassVar[int]
    ORDER_STATE_FIELD_NUMBER: _ClassVar[int]
    ADDED_ITEMS_FIELD_NUMBER: _ClassVar[int]
    REFUND_LATE_AT_FIELD_NUMBER: _ClassVar[int]
    REFUND_LATE_IN_FIELD_NUMBER: _ClassVar[int]
    REFUND_NEAR_FIELD_NUMBER: _ClassVar[int]
    withdrawal: Withdrawal
    next: WithdrawalNext
    wait: _duration_pb2.Duration
    due: str
    due_at: _timestamp_pb2.Timestamp
    subscription: Subscription
    order_state: OrderState
    added_items: _containers.RepeatedCompositeFieldContainer[MailboxItem]
    refund_late_at: _timestamp_pb2.Timestamp
    refund_late_in: _duration_pb2.Duration
    refund_near: bool
    def __init__(self, withdrawal: _Optional[_Union[Withdrawal, _Mapping]] = ..., next: _Optional[_Union[WithdrawalNext, str]] = ..., wait: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., due: _Optional[str] = ..., due_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., subscription: _Optional[_Union[Subscription, _Mapping]] = ..., order_state: _Optional[_Union[OrderState, str]] = ..., added_items: _Optional[_Iterable[_Union[MailboxItem, _Mapping]]] = ..., refund_late_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., refund_late_in: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., refund_near: _Optional[bool] = ...) -> None: ...

class RecordWithdrawalMoneyRequest(_message.Message):
    __slots__ = ("money", "only_look")
    MONEY_FIELD_NUMBER: _ClassVar[int]
    ONLY_LOOK_FIELD_NUMBER: _ClassVar[int]
    money: WaitingMoney
    only_look: bool
    def __init__(self, money: _Optional[_Union[WaitingMoney, _Mapping]] = ..., only_look: _Optional[bool] = ...) -> None: ...

class RecordWithdrawalMoneyResponse(_message.Message):
    __slots__ = ("withdrawal", "refund_late_at")
    WITHDRAWAL_FIELD_NUMBER: _ClassVar[int]
    REFUND_LATE_AT_FIELD_NUMBER: _ClassVar[int]
    withdrawal: Withdrawal
    refund_late_at: _timestamp_pb2.Timestamp
    def __init__(self, withdrawal: _Optional[_Union[Withdrawal, _Mapping]] = ..., refund_late_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RecordWithdrawalRefundRequest(_message.Message):
    __slots__ = ("order_id", "refund_id", "steering", "settled_otherwise")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    REFUND_ID_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    SETTLED_OTHERWISE_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    refund_id: str
    steering: _common_pb2.Steering
    settled_otherwise: bool
    def __init__(self, order_id: _Optional[str] = ..., refund_id: _Optional[str] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ..., settled_otherwise: _Optional[bool] = ...) -> None: ...

class RecordWithdrawalRefundResponse(_message.Message):
    __slots__ = ("withdrawal",)
    WITHDRAWAL_FIELD_NUMBER: _ClassVar[int]
    withdrawal: Withdrawal
    def __init__(self, withdrawal: _Optional[_Union[Withdrawal, _Mapping]] = ...) -> None: ...

class RecordWithdrawalRefundFailureRequest(_message.Message):
    __slots__ = ("order_id", "refund_id")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    REFUND_ID_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    refund_id: str
    def __init__(self, order_id: _Optional[str] = ..., refund_id: _Optional[str] = ...) -> None: ...

class RecordWithdrawalRefundFailureResponse(_message.Message):
    __slots__ = ("withdrawal",)
    WITHDRAWAL_FIELD_NUMBER: _ClassVar[int]
    withdrawal: Withdrawal
    def __init__(self, withdrawal: _Optional[_Union[Withdrawal, _Mapping]] = ...) -> None: ...

class RenewWithdrawalRefundRequest(_message.Message):
    __slots__ = ("order_id", "refund_id", "steering")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    REFUND_ID_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    refund_id: str
    steering: _common_pb2.Steering
    def __init__(self, order_id: _Optional[str] = ..., refund_id: _Optional[str] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ...) -> None: ...

class RenewWithdrawalRefundResponse(_message.Message):
    __slots__ = ("withdrawal",)
    WITHDRAWAL_FIELD_NUMBER: _ClassVar[int]
    withdrawal: Withdrawal
    def __init__(self, withdrawal: _Optional[_Union[Withdrawal, _Mapping]] = ...) -> None: ...

class RecordWithdrawalCreditNoteRequest(_message.Message):
    __slots__ = ("order_id", "refund_id", "credit_note_id", "steering")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    REFUND_ID_FIELD_NUMBER: _ClassVar[int]
    CREDIT_NOTE_ID_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    refund_id: str
    credit_note_id: str
    steering: _common_pb2.Steering
    def __init__(self, order_id: _Optional[str] = ..., refund_id: _Optional[str] = ..., credit_note_id: _Optional[str] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ...) -> None: ...

class RecordWithdrawalCreditNoteResponse(_message.Message):
    __slots__ = ("withdrawal",)
    WITHDRAWAL_FIELD_NUMBER: _ClassVar[int]
    withdrawal: Withdrawal
    def __init__(self, withdrawal: _Optional[_Union[Withdrawal, _Mapping]] = ...) -> None: ...

class Subscription(_message.Message):
    __slots__ = ("subscription_id", "account_id", "order_id", "state", "billing", "started_at", "period_start", "period_end", "anchor_day", "payment_method", "suspended_at", "end", "end_decided_at", "ends_at", "purge_at", "ended_at", "last_period_follows", "would_end_at", "would_end_at_once")
    SUBSCRIPTION_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    BILLING_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    PERIOD_START_FIELD_NUMBER: _ClassVar[int]
    PERIOD_END_FIELD_NUMBER: _ClassVar[int]
    ANCHOR_DAY_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_METHOD_FIELD_NUMBER: _ClassVar[int]
    SUSPENDED_AT_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    END_DECIDED_AT_FIELD_NUMBER: _ClassVar[int]
    ENDS_AT_FIELD_NUMBER: _ClassVar[int]
    PURGE_AT_FIELD_NUMBER: _ClassVar[int]
    ENDED_AT_FIELD_NUMBER: _ClassVar[int]
    LAST_PERIOD_FOLLOWS_FIELD_NUMBER: _ClassVar[int]
    WOULD_END_AT_FIELD_NUMBER: _ClassVar[int]
    WOULD_END_AT_ONCE_FIELD_NUMBER: _ClassVar[int]
    subscription_id: str
    account_id: str
    order_id: str
    state: SubscriptionState
    billing: _common_pb2.BillingPeriod
    started_at: _timestamp_pb2.Timestamp
    period_start: _common_pb2.Date
    period_end: _common_pb2.Date
    anchor_day: int
    payment_method: _common_pb2.PaymentMethod
    suspended_at: _timestamp_pb2.Timestamp
    end: SubscriptionEnd
    end_decided_at: _timestamp_pb2.Timestamp
    ends_at: _timestamp_pb2.Timestamp
    purge_at: _timestamp_pb2.Timestamp
    ended_at: _timestamp_pb2.Timestamp
    last_period_follows: bool
    would_end_at: _timestamp_pb2.Timestamp
    would_end_at_once: bool
    def __init__(self, subscription_id: _Optional[str] = ..., account_id: _Optional[str] = ..., order_id: _Optional[str] = ..., state: _Optional[_Union[SubscriptionState, str]] = ..., billing: _Optional[_Union[_common_pb2.BillingPeriod, str]] = ..., started_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., period_start: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., period_end: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., anchor_day: _Optional[int] = ..., payment_method: _Optional[_Union[_common_pb2.PaymentMethod, str]] = ..., suspended_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end: _Optional[_Union[SubscriptionEnd, str]] = ..., end_decided_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ends_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., purge_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ended_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_period_follows: _Optional[bool] = ..., would_end_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., would_end_at_once: _Optional[bool] = ...) -> None: ...

class GetSubscriptionRequest(_message.Message):
    __slots__ = ("account_id",)
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    def __init__(self, account_id: _Optional[str] = ...) -> None: ...

class GetSubscriptionResponse(_message.Message):
    __slots__ = ("subscription", "leave")
    SUBSCRIPTION_FIELD_NUMBER: _ClassVar[int]
    LEAVE_FIELD_NUMBER: _ClassVar[int]
    subscription: Subscription
    leave: Leave
    def __init__(self, subscription: _Optional[_Union[Subscription, _Mapping]] = ..., leave: _Optional[_Union[Leave, _Mapping]] = ...) -> None: ...

class Leave(_message.Message):
    __slots__ = ("order_id", "ground", "renewed_on", "until")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    GROUND_FIELD_NUMBER: _ClassVar[int]
    RENEWED_ON_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    ground: WithdrawalGround
    renewed_on: _common_pb2.Date
    until: _common_pb2.Date
    def __init__(self, order_id: _Optional[str] = ..., ground: _Optional[_Union[WithdrawalGround, str]] = ..., renewed_on: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., until: _Optional[_Union[_common_pb2.Date, _Mapping]] = ...) -> None: ...

class Period(_message.Message):
    __slots__ = ("period", "account_id", "state", "period_start", "period_end", "order_id", "measure_at", "measured_at", "lines", "totals", "tax_treatment", "vat_id", "payment_method", "language", "party", "payment_request_id", "proforma_id", "proforma_number", "due_on", "suspend_after", "close_after", "ended_at", "available_on", "invoice_id", "notice_sent_at", "notice_in_time", "due_at", "vat_check_id", "invoice_at", "business_proof_id")
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PERIOD_START_FIELD_NUMBER: _ClassVar[int]
    PERIOD_END_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    MEASURE_AT_FIELD_NUMBER: _ClassVar[int]
    MEASURED_AT_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    TOTALS_FIELD_NUMBER: _ClassVar[int]
    TAX_TREATMENT_FIELD_NUMBER: _ClassVar[int]
    VAT_ID_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_METHOD_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    PARTY_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PROFORMA_ID_FIELD_NUMBER: _ClassVar[int]
    PROFORMA_NUMBER_FIELD_NUMBER: _ClassVar[int]
    DUE_ON_FIELD_NUMBER: _ClassVar[int]
    SUSPEND_AFTER_FIELD_NUMBER: _ClassVar[int]
    CLOSE_AFTER_FIELD_NUMBER: _ClassVar[int]
    ENDED_AT_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_ON_FIELD_NUMBER: _ClassVar[int]
    INVOICE_ID_FIELD_NUMBER: _ClassVar[int]
    NOTICE_SENT_AT_FIELD_NUMBER: _ClassVar[int]
    NOTICE_IN_TIME_FIELD_NUMBER: _ClassVar[int]
    DUE_AT_FIELD_NUMBER: _ClassVar[int]
    VAT_CHECK_ID_FIELD_NUMBER: _ClassVar[int]
    INVOICE_AT_FIELD_NUMBER: _ClassVar[int]
    BUSINESS_PROOF_ID_FIELD_NUMBER: _ClassVar[int]
    period: _common_pb2.PeriodRef
    account_id: str
    state: PeriodState
    period_start: _common_pb2.Date
    period_end: _common_pb2.Date
    order_id: str
    measure_at: _timestamp_pb2.Timestamp
    measured_at: _timestamp_pb2.Timestamp
    lines: _containers.RepeatedCompositeFieldContainer[_common_pb2.Line]
    totals: _common_pb2.Totals
    tax_treatment: _common_pb2.TaxTreatment
    vat_id: str
    payment_method: _common_pb2.PaymentMethod
    language: _common_pb2.Language
    party: _common_pb2.BillingParty
    payment_request_id: str
    proforma_id: str
    proforma_number: str
    due_on: _common_pb2.Date
    suspend_after: _common_pb2.Date
    close_after: _common_pb2.Date
    ended_at: _timestamp_pb2.Timestamp
    available_on: _common_pb2.Date
    invoice_id: str
    notice_sent_at: _timestamp_pb2.Timestamp
    notice_in_time: bool
    due_at: _timestamp_pb2.Timestamp
    vat_check_id: str
    invoice_at: _timestamp_pb2.Timestamp
    business_proof_id: str
    def __init__(self, period: _Optional[_Union[_common_pb2.PeriodRef, _Mapping]] = ..., account_id: _Optional[str] = ..., state: _Optional[_Union[PeriodState, str]] = ..., period_start: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., period_end: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., order_id: _Optional[str] = ..., measure_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., measured_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., lines: _Optional[_Iterable[_Union[_common_pb2.Line, _Mapping]]] = ..., totals: _Optional[_Union[_common_pb2.Totals, _Mapping]] = ..., tax_treatment: _Optional[_Union[_common_pb2.TaxTreatment, str]] = ..., vat_id: _Optional[str] = ..., payment_method: _Optional[_Union[_common_pb2.PaymentMethod, str]] = ..., language: _Optional[_Union[_common_pb2.Language, str]] = ..., party: _Optional[_Union[_common_pb2.BillingParty, _Mapping]] = ..., payment_request_id: _Optional[str] = ..., proforma_id: _Optional[str] = ..., proforma_number: _Optional[str] = ..., due_on: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., suspend_after: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., close_after: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., ended_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., available_on: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., invoice_id: _Optional[str] = ..., notice_sent_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., notice_in_time: _Optional[bool] = ..., due_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., vat_check_id: _Optional[str] = ..., invoice_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., business_proof_id: _Optional[str] = ...) -> None: ...

class GetPeriodRequest(_message.Message):
    __slots__ = ("period_id",)
    PERIOD_ID_FIELD_NUMBER: _ClassVar[int]
    period_id: str
    def __init__(self, period_id: _Optional[str] = ...) -> None: ...

class GetPeriodResponse(_message.Message):
    __slots__ = ("period", "subscription", "suspended_by_period_id")
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIPTION_FIELD_NUMBER: _ClassVar[int]
    SUSPENDED_BY_PERIOD_ID_FIELD_NUMBER: _ClassVar[int]
    period: Period
    subscription: Subscription
    suspended_by_period_id: str
    def __init__(self, period: _Optional[_Union[Period, _Mapping]] = ..., subscription: _Optional[_Union[Subscription, _Mapping]] = ..., suspended_by_period_id: _Optional[str] = ...) -> None: ...

class ListPeriodsRequest(_message.Message):
    __slots__ = ("subscription_id", "page")
    SUBSCRIPTION_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_FIELD_NUMBER: _ClassVar[int]
    subscription_id: str
    page: _common_pb2.PageRequest
    def __init__(self, subscription_id: _Optional[str] = ..., page: _Optional[_Union[_common_pb2.PageRequest, _Mapping]] = ...) -> None: ...

class ListPeriodsResponse(_message.Message):
    __slots__ = ("periods", "next_page_token")
    PERIODS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    periods: _containers.RepeatedCompositeFieldContainer[Period]
    next_page_token: str
    def __init__(self, periods: _Optional[_Iterable[_Union[Period, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetUpcomingPeriodRequest(_message.Message):
    __slots__ = ("account_id",)
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    def __init__(self, account_id: _Optional[str] = ...) -> None: ...

class GetUpcomingPeriodResponse(_message.Message):
    __slots__ = ("upcoming", "subscription")
    UPCOMING_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIPTION_FIELD_NUMBER: _ClassVar[int]
    upcoming: UpcomingPeriod
    subscription: Subscription
    def __init__(self, upcoming: _Optional[_Union[UpcomingPeriod, _Mapping]] = ..., subscription: _Optional[_Union[Subscription, _Mapping]] = ...) -> None: ...

class UpcomingPeriod(_message.Message):
    __slots__ = ("period", "period_start", "period_end", "measure_at", "notice_on", "computed_at", "usage", "lines", "totals", "tax_treatment", "vat_id", "tax_open", "totals_with_vat", "reseller_discount", "language", "last")
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    PERIOD_START_FIELD_NUMBER: _ClassVar[int]
    PERIOD_END_FIELD_NUMBER: _ClassVar[int]
    MEASURE_AT_FIELD_NUMBER: _ClassVar[int]
    NOTICE_ON_FIELD_NUMBER: _ClassVar[int]
    COMPUTED_AT_FIELD_NUMBER: _ClassVar[int]
    USAGE_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    TOTALS_FIELD_NUMBER: _ClassVar[int]
    TAX_TREATMENT_FIELD_NUMBER: _ClassVar[int]
    VAT_ID_FIELD_NUMBER: _ClassVar[int]
    TAX_OPEN_FIELD_NUMBER: _ClassVar[int]
    TOTALS_WITH_VAT_FIELD_NUMBER: _ClassVar[int]
    RESELLER_DISCOUNT_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    LAST_FIELD_NUMBER: _ClassVar[int]
    period: _common_pb2.PeriodRef
    period_start: _common_pb2.Date
    period_end: _common_pb2.Date
    measure_at: _timestamp_pb2.Timestamp
    notice_on: _common_pb2.Date
    computed_at: _timestamp_pb2.Timestamp
    usage: _containers.RepeatedCompositeFieldContainer[MeteredDay]
    lines: _containers.RepeatedCompositeFieldContainer[_common_pb2.Line]
    totals: _common_pb2.Totals
    tax_treatment: _common_pb2.TaxTreatment
    vat_id: str
    tax_open: bool
    totals_with_vat: _common_pb2.Totals
    reseller_discount: str
    language: _common_pb2.Language
    last: bool
    def __init__(self, period: _Optional[_Union[_common_pb2.PeriodRef, _Mapping]] = ..., period_start: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., period_end: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., measure_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., notice_on: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., computed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., usage: _Optional[_Iterable[_Union[MeteredDay, _Mapping]]] = ..., lines: _Optional[_Iterable[_Union[_common_pb2.Line, _Mapping]]] = ..., totals: _Optional[_Union[_common_pb2.Totals, _Mapping]] = ..., tax_treatment: _Optional[_Union[_common_pb2.TaxTreatment, str]] = ..., vat_id: _Optional[str] = ..., tax_open: _Optional[bool] = ..., totals_with_vat: _Optional[_Union[_common_pb2.Totals, _Mapping]] = ..., reseller_discount: _Optional[str] = ..., language: _Optional[_Union[_common_pb2.Language, str]] = ..., last: _Optional[bool] = ...) -> None: ...

class MeteredDay(_message.Message):
    __slots__ = ("day", "sizes", "options")
    DAY_FIELD_NUMBER: _ClassVar[int]
    SIZES_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    day: _common_pb2.Date
    sizes: _containers.RepeatedCompositeFieldContainer[MeteredSize]
    options: _containers.RepeatedCompositeFieldContainer[MeteredOption]
    def __init__(self, day: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., sizes: _Optional[_Iterable[_Union[MeteredSize, _Mapping]]] = ..., options: _Optional[_Iterable[_Union[MeteredOption, _Mapping]]] = ...) -> None: ...

class MeteredOption(_message.Message):
    __slots__ = ("code", "used", "prepaid", "above")
    CODE_FIELD_NUMBER: _ClassVar[int]
    USED_FIELD_NUMBER: _ClassVar[int]
    PREPAID_FIELD_NUMBER: _ClassVar[int]
    ABOVE_FIELD_NUMBER: _ClassVar[int]
    code: str
    used: int
    prepaid: int
    above: int
    def __init__(self, code: _Optional[str] = ..., used: _Optional[int] = ..., prepaid: _Optional[int] = ..., above: _Optional[int] = ...) -> None: ...

class MeteredSize(_message.Message):
    __slots__ = ("size", "used", "prepaid", "above")
    SIZE_FIELD_NUMBER: _ClassVar[int]
    USED_FIELD_NUMBER: _ClassVar[int]
    PREPAID_FIELD_NUMBER: _ClassVar[int]
    ABOVE_FIELD_NUMBER: _ClassVar[int]
    size: _mailboxes_pb2.MailboxSize
    used: int
    prepaid: int
    above: int
    def __init__(self, size: _Optional[_Union[_mailboxes_pb2.MailboxSize, str]] = ..., used: _Optional[int] = ..., prepaid: _Optional[int] = ..., above: _Optional[int] = ...) -> None: ...

class MeasurePeriodRequest(_message.Message):
    __slots__ = ("period_id", "tax_decision", "steering", "seen")
    PERIOD_ID_FIELD_NUMBER: _ClassVar[int]
    TAX_DECISION_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    SEEN_FIELD_NUMBER: _ClassVar[int]
    period_id: str
    tax_decision: TaxDecision
    steering: _common_pb2.Steering
    seen: SeenProof
    def __init__(self, period_id: _Optional[str] = ..., tax_decision: _Optional[_Union[TaxDecision, str]] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ..., seen: _Optional[_Union[SeenProof, _Mapping]] = ...) -> None: ...

class MeasurePeriodResponse(_message.Message):
    __slots__ = ("period",)
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    period: Period
    def __init__(self, period: _Optional[_Union[Period, _Mapping]] = ...) -> None: ...

class RecordPeriodProformaRequest(_message.Message):
    __slots__ = ("period_id", "payment_request_id", "proforma_id", "proforma_number")
    PERIOD_ID_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PROFORMA_ID_FIELD_NUMBER: _ClassVar[int]
    PROFORMA_NUMBER_FIELD_NUMBER: _ClassVar[int]
    period_id: str
    payment_request_id: str
    proforma_id: str
    proforma_number: str
    def __init__(self, period_id: _Optional[str] = ..., payment_request_id: _Optional[str] = ..., proforma_id: _Optional[str] = ..., proforma_number: _Optional[str] = ...) -> None: ...

class RecordPeriodProformaResponse(_message.Message):
    __slots__ = ("period",)
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    period: Period
    def __init__(self, period: _Optional[_Union[Period, _Mapping]] = ...) -> None: ...

class AdvancePeriodRequest(_message.Message):
    __slots__ = ("period_id", "recipient", "iban", "reference", "pay_url", "money_waiting", "to_pay", "rest", "holder", "end_held", "bic", "older_rest", "older_end_held")
    PERIOD_ID_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_FIELD_NUMBER: _ClassVar[int]
    IBAN_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    PAY_URL_FIELD_NUMBER: _ClassVar[int]
    MONEY_WAITING_FIELD_NUMBER: _ClassVar[int]
    TO_PAY_FIELD_NUMBER: _ClassVar[int]
    REST_FIELD_NUMBER: _ClassVar[int]
    HOLDER_FIELD_NUMBER: _ClassVar[int]
    END_HELD_FIELD_NUMBER: _ClassVar[int]
    BIC_FIELD_NUMBER: _ClassVar[int]
    OLDER_REST_FIELD_NUMBER: _ClassVar[int]
    OLDER_END_HELD_FIELD_NUMBER: _ClassVar[int]
    period_id: str
    recipient: _common_pb2.Recipient
    iban: str
    reference: str
    pay_url: str
    money_waiting: bool
    to_pay: _common_pb2.Money
    rest: _common_pb2.Money
    holder: str
    end_held: bool
    bic: str
    older_rest: _common_pb2.Money
    older_end_held: bool
    def __init__(self, period_id: _Optional[str] = ..., recipient: _Optional[_Union[_common_pb2.Recipient, _Mapping]] = ..., iban: _Optional[str] = ..., reference: _Optional[str] = ..., pay_url: _Optional[str] = ..., money_waiting: _Optional[bool] = ..., to_pay: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., rest: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., holder: _Optional[str] = ..., end_held: _Optional[bool] = ..., bic: _Optional[str] = ..., older_rest: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., older_end_held: _Optional[bool] = ...) -> None: ...

class AdvancePeriodResponse(_message.Message):
    __slots__ = ("state", "next", "wait", "due", "due_at", "subscription", "skipped", "erased", "suspend_at", "sent", "reminders_over", "oldest_unpaid")
    STATE_FIELD_NUMBER: _ClassVar[int]
    NEXT_FIELD_NUMBER: _ClassVar[int]
    WAIT_FIELD_NUMBER: _ClassVar[int]
    DUE_FIELD_NUMBER: _ClassVar[int]
    DUE_AT_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIPTION_FIELD_NUMBER: _ClassVar[int]
    SKIPPED_FIELD_NUMBER: _ClassVar[int]
    ERASED_FIELD_NUMBER: _ClassVar[int]
    SUSPEND_AT_FIELD_NUMBER: _ClassVar[int]
    SENT_FIELD_NUMBER: _ClassVar[int]
    REMINDERS_OVER_FIELD_NUMBER: _ClassVar[int]
    OLDEST_UNPAID_FIELD_NUMBER: _ClassVar[int]
    state: PeriodState
    next: PeriodNext
    wait: _duration_pb2.Duration
    due: str
    due_at: _timestamp_pb2.Timestamp
    subscription: Subscription
    skipped: _containers.RepeatedScalarFieldContainer[str]
    erased: bool
    suspend_at: _timestamp_pb2.Timestamp
    sent: str
    reminders_over: bool
    oldest_unpaid: int
    def __init__(self, state: _Optional[_Union[PeriodState, str]] = ..., next: _Optional[_Union[PeriodNext, str]] = ..., wait: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., due: _Optional[str] = ..., due_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., subscription: _Optional[_Union[Subscription, _Mapping]] = ..., skipped: _Optional[_Iterable[str]] = ..., erased: _Optional[bool] = ..., suspend_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., sent: _Optional[str] = ..., reminders_over: _Optional[bool] = ..., oldest_unpaid: _Optional[int] = ...) -> None: ...

class RecordPeriodOutcomeRequest(_message.Message):
    __slots__ = ("period_id", "outcome", "available_on")
    PERIOD_ID_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_ON_FIELD_NUMBER: _ClassVar[int]
    period_id: str
    outcome: PeriodOutcome
    available_on: _common_pb2.Date
    def __init__(self, period_id: _Optional[str] = ..., outcome: _Optional[_Union[PeriodOutcome, str]] = ..., available_on: _Optional[_Union[_common_pb2.Date, _Mapping]] = ...) -> None: ...

class RecordPeriodOutcomeResponse(_message.Message):
    __slots__ = ("period", "subscription", "resume_due", "confirms_contract")
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIPTION_FIELD_NUMBER: _ClassVar[int]
    RESUME_DUE_FIELD_NUMBER: _ClassVar[int]
    CONFIRMS_CONTRACT_FIELD_NUMBER: _ClassVar[int]
    period: Period
    subscription: Subscription
    resume_due: bool
    confirms_contract: bool
    def __init__(self, period: _Optional[_Union[Period, _Mapping]] = ..., subscription: _Optional[_Union[Subscription, _Mapping]] = ..., resume_due: _Optional[bool] = ..., confirms_contract: _Optional[bool] = ...) -> None: ...

class RecordPeriodInvoiceRequest(_message.Message):
    __slots__ = ("period_id", "invoice_id")
    PERIOD_ID_FIELD_NUMBER: _ClassVar[int]
    INVOICE_ID_FIELD_NUMBER: _ClassVar[int]
    period_id: str
    invoice_id: str
    def __init__(self, period_id: _Optional[str] = ..., invoice_id: _Optional[str] = ...) -> None: ...

class RecordPeriodInvoiceResponse(_message.Message):
    __slots__ = ("period",)
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    period: Period
    def __init__(self, period: _Optional[_Union[Period, _Mapping]] = ...) -> None: ...

class SuspendSubscriptionRequest(_message.Message):
    __slots__ = ("period_id",)
    PERIOD_ID_FIELD_NUMBER: _ClassVar[int]
    period_id: str
    def __init__(self, period_id: _Optional[str] = ...) -> None: ...

class SuspendSubscriptionResponse(_message.Message):
    __slots__ = ("period", "subscription")
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIPTION_FIELD_NUMBER: _ClassVar[int]
    period: Period
    subscription: Subscription
    def __init__(self, period: _Optional[_Union[Period, _Mapping]] = ..., subscription: _Optional[_Union[Subscription, _Mapping]] = ...) -> None: ...

class ResumeSubscriptionRequest(_message.Message):
    __slots__ = ("period_id",)
    PERIOD_ID_FIELD_NUMBER: _ClassVar[int]
    period_id: str
    def __init__(self, period_id: _Optional[str] = ...) -> None: ...

class ResumeSubscriptionResponse(_message.Message):
    __slots__ = ("subscription",)
    SUBSCRIPTION_FIELD_NUMBER: _ClassVar[int]
    subscription: Subscription
    def __init__(self, subscription: _Optional[_Union[Subscription, _Mapping]] = ...) -> None: ...

class CancelSubscriptionRequest(_message.Message):
    __slots__ = ("request_id", "subscription_id", "steering")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIPTION_ID_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    subscription_id: str
    steering: _common_pb2.Steering
    def __init__(self, request_id: _Optional[str] = ..., subscription_id: _Optional[str] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ...) -> None: ...

class CancelSubscriptionResponse(_message.Message):
    __slots__ = ("subscription",)
    SUBSCRIPTION_FIELD_NUMBER: _ClassVar[int]
    subscription: Subscription
    def __init__(self, subscription: _Optional[_Union[Subscription, _Mapping]] = ...) -> None: ...

class TerminateServiceRequest(_message.Message):
    __slots__ = ("request_id", "order_id", "period", "recipient", "steering", "money_entry_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    MONEY_ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    order_id: str
    period: _common_pb2.PeriodRef
    recipient: _common_pb2.Recipient
    steering: _common_pb2.Steering
    money_entry_id: str
    def __init__(self, request_id: _Optional[str] = ..., order_id: _Optional[str] = ..., period: _Optional[_Union[_common_pb2.PeriodRef, _Mapping]] = ..., recipient: _Optional[_Union[_common_pb2.Recipient, _Mapping]] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ..., money_entry_id: _Optional[str] = ...) -> None: ...

class TerminateServiceResponse(_message.Message):
    __slots__ = ("service", "erased")
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    ERASED_FIELD_NUMBER: _ClassVar[int]
    service: ServiceEnd
    erased: bool
    def __init__(self, service: _Optional[_Union[ServiceEnd, _Mapping]] = ..., erased: _Optional[bool] = ...) -> None: ...

class GetServiceEndRequest(_message.Message):
    __slots__ = ("order_id", "period")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    period: _common_pb2.PeriodRef
    def __init__(self, order_id: _Optional[str] = ..., period: _Optional[_Union[_common_pb2.PeriodRef, _Mapping]] = ...) -> None: ...

class GetServiceEndResponse(_message.Message):
    __slots__ = ("service",)
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    service: ServiceEnd
    def __init__(self, service: _Optional[_Union[ServiceEnd, _Mapping]] = ...) -> None: ...

class ServiceEnd(_message.Message):
    __slots__ = ("ended", "ends_at", "ending", "would_end_at", "addition", "renewed", "take_back", "account_id", "order_id", "would_end_at_once")
    ENDED_FIELD_NUMBER: _ClassVar[int]
    ENDS_AT_FIELD_NUMBER: _ClassVar[int]
    ENDING_FIELD_NUMBER: _ClassVar[int]
    WOULD_END_AT_FIELD_NUMBER: _ClassVar[int]
    ADDITION_FIELD_NUMBER: _ClassVar[int]
    RENEWED_FIELD_NUMBER: _ClassVar[int]
    TAKE_BACK_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    WOULD_END_AT_ONCE_FIELD_NUMBER: _ClassVar[int]
    ended: bool
    ends_at: _timestamp_pb2.Timestamp
    ending: bool
    would_end_at: _timestamp_pb2.Timestamp
    addition: bool
    renewed: bool
    take_back: _containers.RepeatedCompositeFieldContainer[MailboxItem]
    account_id: str
    order_id: str
    would_end_at_once: bool
    def __init__(self, ended: _Optional[bool] = ..., ends_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ending: _Optional[bool] = ..., would_end_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., addition: _Optional[bool] = ..., renewed: _Optional[bool] = ..., take_back: _Optional[_Iterable[_Union[MailboxItem, _Mapping]]] = ..., account_id: _Optional[str] = ..., order_id: _Optional[str] = ..., would_end_at_once: _Optional[bool] = ...) -> None: ...

class KeepSubscriptionRequest(_message.Message):
    __slots__ = ("request_id", "subscription_id", "steering")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIPTION_ID_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    subscription_id: str
    steering: _common_pb2.Steering
    def __init__(self, request_id: _Optional[str] = ..., subscription_id: _Optional[str] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ...) -> None: ...

class KeepSubscriptionResponse(_message.Message):
    __slots__ = ("subscription",)
    SUBSCRIPTION_FIELD_NUMBER: _ClassVar[int]
    subscription: Subscription
    def __init__(self, subscription: _Optional[_Union[Subscription, _Mapping]] = ...) -> None: ...

class ChangePaymentMethodRequest(_message.Message):
    __slots__ = ("request_id", "subscription_id", "payment_method")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIPTION_ID_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_METHOD_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    subscription_id: str
    payment_method: _common_pb2.PaymentMethod
    def __init__(self, request_id: _Optional[str] = ..., subscription_id: _Optional[str] = ..., payment_method: _Optional[_Union[_common_pb2.PaymentMethod, str]] = ...) -> None: ...

class ChangePaymentMethodResponse(_message.Message):
    __slots__ = ("subscription",)
    SUBSCRIPTION_FIELD_NUMBER: _ClassVar[int]
    subscription: Subscription
    def __init__(self, subscription: _Optional[_Union[Subscription, _Mapping]] = ...) -> None: ...

class ResellerRequirement(_message.Message):
    __slots__ = ("kind", "met", "found", "wanted", "remedy")
    KIND_FIELD_NUMBER: _ClassVar[int]
    MET_FIELD_NUMBER: _ClassVar[int]
    FOUND_FIELD_NUMBER: _ClassVar[int]
    WANTED_FIELD_NUMBER: _ClassVar[int]
    REMEDY_FIELD_NUMBER: _ClassVar[int]
    kind: ResellerRequirementKind
    met: bool
    found: int
    wanted: int
    remedy: str
    def __init__(self, kind: _Optional[_Union[ResellerRequirementKind, str]] = ..., met: _Optional[bool] = ..., found: _Optional[int] = ..., wanted: _Optional[int] = ..., remedy: _Optional[str] = ...) -> None: ...

class ResellerStatus(_message.Message):
    __slots__ = ("account_id", "state", "requirements", "requested_at", "declaration_version", "training_at", "approved_at", "overridden", "failing_since", "check_at", "ended_at", "end_reason")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REQUIREMENTS_FIELD_NUMBER: _ClassVar[int]
    REQUESTED_AT_FIELD_NUMBER: _ClassVar[int]
    DECLARATION_VERSION_FIELD_NUMBER: _ClassVar[int]
    TRAINING_AT_FIELD_NUMBER: _ClassVar[int]
    APPROVED_AT_FIELD_NUMBER: _ClassVar[int]
    OVERRIDDEN_FIELD_NUMBER: _ClassVar[int]
    FAILING_SINCE_FIELD_NUMBER: _ClassVar[int]
    CHECK_AT_FIELD_NUMBER: _ClassVar[int]
    ENDED_AT_FIELD_NUMBER: _ClassVar[int]
    END_REASON_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    state: ResellerState
    requirements: _containers.RepeatedCompositeFieldContainer[ResellerRequirement]
    requested_at: _timestamp_pb2.Timestamp
    declaration_version: str
    training_at: _timestamp_pb2.Timestamp
    approved_at: _timestamp_pb2.Timestamp
    overridden: bool
    failing_since: _timestamp_pb2.Timestamp
    check_at: _timestamp_pb2.Timestamp
    ended_at: _timestamp_pb2.Timestamp
    end_reason: ResellerEndReason
    def __init__(self, account_id: _Optional[str] = ..., state: _Optional[_Union[ResellerState, str]] = ..., requirements: _Optional[_Iterable[_Union[ResellerRequirement, _Mapping]]] = ..., requested_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., declaration_version: _Optional[str] = ..., training_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., approved_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., overridden: _Optional[bool] = ..., failing_since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., check_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ended_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_reason: _Optional[_Union[ResellerEndReason, str]] = ...) -> None: ...

class GetResellerStatusRequest(_message.Message):
    __slots__ = ("account_id",)
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    def __init__(self, account_id: _Optional[str] = ...) -> None: ...

class GetResellerStatusResponse(_message.Message):
    __slots__ = ("status", "declaration_version", "declaration_text")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    DECLARATION_VERSION_FIELD_NUMBER: _ClassVar[int]
    DECLARATION_TEXT_FIELD_NUMBER: _ClassVar[int]
    status: ResellerStatus
    declaration_version: str
    declaration_text: str
    def __init__(self, status: _Optional[_Union[ResellerStatus, _Mapping]] = ..., declaration_version: _Optional[str] = ..., declaration_text: _Optional[str] = ...) -> None: ...

class RequestResellerStatusRequest(_message.Message):
    __slots__ = ("request_id", "account_id", "resells", "declaration_version", "language", "client")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    RESELLS_FIELD_NUMBER: _ClassVar[int]
    DECLARATION_VERSION_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    CLIENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    account_id: str
    resells: bool
    declaration_version: str
    language: _common_pb2.Language
    client: _common_pb2.ClientContext
    def __init__(self, request_id: _Optional[str] = ..., account_id: _Optional[str] = ..., resells: _Optional[bool] = ..., declaration_version: _Optional[str] = ..., language: _Optional[_Union[_common_pb2.Language, str]] = ..., client: _Optional[_Union[_common_pb2.ClientContext, _Mapping]] = ...) -> None: ...

class RequestResellerStatusResponse(_message.Message):
    __slots__ = ("status",)
    STATUS_FIELD_NUMBER: _ClassVar[int]
    status: ResellerStatus
    def __init__(self, status: _Optional[_Union[ResellerStatus, _Mapping]] = ...) -> None: ...

class AdvanceResellerRequest(_message.Message):
    __slots__ = ("account_id",)
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    def __init__(self, account_id: _Optional[str] = ...) -> None: ...

class AdvanceResellerResponse(_message.Message):
    __slots__ = ("status", "wait")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    WAIT_FIELD_NUMBER: _ClassVar[int]
    status: ResellerStatus
    wait: _duration_pb2.Duration
    def __init__(self, status: _Optional[_Union[ResellerStatus, _Mapping]] = ..., wait: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class RecordResellerTrainingRequest(_message.Message):
    __slots__ = ("request_id", "account_id", "steering")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    account_id: str
    steering: _common_pb2.Steering
    def __init__(self, request_id: _Optional[str] = ..., account_id: _Optional[str] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ...) -> None: ...

class RecordResellerTrainingResponse(_message.Message):
    __slots__ = ("status",)
    STATUS_FIELD_NUMBER: _ClassVar[int]
    status: ResellerStatus
    def __init__(self, status: _Optional[_Union[ResellerStatus, _Mapping]] = ...) -> None: ...

class DecideResellerRequest(_message.Message):
    __slots__ = ("request_id", "account_id", "decision", "reason", "override", "recipient", "steering")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    OVERRIDE_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    account_id: str
    decision: ResellerDecision
    reason: ResellerEndReason
    override: bool
    recipient: _common_pb2.Recipient
    steering: _common_pb2.Steering
    def __init__(self, request_id: _Optional[str] = ..., account_id: _Optional[str] = ..., decision: _Optional[_Union[ResellerDecision, str]] = ..., reason: _Optional[_Union[ResellerEndReason, str]] = ..., override: _Optional[bool] = ..., recipient: _Optional[_Union[_common_pb2.Recipient, _Mapping]] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ...) -> None: ...

class DecideResellerResponse(_message.Message):
    __slots__ = ("status",)
    STATUS_FIELD_NUMBER: _ClassVar[int]
    status: ResellerStatus
    def __init__(self, status: _Optional[_Union[ResellerStatus, _Mapping]] = ...) -> None: ...

class ListResellersInReviewRequest(_message.Message):
    __slots__ = ("page",)
    PAGE_FIELD_NUMBER: _ClassVar[int]
    page: _common_pb2.PageRequest
    def __init__(self, page: _Optional[_Union[_common_pb2.PageRequest, _Mapping]] = ...) -> None: ...

class ListResellersInReviewResponse(_message.Message):
    __slots__ = ("resellers", "next_page_token")
    RESELLERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    resellers: _containers.RepeatedCompositeFieldContainer[ResellerStatus]
    next_page_token: str
    def __init__(self, resellers: _Optional[_Iterable[_Union[ResellerStatus, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class FollowAutomaticDebitRequest(_message.Message):
    __slots__ = ("account_id", "active", "method_instead")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    METHOD_INSTEAD_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    active: bool
    method_instead: _common_pb2.PaymentMethod
    def __init__(self, account_id: _Optional[str] = ..., active: _Optional[bool] = ..., method_instead: _Optional[_Union[_common_pb2.PaymentMethod, str]] = ...) -> None: ...

class FollowAutomaticDebitResponse(_message.Message):
    __slots__ = ("changed",)
    CHANGED_FIELD_NUMBER: _ClassVar[int]
    changed: bool
    def __init__(self, changed: _Optional[bool] = ...) -> None: ...

class GetStandingRequest(_message.Message):
    __slots__ = ("account_id",)
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    def __init__(self, account_id: _Optional[str] = ...) -> None: ...

class GetStandingResponse(_message.Message):
    __slots__ = ("order_open", "open_order_id", "paid", "paid_order_id", "closed", "legal_hold", "hold", "erasure_due", "purged_at", "open_order_expires_at")
    ORDER_OPEN_FIELD_NUMBER: _ClassVar[int]
    OPEN_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    PAID_FIELD_NUMBER: _ClassVar[int]
    PAID_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    CLOSED_FIELD_NUMBER: _ClassVar[int]
    LEGAL_HOLD_FIELD_NUMBER: _ClassVar[int]
    HOLD_FIELD_NUMBER: _ClassVar[int]
    ERASURE_DUE_FIELD_NUMBER: _ClassVar[int]
    PURGED_AT_FIELD_NUMBER: _ClassVar[int]
    OPEN_ORDER_EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    order_open: bool
    open_order_id: str
    paid: bool
    paid_order_id: str
    closed: bool
    legal_hold: bool
    hold: LegalHold
    erasure_due: bool
    purged_at: _timestamp_pb2.Timestamp
    open_order_expires_at: _timestamp_pb2.Timestamp
    def __init__(self, order_open: _Optional[bool] = ..., open_order_id: _Optional[str] = ..., paid: _Optional[bool] = ..., paid_order_id: _Optional[str] = ..., closed: _Optional[bool] = ..., legal_hold: _Optional[bool] = ..., hold: _Optional[_Union[LegalHold, _Mapping]] = ..., erasure_due: _Optional[bool] = ..., purged_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., open_order_expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class LegalHold(_message.Message):
    __slots__ = ("set_at", "steering")
    SET_AT_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    set_at: _timestamp_pb2.Timestamp
    steering: _common_pb2.Steering
    def __init__(self, set_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ...) -> None: ...

class CloseAccountRequest(_message.Message):
    __slots__ = ("account_id", "reason", "money_waiting", "money_entry_ids")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MONEY_WAITING_FIELD_NUMBER: _ClassVar[int]
    MONEY_ENTRY_IDS_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    reason: ClosureReason
    money_waiting: bool
    money_entry_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, account_id: _Optional[str] = ..., reason: _Optional[_Union[ClosureReason, str]] = ..., money_waiting: _Optional[bool] = ..., money_entry_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class CloseAccountResponse(_message.Message):
    __slots__ = ("closure",)
    CLOSURE_FIELD_NUMBER: _ClassVar[int]
    closure: Closure
    def __init__(self, closure: _Optional[_Union[Closure, _Mapping]] = ...) -> None: ...

class Closure(_message.Message):
    __slots__ = ("account_id", "reason", "closed_at", "legal_hold", "purged_at")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CLOSED_AT_FIELD_NUMBER: _ClassVar[int]
    LEGAL_HOLD_FIELD_NUMBER: _ClassVar[int]
    PURGED_AT_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    reason: ClosureReason
    closed_at: _timestamp_pb2.Timestamp
    legal_hold: bool
    purged_at: _timestamp_pb2.Timestamp
    def __init__(self, account_id: _Optional[str] = ..., reason: _Optional[_Union[ClosureReason, str]] = ..., closed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., legal_hold: _Optional[bool] = ..., purged_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetClosureRequest(_message.Message):
    __slots__ = ("account_id",)
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    def __init__(self, account_id: _Optional[str] = ...) -> None: ...

class GetClosureResponse(_message.Message):
    __slots__ = ("closure",)
    CLOSURE_FIELD_NUMBER: _ClassVar[int]
    closure: Closure
    def __init__(self, closure: _Optional[_Union[Closure, _Mapping]] = ...) -> None: ...

class RecordPurgedRequest(_message.Message):
    __slots__ = ("account_id", "domains_removed", "mailboxes_removed")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    DOMAINS_REMOVED_FIELD_NUMBER: _ClassVar[int]
    MAILBOXES_REMOVED_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    domains_removed: int
    mailboxes_removed: int
    def __init__(self, account_id: _Optional[str] = ..., domains_removed: _Optional[int] = ..., mailboxes_removed: _Optional[int] = ...) -> None: ...

class RecordPurgedResponse(_message.Message):
    __slots__ = ("closure",)
    CLOSURE_FIELD_NUMBER: _ClassVar[int]
    closure: Closure
    def __init__(self, closure: _Optional[_Union[Closure, _Mapping]] = ...) -> None: ...

class SetLegalHoldRequest(_message.Message):
    __slots__ = ("request_id", "account_id", "hold", "steering")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    HOLD_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    account_id: str
    hold: bool
    steering: _common_pb2.Steering
    def __init__(self, request_id: _Optional[str] = ..., account_id: _Optional[str] = ..., hold: _Optional[bool] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ...) -> None: ...

class SetLegalHoldResponse(_message.Message):
    __slots__ = ("hold", "closure", "changed")
    HOLD_FIELD_NUMBER: _ClassVar[int]
    CLOSURE_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELD_NUMBER: _ClassVar[int]
    hold: bool
    closure: Closure
    changed: bool
    def __init__(self, hold: _Optional[bool] = ..., closure: _Optional[_Union[Closure, _Mapping]] = ..., changed: _Optional[bool] = ...) -> None: ...

class BeginErasureRequest(_message.Message):
    __slots__ = ("account_id",)
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    def __init__(self, account_id: _Optional[str] = ...) -> None: ...

class BeginErasureResponse(_message.Message):
    __slots__ = ("legal_hold",)
    LEGAL_HOLD_FIELD_NUMBER: _ClassVar[int]
    legal_hold: bool
    def __init__(self, legal_hold: _Optional[bool] = ...) -> None: ...
