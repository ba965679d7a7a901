"""HTTP by hand, for what no library would send."""

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Said:
    """All that came back until the server closed."""

    status: int
    """0 where nothing came."""
    head: str
    body: str


async def send(url: str, sent: bytes) -> Said:
    """Write these bytes on a connection of their own, and read to its end."""
    reader, writer = await connect(url)
    writer.write(sent)
    came = b""
    async with asyncio.timeout(30):
        try:
            while more := await reader.read(65_536):
                came += more
        except ConnectionError:
            pass  # closed before all was read that had been written
    writer.close()
    head, _, body = came.partition(b"\r\n\r\n")
    return Said(int(head.split(b" ")[1]) if head else 0, head.decode("latin-1").lower(), body.decode("latin-1"))


async def connect(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection on which nothing was said yet."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    return await asyncio.open_connection(parts.hostname, parts.port)


def request(line: str, *headers: str, body: bytes = b"") -> bytes:
    """A request that ends its connection; with a body, its length is told."""
    lines = [f"{line} HTTP/1.1", "Host: casella.example", "Connection: close", *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body
