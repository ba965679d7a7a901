"""How much a client may ask of a room's door at once, and for how long."""

from collections.abc import Sequence

LARGEST_REQUEST = 256 * 1024
"""Bytes: a ticket's text of 10,000 characters with all their accents is the largest thing that a customer sends."""
LARGEST_STATEMENT = 3 * 1024 * 1024
"""Bytes of a bank statement's file; payments' door alone opens as wide."""
LARGEST_MESSAGE = 16 * 1024 * 1024
"""Bytes: an answer with a PDF and its XML is the largest; a client takes no more."""
_MOST_CALLS = 200
"""Calls at once on one connection, the rest wait: without it one client could pile up work without end."""
_MOST_CONNECTIONS = 2_000
"""At once; one more is closed, and those that are open go on: what each holds must not take the memory of all."""
_UNREAD_BYTES = 1024
"""What a call may send before it is read, for which nobody must prove who they are: all calls of all connections
together may hold 400 MB of it. More of a message is asked for once somebody reads it; the library would allow ever more
to whoever sends fast."""
_HANDSHAKE_SECONDS = 10.0
"""How long a connection may take to say what it is; the library's own bound is two minutes."""
_PING_SECONDS, _PONG_SECONDS = 60.0, 20.0
"""How often the other side is asked whether it still reads, and how long it may take to say so: then its calls end."""
_CONNECTION_SECONDS = 3600.0
"""How long a connection lives, a tenth more or less: a call that is never sent to its end has no other one. Its streams
end too, a minute later, and their readers begin again where they were."""
_LEAVE_SECONDS = 60.0


def of_connections(largest_request: int) -> Sequence[tuple[str, int]]:
    """The server's channel arguments, as gRPC names them.

    Args:
        largest_request: Bytes; more is refused before it is read.
    """
    return (
        ("grpc.max_receive_message_length", largest_request),
        ("grpc.max_send_message_length", LARGEST_MESSAGE),
        ("grpc.max_concurrent_streams", _MOST_CALLS),
        ("grpc.http2.lookahead_bytes", _UNREAD_BYTES),
        ("grpc.http2.bdp_probe", 0),
        ("grpc.max_allowed_incoming_connections", _MOST_CONNECTIONS),
        ("grpc.server_handshake_timeout_ms", int(_HANDSHAKE_SECONDS * 1000)),
        ("grpc.keepalive_time_ms", int(_PING_SECONDS * 1000)),
        ("grpc.keepalive_timeout_ms", int(_PONG_SECONDS * 1000)),
        ("grpc.http2.ping_timeout_ms", int(_PONG_SECONDS * 1000)),
        ("grpc.max_connection_age_ms", int(_CONNECTION_SECONDS * 1000)),
        ("grpc.max_connection_age_grace_ms", int(_LEAVE_SECONDS * 1000)),
    )
