"""Shows disputes over payments by card or PayPal, and what the bank took back of what had paid.

Each is followed and decided in the workflow of its money entry.
"""

from casella.payments.v1 import payments_pb2
from cli import words
from cli.rooms import Rooms

HEADING = "Disputes at the payment provider, where evidence is given, and what the bank took back"
COLUMNS = (
    "opened",
    "by",
    "state",
    "disputed",
    "withdrawn",
    "fee",
    "because",
    "evidence by",
    "decided",
    "dispute",
    "entry",
)


async def of_account(rooms: Rooms, account_id: str) -> list[payments_pb2.Dispute]:
    """The disputes over an account's payments, oldest first."""
    return await _read(rooms, payments_pb2.ListDisputesRequest(account_id=account_id))


async def everybodys(rooms: Rooms) -> list[payments_pb2.Dispute]:
    """All disputes, oldest first."""
    return await _read(rooms, payments_pb2.ListDisputesRequest())


async def _read(rooms: Rooms, asked: payments_pb2.ListDisputesRequest) -> list[payments_pb2.Dispute]:
    found: list[payments_pb2.Dispute] = await rooms.ask_all(rooms.payments.ListDisputes, asked, "disputes")
    return found


def row(dispute: payments_pb2.Dispute) -> tuple[str, ...]:
    """A dispute as a line of a table."""
    decided = ", ".join(words.choice(dispute, each) for each in ("decision", "settlement") if getattr(dispute, each))
    counted = dispute.counted_as_refund
    refund = f", {words.money(counted)} of it a withdrawal's refund" if counted.minor else ""
    differs = ", MORE THAN THE PAYMENT" if dispute.amount_differs else ""
    return (
        words.instant(dispute.opened_at),
        words.if_any(words.choice(dispute, "source")),
        words.choice(dispute, "state"),
        f"{words.money(dispute.amount)}{differs}",
        f"{words.money(dispute.withdrawn)}{refund}",
        words.money(dispute.fee),
        dispute.reason,
        words.instant(dispute.evidence_by),
        f"{decided or words.NONE} {dispute.credit_note_id}".strip(),
        dispute.provider_reference,
        dispute.money_entry_id,
    )
