"""Shows what VIES answered about a VAT number, and on which answer an invoice rests."""

from collections.abc import Sequence

from casella.ordering.v1 import ordering_pb2
from cli import screen, words
from cli.rooms import Rooms

_COLUMNS = ("asked", "VAT number", "answer", "consultation number, or why none", "name in the register", "")


async def checks_of(rooms: Rooms, account_id: str, vat_id: str) -> list[ordering_pb2.VatCheck]:
    """What VIES answered about an account's number, newest first; about all of them where the tax names none."""
    found: list[ordering_pb2.VatCheck] = await rooms.ask_all(
        rooms.ordering.ListVatChecks, ordering_pb2.ListVatChecksRequest(account_id=account_id), "checks"
    )
    return [check for check in found if vat_id in ("", check.vat_id)]


def show(checks: Sequence[ordering_pb2.VatCheck], vat_check_id: str) -> None:
    """Show the answers; the one on which the invoice rests is marked."""
    if checks:
        rows = [_row(check, rests=check.check_id == vat_check_id) for check in checks]
        screen.show_table("What VIES answered", _COLUMNS, rows)


def _row(check: ordering_pb2.VatCheck, *, rests: bool) -> tuple[str, ...]:
    return (
        words.instant(check.asked_at),
        check.vat_id,
        words.choice(check, "finding"),
        check.consultation_number or check.error,
        check.name,
        "the invoice rests on it" if rests else "",
    )
