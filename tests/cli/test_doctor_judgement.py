"""What takes minutes or days to go wrong is judged without waiting for it."""

from datetime import UTC, datetime, timedelta

import pytest

from casella.invoicing.v1 import invoicing_pb2
from casella.payments.v1 import payments_pb2
from cli.doctor import temporal, work
from cli.doctor.findings import Level, fine
from services.kit.wire import to_timestamp

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("silent_for", "level"),
    [([timedelta(seconds=60)], Level.FINE), ([timedelta(minutes=2)], Level.WRONG), ([], Level.WRONG)],
)
def test_a_worker_that_asks_for_nothing_any_more_has_gone(silent_for: list[timedelta], level: Level) -> None:
    assert temporal.judge_pollers([NOON - span for span in silent_for], NOON).level is level


@pytest.mark.parametrize(("age", "level"), [(timedelta(minutes=1), Level.FINE), (timedelta(minutes=6), Level.WRONG)])
def test_what_does_not_leave_a_service_for_minutes_is_wrong(age: timedelta, level: Level) -> None:
    clocks = [
        work.RoomClock("trial", NOON, timedelta()),
        work.RoomClock("payments", NOON, timedelta(), waiting=3, oldest=NOON - age),
    ]
    (finding,) = work.judge_backlogs(clocks)
    assert finding.level is level
    assert ("payments" in finding.text) is (level is Level.WRONG)


@pytest.mark.parametrize(
    ("state", "left", "found"),
    [
        (invoicing_pb2.TRANSMISSION_STATE_PENDING, timedelta(days=4), 0),
        (invoicing_pb2.TRANSMISSION_STATE_PENDING, timedelta(days=2), 1),
        (invoicing_pb2.TRANSMISSION_STATE_REJECTED, timedelta(days=-1), 1),
        (invoicing_pb2.TRANSMISSION_STATE_SENT, timedelta(days=-1), 0),
    ],
)
def test_an_e_invoice_that_the_sdi_does_not_have_three_days_before_its_deadline_is_wrong(
    state: invoicing_pb2.TransmissionState, left: timedelta, found: int
) -> None:
    sent = invoicing_pb2.Transmission(invoice_id="i", number="2026/17", state=state, deadline=to_timestamp(NOON + left))
    findings = work.judge_e_invoice(sent, NOON)
    assert len(findings) == found
    assert all("2026/17" in finding.text and "casella show invoice i" in finding.remedy for finding in findings)


def test_production_has_no_clock_to_judge() -> None:
    assert work.judge_clocks([]) == []
    assert work.judge_backlogs([]) == []


def test_a_record_that_no_statement_confirms_is_wrong_though_the_ledger_is_balanced() -> None:
    told = "transfer 'B-1' of 85.40 EUR: no statement has told of it"
    ledger = payments_pb2.ProveLedgerResponse(balanced=True, transactions=3, unconfirmed=[told])
    balanced, unconfirmed = work.judge_ledger(ledger)
    assert (balanced.level, unconfirmed.level, unconfirmed.text) == (Level.FINE, Level.WRONG, told)
    assert work.judge_ledger(payments_pb2.ProveLedgerResponse(balanced=True)) == [
        fine("the ledger is balanced (0 transactions)")
    ]
