"""Decides who may read what a command writes: its user alone, for customers' data and bank accounts stand in it."""

import os
from pathlib import Path

_OWNER_ONLY = 0o600


def write(path: Path, content: bytes, *, over: bool = False) -> None:
    """Write a file that only its owner can read.

    Args:
        path: Its folder must exist.
        content: All of it.
        over: Whether one that is there gives way; it keeps its mode.

    Raises:
        OSError: It is there already, or cannot be written.
    """
    kind = os.O_TRUNC if over else os.O_EXCL
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | kind, _OWNER_ONLY), "wb") as out:
        out.write(content)
