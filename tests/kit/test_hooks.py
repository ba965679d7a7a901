"""The moments that the kit passes, and what the environment makes of them."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import text
from temporalio import activity

from services.kit import hooks
from services.kit.clock import OffsetClock
from services.kit.context import CallContext, background, begin
from services.kit.database import Database
from services.kit.reconciler import Job, Reconciler
from tests.support.moment import Moment
from workflows.activities.passing import Passing


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[], list[str]]:
    """What has been passed so far."""
    file = tmp_path / "noted"
    monkeypatch.setenv("CASELLA_HOOKS", f"*=note:{file}")
    return lambda: file.read_text().splitlines() if file.exists() else []


async def test_each_commit_of_a_call_passes_a_moment_before_and_after_it(
    database: Database, noted: Callable[[], list[str]]
) -> None:
    begin(CallContext("/casella.kit.v1.KitService/Keep"))
    async with database.transaction() as conn:
        await conn.execute(text("CREATE TABLE kept (id int)"))
    async with database.single() as conn:
        await conn.execute(text("INSERT INTO kept VALUES (1)"))
    assert noted() == [
        "kit.Keep.before_commit",
        "kit.Keep.after_commit",
        "kit.Keep.2.before_commit",
        "kit.Keep.2.after_commit",
    ]


async def test_the_fifth_commit_of_a_call_and_all_later_ones_share_a_name(
    database: Database, noted: Callable[[], list[str]]
) -> None:
    begin(CallContext("/casella.kit.v1.KitService/Poll"))
    for _ in range(7):
        async with database.transaction() as conn:
            await conn.execute(text("SELECT txid_current()"))
    befores = [moment for moment in noted() if moment.endswith(".before_commit")]
    assert [moment.split(".")[2] for moment in befores] == ["before_commit", "2", "3", "4", "5", "5", "5"]


async def test_before_the_commit_nobody_sees_what_is_written_and_after_it_everybody(
    database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with database.transaction() as conn:
        await conn.execute(text("CREATE TABLE kept (id int)"))
    before, after = Moment(tmp_path, "kit.keeper.before_commit"), Moment(tmp_path, "kit.keeper.after_commit")
    monkeypatch.setenv("CASELLA_HOOKS", f"{before.hook},{after.hook}")

    async def keep() -> None:
        with background("keeper"):
            async with database.transaction() as conn:
                await conn.execute(text("INSERT INTO kept VALUES (1)"))

    async def kept() -> Any:
        async with database.reading() as conn:
            return (await conn.execute(text("SELECT count(*) FROM kept"))).scalar_one()

    for moment in (before, after):
        moment.arm()
    keeping = asyncio.create_task(keep())
    await before.reached()
    assert await kept() == 0
    before.let_go()
    await after.reached()
    assert await kept() == 1
    after.let_go()
    await keeping


async def test_what_is_rolled_back_passes_no_moment(database: Database, noted: Callable[[], list[str]]) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.transaction():
            raise ZeroDivisionError
    with pytest.raises(ZeroDivisionError):
        async with hooks.around("outside"):
            raise ZeroDivisionError
    assert noted() == ["outside.before"]


async def test_a_daily_job_names_itself(database: Database, noted: Callable[[], list[str]]) -> None:
    async def forget(_: object) -> int:
        async with database.single() as conn:
            return (await conn.execute(text("DELETE FROM outbox"))).rowcount

    temporal: Any = SimpleNamespace()
    await Reconciler(database, OffsetClock(), temporal, jobs=[Job("forget all", forget)]).do_jobs()
    assert noted() == ["kit.reconciler.forget_all.before_commit", "kit.reconciler.forget_all.after_commit"]


async def test_every_activity_passes_a_moment_before_and_after_it(
    noted: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activity, "info", lambda: SimpleNamespace(activity_type="UnlockAccount"))

    class Inner:
        async def execute_activity(self, _: object) -> str:
            assert noted() == ["activity.UnlockAccount.before"]
            return "done"

    inner: Any = Inner()
    given: Any = None
    assert await Passing().intercept_activity(inner).execute_activity(given) == "done"
    assert noted() == ["activity.UnlockAccount.before", "activity.UnlockAccount.after"]


async def test_a_folder_arms_any_moment_of_a_pattern_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CASELLA_HOOKS", f"sdi.*=hold:{tmp_path}")
    await hooks.at("sdi.send.before")  # not armed
    armed, other = Moment(tmp_path, "sdi.send.before"), Moment(tmp_path, "vies.before")
    armed.arm()
    other.arm()
    await hooks.at("vies.before")  # of no pattern
    passing_by = asyncio.create_task(hooks.at("sdi.send.before"))
    await armed.reached()
    assert not passing_by.done()
    await hooks.at("sdi.send.before")  # the second who comes by goes on
    armed.let_go()
    await passing_by
    assert not other.passed


async def test_hooks_are_refused_in_production(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CASELLA_HOOKS", f"mail.after=note:{tmp_path / 'noted'}")
    monkeypatch.setenv("CASELLA_MODE", "production")
    with pytest.raises(hooks.HooksRefused):
        hooks.refuse_in_production()
    with pytest.raises(hooks.HooksRefused):
        await hooks.at("mail.after")
    assert not (tmp_path / "noted").exists()


@pytest.mark.parametrize("action", ["", "kill", "kill:", "sleep:5"])
async def test_a_hook_with_an_unknown_action_is_refused(monkeypatch: pytest.MonkeyPatch, action: str) -> None:
    monkeypatch.setenv("CASELLA_HOOKS", f"mail.after={action}")
    with pytest.raises(hooks.HooksRefused):
        await hooks.at("another.moment")


async def test_without_the_variable_a_hook_does_nothing(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CASELLA_HOOKS", raising=False)
    call = CallContext("/casella.kit.v1.KitService/Keep")
    begin(call)
    async with hooks.around("mail"), database.transaction():
        pass
    assert call.commits == 0
