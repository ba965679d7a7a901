import datetime

from casella.common.v1 import access_pb2 as _access_pb2
from casella.common.v1 import common_pb2 as _common_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PaymentRequestState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PAYMENT_REQUEST_STATE_UNSPECIFIED: _ClassVar[PaymentRequestState]
    PAYMENT_REQUEST_STATE_OPEN: _ClassVar[PaymentRequestState]
    PAYMENT_REQUEST_STATE_PAID: _ClassVar[PaymentRequestState]
    PAYMENT_REQUEST_STATE_CLOSED: _ClassVar[PaymentRequestState]

class CloseReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CLOSE_REASON_UNSPECIFIED: _ClassVar[CloseReason]
    CLOSE_REASON_EXPIRED: _ClassVar[CloseReason]
    CLOSE_REASON_CANCELLED: _ClassVar[CloseReason]

class MoneyEntryReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MONEY_ENTRY_REASON_UNSPECIFIED: _ClassVar[MoneyEntryReason]
    MONEY_ENTRY_REASON_SHORT: _ClassVar[MoneyEntryReason]
    MONEY_ENTRY_REASON_OVER: _ClassVar[MoneyEntryReason]
    MONEY_ENTRY_REASON_LATE: _ClassVar[MoneyEntryReason]
    MONEY_ENTRY_REASON_TWICE: _ClassVar[MoneyEntryReason]
    MONEY_ENTRY_REASON_UNKNOWN: _ClassVar[MoneyEntryReason]
    MONEY_ENTRY_REASON_CURRENCY: _ClassVar[MoneyEntryReason]
    MONEY_ENTRY_REASON_REVERSED: _ClassVar[MoneyEntryReason]
    MONEY_ENTRY_REASON_UNDATED: _ClassVar[MoneyEntryReason]
    MONEY_ENTRY_REASON_DATE: _ClassVar[MoneyEntryReason]
    MONEY_ENTRY_REASON_AMOUNT_DIFFERS: _ClassVar[MoneyEntryReason]
    MONEY_ENTRY_REASON_DISPUTED: _ClassVar[MoneyEntryReason]

