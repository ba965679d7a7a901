"""The SQL that erases what payers wrote, where it no longer decides anything, and mandates that were never charged.

Payment requests, checkout pages and charged mandates hold ids, amounts and dates. Statement entries and the ledger are
accounting records and stay for ten years (Civil Code, art. 2220), the entries with what the bank told of the payer; so
do refunds and the files by which the bank was asked to transfer them.
"""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import Uuid, delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.erasing import Erasable, Fact, run_each
from services.kit.money import Money
from services.payments.domain.payment_requests import AttemptState
from services.payments.domain.refunds import UNDER_WAY, Means, Refund, RefundState
from services.payments.store import credit, queue, refunds
from services.payments.tables import (
    checkout_attempts,
    disputes,
    ledger_transactions,
    mandate_setups,
    mandates,
    money_entries,
    payment_requests,
)

_MOST_REFUNDS = 20


async def _facts(conn: AsyncConnection, account_id: UUID) -> Sequence[Fact]:
    """Money on its way or waiting, disputes, refunds that have not left, credit that is owed, live mandates."""
    waiting = await queue.naming_account(conn, account_id)
    processing = (
        select(payment_requests.c.id, payment_requests.c.minor, payment_requests.c.currency)
        .join(checkout_attempts, checkout_attempts.c.request_id == payment_requests.c.id)
        .where(payment_requests.c.account_id == account_id, checkout_attempts.c.state == AttemptState.PROCESSING)
    )
    return [
        *(Fact("money_waiting", entry.entry_id, amount=entry.amount, holds=True) for entry in waiting),
        *(
            Fact("payment_processing", row.id, amount=Money(row.minor, row.currency), holds=True)
            for row in await conn.execute(processing)
        ),
        *(
            Fact(_refund_kind(refund), refund.refund_id, amount=refund.amount, holds=True)
            for refund in await refunds.page(
                conn, account_id=account_id, request_id=None, states=UNDER_WAY, after=None, most=_MOST_REFUNDS
            )
        ),
        *(
            Fact("account_credit", account_id, amount=left, holds=True)
            for left in [await credit.balance(conn, account_id, "EUR")]
            if left
        ),
        *await _disputes(conn, account_id),
        *await _mandates(conn, account_id),
    ]


def _refund_kind(refund: Refund) -> str:
    """Whose turn it is: ours until it has left, then the bank's or the provider's."""
    if refund.state is not RefundState.SENT:
        return "refund_under_way"
    return "refund_in_file" if refund.means is Means.BANK_TRANSFER else "refund_sent"


async def _disputes(conn: AsyncConnection, account_id: UUID) -> list[Fact]:
    """Disputes that are not decided, by the payer's bank or, lost, by us: the data are needed for that claim.

    Source: GDPR art. 17(3)(e).
    """
    waits = money_entries.c.settled_at.is_(None)
    query = (
        select(disputes.c.entry_id, disputes.c.closed_at, disputes.c.minor, disputes.c.currency)
        .join(money_entries, money_entries.c.id == disputes.c.entry_id)
        .where(disputes.c.account_id == account_id, waits)
        .order_by(disputes.c.opened_at, disputes.c.id)
    )
    return [
        Fact(
            "dispute_open" if row.closed_at is None else "dispute_undecided",
            row.entry_id,
            amount=Money(row.minor, row.currency),
            holds=True,
        )
        for row in await conn.execute(query)
    ]


async def _mandates(conn: AsyncConnection, account_id: UUID) -> list[Fact]:
    """An ended one holds until the customer was told and it is released at the provider."""
    active, own = mandates.c.ended_at.is_(None), mandates.c.account_id == account_id
    ending = ~active & (mandates.c.next_at.is_not(None) | mandates.c.released_at.is_(None))
    query = select(mandates.c.id, active.label("active")).where(own, active | ending)
    return [
        Fact("mandate_active" if row.active else "mandate_ending", row.id, holds=True)
        for row in await conn.execute(query)
    ]


async def _erase(conn: AsyncConnection, account_id: UUID) -> Mapping[str, int]:
    """Take the payer out of settled entries of the queue that were for a request of the account, and drop mandates."""
    theirs = select(payment_requests.c.id).where(payment_requests.c.account_id == account_id)
    booked = exists().where(
        ledger_transactions.c.request_id.in_(theirs),
        ledger_transactions.c.source == money_entries.c.source,
        ledger_transactions.c.source_ref == money_entries.c.source_ref,
    )
    named = money_entries.c.named.overlap(func.array(theirs.scalar_subquery(), type_=ARRAY(Uuid)))
    given = money_entries.c.settled_to.in_(theirs) | (money_entries.c.settled_to == account_id)
    told = (money_entries.c.remittance != "") | (money_entries.c.payer_name != "") | (money_entries.c.payer_iban != "")
    taken_out = (
        update(money_entries)
        .where(money_entries.c.settled_at.is_not(None), named | booked | given, told)
        .values(remittance="", payer_name="", payer_iban="")
    )
    charged = exists().where(checkout_attempts.c.mandate_id == mandates.c.id)
    released = mandates.c.released_at.is_not(None)
    return await run_each(conn, {
        "money_entries, payers taken out": taken_out,
        "mandate_setups": delete(mandate_setups).where(mandate_setups.c.account_id == account_id),
        "mandates": delete(mandates).where(mandates.c.account_id == account_id, released, ~charged),
    })  # fmt: skip


ERASABLE: Final = Erasable(_facts, _erase)
