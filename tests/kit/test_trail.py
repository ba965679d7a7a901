"""Operators read what stands in a room's audit trail, of the rows that they name and of no others."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from casella.common.v1 import common_pb2, errors_pb2, trail_pb2, trail_pb2_grpc
from services.kit import audit
from services.kit.audit import AuditEntry
from services.kit.channels import open_channel
from services.kit.clock import SystemClock
from services.kit.core import Core
from services.kit.database import Database
from services.kit.errors import Refused
from services.kit.settings import RoomSettings
from services.kit.wire import from_timestamp
from tests.support.room import bare_room, caller_secret, room_settings

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
async def address(kit_url: str, tmp_path: Path) -> AsyncIterator[str]:
    core = Core.of("kit", RoomSettings(**room_settings(kit_url, tmp_path)), SystemClock())
    async with bare_room(core, tmp_path) as address:
        yield address


async def steered(database: Database, subject: UUID, *actions: str, account_id: UUID | None = None) -> None:
    """Write deeds into the trail, an hour apart."""
    async with database.transaction() as conn:
        for hours, action in enumerate(actions):
            entry = AuditEntry("carla", action, subject, "court_order", uuid4(), f"{action}/{hours}")
            await audit.record(conn, entry, NOON + timedelta(hours=hours), account_id=account_id)


async def test_the_trail_of_the_named_rows_comes_in_pages_oldest_first(address: str, database: Database) -> None:
    account, order, stranger = uuid4(), uuid4(), uuid4()
    await steered(database, account, "set_legal_hold", "lift_legal_hold")
    await steered(database, stranger, "set_legal_hold")
    await steered(database, order, "cancel_order")
    async with open_channel(address, caller_secret("operator")) as channel:
        stub = trail_pb2_grpc.TrailServiceStub(channel)
        asked = trail_pb2.ListTrailRequest(
            subject_ids=[str(account), str(order)], page=common_pb2.PageRequest(page_size=2)
        )
        first = await stub.ListTrail(asked)
        asked.page.page_token = first.next_page_token
        second = await stub.ListTrail(asked)
    assert [entry.action for entry in first.entries] == ["set_legal_hold", "lift_legal_hold"]
    assert [entry.action for entry in second.entries] == ["cancel_order"]
    assert second.next_page_token == ""
    told = first.entries[1]
    assert (told.actor, told.reason_code, told.source) == ("carla", "court_order", "lift_legal_hold/1")
    assert (told.subject_id, from_timestamp(told.at)) == (str(account), NOON + timedelta(hours=1))
    assert str(UUID(told.ticket_id)) == told.ticket_id


async def test_the_trail_of_an_account_has_every_deed_about_it_whichever_row_it_changed(
    address: str, database: Database
) -> None:
    account, sign_up, refund, stranger = (uuid4() for _ in range(4))
    await steered(database, sign_up, "allow_sign_up")
    await steered(database, refund, "approve_refund", "export_refunds", account_id=account)
    await steered(database, uuid4(), "approve_refund", account_id=stranger)
    await steered(database, uuid4(), "set_money_aside")
    async with open_channel(address, caller_secret("operator")) as channel:
        stub = trail_pb2_grpc.TrailServiceStub(channel)
        of_account = await stub.ListTrail(trail_pb2.ListTrailRequest(account_id=str(account)))
        both = await stub.ListTrail(trail_pb2.ListTrailRequest(account_id=str(account), subject_ids=[str(sign_up)]))
        of_row = await stub.ListTrail(trail_pb2.ListTrailRequest(subject_ids=[str(sign_up)]))
    assert [entry.action for entry in of_account.entries] == ["approve_refund", "export_refunds"]
    assert [entry.action for entry in both.entries] == ["allow_sign_up", "approve_refund", "export_refunds"]
    assert [entry.action for entry in of_row.entries] == ["allow_sign_up"]


@pytest.mark.parametrize(
    ("subjects", "field"),
    [([], "subject_ids"), ([str(uuid4())] * 201, "subject_ids"), (["x"], "subject_ids[0]")],
    ids=["none", "many", "no-id"],
)
async def test_a_trail_of_nobody_is_refused(address: str, subjects: list[str], field: str) -> None:
    async with open_channel(address, caller_secret("operator")) as channel:
        with pytest.raises(Refused) as refused:
            await trail_pb2_grpc.TrailServiceStub(channel).ListTrail(trail_pb2.ListTrailRequest(subject_ids=subjects))
    assert [violation.field for violation in refused.value.violations] == [field]


@pytest.mark.parametrize("caller", ["gateway", "worker"])
async def test_the_trail_is_for_operators_only(address: str, caller: str) -> None:
    async with open_channel(address, caller_secret(caller)) as channel:
        asked = trail_pb2.ListTrailRequest(subject_ids=[str(uuid4())])
        with pytest.raises(Refused) as refused:
            await trail_pb2_grpc.TrailServiceStub(channel).ListTrail(asked)
    assert refused.value.reason == errors_pb2.REASON_CALLER_NOT_ALLOWED
