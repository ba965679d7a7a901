import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Language(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LANGUAGE_UNSPECIFIED: _ClassVar[Language]
    LANGUAGE_IT: _ClassVar[Language]
    LANGUAGE_EN: _ClassVar[Language]

class CustomerKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CUSTOMER_KIND_UNSPECIFIED: _ClassVar[CustomerKind]
    CUSTOMER_KIND_PRIVATE: _ClassVar[CustomerKind]
    CUSTOMER_KIND_COMPANY: _ClassVar[CustomerKind]
    CUSTOMER_KIND_RESELLER: _ClassVar[CustomerKind]

class BillingPeriod(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    BILLING_PERIOD_UNSPECIFIED: _ClassVar[BillingPeriod]
    BILLING_PERIOD_MONTHLY: _ClassVar[BillingPeriod]
    BILLING_PERIOD_ANNUAL: _ClassVar[BillingPeriod]

class PaymentMethod(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PAYMENT_METHOD_UNSPECIFIED: _ClassVar[PaymentMethod]
    PAYMENT_METHOD_BANK_TRANSFER: _ClassVar[PaymentMethod]
    PAYMENT_METHOD_ONLINE: _ClassVar[PaymentMethod]
    PAYMENT_METHOD_AUTOMATIC_DEBIT: _ClassVar[PaymentMethod]

class TaxTreatment(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TAX_TREATMENT_UNSPECIFIED: _ClassVar[TaxTreatment]
    TAX_TREATMENT_DOMESTIC: _ClassVar[TaxTreatment]
    TAX_TREATMENT_REVERSE_CHARGE: _ClassVar[TaxTreatment]
    TAX_TREATMENT_OUTSIDE_EU: _ClassVar[TaxTreatment]
    TAX_TREATMENT_OUTSIDE_VAT_TERRITORY: _ClassVar[TaxTreatment]
LANGUAGE_UNSPECIFIED: Language
LANGUAGE_IT: Language
LANGUAGE_EN: Language
CUSTOMER_KIND_UNSPECIFIED: CustomerKind
CUSTOMER_KIND_PRIVATE: CustomerKind
CUSTOMER_KIND_COMPANY: CustomerKind
CUSTOMER_KIND_RESELLER: CustomerKind
BILLING_PERIOD_UNSPECIFIED: BillingPeriod
BILLING_PERIOD_MONTHLY: BillingPeriod
BILLING_PERIOD_ANNUAL: BillingPeriod
PAYMENT_METHOD_UNSPECIFIED: PaymentMethod
PAYMENT_METHOD_BANK_TRANSFER: PaymentMethod
PAYMENT_METHOD_ONLINE: PaymentMethod
PAYMENT_METHOD_AUTOMATIC_DEBIT: PaymentMethod
TAX_TREATMENT_UNSPECIFIED: TaxTreatment
TAX_TREATMENT_DOMESTIC: TaxTreatment
TAX_TREATMENT_REVERSE_CHARGE: TaxTreatment
TAX_TREATMENT_OUTSIDE_EU: TaxTreatment
TAX_TREATMENT_OUTSIDE_VAT_TERRITORY: TaxTreatment

class Money(_message.Message):
    __slots__ = ("minor", "currency")
    MINOR_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    minor: int
    currency: str
    def __init__(self, minor: _Optional[int] = ..., currency: _Optional[str] = ...) -> None: ...

class Date(_message.Message):
    __slots__ = ("year", "month", "day")
    YEAR_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    DAY_FIELD_NUMBER: _ClassVar[int]
    year: int
    month: int
    day: int
    def __init__(self, year: _Optional[int] = ..., month: _Optional[int] = ..., day: _Optional[int] = ...) -> None: ...

class Recipient(_message.Message):
    __slots__ = ("email", "name", "language", "erased")
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    ERASED_FIELD_NUMBER: _ClassVar[int]
    email: str
    name: str
    language: Language
    erased: bool
    def __init__(self, email: _Optional[str] = ..., name: _Optional[str] = ..., language: _Optional[_Union[Language, str]] = ..., erased: _Optional[bool] = ...) -> None: ...

class Subject(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class ClientContext(_message.Message):
    __slots__ = ("ip", "user_agent")
    IP_FIELD_NUMBER: _ClassVar[int]
    USER_AGENT_FIELD_NUMBER: _ClassVar[int]
    ip: str
    user_agent: str
    def __init__(self, ip: _Optional[str] = ..., user_agent: _Optional[str] = ...) -> None: ...

class PeriodRef(_message.Message):
    __slots__ = ("period_id", "subscription_id", "number")
    PERIOD_ID_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIPTION_ID_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    period_id: str
    subscription_id: str
    number: int
    def __init__(self, period_id: _Optional[str] = ..., subscription_id: _Optional[str] = ..., number: _Optional[int] = ...) -> None: ...

class Steering(_message.Message):
    __slots__ = ("actor", "reason_code", "ticket_id", "source")
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    TICKET_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    actor: str
    reason_code: str
    ticket_id: str
    source: str
    def __init__(self, actor: _Optional[str] = ..., reason_code: _Optional[str] = ..., ticket_id: _Optional[str] = ..., source: _Optional[str] = ...) -> None: ...

class PageRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class Address(_message.Message):
    __slots__ = ("street", "postal_code", "city", "province", "country")
    STREET_FIELD_NUMBER: _ClassVar[int]
    POSTAL_CODE_FIELD_NUMBER: _ClassVar[int]
    CITY_FIELD_NUMBER: _ClassVar[int]
    PROVINCE_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_FIELD_NUMBER: _ClassVar[int]
    street: str
    postal_code: str
    city: str
    province: str
    country: str
    def __init__(self, street: _Optional[str] = ..., postal_code: _Optional[str] = ..., city: _Optional[str] = ..., province: _Optional[str] = ..., country: _Optional[str] = ...) -> None: ...

class BillingParty(_message.Message):
    __slots__ = ("kind", "body", "first_name", "last_name", "company_name", "address", "phone", "contact_person", "codice_fiscale", "vat_number", "vat_country", "recipient_code", "pec", "revision")
    KIND_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    FIRST_NAME_FIELD_NUMBER: _ClassVar[int]
    LAST_NAME_FIELD_NUMBER: _ClassVar[int]
    COMPANY_NAME_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    PHONE_FIELD_NUMBER: _ClassVar[int]
    CONTACT_PERSON_FIELD_NUMBER: _ClassVar[int]
    CODICE_FISCALE_FIELD_NUMBER: _ClassVar[int]
    VAT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    VAT_COUNTRY_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_CODE_FIELD_NUMBER: _ClassVar[int]
    PEC_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    kind: CustomerKind
    body: bool
    first_name: str
    last_name: str
    company_name: str
    address: Address
    phone: str
    contact_person: str
    codice_fiscale: str
    vat_number: str
    vat_country: str
    recipient_code: str
    pec: str
    revision: int
    def __init__(self, kind: _Optional[_Union[CustomerKind, str]] = ..., body: _Optional[bool] = ..., first_name: _Optional[str] = ..., last_name: _Optional[str] = ..., company_name: _Optional[str] = ..., address: _Optional[_Union[Address, _Mapping]] = ..., phone: _Optional[str] = ..., contact_person: _Optional[str] = ..., codice_fiscale: _Optional[str] = ..., vat_number: _Optional[str] = ..., vat_country: _Optional[str] = ..., recipient_code: _Optional[str] = ..., pec: _Optional[str] = ..., revision: _Optional[int] = ...) -> None: ...

class Line(_message.Message):
    __slots__ = ("description", "quantity", "unit_price", "net", "vat_rate", "period_start", "period_end", "nature")
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    UNIT_PRICE_FIELD_NUMBER: _ClassVar[int]
    NET_FIELD_NUMBER: _ClassVar[int]
    VAT_RATE_FIELD_NUMBER: _ClassVar[int]
    PERIOD_START_FIELD_NUMBER: _ClassVar[int]
    PERIOD_END_FIELD_NUMBER: _ClassVar[int]
    NATURE_FIELD_NUMBER: _ClassVar[int]
    description: str
    quantity: int
    unit_price: Money
    net: Money
    vat_rate: str
    period_start: Date
    period_end: Date
    nature: str
    def __init__(self, description: _Optional[str] = ..., quantity: _Optional[int] = ..., unit_price: _Optional[_Union[Money, _Mapping]] = ..., net: _Optional[_Union[Money, _Mapping]] = ..., vat_rate: _Optional[str] = ..., period_start: _Optional[_Union[Date, _Mapping]] = ..., period_end: _Optional[_Union[Date, _Mapping]] = ..., nature: _Optional[str] = ...) -> None: ...

class Totals(_message.Message):
    __slots__ = ("net", "vat", "gross")
    NET_FIELD_NUMBER: _ClassVar[int]
    VAT_FIELD_NUMBER: _ClassVar[int]
    GROSS_FIELD_NUMBER: _ClassVar[int]
    net: Money
    vat: Money
    gross: Money
    def __init__(self, net: _Optional[_Union[Money, _Mapping]] = ..., vat: _Optional[_Union[Money, _Mapping]] = ..., gross: _Optional[_Union[Money, _Mapping]] = ...) -> None: ...

class Backlog(_message.Message):
    __slots__ = ("outbox_rows", "oldest")
    OUTBOX_ROWS_FIELD_NUMBER: _ClassVar[int]
    OLDEST_FIELD_NUMBER: _ClassVar[int]
    outbox_rows: int
    oldest: _timestamp_pb2.Timestamp
    def __init__(self, outbox_rows: _Optional[int] = ..., oldest: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
