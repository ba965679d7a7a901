"""What a dispute has taken counts as given back where a consumer withdraws: such a refund follows its dispute.

It waits while the payer's bank decides, is made once the dispute is lost, and leaves by the provider once the money is
back. What a lost dispute has taken beyond that waits for an operator, as all of it does where nobody withdraws.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.calendar import rome_date
from services.kit.money import Money
from services.payments.domain.disputes import Dispute, DisputeDecision, DisputeState
from services.payments.domain.receipts import MoneyEntry, Settlement
from services.payments.domain.refunds import MOST_ATTEMPTS, Means, Refund, RefundState
from services.payments.store import disputes, queue, refund_books, refunds, settling, waking


async def taking(conn: AsyncConnection, request_id: UUID, currency: str) -> tuple[Dispute, MoneyEntry] | None:
    """The dispute that has taken most of what paid a request and counts as no refund yet, held with its entry.

    None where there is none, or an operator has settled it: then what it took is decided about.
    """
    found = [each for each in await disputes.of_request(conn, request_id) if _takes(each, currency)]
    for dispute in sorted(found, key=lambda each: each.rest, reverse=True):
        entry = await queue.by_id(conn, dispute.entry_id, lock=True)
        now = await disputes.of_entry(conn, dispute.entry_id)
        if entry is not None and entry.settled_at is None and _takes(now, currency):
            return now, entry
    return None


def _takes(dispute: Dispute, currency: str) -> bool:
    """What the bank took back counts once a person has set it aside (`taking_back`)."""
    return not dispute.by_bank and dispute.withdrawn.currency == currency and dispute.rest > Money(0, currency)


async def follow_entry(conn: AsyncConnection, entry_id: UUID, now: datetime) -> None:
    """As `follow`, of an entry that waits and is held, by its id."""
    entry = await queue.by_id(conn, entry_id, lock=True)
    if entry is None:
        raise AssertionError("a dispute has an entry in the queue")
    await follow(conn, await disputes.of_entry(conn, entry_id), entry, now)


async def follow(conn: AsyncConnection, dispute: Dispute, entry: MoneyEntry, now: datetime) -> None:
    """Let refunds and entry say what a dispute says: how much is gone, and whether there is anything to follow.

    Args:
        conn: The transaction that holds the entry.
        dispute: As it is written down.
        entry: Its entry, about which no operator has decided.
        now: By the service's clock.
    """
    last: UUID | None = None
    for refund in await refunds.of_dispute(conn, dispute.dispute_id, dispute.charge_id):
        followed = await _follow(conn, dispute, refund, now)
        last = followed.refund_id if followed.means is Means.CHARGEBACK else last
        dispute = await disputes.of_entry(conn, entry.entry_id)
    if dispute.counted and dispute.decision not in {None, DisputeDecision.CLAIM}:
        dispute = replace(dispute, decision=None)  # the withdrawal issues the credit note
        await disputes.move(conn, dispute)
    gone = dispute.rest if dispute.to_decide else dispute.withdrawn
    await queue.amount_now(conn, entry.entry_id, gone or dispute.amount)
    covered = dispute.state is DisputeState.LOST and bool(dispute.counted) and not dispute.rest
    end = Settlement.KEPT if dispute.kept else Settlement.REFUNDED if covered else None
    if end is entry.settled_as:
        await waking.wake_money(conn, entry.entry_id, now)
        return
    if entry.settled_at is not None:
        await settling.reopen(conn, entry.entry_id, now)
    if end is not None:
        await settling.settle_entry(conn, entry.entry_id, end, last if covered else None, now)


async def _follow(conn: AsyncConnection, dispute: Dispute, refund: Refund, now: datetime) -> Refund:
    """A refund after what its dispute has become."""
    taken = refund.means is Means.CHARGEBACK
    if refund.state is RefundState.CANCELLED or refund.attempt >= MOST_ATTEMPTS:
        return refund
    if taken and dispute.withdrawn < refund.money:
        if refund.state is RefundState.DONE:
            await refund_books.come_back(conn, refund, rome_date(now), now)
        refund = await _anew(conn, refund, Means.STRIPE, None, now)
    elif not taken and dispute.rest >= refund.money:
        refund = await _anew(conn, refund, Means.CHARGEBACK, dispute.dispute_id, now)
    lost = dispute.state is DisputeState.LOST and refund.means is Means.CHARGEBACK
    if lost and refund.state is RefundState.REQUESTED:
        day = rome_date(now)
        await refund_books.pay_out(conn, refund, day, now)
        refund = await refunds.move(conn, refund, RefundState.DONE, now, done_on=day) or refund
    return refund


async def _anew(conn: AsyncConnection, refund: Refund, means: Means, dispute_id: UUID | None, now: datetime) -> Refund:
    """The next try of a refund, by other means."""
    moved = await refunds.move(
        conn, refund, RefundState.REQUESTED, now, attempt=refund.attempt + 1, means=means, dispute_id=dispute_id,
        failure="", provider_ref=None, asked_at=None, sent_at=None, done_on=None,
    )  # fmt: skip
    if moved is None:
        raise AssertionError("the refund is held")
    return moved
