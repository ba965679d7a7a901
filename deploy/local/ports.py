"""Decides on which loopback ports Casella listens.

The usual ones by default; where one is taken, the next free one, which is remembered for the next start. A world for
a test takes a block of its own instead. All lie below the range from which systems give ports to outgoing connections
(32768 on Linux): a port there is still free when its process comes to use it, or is started again.
"""

import contextlib
import json
import random
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

from deploy.local.failure import LaunchError

LOOPBACK = "127.0.0.1"
USUAL: Mapping[str, int] = {
    "trial": 25101,
    "mailboxes": 25102,
    "ordering": 25103,
    "payments": 25104,
    "invoicing": 25105,
    "support": 25106,
    "gateway": 8580,
    "temporal": 7243,
    "temporal_ui": 8243,
    "postgres": 25432,
    "mail_smtp": 2525,
    "mail_imap": 2143,
    "mail_page": 8581,
    "mail_clock": 25111,
    "stripe": 8582,
    "stripe_clock": 25112,
    "sdi_smtp": 2526,
    "sdi_page": 8583,
    "sdi_clock": 25113,
    "dns": 2053,
    "dns_clock": 25114,
}

_BLOCK_SIZE = 32
_BLOCKS = range(20_000, 32_000, _BLOCK_SIZE)
_HIGHEST = 65_535


def free_port() -> int:
    """A port that nobody uses now and no outgoing connection will be given."""
    while not _is_free(port := random.randrange(_BLOCKS.start, _BLOCKS.stop)):  # noqa: S311  no secret
        pass
    return port


def usual_ports(remembered: Path) -> tuple[dict[str, int], list[str]]:
    """The ports of this start, and a sentence for each that had to change.

    Args:
        remembered: File with the ports of the last start; written.
    """
    known = json.loads(remembered.read_text()) if remembered.exists() else {}
    ports: dict[str, int] = {}
    sentences = []
    for name, usual in USUAL.items():
        wanted = known.get(name, usual)
        # Whoever gives way leaves the others theirs: one port that is taken must not move all that follow it.
        ports[name] = _next_free(wanted, (set(USUAL.values()) - {wanted}).union(ports.values()))
        if ports[name] != wanted:
            sentences.append(f"port {wanted} is in use, {name.replace('_', ' ')} takes {ports[name]}")
    remembered.write_text(json.dumps(ports, indent=1))
    return ports, sentences


@contextlib.contextmanager
def own_block() -> Iterator[dict[str, int]]:
    """Ports that no other world takes meanwhile: the block's last port is held as its reservation."""
    blocks = list(_BLOCKS)
    random.shuffle(blocks)
    for first in blocks:
        with contextlib.closing(socket.socket()) as reservation:
            try:
                reservation.bind((LOOPBACK, first + _BLOCK_SIZE - 1))
                reservation.listen()
            except OSError:
                continue
            ports = {name: first + number for number, name in enumerate(USUAL)}
            if all(map(_is_free, ports.values())):
                yield ports
                return
    raise LaunchError(f"no free block of {_BLOCK_SIZE} ports from {_BLOCKS.start} on", "end what listens there")


def _next_free(port: int, taken: set[int]) -> int:
    for candidate in range(port, _HIGHEST):
        if candidate not in taken and _is_free(candidate):
            return candidate
    raise LaunchError(f"no port from {port} on is free", "end a program that listens there")


def _is_free(port: int) -> bool:
    """Whether both TCP and UDP can be had: the DNS stand-in wants both."""
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with contextlib.closing(socket.socket(type=kind)) as probe:
            if kind is socket.SOCK_STREAM:
                # As servers do: a port whose last connections are only fading out is free.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                return False
    return True
