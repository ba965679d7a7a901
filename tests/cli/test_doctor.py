"""The doctor names what is wrong, each time something else, and is content again when it is mended."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from casella.common.v1 import clock_pb2, clock_pb2_grpc, common_pb2
from casella.invoicing.v1 import invoicing_pb2
from deploy.local.demo import paying
from services.kit.channels import open_channel
from services.kit.wire import to_duration
from tests.cli.desk import Desk, furnished
from tests.e2e.play import database
from tests.e2e.waiting import until
from workflows import names

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("cli")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with furnished(tmp_path_factory.mktemp("doctor") / "var") as desk:
        yield desk


async def test_a_healthy_installation_is_well(desk: Desk) -> None:
    ran = (await desk.terminal.casella("doctor")).well()
    for words in ("all 6 services are healthy", "a worker asks it for work", "ledger is balanced"):
        assert words in ran.out
    assert "WRONG" not in ran.out
    found = (await desk.terminal.casella("doctor", "--json")).well().json
    assert {finding["level"] for finding in found} == {"fine"}


async def test_a_service_that_is_down_is_named_with_its_log(desk: Desk) -> None:
    await desk.play.world.stop_process("support")
    try:
        (await desk.terminal.casella("doctor")).badly(1, "support at", "does not answer", "logs/support.log")
    finally:
        await desk.play.world.start_process("support")


async def test_a_database_that_is_down_is_named_with_its_log(desk: Desk) -> None:
    await desk.play.world.stop_process("postgres")
    try:
        ran = await desk.terminal.casella("doctor")
        ran.badly(1, "cannot reach its database", "logs/postgres.log", "all 6 services are healthy")
    finally:
        await desk.play.world.start_process("postgres")


async def test_a_simulator_that_is_down_is_named(desk: Desk) -> None:
    await desk.play.world.stop_process("dns")
    try:
        ran = await desk.terminal.casella("doctor")
        ran.badly(1, "the DNS (simulator) does not answer", "logs/dns.log")
    finally:
        await desk.play.world.start_process("dns")


async def test_a_wrong_secret_is_told_as_such(desk: Desk, tmp_path: Path) -> None:
    wrong = tmp_path / "secret"
    wrong.write_text("not one of yours")
    wrong.chmod(0o644)
    ran = await desk.terminal.casella("doctor", CASELLA_CALLER_SECRET_FILE=str(wrong))
    ran.badly(1, "is not the one that all services know", "others on this machine can read", "chmod 600")
    missing = await desk.terminal.casella("doctor", CASELLA_CALLER_SECRET_FILE=str(tmp_path / "none"))
    missing.badly(1, "cannot be read", "all 6 services are healthy")


async def test_a_paused_schedule_is_named(desk: Desk) -> None:
    schedule = desk.play.temporal.get_schedule_handle(names.SCHEDULE_RECEIPTS)
    await schedule.pause()
    try:
        (await desk.terminal.casella("doctor")).badly(1, f"schedule {names.SCHEDULE_RECEIPTS} is paused")
    finally:
        await schedule.unpause()


async def test_a_missing_schedule_is_named(desk: Desk) -> None:
    await desk.play.temporal.get_schedule_handle(names.SCHEDULE_PAYMENT_EVENTS).delete()
    await desk.play.world.stop_process("worker")
    try:
        ran = await desk.terminal.casella("doctor")
        ran.badly(1, f"schedule {names.SCHEDULE_PAYMENT_EVENTS} is missing", "Restart the worker")
    finally:
        await desk.play.world.start_process("worker")
    assert names.SCHEDULE_PAYMENT_EVENTS not in (await desk.terminal.casella("doctor")).well().out


async def test_temporal_that_cannot_be_reached_is_said(desk: Desk) -> None:
    ran = await desk.terminal.casella("doctor", CASELLA_TEMPORAL_ADDRESS="127.0.0.1:9")
    ran.badly(1, "Temporal at 127.0.0.1:9", "cannot be asked", "all 6 services are healthy")


async def test_a_namespace_that_does_not_exist_is_said(desk: Desk) -> None:
    (await desk.terminal.casella("doctor", CASELLA_TEMPORAL_NAMESPACE="elsewhere")).badly(1, "namespace elsewhere")


async def test_a_rejected_invoice_is_trouble_at_once_and_its_run_only_noted_within_an_hour(desk: Desk) -> None:
    invoice_id = await rejected_invoice(desk)
    ran = await desk.terminal.casella("doctor")
    ran.badly(1, " note  runs that need an operator: 1, the oldest since", f"einvoice:{invoice_id}", "workflows?query=")
    assert ran.out.count("WRONG ") == 1
    shown = (await desk.terminal.casella("show", "invoice", invoice_id)).well()
    for words in ("rejected", "00305", "to be sent by"):
        assert words in shown.out


async def test_money_that_waits_is_noted_and_after_a_day_wrong(desk: Desk, tmp_path: Path) -> None:
    request = await desk.order_to_pay()
    file = tmp_path / "statement.xml"
    stranger = paying.Transfer(common_pb2.Money(minor=99, currency="EUR"), datetime.now(UTC).date(), text="Auguri")
    file.write_bytes(paying.statement(request.transfer.iban, [stranger]))
    (await desk.terminal.casella("bank", "import", str(file))).well()
    assert " note  money that pays nothing by itself: 1," in (await desk.terminal.casella("doctor")).out
    connection = await database(desk.play, "payments")
    try:
        await connection.execute("UPDATE money_entries SET created_at = created_at - interval '25 hours'")
        (await desk.terminal.casella("doctor")).badly(1, "WRONG  money that pays nothing by itself: 1,", "show money")
        await connection.execute("UPDATE money_entries SET created_at = created_at + interval '25 hours'")
    finally:
        await connection.close()


async def test_a_clock_that_differs_is_named_and_a_moved_one_noted(desk: Desk) -> None:
    world = desk.play.world
    async with open_channel(world.address("support"), world.secret("caller-operator")) as channel:
        stub: clock_pb2_grpc.ClockServiceAsyncStub = clock_pb2_grpc.ClockServiceStub(channel)
        await stub.SetClockOffset(clock_pb2.SetClockOffsetRequest(offset=to_duration(timedelta(seconds=30))))
    (await desk.terminal.casella("doctor")).badly(1, "the clocks differ", "casella clock advance 1m")
    (await desk.terminal.casella("clock", "advance", "1m")).well()
    ran = await desk.terminal.casella("doctor")
    assert "clocks differ" not in ran.out
    assert "the clock was moved: it is 1 minute ahead" in ran.out


async def rejected_invoice(desk: Desk) -> str:
    """An invoice that the SdI has rejected; its workflow waits for an operator."""
    play = desk.play
    async with aiohttp.ClientSession(raise_for_status=True) as session:
        order_to_reject = {"action": "reject", "code": "00305"}
        async with session.post(f"{play.world.site.url('sdi_page')}/orders", json=order_to_reject):
            pass
    customer, order = await play.buyer(common_pb2.PAYMENT_METHOD_ONLINE)
    await play.pay_by_card(customer)
    invoice_id = (await play.fulfilled(customer, order.order_id)).invoice_id
    query = f"{names.ATTRIBUTE_STATE} = 'NeedsOperator'"

    async def look() -> bool | None:
        await play.operator.invoicing.PollReceipts(invoicing_pb2.PollReceiptsRequest())
        waiting = [each.id async for each in play.temporal.list_workflows(query)]
        return True if names.e_invoice_id(invoice_id) in waiting else None

    await until(look, "the rejection")
    return invoice_id
