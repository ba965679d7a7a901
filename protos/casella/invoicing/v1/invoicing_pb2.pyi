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

class DocumentKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DOCUMENT_KIND_UNSPECIFIED: _ClassVar[DocumentKind]
    DOCUMENT_KIND_PROFORMA: _ClassVar[DocumentKind]
    DOCUMENT_KIND_INVOICE: _ClassVar[DocumentKind]
    DOCUMENT_KIND_CREDIT_NOTE: _ClassVar[DocumentKind]
    DOCUMENT_KIND_ADVANCE_INVOICE: _ClassVar[DocumentKind]

class TransmissionState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TRANSMISSION_STATE_UNSPECIFIED: _ClassVar[TransmissionState]
    TRANSMISSION_STATE_PENDING: _ClassVar[TransmissionState]
    TRANSMISSION_STATE_SENT: _ClassVar[TransmissionState]
    TRANSMISSION_STATE_DELIVERED: _ClassVar[TransmissionState]
    TRANSMISSION_STATE_UNDELIVERABLE: _ClassVar[TransmissionState]
    TRANSMISSION_STATE_REJECTED: _ClassVar[TransmissionState]
    TRANSMISSION_STATE_GIVEN_UP: _ClassVar[TransmissionState]

class CreditReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CREDIT_REASON_UNSPECIFIED: _ClassVar[CreditReason]
    CREDIT_REASON_WITHDRAWAL: _ClassVar[CreditReason]
    CREDIT_REASON_CONTRACT: _ClassVar[CreditReason]
    CREDIT_REASON_DISPUTE: _ClassVar[CreditReason]
    CREDIT_REASON_AGREEMENT: _ClassVar[CreditReason]
    CREDIT_REASON_CORRECTION: _ClassVar[CreditReason]

