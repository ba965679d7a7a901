"""A credit note says that a dispute has ended the service only once it has: until then the refusal names the way."""

from datetime import UTC, datetime
from typing import Any

import pytest

from casella.ordering.v1 import ordering_pb2
from cli.dissolved import refusal
from services.kit.wire import to_timestamp

AT = to_timestamp(datetime(2026, 11, 24, 8, 30, tzinfo=UTC))
ORDERED = "the service of account a"
ADDED = "what the order added to its contract of account a"


def service(**fields: Any) -> ordering_pb2.ServiceEnd:
    return ordering_pb2.ServiceEnd(account_id="a", **fields)


def test_what_has_ended_may_be_credited_so() -> None:
    assert refusal(service(ended=True, ends_at=AT)) is None


@pytest.mark.parametrize(
    ("stands", "served", "remedy"),
    [
        ({"ends_at": AT, "ending": True}, f"{ORDERED} goes on until 2026-11-24 09:30 CET", "try again in a moment"),
        ({"would_end_at": AT}, f"{ORDERED} goes on", "End it first"),
        ({"would_end_at": AT, "addition": True}, f"{ADDED} goes on", "End it first"),
        ({"ends_at": AT, "would_end_at": AT}, f"{ORDERED} goes on until 2026-11-24 09:30 CET", "End it first"),
        ({"ends_at": AT}, f"{ORDERED} goes on until 2026-11-24 09:30 CET", "once it has ended, or by agreement"),
        ({"addition": True, "renewed": True}, f"{ADDED} is renewed with it and goes on", "once it has ended"),
        ({}, "the order of account a is not fulfilled yet", "once it has ended, or by agreement"),
    ],
)
def test_what_has_not_ended_is_refused_with_how_it_stands_and_what_leads_there(
    stands: dict[str, Any], served: str, remedy: str
) -> None:
    refused = refusal(service(**stands))
    assert refused is not None
    assert refused.message == f"{served}, and with this cause the note says that it has ended"
    assert remedy in refused.remedy
