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

class TicketKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TICKET_KIND_UNSPECIFIED: _ClassVar[TicketKind]
    TICKET_KIND_QUESTION: _ClassVar[TicketKind]
    TICKET_KIND_BILLING: _ClassVar[TicketKind]
    TICKET_KIND_PROFILE_DELETION: _ClassVar[TicketKind]

class TicketState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TICKET_STATE_UNSPECIFIED: _ClassVar[TicketState]
    TICKET_STATE_OPEN: _ClassVar[TicketState]
    TICKET_STATE_ANSWERED: _ClassVar[TicketState]
    TICKET_STATE_CLOSED: _ClassVar[TicketState]
TICKET_KIND_UNSPECIFIED: TicketKind
TICKET_KIND_QUESTION: TicketKind
TICKET_KIND_BILLING: TicketKind
TICKET_KIND_PROFILE_DELETION: TicketKind
TICKET_STATE_UNSPECIFIED: TicketState
TICKET_STATE_OPEN: TicketState
TICKET_STATE_ANSWERED: TicketState
TICKET_STATE_CLOSED: TicketState

class TicketMessage(_message.Message):
    __slots__ = ("message_id", "from_provider", "text", "at")
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_PROVIDER_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    message_id: str
    from_provider: bool
    text: str
    at: _timestamp_pb2.Timestamp
    def __init__(self, message_id: _Optional[str] = ..., from_provider: _Optional[bool] = ..., text: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Ticket(_message.Message):
    __slots__ = ("ticket_id", "account_id", "kind", "subject", "state", "opened_at", "closed_at", "messages")
    TICKET_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    OPENED_AT_FIELD_NUMBER: _ClassVar[int]
    CLOSED_AT_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    ticket_id: str
    account_id: str
    kind: TicketKind
    subject: str
    state: TicketState
    opened_at: _timestamp_pb2.Timestamp
    closed_at: _timestamp_pb2.Timestamp
    messages: _containers.RepeatedCompositeFieldContainer[TicketMessage]
    def __init__(self, ticket_id: _Optional[str] = ..., account_id: _Optional[str] = ..., kind: _Optional[_Union[TicketKind, str]] = ..., subject: _Optional[str] = ..., state: _Optional[_Union[TicketState, str]] = ..., opened_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., closed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., messages: _Optional[_Iterable[_Union[TicketMessage, _Mapping]]] = ...) -> None: ...

class OpenTicketRequest(_message.Message):
    __slots__ = ("request_id", "account_id", "kind", "subject", "text", "erasure_notice_hash")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    ERASURE_NOTICE_HASH_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    account_id: str
    kind: TicketKind
    subject: str
    text: str
    erasure_notice_hash: str
    def __init__(self, request_id: _Optional[str] = ..., account_id: _Optional[str] = ..., kind: _Optional[_Union[TicketKind, str]] = ..., subject: _Optional[str] = ..., text: _Optional[str] = ..., erasure_notice_hash: _Optional[str] = ...) -> None: ...

class OpenTicketResponse(_message.Message):
    __slots__ = ("ticket",)
    TICKET_FIELD_NUMBER: _ClassVar[int]
    ticket: Ticket
    def __init__(self, ticket: _Optional[_Union[Ticket, _Mapping]] = ...) -> None: ...

class AnswerTicketRequest(_message.Message):
    __slots__ = ("request_id", "ticket_id", "text", "recipient")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TICKET_ID_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    ticket_id: str
    text: str
    recipient: _common_pb2.Recipient
    def __init__(self, request_id: _Optional[str] = ..., ticket_id: _Optional[str] = ..., text: _Optional[str] = ..., recipient: _Optional[_Union[_common_pb2.Recipient, _Mapping]] = ...) -> None: ...

class AnswerTicketResponse(_message.Message):
    __slots__ = ("ticket",)
    TICKET_FIELD_NUMBER: _ClassVar[int]
    ticket: Ticket
    def __init__(self, ticket: _Optional[_Union[Ticket, _Mapping]] = ...) -> None: ...

class CloseTicketRequest(_message.Message):
    __slots__ = ("request_id", "ticket_id", "recipient")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TICKET_ID_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    ticket_id: str
    recipient: _common_pb2.Recipient
    def __init__(self, request_id: _Optional[str] = ..., ticket_id: _Optional[str] = ..., recipient: _Optional[_Union[_common_pb2.Recipient, _Mapping]] = ...) -> None: ...

class CloseTicketResponse(_message.Message):
    __slots__ = ("ticket",)
    TICKET_FIELD_NUMBER: _ClassVar[int]
    ticket: Ticket
    def __init__(self, ticket: _Optional[_Union[Ticket, _Mapping]] = ...) -> None: ...

class GetTicketRequest(_message.Message):
    __slots__ = ("ticket_id",)
    TICKET_ID_FIELD_NUMBER: _ClassVar[int]
    ticket_id: str
    def __init__(self, ticket_id: _Optional[str] = ...) -> None: ...

class GetTicketResponse(_message.Message):
    __slots__ = ("ticket",)
    TICKET_FIELD_NUMBER: _ClassVar[int]
    ticket: Ticket
    def __init__(self, ticket: _Optional[_Union[Ticket, _Mapping]] = ...) -> None: ...

class ListTicketsRequest(_message.Message):
    __slots__ = ("account_id", "state", "page")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PAGE_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    state: TicketState
    page: _common_pb2.PageRequest
    def __init__(self, account_id: _Optional[str] = ..., state: _Optional[_Union[TicketState, str]] = ..., page: _Optional[_Union[_common_pb2.PageRequest, _Mapping]] = ...) -> None: ...

class ListTicketsResponse(_message.Message):
    __slots__ = ("tickets", "next_page_token")
    TICKETS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    tickets: _containers.RepeatedCompositeFieldContainer[Ticket]
    next_page_token: str
    def __init__(self, tickets: _Optional[_Iterable[_Union[Ticket, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
