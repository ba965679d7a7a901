"""Decides what is kept of an operator's *other proof* where VIES tells another name: the same name and number is not
asked again, for later orders, periods and invoices of the account.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.ordering.domain.profile import BillingProfile
from services.ordering.taxing import store
from services.ordering.taxing.proofs import Proof


async def accept_other_name(conn: AsyncConnection, proof: Proof, profile: BillingProfile, at: datetime) -> None:
    """Keep that the profile's name stands beside the one that VIES tells; nothing where the names agree."""
    if proof.other_name and proof.verdict is not None:
        await store.accept_name(conn, proof.verdict, profile.business_name, at)
