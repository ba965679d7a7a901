"""What every change asks first: is the account here, and may it grow?"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.errors import NotReady
from services.mailboxes.domain.accounts import Account
from services.mailboxes.domain.states import MAY_GROW, AccountState, Feature
from services.mailboxes.errors import AccountPurged, AccountRestricted, FeatureOff
from services.mailboxes.store import accounts as store

OPENS_WITHIN = timedelta(seconds=1)
"""When to ask again for an account that the Trial workflow is just opening after its confirmation."""


async def locked(conn: AsyncConnection, account_id: UUID) -> Account:
    """Locks the account of the customer who calls.

    Raises:
        NotReady: The trial has been confirmed, but the account is not opened here yet.
    """
    account = await store.lock(conn, account_id)
    if account is None:
        raise NotReady(retry_after=OPENS_WITHIN)
    return account


async def present(conn: AsyncConnection, account_id: UUID) -> Account:
    """Reads the account of the customer who calls, for a look before the lock.

    Raises:
        NotReady: The trial has been confirmed, but the account is not opened here yet.
    """
    account = await store.read(conn, account_id)
    if account is None:
        raise NotReady(retry_after=OPENS_WITHIN)
    return account


def check_may_grow(account: Account, feature: Feature) -> None:
    """Refuses new domains, new mailboxes and larger ones where state or operator forbid them.

    Raises:
        AccountPurged, AccountRestricted, FeatureOff: Why not.
    """
    if account.state is AccountState.PURGED:
        raise AccountPurged
    if account.state not in MAY_GROW:
        raise AccountRestricted(metadata={"state": account.state})
    if feature in account.features_off:
        raise FeatureOff(metadata={"feature": feature})
