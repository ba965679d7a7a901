"""Decides the name of a file sent to the Sistema di Interscambio.

Form: country, transmitter's code, underscore, one to five alphanumerics, `.xml` (SdI code 00001 otherwise). A name is
never used twice, not even for a re-send (00002), so each comes from a counter that only grows.
"""

import re
import string

_ALPHABET = string.digits + string.ascii_uppercase
_LENGTH = 5

# How many files one transmitter can ever send with five characters.
CAPACITY = len(_ALPHABET) ** _LENGTH

_FILE_NAME = re.compile(r"[A-Z]{2}[A-Za-z0-9]{2,28}_[A-Za-z0-9]{1,5}\.xml(\.p7m)?")


def progressive(count: int) -> str:
    """Writes a counter as the five characters of a file name, which are also the `ProgressivoInvio`.

    Args:
        count: Position of the file in this transmitter's series, from 1 to `CAPACITY - 1`.

    Returns:
        Digits and capital letters, for example "00001" or "000ZZ": base 36, so that the order is visible.

    Raises:
        ValueError: The counter is outside the range, so no unused name is left.
    """
    if not 0 < count < CAPACITY:
        raise ValueError(f"no file name for position {count}")
    characters: list[str] = []
    for _ in range(_LENGTH):
        count, digit = divmod(count, len(_ALPHABET))
        characters.append(_ALPHABET[digit])
    return "".join(reversed(characters))


def file_name(transmitter: str, count: int) -> str:
    """Names a file, for example "IT01234567897_00001.xml".

    Args:
        transmitter: The transmitter's codice fiscale, 11 or 16 characters.
        count: Position of the file in the series.
    """
    return f"IT{transmitter}_{progressive(count)}.xml"


def is_file_name(name: str) -> bool:
    """Says whether the SdI would take a name of this form (code 00001)."""
    return _FILE_NAME.fullmatch(name) is not None
