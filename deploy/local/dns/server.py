"""Decides how queries reach the zone: UDP with truncation, TCP with a length before each message (RFC 1035)."""

import asyncio
import logging
from contextlib import suppress
from typing import Any, cast

import dns.exception
import dns.message

from deploy.local.dns.zone import Zone, answer

PLAIN_UDP_SIZE = 512
IDLE_SECONDS = 10

logger = logging.getLogger(__name__)


class Udp(asyncio.DatagramProtocol):
    """Answers datagrams."""

    def __init__(self, zone: Zone) -> None:
        self._zone = zone
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back; asyncio's own datagram transports are not all of the class that it documents."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """Answer one query."""
        reply = respond(data, self._zone, over_udp=True)
        if reply is not None and self._transport is not None:
            self._transport.sendto(reply, addr)


async def serve_tcp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, zone: Zone) -> None:
    """Answer the queries of one connection until the client leaves or says nothing."""
    try:
        with suppress(asyncio.IncompleteReadError, ConnectionError, TimeoutError):
            while True:
                async with asyncio.timeout(IDLE_SECONDS):
                    size = int.from_bytes(await reader.readexactly(2), "big")
                    data = await reader.readexactly(size)
                reply = respond(data, zone, over_udp=False)
                if reply is not None:
                    writer.write(len(reply).to_bytes(2, "big") + reply)
                    await writer.drain()
    finally:
        writer.close()


def respond(data: bytes, zone: Zone, *, over_udp: bool) -> bytes | None:
    """The bytes of an answer; None where nothing is said, which is also what noise gets."""
    try:
        query = dns.message.from_wire(data)
    except dns.exception.DNSException:
        return None
    reply = answer(query, zone)
    logger.info("query answered" if reply is not None else "query left without an answer, as the zone file says")
    if reply is None:
        return None
    largest = max(PLAIN_UDP_SIZE, query.payload if query.edns >= 0 else 0) if over_udp else 65535
    try:
        return reply.to_wire(max_size=largest)
    except dns.exception.TooBig:
        short = dns.message.make_response(query)
        short.flags |= dns.flags.TC | dns.flags.AA
        return short.to_wire()
