from google.protobuf import descriptor_pb2 as _descriptor_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar

DESCRIPTOR: _descriptor.FileDescriptor

class Caller(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CALLER_UNSPECIFIED: _ClassVar[Caller]
    CALLER_CUSTOMER: _ClassVar[Caller]
    CALLER_GATEWAY: _ClassVar[Caller]
    CALLER_WORKER: _ClassVar[Caller]
    CALLER_OPERATOR: _ClassVar[Caller]
    CALLER_MAIL_SERVER: _ClassVar[Caller]
    CALLER_ORDERING: _ClassVar[Caller]
CALLER_UNSPECIFIED: Caller
CALLER_CUSTOMER: Caller
CALLER_GATEWAY: Caller
CALLER_WORKER: Caller
CALLER_OPERATOR: Caller
CALLER_MAIL_SERVER: Caller
CALLER_ORDERING: Caller
CALLERS_FIELD_NUMBER: _ClassVar[int]
callers: _descriptor.FieldDescriptor
HELD_IN_RECOVERY_FIELD_NUMBER: _ClassVar[int]
held_in_recovery: _descriptor.FieldDescriptor
