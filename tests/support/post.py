"""Lets a room's mails leave through its real relay, and finds what its database still holds of a secret afterwards."""

from collections.abc import Iterator
from email import message_from_bytes
from typing import Any

from sqlalchemy import text

from services.kit.mailer import Mailer
from services.kit.relay import Relay
from services.kit.serving import mail_builder
from services.kit.temporal_client import connect
from tests.support.pdf_parts import streams
from tests.support.room import TestRoom
from tests.support.sink import Sink


async def delivered(room: TestRoom) -> list[bytes]:
    """Deliver all mails in the outbox; gives what the SMTP server accepted."""
    away = await connect("127.0.0.1:1", "nowhere", lazy=True)
    async with Sink() as sink:
        mailer = Mailer(sink.server)
        builder = mail_builder(room.core, room.room)
        relay = Relay(room.core.database, room.clock, away, room.room.task_queue, builder, mailer)
        while await relay.deliver_mail():
            pass
        await mailer.close()
    return sink.messages


async def tables_holding(room: TestRoom, secret: str) -> list[str]:
    """The tables of a room with a row in which a secret can be read: in a text, a JSON document, a message or a PDF."""
    async with room.core.database.reading() as conn:
        names = await conn.scalars(
            text("SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()")
        )
        found = []
        for name in sorted(names):
            rows = await conn.execute(text(f'SELECT * FROM "{name}"'))
            if any(secret in part for row in rows for value in row for part in _texts(value)):
                found.append(name)
        return found


def texts_of(content: bytes) -> Iterator[str]:
    """All that can be read in a message or a file: as it is, its decoded parts, their unpacked streams."""
    yield content.decode("latin-1")
    for part in message_from_bytes(content).walk():
        whole = part.get_payload(decode=True)
        for unpacked in [whole, *streams(whole)] if isinstance(whole, bytes) else []:
            yield unpacked.decode("latin-1")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, bytes):
        yield from texts_of(value)
    else:
        yield str(value)
