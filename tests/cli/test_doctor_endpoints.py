"""Which webhook endpoints the doctor names, and whether a person has to do something."""

from datetime import UTC, datetime, timedelta

from casella.support.v1 import webhooks_pb2 as pb
from cli.doctor.endpoints import judge_webhooks
from cli.doctor.findings import Level
from services.kit.trouble import WEBHOOKS_FAILING
from services.kit.wire import to_timestamp

NOON = to_timestamp(datetime(2026, 11, 24, 12, tzinfo=UTC))
WELL = pb.WebhookEndpoint(url="https://well.example/")
FAILING = pb.WebhookEndpoint(url="https://failing.example/", failing_since=NOON, pending=2)
DISABLED = pb.WebhookEndpoint(url="https://gone.example/", failing_since=NOON, disabled_at=NOON, pending=7)


def test_of_endpoints_that_answer_nothing_is_said() -> None:
    assert judge_webhooks([], NOON.ToDatetime(UTC)) == judge_webhooks([WELL], NOON.ToDatetime(UTC)) == []


def test_a_disabled_endpoint_wants_a_person_and_a_failing_one_is_named() -> None:
    disabled, failing = judge_webhooks([WELL, FAILING, DISABLED], NOON.ToDatetime(UTC))
    assert (disabled.level, failing.level) == (Level.WRONG, Level.NOTE)
    assert "1: https://gone.example/ (since 2026-11-24 13:00 CET, 7 waiting)" in disabled.text
    assert "1: https://failing.example/ (since 2026-11-24 13:00 CET, 2 waiting)" in failing.text
    assert "webhooks enable" in disabled.remedy
    assert disabled.alert == "CasellaWebhooksDisabled"


def test_an_endpoint_that_has_failed_for_long_wants_a_person_as_its_alert_says() -> None:
    later = NOON.ToDatetime(UTC) + WEBHOOKS_FAILING
    [still] = judge_webhooks([FAILING], later)
    [late] = judge_webhooks([FAILING], later + timedelta(seconds=1))
    assert (still.level, late.level, late.alert) == (Level.NOTE, Level.WRONG, "CasellaWebhooksFailing")
    since_now = pb.WebhookEndpoint(url="https://new.example/", failing_since=to_timestamp(later))
    [either] = judge_webhooks([since_now, FAILING], later + timedelta(seconds=1))
    assert either.level is Level.WRONG
