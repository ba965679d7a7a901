import datetime

from casella.common.v1 import access_pb2 as _access_pb2
from casella.common.v1 import common_pb2 as _common_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Recovery(_message.Message):
    __slots__ = ("recovery_id", "begun_at", "rows_of", "read_at", "ended_at", "mails_at")
    RECOVERY_ID_FIELD_NUMBER: _ClassVar[int]
    BEGUN_AT_FIELD_NUMBER: _ClassVar[int]
    ROWS_OF_FIELD_NUMBER: _ClassVar[int]
    READ_AT_FIELD_NUMBER: _ClassVar[int]
    ENDED_AT_FIELD_NUMBER: _ClassVar[int]
    MAILS_AT_FIELD_NUMBER: _ClassVar[int]
    recovery_id: str
    begun_at: _timestamp_pb2.Timestamp
    rows_of: _timestamp_pb2.Timestamp
    read_at: _timestamp_pb2.Timestamp
    ended_at: _timestamp_pb2.Timestamp
    mails_at: _timestamp_pb2.Timestamp
    def __init__(self, recovery_id: _Optional[str] = ..., begun_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., rows_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., read_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ended_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., mails_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Finding(_message.Message):
    __slots__ = ("finding_id", "kind", "subject", "detail", "found_at", "confirmed_at")
    FINDING_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    FOUND_AT_FIELD_NUMBER: _ClassVar[int]
    CONFIRMED_AT_FIELD_NUMBER: _ClassVar[int]
    finding_id: str
    kind: str
    subject: str
    detail: str
    found_at: _timestamp_pb2.Timestamp
    confirmed_at: _timestamp_pb2.Timestamp
    def __init__(self, finding_id: _Optional[str] = ..., kind: _Optional[str] = ..., subject: _Optional[str] = ..., detail: _Optional[str] = ..., found_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., confirmed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetRecoveryRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetRecoveryResponse(_message.Message):
    __slots__ = ("recovery", "findings")
    RECOVERY_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    recovery: Recovery
    findings: _containers.RepeatedCompositeFieldContainer[Finding]
    def __init__(self, recovery: _Optional[_Union[Recovery, _Mapping]] = ..., findings: _Optional[_Iterable[_Union[Finding, _Mapping]]] = ...) -> None: ...

class BeginRecoveryRequest(_message.Message):
    __slots__ = ("steering", "rows_of")
    STEERING_FIELD_NUMBER: _ClassVar[int]
    ROWS_OF_FIELD_NUMBER: _ClassVar[int]
    steering: _common_pb2.Steering
    rows_of: _timestamp_pb2.Timestamp
    def __init__(self, steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ..., rows_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class BeginRecoveryResponse(_message.Message):
    __slots__ = ("recovery",)
    RECOVERY_FIELD_NUMBER: _ClassVar[int]
    recovery: Recovery
    def __init__(self, recovery: _Optional[_Union[Recovery, _Mapping]] = ...) -> None: ...

class ReadBackRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ReadBackResponse(_message.Message):
    __slots__ = ("applied", "undecided", "finished")
    APPLIED_FIELD_NUMBER: _ClassVar[int]
    UNDECIDED_FIELD_NUMBER: _ClassVar[int]
    FINISHED_FIELD_NUMBER: _ClassVar[int]
    applied: _containers.RepeatedScalarFieldContainer[str]
    undecided: int
    finished: bool
    def __init__(self, applied: _Optional[_Iterable[str]] = ..., undecided: _Optional[int] = ..., finished: _Optional[bool] = ...) -> None: ...

class RecordSentMailsRequest(_message.Message):
    __slots__ = ("message_ids",)
    MESSAGE_IDS_FIELD_NUMBER: _ClassVar[int]
    message_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, message_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class RecordSentMailsResponse(_message.Message):
    __slots__ = ("recorded",)
    RECORDED_FIELD_NUMBER: _ClassVar[int]
    recorded: int
    def __init__(self, recorded: _Optional[int] = ...) -> None: ...

class WakeRowsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class WakeRowsResponse(_message.Message):
    __slots__ = ("woken",)
    WOKEN_FIELD_NUMBER: _ClassVar[int]
    woken: int
    def __init__(self, woken: _Optional[int] = ...) -> None: ...

class ConfirmFindingRequest(_message.Message):
    __slots__ = ("finding_id", "steering")
    FINDING_ID_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    finding_id: str
    steering: _common_pb2.Steering
    def __init__(self, finding_id: _Optional[str] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ...) -> None: ...

class ConfirmFindingResponse(_message.Message):
    __slots__ = ("finding",)
    FINDING_FIELD_NUMBER: _ClassVar[int]
    finding: Finding
    def __init__(self, finding: _Optional[_Union[Finding, _Mapping]] = ...) -> None: ...

class EndRecoveryRequest(_message.Message):
    __slots__ = ("steering",)
    STEERING_FIELD_NUMBER: _ClassVar[int]
    steering: _common_pb2.Steering
    def __init__(self, steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ...) -> None: ...

class EndRecoveryResponse(_message.Message):
    __slots__ = ("recovery",)
    RECOVERY_FIELD_NUMBER: _ClassVar[int]
    recovery: Recovery
    def __init__(self, recovery: _Optional[_Union[Recovery, _Mapping]] = ...) -> None: ...
