"""Decides on which loopback ports Casella listens.

The usual ones by default; where one is taken, the next free one, which is remembered for the next start. A world for
a test takes a block of its own instead. A launcher holds its ports, so that no other takes them in the same instant.
All lie below the range from which systems give ports to outgoing connections (32768 on Linux): a port there is still
free when its process comes to use it, or is started again.
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
    "vies": 8584,
    "vies_clock": 25115,
    "trial_metrics": 25121,
    "mailboxes_metrics": 25122,
    "ordering_metrics": 25123,
    "payments_metrics": 25124,
    "invoicing_metrics": 25125,
    "support_metrics": 25126,
    "worker_metrics": 25127,
    "gateway_metrics": 25128,
    "worker_temporal_metrics": 25129,
}

_BLOCK_SIZE = 32
_BLOCKS = range(20_000, 32_000, _BLOCK_SIZE)
_HIGHEST = 65_535
_DNS_MARK = 1000


def free_port() -> int:
    """A port that nobody uses now and no outgoing connection will be given."""
    while not _is_free(port := random.randrange(_BLOCKS.start, _BLOCKS.stop)):  # noqa: S311  no secret
        pass
    return port


@contextlib.contextmanager
def usual_ports(remembered: Path) -> Iterator[tuple[dict[str, int], str]]:
    """The ports of this start, and a sentence where some had to change.

    Args:
        remembered: File with the ports of the last start; written.
    """
    known = json.loads(remembered.read_text()) if remembered.exists() else {}
    ports: dict[str, int] = {}
    changed = []
    with contextlib.ExitStack() as held:
        for name, usual in USUAL.items():
            wanted = known.get(name, usual)
            # Whoever gives way leaves the others theirs: one port that is taken must not move all that follow it.
            others = ({*USUAL.values(), *known.values()} - {wanted}).union(ports.values())
            ports[name] = _hold_next_free(name, wanted, others, held)
            if ports[name] != wanted:
                changed.append((wanted, name))
        remembered.write_text(json.dumps(ports, indent=1))
        yield ports, _told(changed, ports, remembered)


@contextlib.contextmanager
def own_block() -> Iterator[dict[str, int]]:
    """Ports of a random block, for a world that asks for none in particular."""
    blocks = list(_BLOCKS)
    random.shuffle(blocks)
    for first in blocks:
        ports = {name: first + number for number, name in enumerate(USUAL)}
        with contextlib.ExitStack() as held:
            if all(_hold(name, port, held) for name, port in ports.items()):
                yield ports
                return
    raise LaunchError(f"no free block of {_BLOCK_SIZE} ports from {_BLOCKS.start} on", "end what listens there")


def _told(changed: list[tuple[int, str]], ports: Mapping[str, int], remembered: Path) -> str:
    """One sentence however many are taken: beside another Casella all of them are."""
    if not changed:
        return ""
    wanted, name = changed[0]
    if len(changed) == 1:
        return f"port {wanted} is in use, {name.replace('_', ' ')} takes {ports[name]}"
    others = "another is" if len(changed) == 2 else f"{len(changed) - 1} others are"
    return f"port {wanted} is in use, and {others}: {remembered} has those that are taken in their place"


def _hold_next_free(name: str, port: int, others: set[int], held: contextlib.ExitStack) -> int:
    for candidate in range(port, _HIGHEST):
        if candidate not in others and _hold(name, candidate, held):
            return candidate
    raise LaunchError(f"no port from {port} on is free", "end a program that listens there")


def _hold(name: str, port: int, held: contextlib.ExitStack) -> bool:
    """Takes a port against all other launchers until `held` is closed; false where it is in use.

    What is held is UDP, since the process that is still to come wants TCP. The DNS stand-in wants both, so its port is
    held by that of another number.
    """
    if not _is_free(port):
        return False
    mark = socket.socket(type=socket.SOCK_DGRAM)
    try:
        mark.bind((LOOPBACK, port - _DNS_MARK if name == "dns" else port))
    except OSError:
        mark.close()
        return False
    held.enter_context(mark)
    return True


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