class RefundMethod(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REFUND_METHOD_UNSPECIFIED: _ClassVar[RefundMethod]
    REFUND_METHOD_BANK_TRANSFER: _ClassVar[RefundMethod]
    REFUND_METHOD_ONLINE: _ClassVar[RefundMethod]
    REFUND_METHOD_ACCOUNT_CREDIT: _ClassVar[RefundMethod]
    REFUND_METHOD_RETURNED: _ClassVar[RefundMethod]

class FileKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FILE_KIND_UNSPECIFIED: _ClassVar[FileKind]
    FILE_KIND_PDF: _ClassVar[FileKind]
    FILE_KIND_XML: _ClassVar[FileKind]
    FILE_KIND_RECEIPT: _ClassVar[FileKind]
DOCUMENT_KIND_UNSPECIFIED: DocumentKind
DOCUMENT_KIND_PROFORMA: DocumentKind
DOCUMENT_KIND_INVOICE: DocumentKind
DOCUMENT_KIND_CREDIT_NOTE: DocumentKind
DOCUMENT_KIND_ADVANCE_INVOICE: DocumentKind
TRANSMISSION_STATE_UNSPECIFIED: TransmissionState
TRANSMISSION_STATE_PENDING: TransmissionState
TRANSMISSION_STATE_SENT: TransmissionState
TRANSMISSION_STATE_DELIVERED: TransmissionState
TRANSMISSION_STATE_UNDELIVERABLE: TransmissionState
TRANSMISSION_STATE_REJECTED: TransmissionState
TRANSMISSION_STATE_GIVEN_UP: TransmissionState
CREDIT_REASON_UNSPECIFIED: CreditReason
CREDIT_REASON_WITHDRAWAL: CreditReason
CREDIT_REASON_CONTRACT: CreditReason
CREDIT_REASON_DISPUTE: CreditReason
CREDIT_REASON_AGREEMENT: CreditReason
CREDIT_REASON_CORRECTION: CreditReason
REFUND_METHOD_UNSPECIFIED: RefundMethod
REFUND_METHOD_BANK_TRANSFER: RefundMethod
REFUND_METHOD_ONLINE: RefundMethod
REFUND_METHOD_ACCOUNT_CREDIT: RefundMethod
REFUND_METHOD_RETURNED: RefundMethod
FILE_KIND_UNSPECIFIED: FileKind
FILE_KIND_PDF: FileKind
FILE_KIND_XML: FileKind
FILE_KIND_RECEIPT: FileKind

class FileInfo(_message.Message):
    __slots__ = ("file_id", "kind", "name", "sha256", "size", "attempt")
    FILE_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    file_id: str
    kind: FileKind
    name: str
    sha256: str
    size: int
    attempt: int
    def __init__(self, file_id: _Optional[str] = ..., kind: _Optional[_Union[FileKind, str]] = ..., name: _Optional[str] = ..., sha256: _Optional[str] = ..., size: _Optional[int] = ..., attempt: _Optional[int] = ...) -> None: ...

class Document(_message.Message):
    __slots__ = ("document_id", "kind", "number", "date", "account_id", "order_id", "lines", "totals", "issued_at", "transmission_state", "files", "language", "period", "tax_treatment", "stamp_duty", "credit", "credit_notes", "credited", "money_entry_id", "deducted_by", "advances", "due_on", "paid_on", "credit_used", "shortfall")
    DOCUMENT_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    DATE_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    TOTALS_FIELD_NUMBER: _ClassVar[int]
    ISSUED_AT_FIELD_NUMBER: _ClassVar[int]
    TRANSMISSION_STATE_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    TAX_TREATMENT_FIELD_NUMBER: _ClassVar[int]
    STAMP_DUTY_FIELD_NUMBER: _ClassVar[int]
    CREDIT_FIELD_NUMBER: _ClassVar[int]
    CREDIT_NOTES_FIELD_NUMBER: _ClassVar[int]
    CREDITED_FIELD_NUMBER: _ClassVar[int]
    MONEY_ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    DEDUCTED_BY_FIELD_NUMBER: _ClassVar[int]
    ADVANCES_FIELD_NUMBER: _ClassVar[int]
    DUE_ON_FIELD_NUMBER: _ClassVar[int]
    PAID_ON_FIELD_NUMBER: _ClassVar[int]
    CREDIT_USED_FIELD_NUMBER: _ClassVar[int]
    SHORTFALL_FIELD_NUMBER: _ClassVar[int]
    document_id: str
    kind: DocumentKind
    number: str
    date: _common_pb2.Date
    account_id: str
    order_id: str
    lines: _containers.RepeatedCompositeFieldContainer[_common_pb2.Line]
    totals: _common_pb2.Totals
    issued_at: _timestamp_pb2.Timestamp
    transmission_state: TransmissionState
    files: _containers.RepeatedCompositeFieldContainer[FileInfo]
    language: _common_pb2.Language
    period: _common_pb2.PeriodRef
    tax_treatment: _common_pb2.TaxTreatment
    stamp_duty: _common_pb2.Money
    credit: Credit
    credit_notes: _containers.RepeatedCompositeFieldContainer[CreditNoteInfo]
    credited: _common_pb2.Money
    money_entry_id: str
    deducted_by: str
    advances: _containers.RepeatedCompositeFieldContainer[DeductedAdvance]
    due_on: _common_pb2.Date
    paid_on: _common_pb2.Date
    credit_used: _common_pb2.Money
    shortfall: _common_pb2.Money
    def __init__(self, document_id: _Optional[str] = ..., kind: _Optional[_Union[DocumentKind, str]] = ..., number: _Optional[str] = ..., date: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., account_id: _Optional[str] = ..., order_id: _Optional[str] = ..., lines: _Optional[_Iterable[_Union[_common_pb2.Line, _Mapping]]] = ..., totals: _Optional[_Union[_common_pb2.Totals, _Mapping]] = ..., issued_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., transmission_state: _Optional[_Union[TransmissionState, str]] = ..., files: _Optional[_Iterable[_Union[FileInfo, _Mapping]]] = ..., language: _Optional[_Union[_common_pb2.Language, str]] = ..., period: _Optional[_Union[_common_pb2.PeriodRef, _Mapping]] = ..., tax_treatment: _Optional[_Union[_common_pb2.TaxTreatment, str]] = ..., stamp_duty: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., credit: _Optional[_Union[Credit, _Mapping]] = ..., credit_notes: _Optional[_Iterable[_Union[CreditNoteInfo, _Mapping]]] = ..., credited: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., money_entry_id: _Optional[str] = ..., deducted_by: _Optional[str] = ..., advances: _Optional[_Iterable[_Union[DeductedAdvance, _Mapping]]] = ..., due_on: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., paid_on: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., credit_used: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., shortfall: _Optional[_Union[_common_pb2.Money, _Mapping]] = ...) -> None: ...

class DeductedAdvance(_message.Message):
    __slots__ = ("document_id", "number", "date", "gross")
    DOCUMENT_ID_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    DATE_FIELD_NUMBER: _ClassVar[int]
    GROSS_FIELD_NUMBER: _ClassVar[int]
    document_id: str
    number: str
    date: _common_pb2.Date
    gross: _common_pb2.Money
    def __init__(self, document_id: _Optional[str] = ..., number: _Optional[str] = ..., date: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., gross: _Optional[_Union[_common_pb2.Money, _Mapping]] = ...) -> None: ...

class Credit(_message.Message):
    __slots__ = ("invoice_id", "invoice_number", "invoice_date", "reason", "cause_date", "refund_method", "served", "other_refund", "remitted")
    INVOICE_ID_FIELD_NUMBER: _ClassVar[int]
    INVOICE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    INVOICE_DATE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CAUSE_DATE_FIELD_NUMBER: _ClassVar[int]
    REFUND_METHOD_FIELD_NUMBER: _ClassVar[int]
    SERVED_FIELD_NUMBER: _ClassVar[int]
    OTHER_REFUND_FIELD_NUMBER: _ClassVar[int]
    REMITTED_FIELD_NUMBER: _ClassVar[int]
    invoice_id: str
    invoice_number: str
    invoice_date: _common_pb2.Date
    reason: CreditReason
    cause_date: _common_pb2.Date
    refund_method: RefundMethod
    served: ServedDays
    other_refund: RefundPart
    remitted: _common_pb2.Money
    def __init__(self, invoice_id: _Optional[str] = ..., invoice_number: _Optional[str] = ..., invoice_date: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., reason: _Optional[_Union[CreditReason, str]] = ..., cause_date: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., refund_method: _Optional[_Union[RefundMethod, str]] = ..., served: _Optional[_Union[ServedDays, _Mapping]] = ..., other_refund: _Optional[_Union[RefundPart, _Mapping]] = ..., remitted: _Optional[_Union[_common_pb2.Money, _Mapping]] = ...) -> None: ...

class RefundPart(_message.Message):
    __slots__ = ("method", "amount")
    METHOD_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    method: RefundMethod
    amount: _common_pb2.Money
    def __init__(self, method: _Optional[_Union[RefundMethod, str]] = ..., amount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ...) -> None: ...

class CreditNoteInfo(_message.Message):
    __slots__ = ("document_id", "number", "date", "gross", "remitted", "reason")
    DOCUMENT_ID_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    DATE_FIELD_NUMBER: _ClassVar[int]
    GROSS_FIELD_NUMBER: _ClassVar[int]
    REMITTED_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    document_id: str
    number: str
    date: _common_pb2.Date
    gross: _common_pb2.Money
    remitted: _common_pb2.Money
    reason: CreditReason
    def __init__(self, document_id: _Optional[str] = ..., number: _Optional[str] = ..., date: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., gross: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., remitted: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., reason: _Optional[_Union[CreditReason, str]] = ...) -> None: ...

class ServedDays(_message.Message):
    __slots__ = ("first_day", "last_day", "days_of_term")
    FIRST_DAY_FIELD_NUMBER: _ClassVar[int]
    LAST_DAY_FIELD_NUMBER: _ClassVar[int]
    DAYS_OF_TERM_FIELD_NUMBER: _ClassVar[int]
    first_day: _common_pb2.Date
    last_day: _common_pb2.Date
    days_of_term: int
    def __init__(self, first_day: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., last_day: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., days_of_term: _Optional[int] = ...) -> None: ...

class PaymentTerms(_message.Message):
    __slots__ = ("method", "holder", "iban", "bic", "reference", "epc_payload", "credit_used")
    METHOD_FIELD_NUMBER: _ClassVar[int]
    HOLDER_FIELD_NUMBER: _ClassVar[int]
    IBAN_FIELD_NUMBER: _ClassVar[int]
    BIC_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    EPC_PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    CREDIT_USED_FIELD_NUMBER: _ClassVar[int]
    method: _common_pb2.PaymentMethod
    holder: str
    iban: str
    bic: str
    reference: str
    epc_payload: str
    credit_used: _common_pb2.Money
    def __init__(self, method: _Optional[_Union[_common_pb2.PaymentMethod, str]] = ..., holder: _Optional[str] = ..., iban: _Optional[str] = ..., bic: _Optional[str] = ..., reference: _Optional[str] = ..., epc_payload: _Optional[str] = ..., credit_used: _Optional[_Union[_common_pb2.Money, _Mapping]] = ...) -> None: ...

class IssueProformaRequest(_message.Message):
    __slots__ = ("order_id", "account_id", "language", "party", "lines", "totals", "payment", "period", "tax_treatment")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    PARTY_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    TOTALS_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    TAX_TREATMENT_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    account_id: str
    language: _common_pb2.Language
    party: _common_pb2.BillingParty
    lines: _containers.RepeatedCompositeFieldContainer[_common_pb2.Line]
    totals: _common_pb2.Totals
    payment: PaymentTerms
    period: _common_pb2.PeriodRef
    tax_treatment: _common_pb2.TaxTreatment
    def __init__(self, order_id: _Optional[str] = ..., account_id: _Optional[str] = ..., language: _Optional[_Union[_common_pb2.Language, str]] = ..., party: _Optional[_Union[_common_pb2.BillingParty, _Mapping]] = ..., lines: _Optional[_Iterable[_Union[_common_pb2.Line, _Mapping]]] = ..., totals: _Optional[_Union[_common_pb2.Totals, _Mapping]] = ..., payment: _Optional[_Union[PaymentTerms, _Mapping]] = ..., period: _Optional[_Union[_common_pb2.PeriodRef, _Mapping]] = ..., tax_treatment: _Optional[_Union[_common_pb2.TaxTreatment, str]] = ...) -> None: ...

class IssueProformaResponse(_message.Message):
    __slots__ = ("document",)
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    document: Document
    def __init__(self, document: _Optional[_Union[Document, _Mapping]] = ...) -> None: ...

class SendProformaRequest(_message.Message):
    __slots__ = ("document_id", "recipient", "expires_at", "pay_url", "debit_on", "suspend_after")
    DOCUMENT_ID_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    PAY_URL_FIELD_NUMBER: _ClassVar[int]
    DEBIT_ON_FIELD_NUMBER: _ClassVar[int]
    SUSPEND_AFTER_FIELD_NUMBER: _ClassVar[int]
    document_id: str
    recipient: _common_pb2.Recipient
    expires_at: _timestamp_pb2.Timestamp
    pay_url: str
    debit_on: _common_pb2.Date
    suspend_after: _common_pb2.Date
    def __init__(self, document_id: _Optional[str] = ..., recipient: _Optional[_Union[_common_pb2.Recipient, _Mapping]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., pay_url: _Optional[str] = ..., debit_on: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., suspend_after: _Optional[_Union[_common_pb2.Date, _Mapping]] = ...) -> None: ...

class SendProformaResponse(_message.Message):
    __slots__ = ("erased",)
    ERASED_FIELD_NUMBER: _ClassVar[int]
    erased: bool
    def __init__(self, erased: _Optional[bool] = ...) -> None: ...

class IssueInvoiceRequest(_message.Message):
    __slots__ = ("order_id", "account_id", "language", "party", "lines", "totals", "date", "method", "payment_reference", "proforma_number", "period", "tax_treatment", "credit_used", "advance_ids", "unpaid", "paid_by", "shortfall")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    PARTY_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    TOTALS_FIELD_NUMBER: _ClassVar[int]
    DATE_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    PROFORMA_NUMBER_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    TAX_TREATMENT_FIELD_NUMBER: _ClassVar[int]
    CREDIT_USED_FIELD_NUMBER: _ClassVar[int]
    ADVANCE_IDS_FIELD_NUMBER: _ClassVar[int]
    UNPAID_FIELD_NUMBER: _ClassVar[int]
    PAID_BY_FIELD_NUMBER: _ClassVar[int]
    SHORTFALL_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    account_id: str
    language: _common_pb2.Language
    party: _common_pb2.BillingParty
    lines: _containers.RepeatedCompositeFieldContainer[_common_pb2.Line]
    totals: _common_pb2.Totals
    date: _common_pb2.Date
    method: _common_pb2.PaymentMethod
    payment_reference: str
    proforma_number: str
    period: _common_pb2.PeriodRef
    tax_treatment: _common_pb2.TaxTreatment
    credit_used: _common_pb2.Money
    advance_ids: _containers.RepeatedScalarFieldContainer[str]
    unpaid: UnpaidInvoice
    paid_by: _containers.RepeatedCompositeFieldContainer[PaidPart]
    shortfall: _common_pb2.Money
    def __init__(self, order_id: _Optional[str] = ..., account_id: _Optional[str] = ..., language: _Optional[_Union[_common_pb2.Language, str]] = ..., party: _Optional[_Union[_common_pb2.BillingParty, _Mapping]] = ..., lines: _Optional[_Iterable[_Union[_common_pb2.Line, _Mapping]]] = ..., totals: _Optional[_Union[_common_pb2.Totals, _Mapping]] = ..., date: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., method: _Optional[_Union[_common_pb2.PaymentMethod, str]] = ..., payment_reference: _Optional[str] = ..., proforma_number: _Optional[str] = ..., period: _Optional[_Union[_common_pb2.PeriodRef, _Mapping]] = ..., tax_treatment: _Optional[_Union[_common_pb2.TaxTreatment, str]] = ..., credit_used: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., advance_ids: _Optional[_Iterable[str]] = ..., unpaid: _Optional[_Union[UnpaidInvoice, _Mapping]] = ..., paid_by: _Optional[_Iterable[_Union[PaidPart, _Mapping]]] = ..., shortfall: _Optional[_Union[_common_pb2.Money, _Mapping]] = ...) -> None: ...

class PaidPart(_message.Message):
    __slots__ = ("method", "amount", "reference")
    METHOD_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    method: _common_pb2.PaymentMethod
    amount: _common_pb2.Money
    reference: str
    def __init__(self, method: _Optional[_Union[_common_pb2.PaymentMethod, str]] = ..., amount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., reference: _Optional[str] = ...) -> None: ...

class UnpaidInvoice(_message.Message):
    __slots__ = ("due_on", "payment")
    DUE_ON_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_FIELD_NUMBER: _ClassVar[int]
    due_on: _common_pb2.Date
    payment: PaymentTerms
    def __init__(self, due_on: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., payment: _Optional[_Union[PaymentTerms, _Mapping]] = ...) -> None: ...

class RecordInvoicePaidRequest(_message.Message):
    __slots__ = ("document_id", "paid_on")
    DOCUMENT_ID_FIELD_NUMBER: _ClassVar[int]
    PAID_ON_FIELD_NUMBER: _ClassVar[int]
    document_id: str
    paid_on: _common_pb2.Date
    def __init__(self, document_id: _Optional[str] = ..., paid_on: _Optional[_Union[_common_pb2.Date, _Mapping]] = ...) -> None: ...

class RecordInvoicePaidResponse(_message.Message):
    __slots__ = ("document",)
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    document: Document
    def __init__(self, document: _Optional[_Union[Document, _Mapping]] = ...) -> None: ...

class IssueAdvanceInvoiceRequest(_message.Message):
    __slots__ = ("money_entry_id", "order_id", "period", "account_id", "language", "party", "lines", "totals", "tax_treatment", "gross", "date", "method", "payment_reference", "proforma_number")
    MONEY_ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    PARTY_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    TOTALS_FIELD_NUMBER: _ClassVar[int]
    TAX_TREATMENT_FIELD_NUMBER: _ClassVar[int]
    GROSS_FIELD_NUMBER: _ClassVar[int]
    DATE_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    PROFORMA_NUMBER_FIELD_NUMBER: _ClassVar[int]
    money_entry_id: str
    order_id: str
    period: _common_pb2.PeriodRef
    account_id: str
    language: _common_pb2.Language
    party: _common_pb2.BillingParty
    lines: _containers.RepeatedCompositeFieldContainer[_common_pb2.Line]
    totals: _common_pb2.Totals
    tax_treatment: _common_pb2.TaxTreatment
    gross: _common_pb2.Money
    date: _common_pb2.Date
    method: _common_pb2.PaymentMethod
    payment_reference: str
    proforma_number: str
    def __init__(self, money_entry_id: _Optional[str] = ..., order_id: _Optional[str] = ..., period: _Optional[_Union[_common_pb2.PeriodRef, _Mapping]] = ..., account_id: _Optional[str] = ..., language: _Optional[_Union[_common_pb2.Language, str]] = ..., party: _Optional[_Union[_common_pb2.BillingParty, _Mapping]] = ..., lines: _Optional[_Iterable[_Union[_common_pb2.Line, _Mapping]]] = ..., totals: _Optional[_Union[_common_pb2.Totals, _Mapping]] = ..., tax_treatment: _Optional[_Union[_common_pb2.TaxTreatment, str]] = ..., gross: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., date: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., method: _Optional[_Union[_common_pb2.PaymentMethod, str]] = ..., payment_reference: _Optional[str] = ..., proforma_number: _Optional[str] = ...) -> None: ...

class IssueAdvanceInvoiceResponse(_message.Message):
    __slots__ = ("document",)
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    document: Document
    def __init__(self, document: _Optional[_Union[Document, _Mapping]] = ...) -> None: ...

class IssueInvoiceResponse(_message.Message):
    __slots__ = ("document",)
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    document: Document
    def __init__(self, document: _Optional[_Union[Document, _Mapping]] = ...) -> None: ...

class SendInvoiceRequest(_message.Message):
    __slots__ = ("document_id", "recipient", "rest")
    DOCUMENT_ID_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_FIELD_NUMBER: _ClassVar[int]
    REST_FIELD_NUMBER: _ClassVar[int]
    document_id: str
    recipient: _common_pb2.Recipient
    rest: RestToPay
    def __init__(self, document_id: _Optional[str] = ..., recipient: _Optional[_Union[_common_pb2.Recipient, _Mapping]] = ..., rest: _Optional[_Union[RestToPay, _Mapping]] = ...) -> None: ...

class RestToPay(_message.Message):
    __slots__ = ("amount", "holder", "iban", "bic", "reference")
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    HOLDER_FIELD_NUMBER: _ClassVar[int]
    IBAN_FIELD_NUMBER: _ClassVar[int]
    BIC_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    amount: _common_pb2.Money
    holder: str
    iban: str
    bic: str
    reference: str
    def __init__(self, amount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., holder: _Optional[str] = ..., iban: _Optional[str] = ..., bic: _Optional[str] = ..., reference: _Optional[str] = ...) -> None: ...

class SendInvoiceResponse(_message.Message):
    __slots__ = ("erased",)
    ERASED_FIELD_NUMBER: _ClassVar[int]
    erased: bool
    def __init__(self, erased: _Optional[bool] = ...) -> None: ...

class SendCorrectedInvoiceRequest(_message.Message):
    __slots__ = ("document_id", "recipient")
    DOCUMENT_ID_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_FIELD_NUMBER: _ClassVar[int]
    document_id: str
    recipient: _common_pb2.Recipient
    def __init__(self, document_id: _Optional[str] = ..., recipient: _Optional[_Union[_common_pb2.Recipient, _Mapping]] = ...) -> None: ...

class SendCorrectedInvoiceResponse(_message.Message):
    __slots__ = ("due", "erased")
    DUE_FIELD_NUMBER: _ClassVar[int]
    ERASED_FIELD_NUMBER: _ClassVar[int]
    due: bool
    erased: bool
    def __init__(self, due: _Optional[bool] = ..., erased: _Optional[bool] = ...) -> None: ...

class IssueCreditNoteRequest(_message.Message):
    __slots__ = ("credit_id", "invoice_id", "reason", "gross", "cause_date", "refund_method", "served", "steering", "other_refund", "remitted")
    CREDIT_ID_FIELD_NUMBER: _ClassVar[int]
    INVOICE_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    GROSS_FIELD_NUMBER: _ClassVar[int]
    CAUSE_DATE_FIELD_NUMBER: _ClassVar[int]
    REFUND_METHOD_FIELD_NUMBER: _ClassVar[int]
    SERVED_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    OTHER_REFUND_FIELD_NUMBER: _ClassVar[int]
    REMITTED_FIELD_NUMBER: _ClassVar[int]
    credit_id: str
    invoice_id: str
    reason: CreditReason
    gross: _common_pb2.Money
    cause_date: _common_pb2.Date
    refund_method: RefundMethod
    served: ServedDays
    steering: _common_pb2.Steering
    other_refund: RefundPart
    remitted: _common_pb2.Money
    def __init__(self, credit_id: _Optional[str] = ..., invoice_id: _Optional[str] = ..., reason: _Optional[_Union[CreditReason, str]] = ..., gross: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., cause_date: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., refund_method: _Optional[_Union[RefundMethod, str]] = ..., served: _Optional[_Union[ServedDays, _Mapping]] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ..., other_refund: _Optional[_Union[RefundPart, _Mapping]] = ..., remitted: _Optional[_Union[_common_pb2.Money, _Mapping]] = ...) -> None: ...

class IssueCreditNoteResponse(_message.Message):
    __slots__ = ("document",)
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    document: Document
    def __init__(self, document: _Optional[_Union[Document, _Mapping]] = ...) -> None: ...

class SendCreditNoteRequest(_message.Message):
    __slots__ = ("document_id", "recipient")
    DOCUMENT_ID_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_FIELD_NUMBER: _ClassVar[int]
    document_id: str
    recipient: _common_pb2.Recipient
    def __init__(self, document_id: _Optional[str] = ..., recipient: _Optional[_Union[_common_pb2.Recipient, _Mapping]] = ...) -> None: ...

class SendCreditNoteResponse(_message.Message):
    __slots__ = ("erased",)
    ERASED_FIELD_NUMBER: _ClassVar[int]
    erased: bool
    def __init__(self, erased: _Optional[bool] = ...) -> None: ...

class GetInvoicingDocumentRequest(_message.Message):
    __slots__ = ("document_id", "number")
    DOCUMENT_ID_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    document_id: str
    number: str
    def __init__(self, document_id: _Optional[str] = ..., number: _Optional[str] = ...) -> None: ...

class GetInvoicingDocumentResponse(_message.Message):
    __slots__ = ("document",)
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    document: Document
    def __init__(self, document: _Optional[_Union[Document, _Mapping]] = ...) -> None: ...

class ListDocumentsRequest(_message.Message):
    __slots__ = ("account_id", "kind", "page", "transmission_state", "from_date", "to_date")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PAGE_FIELD_NUMBER: _ClassVar[int]
    TRANSMISSION_STATE_FIELD_NUMBER: _ClassVar[int]
    FROM_DATE_FIELD_NUMBER: _ClassVar[int]
    TO_DATE_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    kind: DocumentKind
    page: _common_pb2.PageRequest
    transmission_state: TransmissionState
    from_date: _common_pb2.Date
    to_date: _common_pb2.Date
    def __init__(self, account_id: _Optional[str] = ..., kind: _Optional[_Union[DocumentKind, str]] = ..., page: _Optional[_Union[_common_pb2.PageRequest, _Mapping]] = ..., transmission_state: _Optional[_Union[TransmissionState, str]] = ..., from_date: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., to_date: _Optional[_Union[_common_pb2.Date, _Mapping]] = ...) -> None: ...

class ListDocumentsResponse(_message.Message):
    __slots__ = ("documents", "next_page_token")
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    documents: _containers.RepeatedCompositeFieldContainer[Document]
    next_page_token: str
    def __init__(self, documents: _Optional[_Iterable[_Union[Document, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListInvoicesRequest(_message.Message):
    __slots__ = ("page",)
    PAGE_FIELD_NUMBER: _ClassVar[int]
    page: _common_pb2.PageRequest
    def __init__(self, page: _Optional[_Union[_common_pb2.PageRequest, _Mapping]] = ...) -> None: ...

class ListInvoicesResponse(_message.Message):
    __slots__ = ("invoices", "next_page_token")
    INVOICES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    invoices: _containers.RepeatedCompositeFieldContainer[Document]
    next_page_token: str
    def __init__(self, invoices: _Optional[_Iterable[_Union[Document, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListFiscalDocumentsRequest(_message.Message):
    __slots__ = ("page", "from_date", "to_date")
    PAGE_FIELD_NUMBER: _ClassVar[int]
    FROM_DATE_FIELD_NUMBER: _ClassVar[int]
    TO_DATE_FIELD_NUMBER: _ClassVar[int]
    page: _common_pb2.PageRequest
    from_date: _common_pb2.Date
    to_date: _common_pb2.Date
    def __init__(self, page: _Optional[_Union[_common_pb2.PageRequest, _Mapping]] = ..., from_date: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., to_date: _Optional[_Union[_common_pb2.Date, _Mapping]] = ...) -> None: ...

class ListFiscalDocumentsResponse(_message.Message):
    __slots__ = ("documents", "next_page_token")
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    documents: _containers.RepeatedCompositeFieldContainer[FiscalDocument]
    next_page_token: str
    def __init__(self, documents: _Optional[_Iterable[_Union[FiscalDocument, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class FiscalDocument(_message.Message):
    __slots__ = ("document", "party", "shares", "attempts")
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    PARTY_FIELD_NUMBER: _ClassVar[int]
    SHARES_FIELD_NUMBER: _ClassVar[int]
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    document: Document
    party: _common_pb2.BillingParty
    shares: _containers.RepeatedCompositeFieldContainer[VatShare]
    attempts: _containers.RepeatedCompositeFieldContainer[SentFile]
    def __init__(self, document: _Optional[_Union[Document, _Mapping]] = ..., party: _Optional[_Union[_common_pb2.BillingParty, _Mapping]] = ..., shares: _Optional[_Iterable[_Union[VatShare, _Mapping]]] = ..., attempts: _Optional[_Iterable[_Union[SentFile, _Mapping]]] = ...) -> None: ...

class VatShare(_message.Message):
    __slots__ = ("vat_rate", "nature", "net", "vat")
    VAT_RATE_FIELD_NUMBER: _ClassVar[int]
    NATURE_FIELD_NUMBER: _ClassVar[int]
    NET_FIELD_NUMBER: _ClassVar[int]
    VAT_FIELD_NUMBER: _ClassVar[int]
    vat_rate: str
    nature: str
    net: _common_pb2.Money
    vat: _common_pb2.Money
    def __init__(self, vat_rate: _Optional[str] = ..., nature: _Optional[str] = ..., net: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., vat: _Optional[_Union[_common_pb2.Money, _Mapping]] = ...) -> None: ...

class SentFile(_message.Message):
    __slots__ = ("attempt", "file_name", "sent_at", "outcome", "sdi_identifier", "error_codes", "answered_at", "accepted")
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    SENT_AT_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    SDI_IDENTIFIER_FIELD_NUMBER: _ClassVar[int]
    ERROR_CODES_FIELD_NUMBER: _ClassVar[int]
    ANSWERED_AT_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    attempt: int
    file_name: str
    sent_at: _timestamp_pb2.Timestamp
    outcome: TransmissionState
    sdi_identifier: str
    error_codes: _containers.RepeatedScalarFieldContainer[str]
    answered_at: _timestamp_pb2.Timestamp
    accepted: bool
    def __init__(self, attempt: _Optional[int] = ..., file_name: _Optional[str] = ..., sent_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., outcome: _Optional[_Union[TransmissionState, str]] = ..., sdi_identifier: _Optional[str] = ..., error_codes: _Optional[_Iterable[str]] = ..., answered_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., accepted: _Optional[bool] = ...) -> None: ...

class GetDocumentFileRequest(_message.Message):
    __slots__ = ("document_id", "file_id")
    DOCUMENT_ID_FIELD_NUMBER: _ClassVar[int]
    FILE_ID_FIELD_NUMBER: _ClassVar[int]
    document_id: str
    file_id: str
    def __init__(self, document_id: _Optional[str] = ..., file_id: _Optional[str] = ...) -> None: ...

class GetDocumentFileResponse(_message.Message):
    __slots__ = ("info", "content", "media_type")
    INFO_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    MEDIA_TYPE_FIELD_NUMBER: _ClassVar[int]
    info: FileInfo
    content: bytes
    media_type: str
    def __init__(self, info: _Optional[_Union[FileInfo, _Mapping]] = ..., content: _Optional[bytes] = ..., media_type: _Optional[str] = ...) -> None: ...

class CheckProfileRequest(_message.Message):
    __slots__ = ("party", "tax_treatment")
    PARTY_FIELD_NUMBER: _ClassVar[int]
    TAX_TREATMENT_FIELD_NUMBER: _ClassVar[int]
    party: _common_pb2.BillingParty
    tax_treatment: _common_pb2.TaxTreatment
    def __init__(self, party: _Optional[_Union[_common_pb2.BillingParty, _Mapping]] = ..., tax_treatment: _Optional[_Union[_common_pb2.TaxTreatment, str]] = ...) -> None: ...

class ProfileFinding(_message.Message):
    __slots__ = ("field", "code", "message_it", "message_en")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_IT_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_EN_FIELD_NUMBER: _ClassVar[int]
    field: str
    code: str
    message_it: str
    message_en: str
    def __init__(self, field: _Optional[str] = ..., code: _Optional[str] = ..., message_it: _Optional[str] = ..., message_en: _Optional[str] = ...) -> None: ...

class CheckProfileResponse(_message.Message):
    __slots__ = ("findings",)
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    findings: _containers.RepeatedCompositeFieldContainer[ProfileFinding]
    def __init__(self, findings: _Optional[_Iterable[_Union[ProfileFinding, _Mapping]]] = ...) -> None: ...

class TransmitInvoiceRequest(_message.Message):
    __slots__ = ("invoice_id",)
    INVOICE_ID_FIELD_NUMBER: _ClassVar[int]
    invoice_id: str
    def __init__(self, invoice_id: _Optional[str] = ...) -> None: ...

class Transmission(_message.Message):
    __slots__ = ("invoice_id", "number", "state", "attempt", "file_name", "sent_at", "sdi_identifier", "error_codes", "deadline", "alert_in", "account_id", "order_id", "errors", "overdue", "period", "kind", "abroad", "refund", "refund_method")
    INVOICE_ID_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    SENT_AT_FIELD_NUMBER: _ClassVar[int]
    SDI_IDENTIFIER_FIELD_NUMBER: _ClassVar[int]
    ERROR_CODES_FIELD_NUMBER: _ClassVar[int]
    DEADLINE_FIELD_NUMBER: _ClassVar[int]
    ALERT_IN_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    ERRORS_FIELD_NUMBER: _ClassVar[int]
    OVERDUE_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    ABROAD_FIELD_NUMBER: _ClassVar[int]
    REFUND_FIELD_NUMBER: _ClassVar[int]
    REFUND_METHOD_FIELD_NUMBER: _ClassVar[int]
    invoice_id: str
    number: str
    state: TransmissionState
    attempt: int
    file_name: str
    sent_at: _timestamp_pb2.Timestamp
    sdi_identifier: str
    error_codes: _containers.RepeatedScalarFieldContainer[str]
    deadline: _timestamp_pb2.Timestamp
    alert_in: _duration_pb2.Duration
    account_id: str
    order_id: str
    errors: _containers.RepeatedCompositeFieldContainer[TransmissionError]
    overdue: bool
    period: _common_pb2.PeriodRef
    kind: DocumentKind
    abroad: bool
    refund: _common_pb2.Money
    refund_method: RefundMethod
    def __init__(self, invoice_id: _Optional[str] = ..., number: _Optional[str] = ..., state: _Optional[_Union[TransmissionState, str]] = ..., attempt: _Optional[int] = ..., file_name: _Optional[str] = ..., sent_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., sdi_identifier: _Optional[str] = ..., error_codes: _Optional[_Iterable[str]] = ..., deadline: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., alert_in: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., account_id: _Optional[str] = ..., order_id: _Optional[str] = ..., errors: _Optional[_Iterable[_Union[TransmissionError, _Mapping]]] = ..., overdue: _Optional[bool] = ..., period: _Optional[_Union[_common_pb2.PeriodRef, _Mapping]] = ..., kind: _Optional[_Union[DocumentKind, str]] = ..., abroad: _Optional[bool] = ..., refund: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., refund_method: _Optional[_Union[RefundMethod, str]] = ...) -> None: ...

class TransmissionError(_message.Message):
    __slots__ = ("code", "meaning", "description", "advice")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MEANING_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    ADVICE_FIELD_NUMBER: _ClassVar[int]
    code: str
    meaning: str
    description: str
    advice: str
    def __init__(self, code: _Optional[str] = ..., meaning: _Optional[str] = ..., description: _Optional[str] = ..., advice: _Optional[str] = ...) -> None: ...

class TransmitInvoiceResponse(_message.Message):
    __slots__ = ("transmission",)
    TRANSMISSION_FIELD_NUMBER: _ClassVar[int]
    transmission: Transmission
    def __init__(self, transmission: _Optional[_Union[Transmission, _Mapping]] = ...) -> None: ...

class GetTransmissionRequest(_message.Message):
    __slots__ = ("invoice_id",)
    INVOICE_ID_FIELD_NUMBER: _ClassVar[int]
    invoice_id: str
    def __init__(self, invoice_id: _Optional[str] = ...) -> None: ...

class GetTransmissionResponse(_message.Message):
    __slots__ = ("transmission",)
    TRANSMISSION_FIELD_NUMBER: _ClassVar[int]
    transmission: Transmission
    def __init__(self, transmission: _Optional[_Union[Transmission, _Mapping]] = ...) -> None: ...

class PrepareResendRequest(_message.Message):
    __slots__ = ("request_id", "invoice_id", "party", "steering")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    INVOICE_ID_FIELD_NUMBER: _ClassVar[int]
    PARTY_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    invoice_id: str
    party: _common_pb2.BillingParty
    steering: _common_pb2.Steering
    def __init__(self, request_id: _Optional[str] = ..., invoice_id: _Optional[str] = ..., party: _Optional[_Union[_common_pb2.BillingParty, _Mapping]] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ...) -> None: ...

class PrepareResendResponse(_message.Message):
    __slots__ = ("transmission",)
    TRANSMISSION_FIELD_NUMBER: _ClassVar[int]
    transmission: Transmission
    def __init__(self, transmission: _Optional[_Union[Transmission, _Mapping]] = ...) -> None: ...

class GiveUpTransmissionRequest(_message.Message):
    __slots__ = ("request_id", "invoice_id", "steering")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    INVOICE_ID_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    invoice_id: str
    steering: _common_pb2.Steering
    def __init__(self, request_id: _Optional[str] = ..., invoice_id: _Optional[str] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ...) -> None: ...

class GiveUpTransmissionResponse(_message.Message):
    __slots__ = ("transmission",)
    TRANSMISSION_FIELD_NUMBER: _ClassVar[int]
    transmission: Transmission
    def __init__(self, transmission: _Optional[_Union[Transmission, _Mapping]] = ...) -> None: ...

class PollReceiptsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class PollReceiptsResponse(_message.Message):
    __slots__ = ("messages", "receipts", "unknown")
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    RECEIPTS_FIELD_NUMBER: _ClassVar[int]
    UNKNOWN_FIELD_NUMBER: _ClassVar[int]
    messages: int
    receipts: int
    unknown: int
    def __init__(self, messages: _Optional[int] = ..., receipts: _Optional[int] = ..., unknown: _Optional[int] = ...) -> None: ...

class ListGivenUpInvoicesRequest(_message.Message):
    __slots__ = ("page",)
    PAGE_FIELD_NUMBER: _ClassVar[int]
    page: _common_pb2.PageRequest
    def __init__(self, page: _Optional[_Union[_common_pb2.PageRequest, _Mapping]] = ...) -> None: ...

class GivenUpInvoice(_message.Message):
    __slots__ = ("invoice_id", "number", "date", "error_codes", "given_up_at", "steering", "kind")
    INVOICE_ID_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    DATE_FIELD_NUMBER: _ClassVar[int]
    ERROR_CODES_FIELD_NUMBER: _ClassVar[int]
    GIVEN_UP_AT_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    invoice_id: str
    number: str
    date: _common_pb2.Date
    error_codes: _containers.RepeatedScalarFieldContainer[str]
    given_up_at: _timestamp_pb2.Timestamp
    steering: _common_pb2.Steering
    kind: DocumentKind
    def __init__(self, invoice_id: _Optional[str] = ..., number: _Optional[str] = ..., date: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., error_codes: _Optional[_Iterable[str]] = ..., given_up_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ..., kind: _Optional[_Union[DocumentKind, str]] = ...) -> None: ...

class ListGivenUpInvoicesResponse(_message.Message):
    __slots__ = ("invoices", "next_page_token")
    INVOICES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    invoices: _containers.RepeatedCompositeFieldContainer[GivenUpInvoice]
    next_page_token: str
    def __init__(self, invoices: _Optional[_Iterable[_Union[GivenUpInvoice, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class AuditNumberingRequest(_message.Message):
    __slots__ = ("year",)
    YEAR_FIELD_NUMBER: _ClassVar[int]
    year: int
    def __init__(self, year: _Optional[int] = ...) -> None: ...

class AuditNumberingResponse(_message.Message):
    __slots__ = ("invoices", "violations", "audited_at", "credit_notes", "used_outside")
    INVOICES_FIELD_NUMBER: _ClassVar[int]
    VIOLATIONS_FIELD_NUMBER: _ClassVar[int]
    AUDITED_AT_FIELD_NUMBER: _ClassVar[int]
    CREDIT_NOTES_FIELD_NUMBER: _ClassVar[int]
    USED_OUTSIDE_FIELD_NUMBER: _ClassVar[int]
    invoices: int
    violations: _containers.RepeatedScalarFieldContainer[str]
    audited_at: _timestamp_pb2.Timestamp
    credit_notes: int
    used_outside: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, invoices: _Optional[int] = ..., violations: _Optional[_Iterable[str]] = ..., audited_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., credit_notes: _Optional[int] = ..., used_outside: _Optional[_Iterable[str]] = ...) -> None: ...
