"""Shows what an account's next period would ask for now."""

from casella.common.v1 import errors_pb2
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2
from cli import screen, words
from cli.rooms import Rooms
from cli.showing import period
from services.kit.errors import Refused

_COUNTS = ("used", "prepaid", "above")
_USAGE = ("size or option", "mailbox-days used so far", "prepaid", "above the prepaid")


async def of_account(rooms: Rooms, account_id: str) -> ordering_pb2.UpcomingPeriod | None:
    """What the account's next period would ask for; None where none comes."""
    asked = ordering_pb2.GetUpcomingPeriodRequest(account_id=account_id)
    try:
        answer = await rooms.ask_for(rooms.ordering.GetUpcomingPeriod, asked)
    except Refused as refused:
        if refused.reason == errors_pb2.REASON_SUBSCRIPTION_STATE:
            return None
        raise
    return answer.upcoming if answer else None


def show(upcoming: ordering_pb2.UpcomingPeriod) -> None:
    """Show it with its lines and, of a monthly contract, the month's usage by size and option."""
    screen.show_facts("Next period, if it were measured now", _facts(upcoming))
    screen.show_table("Its lines (net)", period.LINE_COLUMNS, [period.line_row(line) for line in upcoming.lines])
    if upcoming.usage:
        first, last = (words.day(upcoming.usage[place].day) for place in (0, -1))
        screen.show_table(f"Usage from {first} to {last}", _USAGE, _usage(upcoming))


def _facts(upcoming: ordering_pb2.UpcomingPeriod) -> list[tuple[str, str]]:
    totals = upcoming.totals
    total = f"{words.money(totals.gross)} ({words.money(totals.net)} + VAT {words.money(totals.vat)})"
    if upcoming.tax_open:
        total = f"{total}, or {words.money(upcoming.totals_with_vat.gross)} with VAT: the tax is open"
    discount = upcoming.reseller_discount
    return [
        ("number", str(upcoming.period.number)),
        ("days", f"{words.day(upcoming.period_start)} to {words.day(upcoming.period_end)}"),
        ("amount so far", total),
        ("tax", words.choice(upcoming, "tax_treatment")),
        ("VAT number", upcoming.vat_id),
        ("reseller discount", f"{discount} %" if discount else ""),
        ("is measured", words.instant(upcoming.measure_at)),
        ("legal notice to the consumer", words.if_any(words.day(upcoming.notice_on))),
    ]


def _usage(upcoming: ordering_pb2.UpcomingPeriod) -> list[tuple[str, ...]]:
    """The month's mailbox-days so far, by size and by option."""
    sizes = [size for day in upcoming.usage for size in day.sizes]
    options = [option for day in upcoming.usage for option in day.options]
    rows: list[tuple[str, ...]] = [
        (
            words.one_of(mailboxes_pb2.MailboxSize, band),
            *(str(sum(getattr(size, name) for size in sizes if size.size == band)) for name in _COUNTS),
        )
        for band in sorted({size.size for size in sizes})
    ]
    rows += [
        (code, *(str(sum(getattr(option, name) for option in options if option.code == code)) for name in _COUNTS))
        for code in sorted({option.code for option in options})
    ]
    return rows
