"""What must leave a service is written here, in the same transaction as its cause; the relay delivers it later.

A *wake* starts or signals the workflow of a business id and means "look again"; a *mail* goes to a customer. Both are
delivered at least once; a mail's key makes it one mail, whoever asks for it again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from casella.common.v1 import common_pb2
from services.kit import mail_params
from services.kit.bells import Kind
from services.kit.database import require_transaction, will_leave, write_leaving
from services.kit.ids import new_id
from services.kit.mail_params import Params
from services.kit.measuring import OUTBOX_OLDEST, OUTBOX_ROWS, seconds
from services.kit.metrics import Values
from services.kit.row_measures import Measure
from services.kit.tables import attachments, mails, outbox
from services.kit.tracing import TRACEPARENT, traceparent
from services.kit.wire import from_language


@dataclass(frozen=True, slots=True)
class Wake:
    """Start the workflow of a business id if it does not run, and signal it; or, where it says so, signal it only."""

    workflow: str
    """The workflow's type, for example ``Order``; names stand in ``workflows.names``."""
    workflow_id: str
    """The business id, for example ``order:0193…``."""
    signal: str
    """What the signal is called, for example ``payment_completed``."""
    subject: UUID
    """The row's id, which is the workflow's whole input."""
    summary: str
    """One line for the list in the Temporal UI; no personal data."""
    priority: int | None = None
    """Temporal's task priority, 1 (first) to 5; orders have 1, everything else the default."""
    starts: bool = True
    """False: where the workflow does not run there is nothing to tell."""
    traceparent: str = field(default="", compare=False)
    """What it is a part of, where that is traced; two wakes that differ in nothing else are one."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a mail."""

    name: str
    mime_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """An email to a customer."""

    key: str
    """Names this one mail for ever, for example ``order-confirmation:{order}``."""
    template: str
    """``templates/<language>/<template>.md.j2`` of the room."""
    language: str
    """``it`` or ``en``."""
    to: str
    """The address; empty where it is erased: such a mail is never written."""
    params: Params = field(default_factory=dict)
    attachments: Sequence[Attachment] = ()
    name: str = ""
    """The customer's name beside the address; templates get it as ``name`` unless the params say otherwise."""
    subject_id: UUID | None = None
    """The account, so that an erasure finds the kept mail."""
    secret_params: Sequence[str] = ()
    """Params whose texts, or lists of texts, open something for whoever has them, such as a link with a token: the kept
    copy of the mail is without them. The outbox row has them until the mail is delivered, and no longer."""

    def __post_init__(self) -> None:
        """Refuse a secret that is not among the params: misspelt, it would be kept in the clear.

        Raises:
            ValueError: There is no such param.
        """
        unknown = set(self.secret_params) - self.params.keys()
        if unknown:
            raise ValueError(f"no params of {self.template}: {sorted(unknown)}")

    @classmethod
    def to_recipient(
        cls, recipient: common_pb2.Recipient, *, key: str, template: str, params: Params,
        attachments: Sequence[Attachment] = (), subject_id: UUID | None = None, secret_params: Sequence[str] = (),
    ) -> "Mail":  # fmt: skip
        """A mail to whom an activity's ``Recipient`` names; to nobody, where that address is erased."""
        language = from_language(recipient.language)
        return cls(
            key, template, language, recipient.email, params, attachments, recipient.name, subject_id, secret_params
        )


async def wake(conn: AsyncConnection, wake: Wake, at: datetime) -> None:
    """Write down that a workflow must look again.

    Args:
        conn: The transaction of the cause.
        wake: Whom to wake.
        at: Now, by the service's clock.
    """
    payload: dict[str, Any] = {
        "workflow": wake.workflow,
        "workflow_id": wake.workflow_id,
        "signal": wake.signal,
        "subject": str(wake.subject),
        "summary": wake.summary,
        "priority": wake.priority,
        "starts": wake.starts,
    }
    if parent := traceparent():  # else the payload is as older processes know it
        payload[TRACEPARENT] = parent
    write(conn, Kind.WAKE, payload, at)


