"""Hashing passwords: only for what would be done, and of each account one by one."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from casella.common.v1 import errors_pb2
from casella.mailboxes.v1 import mailboxes_pb2 as pb
from services.kit.errors import Refused
from services.kit.ids import new_id
from services.kit.password_hashes import PasswordHashes
from services.mailboxes.__main__ import assemble
from tests.fixtures.postgres import RoomDatabase
from tests.mailboxes.clients import PASSWORD, Customer, new_customer, stub, unlock
from tests.mailboxes.conftest import OPTIONS, POLICY
from tests.support.refusals import refused_as
from tests.support.room import TestRoom, request_id, running_room

INFO = "info@rossi.example"


@pytest.fixture
def hashes() -> Iterator[PasswordHashes]:
    with PasswordHashes() as pool:
        yield pool


@pytest.fixture
async def room(room_database: RoomDatabase, hashes: PasswordHashes, tmp_path: Path) -> AsyncIterator[TestRoom]:
    url = room_database("mailboxes")
    async with running_room(
        "mailboxes", url, lambda core: assemble(core, POLICY, OPTIONS, hashes), tmp_path
    ) as running:
        yield running


@contextmanager
def held(hashes: PasswordHashes) -> Iterator[Callable[[], None]]:
    """Keeps both threads busy, so that whatever needs a hash waits, until the given function is called."""
    free = threading.Event()
    for _ in range(2):
        hashes._threads.submit(free.wait)
    try:
        yield free.set
    finally:
        free.set()


async def test_a_password_for_a_mailbox_that_is_not_ones_own_costs_no_hash(
    room: TestRoom, customer: Customer, hashes: PasswordHashes
) -> None:
    mailbox = await customer.create_mailbox(INFO)
    stranger = await new_customer(room)
    with held(hashes):
        for mailbox_id in (str(new_id()), mailbox.mailbox_id):
            with refused_as(errors_pb2.REASON_NOT_FOUND):
                await stranger.update_mailbox(mailbox_id, password=PASSWORD)
        with refused_as(errors_pb2.REASON_NOT_FOUND):
            await stranger.create_mailbox(INFO)


async def test_a_mailbox_that_does_not_fit_costs_no_hash(
    room: TestRoom, customer: Customer, hashes: PasswordHashes
) -> None:
    await unlock(room, customer, s8=1)
    mailbox = await customer.create_mailbox(INFO)
    with held(hashes):
        with refused_as(errors_pb2.REASON_MAILBOX_LIMIT):
            await customer.create_mailbox("second@rossi.example")
        with refused_as(errors_pb2.REASON_SIZE_NOT_ALLOWED):
            await customer.update_mailbox(mailbox.mailbox_id, password=PASSWORD, size=pb.MAILBOX_SIZE_25_GB)


async def test_a_mailbox_of_an_account_that_does_not_grow_costs_no_hash(
    room: TestRoom, customer: Customer, hashes: PasswordHashes
) -> None:
    await stub(room, "worker").RestrictAccount(pb.RestrictAccountRequest(account_id=customer.id))
    with held(hashes), refused_as(errors_pb2.REASON_ACCOUNT_RESTRICTED):
        await customer.create_mailbox(INFO)


async def test_a_repeated_request_costs_no_hash(customer: Customer, hashes: PasswordHashes) -> None:
    first, second = request_id(), request_id()
    made = await customer.create_mailbox(INFO, request_id=first)
    changed = await customer.update_mailbox(made.mailbox_id, password=PASSWORD, active=False, request_id=second)
    with held(hashes):
        assert (await customer.create_mailbox(INFO, request_id=first)).mailbox_id == made.mailbox_id
        again = await customer.update_mailbox(made.mailbox_id, password=PASSWORD, active=False, request_id=second)
        assert again == changed
        with refused_as(errors_pb2.REASON_REQUEST_ID_REUSED):
            await customer.create_mailbox("other@rossi.example", request_id=first)


async def test_one_accounts_passwords_wait_in_a_line_of_50_and_hold_up_no_other_account(
    room: TestRoom, customer: Customer, hashes: PasswordHashes
) -> None:
    own = await customer.create_mailbox(INFO)
    other = await new_customer(room)
    await other.add_domain("bianchi.example")
    ends: list[str] = []
    refusals: list[Refused] = []
    all_in_line = asyncio.Event()

    async def change() -> None:
        try:
            await customer.update_mailbox(own.mailbox_id, password=PASSWORD)
            ends.append("own")
        except Refused as refusal:
            refusals.append(refusal)
            if len(refusals) == 10:
                all_in_line.set()

    async def create() -> None:
        await other.create_mailbox("info@bianchi.example")
        ends.append("other")

    with held(hashes) as release:
        async with asyncio.TaskGroup() as calls:
            for _ in range(60):
                calls.create_task(change())
            await all_in_line.wait()
            calls.create_task(create())
            release()
    assert {(refusal.reason, refusal.retry_after) for refusal in refusals} == {
        (errors_pb2.REASON_RATE_LIMITED, timedelta(seconds=1))
    }
    assert (len(refusals), ends.count("own")) == (10, 50)
    assert ends.index("other") < 25
    await customer.update_mailbox(own.mailbox_id, password=PASSWORD)
