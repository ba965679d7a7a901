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

class SignUpState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SIGN_UP_STATE_UNSPECIFIED: _ClassVar[SignUpState]
    SIGN_UP_STATE_IN_REVIEW: _ClassVar[SignUpState]
    SIGN_UP_STATE_AWAITING_CONFIRMATION: _ClassVar[SignUpState]
    SIGN_UP_STATE_CONFIRMED: _ClassVar[SignUpState]
    SIGN_UP_STATE_DENIED: _ClassVar[SignUpState]
    SIGN_UP_STATE_LAPSED: _ClassVar[SignUpState]
    SIGN_UP_STATE_ALREADY_REGISTERED: _ClassVar[SignUpState]

class TrialState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TRIAL_STATE_UNSPECIFIED: _ClassVar[TrialState]
    TRIAL_STATE_ACTIVE: _ClassVar[TrialState]
    TRIAL_STATE_ENDED: _ClassVar[TrialState]
    TRIAL_STATE_BOUGHT: _ClassVar[TrialState]
    TRIAL_STATE_CLOSED: _ClassVar[TrialState]

class ConsentKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CONSENT_KIND_UNSPECIFIED: _ClassVar[ConsentKind]
    CONSENT_KIND_TERMS: _ClassVar[ConsentKind]
    CONSENT_KIND_PRIVACY: _ClassVar[ConsentKind]
    CONSENT_KIND_PROMOTIONAL: _ClassVar[ConsentKind]