def wake_from(payload: dict[str, Any]) -> Wake:
    """A wake from its outbox row's payload."""
    return Wake(**{**payload, "subject": UUID(payload["subject"])})


async def mail(conn: AsyncConnection, mail: Mail, at: datetime) -> bool:
    """Write down that a mail must be sent, unless one with this key was written before, or nobody is there to get it.

    Args:
        conn: The transaction of the cause.
        mail: What to send.
        at: Now, by the service's clock; becomes the mail's date.

    Returns:
        Whether it is new.

    Raises:
        NoTransaction: The connection is in AUTOCOMMIT: a crash could leave a key without its mail.
    """
    require_transaction(conn)
    if not mail.to:
        return False
    kept = {"key": mail.key, "subject_id": mail.subject_id, "created_at": at}
    if (await conn.execute(_KEEP, kept)).first() is None:
        return False
    payload = {
        "key": mail.key,
        "template": mail.template,
        "language": mail.language,
        "to": mail.to,
        "name": mail.name,
        "params": mail_params.encode(mail.params),
        "secret_params": list(mail.secret_params),
    }
    row_id = write(conn, Kind.MAIL, payload, at)
    if mail.attachments:
        rows = [
            {"outbox_id": row_id, "position": n, "name": a.name, "mime_type": a.mime_type, "content": a.content}
            for n, a in enumerate(mail.attachments)
        ]
        await write_leaving(conn)
        await conn.execute(_ATTACH, rows)
    return True


def write(conn: AsyncConnection, kind: Kind, payload: dict[str, Any], at: datetime) -> UUID:
    """Have an outbox row of a kind written before the commit; whoever carries that kind on hears of it after.

    Returns:
        The row's id.
    """
    row_id = new_id()
    row = {"id": row_id, "kind": kind, "payload": payload, "created_at": at, "attempts": 0, "next_at": at}
    will_leave(conn, row)
    return row_id


_KEEP = insert(mails).on_conflict_do_nothing().returning(mails.c.key)
_ATTACH = insert(attachments)
_ATTACHED = (
    select(attachments.c.name, attachments.c.mime_type, attachments.c.content)
    .where(attachments.c.outbox_id == bindparam("row"))
    .order_by(attachments.c.position)
)


async def mail_from(conn: AsyncConnection, row_id: UUID, payload: dict[str, Any]) -> Mail:
    """A mail from its outbox row, with its attachments."""
    files = await conn.execute(_ATTACHED, {"row": row_id})
    return Mail(
        key=payload["key"],
        template=payload["template"],
        language=payload["language"],
        to=payload["to"],
        name=payload["name"],
        params=mail_params.decode(payload["params"]),
        attachments=[Attachment(row.name, row.mime_type, row.content) for row in files],
        secret_params=payload["secret_params"],
    )


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is still to be delivered."""

    rows: int
    oldest: datetime | None


async def backlog(conn: AsyncConnection) -> Backlog:
    """Count the outbox and find its oldest row."""
    row = (await conn.execute(select(func.count(), func.min(outbox.c.created_at)).select_from(outbox))).one()
    return Backlog(*row)


async def _measure(conn: AsyncConnection, now: datetime) -> Mapping[str, Values]:
    query = select(outbox.c.kind, func.count(), func.min(outbox.c.created_at)).group_by(outbox.c.kind)
    found = {kind: (rows, oldest) for kind, rows, oldest in await conn.execute(query)}
    return {
        OUTBOX_ROWS.name: {(kind,): found[kind][0] if kind in found else 0 for kind in Kind},
        OUTBOX_OLDEST.name: {(kind,): seconds(now - found[kind][1]) if kind in found else 0.0 for kind in Kind},
    }


MEASURE = Measure((OUTBOX_ROWS, OUTBOX_OLDEST), _measure)
"""What waits here to leave."""
