"""The bench's arithmetic: what a verdict says, and that nothing unmeasured is told as measured."""

import asyncio
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

from bench import moments
from bench.answered import Answered
from bench.driving import in_flight
from bench.figures import Figure, Verdict, ratios
from bench.moments import Moments
from bench.processes import cpu_seconds, grouped, memory_bytes, spent
from bench.report import Report, Split
from bench.sides import Side


def test_a_figure_is_the_median_of_its_rounds() -> None:
    figure = Figure("x", "ms", [3.0, 1.0, 9.0])
    assert (figure.value, figure.low, figure.high) == (3.0, 1.0, 9.0)


@pytest.mark.parametrize(
    ("rounds", "verdict"),
    [
        ([1.0, 1.1, 1.2], Verdict.MET),
        ([1.3, 1.4, 1.5], Verdict.MISSED),
        ([1.0, 1.1, 1.3], Verdict.UNCLEAR_MET),
        ([1.1, 1.3, 1.4], Verdict.UNCLEAR_MISSED),
    ],
)
def test_a_target_inside_the_spread_is_said_to_be_there(rounds: list[float], verdict: Verdict) -> None:
    assert Figure("x", "ratio", rounds, at_most=1.2).verdict is verdict


def test_where_more_is_better_the_verdict_turns_round() -> None:
    assert Figure("x", "/s", [0.4, 0.45], at_least=0.5).verdict is Verdict.MISSED
    assert Figure("x", "/s", [0.4, 0.6], at_least=0.5).verdict is Verdict.UNCLEAR_MET


def test_ratios_are_taken_within_a_round() -> None:
    assert ratios([2.0, 30.0], [1.0, 10.0]) == [2.0, 3.0]
    with pytest.raises(ValueError, match="longer"):
        ratios([1.0], [1.0, 2.0])


def test_cpu_time_of_a_child_that_ended_still_counts() -> None:
    pids = {"this": os.getpid()}
    before = cpu_seconds(pids)
    child = os.posix_spawn("/bin/sh", ["sh", "-c", "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done"], os.environ)
    os.waitpid(child, 0)
    assert spent(before, cpu_seconds(pids))["this"] >= 0.02


def test_calls_are_counted_from_the_moment_of_the_last_look(tmp_path: Path) -> None:
    log = tmp_path / "payments.log"
    line = '{"message": "call", "method": "/casella.payments.v1.PaymentsService/StartCheckout", "code": "OK"}\n'
    log.write_text(line)
    answered = Answered([log])
    log.write_text(line * 3 + '{"message": "relay could not look"}\n')
    assert answered.since() == {"StartCheckout": 2}
    assert answered.since() == {}


def test_a_step_that_left_no_trace_counts_until_the_end() -> None:
    side = Side(1, 1.0, {}, {})
    side.note(Moments({"paid": 10.0}, {"UnlockAccount": 11.0}, 14.0, 9), {"unlocked": "UnlockAccount"}, "paid")
    side.note(Moments({"paid": 10.0}, {}, 14.0, 9), {"unlocked": "UnlockAccount"}, "paid")
    assert side.latencies["unlocked"] == [1.0, 4.0]


def test_a_process_that_was_started_again_in_between_is_no_measurement() -> None:
    with pytest.raises(ValueError, match="ended during the measurement"):
        spent({"payments": 5.0}, {"payments": 0.1})
    with pytest.raises(ValueError, match="ended during the measurement"):
        spent({"payments": 5.0}, {})


def test_stand_ins_are_shown_as_one() -> None:
    assert grouped({"payments": 1.0, "stripe": 2.0, "dns": 0.5}) == {"payments": 1.0, "stand-ins": 2.5}


def test_memory_is_read() -> None:
    assert memory_bytes({"this": os.getpid()})["this"] > 1_000_000


async def test_so_many_are_in_flight_and_no_more() -> None:
    now, most = 0, 0

    async def do(piece: int) -> int:
        nonlocal now, most
        now += 1
        most = max(most, now)
        while most < 3:  # noqa: ASYNC110  without three at once this would never end
            await asyncio.sleep(0)
        now -= 1
        return piece

    done, seconds = await in_flight(3, range(10), do)
    assert (sorted(done), most) == (list(range(10)), 3)
    assert seconds > 0


def test_a_local_activity_is_dated_by_its_marker() -> None:
    signalled, ended = (HistoryEvent(event_time=Timestamp(seconds=at)) for at in (100, 103))
    signalled.event_type = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED
    signalled.workflow_execution_signaled_event_attributes.signal_name = "paid"
    ended.event_type = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED
    marker = HistoryEvent(event_type=EventType.EVENT_TYPE_MARKER_RECORDED, event_time=Timestamp(seconds=102))
    attributes = marker.marker_recorded_event_attributes
    attributes.marker_name = "core_local_activity"
    data = {"activity_type": "UnlockAccount", "complete_time": {"seconds": 101, "nanos": 500_000_000}}
    attributes.details["data"].payloads.add(data=json.dumps(data).encode())
    found = moments.read([signalled, marker, ended])
    assert (found.signals, found.steps, found.ended) == ({"paid": 100.0}, {"UnlockAccount": 101.5}, 103.0)


def test_the_report_keeps_every_round(tmp_path: Path) -> None:
    report = Report(tmp_path / "bench.json", datetime(2026, 11, 30, tzinfo=UTC))
    report.tell("orders", Figure("orders by engine", "ratio", [0.4, 0.6], at_least=0.5))
    report.tell("orders", Split("an order", [{"worker": 2.0, "payments": 3.0}, {"worker": 4.0, "payments": 3.0}]))
    figure, split = json.loads((tmp_path / "bench.json").read_text())["parts"]["orders"]
    assert (figure["rounds"], figure["median"], figure["verdict"]) == ([0.4, 0.6], 0.5, "met, within the spread")
    assert split["rounds"][1]["worker"] == 4.0


def test_a_split_adds_up_its_medians() -> None:
    split = Split("an order", [{"worker": 2.0, "payments": 3.0}, {"worker": 4.0, "payments": 3.0}])
    assert split.medians == {"worker": 3.0, "payments": 3.0}
    assert split.line().startswith("  an order: 6 = ")
