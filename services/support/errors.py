"""The business facts for which this room refuses."""

from casella.common.v1 import errors_pb2
from services.kit.errors import CasellaError


class TicketClosed(CasellaError):
    """The ticket is closed: it takes no more messages."""

    reason = errors_pb2.REASON_TICKET_CLOSED


class EndpointDisabled(CasellaError):
    """The webhook endpoint is disabled: enable it first."""

    reason = errors_pb2.REASON_ENDPOINT_DISABLED


class TooManyEndpoints(CasellaError):
    """There are as many webhook endpoints as there may be."""

    reason = errors_pb2.REASON_ENDPOINT_LIMIT


class TooManyTickets(CasellaError):
    """The account has too many tickets open or newly opened, or the ticket too many messages."""

    reason = errors_pb2.REASON_RATE_LIMITED


class ErasureNotPossible(CasellaError):
    """The erasure is not in a state that allows this, or one is asked for already."""

    reason = errors_pb2.REASON_ERASURE_STATE


class ErasureNotDecided(CasellaError):
    """The ticket asks for the deletion of the profile: approve or refuse that first, in its workflow."""

    reason = errors_pb2.REASON_ERASURE_STATE


class NoticeOutdated(CasellaError):
    """The customer confirmed another text than the present one: show the notice anew."""

    reason = errors_pb2.REASON_CONSENT_MISMATCH
