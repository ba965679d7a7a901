"""The demo's story ends with everything there, and its check misses whatever is taken away."""

import asyncio
import json
import os
import re
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from io import StringIO
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from rich.console import Console

from deploy.local.demo import renewing
from deploy.local.demo.checking import check
from deploy.local.demo.collecting import collect
from deploy.local.demo.conducting import conduct
from deploy.local.demo.inbox import text_of
from deploy.local.demo.repertoire import STORIES
from deploy.local.demo.stage import Stage, open_stage
from deploy.local.site import ROOT
from deploy.local.world import World
from services.kit.calendar import ROME
from workflows import names

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("demo")]


@dataclass(frozen=True)
class Played:
    """A world in which the story has been played."""

    var: Path
    stage: Stage
    report: Path
    told: StringIO

    @property
    def customers(self) -> dict[str, dict[str, Any]]:
        return {each["key"]: each for each in json.loads(self.report.read_text())["customers"]}

    def files(self, kind: str) -> list[Path]:
        return [
            self.report.parent / file["file"]
            for customer in self.customers.values()
            for file in customer["files"]
            if file["kind"] == kind
        ]


def two_days_before_a_month(now: datetime) -> datetime:
    """Not before February: of the next month some days are left then, which are measured two days after the order."""
    day = now.astimezone(ROME)
    while (day + timedelta(days=2)).day != 1 or day.month == 1:
        day += timedelta(days=1)
    return day


def on_the_twentieth(now: datetime) -> datetime:
    """The other stories end then between a month's measuring and the debit of what it asks for."""
    day = now.astimezone(ROME)
    while day.day != 20:
        day += timedelta(days=1)
    return day


@asynccontextmanager
async def story(var: Path) -> AsyncIterator[Played]:
    told = StringIO()
    async with World.start(var) as world, open_stage(world.site, Console(file=told, width=200)) as stage:
        await stage.go_to(two_days_before_a_month(stage.now()))
        tales = await conduct(stage, STORIES)
        yield Played(var, stage, await collect(stage, tales, var / "demo"), told)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def played(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Played]:
    async with story(tmp_path_factory.mktemp("demo") / "var") as played:
        yield played


@contextmanager
def taken_away(path: Path) -> Iterator[None]:
    content = path.read_bytes()
    path.unlink()
    try:
        yield
    finally:
        path.write_bytes(content)


async def test_the_story_ends_with_everything_there(played: Played) -> None:
    assert await check(played.stage, played.report, STORIES) == []


async def test_what_is_collected_is_its_owners_only(played: Played) -> None:
    assert played.report.parent.stat().st_mode & 0o077 == 0


async def test_the_report_names_ids_states_amounts_workflows_and_files(played: Played) -> None:
    customers = played.customers
    assert set(customers) == {story.key for story in STORIES}
    for customer in customers.values():
        assert {"sign_up", "account"} <= set(customer["ids"])
        assert customer["workflows"]
        assert customer["emails"]
        assert all(state["at"] for state in customer["states"])
    for buyer in ("anna", "bottega"):
        assert set(customers[buyer]["amounts"]) == {"net", "vat", "gross"}
        assert {file["kind"] for file in customers[buyer]["files"]} == {"pdf", "xml", "receipt"}
        assert [state["state"] for state in customers[buyer]["states"]][:2] == ["ACTIVE", "OPEN"]
    assert customers["emma"]["files"] == []


async def test_the_story_shows_each_workflow_in_temporal(played: Played) -> None:
    links = [link for customer in played.customers.values() for link in customer["workflows"].values()]
    kinds = {link.rpartition("/")[2].partition(":")[0] for link in links}
    assert kinds == {"trial", "order", "einvoice", "renewal", "reseller", "withdrawal", "money", "erasure", "purge"}
    assert all(link in played.told.getvalue() for link in links)


