"""A story that cannot go on is told with what the reader can do; a call that is only late is made again."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any, cast

import grpc
import pytest
from rich.console import Console

from casella.payments.v1.payments_pb2_grpc import PaymentsServiceStub
from deploy.local.demo import __main__ as demo
from deploy.local.demo.asking import Patient
from deploy.local.demo.breaking import BEGIN_AGAIN, BrokenOff, words_of
from deploy.local.demo.conducting import conduct
from deploy.local.demo.customer import Customer
from deploy.local.demo.repertoire import STORIES
from deploy.local.demo.stage import NotInTime, Stage
from deploy.local.demo.story import Pause
from deploy.local.demo.tale import Tale
from deploy.local.patience import AGAIN, Hindered
from deploy.local.site import Site

_NOW = datetime(2026, 12, 3, tzinfo=UTC)
_NOBODY: Any = None
LATE = grpc.aio.AioRpcError(
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.aio.Metadata(),
    grpc.aio.Metadata(),
    "The deadline ran out before the work was done.",
)


class _Inbox:
    async def sources(self, _: str) -> list[bytes]:
        return []


class _Stage:
    """One without a Casella."""

    gateway = operator = _NOBODY
    inbox = _Inbox()
    site = Site(Path("var"), {"temporal_ui": 1, "mail_page": 2})

    def __init__(self) -> None:
        self.customers: list[Customer] = []
        self.teller = self

    def now(self) -> datetime:
        return _NOW

    def chapter(self, _: str) -> None:
        return

    async def go_to(self, _: datetime) -> None:
        return


class _Payments:
    """Answers after so many calls that were too late."""

    def __init__(self, late: int) -> None:
        self.late = late
        self.asked: list[object] = []

    async def ImportStatement(self, request: object) -> str:
        self.asked.append(request)
        if len(self.asked) <= self.late:
            raise LATE
        return "done"


STAGE = cast("Stage", _Stage())


async def fails(_: Stage, tale: Tale) -> AsyncIterator[Pause]:
    tale.ids["sign_up"] = "S"
    yield Pause(_NOW)
    raise Hindered("the clock cannot move on: renewal:1 is at Pay, attempt 6 (timeout)", AGAIN)


async def test_a_story_that_breaks_off_names_itself_and_keeps_what_was_played() -> None:
    with pytest.raises(BrokenOff, match=r"^the story of Giulia .* broke off: .*attempt 6 \(timeout\)$") as broken:
        await conduct(STAGE, [replace(story, play=fails) for story in STORIES if story.key == "giulia"])
    assert [tale.ids for tale in broken.value.tales] == [{"sign_up": "S"}]


async def test_what_was_played_is_collected_and_the_reader_is_told_to_begin_again(tmp_path: Path) -> None:
    tale = Tale("giulia", "Giulia", "buys", cast("Any", _Stage()))
    tale.customer = Customer(_NOBODY, _NOBODY, "giulia@one.demo.example")
    told, folder = StringIO(), tmp_path / "demo"
    broken = BrokenOff(tale, [tale], NotInTime("the proforma did not come within 180 s"))
    await demo._tell(Console(file=told, width=300), STAGE, broken, folder)
    words = "the story of Giulia broke off: the proforma did not come within 180 s"
    assert told.getvalue().split("\n") == [
        "",
        f"Casella: {words}.",
        f"In {folder}: what was played until then, and report.json.",
        BEGIN_AGAIN,
        "",
    ]
    assert "clock show" not in BEGIN_AGAIN
    report = json.loads((folder / "report.json").read_text())
    assert (report["broken_off"], [each["key"] for each in report["customers"]]) == (words, ["giulia"])


async def test_a_call_that_ran_over_its_deadline_is_made_again_unchanged() -> None:
    payments, request = _Payments(late=2), object()
    assert await Patient(payments, lambda: lambda: True).ImportStatement(request) == "done"
    assert payments.asked == [request] * 3


async def test_a_call_that_is_late_for_ever_is_named_with_its_log() -> None:
    with pytest.raises(grpc.aio.AioRpcError) as failed:
        await Patient(_Payments(late=9), lambda: lambda: False).ImportStatement(object())
    assert "ImportStatement, whose log is var/logs/" in words_of(failed.value)
    assert words_of(failed.value).endswith(
        ", failed (DEADLINE_EXCEEDED: The deadline ran out before the work was done)"
    )


async def test_a_real_stub_s_call_is_named_by_service_room_and_log() -> None:
    channel = grpc.aio.insecure_channel("127.0.0.1:1")
    named = Patient(PaymentsServiceStub(channel), lambda: lambda: False)._named("ImportStatement")
    assert named == "PaymentsService/ImportStatement, whose log is var/logs/payments.log,"
