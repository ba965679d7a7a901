"""Decides what the page of the VIES stand-in shows, and its levers for tests and the demo.

The levers: `PUT /_simulator/numbers/{vat id}` with `{"answer": "invalid"}` (`valid`, `invalid`, `slow`, or an error of
VIES) and, where another name is to be told, `"name": "Beispiel GmbH"` (empty: as a state that tells none),
`PUT /_simulator/away` with `{"error": "MS_UNAVAILABLE"}` for every number (empty: ends it),
`GET /_simulator/questions`.
"""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from aiohttp import web

from deploy.local.page import Pages
from deploy.local.vies.register import ANSWERS, ERRORS, SLOW, Register, RegisterNotValid
from services.kit.calendar import ROME


class ViesPages:
    """The page and the levers."""

    def __init__(self, register: Register) -> None:
        """Take what they show and move."""
        self._register = register
        self._pages = Pages(
            Path(__file__).parent / "templates",
            stand_in="VIES",
            warning="this is not VIES, it knows a few invented numbers",
        )

    def add_routes(self, app: web.Application) -> None:
        """Register them."""
        add = app.router
        add.add_get("/", self.overview)
        add.add_post("/numbers", self.set_by_form)
        add.add_post("/away", self.send_away_by_form)
        add.add_get("/_simulator", self.overview)
        add.add_put("/_simulator/numbers/{vat_id}", self.set)
        add.add_put("/_simulator/away", self.send_away)
        add.add_get("/_simulator/questions", self.questions)

    async def overview(self, _: web.Request) -> web.Response:
        """The page."""
        questions = [
            asdict(each) | {"asked_at": each.asked_at.astimezone(ROME).strftime("%d %b %Y, %H:%M:%S")}
            for each in reversed(self._register.questions)
        ]
        return self._pages.page(
            "overview.html.j2",
            numbers=self._register.entries(),
            questions=questions,
            answers=sorted(ANSWERS),
            errors=sorted({SLOW, *ERRORS}),
            away=self._register.away,
        )

    async def set_by_form(self, request: web.Request) -> web.Response:
        """Say something else about a number."""
        given = await request.post()
        self._set(str(given.get("vat_id", "")), str(given.get("answer", "")), str(given.get("name", "")) or None)
        raise web.HTTPSeeOther("/")

    async def send_away_by_form(self, request: web.Request) -> web.Response:
        """Give every question an error, or end that."""
        self._send_away(str((await request.post()).get("error", "")))
        raise web.HTTPSeeOther("/")

    async def set(self, request: web.Request) -> web.Response:
        """Say something else about a number, for a program."""
        given: dict[str, Any] = await request.json()
        name = str(given["name"]) if "name" in given else None
        self._set(request.match_info["vat_id"], str(given.get("answer", "")), name)
        return web.json_response({"simulator": True})

    async def send_away(self, request: web.Request) -> web.Response:
        """Give every question an error, or end that, for a program."""
        given: dict[str, Any] = await request.json()
        self._send_away(str(given.get("error", "")))
        return web.json_response({"simulator": True})

    async def questions(self, _: web.Request) -> web.Response:
        """What was asked, oldest first, for a program."""
        asked = [asdict(each) | {"asked_at": each.asked_at.isoformat()} for each in self._register.questions]
        return web.json_response({"simulator": True, "questions": asked})

    def _set(self, vat_id: str, answer: str, name: str | None) -> None:
        try:
            self._register.set(vat_id.replace(" ", "").upper(), answer, name)
        except RegisterNotValid as wrong:
            raise web.HTTPBadRequest(text=str(wrong)) from wrong

    def _send_away(self, error: str) -> None:
        try:
            self._register.send_away(error)
        except RegisterNotValid as wrong:
            raise web.HTTPBadRequest(text=str(wrong)) from wrong