async def test_the_story_tells_every_period_that_asked_for_money(played: Played) -> None:
    for key in ("bottega", "mueller"):
        periods = await renewing.measured(played.stage, played.customers[key]["ids"]["account"])
        links = [names.renewal_id(each.period.subscription_id, each.period.number) for each in periods]
        assert [link for link in links if link not in played.told.getvalue()] == []
        assert len(periods) > (key == "mueller"), "one of Müller's is of the days that the first month left"


async def test_the_story_says_of_each_price_whether_vat_comes_on_top(played: Played) -> None:
    customers, told = played.customers, played.told.getvalue()
    net, gross = (customers["anna"]["amounts"][name] for name in ("net", "gross"))
    assert f"orders with obligation to pay: {gross} ({net} + VAT)" in told
    free = customers["mueller"]["amounts"]["gross"]
    assert f"orders with obligation to pay: {free} (no VAT: reverse charge)" in told
    assert f"({free} + VAT)" not in told
    lines = [line for line in told.splitlines() if "  · " in line]
    assert lines
    assert all(line.endswith(" EUR net") for line in lines)


async def test_every_link_of_an_email_to_the_public_address_leads_to_a_page(played: Played) -> None:
    """But for the pay links: to open one asks the payment provider for a page."""
    gateway, folder = played.stage.site.url("gateway"), played.report.parent
    emails = [folder / email["file"] for customer in played.customers.values() for email in customer["emails"]]
    texts = [text_of(message_from_bytes(email.read_bytes(), policy=policy.default)) for email in emails]
    links = {link for text in texts for link in re.findall(rf"{re.escape(gateway)}/(?!pay/)[\w/-]+", text)}
    assert {link.split("/")[3] for link in links} >= {"confirm", "login", "orders", "subscription", "reseller"}
    async with aiohttp.ClientSession() as browser:
        for link in links:
            async with browser.get(link) as page:
                assert page.status == 200, link


@pytest.mark.parametrize("kind", ["pdf", "receipt", "xml"])
async def test_a_document_s_file_that_is_taken_away_is_missed(played: Played, kind: str) -> None:
    for path in played.files(kind)[:1]:
        with taken_away(path):
            missing = await check(played.stage, played.report, STORIES)
        assert any(path.name in words for words in missing)
    assert await check(played.stage, played.report, STORIES) == []


async def test_an_email_s_file_that_is_taken_away_is_missed(played: Played) -> None:
    email = played.report.parent / played.customers["emma"]["emails"][3]["file"]
    with taken_away(email):
        missing = await check(played.stage, played.report, STORIES)
    assert missing == ["emma, emails: every email lies in var/demo as it lies in the inbox"]


async def test_a_file_of_which_one_byte_is_changed_is_missed(played: Played) -> None:
    path = played.files("pdf")[0]
    with taken_away(path):
        path.write_bytes(b"%PDF-1.7 something else")
        missing = await check(played.stage, played.report, STORIES)
    assert any(path.name in words for words in missing)


async def test_a_report_that_forgets_a_customer_is_missed(played: Played) -> None:
    customers = played.customers
    with taken_away(played.report):
        forgetful = {"customers": [told for key, told in customers.items() if key != "bottega"]}
        played.report.write_text(json.dumps(forgetful))
        assert await check(played.stage, played.report, STORIES) == ["the story of Bottega Cipressi S.r.l."]


async def test_a_second_demo_plays_on_the_running_world_with_new_customers(played: Played) -> None:
    before = {each["email"] for each in played.customers.values()}
    await played.stage.go_to(on_the_twentieth(played.stage.now()))
    environment = {**os.environ, "CASELLA_VAR": str(played.var)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "deploy.local.demo", cwd=ROOT, env=environment, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    assert b"leaves it running. It moves that world's time on by weeks" in said
    assert b"`CASELLA_VAR=/some/folder make demo`" in said
    assert f"everybody's inbox {played.stage.site.url('mail_page')}" in said.decode()
    assert (played.var / "run.json").exists()
    assert before.isdisjoint(each["email"] for each in played.customers.values())
