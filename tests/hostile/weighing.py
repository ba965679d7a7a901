"""How much memory this process holds, in which a room and its caller run, and requests as large as a room reads."""

import gc
import re
from pathlib import Path

_SELF = Path("/proc/self")
_UNKNOWN = bytes((0xC2, 0xB8, 0x02))
"""The tag of a field that no contract has (5,000, with bytes in it): parsed and kept, and read by nobody."""


def padded(request: bytes, size: int) -> bytes:
    """A request with a field more, so that it has just this many bytes; they must be some thousand more."""
    room = size - len(request) - len(_UNKNOWN)
    wide = 3 if room < 1 << 21 else 4  # a length takes a byte for each 7 bits
    length = room - wide
    digits = [length >> 7 * place & 0x7F | 0x80 for place in range(wide)]
    digits[-1] &= 0x7F
    return request + _UNKNOWN + bytes(digits) + bytes(length)


def held() -> int:
    """Bytes of memory in use now."""
    gc.collect()
    return _status("VmRSS")


def forget_peak() -> None:
    """Let `peak` begin anew (proc(5), clear_refs)."""
    (_SELF / "clear_refs").write_text("5")


def peak() -> int:
    """The most bytes in use at any time since then."""
    return _status("VmHWM")


def _status(name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB$", (_SELF / "status").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1]) * 1024
