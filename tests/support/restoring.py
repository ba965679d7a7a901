"""Brings a room's rows back from a real backup, as `casella recover restore` does, and holds them."""

import asyncio
import secrets
from datetime import datetime
from pathlib import Path

from sqlalchemy import make_url

from deploy.backup import dump
from deploy.backup.restore import hold
from deploy.local import provision


def back_up(admin_url: str, room_url: str, file: Path) -> Path:
    """Writes all rows of a room's test database into a file."""
    dump.dump(file, _as_admin(admin_url, str(make_url(room_url).database)))
    return file


async def restored(admin_url: str, room: str, room_url: str, file: Path, now: datetime) -> str:
    """The URL, as the room's role, of a new database with the rows of a backup, which hold themselves."""
    name = f"{room}_{secrets.token_hex(6)}"
    await provision.create_database(admin_url, name)
    url = _as_admin(admin_url, name)
    arguments, variables = dump.for_client(url)
    await asyncio.to_thread(dump.run, "pg_restore", ["--exit-on-error", *arguments, str(file)], variables)
    await hold(url, now, (room,))
    return make_url(room_url).set(database=name).render_as_string(hide_password=False)


def _as_admin(admin_url: str, name: str) -> str:
    return make_url(admin_url).set(database=name).render_as_string(hide_password=False)
