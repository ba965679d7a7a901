"""VIES's REST API as far as Casella uses it: one question about one VAT number, by whoever names their own.

What is simulated, and where it is written: the European Commission's description of the API
(https://ec.europa.eu/assets/taxud/vow-information/swagger_publicVAT.yaml: `POST /check-vat-number` with `countryCode`,
`vatNumber`, `requesterMemberStateCode`, `requesterNumber`; the answer with `countryCode`, `vatNumber`, `requestDate`,
`valid`, `requestIdentifier`, `name`, `address` and the `trader…` fields), and how public clients of it meet its
errors: HTTP 200 or 4xx and 5xx, both with `{"actionSucceed": false, "errorWrappers": [{"error": "MS_UNAVAILABLE"}]}`.
A field that a state does not tell is `---`. Live VIES was not tried from here.
"""

import asyncio
import re
import secrets
import string
from datetime import datetime
from typing import Any

from aiohttp import web

from deploy.local.standin_clock import StandInClock
from deploy.local.vies.register import ERRORS, INVALID, SLOW, VALID, Entry, Question, Register

PATH = "/taxation_customs/vies/rest-api/check-vat-number"
COUNTRIES = frozenset("AT BE BG CY CZ DE DK EE EL ES FI FR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK XI".split())
"""As VIES names them: Greece is EL, and Northern Ireland has XI for goods."""
_NUMBER = re.compile(r"[0-9A-Za-z+*.]{2,12}")
_NOT_TOLD = "---"
_STATUS = {"INVALID_INPUT": 400, "INVALID_REQUESTER_INFO": 400, "IP_BLOCKED": 403, "VAT_BLOCKED": 403}
"""By HTTP status; the errors of a state come as 200, which is why the status alone proves nothing."""
_SLOW_SECONDS = 60
_IDENTIFIER = string.ascii_letters + string.digits
_IDENTIFIER_LENGTH = 12


class Api:
    """The one route."""

    def __init__(self, register: Register, clock: StandInClock) -> None:
        """Take what is known, and the time."""
        self._register = register
        self._clock = clock

    def add_routes(self, app: web.Application) -> None:
        """Register it."""
        app.router.add_post(PATH, self._check)

    async def _check(self, request: web.Request) -> web.Response:
        try:
            vat_id, requester = _read(await request.json())
        except ValueError:
            return _error("INVALID_INPUT")
        if requester is None:
            return _error("INVALID_REQUESTER_INFO")
        entry, now = self._register.about(vat_id), self._clock.now()
        identifier = _identifier() if requester and entry.answer in {VALID, INVALID} else ""
        self._register.questions.append(Question(vat_id, requester, now, entry.answer, identifier))
        if entry.answer == SLOW:
            await asyncio.sleep(_SLOW_SECONDS)
            return _error("TIMEOUT")
        return _error(entry.answer) if entry.answer in ERRORS else _answer(vat_id, entry, identifier, now)


def _read(asked: Any) -> tuple[str, str | None]:
    """The number that is asked about, and whose number asks: empty where nobody is named, None where it is no number.

    Raises:
        ValueError: Nothing that VIES could be asked about.
    """
    given = asked if isinstance(asked, dict) else {}
    country, number = str(given.get("countryCode", "")), str(given.get("vatNumber", ""))
    if country not in COUNTRIES or not _NUMBER.fullmatch(number):
        raise ValueError("no VAT number")
    requester = f"{given.get('requesterMemberStateCode', '')}{given.get('requesterNumber', '')}"
    known = not requester or (requester[:2] in COUNTRIES and _NUMBER.fullmatch(requester[2:]))
    return f"{country}{number}", requester if known else None


def _answer(vat_id: str, entry: Entry, identifier: str, now: datetime) -> web.Response:
    valid = entry.answer == VALID
    parts = ("Name", "Street", "PostalCode", "City", "CompanyType")
    return web.json_response(
        {
            "countryCode": vat_id[:2],
            "vatNumber": vat_id[2:],
            "requestDate": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "valid": valid,
            "requestIdentifier": identifier,
            "name": (entry.name if valid else "") or _NOT_TOLD,
            "address": (entry.address if valid else "") or _NOT_TOLD,
            **{f"trader{part}": _NOT_TOLD for part in parts},
            **{f"trader{part}Match": "NOT_PROCESSED" for part in parts},
        }
    )


def _identifier() -> str:
    """A consultation number in the form of VIES's own."""
    return "WAPIAAAA" + "".join(secrets.choice(_IDENTIFIER) for _ in range(_IDENTIFIER_LENGTH - 4))


def _error(code: str) -> web.Response:
    return web.json_response(
        {"actionSucceed": False, "errorWrappers": [{"error": code}]}, status=_STATUS.get(code, 200)
    )
