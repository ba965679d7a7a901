"""What the simulator refuses, in the words and statuses of Stripe's API."""

from typing import Any


class Refusal(Exception):
    """An answer other than 200: `{"error": {...}}`."""

    def __init__(self, status: int, kind: str, message: str, code: str | None = None, param: str | None = None) -> None:
        """Keep what the answer says; `kind` is Stripe's error type, for example `invalid_request_error`."""
        super().__init__(message)
        self.status = status
        self.body: dict[str, Any] = {"error": {"type": kind, "message": f"[simulator] {message}"}}
        if code is not None:
            self.body["error"]["code"] = code
        if param is not None:
            self.body["error"]["param"] = param


def invalid(message: str, code: str | None = None, param: str | None = None) -> Refusal:
    """400: the request itself is wrong."""
    return Refusal(400, "invalid_request_error", message, code, param)


def missing(kind: str, number: str) -> Refusal:
    """404: no object of that id."""
    return Refusal(404, "invalid_request_error", f"No such {kind}: '{number}'", "resource_missing", "id")
