"""The table of events says what the services tell."""

from services.kit.event_types import TOLD
from tests.docs.pages import page


def test_the_table_of_events_is_that_of_the_services() -> None:
    """Where it is not, copy the right table from the message of this test."""
    right = [
        [
            f"`{event_type}`",
            told.room,
            told.since.isoformat(),
            ", ".join([f"`{name}`" for name in told.ids] + [f"(`{name}`)" for name in told.may]) or "–",
            told.when,
        ]
        for event_type, told in TOLD.items()
    ]
    table = "\n".join(f"| {' | '.join(row)} |" for row in right)
    assert page("docs/integrating.md").rows("Events") == right, table
