"""How money that came for a withdrawn contract, and pays nothing, is owed, and its customer told that it goes back."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import outbox
from services.ordering.withdrawals import store
from services.ordering.withdrawals.locking import Locked
from services.ordering.withdrawals.mails import WithdrawalMails
from services.ordering.withdrawals.rows import WaitingMoney


async def owe(conn: AsyncConnection, mails: WithdrawalMails, found: Locked, money: WaitingMoney, now: datetime) -> bool:
    """Owe money, once; what comes after the receipt was written, which names the rest, has an email of its own.

    Returns:
        Whether it is owed since now.
    """
    by = await store.owe_money(conn, found.withdrawal, money, now)
    recipient = money.recipient
    if by is not None and found.withdrawal.receipt_at is not None and recipient is not None and not recipient.erased:
        await outbox.mail(conn, mails.money(found.withdrawal, money, by, recipient), now)
    return by is not None
