"""Name servers that did not answer are asked again, and decide alone where nothing else holds a sign-up."""

import asyncio
from collections.abc import Awaitable, Callable
from types import MethodType

import pytest

from casella.trial.v1 import trial_pb2 as pb
from deploy.local.dns.zone import Entry
from services.trial.service.second_looks import SecondLooks
from tests.support.room import TestRoom
from tests.trial.clients import Visitors, client

_HEARS = Entry(mx=("mx.hears.example",))
_SILENT = Entry(answer="servfail")


@pytest.fixture
def look(room: TestRoom) -> Callable[[], Awaitable[None]]:
    """One look of the room's own loop."""
    [loop] = room.room.background
    assert isinstance(loop, MethodType)
    looks = loop.__self__
    assert isinstance(looks, SecondLooks)
    return looks.look


@pytest.fixture
async def held(zone: dict[str, Entry], visitors: Visitors, room: TestRoom) -> str:
    """A sign-up for whose domain no name server answers, with its workflow already woken."""
    zone["late.example"] = _SILENT
    sign_up_id = await visitors.sign_up(email="anna@late.example")
    await room.empty_outbox()
    return sign_up_id


@pytest.mark.parametrize(
    ("answer", "state", "emails"),
    [
        (_HEARS, pb.SIGN_UP_STATE_AWAITING_CONFIRMATION, 1),
        (Entry(), pb.SIGN_UP_STATE_DENIED, 0),
        (Entry(mx=(".",)), pb.SIGN_UP_STATE_DENIED, 0),
    ],
)
async def test_name_servers_that_answer_at_last_decide_as_they_would_have_at_first(
    zone: dict[str, Entry],
    held: str,
    visitors: Visitors,
    room: TestRoom,
    look: Callable[[], Awaitable[None]],
    answer: Entry,
    state: int,
    emails: int,
) -> None:
    zone["late.example"] = answer
    await asyncio.gather(look(), look())
    assert (await visitors.state(held)).state == state
    assert len(await room.mails()) == emails
    assert [wake.workflow_id for wake in await room.wakes()] == [f"signup:{held}"]


async def test_silence_and_what_else_was_found_go_on_waiting_for_an_operator(
    zone: dict[str, Entry], held: str, visitors: Visitors, room: TestRoom, look: Callable[[], Awaitable[None]]
) -> None:
    home = client("203.0.113.7")
    zone["heard.example"] = _SILENT
    crowd = [await visitors.sign_up(email=f"p{number}@heard.example", client=home) for number in range(4)]
    zone["heard.example"] = _HEARS
    await room.empty_outbox()
    await look()
    states = [(await visitors.state(each)).state for each in (*crowd, held)]
    allowed, waits = pb.SIGN_UP_STATE_AWAITING_CONFIRMATION, pb.SIGN_UP_STATE_IN_REVIEW
    assert states == [allowed, allowed, allowed, waits, waits]
