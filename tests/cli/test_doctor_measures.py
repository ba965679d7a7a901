"""What the doctor says of values that the services measured, by the limits of the alerts."""

from datetime import timedelta

import pytest

from casella.common.v1 import measures_pb2 as pb
from cli.doctor.findings import Level
from cli.doctor.measures import judge_outboxes, judge_regular

SECOND = timedelta(seconds=1)


def _outbox(kind: str, rows: int, age: timedelta) -> list[pb.Measure]:
    seconds = age.total_seconds()
    return [
        pb.Measure(name="casella_outbox_rows", labels={"kind": kind}, value=rows),
        pb.Measure(name="casella_outbox_oldest_seconds", labels={"kind": kind}, value=seconds),
    ]


def _age(of: str, age: timedelta) -> pb.Measure:
    return pb.Measure(name="casella_last_success_age_seconds", labels={"of": of}, value=age.total_seconds())


@pytest.mark.parametrize(("age", "level"), [(timedelta(minutes=5), Level.FINE), (timedelta(minutes=6), Level.WRONG)])
def test_what_does_not_leave_a_service_for_minutes_is_wrong(age: timedelta, level: Level) -> None:
    payments = [*_outbox("mail", 3, age), *_outbox("wake", 0, timedelta())]
    (finding,) = judge_outboxes({"trial": _outbox("mail", 0, timedelta()), "payments": payments})
    assert finding.level is level
    assert finding.text.startswith("payments holds 3 mails, the oldest for 6 minutes") is (level is Level.WRONG)
    assert finding.alert == ("CasellaOutboxOld" if level is Level.WRONG else "")


@pytest.mark.parametrize(
    ("of", "limit", "alert"),
    [
        ("receipts", timedelta(minutes=15), "CasellaReceiptsUnread"),
        ("payment_events", timedelta(hours=1), "CasellaPaymentEventsUnfetched"),
        ("statement", timedelta(days=4), "CasellaStatementOld"),
    ],
)
def test_what_must_succeed_again_and_again_is_wrong_once_it_has_not_for_too_long(
    of: str, limit: timedelta, alert: str
) -> None:
    assert judge_regular({"payments": [_age(of, limit)]}, moved=False) == []
    (finding,) = judge_regular({"payments": [_age(of, limit + SECOND)]}, moved=False)
    assert (finding.level, finding.alert) == (Level.WRONG, alert)
    assert judge_regular({"payments": [_age(of, limit + SECOND)]}, moved=True) == []


def test_of_what_was_never_waited_for_nothing_is_said() -> None:
    assert judge_regular({"payments": [], "invoicing": _outbox("mail", 0, timedelta())}, moved=False) == []
