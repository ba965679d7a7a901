import datetime

from casella.common.v1 import access_pb2 as _access_pb2
from casella.common.v1 import common_pb2 as _common_pb2
from casella.common.v1 import erasure_pb2 as _erasure_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ErasureCause(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ERASURE_CAUSE_UNSPECIFIED: _ClassVar[ErasureCause]
    ERASURE_CAUSE_ASKED: _ClassVar[ErasureCause]
    ERASURE_CAUSE_NEVER_PAID: _ClassVar[ErasureCause]
    ERASURE_CAUSE_RESTORED: _ClassVar[ErasureCause]

class ErasureState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ERASURE_STATE_UNSPECIFIED: _ClassVar[ErasureState]
    ERASURE_STATE_WAITING: _ClassVar[ErasureState]
    ERASURE_STATE_APPROVED: _ClassVar[ErasureState]
    ERASURE_STATE_REFUSED: _ClassVar[ErasureState]
    ERASURE_STATE_WITHDRAWN: _ClassVar[ErasureState]
    ERASURE_STATE_ERASED: _ClassVar[ErasureState]
ERASURE_CAUSE_UNSPECIFIED: ErasureCause
ERASURE_CAUSE_ASKED: ErasureCause
ERASURE_CAUSE_NEVER_PAID: ErasureCause
ERASURE_CAUSE_RESTORED: ErasureCause
ERASURE_STATE_UNSPECIFIED: ErasureState
ERASURE_STATE_WAITING: ErasureState
ERASURE_STATE_APPROVED: ErasureState
ERASURE_STATE_REFUSED: ErasureState
ERASURE_STATE_WITHDRAWN: ErasureState
ERASURE_STATE_ERASED: ErasureState

class Erasure(_message.Message):
    __slots__ = ("erasure_id", "account_id", "cause", "state", "ticket_id", "notice_hash", "requested_at", "warn_at", "answer_by", "decided_at", "reason_code", "told_at", "told_message_id", "email_skipped", "erased_at", "proof")
    ERASURE_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    TICKET_ID_FIELD_NUMBER: _ClassVar[int]
    NOTICE_HASH_FIELD_NUMBER: _ClassVar[int]
    REQUESTED_AT_FIELD_NUMBER: _ClassVar[int]
    WARN_AT_FIELD_NUMBER: _ClassVar[int]
    ANSWER_BY_FIELD_NUMBER: _ClassVar[int]
    DECIDED_AT_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    TOLD_AT_FIELD_NUMBER: _ClassVar[int]
    TOLD_MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    EMAIL_SKIPPED_FIELD_NUMBER: _ClassVar[int]
    ERASED_AT_FIELD_NUMBER: _ClassVar[int]
    PROOF_FIELD_NUMBER: _ClassVar[int]
    erasure_id: str
    account_id: str
    cause: ErasureCause
    state: ErasureState
    ticket_id: str
    notice_hash: str
    requested_at: _timestamp_pb2.Timestamp
    warn_at: _timestamp_pb2.Timestamp
    answer_by: _timestamp_pb2.Timestamp
    decided_at: _timestamp_pb2.Timestamp
    reason_code: str
    told_at: _timestamp_pb2.Timestamp
    told_message_id: str
    email_skipped: bool
    erased_at: _timestamp_pb2.Timestamp
    proof: _containers.RepeatedCompositeFieldContainer[_erasure_pb2.ErasedData]
    def __init__(self, erasure_id: _Optional[str] = ..., account_id: _Optional[str] = ..., cause: _Optional[_Union[ErasureCause, str]] = ..., state: _Optional[_Union[ErasureState, str]] = ..., ticket_id: _Optional[str] = ..., notice_hash: _Optional[str] = ..., requested_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., warn_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., answer_by: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., decided_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason_code: _Optional[str] = ..., told_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., told_message_id: _Optional[str] = ..., email_skipped: _Optional[bool] = ..., erased_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., proof: _Optional[_Iterable[_Union[_erasure_pb2.ErasedData, _Mapping]]] = ...) -> None: ...

class GetErasureNoticeRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ErasureNotice(_message.Message):
    __slots__ = ("language", "text")
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    language: _common_pb2.Language
    text: str
    def __init__(self, language: _Optional[_Union[_common_pb2.Language, str]] = ..., text: _Optional[str] = ...) -> None: ...

class GetErasureNoticeResponse(_message.Message):
    __slots__ = ("hash", "notices")
    HASH_FIELD_NUMBER: _ClassVar[int]
    NOTICES_FIELD_NUMBER: _ClassVar[int]
    hash: str
    notices: _containers.RepeatedCompositeFieldContainer[ErasureNotice]
    def __init__(self, hash: _Optional[str] = ..., notices: _Optional[_Iterable[_Union[ErasureNotice, _Mapping]]] = ...) -> None: ...

class GetErasureRequest(_message.Message):
    __slots__ = ("account_id",)
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    def __init__(self, account_id: _Optional[str] = ...) -> None: ...

class GetErasureResponse(_message.Message):
    __slots__ = ("erasure",)
    ERASURE_FIELD_NUMBER: _ClassVar[int]
    erasure: Erasure
    def __init__(self, erasure: _Optional[_Union[Erasure, _Mapping]] = ...) -> None: ...

class ListOpenErasuresRequest(_message.Message):
    __slots__ = ("page",)
    PAGE_FIELD_NUMBER: _ClassVar[int]
    page: _common_pb2.PageRequest
    def __init__(self, page: _Optional[_Union[_common_pb2.PageRequest, _Mapping]] = ...) -> None: ...

class ListOpenErasuresResponse(_message.Message):
    __slots__ = ("erasures", "next_page_token")
    ERASURES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    erasures: _containers.RepeatedCompositeFieldContainer[Erasure]
    next_page_token: str
    def __init__(self, erasures: _Optional[_Iterable[_Union[Erasure, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class DecideErasureRequest(_message.Message):
    __slots__ = ("request_id", "erasure_id", "approve", "steering", "recipient", "account_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ERASURE_ID_FIELD_NUMBER: _ClassVar[int]
    APPROVE_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    erasure_id: str
    approve: bool
    steering: _common_pb2.Steering
    recipient: _common_pb2.Recipient
    account_id: str
    def __init__(self, request_id: _Optional[str] = ..., erasure_id: _Optional[str] = ..., approve: _Optional[bool] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ..., recipient: _Optional[_Union[_common_pb2.Recipient, _Mapping]] = ..., account_id: _Optional[str] = ...) -> None: ...

class DecideErasureResponse(_message.Message):
    __slots__ = ("erasure",)
    ERASURE_FIELD_NUMBER: _ClassVar[int]
    erasure: Erasure
    def __init__(self, erasure: _Optional[_Union[Erasure, _Mapping]] = ...) -> None: ...

class BeginDueErasureRequest(_message.Message):
    __slots__ = ("account_id",)
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    def __init__(self, account_id: _Optional[str] = ...) -> None: ...

class BeginDueErasureResponse(_message.Message):
    __slots__ = ("erasure",)
    ERASURE_FIELD_NUMBER: _ClassVar[int]
    erasure: Erasure
    def __init__(self, erasure: _Optional[_Union[Erasure, _Mapping]] = ...) -> None: ...

class RepeatErasureRequest(_message.Message):
    __slots__ = ("account_id", "steering")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    steering: _common_pb2.Steering
    def __init__(self, account_id: _Optional[str] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ...) -> None: ...

class RepeatErasureResponse(_message.Message):
    __slots__ = ("erasure",)
    ERASURE_FIELD_NUMBER: _ClassVar[int]
    erasure: Erasure
    def __init__(self, erasure: _Optional[_Union[Erasure, _Mapping]] = ...) -> None: ...

class ConfirmErasureRequest(_message.Message):
    __slots__ = ("erasure_id", "recipient", "invoices_kept", "account_id")
    ERASURE_ID_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_FIELD_NUMBER: _ClassVar[int]
    INVOICES_KEPT_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    erasure_id: str
    recipient: _common_pb2.Recipient
    invoices_kept: bool
    account_id: str
    def __init__(self, erasure_id: _Optional[str] = ..., recipient: _Optional[_Union[_common_pb2.Recipient, _Mapping]] = ..., invoices_kept: _Optional[bool] = ..., account_id: _Optional[str] = ...) -> None: ...

class ConfirmErasureResponse(_message.Message):
    __slots__ = ("erasure",)
    ERASURE_FIELD_NUMBER: _ClassVar[int]
    erasure: Erasure
    def __init__(self, erasure: _Optional[_Union[Erasure, _Mapping]] = ...) -> None: ...

class SkipErasureEmailRequest(_message.Message):
    __slots__ = ("request_id", "erasure_id", "steering")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ERASURE_ID_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    erasure_id: str
    steering: _common_pb2.Steering
    def __init__(self, request_id: _Optional[str] = ..., erasure_id: _Optional[str] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ...) -> None: ...

class SkipErasureEmailResponse(_message.Message):
    __slots__ = ("erasure",)
    ERASURE_FIELD_NUMBER: _ClassVar[int]
    erasure: Erasure
    def __init__(self, erasure: _Optional[_Union[Erasure, _Mapping]] = ...) -> None: ...

class RecordErasedRequest(_message.Message):
    __slots__ = ("erasure_id", "proof")
    ERASURE_ID_FIELD_NUMBER: _ClassVar[int]
    PROOF_FIELD_NUMBER: _ClassVar[int]
    erasure_id: str
    proof: _containers.RepeatedCompositeFieldContainer[_erasure_pb2.ErasedData]
    def __init__(self, erasure_id: _Optional[str] = ..., proof: _Optional[_Iterable[_Union[_erasure_pb2.ErasedData, _Mapping]]] = ...) -> None: ...

class RecordErasedResponse(_message.Message):
    __slots__ = ("erasure",)
    ERASURE_FIELD_NUMBER: _ClassVar[int]
    erasure: Erasure
    def __init__(self, erasure: _Optional[_Union[Erasure, _Mapping]] = ...) -> None: ...
