import datetime

from casella.common.v1 import access_pb2 as _access_pb2
from casella.common.v1 import common_pb2 as _common_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AccessState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ACCESS_STATE_UNSPECIFIED: _ClassVar[AccessState]
    ACCESS_STATE_TRIAL: _ClassVar[AccessState]
    ACCESS_STATE_RESTRICTED: _ClassVar[AccessState]
    ACCESS_STATE_UNLOCKED: _ClassVar[AccessState]
    ACCESS_STATE_SUSPENDED: _ClassVar[AccessState]
    ACCESS_STATE_PURGED: _ClassVar[AccessState]

class MailboxSize(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MAILBOX_SIZE_UNSPECIFIED: _ClassVar[MailboxSize]
    MAILBOX_SIZE_8_GB: _ClassVar[MailboxSize]
    MAILBOX_SIZE_25_GB: _ClassVar[MailboxSize]
    MAILBOX_SIZE_50_GB: _ClassVar[MailboxSize]
    MAILBOX_SIZE_100_GB: _ClassVar[MailboxSize]

class Feature(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FEATURE_UNSPECIFIED: _ClassVar[Feature]
    FEATURE_SENDING: _ClassVar[Feature]
    FEATURE_DOMAINS: _ClassVar[Feature]
    FEATURE_MAILBOXES: _ClassVar[Feature]

class SuspensionCause(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SUSPENSION_CAUSE_UNSPECIFIED: _ClassVar[SuspensionCause]
    SUSPENSION_CAUSE_UNPAID: _ClassVar[SuspensionCause]
    SUSPENSION_CAUSE_ENDED: _ClassVar[SuspensionCause]
    SUSPENSION_CAUSE_WITHDRAWN: _ClassVar[SuspensionCause]
ACCESS_STATE_UNSPECIFIED: AccessState
ACCESS_STATE_TRIAL: AccessState
ACCESS_STATE_RESTRICTED: AccessState
ACCESS_STATE_UNLOCKED: AccessState
ACCESS_STATE_SUSPENDED: AccessState
ACCESS_STATE_PURGED: AccessState
MAILBOX_SIZE_UNSPECIFIED: MailboxSize
MAILBOX_SIZE_8_GB: MailboxSize
MAILBOX_SIZE_25_GB: MailboxSize
MAILBOX_SIZE_50_GB: MailboxSize
MAILBOX_SIZE_100_GB: MailboxSize
FEATURE_UNSPECIFIED: Feature
FEATURE_SENDING: Feature
FEATURE_DOMAINS: Feature
FEATURE_MAILBOXES: Feature
SUSPENSION_CAUSE_UNSPECIFIED: SuspensionCause
SUSPENSION_CAUSE_UNPAID: SuspensionCause
SUSPENSION_CAUSE_ENDED: SuspensionCause
SUSPENSION_CAUSE_WITHDRAWN: SuspensionCause

class Domain(_message.Message):
    __slots__ = ("name", "mailboxes", "added_at", "uncovered")
    NAME_FIELD_NUMBER: _ClassVar[int]
    MAILBOXES_FIELD_NUMBER: _ClassVar[int]
    ADDED_AT_FIELD_NUMBER: _ClassVar[int]
    UNCOVERED_FIELD_NUMBER: _ClassVar[int]
    name: str
    mailboxes: int
    added_at: _timestamp_pb2.Timestamp
    uncovered: bool
    def __init__(self, name: _Optional[str] = ..., mailboxes: _Optional[int] = ..., added_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., uncovered: _Optional[bool] = ...) -> None: ...

class Mailbox(_message.Message):
    __slots__ = ("mailbox_id", "address", "size", "active", "created_at", "options", "uncovered")
    MAILBOX_ID_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    UNCOVERED_FIELD_NUMBER: _ClassVar[int]
    mailbox_id: str
    address: str
    size: MailboxSize
    active: bool
    created_at: _timestamp_pb2.Timestamp
    options: _containers.RepeatedScalarFieldContainer[str]
    uncovered: bool
    def __init__(self, mailbox_id: _Optional[str] = ..., address: _Optional[str] = ..., size: _Optional[_Union[MailboxSize, str]] = ..., active: _Optional[bool] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., options: _Optional[_Iterable[str]] = ..., uncovered: _Optional[bool] = ...) -> None: ...

class MailboxOptions(_message.Message):
    __slots__ = ("codes",)
    CODES_FIELD_NUMBER: _ClassVar[int]
    codes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, codes: _Optional[_Iterable[str]] = ...) -> None: ...

class OptionCount(_message.Message):
    __slots__ = ("code", "mailboxes")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MAILBOXES_FIELD_NUMBER: _ClassVar[int]
    code: str
    mailboxes: int
    def __init__(self, code: _Optional[str] = ..., mailboxes: _Optional[int] = ...) -> None: ...

class Allowance(_message.Message):
    __slots__ = ("account_id", "state", "max_domains", "max_mailboxes", "max_size", "messages_per_day", "recipients_per_day", "domains", "mailboxes", "empty_domains", "features_off", "order_id", "sizes", "places", "account_messages_per_day", "account_recipients_per_day", "options", "option_places", "uncovered_mailboxes", "uncovered_domains", "new_contract")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    MAX_DOMAINS_FIELD_NUMBER: _ClassVar[int]
    MAX_MAILBOXES_FIELD_NUMBER: _ClassVar[int]
    MAX_SIZE_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_PER_DAY_FIELD_NUMBER: _ClassVar[int]
    RECIPIENTS_PER_DAY_FIELD_NUMBER: _ClassVar[int]
    DOMAINS_FIELD_NUMBER: _ClassVar[int]
    MAILBOXES_FIELD_NUMBER: _ClassVar[int]
    EMPTY_DOMAINS_FIELD_NUMBER: _ClassVar[int]
    FEATURES_OFF_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    SIZES_FIELD_NUMBER: _ClassVar[int]
    PLACES_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_MESSAGES_PER_DAY_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_RECIPIENTS_PER_DAY_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    OPTION_PLACES_FIELD_NUMBER: _ClassVar[int]
    UNCOVERED_MAILBOXES_FIELD_NUMBER: _ClassVar[int]
    UNCOVERED_DOMAINS_FIELD_NUMBER: _ClassVar[int]
    NEW_CONTRACT_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    state: AccessState
    max_domains: int
    max_mailboxes: int
    max_size: MailboxSize
    messages_per_day: int
    recipients_per_day: int
    domains: int
    mailboxes: int
    empty_domains: int
    features_off: _containers.RepeatedScalarFieldContainer[Feature]
    order_id: str
    sizes: _containers.RepeatedCompositeFieldContainer[SizeCount]
    places: _containers.RepeatedCompositeFieldContainer[SizeCount]
    account_messages_per_day: int
    account_recipients_per_day: int
    options: _containers.RepeatedCompositeFieldContainer[OptionCount]
    option_places: _containers.RepeatedCompositeFieldContainer[OptionCount]
    uncovered_mailboxes: int
    uncovered_domains: int
    new_contract: bool
    def __init__(self, account_id: _Optional[str] = ..., state: _Optional[_Union[AccessState, str]] = ..., max_domains: _Optional[int] = ..., max_mailboxes: _Optional[int] = ..., max_size: _Optional[_Union[MailboxSize, str]] = ..., messages_per_day: _Optional[int] = ..., recipients_per_day: _Optional[int] = ..., domains: _Optional[int] = ..., mailboxes: _Optional[int] = ..., empty_domains: _Optional[int] = ..., features_off: _Optional[_Iterable[_Union[Feature, str]]] = ..., order_id: _Optional[str] = ..., sizes: _Optional[_Iterable[_Union[SizeCount, _Mapping]]] = ..., places: _Optional[_Iterable[_Union[SizeCount, _Mapping]]] = ..., account_messages_per_day: _Optional[int] = ..., account_recipients_per_day: _Optional[int] = ..., options: _Optional[_Iterable[_Union[OptionCount, _Mapping]]] = ..., option_places: _Optional[_Iterable[_Union[OptionCount, _Mapping]]] = ..., uncovered_mailboxes: _Optional[int] = ..., uncovered_domains: _Optional[int] = ..., new_contract: _Optional[bool] = ...) -> None: ...

class AddDomainRequest(_message.Message):
    __slots__ = ("request_id", "account_id", "name")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    account_id: str
    name: str
    def __init__(self, request_id: _Optional[str] = ..., account_id: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class AddDomainResponse(_message.Message):
    __slots__ = ("domain",)
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    domain: Domain
    def __init__(self, domain: _Optional[_Union[Domain, _Mapping]] = ...) -> None: ...

class RemoveDomainRequest(_message.Message):
    __slots__ = ("request_id", "account_id", "name")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    account_id: str
    name: str
    def __init__(self, request_id: _Optional[str] = ..., account_id: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class RemoveDomainResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListDomainsRequest(_message.Message):
    __slots__ = ("account_id", "page")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    page: _common_pb2.PageRequest
    def __init__(self, account_id: _Optional[str] = ..., page: _Optional[_Union[_common_pb2.PageRequest, _Mapping]] = ...) -> None: ...

class ListDomainsResponse(_message.Message):
    __slots__ = ("domains", "next_page_token")
    DOMAINS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    domains: _containers.RepeatedCompositeFieldContainer[Domain]
    next_page_token: str
    def __init__(self, domains: _Optional[_Iterable[_Union[Domain, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CreateMailboxRequest(_message.Message):
    __slots__ = ("request_id", "account_id", "address", "password", "size", "options")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    account_id: str
    address: str
    password: str
    size: MailboxSize
    options: MailboxOptions
    def __init__(self, request_id: _Optional[str] = ..., account_id: _Optional[str] = ..., address: _Optional[str] = ..., password: _Optional[str] = ..., size: _Optional[_Union[MailboxSize, str]] = ..., options: _Optional[_Union[MailboxOptions, _Mapping]] = ...) -> None: ...

class CreateMailboxResponse(_message.Message):
    __slots__ = ("mailbox",)
    MAILBOX_FIELD_NUMBER: _ClassVar[int]
    mailbox: Mailbox
    def __init__(self, mailbox: _Optional[_Union[Mailbox, _Mapping]] = ...) -> None: ...

class UpdateMailboxRequest(_message.Message):
    __slots__ = ("request_id", "mailbox_id", "password", "size", "active", "options")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MAILBOX_ID_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    mailbox_id: str
    password: str
    size: MailboxSize
    active: bool
    options: MailboxOptions
    def __init__(self, request_id: _Optional[str] = ..., mailbox_id: _Optional[str] = ..., password: _Optional[str] = ..., size: _Optional[_Union[MailboxSize, str]] = ..., active: _Optional[bool] = ..., options: _Optional[_Union[MailboxOptions, _Mapping]] = ...) -> None: ...

class UpdateMailboxResponse(_message.Message):
    __slots__ = ("mailbox",)
    MAILBOX_FIELD_NUMBER: _ClassVar[int]
    mailbox: Mailbox
    def __init__(self, mailbox: _Optional[_Union[Mailbox, _Mapping]] = ...) -> None: ...

class DeleteMailboxRequest(_message.Message):
    __slots__ = ("request_id", "mailbox_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MAILBOX_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    mailbox_id: str
    def __init__(self, request_id: _Optional[str] = ..., mailbox_id: _Optional[str] = ...) -> None: ...

class DeleteMailboxResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListMailboxesRequest(_message.Message):
    __slots__ = ("account_id", "domain", "page")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    PAGE_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    domain: str
    page: _common_pb2.PageRequest
    def __init__(self, account_id: _Optional[str] = ..., domain: _Optional[str] = ..., page: _Optional[_Union[_common_pb2.PageRequest, _Mapping]] = ...) -> None: ...

class ListMailboxesResponse(_message.Message):
    __slots__ = ("mailboxes", "next_page_token")
    MAILBOXES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    mailboxes: _containers.RepeatedCompositeFieldContainer[Mailbox]
    next_page_token: str
    def __init__(self, mailboxes: _Optional[_Iterable[_Union[Mailbox, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetAllowanceRequest(_message.Message):
    __slots__ = ("account_id",)
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    def __init__(self, account_id: _Optional[str] = ...) -> None: ...

class GetAllowanceResponse(_message.Message):
    __slots__ = ("allowance",)
    ALLOWANCE_FIELD_NUMBER: _ClassVar[int]
    allowance: Allowance
    def __init__(self, allowance: _Optional[_Union[Allowance, _Mapping]] = ...) -> None: ...

class RecordSendRequest(_message.Message):
    __slots__ = ("request_id", "address", "recipients")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    RECIPIENTS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    address: str
    recipients: int
    def __init__(self, request_id: _Optional[str] = ..., address: _Optional[str] = ..., recipients: _Optional[int] = ...) -> None: ...

class RecordSendResponse(_message.Message):
    __slots__ = ("messages_left", "recipients_left")
    MESSAGES_LEFT_FIELD_NUMBER: _ClassVar[int]
    RECIPIENTS_LEFT_FIELD_NUMBER: _ClassVar[int]
    messages_left: int
    recipients_left: int
    def __init__(self, messages_left: _Optional[int] = ..., recipients_left: _Optional[int] = ...) -> None: ...

class GetUsageRequest(_message.Message):
    __slots__ = ("account_id", "first", "last")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    LAST_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    first: _common_pb2.Date
    last: _common_pb2.Date
    def __init__(self, account_id: _Optional[str] = ..., first: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., last: _Optional[_Union[_common_pb2.Date, _Mapping]] = ...) -> None: ...

class SizeCount(_message.Message):
    __slots__ = ("size", "mailboxes")
    SIZE_FIELD_NUMBER: _ClassVar[int]
    MAILBOXES_FIELD_NUMBER: _ClassVar[int]
    size: MailboxSize
    mailboxes: int
    def __init__(self, size: _Optional[_Union[MailboxSize, str]] = ..., mailboxes: _Optional[int] = ...) -> None: ...

class DayUsage(_message.Message):
    __slots__ = ("day", "sizes", "empty_domains", "options")
    DAY_FIELD_NUMBER: _ClassVar[int]
    SIZES_FIELD_NUMBER: _ClassVar[int]
    EMPTY_DOMAINS_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    day: _common_pb2.Date
    sizes: _containers.RepeatedCompositeFieldContainer[SizeCount]
    empty_domains: int
    options: _containers.RepeatedCompositeFieldContainer[OptionCount]
    def __init__(self, day: _Optional[_Union[_common_pb2.Date, _Mapping]] = ..., sizes: _Optional[_Iterable[_Union[SizeCount, _Mapping]]] = ..., empty_domains: _Optional[int] = ..., options: _Optional[_Iterable[_Union[OptionCount, _Mapping]]] = ...) -> None: ...

class GetUsageResponse(_message.Message):
    __slots__ = ("days",)
    DAYS_FIELD_NUMBER: _ClassVar[int]
    days: _containers.RepeatedCompositeFieldContainer[DayUsage]
    def __init__(self, days: _Optional[_Iterable[_Union[DayUsage, _Mapping]]] = ...) -> None: ...

class OpenAccountRequest(_message.Message):
    __slots__ = ("account_id",)
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    def __init__(self, account_id: _Optional[str] = ...) -> None: ...

class OpenAccountResponse(_message.Message):
    __slots__ = ("allowance",)
    ALLOWANCE_FIELD_NUMBER: _ClassVar[int]
    allowance: Allowance
    def __init__(self, allowance: _Optional[_Union[Allowance, _Mapping]] = ...) -> None: ...

class RestrictAccountRequest(_message.Message):
    __slots__ = ("account_id",)
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    def __init__(self, account_id: _Optional[str] = ...) -> None: ...

class RestrictAccountResponse(_message.Message):
    __slots__ = ("allowance",)
    ALLOWANCE_FIELD_NUMBER: _ClassVar[int]
    allowance: Allowance
    def __init__(self, allowance: _Optional[_Union[Allowance, _Mapping]] = ...) -> None: ...

class ReopenAccountRequest(_message.Message):
    __slots__ = ("account_id",)
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    def __init__(self, account_id: _Optional[str] = ...) -> None: ...

class ReopenAccountResponse(_message.Message):
    __slots__ = ("allowance",)
    ALLOWANCE_FIELD_NUMBER: _ClassVar[int]
    allowance: Allowance
    def __init__(self, allowance: _Optional[_Union[Allowance, _Mapping]] = ...) -> None: ...

class OrderedMailboxes(_message.Message):
    __slots__ = ("size", "mailboxes", "options")
    SIZE_FIELD_NUMBER: _ClassVar[int]
    MAILBOXES_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    size: MailboxSize
    mailboxes: int
    options: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, size: _Optional[_Union[MailboxSize, str]] = ..., mailboxes: _Optional[int] = ..., options: _Optional[_Iterable[str]] = ...) -> None: ...

class UnlockAccountRequest(_message.Message):
    __slots__ = ("account_id", "order_id", "billing", "mailboxes", "sizes", "addition", "ordered")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    BILLING_FIELD_NUMBER: _ClassVar[int]
    MAILBOXES_FIELD_NUMBER: _ClassVar[int]
    SIZES_FIELD_NUMBER: _ClassVar[int]
    ADDITION_FIELD_NUMBER: _ClassVar[int]
    ORDERED_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    order_id: str
    billing: _common_pb2.BillingPeriod
    mailboxes: int
    sizes: _containers.RepeatedCompositeFieldContainer[SizeCount]
    addition: bool
    ordered: _containers.RepeatedCompositeFieldContainer[OrderedMailboxes]
    def __init__(self, account_id: _Optional[str] = ..., order_id: _Optional[str] = ..., billing: _Optional[_Union[_common_pb2.BillingPeriod, str]] = ..., mailboxes: _Optional[int] = ..., sizes: _Optional[_Iterable[_Union[SizeCount, _Mapping]]] = ..., addition: _Optional[bool] = ..., ordered: _Optional[_Iterable[_Union[OrderedMailboxes, _Mapping]]] = ...) -> None: ...

class UnlockAccountResponse(_message.Message):
    __slots__ = ("allowance", "unlocked_at")
    ALLOWANCE_FIELD_NUMBER: _ClassVar[int]
    UNLOCKED_AT_FIELD_NUMBER: _ClassVar[int]
    allowance: Allowance
    unlocked_at: _timestamp_pb2.Timestamp
    def __init__(self, allowance: _Optional[_Union[Allowance, _Mapping]] = ..., unlocked_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class TakeBackPlacesRequest(_message.Message):
    __slots__ = ("account_id", "order_id", "sizes", "ordered")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    SIZES_FIELD_NUMBER: _ClassVar[int]
    ORDERED_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    order_id: str
    sizes: _containers.RepeatedCompositeFieldContainer[SizeCount]
    ordered: _containers.RepeatedCompositeFieldContainer[OrderedMailboxes]
    def __init__(self, account_id: _Optional[str] = ..., order_id: _Optional[str] = ..., sizes: _Optional[_Iterable[_Union[SizeCount, _Mapping]]] = ..., ordered: _Optional[_Iterable[_Union[OrderedMailboxes, _Mapping]]] = ...) -> None: ...

class TakeBackPlacesResponse(_message.Message):
    __slots__ = ("allowance",)
    ALLOWANCE_FIELD_NUMBER: _ClassVar[int]
    allowance: Allowance
    def __init__(self, allowance: _Optional[_Union[Allowance, _Mapping]] = ...) -> None: ...

class ConfirmContractRequest(_message.Message):
    __slots__ = ("request_id", "account_id", "steering")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    account_id: str
    steering: _common_pb2.Steering
    def __init__(self, request_id: _Optional[str] = ..., account_id: _Optional[str] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ...) -> None: ...

class ConfirmContractResponse(_message.Message):
    __slots__ = ("allowance",)
    ALLOWANCE_FIELD_NUMBER: _ClassVar[int]
    allowance: Allowance
    def __init__(self, allowance: _Optional[_Union[Allowance, _Mapping]] = ...) -> None: ...

class SuspendAccountRequest(_message.Message):
    __slots__ = ("account_id", "steering", "request_id", "cause")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    steering: _common_pb2.Steering
    request_id: str
    cause: SuspensionCause
    def __init__(self, account_id: _Optional[str] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ..., request_id: _Optional[str] = ..., cause: _Optional[_Union[SuspensionCause, str]] = ...) -> None: ...

class SuspendAccountResponse(_message.Message):
    __slots__ = ("allowance",)
    ALLOWANCE_FIELD_NUMBER: _ClassVar[int]
    allowance: Allowance
    def __init__(self, allowance: _Optional[_Union[Allowance, _Mapping]] = ...) -> None: ...

class ResumeAccountRequest(_message.Message):
    __slots__ = ("account_id", "steering", "request_id")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    steering: _common_pb2.Steering
    request_id: str
    def __init__(self, account_id: _Optional[str] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class ResumeAccountResponse(_message.Message):
    __slots__ = ("allowance",)
    ALLOWANCE_FIELD_NUMBER: _ClassVar[int]
    allowance: Allowance
    def __init__(self, allowance: _Optional[_Union[Allowance, _Mapping]] = ...) -> None: ...

class PurgeAccountRequest(_message.Message):
    __slots__ = ("account_id", "contract_ended")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    CONTRACT_ENDED_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    contract_ended: bool
    def __init__(self, account_id: _Optional[str] = ..., contract_ended: _Optional[bool] = ...) -> None: ...

class PurgeAccountResponse(_message.Message):
    __slots__ = ("domains_removed", "mailboxes_removed")
    DOMAINS_REMOVED_FIELD_NUMBER: _ClassVar[int]
    MAILBOXES_REMOVED_FIELD_NUMBER: _ClassVar[int]
    domains_removed: int
    mailboxes_removed: int
    def __init__(self, domains_removed: _Optional[int] = ..., mailboxes_removed: _Optional[int] = ...) -> None: ...

class ProvePurgedRequest(_message.Message):
    __slots__ = ("account_id",)
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    def __init__(self, account_id: _Optional[str] = ...) -> None: ...

class ProvePurgedResponse(_message.Message):
    __slots__ = ("domains", "mailboxes", "mailboxes_in_mail_system", "purged_at")
    DOMAINS_FIELD_NUMBER: _ClassVar[int]
    MAILBOXES_FIELD_NUMBER: _ClassVar[int]
    MAILBOXES_IN_MAIL_SYSTEM_FIELD_NUMBER: _ClassVar[int]
    PURGED_AT_FIELD_NUMBER: _ClassVar[int]
    domains: int
    mailboxes: int
    mailboxes_in_mail_system: int
    purged_at: _timestamp_pb2.Timestamp
    def __init__(self, domains: _Optional[int] = ..., mailboxes: _Optional[int] = ..., mailboxes_in_mail_system: _Optional[int] = ..., purged_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SetFeatureRequest(_message.Message):
    __slots__ = ("request_id", "account_id", "feature", "off", "steering")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    FEATURE_FIELD_NUMBER: _ClassVar[int]
    OFF_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    account_id: str
    feature: Feature
    off: bool
    steering: _common_pb2.Steering
    def __init__(self, request_id: _Optional[str] = ..., account_id: _Optional[str] = ..., feature: _Optional[_Union[Feature, str]] = ..., off: _Optional[bool] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ...) -> None: ...

class SetFeatureResponse(_message.Message):
    __slots__ = ("allowance",)
    ALLOWANCE_FIELD_NUMBER: _ClassVar[int]
    allowance: Allowance
    def __init__(self, allowance: _Optional[_Union[Allowance, _Mapping]] = ...) -> None: ...
