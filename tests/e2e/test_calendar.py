"""The local calendar moves what waits at any phase of the day: what falls due just after a step is done in its time."""

from datetime import timedelta
from pathlib import Path

import pytest

from casella.common.v1 import common_pb2 as common
from deploy.local.clock import open_calendar
from tests.e2e.operator_desk import at_the_desk
from workflows import names

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("calendar")]


async def test_a_reminder_two_minutes_after_a_step_does_not_stop_the_calendar(tmp_path: Path) -> None:
    """The reminder is due 3 days after the proforma; each further step of a day ends 2 minutes before."""
    async with at_the_desk(tmp_path / "var") as desk, open_calendar(desk.play.world.site) as calendar:
        customer, order = await desk.play.buyer(common.PAYMENT_METHOD_BANK_TRANSFER)
        await calendar.advance(timedelta(hours=23, minutes=58), lambda _: None)
        await calendar.advance(timedelta(days=3), lambda _: None)
        await desk.play.inbox.wait_for(customer.email, lambda mail: "Promemoria" in mail["Subject"], "the reminder")
        assert "AwaitingPayment" in await desk.details(names.order_id(order.order_id))
