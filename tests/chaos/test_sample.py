"""A sample of `make chaos`: a few moments and a few random kills; the whole takes long and is a command of its own."""

from collections.abc import AsyncIterator
from contextlib import nullcontext

import pytest
import pytest_asyncio

from tests.chaos.contracts import expected
from tests.chaos.random_kills import random_kills
from tests.chaos.stage import Stage, staged
from tests.chaos.stories import buys_by_card
from tests.chaos.sweep import Outcome, Stages, sweep

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("chaos")]

MOMENTS = (
    "payments.HandleWebhook.before_commit",
    "activity.UnlockAccount.after",
    "invoicing.IssueInvoice.after_commit",
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with staged(tmp_path_factory.mktemp("chaos"), doubled=True) as stage:
        yield stage


async def test_a_kill_at_any_of_these_moments_does_no_harm(stage: Stage) -> None:
    assert set(MOMENTS) <= set(expected())
    results = [
        result async for result in sweep(Stages(lambda: nullcontext(stage)), dict.fromkeys(MOMENTS, buys_by_card))
    ]
    assert set(MOMENTS) <= set(stage.passed())
    assert [(result.moment, result.outcome, result.why) for result in results] == [
        (moment, Outcome.WELL, "") for moment in MOMENTS
    ]


async def test_random_kills_under_orders_in_flight_do_no_harm(stage: Stage) -> None:
    assert "all ended well" in await random_kills(stage, kills=2, seed=7, orders=2)
