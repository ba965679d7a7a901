"""Which refund here a refund of the provider is: the one whose id it bears, or one that has taken it over.

After a restore the provider has refunds of which no row knows. A withdrawal asks for its own by the same id; whoever
else asks again has another id. So the first that is asked for over the sum of such a one takes it over: its money has
left, and leaves no second time.
"""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import recovery_hold
from services.payments.domain.receipts import Source
from services.payments.domain.refunds import Refund
from services.payments.provider.refunds import ProviderRefund, RefundProgress
from services.payments.store import receipts, refunds, requests


async def meant(conn: AsyncConnection, told: ProviderRefund, *, lock: bool = False) -> Refund | None:
    """The refund here in whose present try a refund of the provider was made, or that has taken it over."""
    if told.refund_id is None:
        return None
    named = await refunds.by_id(conn, told.refund_id, lock=lock)
    if named is not None and is_of(told, named):
        return named
    return await refunds.by_provider_ref(conn, told.provider_ref, lock=lock)


async def is_known(conn: AsyncConnection, told: ProviderRefund) -> bool:
    """Whether rows here know of a refund of ours at the provider, be it of an earlier try."""
    if told.refund_id is not None and await refunds.by_id(conn, told.refund_id) is not None:
        return True
    return await refunds.by_provider_ref(conn, told.provider_ref) is not None


def is_of(told: ProviderRefund, refund: Refund) -> bool:
    """Whether a refund of the provider bears the id and the present try of one here."""
    return (told.refund_id, told.attempt) == (refund.refund_id, refund.attempt)


async def take_over(conn: AsyncConnection, refund: Refund, made: Sequence[ProviderRefund]) -> ProviderRefund | None:
    """Let a refund that is asked for be one that the restored rows have lost, of the same payment and sum; once.

    Args:
        conn: A transaction.
        refund: What is asked for.
        made: The refunds of its payment at the provider.

    Returns:
        What it has taken over, now or before; None where there is nothing of that kind.
    """
    if not await recovery_hold.ever(conn):
        return None
    held = await refunds.by_id(conn, refund.refund_id, lock=True)
    if held is None or (held.attempt, held.state) != (refund.attempt, refund.state):
        return None
    request_id = await receipts.request_of(conn, Source.STRIPE, refund.charge_id or "")
    if request_id is not None:
        await requests.lock(conn, request_id)  # of two that are asked for at once the second finds it taken over
    for told in made:
        if held.provider_ref == told.provider_ref:
            return told
        left = told.refund_id is not None and told.progress is not RefundProgress.FAILED and told.amount == held.money
        if left and held.provider_ref is None and await _is_lost(conn, told, held):
            await refunds.note_provider_ref(conn, held, told.provider_ref)
            return told
    return None


async def _is_lost(conn: AsyncConnection, told: ProviderRefund, asked: Refund) -> bool:
    """Whether no row knows it, or only an earlier try of what is asked for."""
    if await refunds.by_provider_ref(conn, told.provider_ref) is not None or told.refund_id is None:
        return False
    named = await refunds.by_id(conn, told.refund_id)
    return named is None or (named.refund_id == asked.refund_id and (told.attempt or 0) > asked.attempt)
