"""Decides who may read what a command writes, its user alone, and which file is too large to be handed over.

Customers' data and bank accounts stand in what is written.
"""

import os
from math import ceil
from pathlib import Path
from typing import BinaryIO

from cli.failures import WrongInput
from services.kit.limits import LARGEST_STATEMENT

_OWNER_ONLY = 0o600
_MEGABYTE = 1024 * 1024
MOST = f"at most {LARGEST_STATEMENT // _MEGABYTE} MB a file"
"""Of what payments' door takes."""


def to_hand_over(path: Path, undone: str, remedy: str, remedy_of_size: str) -> bytes:
    """The bytes of a file for payments, which is told as empty or too large before anything is sent.

    Args:
        path: Where it is.
        undone: What did not happen where it is refused: "was not imported".
        remedy: What helps where it cannot be right.
        remedy_of_size: What helps where it is too large.

    Raises:
        WrongInput: It cannot be read, is empty or too large.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise WrongInput(f"{path} cannot be read ({error.strerror})") from None
    if not content:
        raise WrongInput(f"{path} {undone}: the file is empty", remedy)
    if len(content) > LARGEST_STATEMENT:
        megabytes = ceil(10 * len(content) / _MEGABYTE) / 10  # upwards, so that a byte too much is seen
        raise WrongInput(f"{path} {undone}: {megabytes} MB; {MOST}", remedy_of_size)
    return content


def write(path: Path, content: bytes, *, over: bool = False) -> None:
    """Write a file that only its owner can read.

    Args:
        path: Its folder must exist.
        content: All of it.
        over: Whether one that is there gives way; it keeps its mode.

    Raises:
        OSError: It is there already, or cannot be written.
    """
    with opened(path, over=over) as out:
        out.write(content)


def opened(path: Path, *, over: bool = False) -> BinaryIO:
    """A file to write bit by bit that only its owner can read; like `write`."""
    kind = os.O_TRUNC if over else os.O_EXCL
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | kind, _OWNER_ONLY), "wb")
