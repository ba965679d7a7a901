"""What all stand-ins share: they refuse to run beside anything real, follow the clock and end cleanly."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration

from casella.common.v1 import clock_pb2, clock_pb2_grpc
from deploy.local.standin import Refused, refuse_beside_live
from tests.standins.inbox import letter, open_inbox, send
from tests.standins.processes import OPERATOR_SECRET, Process, mailsink_environment

OPERATOR = (("casella-caller-secret", OPERATOR_SECRET),)


def clock_of(sink: Process) -> grpc.Channel:
    return grpc.insecure_channel(sink.environment["CASELLA_MAILSINK_CLOCK_LISTEN"])


def test_production_is_refused() -> None:
    with pytest.raises(Refused, match="CASELLA_MODE is production"):
        refuse_beside_live("sdi", "production", {})


def test_a_live_key_in_any_variable_is_refused_without_repeating_it() -> None:
    with pytest.raises(Refused, match="SOME_KEY holds a live key") as refused:
        refuse_beside_live("sdi", "local", {"SOME_KEY": "sk_live_51abc"})
    assert "51abc" not in str(refused.value)


def test_a_live_key_in_a_named_file_is_refused(tmp_path: Path) -> None:
    key = tmp_path / "stripe_key"
    key.write_text("rk_live_51abc\n")
    with pytest.raises(Refused, match="CASELLA_STRIPE_KEY_FILE holds a live key"):
        refuse_beside_live("sdi", "local", {"CASELLA_STRIPE_KEY_FILE": str(key)})


def test_test_keys_and_missing_files_are_no_reason_to_refuse() -> None:
    refuse_beside_live("sdi", "local", {"KEY": "sk_test_51abc", "CASELLA_STRIPE_KEY_FILE": "/nowhere"})


@pytest.mark.parametrize("forbidden", [{"CASELLA_MODE": "production"}, {"STRIPE_API_KEY": "sk_live_x"}])
def test_a_refused_stand_in_ends_at_once_with_one_sentence(tmp_path: Path, forbidden: dict[str, str]) -> None:
    process = Process("mailsink", mailsink_environment(tmp_path) | forbidden, tmp_path / "log")
    assert process.wait() == 2
    assert "simulator" in process.log()
    assert "Traceback" not in process.log()
    assert not (tmp_path / "mail").exists()


def test_a_port_in_use_is_said_in_one_sentence(sink: Process, tmp_path: Path) -> None:
    taken = {name: sink.environment[name] for name in ("CASELLA_MAILSINK_IMAP_LISTEN",)}
    process = Process("mailsink", mailsink_environment(tmp_path) | taken, tmp_path / "log")
    assert process.wait() == 2
    assert "already in use" in process.log()
    assert "Traceback" not in process.log()


def test_every_log_line_says_that_this_is_a_simulator(sink: Process) -> None:
    send(sink, letter("hello", "log@famiglia.example"))
    lines = sink.log().splitlines()
    assert len(lines) >= 2
    assert all("simulator" in line for line in lines)
    assert "famiglia" not in sink.log()


def test_only_the_operator_moves_the_clock(sink: Process) -> None:
    with clock_of(sink) as channel:
        clock = clock_pb2_grpc.ClockServiceStub(channel)
        with pytest.raises(grpc.RpcError) as refused:
            clock.SetClockOffset(clock_pb2.SetClockOffsetRequest(offset=Duration(seconds=60)))
    assert refused.value.code() == grpc.StatusCode.PERMISSION_DENIED


def test_mail_is_received_at_the_time_of_the_moved_clock(sink: Process) -> None:
    month = timedelta(days=30)
    offset = Duration()
    offset.FromTimedelta(month)
    with clock_of(sink) as channel:
        clock = clock_pb2_grpc.ClockServiceStub(channel)
        clock.SetClockOffset(clock_pb2.SetClockOffsetRequest(offset=offset), metadata=OPERATOR)
        told = clock.GetClock(clock_pb2.GetClockRequest(), metadata=OPERATOR)
        with pytest.raises(grpc.RpcError) as refused:
            clock.SetClockOffset(clock_pb2.SetClockOffsetRequest(), metadata=OPERATOR)
        backlog = clock.GetBacklog(clock_pb2.GetBacklogRequest(), metadata=OPERATOR).backlog
    assert refused.value.code() == grpc.StatusCode.FAILED_PRECONDITION
    assert backlog.outbox_rows == 0
    expected = datetime.now(UTC) + month
    assert abs(told.now.ToDatetime(tzinfo=UTC) - expected) < timedelta(minutes=1)
    send(sink, letter("later", "clock@famiglia.example"))
    with open_inbox(sink, "clock@famiglia.example") as box:
        (found,) = box.fetch()
    (received,) = found.headers["received"]
    assert expected.strftime("%b %Y") in received


def test_sigterm_ends_a_stand_in_with_a_client_connected(sink: Process) -> None:
    box = open_inbox(sink, "last@famiglia.example")
    assert sink.stop() == 0
    box.client.shutdown()
