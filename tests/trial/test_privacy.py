"""What must not be written down: nothing personal in logs or error texts, no column that the migrations do not make."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from casella.common.v1 import errors_pb2
from services.kit.logs import JsonFormatter
from services.trial.tables import metadata
from tests.support.refusals import refused_as
from tests.support.room import TestRoom, request_id
from tests.trial.clients import PASSWORD, Visitors, client

MARKS = ("Zaffira", "Quintavalle", "zaffira", "xn--canarino", "203.0.113.77", PASSWORD)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that the process logs, in the form in which it is written."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonFormatter("trial"))
    ours = logging.getLogger("services")
    level = ours.level
    ours.addHandler(handler)
    ours.setLevel(logging.DEBUG)
    yield written
    ours.removeHandler(handler)
    ours.setLevel(level)


async def test_nothing_personal_is_logged_or_refused_in_words(
    visitors: Visitors, room: TestRoom, log: io.StringIO
) -> None:
    fields = {
        "first_name": "Zaffira",
        "last_name": "Quintavalle",
        "email": "zaffira@demo.example",
        "client": client("203.0.113.77"),
    }
    token = await visitors.token(**fields)
    await visitors.confirm(token)
    session = (await visitors.log_in("zaffira@demo.example", ip="203.0.113.77")).session
    refusals = []
    for reason, call in (
        (errors_pb2.REASON_INVALID_INPUT, visitors.sign_up(**{**fields, "email": "zaffira@xn--canarino"})),
        (errors_pb2.REASON_SIGN_UP_DENIED, visitors.sign_up(**{**fields, "email": "zaffira@null-mx.example"})),
        (errors_pb2.REASON_LINK_NOT_VALID, visitors.confirm(token)),
        (
            errors_pb2.REASON_LOGIN_REFUSED,
            visitors.log_in("zaffira@demo.example", "Zaffira Quintavalle", ip="203.0.113.77"),
        ),
    ):
        with refused_as(reason) as caught:
            await call
        refusals.append(f"{caught.value.message} {caught.value.metadata} {caught.value.violations}")
    written = log.getvalue()
    assert len([line for line in written.splitlines() if json.loads(line)["message"] == "call"]) >= 7
    for mark in (*MARKS, token, session.access_token, session.refresh_token):
        assert mark not in written
        assert mark not in "".join(refusals)


async def test_what_goes_to_temporal_is_ids_only(visitors: Visitors, room: TestRoom) -> None:
    await visitors.confirmed(first_name="Zaffira", last_name="Quintavalle", email="zaffira@demo.example")
    await visitors.sign_up(first_name="Zaffira", last_name="Quintavalle", email="zaffira@broken.example")
    wakes = await room.wakes()
    assert {wake.workflow for wake in wakes} == {"Trial", "SignUp"}
    assert not any(mark in repr(wakes) for mark in MARKS)


async def test_the_tables_in_the_code_are_those_of_the_migrations(room: TestRoom) -> None:
    columns = "SELECT table_name, column_name, is_nullable = 'YES' FROM information_schema.columns"
    query = text(f"{columns} WHERE table_schema = 'trial'")
    async with room.core.database.reading() as conn:
        there = {(row[0], row[1], row[2]) for row in await conn.execute(query)}
    ours = {
        (table.name, column.name, bool(column.nullable)) for table in metadata.tables.values() for column in table.c
    }
    made = {entry for entry in there if entry[0] in metadata.tables}
    assert ours == made


async def test_a_stored_request_does_not_tell_its_content(visitors: Visitors, room: TestRoom) -> None:
    request = request_id()
    await visitors.sign_up(request_id=request, email="zaffira@demo.example")
    [row] = await room.rows("requests")
    assert str(row["request_id"]) == request
    assert "zaffira" not in repr(row)
