"""A room whose rows were restored stands still: what is held, what lets it go on, and what a person decides."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import grpc
import pytest
from prometheus_client import generate_latest
from sqlalchemy import text

import casella.invoicing.v1.invoicing_pb2
import casella.mailboxes.v1.mailboxes_pb2
import casella.ordering.v1.ordering_pb2
import casella.payments.v1.payments_pb2
import casella.support.v1.erasures_pb2
import casella.support.v1.support_pb2
import casella.support.v1.webhooks_pb2
import casella.trial.v1.trial_pb2  # noqa: F401  each makes its services known
from casella.common.v1 import common_pb2, erasure_pb2, erasure_pb2_grpc, errors_pb2, recovery_pb2, recovery_pb2_grpc
from services.kit import recovery, recovery_hold, recovery_service
from services.kit.channels import open_channel
from services.kit.clock import OffsetClock, SystemClock
from services.kit.core import Core
from services.kit.database import Database
from services.kit.errors import Refused
from services.kit.ids import new_id
from services.kit.interceptors.recovery import held_methods
from services.kit.message_ids import message_id, ours_in
from services.kit.metrics import Metrics
from services.kit.reconciler import Job, Reconciler
from services.kit.recovery import Found, Read
from services.kit.row_measures import of_rows
from services.kit.server import Room, Server
from services.kit.settings import RoomSettings
from services.kit.statuses import decode
from services.kit.wire import from_timestamp, to_timestamp
from tests.support.refusals import refused_as
from tests.support.room import caller_secret, room_settings
from tests.support.scraping import Scrape

STEERING = common_pb2.Steering(actor="carla", reason_code="disk_lost", source="test")


@dataclass
class Outside:
    """What the next reading finds."""

    found: list[Found] = field(default_factory=list)
    meanwhile: Callable[[], Awaitable[None]] | None = None
    """What happens while it is read."""

    async def read(self, recovery: recovery.Recovery) -> Read:
        if self.meanwhile is not None:
            await self.meanwhile()
        return Read(["one thing"], self.found)


@pytest.fixture
def outside() -> Outside:
    return Outside()


@pytest.fixture
async def address(kit_url: str, tmp_path: Path, outside: Outside) -> AsyncIterator[str]:
    core = Core.of("kit", RoomSettings(**room_settings(kit_url, tmp_path)), SystemClock())
    server = Server(core, Room(services=[], templates=tmp_path, task_queue="kit", read_back=outside.read))
    port = await server.start("127.0.0.1:0")
    yield f"127.0.0.1:{port}"
    await server.grpc.stop(None)
    await core.database.close()


@pytest.fixture
async def restored(database: Database) -> None:
    """What a restore does to the rows before any process starts."""
    async with database.transaction() as conn:
        await conn.execute(text(recovery.BEGIN), {"id": new_id(), "now": SystemClock().now()})


async def end_in_rows(database: Database) -> None:
    """What the end of a recovery leaves in the rows."""
    async with database.transaction() as conn:
        await conn.execute(text("UPDATE recoveries SET read_at = begun_at, mails_at = begun_at, ended_at = begun_at"))


async def refusal(call: Callable[[], Awaitable[object]]) -> int | None:
    """Why a call is refused; None where it is not."""
    try:
        await call()
    except Refused as refused:
        return refused.reason
    except grpc.aio.AioRpcError as error:
        told = decode(error.trailing_metadata() or ())
        assert told is not None
        return told.reason
    return None


async def erase(address: str, caller: str = "worker") -> int | None:
    """Why an erasure, which deletes, is refused by the room, if it is."""
    async with open_channel(address, caller_secret(caller)) as channel:
        asked = erasure_pb2.ErasePersonalDataRequest(account_id=str(uuid4()), room="kit")
        return await refusal(lambda: erasure_pb2_grpc.ErasureServiceStub(channel).ErasePersonalData(asked))


@pytest.mark.usefixtures("restored")
async def test_a_restored_room_deletes_nothing_until_its_recovery_has_ended(address: str, outside: Outside) -> None:
    assert await erase(address) == errors_pb2.REASON_RECOVERY_UNDER_WAY
    assert await erase(address, "gateway") == errors_pb2.REASON_CALLER_NOT_ALLOWED  # and learns nothing of the hold
    async with open_channel(address, caller_secret("operator")) as channel:
        stub = recovery_pb2_grpc.RecoveryServiceStub(channel)
        end = recovery_pb2.EndRecoveryRequest(steering=STEERING)
        await stub.RecordSentMails(recovery_pb2.RecordSentMailsRequest())
        assert await refusal(lambda: stub.EndRecovery(end)) == errors_pb2.REASON_RECOVERY_STATE  # not read back

        outside.found = [Found("number", "2026/7", "look"), Found("number", "2026/8", "look")]
        read = await stub.ReadBack(recovery_pb2.ReadBackRequest())
        assert (list(read.applied), read.undecided, read.finished) == (["one thing"], 2, True)
        assert await refusal(lambda: stub.EndRecovery(end)) == errors_pb2.REASON_RECOVERY_STATE  # not decided

        outside.found = outside.found[:1]  # the other one has settled itself
        assert (await stub.ReadBack(recovery_pb2.ReadBackRequest())).undecided == 1
        (finding,) = (await stub.GetRecovery(recovery_pb2.GetRecoveryRequest())).findings
        assert finding.subject == "2026/7"
        confirm = recovery_pb2.ConfirmFindingRequest(finding_id=finding.finding_id, steering=STEERING)
        await stub.ConfirmFinding(confirm)
        outside.found = []  # it has, too, and yet what was decided about it stays
        await stub.ReadBack(recovery_pb2.ReadBackRequest())
        (decided,) = (await stub.GetRecovery(recovery_pb2.GetRecoveryRequest())).findings
        assert (decided.finding_id, decided.HasField("confirmed_at")) == (finding.finding_id, True)
        assert (await stub.EndRecovery(end)).recovery.HasField("ended_at")
        again = await stub.EndRecovery(end)
        assert again.recovery.HasField("ended_at")


@pytest.mark.usefixtures("restored")
async def test_what_is_decided_twice_was_decided_the_first_time_and_is_in_the_audit_trail_once(
    address: str, database: Database, outside: Outside
) -> None:
    outside.found = [Found("number", "2026/7", "look")]
    async with open_channel(address, caller_secret("operator")) as channel:
        stub = recovery_pb2_grpc.RecoveryServiceStub(channel)
        await stub.ReadBack(recovery_pb2.ReadBackRequest())
        (finding,) = (await stub.GetRecovery(recovery_pb2.GetRecoveryRequest())).findings
        confirm = recovery_pb2.ConfirmFindingRequest(finding_id=finding.finding_id, steering=STEERING)
        first, again = [(await stub.ConfirmFinding(confirm)).finding for _ in range(2)]
    assert (again, first.HasField("confirmed_at")) == (first, True)
    async with database.reading() as conn:
        trail = (await conn.execute(text("SELECT actor, action, subject_id, reason_code FROM audit"))).all()
    assert [(*each,) for each in trail] == [("carla", "confirm_finding", UUID(finding.finding_id), "disk_lost")]


@pytest.mark.usefixtures("restored")
async def test_of_what_a_mail_server_s_log_names_only_our_emails_are_kept(address: str, database: Database) -> None:
    ours = message_id("kit", "order:1", "casella.example")
    line = f"8C2F: to=<anna@example.it>, message-id={ours}, orig=<{uuid4()}@example.it>, relay=mx[203.0.113.7]"
    assert ours_in(line.encode()) == {ours}
    async with open_channel(address, caller_secret("operator")) as channel:
        stub = recovery_pb2_grpc.RecoveryServiceStub(channel)
        named = ["<anna@example.it>", "anna@example.it", ours]
        told = await stub.RecordSentMails(recovery_pb2.RecordSentMailsRequest(message_ids=named))
    async with database.reading() as conn:
        kept = list(await conn.scalars(text("SELECT message_id FROM sent_elsewhere")))
    assert (told.recorded, kept) == (1, [ours])


@pytest.mark.usefixtures("restored")
async def test_a_recovery_does_not_end_before_somebody_has_said_which_emails_had_left(address: str) -> None:
    async with open_channel(address, caller_secret("operator")) as channel:
        stub = recovery_pb2_grpc.RecoveryServiceStub(channel)
        assert (await stub.ReadBack(recovery_pb2.ReadBackRequest())).undecided == 0
        end = recovery_pb2.EndRecoveryRequest(steering=STEERING)
        assert await refusal(lambda: stub.EndRecovery(end)) == errors_pb2.REASON_RECOVERY_STATE
        await stub.RecordSentMails(recovery_pb2.RecordSentMailsRequest())
        assert await refusal(lambda: stub.EndRecovery(end)) is None


@pytest.mark.usefixtures("restored")
async def test_daily_deletions_wait_for_the_end(database: Database, clock: OffsetClock) -> None:
    done = []

    async def forget(now: object) -> int:
        done.append(now)
        return 0

    reconciler = Reconciler(database, clock, None, (), (Job("forget", forget),))  # type: ignore[arg-type]  # none asked
    await reconciler.do_jobs()
    assert done == []
    await end_in_rows(database)
    await reconciler.do_jobs()
    assert len(done) == 1


@pytest.mark.usefixtures("restored")
async def test_the_metrics_tell_of_a_recovery_until_its_end(database: Database, clock: OffsetClock) -> None:
    metrics = Metrics("kit")
    measuring = of_rows(metrics, database, clock, (recovery_hold.MEASURE,))
    await measuring.look()
    assert Scrape(generate_latest(metrics.registry).decode()).value("casella_recovery_under_way") == 1
    await end_in_rows(database)
    await measuring.look()
    assert Scrape(generate_latest(metrics.registry).decode()).value("casella_recovery_under_way") == 0


async def test_whoever_begins_a_recovery_in_a_running_room_is_answered_when_it_holds_and_says_of_when_the_rows_are(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in (recovery_hold, recovery_service):  # longer than the calls take on a loaded machine
        monkeypatch.setattr(place, "KNOWN_FOR_SECONDS", 3.0)
    async with open_channel(address, caller_secret("operator")) as channel:
        stub = recovery_pb2_grpc.RecoveryServiceStub(channel)
        with refused_as(errors_pb2.REASON_INVALID_INPUT) as refused:
            await stub.BeginRecovery(recovery_pb2.BeginRecoveryRequest(steering=STEERING))
        assert [each.field for each in refused.value.violations] == ["rows_of"]
        backup = SystemClock().now() - timedelta(hours=5)
        begin = recovery_pb2.BeginRecoveryRequest(steering=STEERING, rows_of=to_timestamp(backup))
        assert await erase(address) is None
        begun = (await stub.BeginRecovery(begin)).recovery
        assert await erase(address) == errors_pb2.REASON_RECOVERY_UNDER_WAY
        assert from_timestamp(begun.rows_of) == backup
        assert (await stub.BeginRecovery(begin)).recovery == begun


async def test_the_time_of_the_rows_is_not_in_the_future_and_only_an_earlier_one_takes_its_place(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery_service, "KNOWN_FOR_SECONDS", 0.0)
    now = SystemClock().now()
    async with open_channel(address, caller_secret("operator")) as channel:
        stub = recovery_pb2_grpc.RecoveryServiceStub(channel)

        async def begin(hours: int) -> recovery_pb2.Recovery:
            rows_of = to_timestamp(now + timedelta(hours=hours))
            asked = recovery_pb2.BeginRecoveryRequest(steering=STEERING, rows_of=rows_of)
            found: recovery_pb2.Recovery = (await stub.BeginRecovery(asked)).recovery
            return found

        with refused_as(errors_pb2.REASON_INVALID_INPUT) as refused:
            await begin(1)
        assert [each.message for each in refused.value.violations] == ["Questo momento è nel futuro."]
        assert not (await stub.GetRecovery(recovery_pb2.GetRecoveryRequest())).HasField("recovery")

        begun = await begin(-5)
        await stub.ReadBack(recovery_pb2.ReadBackRequest())
        later = await begin(-4)
        assert (later.rows_of, later.HasField("read_at")) == (begun.rows_of, True)
        earlier = await begin(-6)
        assert (earlier.recovery_id, earlier.HasField("read_at")) == (begun.recovery_id, False)
        assert from_timestamp(earlier.rows_of) == now - timedelta(hours=6)


async def test_a_reading_that_began_before_the_time_was_moved_does_not_count(
    address: str, outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery_service, "KNOWN_FOR_SECONDS", 0.0)
    begun = SystemClock().now() - timedelta(hours=5)
    async with open_channel(address, caller_secret("operator")) as channel:
        stub = recovery_pb2_grpc.RecoveryServiceStub(channel)

        async def begin(rows_of: datetime) -> None:
            rows = to_timestamp(rows_of)
            await stub.BeginRecovery(recovery_pb2.BeginRecoveryRequest(steering=STEERING, rows_of=rows))

        async def meanwhile() -> None:
            await begin(begun - timedelta(hours=1))

        await begin(begun)
        outside.meanwhile = meanwhile
        await stub.ReadBack(recovery_pb2.ReadBackRequest())
        assert not (await stub.GetRecovery(recovery_pb2.GetRecoveryRequest())).recovery.HasField("read_at")


def test_what_numbers_sends_charges_or_deletes_is_held() -> None:
    """The whole list: whoever adds such an RPC gives it the option, and adds it here."""
    services = {
        "casella.common.v1.ErasureService": {"ErasePersonalData"},
        "casella.invoicing.v1.InvoicingService": {
            "IssueProforma", "SendProforma", "IssueAdvanceInvoice", "IssueInvoice", "SendInvoice",
            "SendCorrectedInvoice", "IssueCreditNote", "SendCreditNote", "TransmitInvoice", "PrepareResend",
            "GiveUpTransmission",
        },
        "casella.payments.v1.PaymentsService": {
            "StartCheckout", "RequestRefund", "ApproveRefunds", "ExportRefunds", "RetryRefund", "PushRefunds",
            "SendRefundEmail", "ChargePaymentRequest", "SetUpAutomaticDebit", "ReleaseMandates", "ClosePaymentRequest",
        },
        "casella.ordering.v1.OrderingService": {"CloseAccount", "RecordPurged", "BeginErasure"},
        "casella.trial.v1.TrialService": {"CloseLogin"},
        "casella.mailboxes.v1.MailboxesService": {"PurgeAccount"},
        "casella.support.v1.ErasuresService": {"ConfirmErasure", "BeginDueErasure"},
        "casella.support.v1.WebhooksService": {"LeaseWebhookDeliveries"},
        "casella.support.v1.SupportService": set(),
    }  # fmt: skip

    for service, held in services.items():
        assert held_methods([service]) == {f"/{service}/{name}" for name in held}
