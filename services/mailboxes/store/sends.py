"""The SQL of sent messages: the one statement of the hot path, the window behind a refusal, and the pruning."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.mailboxes.domain.sending import WINDOW, Send
from services.mailboxes.tables import sends

# One round trip. A function and not a CTE, because its counts must see what was committed while it waited for the
# row's lock, and all parts of a CTE share the snapshot of the statement's beginning.
_RECORD = text("SELECT * FROM decide_send(:request, :address, :recipients, :now)")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the database decided about a message.

    Attributes:
        word: `allowed`, `unknown`, `reused`, `restricted`, `feature_off`, `inactive`, `uncovered`, `limit` or
            `account_limit`.
        mailbox_id: The mailbox; None if the address is unknown.
        account_id: Its account.
        max_messages: The mailbox's limit; None is none.
        max_recipients: Likewise.
        max_account_messages: The limit of all mailboxes together.
        max_account_recipients: Likewise.
        messages: Sent by the mailbox in the window, this one included where it was allowed.
        recipients: Likewise.
    """

    word: str
    mailbox_id: UUID | None
    account_id: UUID | None
    max_messages: int | None
    max_recipients: int | None
    max_account_messages: int | None
    max_account_recipients: int | None
    messages: int
    recipients: int


async def record(conn: AsyncConnection, request_id: UUID, address: str, recipients: int, now: datetime) -> Verdict:
    """Decides whether a message may leave now and, if so, counts it; both under the row locks of account and mailbox.

    The same request again is allowed again and not counted twice.
    """
    parameters = {"request": request_id, "address": address, "recipients": recipients, "now": now}
    row = (await conn.execute(_RECORD, parameters)).one()
    return Verdict(
        word=row.verdict,
        mailbox_id=row.found_mailbox,
        account_id=row.found_account,
        max_messages=row.max_messages,
        max_recipients=row.max_recipients,
        max_account_messages=row.max_account_messages,
        max_account_recipients=row.max_account_recipients,
        messages=row.used_messages or 0,
        recipients=row.used_recipients or 0,
    )


async def window_of_mailbox(conn: AsyncConnection, mailbox_id: UUID, now: datetime) -> list[Send]:
    """Reads what a mailbox sent in the 24 hours before `now`."""
    return await _window(conn, sends.c.mailbox_id == mailbox_id, now)


async def window_of_account(conn: AsyncConnection, account_id: UUID, now: datetime) -> list[Send]:
    """Reads what all mailboxes of an account sent in the 24 hours before `now`, deleted ones included."""
    return await _window(conn, sends.c.account_id == account_id, now)


async def prune(conn: AsyncConnection, before: datetime) -> int:
    """Deletes messages that no window reaches any more.

    Returns:
        How many.
    """
    return (await conn.execute(delete(sends).where(sends.c.sent_at < before))).rowcount


async def _window(conn: AsyncConnection, whose: ColumnElement[bool], now: datetime) -> list[Send]:
    found = await conn.execute(select(sends.c.sent_at, sends.c.recipients).where(whose, sends.c.sent_at > now - WINDOW))
    return [Send(row.sent_at, row.recipients) for row in found]
