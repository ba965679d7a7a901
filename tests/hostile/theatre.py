"""Opens a room with its stage, its rows remembered and a caller before it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.fixtures.postgres import TestDatabases
from tests.hostile.calling import Caller
from tests.hostile.rows import Rows
from tests.hostile.stages.invoicing import invoicing
from tests.hostile.stages.mailboxes import mailboxes
from tests.hostile.stages.ordering import ordering
from tests.hostile.stages.payments import payments
from tests.hostile.stages.stage import Stage
from tests.hostile.stages.support import support
from tests.hostile.stages.trial import trial
from tests.stripe_standin.process import StripeProcess

_ALONE = {
    "trial": trial,
    "mailboxes": mailboxes,
    "ordering": ordering,
    "invoicing": invoicing,
    "support": support,
}


@dataclass(frozen=True)
class Theatre:
    """A room that is played against."""

    stage: Stage
    rows: Rows
    caller: Caller


@asynccontextmanager
async def playing(room: str, databases: TestDatabases, stripe: StripeProcess, folder: Path) -> AsyncIterator[Theatre]:
    """Open one of the six rooms until the block ends."""
    url = databases.fresh(room)
    async with AsyncExitStack() as stack:
        opened = payments(url, folder, stripe) if room == "payments" else _ALONE[room](url, folder)
        stage = await stack.enter_async_context(opened)
        rows = await stack.enter_async_context(Rows.of(room, url, databases.admin_url()))
        await rows.keep()
        caller = Caller(stage.room.address)
        stack.push_async_callback(caller.close)
        yield Theatre(stage, rows, caller)
