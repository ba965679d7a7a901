"""What a log line looks like: one JSON object with ids, never personal data, tokens or payloads.

An exception is logged by its class, its frames and its text with everything quoted or address-like taken out, because
an error's text likes to repeat the input. So does what a library says: gRPC repeats metadata that it cannot read.
"""

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

_PRIVATE = re.compile(r"'[^']*'|\"[^\"]*\"|\([^()]*\)|«[^»]*»|\S+@\S+|\S*\d{4,}\S*")
_LONGEST_TEXT = 300
_OURS = ("services", "workflows", "gateway", "deploy", "cli")


class JsonFormatter(logging.Formatter):
    """Writes a record as one line of JSON; ids come by ``extra={"ids": {...}}``."""

    def __init__(self, process: str) -> None:
        """Name the process (``trial``, ``worker``) that every line carries."""
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        """Turn the record into its line."""
        ours = record.name.partition(".")[0] in _OURS
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "process": self._process,
            "logger": record.name,
            "message": record.getMessage() if ours else redacted(record.getMessage()),
        }
        line.update(getattr(record, "ids", {}))
        if record.exc_info and record.exc_info[1] is not None:
            line["exception"] = describe(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


def describe(error: BaseException) -> dict[str, Any]:
    """An exception without what it says about people: class, text with its values taken out, frames, cause."""
    frames = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)]
    described: dict[str, Any] = {"class": class_name(error), "text": redacted(str(error)), "frames": frames[-12:]}
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        described["cause"] = {"class": class_name(cause), "text": redacted(str(cause))}
    return described


def class_name(error: BaseException) -> str:
    """The full name of an exception's class, which is all that a table may keep of it."""
    return f"{type(error).__module__}.{type(error).__qualname__}"


def redacted(text: str) -> str:
    """The first line of an error's text without quoted values, parentheses, addresses and long numbers."""
    lines = text.strip().splitlines()
    return _PRIVATE.sub("…", lines[0])[:_LONGEST_TEXT] if lines else ""


def set_up(process: str, level: str = "INFO") -> None:
    """Send all logs of this process to standard error as JSON lines.

    Args:
        process: The name in every line.
        level: ``DEBUG`` to ``CRITICAL`` for our own loggers; libraries stay at WARNING, as they like to log payloads.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(process))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for ours in _OURS:
        logging.getLogger(ours).setLevel(level)
