"""Decides what the SdI's control page shows and orders: files with their outcome, and how the next are answered."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from aiohttp import web
from lxml import etree

from deploy.local.page import Pages, new_application
from deploy.local.sdi.exchange import ACTIONS
from deploy.local.sdi.ledger import Ledger, Order
from services.kit.calendar import ROME

MOST_FILES = 200
MOST_TIMES, MOST_SECONDS, LONGEST_CODE = 1000, 366 * 86400, 5
OUTCOMES = {"RC": ("good", "delivered"), "MC": ("good", "issued, undeliverable"), "NS": ("bad", "rejected")}


class SdiPages:
    """The handlers of the control page."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._pages = Pages(
            Path(__file__).parent / "templates",
            stand_in="Sistema di Interscambio",
            warning="this is not the SdI, nothing reaches the tax agency",
        )

    def application(self) -> web.Application:
        """The web application."""
        application = new_application()
        application.router.add_get("/", self.overview)
        application.router.add_get("/files", self.files)
        application.router.add_get("/files/{file_id:\\d+}", self.file)
        application.router.add_get("/orders", self.orders)
        application.router.add_post("/orders", self.add_order)
        application.router.add_post("/orders/clear", self.clear_orders)
        return application

    async def overview(self, _: web.Request) -> web.Response:
        """The page."""
        files = [self._shown(asdict(each)) for each in self._ledger.files(MOST_FILES)]
        orders = self._ledger.orders()
        return self._pages.page("overview.html.j2", files=files, orders=orders, actions=sorted(ACTIONS))

    async def files(self, _: web.Request) -> web.Response:
        """The files for a program."""
        files = [asdict(each) | {"received": each.received.isoformat()} for each in self._ledger.files(MOST_FILES)]
        return web.json_response({"simulator": True, "files": files})

    async def file(self, request: web.Request) -> web.Response:
        """One file, indented where it is XML."""
        content = self._ledger.content(int(request.match_info["file_id"]))
        if content is None:
            raise web.HTTPNotFound(text="There is no such file.")
        return self._pages.page("file.html.j2", content=_readable(content))

    async def orders(self, _: web.Request) -> web.Response:
        """The open orders for a program."""
        return web.json_response({"simulator": True, "orders": [asdict(each) for each in self._ledger.orders()]})

    async def add_order(self, request: web.Request) -> web.Response:
        """Order the next answers, by form or JSON."""
        by_form = request.content_type != "application/json"
        given: dict[str, Any] = dict(await request.post()) if by_form else await request.json()
        self._ledger.add_order(_order(given))
        if by_form:
            raise web.HTTPSeeOther("/")
        return await self.orders(request)

    async def clear_orders(self, _: web.Request) -> web.Response:
        """Take all orders back."""
        self._ledger.clear_orders()
        raise web.HTTPSeeOther("/")

    def _shown(self, file: dict[str, Any]) -> dict[str, Any]:
        tone, words = OUTCOMES[file["outcome"]]
        return file | {
            "tone": tone,
            "words": words,
            "answered": file["outcome"] in file["answers"],
            "received": file["received"].astimezone(ROME).strftime("%d %b %Y, %H:%M"),
        }


def _order(given: dict[str, Any]) -> Order:
    try:
        order = Order(
            action=str(given["action"]),
            code=str(given.get("code") or ""),
            seconds=int(given.get("seconds") or 0),
            remaining=int(given.get("times") or 1),
        )
    except (KeyError, ValueError) as wrong:
        raise web.HTTPBadRequest(text="An order needs an action; seconds and times are whole numbers.") from wrong
    if order.action not in ACTIONS:
        raise web.HTTPBadRequest(text=f"The action must be one of {', '.join(sorted(ACTIONS))}.")
    if order.action == "reject" and not (order.code.isdigit() and len(order.code) == LONGEST_CODE):
        raise web.HTTPBadRequest(text="A rejection needs a code of five digits, for example 00306.")
    if not (0 <= order.seconds <= MOST_SECONDS and 1 <= order.remaining <= MOST_TIMES):
        raise web.HTTPBadRequest(text="Seconds go up to a year, times from 1 to 1000.")
    return order


def _readable(content: bytes) -> str:
    try:
        root = etree.fromstring(
            content, etree.XMLParser(no_network=True, resolve_entities=False, remove_blank_text=True)
        )
    except etree.XMLSyntaxError:
        return content.decode("utf-8", "replace")
    return etree.tostring(root, pretty_print=True, encoding="unicode")
