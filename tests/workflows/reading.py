"""What stands in a workflow's history, with every payload decoded, and whether any of it is personal."""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

HISTORIES = Path(__file__).parent / "histories"

_PERSONAL = {
    "codice fiscale": re.compile(r"\b[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]\b", re.IGNORECASE),
    "VAT number": re.compile(r"\b\d{11}\b"),
    "email address": re.compile(r"[\w.+-]+@[\w-]+\.[a-z.]{2,}", re.IGNORECASE),
    "IBAN": re.compile(r"\bIT\d{2}[A-Z]\d{10}[0-9A-Z]{12}\b"),
    "link": re.compile(r"https?://|/pay/|/confirm/"),
    "network address": re.compile(r"2001:db8:", re.IGNORECASE),
}

_SDI_IDENTIFIER = re.compile(r'"sdiIdentifier":"\d+"')
"""The SdI's own number of a file; as long as a VAT number."""


def texts(history: Any) -> Iterator[str]:
    """Every text of a history in JSON: keys, values, and what its payloads hold."""
    if isinstance(history, dict):
        for key, value in history.items():
            yield key
            if key == "data" and isinstance(value, str):
                yield _decoded(value)
            yield from texts(value)
    elif isinstance(history, list):
        for entry in history:
            yield from texts(entry)
    else:
        yield str(history)


def personal(history: Any, marks: Iterable[str] = ()) -> list[str]:
    """What in a history is personal: one of the marks of those who played it, or something that looks like it."""
    found = []
    for text in (_SDI_IDENTIFIER.sub("", text) for text in texts(history)):
        found += [f"{kind}: {text[:200]}" for kind, pattern in _PERSONAL.items() if pattern.search(text)]
        found += [f"{mark}: {text[:200]}" for mark in marks if mark.lower() in text.lower()]
    return found


def recorded(folder: Path = HISTORIES) -> dict[str, Any]:
    """The histories of all recordings, the newest first, by recording and shape: ``2026-11-29-0347/order-expired``."""
    found = sorted(folder.glob("*/*.json"), key=lambda path: (path.parent.name, path.stem), reverse=True)
    return {f"{path.parent.name}/{path.stem}": json.loads(path.read_text()) for path in found}


def _decoded(data: str) -> str:
    try:
        return base64.b64decode(data, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return data
