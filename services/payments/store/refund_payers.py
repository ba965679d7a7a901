"""From whose accounts the transfers came that a refund gives back, where these are several: it goes to one alone."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.money import Money
from services.payments.domain.refunds import Means, Payer, Refund

# A record by hand is told of by the bank once a statement has confirmed it; until then nobody knows who paid.
_PAYERS = text("""
    SELECT t.request_id, coalesce(e.debtor_iban, '') AS iban, max(coalesce(e.debtor_name, '')) AS holder,
        -sum(l.minor) AS minor, l.currency
    FROM ledger_transactions t
        JOIN ledger_lines l ON l.transaction_id = t.id AND l.ledger_account = 'receivable'
        LEFT JOIN announced_transfers a ON t.source = 'announced' AND a.id::text = t.source_ref
        JOIN bank_entries e
            ON e.identity = CASE t.source WHEN 'bank' THEN decode(t.source_ref, 'hex') ELSE a.confirmed_by END
    WHERE t.request_id = ANY(:requests) AND t.source IN ('bank', 'announced')
    GROUP BY t.request_id, coalesce(e.debtor_iban, ''), l.currency
    ORDER BY t.request_id, minor DESC, iban
""")


async def with_payers(conn: AsyncConnection, found: Sequence[Refund]) -> list[Refund]:
    """Refunds, with who had paid what they give back by transfer, the largest part first, where that is not one."""
    about = {each.request_id for each in found if each.request_id is not None and each.means is Means.BANK_TRANSFER}
    payers: dict[UUID, list[Payer]] = defaultdict(list)
    for row in await conn.execute(_PAYERS, {"requests": list(about)}) if about else ():
        payers[row.request_id].append(Payer(row.iban, row.holder, Money(int(row.minor), row.currency)))
    several = {request_id: tuple(each) for request_id, each in payers.items() if len(each) > 1}
    return [
        replace(each, payers=several[each.request_id])
        if each.request_id in several and each.means is Means.BANK_TRANSFER
        else each
        for each in found
    ]