class MoneySource(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MONEY_SOURCE_UNSPECIFIED: _ClassVar[MoneySource]
    MONEY_SOURCE_BANK: _ClassVar[MoneySource]
    MONEY_SOURCE_STRIPE: _ClassVar[MoneySource]
    MONEY_SOURCE_ANNOUNCED: _ClassVar[MoneySource]

class MoneySettlement(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MONEY_SETTLEMENT_UNSPECIFIED: _ClassVar[MoneySettlement]
    MONEY_SETTLEMENT_ASSIGNED: _ClassVar[MoneySettlement]
    MONEY_SETTLEMENT_CREDITED: _ClassVar[MoneySettlement]
    MONEY_SETTLEMENT_REFUNDED: _ClassVar[MoneySettlement]
    MONEY_SETTLEMENT_SET_ASIDE: _ClassVar[MoneySettlement]
    MONEY_SETTLEMENT_WITHDRAWN: _ClassVar[MoneySettlement]
    MONEY_SETTLEMENT_KEPT: _ClassVar[MoneySettlement]
    MONEY_SETTLEMENT_CREDIT_NOTE: _ClassVar[MoneySettlement]
    MONEY_SETTLEMENT_TAKEN_BACK: _ClassVar[MoneySettlement]
    MONEY_SETTLEMENT_PAYOUT: _ClassVar[MoneySettlement]

class DisputeState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DISPUTE_STATE_UNSPECIFIED: _ClassVar[DisputeState]
    DISPUTE_STATE_INQUIRY: _ClassVar[DisputeState]
    DISPUTE_STATE_ENDED: _ClassVar[DisputeState]
    DISPUTE_STATE_NEEDS_RESPONSE: _ClassVar[DisputeState]
    DISPUTE_STATE_UNDER_REVIEW: _ClassVar[DisputeState]
    DISPUTE_STATE_WON: _ClassVar[DisputeState]
    DISPUTE_STATE_LOST: _ClassVar[DisputeState]

class DisputeDecision(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DISPUTE_DECISION_UNSPECIFIED: _ClassVar[DisputeDecision]
    DISPUTE_DECISION_CLAIM: _ClassVar[DisputeDecision]
    DISPUTE_DECISION_CREDIT_NOTE: _ClassVar[DisputeDecision]
    DISPUTE_DECISION_CREDIT_NOTE_AGREED: _ClassVar[DisputeDecision]

class RefundState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REFUND_STATE_UNSPECIFIED: _ClassVar[RefundState]
    REFUND_STATE_REQUESTED: _ClassVar[RefundState]
    REFUND_STATE_APPROVED: _ClassVar[RefundState]
    REFUND_STATE_SENT: _ClassVar[RefundState]
    REFUND_STATE_DONE: _ClassVar[RefundState]
    REFUND_STATE_FAILED: _ClassVar[RefundState]
    REFUND_STATE_CANCELLED: _ClassVar[RefundState]

class RefundInFileFate(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REFUND_IN_FILE_FATE_UNSPECIFIED: _ClassVar[RefundInFileFate]
    REFUND_IN_FILE_FATE_KNOWN: _ClassVar[RefundInFileFate]
    REFUND_IN_FILE_FATE_SENT: _ClassVar[RefundInFileFate]
    REFUND_IN_FILE_FATE_AWAITED: _ClassVar[RefundInFileFate]
    REFUND_IN_FILE_FATE_REFUSED: _ClassVar[RefundInFileFate]
    REFUND_IN_FILE_FATE_DIFFERS: _ClassVar[RefundInFileFate]

class RefundMeans(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REFUND_MEANS_UNSPECIFIED: _ClassVar[RefundMeans]
    REFUND_MEANS_STRIPE: _ClassVar[RefundMeans]
    REFUND_MEANS_BANK_TRANSFER: _ClassVar[RefundMeans]
    REFUND_MEANS_ACCOUNT_CREDIT: _ClassVar[RefundMeans]
    REFUND_MEANS_CHARGEBACK: _ClassVar[RefundMeans]
    REFUND_MEANS_TAKEN_BACK: _ClassVar[RefundMeans]

class CreditCause(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CREDIT_CAUSE_UNSPECIFIED: _ClassVar[CreditCause]
    CREDIT_CAUSE_MONEY: _ClassVar[CreditCause]
    CREDIT_CAUSE_TAKEN_BACK: _ClassVar[CreditCause]
    CREDIT_CAUSE_USED: _ClassVar[CreditCause]
    CREDIT_CAUSE_RETURNED: _ClassVar[CreditCause]
    CREDIT_CAUSE_REFUND: _ClassVar[CreditCause]
    CREDIT_CAUSE_REFUNDED_TO: _ClassVar[CreditCause]

class ChargeRefusal(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CHARGE_REFUSAL_UNSPECIFIED: _ClassVar[ChargeRefusal]
    CHARGE_REFUSAL_AUTHENTICATION: _ClassVar[ChargeRefusal]
    CHARGE_REFUSAL_MANDATE_GONE: _ClassVar[ChargeRefusal]
    CHARGE_REFUSAL_DECLINED: _ClassVar[ChargeRefusal]
    CHARGE_REFUSAL_NO_ANSWER: _ClassVar[ChargeRefusal]

class MandateState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MANDATE_STATE_UNSPECIFIED: _ClassVar[MandateState]
    MANDATE_STATE_ACTIVE: _ClassVar[MandateState]
    MANDATE_STATE_ENDED: _ClassVar[MandateState]

class MandateEnd(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MANDATE_END_UNSPECIFIED: _ClassVar[MandateEnd]
    MANDATE_END_CUSTOMER: _ClassVar[MandateEnd]
    MANDATE_END_OPERATOR: _ClassVar[MandateEnd]
    MANDATE_END_PROVIDER: _ClassVar[MandateEnd]
    MANDATE_END_REPLACED: _ClassVar[MandateEnd]
    MANDATE_END_DISPUTED: _ClassVar[MandateEnd]
PAYMENT_REQUEST_STATE_UNSPECIFIED: PaymentRequestState
PAYMENT_REQUEST_STATE_OPEN: PaymentRequestState
PAYMENT_REQUEST_STATE_PAID: PaymentRequestState
PAYMENT_REQUEST_STATE_CLOSED: PaymentRequestState
CLOSE_REASON_UNSPECIFIED: CloseReason
CLOSE_REASON_EXPIRED: CloseReason
CLOSE_REASON_CANCELLED: CloseReason
MONEY_ENTRY_REASON_UNSPECIFIED: MoneyEntryReason
MONEY_ENTRY_REASON_SHORT: MoneyEntryReason
MONEY_ENTRY_REASON_OVER: MoneyEntryReason
MONEY_ENTRY_REASON_LATE: MoneyEntryReason
MONEY_ENTRY_REASON_TWICE: MoneyEntryReason
MONEY_ENTRY_REASON_UNKNOWN: MoneyEntryReason
MONEY_ENTRY_REASON_CURRENCY: MoneyEntryReason
MONEY_ENTRY_REASON_REVERSED: MoneyEntryReason
MONEY_ENTRY_REASON_UNDATED: MoneyEntryReason
MONEY_ENTRY_REASON_DATE: MoneyEntryReason
MONEY_ENTRY_REASON_AMOUNT_DIFFERS: MoneyEntryReason
MONEY_ENTRY_REASON_DISPUTED: MoneyEntryReason
MONEY_SOURCE_UNSPECIFIED: MoneySource
MONEY_SOURCE_BANK: MoneySource
MONEY_SOURCE_STRIPE: MoneySource
MONEY_SOURCE_ANNOUNCED: MoneySource
MONEY_SETTLEMENT_UNSPECIFIED: MoneySettlement
MONEY_SETTLEMENT_ASSIGNED: MoneySettlement
MONEY_SETTLEMENT_CREDITED: MoneySettlement
MONEY_SETTLEMENT_REFUNDED: MoneySettlement
MONEY_SETTLEMENT_SET_ASIDE: MoneySettlement
MONEY_SETTLEMENT_WITHDRAWN: MoneySettlement
MONEY_SETTLEMENT_KEPT: MoneySettlement
MONEY_SETTLEMENT_CREDIT_NOTE: MoneySettlement
MONEY_SETTLEMENT_TAKEN_BACK: MoneySettlement
MONEY_SETTLEMENT_PAYOUT: MoneySettlement
DISPUTE_STATE_UNSPECIFIED: DisputeState
DISPUTE_STATE_INQUIRY: DisputeState
DISPUTE_STATE_ENDED: DisputeState
DISPUTE_STATE_NEEDS_RESPONSE: DisputeState
DISPUTE_STATE_UNDER_REVIEW: DisputeState
DISPUTE_STATE_WON: DisputeState
DISPUTE_STATE_LOST: DisputeState
DISPUTE_DECISION_UNSPECIFIED: DisputeDecision
DISPUTE_DECISION_CLAIM: DisputeDecision
DISPUTE_DECISION_CREDIT_NOTE: DisputeDecision
DISPUTE_DECISION_CREDIT_NOTE_AGREED: DisputeDecision
REFUND_STATE_UNSPECIFIED: RefundState
REFUND_STATE_REQUESTED: RefundState
REFUND_STATE_APPROVED: RefundState
REFUND_STATE_SENT: RefundState
REFUND_STATE_DONE: RefundState
REFUND_STATE_FAILED: RefundState
REFUND_STATE_CANCELLED: RefundState
REFUND_IN_FILE_FATE_UNSPECIFIED: RefundInFileFate
REFUND_IN_FILE_FATE_KNOWN: RefundInFileFate
REFUND_IN_FILE_FATE_SENT: RefundInFileFate
REFUND_IN_FILE_FATE_AWAITED: RefundInFileFate
REFUND_IN_FILE_FATE_REFUSED: RefundInFileFate
REFUND_IN_FILE_FATE_DIFFERS: RefundInFileFate
REFUND_MEANS_UNSPECIFIED: RefundMeans
REFUND_MEANS_STRIPE: RefundMeans
REFUND_MEANS_BANK_TRANSFER: RefundMeans
REFUND_MEANS_ACCOUNT_CREDIT: RefundMeans
REFUND_MEANS_CHARGEBACK: RefundMeans
REFUND_MEANS_TAKEN_BACK: RefundMeans
CREDIT_CAUSE_UNSPECIFIED: CreditCause
CREDIT_CAUSE_MONEY: CreditCause
CREDIT_CAUSE_TAKEN_BACK: CreditCause
CREDIT_CAUSE_USED: CreditCause
CREDIT_CAUSE_RETURNED: CreditCause
CREDIT_CAUSE_REFUND: CreditCause
CREDIT_CAUSE_REFUNDED_TO: CreditCause
CHARGE_REFUSAL_UNSPECIFIED: ChargeRefusal
CHARGE_REFUSAL_AUTHENTICATION: ChargeRefusal
CHARGE_REFUSAL_MANDATE_GONE: ChargeRefusal
CHARGE_REFUSAL_DECLINED: ChargeRefusal
CHARGE_REFUSAL_NO_ANSWER: ChargeRefusal
MANDATE_STATE_UNSPECIFIED: MandateState
MANDATE_STATE_ACTIVE: MandateState
MANDATE_STATE_ENDED: MandateState
MANDATE_END_UNSPECIFIED: MandateEnd
MANDATE_END_CUSTOMER: MandateEnd
MANDATE_END_OPERATOR: MandateEnd
MANDATE_END_PROVIDER: MandateEnd
MANDATE_END_REPLACED: MandateEnd
MANDATE_END_DISPUTED: MandateEnd

class TransferInstructions(_message.Message):
    __slots__ = ("holder", "iban", "bic", "reference", "epc_payload")
    HOLDER_FIELD_NUMBER: _ClassVar[int]
    IBAN_FIELD_NUMBER: _ClassVar[int]
    BIC_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    EPC_PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    holder: str
    iban: str
    bic: str
    reference: str
    epc_payload: str
    def __init__(self, holder: _Optional[str] = ..., iban: _Optional[str] = ..., bic: _Optional[str] = ..., reference: _Optional[str] = ..., epc_payload: _Optional[str] = ...) -> None: ...

class PaymentRequest(_message.Message):
    __slots__ = ("payment_request_id", "order_id", "account_id", "amount", "method", "state", "pay_url", "transfer", "paid_at", "available_on", "closed_at", "close_reason", "proforma_number", "processing", "created_on", "period", "total", "credit_used", "debit")
    PAYMENT_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PAY_URL_FIELD_NUMBER: _ClassVar[int]
    TRANSFER_FIELD_NUMBER: _ClassVar[int]
    PAID_AT_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_ON_FIELD_NUMBER: _ClassVar[int]
    CLOSED_AT_FIELD_NUMBER: _ClassVar[int]
    CLOSE_REASON_FIELD_NUMBER: _ClassVar[int]
    PROFORMA_NUMBER_FIELD_NUMBER: _ClassVar[int]
    PROCESSING_FIELD_NUMBER: _ClassVar[int]
    CREATED_ON_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    CREDIT_USED_FIELD_NUMBER: _ClassVar[int]
    DEBIT_FIELD_NUMBER: _ClassVar[int]
    payment_request_id: str
    order_id: str
    account_id: str
    amount: _common_pb2.Money
    method: _common_pb2.PaymentMethod
    state: PaymentRequestState
    pay_url: str
    transfer: TransferInstructions
    paid_at: _timestamp_pb2.Timestamp
    available_on: _common_pb2.Date
    closed_at: _timestamp_pb2.Timestamp
    close_reason: CloseReason
    proforma_number: str
    processing: bool
    created_on: _common_pb2.Date
    period: _common_pb2.PeriodRef
    total: _common_pb2.Money
    credit_used: _common_pb2.Money
    debit: Debit
    def __init__(self, payment_request_id: _Optional[str] = ..., order_id: _Optional[str] = ..., account_id: _Optional[str] = ..., amount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., method: _Optional[_Union[_common_pb2.PaymentMethod, str]] = ..., state: _Optional[_Union[PaymentRequestState, str]] = ..., pay_url: _Optional[str] = ..., transfer: _Optional[_Union[TransferInstructions, _Mapping]] = ..., paid_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., available_on: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., closed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., close_reason: _Optional[_Union[CloseReason, str]] = ..., proforma_number: _Optional[str] = ..., processing: _Optional[bool] = ..., created_on: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., period: _Optional[_Union[_common_pb2.PeriodRef, _Mapping]] = ..., total: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., credit_used: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., debit: _Optional[_Union[Debit, _Mapping]] = ...) -> None: ...

class CreatePaymentRequestRequest(_message.Message):
    __slots__ = ("order_id", "account_id", "amount", "method", "period")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    account_id: str
    amount: _common_pb2.Money
    method: _common_pb2.PaymentMethod
    period: _common_pb2.PeriodRef
    def __init__(self, order_id: _Optional[str] = ..., account_id: _Optional[str] = ..., amount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., method: _Optional[_Union[_common_pb2.PaymentMethod, str]] = ..., period: _Optional[_Union[_common_pb2.PeriodRef, _Mapping]] = ...) -> None: ...

class CreatePaymentRequestResponse(_message.Message):
    __slots__ = ("payment_request",)
    PAYMENT_REQUEST_FIELD_NUMBER: _ClassVar[int]
    payment_request: PaymentRequest
    def __init__(self, payment_request: _Optional[_Union[PaymentRequest, _Mapping]] = ...) -> None: ...

class RecordProformaRequest(_message.Message):
    __slots__ = ("payment_request_id", "proforma_number")
    PAYMENT_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PROFORMA_NUMBER_FIELD_NUMBER: _ClassVar[int]
    payment_request_id: str
    proforma_number: str
    def __init__(self, payment_request_id: _Optional[str] = ..., proforma_number: _Optional[str] = ...) -> None: ...

class RecordProformaResponse(_message.Message):
    __slots__ = ("payment_request",)
    PAYMENT_REQUEST_FIELD_NUMBER: _ClassVar[int]
    payment_request: PaymentRequest
    def __init__(self, payment_request: _Optional[_Union[PaymentRequest, _Mapping]] = ...) -> None: ...

class GetPaymentRequestRequest(_message.Message):
    __slots__ = ("payment_request_id", "order_id", "reference", "proforma_number", "period_id")
    PAYMENT_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    PROFORMA_NUMBER_FIELD_NUMBER: _ClassVar[int]
    PERIOD_ID_FIELD_NUMBER: _ClassVar[int]
    payment_request_id: str
    order_id: str
    reference: str
    proforma_number: str
    period_id: str
    def __init__(self, payment_request_id: _Optional[str] = ..., order_id: _Optional[str] = ..., reference: _Optional[str] = ..., proforma_number: _Optional[str] = ..., period_id: _Optional[str] = ...) -> None: ...

class GetPaymentRequestResponse(_message.Message):
    __slots__ = ("payment_request", "waiting", "taken_back", "refundable", "disputes", "advances", "rest", "received", "shortfall", "refundable_money", "gone")
    PAYMENT_REQUEST_FIELD_NUMBER: _ClassVar[int]
    WAITING_FIELD_NUMBER: _ClassVar[int]
    TAKEN_BACK_FIELD_NUMBER: _ClassVar[int]
    REFUNDABLE_FIELD_NUMBER: _ClassVar[int]
    DISPUTES_FIELD_NUMBER: _ClassVar[int]
    ADVANCES_FIELD_NUMBER: _ClassVar[int]
    REST_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_FIELD_NUMBER: _ClassVar[int]
    SHORTFALL_FIELD_NUMBER: _ClassVar[int]
    REFUNDABLE_MONEY_FIELD_NUMBER: _ClassVar[int]
    GONE_FIELD_NUMBER: _ClassVar[int]
    payment_request: PaymentRequest
    waiting: _containers.RepeatedCompositeFieldContainer[MoneyEntry]
    taken_back: _containers.RepeatedCompositeFieldContainer[MoneyEntry]
    refundable: _common_pb2.Money
    disputes: _containers.RepeatedCompositeFieldContainer[Dispute]
    advances: _containers.RepeatedCompositeFieldContainer[MoneyEntry]
    rest: Rest
    received: _containers.RepeatedCompositeFieldContainer[ReceivedMoney]
    shortfall: _common_pb2.Money
    refundable_money: ReceivedMoney
    gone: _containers.RepeatedCompositeFieldContainer[MoneyEntry]
    def __init__(self, payment_request: _Optional[_Union[PaymentRequest, _Mapping]] = ..., waiting: _Optional[_Iterable[_Union[MoneyEntry, _Mapping]]] = ..., taken_back: _Optional[_Iterable[_Union[MoneyEntry, _Mapping]]] = ..., refundable: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., disputes: _Optional[_Iterable[_Union[Dispute, _Mapping]]] = ..., advances: _Optional[_Iterable[_Union[MoneyEntry, _Mapping]]] = ..., rest: _Optional[_Union[Rest, _Mapping]] = ..., received: _Optional[_Iterable[_Union[ReceivedMoney, _Mapping]]] = ..., shortfall: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., refundable_money: _Optional[_Union[ReceivedMoney, _Mapping]] = ..., gone: _Optional[_Iterable[_Union[MoneyEntry, _Mapping]]] = ...) -> None: ...

class ReceivedMoney(_message.Message):
    __slots__ = ("method", "amount", "reference")
    METHOD_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    method: _common_pb2.PaymentMethod
    amount: _common_pb2.Money
    reference: str
    def __init__(self, method: _Optional[_Union[_common_pb2.PaymentMethod, str]] = ..., amount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., reference: _Optional[str] = ...) -> None: ...

class Rest(_message.Message):
    __slots__ = ("missing", "transfer")
    MISSING_FIELD_NUMBER: _ClassVar[int]
    TRANSFER_FIELD_NUMBER: _ClassVar[int]
    missing: _common_pb2.Money
    transfer: TransferInstructions
    def __init__(self, missing: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., transfer: _Optional[_Union[TransferInstructions, _Mapping]] = ...) -> None: ...

class ListPaidRequestsRequest(_message.Message):
    __slots__ = ("page",)
    PAGE_FIELD_NUMBER: _ClassVar[int]
    page: _common_pb2.PageRequest
    def __init__(self, page: _Optional[_Union[_common_pb2.PageRequest, _Mapping]] = ...) -> None: ...

class ListPaidRequestsResponse(_message.Message):
    __slots__ = ("payment_requests", "next_page_token")
    PAYMENT_REQUESTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    payment_requests: _containers.RepeatedCompositeFieldContainer[PaymentRequest]
    next_page_token: str
    def __init__(self, payment_requests: _Optional[_Iterable[_Union[PaymentRequest, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ClosePaymentRequestRequest(_message.Message):
    __slots__ = ("payment_request_id", "reason")
    PAYMENT_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    payment_request_id: str
    reason: CloseReason
    def __init__(self, payment_request_id: _Optional[str] = ..., reason: _Optional[_Union[CloseReason, str]] = ...) -> None: ...

class ClosePaymentRequestResponse(_message.Message):
    __slots__ = ("payment_request",)
    PAYMENT_REQUEST_FIELD_NUMBER: _ClassVar[int]
    payment_request: PaymentRequest
    def __init__(self, payment_request: _Optional[_Union[PaymentRequest, _Mapping]] = ...) -> None: ...

class StartCheckoutRequest(_message.Message):
    __slots__ = ("token",)
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    token: str
    def __init__(self, token: _Optional[str] = ...) -> None: ...

class StartCheckoutResponse(_message.Message):
    __slots__ = ("checkout_url", "state")
    CHECKOUT_URL_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    checkout_url: str
    state: PaymentRequestState
    def __init__(self, checkout_url: _Optional[str] = ..., state: _Optional[_Union[PaymentRequestState, str]] = ...) -> None: ...

class HandleWebhookRequest(_message.Message):
    __slots__ = ("body", "signature")
    BODY_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    body: bytes
    signature: str
    def __init__(self, body: _Optional[bytes] = ..., signature: _Optional[str] = ...) -> None: ...

class HandleWebhookResponse(_message.Message):
    __slots__ = ("duplicate",)
    DUPLICATE_FIELD_NUMBER: _ClassVar[int]
    duplicate: bool
    def __init__(self, duplicate: _Optional[bool] = ...) -> None: ...

class FetchMissedEventsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class FetchMissedEventsResponse(_message.Message):
    __slots__ = ("events",)
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    events: int
    def __init__(self, events: _Optional[int] = ...) -> None: ...

class ImportStatementRequest(_message.Message):
    __slots__ = ("file",)
    FILE_FIELD_NUMBER: _ClassVar[int]
    file: bytes
    def __init__(self, file: _Optional[bytes] = ...) -> None: ...

class ImportStatementResponse(_message.Message):
    __slots__ = ("credits", "known", "paid", "queued", "ignored", "confirmed", "ignored_debits", "refunds_done", "refunds_returned", "made_whole", "taken_back", "refunds_stopped")
    CREDITS_FIELD_NUMBER: _ClassVar[int]
    KNOWN_FIELD_NUMBER: _ClassVar[int]
    PAID_FIELD_NUMBER: _ClassVar[int]
    QUEUED_FIELD_NUMBER: _ClassVar[int]
    IGNORED_FIELD_NUMBER: _ClassVar[int]
    CONFIRMED_FIELD_NUMBER: _ClassVar[int]
    IGNORED_DEBITS_FIELD_NUMBER: _ClassVar[int]
    REFUNDS_DONE_FIELD_NUMBER: _ClassVar[int]
    REFUNDS_RETURNED_FIELD_NUMBER: _ClassVar[int]
    MADE_WHOLE_FIELD_NUMBER: _ClassVar[int]
    TAKEN_BACK_FIELD_NUMBER: _ClassVar[int]
    REFUNDS_STOPPED_FIELD_NUMBER: _ClassVar[int]
    credits: int
    known: int
    paid: int
    queued: int
    ignored: int
    confirmed: int
    ignored_debits: _containers.RepeatedCompositeFieldContainer[IgnoredDebit]
    refunds_done: int
    refunds_returned: int
    made_whole: int
    taken_back: int
    refunds_stopped: int
    def __init__(self, credits: _Optional[int] = ..., known: _Optional[int] = ..., paid: _Optional[int] = ..., queued: _Optional[int] = ..., ignored: _Optional[int] = ..., confirmed: _Optional[int] = ..., ignored_debits: _Optional[_Iterable[_Union[IgnoredDebit, _Mapping]]] = ..., refunds_done: _Optional[int] = ..., refunds_returned: _Optional[int] = ..., made_whole: _Optional[int] = ..., taken_back: _Optional[int] = ..., refunds_stopped: _Optional[int] = ...) -> None: ...

class IgnoredDebit(_message.Message):
    __slots__ = ("reference", "amount", "booked_on", "text")
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    BOOKED_ON_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    reference: str
    amount: _common_pb2.Money
    booked_on: _common_pb2.Date
    text: str
    def __init__(self, reference: _Optional[str] = ..., amount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., booked_on: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., text: _Optional[str] = ...) -> None: ...

class RecordBankTransferRequest(_message.Message):
    __slots__ = ("request_id", "payment_request_id", "amount", "booked_on", "bank_reference", "steering")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    BOOKED_ON_FIELD_NUMBER: _ClassVar[int]
    BANK_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    payment_request_id: str
    amount: _common_pb2.Money
    booked_on: _common_pb2.Date
    bank_reference: str
    steering: _common_pb2.Steering
    def __init__(self, request_id: _Optional[str] = ..., payment_request_id: _Optional[str] = ..., amount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., booked_on: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., bank_reference: _Optional[str] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ...) -> None: ...

class RecordBankTransferResponse(_message.Message):
    __slots__ = ("payment_request", "money_entry_id", "invoice_was_due")
    PAYMENT_REQUEST_FIELD_NUMBER: _ClassVar[int]
    MONEY_ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    INVOICE_WAS_DUE_FIELD_NUMBER: _ClassVar[int]
    payment_request: PaymentRequest
    money_entry_id: str
    invoice_was_due: _common_pb2.Date
    def __init__(self, payment_request: _Optional[_Union[PaymentRequest, _Mapping]] = ..., money_entry_id: _Optional[str] = ..., invoice_was_due: _Optional[_Union[_common_pb2.Date, _Mapping]] = ...) -> None: ...

class WithdrawBankTransferRequest(_message.Message):
    __slots__ = ("request_id", "payment_request_id", "bank_reference", "steering")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    BANK_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    payment_request_id: str
    bank_reference: str
    steering: _common_pb2.Steering
    def __init__(self, request_id: _Optional[str] = ..., payment_request_id: _Optional[str] = ..., bank_reference: _Optional[str] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ...) -> None: ...

class WithdrawBankTransferResponse(_message.Message):
    __slots__ = ("payment_request",)
    PAYMENT_REQUEST_FIELD_NUMBER: _ClassVar[int]
    payment_request: PaymentRequest
    def __init__(self, payment_request: _Optional[_Union[PaymentRequest, _Mapping]] = ...) -> None: ...

class MoneyEntry(_message.Message):
    __slots__ = ("money_entry_id", "reason", "amount", "available_on", "source", "source_reference", "remittance", "payer_name", "suggestions", "created_at", "unconfirmed", "recorded_amount", "invoice_by", "payer_iban", "settlement", "settled_at", "settled_to", "dispute", "advance", "names_only_paid", "money_source", "email_due", "named", "taken_back_by", "takes_back", "perhaps_told_twice", "lowers_no_credit", "arrived", "perhaps_gone_back_by")
    MONEY_ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_ON_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    REMITTANCE_FIELD_NUMBER: _ClassVar[int]
    PAYER_NAME_FIELD_NUMBER: _ClassVar[int]
    SUGGESTIONS_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UNCONFIRMED_FIELD_NUMBER: _ClassVar[int]
    RECORDED_AMOUNT_FIELD_NUMBER: _ClassVar[int]
    INVOICE_BY_FIELD_NUMBER: _ClassVar[int]
    PAYER_IBAN_FIELD_NUMBER: _ClassVar[int]
    SETTLEMENT_FIELD_NUMBER: _ClassVar[int]
    SETTLED_AT_FIELD_NUMBER: _ClassVar[int]
    SETTLED_TO_FIELD_NUMBER: _ClassVar[int]
    DISPUTE_FIELD_NUMBER: _ClassVar[int]
    ADVANCE_FIELD_NUMBER: _ClassVar[int]
    NAMES_ONLY_PAID_FIELD_NUMBER: _ClassVar[int]
    MONEY_SOURCE_FIELD_NUMBER: _ClassVar[int]
    EMAIL_DUE_FIELD_NUMBER: _ClassVar[int]
    NAMED_FIELD_NUMBER: _ClassVar[int]
    TAKEN_BACK_BY_FIELD_NUMBER: _ClassVar[int]
    TAKES_BACK_FIELD_NUMBER: _ClassVar[int]
    PERHAPS_TOLD_TWICE_FIELD_NUMBER: _ClassVar[int]
    LOWERS_NO_CREDIT_FIELD_NUMBER: _ClassVar[int]
    ARRIVED_FIELD_NUMBER: _ClassVar[int]
    PERHAPS_GONE_BACK_BY_FIELD_NUMBER: _ClassVar[int]
    money_entry_id: str
    reason: MoneyEntryReason
    amount: _common_pb2.Money
    available_on: _common_pb2.Date
    source: str
    source_reference: str
    remittance: str
    payer_name: str
    suggestions: _containers.RepeatedScalarFieldContainer[str]
    created_at: _timestamp_pb2.Timestamp
    unconfirmed: _containers.RepeatedCompositeFieldContainer[UnconfirmedTransfer]
    recorded_amount: _common_pb2.Money
    invoice_by: _common_pb2.Date
    payer_iban: str
    settlement: MoneySettlement
    settled_at: _timestamp_pb2.Timestamp
    settled_to: str
    dispute: Dispute
    advance: Advance
    names_only_paid: bool
    money_source: MoneySource
    email_due: MoneyEmail
    named: _containers.RepeatedScalarFieldContainer[str]
    taken_back_by: str
    takes_back: str
    perhaps_told_twice: bool
    lowers_no_credit: bool
    arrived: bool
    perhaps_gone_back_by: str
    def __init__(self, money_entry_id: _Optional[str] = ..., reason: _Optional[_Union[MoneyEntryReason, str]] = ..., amount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., available_on: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., source: _Optional[str] = ..., source_reference: _Optional[str] = ..., remittance: _Optional[str] = ..., payer_name: _Optional[str] = ..., suggestions: _Optional[_Iterable[str]] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., unconfirmed: _Optional[_Iterable[_Union[UnconfirmedTransfer, _Mapping]]] = ..., recorded_amount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., invoice_by: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., payer_iban: _Optional[str] = ..., settlement: _Optional[_Union[MoneySettlement, str]] = ..., settled_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., settled_to: _Optional[str] = ..., dispute: _Optional[_Union[Dispute, _Mapping]] = ..., advance: _Optional[_Union[Advance, _Mapping]] = ..., names_only_paid: _Optional[bool] = ..., money_source: _Optional[_Union[MoneySource, str]] = ..., email_due: _Optional[_Union[MoneyEmail, _Mapping]] = ..., named: _Optional[_Iterable[str]] = ..., taken_back_by: _Optional[str] = ..., takes_back: _Optional[str] = ..., perhaps_told_twice: _Optional[bool] = ..., lowers_no_credit: _Optional[bool] = ..., arrived: _Optional[bool] = ..., perhaps_gone_back_by: _Optional[str] = ...) -> None: ...

class MoneyEmail(_message.Message):
    __slots__ = ("payment_request_id", "missing", "taken_back", "credited", "credited_account_id")
    PAYMENT_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    TAKEN_BACK_FIELD_NUMBER: _ClassVar[int]
    CREDITED_FIELD_NUMBER: _ClassVar[int]
    CREDITED_ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    payment_request_id: str
    missing: _common_pb2.Money
    taken_back: _common_pb2.Money
    credited: _common_pb2.Money
    credited_account_id: str
    def __init__(self, payment_request_id: _Optional[str] = ..., missing: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., taken_back: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., credited: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., credited_account_id: _Optional[str] = ...) -> None: ...

class SendMoneyEmailRequest(_message.Message):
    __slots__ = ("money_entry_id", "recipient", "payable_until", "account_closed")
    MONEY_ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_FIELD_NUMBER: _ClassVar[int]
    PAYABLE_UNTIL_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_CLOSED_FIELD_NUMBER: _ClassVar[int]
    money_entry_id: str
    recipient: _common_pb2.Recipient
    payable_until: _timestamp_pb2.Timestamp
    account_closed: bool
    def __init__(self, money_entry_id: _Optional[str] = ..., recipient: _Optional[_Union[_common_pb2.Recipient, _Mapping]] = ..., payable_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., account_closed: _Optional[bool] = ...) -> None: ...

class SendMoneyEmailResponse(_message.Message):
    __slots__ = ("erased", "written")
    ERASED_FIELD_NUMBER: _ClassVar[int]
    WRITTEN_FIELD_NUMBER: _ClassVar[int]
    erased: bool
    written: bool
    def __init__(self, erased: _Optional[bool] = ..., written: _Optional[bool] = ...) -> None: ...

class Advance(_message.Message):
    __slots__ = ("payment_request_id", "due_at", "wait", "decided_at", "amount", "credited_at")
    PAYMENT_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    DUE_AT_FIELD_NUMBER: _ClassVar[int]
    WAIT_FIELD_NUMBER: _ClassVar[int]
    DECIDED_AT_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    CREDITED_AT_FIELD_NUMBER: _ClassVar[int]
    payment_request_id: str
    due_at: _timestamp_pb2.Timestamp
    wait: _duration_pb2.Duration
    decided_at: _timestamp_pb2.Timestamp
    amount: _common_pb2.Money
    credited_at: _timestamp_pb2.Timestamp
    def __init__(self, payment_request_id: _Optional[str] = ..., due_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., wait: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., decided_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., amount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., credited_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Dispute(_message.Message):
    __slots__ = ("provider_reference", "charge_reference", "state", "reason", "amount", "withdrawn", "fee", "evidence_by", "opened_at", "closed_at", "closed_on", "money_entry_id", "payment_request_id", "account_id", "decision", "credit_note_id", "amount_differs", "evidence_over", "refunded", "counted_as_refund", "source", "settlement")
    PROVIDER_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    CHARGE_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWN_FIELD_NUMBER: _ClassVar[int]
    FEE_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_BY_FIELD_NUMBER: _ClassVar[int]
    OPENED_AT_FIELD_NUMBER: _ClassVar[int]
    CLOSED_AT_FIELD_NUMBER: _ClassVar[int]
    CLOSED_ON_FIELD_NUMBER: _ClassVar[int]
    MONEY_ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    CREDIT_NOTE_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_DIFFERS_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_OVER_FIELD_NUMBER: _ClassVar[int]
    REFUNDED_FIELD_NUMBER: _ClassVar[int]
    COUNTED_AS_REFUND_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    SETTLEMENT_FIELD_NUMBER: _ClassVar[int]
    provider_reference: str
    charge_reference: str
    state: DisputeState
    reason: str
    amount: _common_pb2.Money
    withdrawn: _common_pb2.Money
    fee: _common_pb2.Money
    evidence_by: _timestamp_pb2.Timestamp
    opened_at: _timestamp_pb2.Timestamp
    closed_at: _timestamp_pb2.Timestamp
    closed_on: _common_pb2.Date
    money_entry_id: str
    payment_request_id: str
    account_id: str
    decision: DisputeDecision
    credit_note_id: str
    amount_differs: bool
    evidence_over: bool
    refunded: _common_pb2.Money
    counted_as_refund: _common_pb2.Money
    source: MoneySource
    settlement: MoneySettlement
    def __init__(self, provider_reference: _Optional[str] = ..., charge_reference: _Optional[str] = ..., state: _Optional[_Union[DisputeState, str]] = ..., reason: _Optional[str] = ..., amount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., withdrawn: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., fee: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., evidence_by: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., opened_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., closed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., closed_on: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., money_entry_id: _Optional[str] = ..., payment_request_id: _Optional[str] = ..., account_id: _Optional[str] = ..., decision: _Optional[_Union[DisputeDecision, str]] = ..., credit_note_id: _Optional[str] = ..., amount_differs: _Optional[bool] = ..., evidence_over: _Optional[bool] = ..., refunded: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., counted_as_refund: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., source: _Optional[_Union[MoneySource, str]] = ..., settlement: _Optional[_Union[MoneySettlement, str]] = ...) -> None: ...

class DecideDisputeRequest(_message.Message):
    __slots__ = ("request_id", "money_entry_id", "decision", "steering")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MONEY_ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    money_entry_id: str
    decision: DisputeDecision
    steering: _common_pb2.Steering
    def __init__(self, request_id: _Optional[str] = ..., money_entry_id: _Optional[str] = ..., decision: _Optional[_Union[DisputeDecision, str]] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ...) -> None: ...

class DecideDisputeResponse(_message.Message):
    __slots__ = ("entry",)
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    entry: MoneyEntry
    def __init__(self, entry: _Optional[_Union[MoneyEntry, _Mapping]] = ...) -> None: ...

class RecordDisputeCreditNoteRequest(_message.Message):
    __slots__ = ("money_entry_id", "credit_note_id")
    MONEY_ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    CREDIT_NOTE_ID_FIELD_NUMBER: _ClassVar[int]
    money_entry_id: str
    credit_note_id: str
    def __init__(self, money_entry_id: _Optional[str] = ..., credit_note_id: _Optional[str] = ...) -> None: ...

class RecordDisputeCreditNoteResponse(_message.Message):
    __slots__ = ("entry",)
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    entry: MoneyEntry
    def __init__(self, entry: _Optional[_Union[MoneyEntry, _Mapping]] = ...) -> None: ...

class ListDisputesRequest(_message.Message):
    __slots__ = ("account_id", "page")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    page: _common_pb2.PageRequest
    def __init__(self, account_id: _Optional[str] = ..., page: _Optional[_Union[_common_pb2.PageRequest, _Mapping]] = ...) -> None: ...

class ListDisputesResponse(_message.Message):
    __slots__ = ("disputes", "next_page_token")
    DISPUTES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    disputes: _containers.RepeatedCompositeFieldContainer[Dispute]
    next_page_token: str
    def __init__(self, disputes: _Optional[_Iterable[_Union[Dispute, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UnconfirmedTransfer(_message.Message):
    __slots__ = ("transfer_id", "payment_request_id", "order_id", "proforma_number", "bank_reference", "amount", "booked_on", "recorded_at", "period")
    TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    PROFORMA_NUMBER_FIELD_NUMBER: _ClassVar[int]
    BANK_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    BOOKED_ON_FIELD_NUMBER: _ClassVar[int]
    RECORDED_AT_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    transfer_id: str
    payment_request_id: str
    order_id: str
    proforma_number: str
    bank_reference: str
    amount: _common_pb2.Money
    booked_on: _common_pb2.Date
    recorded_at: _timestamp_pb2.Timestamp
    period: _common_pb2.PeriodRef
    def __init__(self, transfer_id: _Optional[str] = ..., payment_request_id: _Optional[str] = ..., order_id: _Optional[str] = ..., proforma_number: _Optional[str] = ..., bank_reference: _Optional[str] = ..., amount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., booked_on: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., recorded_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., period: _Optional[_Union[_common_pb2.PeriodRef, _Mapping]] = ...) -> None: ...

class ListMoneyEntriesRequest(_message.Message):
    __slots__ = ("page",)
    PAGE_FIELD_NUMBER: _ClassVar[int]
    page: _common_pb2.PageRequest
    def __init__(self, page: _Optional[_Union[_common_pb2.PageRequest, _Mapping]] = ...) -> None: ...

class ListMoneyEntriesResponse(_message.Message):
    __slots__ = ("entries", "next_page_token")
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[MoneyEntry]
    next_page_token: str
    def __init__(self, entries: _Optional[_Iterable[_Union[MoneyEntry, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetWaitingMoneyRequest(_message.Message):
    __slots__ = ("account_id",)
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    def __init__(self, account_id: _Optional[str] = ...) -> None: ...

class GetWaitingMoneyResponse(_message.Message):
    __slots__ = ("waiting", "named")
    WAITING_FIELD_NUMBER: _ClassVar[int]
    NAMED_FIELD_NUMBER: _ClassVar[int]
    waiting: _containers.RepeatedCompositeFieldContainer[MoneyEntry]
    named: _containers.RepeatedCompositeFieldContainer[PaymentRequest]
    def __init__(self, waiting: _Optional[_Iterable[_Union[MoneyEntry, _Mapping]]] = ..., named: _Optional[_Iterable[_Union[PaymentRequest, _Mapping]]] = ...) -> None: ...

class ProveLedgerRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class LedgerBalance(_message.Message):
    __slots__ = ("ledger_account", "balance")
    LEDGER_ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    BALANCE_FIELD_NUMBER: _ClassVar[int]
    ledger_account: str
    balance: _common_pb2.Money
    def __init__(self, ledger_account: _Optional[str] = ..., balance: _Optional[_Union[_common_pb2.Money, _Mapping]] = ...) -> None: ...

class ProveLedgerResponse(_message.Message):
    __slots__ = ("balanced", "transactions", "balances", "discrepancies", "unconfirmed", "unconfirmed_transfers", "other_days", "of_earlier_months")
    BALANCED_FIELD_NUMBER: _ClassVar[int]
    TRANSACTIONS_FIELD_NUMBER: _ClassVar[int]
    BALANCES_FIELD_NUMBER: _ClassVar[int]
    DISCREPANCIES_FIELD_NUMBER: _ClassVar[int]
    UNCONFIRMED_FIELD_NUMBER: _ClassVar[int]
    UNCONFIRMED_TRANSFERS_FIELD_NUMBER: _ClassVar[int]
    OTHER_DAYS_FIELD_NUMBER: _ClassVar[int]
    OF_EARLIER_MONTHS_FIELD_NUMBER: _ClassVar[int]
    balanced: bool
    transactions: int
    balances: _containers.RepeatedCompositeFieldContainer[LedgerBalance]
    discrepancies: _containers.RepeatedScalarFieldContainer[str]
    unconfirmed: _containers.RepeatedScalarFieldContainer[str]
    unconfirmed_transfers: _containers.RepeatedCompositeFieldContainer[UnconfirmedTransfer]
    other_days: _containers.RepeatedCompositeFieldContainer[ConfirmedTransfer]
    of_earlier_months: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, balanced: _Optional[bool] = ..., transactions: _Optional[int] = ..., balances: _Optional[_Iterable[_Union[LedgerBalance, _Mapping]]] = ..., discrepancies: _Optional[_Iterable[str]] = ..., unconfirmed: _Optional[_Iterable[str]] = ..., unconfirmed_transfers: _Optional[_Iterable[_Union[UnconfirmedTransfer, _Mapping]]] = ..., other_days: _Optional[_Iterable[_Union[ConfirmedTransfer, _Mapping]]] = ..., of_earlier_months: _Optional[_Iterable[str]] = ...) -> None: ...

class ConfirmedTransfer(_message.Message):
    __slots__ = ("transfer_id", "payment_request_id", "order_id", "proforma_number", "bank_reference", "amount", "booked_on", "bank_booked_on", "period")
    TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    PROFORMA_NUMBER_FIELD_NUMBER: _ClassVar[int]
    BANK_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    BOOKED_ON_FIELD_NUMBER: _ClassVar[int]
    BANK_BOOKED_ON_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    transfer_id: str
    payment_request_id: str
    order_id: str
    proforma_number: str
    bank_reference: str
    amount: _common_pb2.Money
    booked_on: _common_pb2.Date
    bank_booked_on: _common_pb2.Date
    period: _common_pb2.PeriodRef
    def __init__(self, transfer_id: _Optional[str] = ..., payment_request_id: _Optional[str] = ..., order_id: _Optional[str] = ..., proforma_number: _Optional[str] = ..., bank_reference: _Optional[str] = ..., amount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., booked_on: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., bank_booked_on: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., period: _Optional[_Union[_common_pb2.PeriodRef, _Mapping]] = ...) -> None: ...

class GetMoneyEntryRequest(_message.Message):
    __slots__ = ("money_entry_id",)
    MONEY_ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    money_entry_id: str
    def __init__(self, money_entry_id: _Optional[str] = ...) -> None: ...

class GetMoneyEntryResponse(_message.Message):
    __slots__ = ("entry", "candidates")
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    CANDIDATES_FIELD_NUMBER: _ClassVar[int]
    entry: MoneyEntry
    candidates: _containers.RepeatedCompositeFieldContainer[PaymentRequest]
    def __init__(self, entry: _Optional[_Union[MoneyEntry, _Mapping]] = ..., candidates: _Optional[_Iterable[_Union[PaymentRequest, _Mapping]]] = ...) -> None: ...

class DecideAdvanceRequest(_message.Message):
    __slots__ = ("money_entry_id",)
    MONEY_ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    money_entry_id: str
    def __init__(self, money_entry_id: _Optional[str] = ...) -> None: ...

class DecideAdvanceResponse(_message.Message):
    __slots__ = ("entry",)
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    entry: MoneyEntry
    def __init__(self, entry: _Optional[_Union[MoneyEntry, _Mapping]] = ...) -> None: ...

class RecordAdvanceCreditedRequest(_message.Message):
    __slots__ = ("money_entry_id",)
    MONEY_ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    money_entry_id: str
    def __init__(self, money_entry_id: _Optional[str] = ...) -> None: ...

class RecordAdvanceCreditedResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListAdvancesRequest(_message.Message):
    __slots__ = ("page",)
    PAGE_FIELD_NUMBER: _ClassVar[int]
    page: _common_pb2.PageRequest
    def __init__(self, page: _Optional[_Union[_common_pb2.PageRequest, _Mapping]] = ...) -> None: ...

class ListAdvancesResponse(_message.Message):
    __slots__ = ("entries", "next_page_token")
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[MoneyEntry]
    next_page_token: str
    def __init__(self, entries: _Optional[_Iterable[_Union[MoneyEntry, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class AssignMoneyRequest(_message.Message):
    __slots__ = ("request_id", "money_entry_id", "payment_request_id", "proforma_number", "accept_shortfall", "booked_on", "steering", "accept_late", "accept_other")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MONEY_ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PROFORMA_NUMBER_FIELD_NUMBER: _ClassVar[int]
    ACCEPT_SHORTFALL_FIELD_NUMBER: _ClassVar[int]
    BOOKED_ON_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    ACCEPT_LATE_FIELD_NUMBER: _ClassVar[int]
    ACCEPT_OTHER_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    money_entry_id: str
    payment_request_id: str
    proforma_number: str
    accept_shortfall: bool
    booked_on: _common_pb2.Date
    steering: _common_pb2.Steering
    accept_late: bool
    accept_other: bool
    def __init__(self, request_id: _Optional[str] = ..., money_entry_id: _Optional[str] = ..., payment_request_id: _Optional[str] = ..., proforma_number: _Optional[str] = ..., accept_shortfall: _Optional[bool] = ..., booked_on: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ..., accept_late: _Optional[bool] = ..., accept_other: _Optional[bool] = ...) -> None: ...

class AssignMoneyResponse(_message.Message):
    __slots__ = ("payment_request", "credited", "money_entry_ids", "invoice_was_due")
    PAYMENT_REQUEST_FIELD_NUMBER: _ClassVar[int]
    CREDITED_FIELD_NUMBER: _ClassVar[int]
    MONEY_ENTRY_IDS_FIELD_NUMBER: _ClassVar[int]
    INVOICE_WAS_DUE_FIELD_NUMBER: _ClassVar[int]
    payment_request: PaymentRequest
    credited: _common_pb2.Money
    money_entry_ids: _containers.RepeatedScalarFieldContainer[str]
    invoice_was_due: _common_pb2.Date
    def __init__(self, payment_request: _Optional[_Union[PaymentRequest, _Mapping]] = ..., credited: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., money_entry_ids: _Optional[_Iterable[str]] = ..., invoice_was_due: _Optional[_Union[_common_pb2.Date, _Mapping]] = ...) -> None: ...

class CreditMoneyRequest(_message.Message):
    __slots__ = ("request_id", "money_entry_id", "account_id", "steering")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MONEY_ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    money_entry_id: str
    account_id: str
    steering: _common_pb2.Steering
    def __init__(self, request_id: _Optional[str] = ..., money_entry_id: _Optional[str] = ..., account_id: _Optional[str] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ...) -> None: ...

class CreditMoneyResponse(_message.Message):
    __slots__ = ("credit",)
    CREDIT_FIELD_NUMBER: _ClassVar[int]
    credit: _common_pb2.Money
    def __init__(self, credit: _Optional[_Union[_common_pb2.Money, _Mapping]] = ...) -> None: ...

class SetMoneyAsideRequest(_message.Message):
    __slots__ = ("request_id", "money_entry_id", "steering")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MONEY_ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    money_entry_id: str
    steering: _common_pb2.Steering
    def __init__(self, request_id: _Optional[str] = ..., money_entry_id: _Optional[str] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ...) -> None: ...

class SetMoneyAsideResponse(_message.Message):
    __slots__ = ("entry",)
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    entry: MoneyEntry
    def __init__(self, entry: _Optional[_Union[MoneyEntry, _Mapping]] = ...) -> None: ...

class BookPayoutRequest(_message.Message):
    __slots__ = ("request_id", "money_entry_id", "fees", "steering", "accept_more")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MONEY_ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    FEES_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    ACCEPT_MORE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    money_entry_id: str
    fees: _common_pb2.Money
    steering: _common_pb2.Steering
    accept_more: bool
    def __init__(self, request_id: _Optional[str] = ..., money_entry_id: _Optional[str] = ..., fees: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ..., accept_more: _Optional[bool] = ...) -> None: ...

class BookPayoutResponse(_message.Message):
    __slots__ = ("entry",)
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    entry: MoneyEntry
    def __init__(self, entry: _Optional[_Union[MoneyEntry, _Mapping]] = ...) -> None: ...

class UndoPayoutRequest(_message.Message):
    __slots__ = ("request_id", "money_entry_id", "steering")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MONEY_ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    money_entry_id: str
    steering: _common_pb2.Steering
    def __init__(self, request_id: _Optional[str] = ..., money_entry_id: _Optional[str] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ...) -> None: ...

class UndoPayoutResponse(_message.Message):
    __slots__ = ("entry",)
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    entry: MoneyEntry
    def __init__(self, entry: _Optional[_Union[MoneyEntry, _Mapping]] = ...) -> None: ...

class GetAccountCreditRequest(_message.Message):
    __slots__ = ("account_id",)
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    def __init__(self, account_id: _Optional[str] = ...) -> None: ...

class GetAccountCreditResponse(_message.Message):
    __slots__ = ("credit",)
    CREDIT_FIELD_NUMBER: _ClassVar[int]
    credit: _common_pb2.Money
    def __init__(self, credit: _Optional[_Union[_common_pb2.Money, _Mapping]] = ...) -> None: ...

class ListAccountCreditsRequest(_message.Message):
    __slots__ = ("page",)
    PAGE_FIELD_NUMBER: _ClassVar[int]
    page: _common_pb2.PageRequest
    def __init__(self, page: _Optional[_Union[_common_pb2.PageRequest, _Mapping]] = ...) -> None: ...

class AccountCredit(_message.Message):
    __slots__ = ("account_id", "credit")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    CREDIT_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    credit: _common_pb2.Money
    def __init__(self, account_id: _Optional[str] = ..., credit: _Optional[_Union[_common_pb2.Money, _Mapping]] = ...) -> None: ...

class ListAccountCreditsResponse(_message.Message):
    __slots__ = ("credits", "next_page_token")
    CREDITS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    credits: _containers.RepeatedCompositeFieldContainer[AccountCredit]
    next_page_token: str
    def __init__(self, credits: _Optional[_Iterable[_Union[AccountCredit, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListCreditMovementsRequest(_message.Message):
    __slots__ = ("account_id", "page")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    page: _common_pb2.PageRequest
    def __init__(self, account_id: _Optional[str] = ..., page: _Optional[_Union[_common_pb2.PageRequest, _Mapping]] = ...) -> None: ...

class CreditMovement(_message.Message):
    __slots__ = ("movement_id", "cause", "amount", "at", "payment_request_id", "proforma_number", "refund_id")
    MOVEMENT_ID_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PROFORMA_NUMBER_FIELD_NUMBER: _ClassVar[int]
    REFUND_ID_FIELD_NUMBER: _ClassVar[int]
    movement_id: str
    cause: CreditCause
    amount: _common_pb2.Money
    at: _timestamp_pb2.Timestamp
    payment_request_id: str
    proforma_number: str
    refund_id: str
    def __init__(self, movement_id: _Optional[str] = ..., cause: _Optional[_Union[CreditCause, str]] = ..., amount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., payment_request_id: _Optional[str] = ..., proforma_number: _Optional[str] = ..., refund_id: _Optional[str] = ...) -> None: ...

class ListCreditMovementsResponse(_message.Message):
    __slots__ = ("movements", "next_page_token")
    MOVEMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    movements: _containers.RepeatedCompositeFieldContainer[CreditMovement]
    next_page_token: str
    def __init__(self, movements: _Optional[_Iterable[_Union[CreditMovement, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class Refund(_message.Message):
    __slots__ = ("refund_id", "state", "means", "amount", "credited", "account_id", "payment_request_id", "money_entry_id", "reason_code", "withdrawal_order_id", "failure", "requested_at", "sent_at", "done_on", "iban", "holder", "message_id", "reference", "statement_by", "paid_out_by", "dispute_entry_id", "dispute_evidence_by", "payers", "taken_back_by")
    REFUND_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    MEANS_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    CREDITED_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MONEY_ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWAL_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    REQUESTED_AT_FIELD_NUMBER: _ClassVar[int]
    SENT_AT_FIELD_NUMBER: _ClassVar[int]
    DONE_ON_FIELD_NUMBER: _ClassVar[int]
    IBAN_FIELD_NUMBER: _ClassVar[int]
    HOLDER_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    STATEMENT_BY_FIELD_NUMBER: _ClassVar[int]
    PAID_OUT_BY_FIELD_NUMBER: _ClassVar[int]
    DISPUTE_ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    DISPUTE_EVIDENCE_BY_FIELD_NUMBER: _ClassVar[int]
    PAYERS_FIELD_NUMBER: _ClassVar[int]
    TAKEN_BACK_BY_FIELD_NUMBER: _ClassVar[int]
    refund_id: str
    state: RefundState
    means: RefundMeans
    amount: _common_pb2.Money
    credited: _common_pb2.Money
    account_id: str
    payment_request_id: str
    money_entry_id: str
    reason_code: str
    withdrawal_order_id: str
    failure: str
    requested_at: _timestamp_pb2.Timestamp
    sent_at: _timestamp_pb2.Timestamp
    done_on: _common_pb2.Date
    iban: str
    holder: str
    message_id: str
    reference: str
    statement_by: _common_pb2.Date
    paid_out_by: str
    dispute_entry_id: str
    dispute_evidence_by: _timestamp_pb2.Timestamp
    payers: _containers.RepeatedCompositeFieldContainer[RefundPayer]
    taken_back_by: str
    def __init__(self, refund_id: _Optional[str] = ..., state: _Optional[_Union[RefundState, str]] = ..., means: _Optional[_Union[RefundMeans, str]] = ..., amount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., credited: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., account_id: _Optional[str] = ..., payment_request_id: _Optional[str] = ..., money_entry_id: _Optional[str] = ..., reason_code: _Optional[str] = ..., withdrawal_order_id: _Optional[str] = ..., failure: _Optional[str] = ..., requested_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., sent_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., done_on: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., iban: _Optional[str] = ..., holder: _Optional[str] = ..., message_id: _Optional[str] = ..., reference: _Optional[str] = ..., statement_by: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., paid_out_by: _Optional[str] = ..., dispute_entry_id: _Optional[str] = ..., dispute_evidence_by: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., payers: _Optional[_Iterable[_Union[RefundPayer, _Mapping]]] = ..., taken_back_by: _Optional[str] = ...) -> None: ...

class RefundPayer(_message.Message):
    __slots__ = ("iban", "holder", "amount")
    IBAN_FIELD_NUMBER: _ClassVar[int]
    HOLDER_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    iban: str
    holder: str
    amount: _common_pb2.Money
    def __init__(self, iban: _Optional[str] = ..., holder: _Optional[str] = ..., amount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ...) -> None: ...

class RequestRefundRequest(_message.Message):
    __slots__ = ("refund_id", "payment_request_id", "money_entry_id", "credit_of_account_id", "amount", "reason_code", "withdrawal_order_id", "steering", "iban", "holder", "as_account_credit", "accept_taken_back")
    REFUND_ID_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MONEY_ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    CREDIT_OF_ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWAL_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    IBAN_FIELD_NUMBER: _ClassVar[int]
    HOLDER_FIELD_NUMBER: _ClassVar[int]
    AS_ACCOUNT_CREDIT_FIELD_NUMBER: _ClassVar[int]
    ACCEPT_TAKEN_BACK_FIELD_NUMBER: _ClassVar[int]
    refund_id: str
    payment_request_id: str
    money_entry_id: str
    credit_of_account_id: str
    amount: _common_pb2.Money
    reason_code: str
    withdrawal_order_id: str
    steering: _common_pb2.Steering
    iban: str
    holder: str
    as_account_credit: bool
    accept_taken_back: bool
    def __init__(self, refund_id: _Optional[str] = ..., payment_request_id: _Optional[str] = ..., money_entry_id: _Optional[str] = ..., credit_of_account_id: _Optional[str] = ..., amount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., reason_code: _Optional[str] = ..., withdrawal_order_id: _Optional[str] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ..., iban: _Optional[str] = ..., holder: _Optional[str] = ..., as_account_credit: _Optional[bool] = ..., accept_taken_back: _Optional[bool] = ...) -> None: ...

class RequestRefundResponse(_message.Message):
    __slots__ = ("refund",)
    REFUND_FIELD_NUMBER: _ClassVar[int]
    refund: Refund
    def __init__(self, refund: _Optional[_Union[Refund, _Mapping]] = ...) -> None: ...

class GetRefundRequest(_message.Message):
    __slots__ = ("refund_id",)
    REFUND_ID_FIELD_NUMBER: _ClassVar[int]
    refund_id: str
    def __init__(self, refund_id: _Optional[str] = ...) -> None: ...

class GetRefundResponse(_message.Message):
    __slots__ = ("refund",)
    REFUND_FIELD_NUMBER: _ClassVar[int]
    refund: Refund
    def __init__(self, refund: _Optional[_Union[Refund, _Mapping]] = ...) -> None: ...

class ListRefundsRequest(_message.Message):
    __slots__ = ("account_id", "payment_request_id", "states", "page")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    PAGE_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    payment_request_id: str
    states: _containers.RepeatedScalarFieldContainer[RefundState]
    page: _common_pb2.PageRequest
    def __init__(self, account_id: _Optional[str] = ..., payment_request_id: _Optional[str] = ..., states: _Optional[_Iterable[_Union[RefundState, str]]] = ..., page: _Optional[_Union[_common_pb2.PageRequest, _Mapping]] = ...) -> None: ...

class ListRefundsResponse(_message.Message):
    __slots__ = ("refunds", "next_page_token")
    REFUNDS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    refunds: _containers.RepeatedCompositeFieldContainer[Refund]
    next_page_token: str
    def __init__(self, refunds: _Optional[_Iterable[_Union[Refund, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ApproveRefundsRequest(_message.Message):
    __slots__ = ("request_id", "refund_ids", "steering")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    REFUND_IDS_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    refund_ids: _containers.RepeatedScalarFieldContainer[str]
    steering: _common_pb2.Steering
    def __init__(self, request_id: _Optional[str] = ..., refund_ids: _Optional[_Iterable[str]] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ...) -> None: ...

class ApproveRefundsResponse(_message.Message):
    __slots__ = ("refunds",)
    REFUNDS_FIELD_NUMBER: _ClassVar[int]
    refunds: _containers.RepeatedCompositeFieldContainer[Refund]
    def __init__(self, refunds: _Optional[_Iterable[_Union[Refund, _Mapping]]] = ...) -> None: ...

class ExportRefundsRequest(_message.Message):
    __slots__ = ("request_id", "message_id", "steering")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    message_id: str
    steering: _common_pb2.Steering
    def __init__(self, request_id: _Optional[str] = ..., message_id: _Optional[str] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ...) -> None: ...

class ExportRefundsResponse(_message.Message):
    __slots__ = ("file", "message_id", "transfers", "sum")
    FILE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    TRANSFERS_FIELD_NUMBER: _ClassVar[int]
    SUM_FIELD_NUMBER: _ClassVar[int]
    file: bytes
    message_id: str
    transfers: int
    sum: _common_pb2.Money
    def __init__(self, file: _Optional[bytes] = ..., message_id: _Optional[str] = ..., transfers: _Optional[int] = ..., sum: _Optional[_Union[_common_pb2.Money, _Mapping]] = ...) -> None: ...

class RecordRefundFileRequest(_message.Message):
    __slots__ = ("file", "refused_refund_ids", "steering")
    FILE_FIELD_NUMBER: _ClassVar[int]
    REFUSED_REFUND_IDS_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    file: bytes
    refused_refund_ids: _containers.RepeatedScalarFieldContainer[str]
    steering: _common_pb2.Steering
    def __init__(self, file: _Optional[bytes] = ..., refused_refund_ids: _Optional[_Iterable[str]] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ...) -> None: ...

class RecordRefundFileResponse(_message.Message):
    __slots__ = ("message_id", "refunds")
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    REFUNDS_FIELD_NUMBER: _ClassVar[int]
    message_id: str
    refunds: _containers.RepeatedCompositeFieldContainer[RefundInFile]
    def __init__(self, message_id: _Optional[str] = ..., refunds: _Optional[_Iterable[_Union[RefundInFile, _Mapping]]] = ...) -> None: ...

class RefundInFile(_message.Message):
    __slots__ = ("refund_id", "amount", "fate", "state")
    REFUND_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    FATE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    refund_id: str
    amount: _common_pb2.Money
    fate: RefundInFileFate
    state: RefundState
    def __init__(self, refund_id: _Optional[str] = ..., amount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., fate: _Optional[_Union[RefundInFileFate, str]] = ..., state: _Optional[_Union[RefundState, str]] = ...) -> None: ...

class RetryRefundRequest(_message.Message):
    __slots__ = ("request_id", "refund_id", "iban", "holder", "steering")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    REFUND_ID_FIELD_NUMBER: _ClassVar[int]
    IBAN_FIELD_NUMBER: _ClassVar[int]
    HOLDER_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    refund_id: str
    iban: str
    holder: str
    steering: _common_pb2.Steering
    def __init__(self, request_id: _Optional[str] = ..., refund_id: _Optional[str] = ..., iban: _Optional[str] = ..., holder: _Optional[str] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ...) -> None: ...

class RetryRefundResponse(_message.Message):
    __slots__ = ("refund",)
    REFUND_FIELD_NUMBER: _ClassVar[int]
    refund: Refund
    def __init__(self, refund: _Optional[_Union[Refund, _Mapping]] = ...) -> None: ...

class FailRefundRequest(_message.Message):
    __slots__ = ("request_id", "refund_id", "steering")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    REFUND_ID_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    refund_id: str
    steering: _common_pb2.Steering
    def __init__(self, request_id: _Optional[str] = ..., refund_id: _Optional[str] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ...) -> None: ...

class FailRefundResponse(_message.Message):
    __slots__ = ("refund",)
    REFUND_FIELD_NUMBER: _ClassVar[int]
    refund: Refund
    def __init__(self, refund: _Optional[_Union[Refund, _Mapping]] = ...) -> None: ...

class CancelRefundRequest(_message.Message):
    __slots__ = ("request_id", "refund_id", "steering")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    REFUND_ID_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    refund_id: str
    steering: _common_pb2.Steering
    def __init__(self, request_id: _Optional[str] = ..., refund_id: _Optional[str] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ...) -> None: ...

class CancelRefundResponse(_message.Message):
    __slots__ = ("refund",)
    REFUND_FIELD_NUMBER: _ClassVar[int]
    refund: Refund
    def __init__(self, refund: _Optional[_Union[Refund, _Mapping]] = ...) -> None: ...

class PushRefundsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class PushRefundsResponse(_message.Message):
    __slots__ = ("changed",)
    CHANGED_FIELD_NUMBER: _ClassVar[int]
    changed: int
    def __init__(self, changed: _Optional[int] = ...) -> None: ...

class ListUntoldRefundsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListUntoldRefundsResponse(_message.Message):
    __slots__ = ("refund_ids",)
    REFUND_IDS_FIELD_NUMBER: _ClassVar[int]
    refund_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, refund_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class SendRefundEmailRequest(_message.Message):
    __slots__ = ("refund_id", "recipient")
    REFUND_ID_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_FIELD_NUMBER: _ClassVar[int]
    refund_id: str
    recipient: _common_pb2.Recipient
    def __init__(self, refund_id: _Optional[str] = ..., recipient: _Optional[_Union[_common_pb2.Recipient, _Mapping]] = ...) -> None: ...

class SendRefundEmailResponse(_message.Message):
    __slots__ = ("erased", "written")
    ERASED_FIELD_NUMBER: _ClassVar[int]
    WRITTEN_FIELD_NUMBER: _ClassVar[int]
    erased: bool
    written: bool
    def __init__(self, erased: _Optional[bool] = ..., written: _Optional[bool] = ...) -> None: ...

class Debit(_message.Message):
    __slots__ = ("charge_on", "charge_at", "wait", "declined", "refusal", "refused_at", "email_due", "mandate_active")
    CHARGE_ON_FIELD_NUMBER: _ClassVar[int]
    CHARGE_AT_FIELD_NUMBER: _ClassVar[int]
    WAIT_FIELD_NUMBER: _ClassVar[int]
    DECLINED_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    REFUSED_AT_FIELD_NUMBER: _ClassVar[int]
    EMAIL_DUE_FIELD_NUMBER: _ClassVar[int]
    MANDATE_ACTIVE_FIELD_NUMBER: _ClassVar[int]
    charge_on: _common_pb2.Date
    charge_at: _timestamp_pb2.Timestamp
    wait: _duration_pb2.Duration
    declined: int
    refusal: ChargeRefusal
    refused_at: _timestamp_pb2.Timestamp
    email_due: bool
    mandate_active: bool
    def __init__(self, charge_on: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., charge_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., wait: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., declined: _Optional[int] = ..., refusal: _Optional[_Union[ChargeRefusal, str]] = ..., refused_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., email_due: _Optional[bool] = ..., mandate_active: _Optional[bool] = ...) -> None: ...

class PlanChargeRequest(_message.Message):
    __slots__ = ("payment_request_id", "charge_on")
    PAYMENT_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CHARGE_ON_FIELD_NUMBER: _ClassVar[int]
    payment_request_id: str
    charge_on: _common_pb2.Date
    def __init__(self, payment_request_id: _Optional[str] = ..., charge_on: _Optional[_Union[_common_pb2.Date, _Mapping]] = ...) -> None: ...

class PlanChargeResponse(_message.Message):
    __slots__ = ("payment_request",)
    PAYMENT_REQUEST_FIELD_NUMBER: _ClassVar[int]
    payment_request: PaymentRequest
    def __init__(self, payment_request: _Optional[_Union[PaymentRequest, _Mapping]] = ...) -> None: ...

class ChargePaymentRequestRequest(_message.Message):
    __slots__ = ("payment_request_id", "early", "steering")
    PAYMENT_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    EARLY_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    payment_request_id: str
    early: bool
    steering: _common_pb2.Steering
    def __init__(self, payment_request_id: _Optional[str] = ..., early: _Optional[bool] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ...) -> None: ...

class ChargePaymentRequestResponse(_message.Message):
    __slots__ = ("payment_request",)
    PAYMENT_REQUEST_FIELD_NUMBER: _ClassVar[int]
    payment_request: PaymentRequest
    def __init__(self, payment_request: _Optional[_Union[PaymentRequest, _Mapping]] = ...) -> None: ...

class SendChargeRefusedEmailRequest(_message.Message):
    __slots__ = ("payment_request_id", "recipient")
    PAYMENT_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_FIELD_NUMBER: _ClassVar[int]
    payment_request_id: str
    recipient: _common_pb2.Recipient
    def __init__(self, payment_request_id: _Optional[str] = ..., recipient: _Optional[_Union[_common_pb2.Recipient, _Mapping]] = ...) -> None: ...

class SendChargeRefusedEmailResponse(_message.Message):
    __slots__ = ("erased",)
    ERASED_FIELD_NUMBER: _ClassVar[int]
    erased: bool
    def __init__(self, erased: _Optional[bool] = ...) -> None: ...

class SetUpAutomaticDebitRequest(_message.Message):
    __slots__ = ("request_id", "account_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    account_id: str
    def __init__(self, request_id: _Optional[str] = ..., account_id: _Optional[str] = ...) -> None: ...

class SetUpAutomaticDebitResponse(_message.Message):
    __slots__ = ("checkout_url", "expires_at")
    CHECKOUT_URL_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    checkout_url: str
    expires_at: _timestamp_pb2.Timestamp
    def __init__(self, checkout_url: _Optional[str] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SwitchOffAutomaticDebitRequest(_message.Message):
    __slots__ = ("request_id", "account_id", "method_instead", "steering")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    METHOD_INSTEAD_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    account_id: str
    method_instead: _common_pb2.PaymentMethod
    steering: _common_pb2.Steering
    def __init__(self, request_id: _Optional[str] = ..., account_id: _Optional[str] = ..., method_instead: _Optional[_Union[_common_pb2.PaymentMethod, str]] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ...) -> None: ...

class SwitchOffAutomaticDebitResponse(_message.Message):
    __slots__ = ("mandate",)
    MANDATE_FIELD_NUMBER: _ClassVar[int]
    mandate: Mandate
    def __init__(self, mandate: _Optional[_Union[Mandate, _Mapping]] = ...) -> None: ...

class Mandate(_message.Message):
    __slots__ = ("mandate_id", "account_id", "state", "set_up_at", "ended_at", "end", "method_instead")
    MANDATE_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SET_UP_AT_FIELD_NUMBER: _ClassVar[int]
    ENDED_AT_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    METHOD_INSTEAD_FIELD_NUMBER: _ClassVar[int]
    mandate_id: str
    account_id: str
    state: MandateState
    set_up_at: _timestamp_pb2.Timestamp
    ended_at: _timestamp_pb2.Timestamp
    end: MandateEnd
    method_instead: _common_pb2.PaymentMethod
    def __init__(self, mandate_id: _Optional[str] = ..., account_id: _Optional[str] = ..., state: _Optional[_Union[MandateState, str]] = ..., set_up_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ended_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end: _Optional[_Union[MandateEnd, str]] = ..., method_instead: _Optional[_Union[_common_pb2.PaymentMethod, str]] = ...) -> None: ...

class ListPaymentMethodsRequest(_message.Message):
    __slots__ = ("account_id", "page")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    page: _common_pb2.PageRequest
    def __init__(self, account_id: _Optional[str] = ..., page: _Optional[_Union[_common_pb2.PageRequest, _Mapping]] = ...) -> None: ...

class StoredPaymentMethod(_message.Message):
    __slots__ = ("method", "kind", "mandate", "last_refusal", "last_refused_at")
    METHOD_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    MANDATE_FIELD_NUMBER: _ClassVar[int]
    LAST_REFUSAL_FIELD_NUMBER: _ClassVar[int]
    LAST_REFUSED_AT_FIELD_NUMBER: _ClassVar[int]
    method: _common_pb2.PaymentMethod
    kind: str
    mandate: Mandate
    last_refusal: ChargeRefusal
    last_refused_at: _timestamp_pb2.Timestamp
    def __init__(self, method: _Optional[_Union[_common_pb2.PaymentMethod, str]] = ..., kind: _Optional[str] = ..., mandate: _Optional[_Union[Mandate, _Mapping]] = ..., last_refusal: _Optional[_Union[ChargeRefusal, str]] = ..., last_refused_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListPaymentMethodsResponse(_message.Message):
    __slots__ = ("payment_methods", "next_page_token")
    PAYMENT_METHODS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    payment_methods: _containers.RepeatedCompositeFieldContainer[StoredPaymentMethod]
    next_page_token: str
    def __init__(self, payment_methods: _Optional[_Iterable[_Union[StoredPaymentMethod, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetMandateRequest(_message.Message):
    __slots__ = ("account_id",)
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    def __init__(self, account_id: _Optional[str] = ...) -> None: ...

class GetMandateResponse(_message.Message):
    __slots__ = ("mandate", "news", "release_due", "page_open")
    MANDATE_FIELD_NUMBER: _ClassVar[int]
    NEWS_FIELD_NUMBER: _ClassVar[int]
    RELEASE_DUE_FIELD_NUMBER: _ClassVar[int]
    PAGE_OPEN_FIELD_NUMBER: _ClassVar[int]
    mandate: Mandate
    news: bool
    release_due: bool
    page_open: bool
    def __init__(self, mandate: _Optional[_Union[Mandate, _Mapping]] = ..., news: _Optional[bool] = ..., release_due: _Optional[bool] = ..., page_open: _Optional[bool] = ...) -> None: ...

class ReleaseMandatesRequest(_message.Message):
    __slots__ = ("account_id",)
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    def __init__(self, account_id: _Optional[str] = ...) -> None: ...

class ReleaseMandatesResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SendMandateEmailRequest(_message.Message):
    __slots__ = ("mandate_id", "recipient", "told", "account_id")
    MANDATE_ID_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_FIELD_NUMBER: _ClassVar[int]
    TOLD_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    mandate_id: str
    recipient: _common_pb2.Recipient
    told: MandateState
    account_id: str
    def __init__(self, mandate_id: _Optional[str] = ..., recipient: _Optional[_Union[_common_pb2.Recipient, _Mapping]] = ..., told: _Optional[_Union[MandateState, str]] = ..., account_id: _Optional[str] = ...) -> None: ...

class SendMandateEmailResponse(_message.Message):
    __slots__ = ("erased",)
    ERASED_FIELD_NUMBER: _ClassVar[int]
    erased: bool
    def __init__(self, erased: _Optional[bool] = ...) -> None: ...
