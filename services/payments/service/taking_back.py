"""What follows where bank or provider takes money back: it is tied to what it was, which then pays and gives nothing.

Money that still waited, or whose refund has not left, is settled with what took it back, as if neither had been. What
it had paid or become stays until a person decides; refunds of it that have not left wait for that person, too. Where a
consumer has withdrawn, what that person sets aside counts as given back. What the bank took back of what had paid is
decided about as a lost dispute is (`disputes`).
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.calendar import rome_date
from services.kit.money import total
from services.payments.domain.matching import QueueReason
from services.payments.domain.payment_requests import RequestState
from services.payments.domain.receipts import Fate, MoneyEntry, Receipt, Settlement, Source
from services.payments.domain.refunds import TAKEN_BACK, TRANSFERS, Means, Refund, RefundState
from services.payments.errors import MoneySettled
from services.payments.store import (
    disputes,
    paid_with,
    queue,
    receipts,
    refund_books,
    refunds,
    requests,
    settling,
    twins,
)


def check_is_here(entry: MoneyEntry) -> None:
    """Refuse what only money that is still ours could pay or become.

    Raises:
        MoneySettled: The bank took it back: nothing but setting it aside is done with it.
    """
    if entry.taken_back_by is not None:
        raise MoneySettled(
            "the bank took this money back: it pays nothing, and there is nothing to refund or to credit; set it "
            "aside, which credits what was invoiced of it"
        )


async def take_back(
    conn: AsyncConnection, receipt: Receipt, of: UUID | None, meant: Sequence[UUID]
) -> tuple[Fate, int]:
    """Count what was taken back, once, and let nothing of that money go on by itself.

    Args:
        conn: The transaction of whatever told of it.
        receipt: What was taken back, above zero.
        of: The entry of the queue whose money it was; None where there is none, or it is not known.
        meant: The payment requests that it had paid, the best known first, or that it names.

    Returns:
        What became of it, and how many refunds were stopped.
    """
    entry = await _held(conn, of)
    going = await _refund_of(conn, entry)
    had_paid = await _had_paid(conn, entry, meant)
    unsent = [] if had_paid is None else await refunds.unsent(conn, *had_paid)
    paid = None if had_paid is None else had_paid[0]
    known = meant if paid is None else dict.fromkeys((paid, *meant))
    counted = await receipts.take_back(conn, receipt, paid, tuple(known))
    if counted.money_entry_id is None:
        return Fate.KNOWN, 0
    if paid is not None and receipt.source is Source.BANK:
        await _begin_dispute(conn, receipt, counted.money_entry_id, paid)
    for refund in unsent:
        await refunds.move(conn, refund, RefundState.FAILED, receipt.received_at, failure=TAKEN_BACK)
    if entry is None:
        return Fate.QUEUED, len(unsent)
    await settling.take_back(conn, entry.entry_id, counted.money_entry_id, receipt.received_at)
    given_up = going is not None and going.is_here
    if going is not None and given_up:
        await refund_books.give_up(conn, going, receipt.received_at)
        await refunds.move(conn, going, RefundState.CANCELLED, receipt.received_at, failure=TAKEN_BACK)
    else:
        await settling.settle_pair(conn, entry.entry_id, receipt.received_at)
    after = await queue.by_id(conn, entry.entry_id)
    together = after is not None and after.settled_as is Settlement.TAKEN_BACK
    return Fate.TAKEN_BACK if together else Fate.QUEUED, len(unsent) + given_up


async def take_in_gone(conn: AsyncConnection, receipt: Receipt, reversal: UUID) -> Fate:
    """Count money whose reversal was told before it, once: it pays nothing, and the two are settled together.

    Args:
        conn: The transaction that holds the reversal.
        receipt: The money.
        reversal: The entry that takes it back.
    """
    outcome = await receipts.take_in(conn, receipt, None, QueueReason.UNKNOWN)
    if outcome.money_entry_id is None:
        return outcome.fate
    await settling.take_back(conn, outcome.money_entry_id, reversal, receipt.received_at)
    await settling.settle_pair(conn, outcome.money_entry_id, receipt.received_at)
    return Fate.TAKEN_BACK


async def count_as_refunded(conn: AsyncConnection, reversal: MoneyEntry, now: datetime) -> None:
    """Let what a person has set aside be the withdrawal's refund that has failed; one of more is given up.

    The withdrawal then asks anew, and what was taken back counts.

    Args:
        conn: The transaction that has set it aside.
        reversal: What was taken back.
        now: By the service's clock.
    """
    request_id = await receipts.request_of(conn, reversal.source, reversal.source_ref)
    if request_id is None:
        return
    await requests.lock(conn, request_id)
    for refund in await refunds.failed(conn, request_id):
        stands = await paid_with.standing(conn, request_id, but=refund.refund_id)
        if stands.undecided or total((each.left for each in stands.left), refund.money.currency) >= refund.money:
            continue  # a person decides about that, or tries it again
        if stands.set_aside < refund.money:
            if refund.request_id is not None:
                await refund_books.give_up(conn, refund, now)
                await refunds.move(conn, refund, RefundState.CANCELLED, now, failure=TAKEN_BACK)
            continue
        day = rome_date(now)
        done = await refunds.move(
            conn, refund, RefundState.DONE, now, attempt=refund.attempt + 1, means=Means.TAKEN_BACK, done_on=day,
            failure="", provider_ref=None, message_id=None, asked_at=None, sent_at=None, statement_by=None,
            charge_id=None, iban="", holder="",
        )  # fmt: skip
        if done is None:
            raise AssertionError("the refund is held")
        await refund_books.pay_out(conn, done, day, now)


async def _begin_dispute(conn: AsyncConnection, receipt: Receipt, entry_id: UUID, paid: UUID) -> None:
    """Let a person decide about what had paid a request as about a lost dispute."""
    request = await requests.by_id(conn, paid)
    if request is None:
        raise AssertionError("what was paid is here")
    came = [each.left for each in await paid_with.received(conn, paid) if each.source in TRANSFERS]
    differs = receipt.amount.currency != request.amount.currency or receipt.amount > total(
        came, request.amount.currency
    )
    await disputes.insert_reversal(conn, receipt, entry_id, paid, request.account_id, differs=differs)


async def _held(conn: AsyncConnection, entry_id: UUID | None) -> MoneyEntry | None:
    """An entry, held; None where another reversal has taken it meanwhile, or it may be money that has paid, told again.

    In that case it is not known which of the two was taken back, if there were two.
    """
    entry = None if entry_id is None else await queue.by_id(conn, entry_id, lock=True)
    if entry is None or entry.taken_back_by is not None:
        return None
    return None if (entry.entry_id, None) in await twins.told_twice(conn, [entry]) else entry


async def _refund_of(conn: AsyncConnection, entry: MoneyEntry | None) -> Refund | None:
    """The refund by which an entry goes back, held."""
    if entry is None or entry.settled_as is not Settlement.REFUNDED or entry.settled_to is None:
        return None
    return await refunds.by_id(conn, entry.settled_to, lock=True)


async def _had_paid(
    conn: AsyncConnection, entry: MoneyEntry | None, meant: Sequence[UUID]
) -> tuple[UUID | None, list[UUID]] | None:
    """The request that the money had paid, and the accounts whose credit it became; None where it was used for nothing.

    Money without an entry had paid by itself; what is left over of money that an operator gave to a request is credit.
    """
    if entry is None:
        first = await requests.by_id(conn, meant[0]) if meant else None
        paid = first.request_id if first is not None and first.state is RequestState.PAID else None
    elif entry.settled_as is Settlement.ASSIGNED:
        paid = entry.settled_to
    elif entry.settled_as is Settlement.CREDITED and entry.settled_to is not None:
        return None, [entry.settled_to]
    else:
        return None
    owner = None if paid is None else await requests.owner(conn, [paid])
    return paid, [] if owner is None else [owner]
