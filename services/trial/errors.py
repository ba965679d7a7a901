"""The business facts for which this room refuses."""

from casella.common.v1 import errors_pb2
from services.kit.errors import CasellaError


class LinkNotValid(CasellaError):
    """The link was used, has expired or never existed."""

    reason = errors_pb2.REASON_LINK_NOT_VALID


class LoginRefused(CasellaError):
    """Address or password are wrong."""

    reason = errors_pb2.REASON_LOGIN_REFUSED


class TrialStateForbids(CasellaError):
    """The trial is not in a state that allows this."""

    reason = errors_pb2.REASON_TRIAL_STATE


class SignUpStateForbids(CasellaError):
    """The sign-up does not wait for a decision."""

    reason = errors_pb2.REASON_SIGN_UP_STATE


class SignUpDenied(CasellaError):
    """The address cannot be used: its domain receives no mail, or belongs to a service of throw-away addresses."""

    reason = errors_pb2.REASON_SIGN_UP_DENIED
