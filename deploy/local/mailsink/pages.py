"""Decides what the mail sink's web page shows: inboxes, messages, one message as HTML, text and source."""

import mimetypes
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aiohttp import web

from deploy.local.mailsink.mailbox import Mailbox, Message, header, parse
from deploy.local.mailsink.reading import attachments, body, safe_html
from deploy.local.mailsink.store import MailStore, repeated
from deploy.local.page import Pages, new_application
from services.kit.calendar import ROME

# A mail's HTML may show pictures that it carries and style itself; it may not run, load or send anything.
MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
)
KILOBYTE = 1024
SHOWN_ATTACHMENTS = frozenset({"application/pdf", "image/png", "image/jpeg", "text/plain"})


class MailPages:
    """The handlers of the mail sink's page."""

    def __init__(self, store: MailStore) -> None:
        self._store = store
        self._pages = Pages(
            Path(__file__).parent / "templates",
            stand_in="Casella mail sink",
            warning="every message to every address ends here, nothing is delivered",
        )

    def application(self) -> web.Application:
        """The web application."""
        application = new_application()
        application.router.add_get("/", self.mailboxes)
        application.router.add_get("/api/mailboxes", self.counts)
        application.router.add_get("/api/messages", self.listing)
        application.router.add_get("/mailboxes/{address}", self.mailbox)
        application.router.add_get("/mailboxes/{address}/{uid:\\d+}", self.message)
        application.router.add_get("/mailboxes/{address}/{uid:\\d+}/html", self.html)
        application.router.add_get("/mailboxes/{address}/{uid:\\d+}/attachments/{number:\\d+}", self.attachment)
        return application

    async def mailboxes(self, _: web.Request) -> web.Response:
        """All addresses that got mail, the most recent first."""
        filled = [(max(each.messages.values(), key=lambda m: m.uid), each) for each in self._store if each.messages]
        filled.sort(key=lambda pair: pair[0].received, reverse=True)
        rows = [
            {"address": box.address, "count": len(box.messages)} | _shown(newest, frozenset()) for newest, box in filled
        ]
        return self._pages.page("mailboxes.html.j2", mailboxes=rows)

    async def counts(self, _: web.Request) -> web.Response:
        """How many messages each address has, for a program that asks who got new ones."""
        counts = {mailbox.address: len(mailbox.messages) for mailbox in self._store}
        return web.json_response({"simulator": True, "mailboxes": counts})

    async def listing(self, request: web.Request) -> web.Response:
        """The messages of one address for a program."""
        mailbox = self._store.existing(request.query.get("address", ""))
        rows = [_shown(message, repeated(mailbox)) for message in mailbox.messages.values()] if mailbox else []
        return web.json_response({"simulator": True, "messages": rows})

    async def mailbox(self, request: web.Request) -> web.Response:
        """The messages of one address, the newest first."""
        mailbox = self._found(request)
        twice = repeated(mailbox)
        rows = [_shown(message, twice) for message in sorted(mailbox.messages.values(), key=lambda m: -m.uid)]
        return self._pages.page("mailbox.html.j2", address=mailbox.address, messages=rows)

    async def message(self, request: web.Request) -> web.Response:
        """One message: HTML where it has some, else text; source on request."""
        mailbox, message = self._found_message(request)
        parsed = parse(message.content())
        has_html = body(parsed, "html") is not None
        view = request.query.get("view", "html" if has_html else "text")
        text = message.content().decode("utf-8", "replace") if view == "source" else body(parsed, "plain")
        return self._pages.page(
            "message.html.j2",
            address=mailbox.address,
            base=f"/mailboxes/{quote(mailbox.address)}/{message.uid}",
            message=_shown(message, repeated(mailbox)),
            to=header(message.headers, "To"),
            attachments=[
                {"number": part.number, "name": part.name, "size": _size(len(part.content))}
                for part in attachments(parsed)
            ],
            has_html=has_html,
            view=view,
            text=text if text is not None else "(This message has no text part.)",
        )

    async def html(self, request: web.Request) -> web.Response:
        """The HTML body for the frame."""
        _, message = self._found_message(request)
        headers = {"Content-Security-Policy": MAIL_POLICY, "X-Content-Type-Options": "nosniff"}
        return web.Response(text=safe_html(parse(message.content())), content_type="text/html", headers=headers)

    async def attachment(self, request: web.Request) -> web.Response:
        """One attachment; harmless kinds open in the browser, all others are downloaded."""
        _, message = self._found_message(request)
        number = int(request.match_info["number"])
        found = next((part for part in attachments(parse(message.content())) if part.number == number), None)
        if found is None:
            raise web.HTTPNotFound(text="There is no such attachment.")
        kind = found.content_type
        if kind == "application/octet-stream":
            kind = mimetypes.guess_type(found.name)[0] or kind
        how = "inline" if kind in SHOWN_ATTACHMENTS else "attachment"
        headers = {
            "Content-Disposition": f"{how}; filename*=UTF-8''{quote(found.name)}",
            "Content-Type": kind if how == "inline" else "application/octet-stream",
            "X-Content-Type-Options": "nosniff",
        }
        return web.Response(body=found.content, headers=headers)

    def _found(self, request: web.Request) -> Mailbox:
        mailbox = self._store.existing(request.match_info["address"])
        if mailbox is None:
            raise web.HTTPNotFound(text="Nothing has arrived for this address.")
        return mailbox

    def _found_message(self, request: web.Request) -> tuple[Mailbox, Message]:
        mailbox = self._found(request)
        message = mailbox.messages.get(int(request.match_info["uid"]))
        if message is None:
            raise web.HTTPNotFound(text="There is no such message.")
        return mailbox, message


def _shown(message: Message, twice: frozenset[str]) -> dict[str, Any]:
    message_id = header(message.headers, "Message-ID")
    return {
        "uid": message.uid,
        "subject": header(message.headers, "Subject"),
        "sender": header(message.headers, "From"),
        "message_id": message_id,
        "repeated": message_id in twice,
        "size": _size(message.size),
        "received": _time(message.received),
    }


def _time(instant: datetime) -> str:
    return instant.astimezone(ROME).strftime("%d %b %Y, %H:%M")


def _size(count: int) -> str:
    return f"{count} bytes" if count < KILOBYTE else f"{count / KILOBYTE:.0f} kB"
