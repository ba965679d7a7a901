"""Decides whether a message may leave: the question that a mail server asks before it accepts one."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import CasellaError, NotFound, RequestIdReused
from services.mailboxes.domain.sending import Limit, Limits, Refusal, refusal
from services.mailboxes.errors import (
    AccountRestricted,
    FeatureOff,
    MailboxInactive,
    MessageLimit,
    NotCovered,
    RecipientLimit,
)
from services.mailboxes.store import sends as store


@dataclass(frozen=True, slots=True)
class Remaining:
    """What a mailbox may still send in the present window; None is no limit."""

    messages: int | None
    recipients: int | None


class Sending:
    """The counter of sent messages."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def record(self, request_id: UUID, address: str, recipients: int) -> Remaining:
        """Allows a message and counts it, or refuses it.

        Args:
            request_id: Of this message, chosen by the mail server; told again it is allowed again, counted once.
            address: The sending mailbox's address, as it is kept.
            recipients: Number of recipients, at least 1.

        Raises:
            MessageLimit, RecipientLimit: With the limit, its value and when it frees in the metadata.
            AccountRestricted, MailboxInactive, NotCovered, FeatureOff: Nothing leaves from this mailbox now.
            NotFound: There is no such mailbox.
            RequestIdReused: The id was used for another message.
        """
        now = self._clock.now()
        async with self._database.single() as conn:
            verdict = await store.record(conn, request_id, address, recipients, now)
        if verdict.word == "allowed":
            return Remaining(
                _left(verdict.max_messages, verdict.messages), _left(verdict.max_recipients, verdict.recipients)
            )
        if verdict.word in _REFUSALS:
            raise _REFUSALS[verdict.word]
        raise await self._exhausted(verdict, recipients, now)

    async def _exhausted(self, verdict: store.Verdict, recipients: int, now: datetime) -> CasellaError:
        """Looks at the window to say which limit refused and when it frees: only refusals pay this second look."""
        async with self._database.reading() as conn:
            if verdict.word == "account_limit":
                sends = await store.window_of_account(conn, verdict.account_id or UUID(int=0), now)
                limits = Limits(verdict.max_account_messages, verdict.max_account_recipients, of_account=True)
            else:
                sends = await store.window_of_mailbox(conn, verdict.mailbox_id or UUID(int=0), now)
                limits = Limits(verdict.max_messages, verdict.max_recipients)
        # Nothing refuses any more where a purge came in between; the message is not allowed all the same.
        return _refused(refusal(sends, limits, recipients, now) or Refusal(Limit.MESSAGES, 0, None), now)


def _refused(found: Refusal, now: datetime) -> CasellaError:
    metadata = {"limit": str(found.limit), "value": str(found.value)}
    if found.frees_at is not None:
        metadata["frees_at"] = found.frees_at.isoformat()
    wait = None if found.frees_at is None else found.frees_at - now
    error = RecipientLimit if found.limit in {Limit.RECIPIENTS, Limit.ACCOUNT_RECIPIENTS} else MessageLimit
    return error(metadata=metadata, retry_after=wait)


def _left(limit: int | None, used: int) -> int | None:
    return None if limit is None else max(0, limit - used)


_REFUSALS: dict[str, type[CasellaError]] = {
    "unknown": NotFound,
    "reused": RequestIdReused,
    "restricted": AccountRestricted,
    "inactive": MailboxInactive,
    "uncovered": NotCovered,
    "feature_off": FeatureOff,
}
