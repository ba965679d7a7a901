"""HTTP/2 by hand, for what gRPC's own client refuses to do: metadata that are none, and answers that nobody reads."""

import asyncio
import struct

_DATA, _HEADERS, _RESET, _SETTINGS, _PING = 0, 1, 3, 4, 6
_ACK, _END_STREAM, _END_HEADERS = 1, 1, 4
_INITIAL_WINDOW_SIZE = 4
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
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
    host, _, port = address.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(_PREFACE + _frame(_SETTINGS, 0, 0, b"") + _request(1, path, metadata, message))
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


async def deaf(
    address: str, path: str, metadata: list[tuple[bytes, bytes]], calls: int
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Begin so many calls without content on a connection that takes no byte of an answer and answers no ping."""
    host, _, port = address.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port), limit=2**24)
    writer.write(_PREFACE + _frame(_SETTINGS, 0, 0, struct.pack(">HI", _INITIAL_WINDOW_SIZE, 0)))
    for number in range(calls):
        writer.write(_request(2 * number + 1, path, metadata, b""))
    await writer.drain()
    return reader, writer


async def answer_ping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer the next ping, whatever comes before it."""
    await reader.readuntil(_frame(_PING, 0, 0, bytes(8))[:9])
    writer.write(_frame(_PING, _ACK, 0, await reader.readexactly(8)))


async def halves(
    address: str, path: str, metadata: list[tuple[bytes, bytes]], calls: int
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Begin so many calls whose message of 100 bytes never comes to its end."""
    host, _, port = address.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(_PREFACE + _frame(_SETTINGS, 0, 0, b""))
    for number in range(calls):
        stream = 2 * number + 1
        half = b"\0" + struct.pack(">I", 100) + bytes(50)
        writer.write(_frame(_HEADERS, _END_HEADERS, stream, _head(path, metadata)) + _frame(_DATA, 0, stream, half))
    await writer.drain()
    return reader, writer


async def ends(reader: asyncio.StreamReader, calls: int) -> None:
    """Returns once the server has ended so many calls of a connection."""
    ended = set[int]()
    while len(ended) < calls:
        kind, flags, stream, _ = await _next(reader)
        if kind == _RESET or (kind == _HEADERS and flags & _END_STREAM):
            ended.add(stream)


async def settings(address: str) -> dict[int, int]:
    """What the server says of itself (RFC 9113, 6.5.2): 3: streams at once, 4: bytes of one that nobody reads."""
    reader, writer = await halves(address, "/", [], 0)
    kind, _, _, payload = await _next(reader)
    assert kind == _SETTINGS
    writer.close()
    return dict(struct.iter_unpack(">HI", payload))


async def _next(reader: asyncio.StreamReader) -> tuple[int, int, int, bytes]:
    head = await reader.readexactly(9)
    return head[3], head[4], int.from_bytes(head[5:]), await reader.readexactly(int.from_bytes(head[:3]))


def _request(stream: int, path: str, metadata: list[tuple[bytes, bytes]], message: bytes) -> bytes:
    body = b"\0" + struct.pack(">I", len(message)) + message
    head = _frame(_HEADERS, _END_HEADERS, stream, _head(path, metadata))
    return head + _frame(_DATA, _END_STREAM, stream, body)


def _head(path: str, metadata: list[tuple[bytes, bytes]]) -> bytes:
    own = [(b":method", b"POST"), (b":scheme", b"http"), (b":path", path.encode()), (b":authority", b"casella")]
    own += [(b"te", b"trailers"), (b"content-type", b"application/grpc")]
    return b"".join(_literal(name, value) for name, value in own + metadata)


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