class TrialNext(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TRIAL_NEXT_UNSPECIFIED: _ClassVar[TrialNext]
    TRIAL_NEXT_WAIT: _ClassVar[TrialNext]
    TRIAL_NEXT_PURGE_DUE: _ClassVar[TrialNext]
    TRIAL_NEXT_NOTHING: _ClassVar[TrialNext]
SIGN_UP_STATE_UNSPECIFIED: SignUpState
SIGN_UP_STATE_IN_REVIEW: SignUpState
SIGN_UP_STATE_AWAITING_CONFIRMATION: SignUpState
SIGN_UP_STATE_CONFIRMED: SignUpState
SIGN_UP_STATE_DENIED: SignUpState
SIGN_UP_STATE_LAPSED: SignUpState
SIGN_UP_STATE_ALREADY_REGISTERED: SignUpState
TRIAL_STATE_UNSPECIFIED: TrialState
TRIAL_STATE_ACTIVE: TrialState
TRIAL_STATE_ENDED: TrialState
TRIAL_STATE_BOUGHT: TrialState
TRIAL_STATE_CLOSED: TrialState
CONSENT_KIND_UNSPECIFIED: ConsentKind
CONSENT_KIND_TERMS: ConsentKind
CONSENT_KIND_PRIVACY: ConsentKind
CONSENT_KIND_PROMOTIONAL: ConsentKind
TRIAL_NEXT_UNSPECIFIED: TrialNext
TRIAL_NEXT_WAIT: TrialNext
TRIAL_NEXT_PURGE_DUE: TrialNext
TRIAL_NEXT_NOTHING: TrialNext

class Consent(_message.Message):
    __slots__ = ("kind", "document_version", "granted")
    KIND_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_VERSION_FIELD_NUMBER: _ClassVar[int]
    GRANTED_FIELD_NUMBER: _ClassVar[int]
    kind: ConsentKind
    document_version: str
    granted: bool
    def __init__(self, kind: _Optional[_Union[ConsentKind, str]] = ..., document_version: _Optional[str] = ..., granted: _Optional[bool] = ...) -> None: ...

class ConsentRecord(_message.Message):
    __slots__ = ("consent", "at", "client")
    CONSENT_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    CLIENT_FIELD_NUMBER: _ClassVar[int]
    consent: Consent
    at: _timestamp_pb2.Timestamp
    client: _common_pb2.ClientContext
    def __init__(self, consent: _Optional[_Union[Consent, _Mapping]] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., client: _Optional[_Union[_common_pb2.ClientContext, _Mapping]] = ...) -> None: ...

class SignUpRequest(_message.Message):
    __slots__ = ("request_id", "first_name", "last_name", "email", "country", "language", "consents", "client")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    FIRST_NAME_FIELD_NUMBER: _ClassVar[int]
    LAST_NAME_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    CONSENTS_FIELD_NUMBER: _ClassVar[int]
    CLIENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    first_name: str
    last_name: str
    email: str
    country: str
    language: _common_pb2.Language
    consents: _containers.RepeatedCompositeFieldContainer[Consent]
    client: _common_pb2.ClientContext
    def __init__(self, request_id: _Optional[str] = ..., first_name: _Optional[str] = ..., last_name: _Optional[str] = ..., email: _Optional[str] = ..., country: _Optional[str] = ..., language: _Optional[_Union[_common_pb2.Language, str]] = ..., consents: _Optional[_Iterable[_Union[Consent, _Mapping]]] = ..., client: _Optional[_Union[_common_pb2.ClientContext, _Mapping]] = ...) -> None: ...

class SignUpResponse(_message.Message):
    __slots__ = ("sign_up_id",)
    SIGN_UP_ID_FIELD_NUMBER: _ClassVar[int]
    sign_up_id: str
    def __init__(self, sign_up_id: _Optional[str] = ...) -> None: ...

class ResendConfirmationRequest(_message.Message):
    __slots__ = ("request_id", "email", "client")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    CLIENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    email: str
    client: _common_pb2.ClientContext
    def __init__(self, request_id: _Optional[str] = ..., email: _Optional[str] = ..., client: _Optional[_Union[_common_pb2.ClientContext, _Mapping]] = ...) -> None: ...

class ResendConfirmationResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ConfirmEmailRequest(_message.Message):
    __slots__ = ("token", "password", "client", "request_id")
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    CLIENT_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    token: str
    password: str
    client: _common_pb2.ClientContext
    request_id: str
    def __init__(self, token: _Optional[str] = ..., password: _Optional[str] = ..., client: _Optional[_Union[_common_pb2.ClientContext, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class ConfirmEmailResponse(_message.Message):
    __slots__ = ("account_id", "trial")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    TRIAL_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    trial: Trial
    def __init__(self, account_id: _Optional[str] = ..., trial: _Optional[_Union[Trial, _Mapping]] = ...) -> None: ...

class LogInRequest(_message.Message):
    __slots__ = ("email", "password", "client")
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    CLIENT_FIELD_NUMBER: _ClassVar[int]
    email: str
    password: str
    client: _common_pb2.ClientContext
    def __init__(self, email: _Optional[str] = ..., password: _Optional[str] = ..., client: _Optional[_Union[_common_pb2.ClientContext, _Mapping]] = ...) -> None: ...

class Session(_message.Message):
    __slots__ = ("access_token", "access_expires_at", "refresh_token", "refresh_expires_at")
    ACCESS_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ACCESS_EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    REFRESH_TOKEN_FIELD_NUMBER: _ClassVar[int]
    REFRESH_EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    access_token: str
    access_expires_at: _timestamp_pb2.Timestamp
    refresh_token: str
    refresh_expires_at: _timestamp_pb2.Timestamp
    def __init__(self, access_token: _Optional[str] = ..., access_expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., refresh_token: _Optional[str] = ..., refresh_expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class LogInResponse(_message.Message):
    __slots__ = ("account_id", "session")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    session: Session
    def __init__(self, account_id: _Optional[str] = ..., session: _Optional[_Union[Session, _Mapping]] = ...) -> None: ...

class RefreshSessionRequest(_message.Message):
    __slots__ = ("refresh_token",)
    REFRESH_TOKEN_FIELD_NUMBER: _ClassVar[int]
    refresh_token: str
    def __init__(self, refresh_token: _Optional[str] = ...) -> None: ...

class RefreshSessionResponse(_message.Message):
    __slots__ = ("session",)
    SESSION_FIELD_NUMBER: _ClassVar[int]
    session: Session
    def __init__(self, session: _Optional[_Union[Session, _Mapping]] = ...) -> None: ...

class LogOutRequest(_message.Message):
    __slots__ = ("refresh_token",)
    REFRESH_TOKEN_FIELD_NUMBER: _ClassVar[int]
    refresh_token: str
    def __init__(self, refresh_token: _Optional[str] = ...) -> None: ...

class LogOutResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Trial(_message.Message):
    __slots__ = ("account_id", "state", "started_at", "ends_at", "purge_at", "days_left", "days_until_purge")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    ENDS_AT_FIELD_NUMBER: _ClassVar[int]
    PURGE_AT_FIELD_NUMBER: _ClassVar[int]
    DAYS_LEFT_FIELD_NUMBER: _ClassVar[int]
    DAYS_UNTIL_PURGE_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    state: TrialState
    started_at: _timestamp_pb2.Timestamp
    ends_at: _timestamp_pb2.Timestamp
    purge_at: _timestamp_pb2.Timestamp
    days_left: int
    days_until_purge: int
    def __init__(self, account_id: _Optional[str] = ..., state: _Optional[_Union[TrialState, str]] = ..., started_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ends_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., purge_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., days_left: _Optional[int] = ..., days_until_purge: _Optional[int] = ...) -> None: ...

class GetTrialRequest(_message.Message):
    __slots__ = ("account_id",)
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    def __init__(self, account_id: _Optional[str] = ...) -> None: ...

class GetTrialResponse(_message.Message):
    __slots__ = ("trial",)
    TRIAL_FIELD_NUMBER: _ClassVar[int]
    trial: Trial
    def __init__(self, trial: _Optional[_Union[Trial, _Mapping]] = ...) -> None: ...

class EndTrialRequest(_message.Message):
    __slots__ = ("request_id", "account_id", "steering")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    account_id: str
    steering: _common_pb2.Steering
    def __init__(self, request_id: _Optional[str] = ..., account_id: _Optional[str] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ...) -> None: ...

class EndTrialResponse(_message.Message):
    __slots__ = ("trial",)
    TRIAL_FIELD_NUMBER: _ClassVar[int]
    trial: Trial
    def __init__(self, trial: _Optional[_Union[Trial, _Mapping]] = ...) -> None: ...

class ExtendTrialRequest(_message.Message):
    __slots__ = ("request_id", "account_id", "days", "steering")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    DAYS_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    account_id: str
    days: int
    steering: _common_pb2.Steering
    def __init__(self, request_id: _Optional[str] = ..., account_id: _Optional[str] = ..., days: _Optional[int] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ...) -> None: ...

class ExtendTrialResponse(_message.Message):
    __slots__ = ("trial",)
    TRIAL_FIELD_NUMBER: _ClassVar[int]
    trial: Trial
    def __init__(self, trial: _Optional[_Union[Trial, _Mapping]] = ...) -> None: ...

class AdvanceTrialRequest(_message.Message):
    __slots__ = ("account_id", "order_open", "legal_hold")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_OPEN_FIELD_NUMBER: _ClassVar[int]
    LEGAL_HOLD_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    order_open: bool
    legal_hold: bool
    def __init__(self, account_id: _Optional[str] = ..., order_open: _Optional[bool] = ..., legal_hold: _Optional[bool] = ...) -> None: ...

class AdvanceTrialResponse(_message.Message):
    __slots__ = ("trial", "next", "wait", "due", "due_at", "sent")
    TRIAL_FIELD_NUMBER: _ClassVar[int]
    NEXT_FIELD_NUMBER: _ClassVar[int]
    WAIT_FIELD_NUMBER: _ClassVar[int]
    DUE_FIELD_NUMBER: _ClassVar[int]
    DUE_AT_FIELD_NUMBER: _ClassVar[int]
    SENT_FIELD_NUMBER: _ClassVar[int]
    trial: Trial
    next: TrialNext
    wait: _duration_pb2.Duration
    due: str
    due_at: _timestamp_pb2.Timestamp
    sent: str
    def __init__(self, trial: _Optional[_Union[Trial, _Mapping]] = ..., next: _Optional[_Union[TrialNext, str]] = ..., wait: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., due: _Optional[str] = ..., due_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., sent: _Optional[str] = ...) -> None: ...

class RecordPurchaseRequest(_message.Message):
    __slots__ = ("account_id", "order_id")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    order_id: str
    def __init__(self, account_id: _Optional[str] = ..., order_id: _Optional[str] = ...) -> None: ...

class RecordPurchaseResponse(_message.Message):
    __slots__ = ("trial",)
    TRIAL_FIELD_NUMBER: _ClassVar[int]
    trial: Trial
    def __init__(self, trial: _Optional[_Union[Trial, _Mapping]] = ...) -> None: ...

class CloseLoginRequest(_message.Message):
    __slots__ = ("account_id",)
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    def __init__(self, account_id: _Optional[str] = ...) -> None: ...

class CloseLoginResponse(_message.Message):
    __slots__ = ("sessions_ended",)
    SESSIONS_ENDED_FIELD_NUMBER: _ClassVar[int]
    sessions_ended: int
    def __init__(self, sessions_ended: _Optional[int] = ...) -> None: ...

class GetContactRequest(_message.Message):
    __slots__ = ("account_id",)
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    def __init__(self, account_id: _Optional[str] = ...) -> None: ...

class GetContactResponse(_message.Message):
    __slots__ = ("recipient",)
    RECIPIENT_FIELD_NUMBER: _ClassVar[int]
    recipient: _common_pb2.Recipient
    def __init__(self, recipient: _Optional[_Union[_common_pb2.Recipient, _Mapping]] = ...) -> None: ...

class Account(_message.Message):
    __slots__ = ("account_id", "first_name", "last_name", "email", "country", "language", "confirmed_at", "trial", "sign_up_id")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    FIRST_NAME_FIELD_NUMBER: _ClassVar[int]
    LAST_NAME_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    CONFIRMED_AT_FIELD_NUMBER: _ClassVar[int]
    TRIAL_FIELD_NUMBER: _ClassVar[int]
    SIGN_UP_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    first_name: str
    last_name: str
    email: str
    country: str
    language: _common_pb2.Language
    confirmed_at: _timestamp_pb2.Timestamp
    trial: Trial
    sign_up_id: str
    def __init__(self, account_id: _Optional[str] = ..., first_name: _Optional[str] = ..., last_name: _Optional[str] = ..., email: _Optional[str] = ..., country: _Optional[str] = ..., language: _Optional[_Union[_common_pb2.Language, str]] = ..., confirmed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., trial: _Optional[_Union[Trial, _Mapping]] = ..., sign_up_id: _Optional[str] = ...) -> None: ...

class GetAccountRequest(_message.Message):
    __slots__ = ("account_id",)
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    def __init__(self, account_id: _Optional[str] = ...) -> None: ...

class GetAccountResponse(_message.Message):
    __slots__ = ("account",)
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    account: Account
    def __init__(self, account: _Optional[_Union[Account, _Mapping]] = ...) -> None: ...

class FindAccountRequest(_message.Message):
    __slots__ = ("email",)
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    email: str
    def __init__(self, email: _Optional[str] = ...) -> None: ...

class FindAccountResponse(_message.Message):
    __slots__ = ("account",)
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    account: Account
    def __init__(self, account: _Optional[_Union[Account, _Mapping]] = ...) -> None: ...

class ListConsentsRequest(_message.Message):
    __slots__ = ("account_id",)
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    def __init__(self, account_id: _Optional[str] = ...) -> None: ...

class ListConsentsResponse(_message.Message):
    __slots__ = ("consents",)
    CONSENTS_FIELD_NUMBER: _ClassVar[int]
    consents: _containers.RepeatedCompositeFieldContainer[ConsentRecord]
    def __init__(self, consents: _Optional[_Iterable[_Union[ConsentRecord, _Mapping]]] = ...) -> None: ...

class GetSignUpRequest(_message.Message):
    __slots__ = ("sign_up_id",)
    SIGN_UP_ID_FIELD_NUMBER: _ClassVar[int]
    sign_up_id: str
    def __init__(self, sign_up_id: _Optional[str] = ...) -> None: ...

class SignUpStatus(_message.Message):
    __slots__ = ("sign_up_id", "state", "reasons", "created_at", "lapses_at", "lapses_in")
    SIGN_UP_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    LAPSES_AT_FIELD_NUMBER: _ClassVar[int]
    LAPSES_IN_FIELD_NUMBER: _ClassVar[int]
    sign_up_id: str
    state: SignUpState
    reasons: _containers.RepeatedScalarFieldContainer[str]
    created_at: _timestamp_pb2.Timestamp
    lapses_at: _timestamp_pb2.Timestamp
    lapses_in: _duration_pb2.Duration
    def __init__(self, sign_up_id: _Optional[str] = ..., state: _Optional[_Union[SignUpState, str]] = ..., reasons: _Optional[_Iterable[str]] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., lapses_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., lapses_in: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class GetSignUpResponse(_message.Message):
    __slots__ = ("sign_up",)
    SIGN_UP_FIELD_NUMBER: _ClassVar[int]
    sign_up: SignUpStatus
    def __init__(self, sign_up: _Optional[_Union[SignUpStatus, _Mapping]] = ...) -> None: ...

class ListSignUpsInReviewRequest(_message.Message):
    __slots__ = ("page",)
    PAGE_FIELD_NUMBER: _ClassVar[int]
    page: _common_pb2.PageRequest
    def __init__(self, page: _Optional[_Union[_common_pb2.PageRequest, _Mapping]] = ...) -> None: ...

class SignUpInReview(_message.Message):
    __slots__ = ("sign_up", "email", "name", "country")
    SIGN_UP_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_FIELD_NUMBER: _ClassVar[int]
    sign_up: SignUpStatus
    email: str
    name: str
    country: str
    def __init__(self, sign_up: _Optional[_Union[SignUpStatus, _Mapping]] = ..., email: _Optional[str] = ..., name: _Optional[str] = ..., country: _Optional[str] = ...) -> None: ...

class ListSignUpsInReviewResponse(_message.Message):
    __slots__ = ("sign_ups", "next_page_token")
    SIGN_UPS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    sign_ups: _containers.RepeatedCompositeFieldContainer[SignUpInReview]
    next_page_token: str
    def __init__(self, sign_ups: _Optional[_Iterable[_Union[SignUpInReview, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetApplicantRequest(_message.Message):
    __slots__ = ("sign_up_id",)
    SIGN_UP_ID_FIELD_NUMBER: _ClassVar[int]
    sign_up_id: str
    def __init__(self, sign_up_id: _Optional[str] = ...) -> None: ...

class GetApplicantResponse(_message.Message):
    __slots__ = ("sign_up", "email", "name", "country", "account_id")
    SIGN_UP_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    sign_up: SignUpStatus
    email: str
    name: str
    country: str
    account_id: str
    def __init__(self, sign_up: _Optional[_Union[SignUpStatus, _Mapping]] = ..., email: _Optional[str] = ..., name: _Optional[str] = ..., country: _Optional[str] = ..., account_id: _Optional[str] = ...) -> None: ...

class DecideSignUpRequest(_message.Message):
    __slots__ = ("request_id", "sign_up_id", "allow", "steering")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SIGN_UP_ID_FIELD_NUMBER: _ClassVar[int]
    ALLOW_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    sign_up_id: str
    allow: bool
    steering: _common_pb2.Steering
    def __init__(self, request_id: _Optional[str] = ..., sign_up_id: _Optional[str] = ..., allow: _Optional[bool] = ..., steering: _Optional[_Union[_common_pb2.Steering, _Mapping]] = ...) -> None: ...

class DecideSignUpResponse(_message.Message):
    __slots__ = ("sign_up",)
    SIGN_UP_FIELD_NUMBER: _ClassVar[int]
    sign_up: SignUpStatus
    def __init__(self, sign_up: _Optional[_Union[SignUpStatus, _Mapping]] = ...) -> None: ...

class LapseSignUpRequest(_message.Message):
    __slots__ = ("sign_up_id",)
    SIGN_UP_ID_FIELD_NUMBER: _ClassVar[int]
    sign_up_id: str
    def __init__(self, sign_up_id: _Optional[str] = ...) -> None: ...

class LapseSignUpResponse(_message.Message):
    __slots__ = ("sign_up",)
    SIGN_UP_FIELD_NUMBER: _ClassVar[int]
    sign_up: SignUpStatus
    def __init__(self, sign_up: _Optional[_Union[SignUpStatus, _Mapping]] = ...) -> None: ...
