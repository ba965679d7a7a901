"""Decides whether anything may still be written of an account: not by its customer once it is closed or erased."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.erasing import refuse_erased
from services.ordering import errors
from services.ordering.accounts.store import AccountRow, lock_account


async def lock_for_customer(conn: AsyncConnection, account_id: UUID, at: datetime) -> AccountRow:
    """Lock the account's row for what its customer wants to write.

    Raises:
        AccountIsClosed: The account is being closed or erased, or was.
    """
    account = await lock_account(conn, account_id, at)
    if account.closed or account.erasure_at is not None:
        raise errors.AccountIsClosed
    return account


async def lock_for_operator(conn: AsyncConnection, account_id: UUID, at: datetime) -> AccountRow:
    """Lock the account's row for an operator, who may still have a document of a closed account to mend.

    Raises:
        AccountErased: The account is erased.
    """
    await refuse_erased(conn, account_id)
    return await lock_account(conn, account_id, at)
