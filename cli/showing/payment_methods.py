"""Shows what an account has stored for automatic debit: each mandate, how it stands, and its last refusal."""

from casella.payments.v1 import payments_pb2
from cli import words

COLUMNS = ("mandate", "by", "state", "since", "ended", "last charge not done")


def row(stored: payments_pb2.StoredPaymentMethod) -> tuple[str, ...]:
    """A mandate as a line of a table."""
    mandate = stored.mandate
    ended = f"{words.instant(mandate.ended_at)}, {words.choice(mandate, 'end')}" if mandate.end else ""
    refused = f"{words.instant(stored.last_refused_at)}, {words.choice(stored, 'last_refusal')}"
    return (
        mandate.mandate_id,
        stored.kind,
        words.choice(mandate, "state"),
        words.instant(mandate.set_up_at),
        ended,
        refused if stored.last_refusal else "",
    )
