"""Decides how a request for the deletion of a profile goes on: asked for, decided, told of, proved.

The ticket and its erasure change in one transaction, and each change wakes the workflow that carries the erasure out.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from casella.common.v1 import common_pb2
from services.kit import audit, events, outbox, recovery_hold
from services.kit.audit import AuditEntry
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound, NotReady
from services.kit.event_types import EventType
from services.kit.events import Event
from services.kit.ids import new_id
from services.kit.outbox import Mail
from services.kit.recovery import RecoveryState
from services.kit.requests import Call, claim
from services.kit.tables import outbox as outbox_rows
from services.kit.wakes import erasure_wake
from services.kit.wire import from_language
from services.support import store as ticket_store
from services.support.domain import Message, Ticket, TicketState
from services.support.erasures import store, texts
from services.support.erasures.domain import Cause, Dates, Erasure, Proof, Refusal, State
from services.support.errors import ErasureNotDecided, ErasureNotPossible, NoticeOutdated

Recipient = common_pb2.Recipient


async def ask(conn: AsyncConnection, ticket: Ticket, notice_hash: str) -> None:
    """Begin the erasure that a new ticket asks for, in the ticket's transaction.

    Raises:
        NoticeOutdated: The customer confirmed another text than the present one.
        ErasureNotPossible: One is asked for already.
    """
    if notice_hash != texts.NOTICE_HASH:
        raise NoticeOutdated
    erasure = Erasure(
        new_id(), ticket.account_id, Cause.ASKED, State.WAITING, Dates.of(ticket.opened_at), ticket.id, notice_hash
    )
    if not await store.add(conn, erasure):
        raise ErasureNotPossible(metadata={"state": "open"})
    await outbox.wake(conn, erasure_wake(ticket.account_id), ticket.opened_at)


async def close_with_ticket(conn: AsyncConnection, ticket_id: UUID, owner: UUID | None, now: datetime) -> None:
    """Take back the erasure that a ticket asks for, because the customer closes it.

    Called before the ticket's row is touched: a decision locks the two in this order too.

    Raises:
        ErasureNotDecided: An operator closes it: the request wants an answer.
        ErasureNotPossible: It is approved, so it cannot be taken back any more.
    """
    erasure = await store.of_ticket(conn, ticket_id)
    if (
        erasure is None
        or erasure.state not in {State.WAITING, State.APPROVED}
        or owner not in {None, erasure.account_id}
    ):
        return
    if erasure.state is State.APPROVED:
        raise ErasureNotPossible(metadata={"state": str(erasure.state)})
    if owner is None:
        raise ErasureNotDecided
    await store.decide(conn, erasure.id, State.WITHDRAWN, None, now)
    await outbox.wake(conn, erasure_wake(erasure.account_id), now)


class Erasures:
    """The erasures of all accounts."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Take the database and the clock."""
        self._database = database
        self._clock = clock

    async def of_account(self, account_id: UUID) -> Erasure:
        """An account's newest erasure.

        Raises:
            NotFound: None was ever asked for or due.
        """
        async with self._database.reading() as conn:
            return _found(await store.newest(conn, account_id))

    async def open_page(self, after: UUID | None, limit: int) -> list[Erasure]:
        """Erasures that are not at their end, oldest first."""
        async with self._database.reading() as conn:
            return await store.open_page(conn, after, limit)

    async def approve(self, call: Call, erasure_id: UUID, entry: AuditEntry) -> Erasure:
        """Approve an erasure that waits; the first decision stays.

        Raises:
            NotFound: There is no such erasure.
            ErasureNotPossible: It waits for no decision.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            if await claim(conn, call, erasure_id) is None:
                erasure = await self._decided(conn, erasure_id, State.APPROVED, entry)
                await outbox.wake(conn, erasure_wake(erasure.account_id), now)
            return _found(await store.find(conn, erasure_id))

    async def refuse(
        self, call: Call, erasure_id: UUID, why: Refusal, entry: AuditEntry, recipient: Recipient
    ) -> Erasure:
        """Refuse an erasure that waits, and answer its ticket with the reason; the first decision stays.

        Raises:
            NotFound: There is no such erasure.
            ErasureNotPossible: It waits for no decision.
        """
        async with self._database.transaction() as conn:
            if await claim(conn, call, erasure_id) is None:
                erasure = await self._decided(conn, erasure_id, State.REFUSED, entry)
                await self._answer(conn, erasure, why, recipient)
                await outbox.wake(conn, erasure_wake(erasure.account_id), self._clock.now())
            return _found(await store.find(conn, erasure_id))

    async def begin_due(self, account_id: UUID) -> Erasure:
        """Begin the erasure of what is left of an account that never paid; one that is open stays."""
        now = self._clock.now()
        due = Erasure(new_id(), account_id, Cause.NEVER_PAID, State.APPROVED, Dates.of(now), email_skipped=True)
        async with self._database.transaction() as conn:
            await store.add(conn, due)
            return _found(await store.newest(conn, account_id))

    async def repeat(self, account_id: UUID, entry: AuditEntry) -> Erasure:
        """Begin the erasure of an account again that restored rows brought back; one that is open is approved so.

        Nobody decides or is told a second time, so it is possible in a recovery only.

        Raises:
            RecoveryState: None is under way.
        """
        now = self._clock.now()
        again = Erasure(new_id(), account_id, Cause.RESTORED, State.APPROVED, Dates.of(now), email_skipped=True)
        async with self._database.transaction() as conn:
            if not await recovery_hold.stands(conn):
                raise RecoveryState("No recovery is under way.")
            if not await store.add(conn, again):
                await store.approve_without_email(conn, account_id, entry.reason_code, now)
            await audit.record(conn, entry, now, account_id=account_id)
            await outbox.wake(conn, erasure_wake(account_id), now)
            return _found(await store.newest(conn, account_id))

    async def confirm(
        self, erasure_id: UUID, account_id: UUID, recipient: Recipient | None, *, invoices_kept: bool
    ) -> Erasure:
        """Send the last email and note that it was sent; without anybody to tell, note that.

        Raises:
            NotFound: There is no such erasure.
            ErasureNotPossible: It is not approved.
            NotReady: The mail server has not taken it yet.
        """
        now, key = self._clock.now(), f"erasure-confirmed:{erasure_id}"
        async with self._database.transaction() as conn:
            erasure = _found(await store.find(conn, erasure_id), account_id)
            if erasure.state is State.ERASED or erasure.told_at is not None:
                return erasure
            if erasure.state is not State.APPROVED:
                raise ErasureNotPossible(metadata={"state": str(erasure.state)})
            if erasure.email_skipped or recipient is None:
                await store.skip_email(conn, erasure_id)
                unsent = outbox_rows.c.payload["key"].astext == key
                await conn.execute(delete(outbox_rows).where(outbox_rows.c.kind == "mail", unsent))
                return _found(await store.find(conn, erasure_id))
            await outbox.mail(conn, _confirmation(erasure, key, recipient, invoices_kept=invoices_kept), now)
            told = await store.note_told(conn, erasure_id, key)
            found = _found(await store.find(conn, erasure_id))
        if not told:
            raise NotReady
        return found

    async def skip_email(self, call: Call, erasure_id: UUID, entry: AuditEntry) -> Erasure:
        """Let an approved erasure go on without its email.

        Raises:
            NotFound: There is no such erasure.
            ErasureNotPossible: It is not approved.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            erasure = _found(await store.find(conn, erasure_id))
            if await claim(conn, call, erasure_id) is None:
                if not await store.skip_email(conn, erasure_id):
                    raise ErasureNotPossible(metadata={"state": str(erasure.state)})
                await audit.record(conn, _about(entry, erasure), now, account_id=erasure.account_id)
            return _found(await store.find(conn, erasure_id))

    async def record_erased(self, erasure_id: UUID, proof: Sequence[Proof]) -> Erasure:
        """Write the end of an erasure with its proof; the first one stays.

        Raises:
            NotFound: There is no such erasure.
            ErasureNotPossible: It is not approved.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            erasure = _found(await store.find(conn, erasure_id))
            if erasure.state is State.ERASED:
                return erasure
            if not await store.end(conn, erasure_id, proof, now):
                raise ErasureNotPossible(metadata={"state": str(erasure.state)})
            await events.tell(conn, Event(EventType.ACCOUNT_ERASED, erasure.account_id, state=str(erasure.cause)), now)
            return _found(await store.find(conn, erasure_id))

    async def _decided(self, conn: AsyncConnection, erasure_id: UUID, state: State, entry: AuditEntry) -> Erasure:
        erasure = _found(await store.find(conn, erasure_id), entry.subject_id)
        now = self._clock.now()
        if not await store.decide(conn, erasure_id, state, entry.reason_code, now):
            raise ErasureNotPossible(metadata={"state": str(erasure.state)})
        await audit.record(conn, _about(entry, erasure), now, account_id=erasure.account_id)
        return erasure

    async def _answer(self, conn: AsyncConnection, erasure: Erasure, why: Refusal, recipient: Recipient) -> None:
        """Write the refusal into the ticket, which the customer may answer; the email brings it too."""
        if erasure.ticket_id is None:
            raise AssertionError("an erasure that waits was asked for by a ticket")
        now, text = self._clock.now(), texts.refusal(why, from_language(recipient.language))
        message = Message(new_id(), from_provider=True, text=text, at=now)
        answered = await ticket_store.answer(conn, erasure.ticket_id, None, TicketState.ANSWERED, message, decides=True)
        ticket = await ticket_store.read(conn, erasure.ticket_id, None)
        if not answered or ticket is None:
            raise AssertionError("a ticket is open while its erasure waits, and the last place is the decision's")
        params = {"number": ticket.number, "subject": ticket.subject, "text": text, "at": now}
        mail = Mail.to_recipient(
            recipient, key=f"ticket-answered:{message.id}", template="ticket_answered", params=params,
            subject_id=erasure.account_id,
        )  # fmt: skip
        await outbox.mail(conn, mail, now)
        event = Event(EventType.TICKET_ANSWERED, erasure.account_id, {"ticket_id": ticket.id}, state=ticket.state)
        await events.tell(conn, event, now)


def _confirmation(erasure: Erasure, key: str, recipient: Recipient, *, invoices_kept: bool) -> Mail:
    params = {
        "requested_on": erasure.dates.requested_at,
        "reference": str(erasure.id),
        "invoices_kept": invoices_kept,
    }
    return Mail.to_recipient(
        recipient, key=key, template="erasure_confirmed", params=params, subject_id=erasure.account_id
    )


def _about(entry: AuditEntry, erasure: Erasure) -> AuditEntry:
    """The trail is asked for by account."""
    return AuditEntry(
        entry.actor, entry.action, erasure.account_id, entry.reason_code, entry.ticket_id or erasure.ticket_id,
        entry.source,
    )  # fmt: skip


def _found(erasure: Erasure | None, account_id: UUID | None = None) -> Erasure:
    if erasure is None or account_id not in {None, erasure.account_id}:
        raise NotFound
    return erasure
