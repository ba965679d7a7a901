"""Whether those who want to be told of events are reached."""

from collections.abc import Sequence
from datetime import datetime

from casella.support.v1 import webhooks_pb2 as pb
from cli import words
from cli.doctor.findings import Finding, named, note, wrong
from cli.rooms import Rooms
from services.kit.trouble import WEBHOOKS_FAILING
from services.kit.wire import from_timestamp


async def webhooks(rooms: Rooms, healthy: Sequence[str], now: datetime) -> list[Finding]:
    """Which endpoints are not reached."""
    if "support" not in healthy:
        return []
    listed = await rooms.ask(rooms.webhooks.ListWebhookEndpoints, pb.ListWebhookEndpointsRequest())
    return judge_webhooks(listed.endpoints, now)


def judge_webhooks(endpoints: Sequence[pb.WebhookEndpoint], now: datetime) -> list[Finding]:
    """A disabled endpoint is told nothing until a person enables it; a failing one is tried again by itself."""
    disabled = [each for each in endpoints if each.HasField("disabled_at")]
    failing = [each for each in endpoints if each.HasField("failing_since") and each not in disabled]
    found = []
    if disabled:
        told = [f"{each.url} (since {words.instant(each.disabled_at)}, {each.pending} waiting)" for each in disabled]
        text = f"webhook endpoints that are disabled and told nothing: {len(disabled)}: {named(told)}"
        found.append(
            wrong(
                text,
                "Once it answers, `casella webhooks enable` with its id; what waits leaves first",
                "CasellaWebhooksDisabled",
            )
        )
    if failing:
        told = [f"{each.url} (since {words.instant(each.failing_since)}, {each.pending} waiting)" for each in failing]
        text = f"webhook endpoints that do not answer well and are tried again: {len(failing)}: {named(told)}"
        remedy = "`casella webhooks deliveries` shows what they answer"
        late = any(now - from_timestamp(each.failing_since) > WEBHOOKS_FAILING for each in failing)
        found.append(wrong(text, remedy, "CasellaWebhooksFailing") if late else note(text, remedy))
    return found
