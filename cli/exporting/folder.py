"""A folder that is there whole or not at all: written beside its place, and moved there at its end.

What a broken off writing has left beside the place is taken up by the next one. Customers' data stand in it: it is its
user's alone.
"""

import csv
import io
import os
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from cli import files
from cli.failures import WrongInput

_OWNER_ONLY = 0o700
_OBEYED = frozenset("=+-@")
"""What a spreadsheet takes for a formula's beginning."""


class Unfinished:
    """A folder that is being written."""

    def __init__(self, place: Path) -> None:
        """Begin it, or go on where an earlier one of this name has ended.

        Raises:
            WrongInput: Something is at its place, or what is beside it is not ours.
            OSError: It cannot be written there.
        """
        self._place = place
        self._check_free()
        self.beside = place.with_name(f"{place.name}.part")
        self._written: set[Path] = set()
        self.beside.mkdir(mode=_OWNER_ONLY, exist_ok=True)
        if self.beside.is_symlink() or self.beside.stat().st_uid != os.geteuid():
            raise WrongInput(f"{self.beside} is not yours", "Name another folder")
        self.beside.chmod(_OWNER_ONLY)

    def has(self, name: Path, digest: str) -> bool:
        """Whether an earlier writing has left this file whole; it then belongs to this one."""
        path = self.beside / name
        if path.is_symlink() or not path.is_file() or sha256(path.read_bytes()).hexdigest() != digest:
            return False
        self._written.add(path)
        return True

    def write(self, name: Path, content: bytes) -> None:
        """Write a file, in a folder of its own within this one where its name has one."""
        with self.open(name) as out:
            out.write(content)

    def open(self, name: Path) -> BinaryIO:
        """Open a file to be written bit by bit."""
        path = self.beside / name
        path.parent.mkdir(mode=_OWNER_ONLY, exist_ok=True)
        path.unlink(missing_ok=True)
        self._written.add(path)
        return files.opened(path)

    def finish(self) -> None:
        """Take out what an earlier writing has left that does not belong here, and move it to its place.

        Raises:
            WrongInput: Meanwhile something is there.
        """
        for path in sorted(self.beside.rglob("*"), reverse=True):
            if path.is_dir() and not path.is_symlink():
                if not any(path.iterdir()):
                    path.rmdir()
            elif path not in self._written:
                path.unlink()
        self._check_free()
        self.beside.rename(self._place)

    def _check_free(self) -> None:
        if os.path.lexists(self._place):
            raise WrongInput(f"{self._place} is there already", "An export is never overwritten: name a new folder")


class Sheet:
    """A table for a spreadsheet: UTF-8 with its mark, semicolons, CRLF."""

    def __init__(self, out: BinaryIO, columns: Sequence[str]) -> None:
        """Begin it with its columns' names."""
        self._out = io.TextIOWrapper(out, encoding="utf-8-sig", newline="")
        self._rows = csv.DictWriter(self._out, columns, restval="", delimiter=";", lineterminator="\r\n")
        self._rows.writeheader()

    def add(self, row: Mapping[str, str]) -> None:
        """Add a row; columns that it does not name stay empty."""
        self._rows.writerow(row)

    def close(self) -> None:
        """Write what is left."""
        self._out.close()


def typed(text: str) -> str:
    """What somebody typed, as a cell in one line that no spreadsheet computes."""
    shown = "".join(sign if sign.isprintable() else " " for sign in text)
    return f"'{shown}" if shown.lstrip()[:1] in _OBEYED else shown


def cents(minor: int) -> str:
    """An amount as an Italian spreadsheet reads it: ``-1234,05``."""
    return f"{'-' if minor < 0 else ''}{abs(minor) // 100},{abs(minor) % 100:02d}"
