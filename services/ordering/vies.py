"""What VIES, the EU's register of VAT numbers, says about a number: asked by its REST API, with our own number.

Only *valid* and *not valid* are answers; everything else (an error of VIES, no connection, an answer that is not about
what was asked) says nothing about the number. Source: the European Commission's description of the API,
https://ec.europa.eu/assets/taxud/vow-information/swagger_publicVAT.yaml.
"""

import json
import logging
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp

from services.kit import hooks
from services.kit.vat_ids import VatId
from services.ordering.domain.tax_waiting import Finding

_TIMEOUT = aiohttp.ClientTimeout(total=5)
"""Seconds for one question: a customer waits for it. Some states take longer; then it is asked again later."""
_LARGEST_ANSWER = 100_000
_LONGEST_TEXT = 1000
_LONGEST_CODE = 60
_NOT_TOLD = "---"
_NO_CONNECTION, _UNREADABLE = "NO_CONNECTION", "UNREADABLE_ANSWER"

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RegisterAnswer:
    """What came of a question.

    Attributes:
        consultation_number: VIES's number of the question, by which it can be proved; empty without an answer.
        name: Of the owner, where that state tells it.
        address: Of the owner, where that state tells it; may have several lines.
        error: Why there is no answer, as VIES calls it, for example `MS_UNAVAILABLE`; empty with one.
    """

    finding: Finding
    consultation_number: str = ""
    name: str = ""
    address: str = ""
    error: str = ""


class VatRegister(Protocol):
    """Whoever knows which VAT numbers are valid."""

    async def ask(self, vat_id: VatId) -> RegisterAnswer:
        """What it says about a number now; never raises for a register that is away."""

    async def close(self) -> None:
        """Close its connections."""


class Vies:
    """VIES by its REST API."""

    def __init__(self, url: str, requester: VatId) -> None:
        """Take the API's address, and the number in whose name it is asked: without it there is no proof."""
        self._url = f"{url.rstrip('/')}/check-vat-number"
        self._requester = requester
        self._session: aiohttp.ClientSession | None = None

    async def ask(self, vat_id: VatId) -> RegisterAnswer:
        """What VIES says about a number now."""
        question = {
            "countryCode": vat_id.prefix,
            "vatNumber": vat_id.number,
            "requesterMemberStateCode": self._requester.prefix,
            "requesterNumber": self._requester.number,
        }
        try:
            async with (
                hooks.around("vies"),
                self._open().post(self._url, json=question, allow_redirects=False) as response,
            ):
                answer = _read(await _body(response), vat_id)
        except (aiohttp.ClientError, TimeoutError, OSError):
            answer = RegisterAnswer(Finding.NO_ANSWER, error=_NO_CONNECTION)
        if answer.error:
            _LOG.warning("VIES gave no answer", extra={"ids": {"country": vat_id.prefix, "error": answer.error}})
        return answer

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        """The session, made inside the loop that uses it."""
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=_TIMEOUT)
        return self._session


async def _body(response: aiohttp.ClientResponse) -> bytes:
    """The whole answer, in however many pieces it comes; nothing of one that is too large."""
    body = bytearray()
    async for piece in response.content.iter_any():
        body += piece
        if len(body) > _LARGEST_ANSWER:
            return b""
    return bytes(body)


def _read(body: bytes, vat_id: VatId) -> RegisterAnswer:
    """An answer; the HTTP status does not count, because VIES sends errors as 200 too."""
    try:
        told: Any = json.loads(body)
    except (ValueError, RecursionError):
        return RegisterAnswer(Finding.NO_ANSWER, error=_UNREADABLE)
    if not isinstance(told, dict):
        return RegisterAnswer(Finding.NO_ANSWER, error=_UNREADABLE)
    if told.get("errorWrappers"):
        return RegisterAnswer(Finding.NO_ANSWER, error=_error_of(told["errorWrappers"]))
    valid = told.get("valid")
    about_this = (told.get("countryCode"), told.get("vatNumber")) == (vat_id.prefix, vat_id.number)
    if not isinstance(valid, bool) or not about_this:
        return RegisterAnswer(Finding.NO_ANSWER, error=_UNREADABLE)
    return RegisterAnswer(
        Finding.VALID if valid else Finding.NOT_VALID,
        _text(told.get("requestIdentifier"), _LONGEST_CODE),
        _text(told.get("name")),
        _text(told.get("address")),
    )


def _error_of(wrappers: Any) -> str:
    first = wrappers[0] if isinstance(wrappers, list) else None
    return _text(first.get("error") if isinstance(first, dict) else "", _LONGEST_CODE) or _UNREADABLE


def _text(value: Any, longest: int = _LONGEST_TEXT) -> str:
    """A text without what a row cannot hold: zeros, and halves of characters, which JSON may write."""
    text = value.strip() if isinstance(value, str) else ""
    text = text.replace("\0", "").encode(errors="replace").decode()
    return "" if text == _NOT_TOLD else text[:longest]
