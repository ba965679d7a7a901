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

class ListErasureFactsRequest(_message.Message):
    __slots__ = ("account_id", "room")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    ROOM_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    room: str
    def __init__(self, account_id: _Optional[str] = ..., room: _Optional[str] = ...) -> None: ...

class ErasureFact(_message.Message):
    __slots__ = ("kind", "id", "count", "amount", "holds")
    KIND_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    HOLDS_FIELD_NUMBER: _ClassVar[int]
    kind: str
    id: str
    count: int
    amount: _common_pb2.Money
    holds: bool
    def __init__(self, kind: _Optional[str] = ..., id: _Optional[str] = ..., count: _Optional[int] = ..., amount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., holds: _Optional[bool] = ...) -> None: ...

class ListErasureFactsResponse(_message.Message):
    __slots__ = ("facts",)
    FACTS_FIELD_NUMBER: _ClassVar[int]
    facts: _containers.RepeatedCompositeFieldContainer[ErasureFact]
    def __init__(self, facts: _Optional[_Iterable[_Union[ErasureFact, _Mapping]]] = ...) -> None: ...

class ErasePersonalDataRequest(_message.Message):
    __slots__ = ("account_id", "room")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    ROOM_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    room: str
    def __init__(self, account_id: _Optional[str] = ..., room: _Optional[str] = ...) -> None: ...

class ErasedRows(_message.Message):
    __slots__ = ("what", "rows")
    WHAT_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    what: str
    rows: int
    def __init__(self, what: _Optional[str] = ..., rows: _Optional[int] = ...) -> None: ...

class ErasedData(_message.Message):
    __slots__ = ("room", "erased_at", "rows")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    ERASED_AT_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    room: str
    erased_at: _timestamp_pb2.Timestamp
    rows: _containers.RepeatedCompositeFieldContainer[ErasedRows]
    def __init__(self, room: _Optional[str] = ..., erased_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., rows: _Optional[_Iterable[_Union[ErasedRows, _Mapping]]] = ...) -> None: ...

class ErasePersonalDataResponse(_message.Message):
    __slots__ = ("erased",)
    ERASED_FIELD_NUMBER: _ClassVar[int]
    erased: ErasedData
    def __init__(self, erased: _Optional[_Union[ErasedData, _Mapping]] = ...) -> None: ...

class GetErasedDataRequest(_message.Message):
    __slots__ = ("account_id",)
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    def __init__(self, account_id: _Optional[str] = ...) -> None: ...

class GetErasedDataResponse(_message.Message):
    __slots__ = ("erased",)
    ERASED_FIELD_NUMBER: _ClassVar[int]
    erased: ErasedData
    def __init__(self, erased: _Optional[_Union[ErasedData, _Mapping]] = ...) -> None: ...
