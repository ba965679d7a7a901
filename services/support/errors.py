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
