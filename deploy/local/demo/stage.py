"""What every story of the demo plays on: services as a gateway reaches them, inboxes, the calendar, the teller."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from rich.console import Console
from temporalio.service import RPCError, RPCStatusCode

from casella.payments.v1 import payments_pb2
from deploy.local import temporal
from deploy.local.clock import open_calendar
from deploy.local.demo.asking import Left, patient_front
from deploy.local.demo.customer import Customer
from deploy.local.demo.front import Front
from deploy.local.demo.inbox import PATIENCE_SECONDS, Inbox
from deploy.local.demo.telling import Teller
from deploy.local.site import Site
from services.kit import temporal_client
from services.kit.clock import read_offset
from workflows import names
from workflows.details import STATE

POLL_SECONDS = 0.1

T = TypeVar("T")


class NotInTime(Exception):
    """Something that should have happened did not."""


@dataclass(frozen=True)
class Stage:
    """A running Casella and all that a story needs."""

    site: Site
    gateway: Front
    operator: Front
    inbox: Inbox
    teller: Teller
    customers: list[Customer] = field(default_factory=list)

    def now(self) -> datetime:
        """The time by Casella's calendar, UTC."""
        return datetime.now(UTC) + read_offset(self.site.clock_file)

    async def steer(self, workflow_id: str, update: str, data: Mapping[str, object]) -> str:
        """Send an update to a workflow that shows how it stands, as an operator does in the Temporal UI; its answer."""
        address = os.environ.get("CASELLA_TEMPORAL_ADDRESS") or self.site.listen("temporal")
        client = await temporal_client.connect(address, temporal.NAMESPACE)

        handle = client.get_workflow_handle(workflow_id)

        async def shown() -> str | None:
            try:
                described = await handle.describe()
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:  # it begins a moment after what it is about
                    raise
                return None
            return described.typed_search_attributes.get(STATE)  # none before it has read its row: it takes no update

        await until(shown, f"the workflow {workflow_id}")
        return str(await handle.execute_update(update, dict(data)))

    async def money_of(self, proforma_number: str) -> str:
        """The workflow of the money that names a proforma and waits in the queue."""

        async def waiting() -> str | None:
            asked = payments_pb2.GetPaymentRequestRequest(proforma_number=proforma_number)
            entries = (await self.operator.payments.GetPaymentRequest(asked)).waiting
            return entries[0].money_entry_id if entries else None

        return names.money_id(await until(waiting, f"money for {proforma_number} in the queue"))

    def tell(self, words: str) -> None:
        """Say what happened now."""
        self.teller.scene(self.now(), words)

    def in_days(self, days: int) -> datetime:
        """The same time some days from now."""
        return self.now() + timedelta(days=days)

    async def go_to(self, instant: datetime) -> None:
        """Let time go by for everybody, unless it has; sessions end meanwhile."""
        left = instant - self.now()
        if left <= timedelta():
            return
        with self.teller.time_passes() as say:
            async with open_calendar(self.site) as calendar:
                await calendar.advance(left, say)
        for customer in self.customers:
            customer.forget_session()


@asynccontextmanager
async def open_stage(site: Site, console: Console) -> AsyncIterator[Stage]:
    """Connect to a running Casella."""
    inbox = Inbox("127.0.0.1", site.ports["mail_imap"], site.secret("mail-password"))
    teller = Teller(console, site.url("temporal_ui"))
    async with (
        Front.connect(site, "gateway") as gateway,
        Front.connect(site, "operator") as operator,
    ):
        yield Stage(site, patient_front(gateway, _patience), patient_front(operator, _patience), inbox, teller)


async def until(look: Callable[[], Awaitable[T | None]], what: str) -> T:
    """Look again and again until there is something to see.

    Raises:
        NotInTime: It did not come within `PATIENCE_SECONDS` of real time.
    """
    left = _patience()
    while (seen := await look()) is None:
        if not left():
            raise NotInTime(f"{what} did not come within {PATIENCE_SECONDS:.0f} s")
        await asyncio.sleep(POLL_SECONDS)
    return seen


def _patience() -> Left:
    loop = asyncio.get_running_loop()
    end = loop.time() + PATIENCE_SECONDS
    return lambda: loop.time() < end
