"""What refuses a refund that is asked for: money that does not wait, that is perhaps owed, or that may have
gone back before a restore.
"""

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.money import Money
from services.payments.domain.receipts import MoneyEntry, Source
from services.payments.domain.refunds import Means, Refund
from services.payments.errors import AmountMismatch, MoneySettled
from services.payments.service.taking_back import check_is_here
from services.payments.store import paid_with, queue, refunds_in_files


async def check_may_go_back(conn: AsyncConnection, entry: MoneyEntry, amount: Money | None) -> None:
    """Refuse to refund money of the queue that is not there, or of which another amount is asked for.

    Raises:
        MoneySettled: It is settled, was taken back, only announced, or perhaps gone before a restore.
        AmountMismatch: Another amount than the entry's.
    """
    if entry.settled_at is not None:
        raise MoneySettled
    check_is_here(entry)
    if entry.taken_back or not entry.arrived:
        raise MoneySettled("only money that has arrived is refunded: this was taken back, or no statement has it")
    if entry.amount.currency != "EUR" or amount not in {None, entry.amount}:
        raise AmountMismatch("money that waits is refunded as a whole, and in euro")
    debit = await debit_that_waits(conn, entry)
    if debit is not None:
        raise MoneySettled(
            f"a debit of the same amount waits ({debit}) of which the restored rows know nothing: where it is the "
            "refund of this money, set both aside; where it is not, set the debit aside first"
        )


async def debit_that_waits(conn: AsyncConnection, entry: MoneyEntry) -> str | None:
    """What the bank calls a debit by which money that waits may have gone back before the rows were restored."""
    if not entry.waits or entry.source is Source.STRIPE:
        return None
    return await queue.perhaps_gone_back(conn, entry.amount)


async def check_makes_nothing_good(conn: AsyncConnection, entry: MoneyEntry) -> None:
    """Refuse to give back what perhaps pays anew for what the bank took back: of a paid request nothing would be left.

    Raises:
        MoneySettled: Of a payment request that it names money was taken back, and nothing has made it good.
    """
    for request_id in entry.named:
        stands = await paid_with.standing(conn, request_id)
        gone = stands.undecided + stands.set_aside
        if gone.minor > 0:
            raise MoneySettled(
                "other money of the payment request that it names was taken back, and nothing has made that good: "
                "this may be the customer's new payment. Where it is, credit it to the account and then what was taken "
                "back; where it is not, refund it with accept_taken_back",
                metadata={"taken_back": str(gone.minor)},
            )


async def check_no_file_has_it(conn: AsyncConnection, refund: Refund, *, chosen: bool) -> None:
    """Refuse a transfer that a file may have made for a refund of another id, which the restored rows have lost.

    Args:
        conn: The transaction that writes the refund.
        refund: The new refund.
        chosen: Whether it has a new id at each time that it is asked for: an operator's, or of money that came again.

    Raises:
        MoneySettled: A file has a transfer of this amount, no row its refund, and no statement its debit.
    """
    if not chosen or refund.means is not Means.BANK_TRANSFER:
        return
    if await refunds_in_files.of_refund(conn, refund.refund_id) is not None:
        return
    left = await refunds_in_files.awaited(conn, refund.money)
    if left is not None:
        raise MoneySettled(
            f"the file {left.message_id} has a transfer of the same amount, for refund {left.refund_id}, of which the "
            "restored rows know nothing: import the statement that has its debit, and decide about that; where the "
            "bank refused it, take the file in again and say so (`casella recover refunds FILE --refused REFUND`)"
        )
