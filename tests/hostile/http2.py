"""HTTP/2 by hand, for metadata that gRPC's own client refuses to send: one call, and whatever the server says of it."""

import asyncio
import struct

_DATA, _HEADERS, _SETTINGS = 0, 1, 4
_END_STREAM, _END_HEADERS = 1, 4
_STATUS = b"\x0bgrpc-status"


async def call(address: str, path: str, metadata: list[tuple[bytes, bytes]], message: bytes) -> int:
    """Make a unary call.

    Args:
        address: `host:port`.
        path: `/casella.trial.v1.TrialService/GetTrial`.
        metadata: Sent as they are (RFC 7541, 6.2.2: literal, not indexed, no Huffman code).
        message: The request, encoded.

    Returns:
        The gRPC status.
    """
    own = [(b":method", b"POST"), (b":scheme", b"http"), (b":path", path.encode()), (b":authority", b"casella")]
    own += [(b"te", b"trailers"), (b"content-type", b"application/grpc")]
    head = b"".join(_literal(name, value) for name, value in own + metadata)
    body = b"\0" + struct.pack(">I", len(message)) + message
    host, _, port = address.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + _frame(_SETTINGS, 0, 0, b"") + _frame(_HEADERS, _END_HEADERS, 1, head)
    )
    writer.write(_frame(_DATA, _END_STREAM, 1, body))
    came = b""
    async with asyncio.timeout(20):
        while _STATUS not in came or len(came.partition(_STATUS)[2]) < 3:
            more = await reader.read(65_536)
            assert more, "closed without a status"
            came += more
    writer.close()
    await writer.wait_closed()
    rest = came.partition(_STATUS)[2]
    return int(rest[1 : 1 + rest[0]])


def _literal(name: bytes, value: bytes) -> bytes:
    return b"\0" + _length(len(name)) + name + _length(len(value)) + value


def _length(number: int) -> bytes:
    """An integer with a prefix of seven bits (RFC 7541, 5.1)."""
    if number < 127:
        return bytes([number])
    found, rest = b"\x7f", number - 127
    while rest >= 128:
        found, rest = found + bytes([rest % 128 + 128]), rest // 128
    return found + bytes([rest])


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload
