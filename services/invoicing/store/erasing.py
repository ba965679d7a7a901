"""The SQL that erases an account's proformas. Invoices and credit notes stay whole, with their files and receipts.

The law wants them for ten years (Civil Code, art. 2220; DPR 633/1972, art. 39), the customer's data included. A
proforma is no fiscal document; its number is never given out again.
"""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.invoicing.domain.documents import DocumentKind
from services.invoicing.domain.transmissions import FINAL
from services.invoicing.tables import customers, documents, files, lines, proforma_terms, transmissions
from services.kit.erasing import Erasable, Fact, run_each


async def _facts(conn: AsyncConnection, account_id: UUID) -> Sequence[Fact]:
    """How many documents stay, and which are not with the SdI yet: their customer may still have to be corrected."""
    stays = (documents.c.account_id == account_id) & (documents.c.kind != DocumentKind.PROFORMA)
    count = (await conn.execute(select(func.count()).select_from(documents).where(stays))).scalar_one()
    on_their_way = (
        select(documents.c.id)
        .join(transmissions, transmissions.c.invoice_id == documents.c.id)
        .where(stays, transmissions.c.state.not_in(FINAL))
    )
    return [
        *([Fact("invoices", count=count)] if count else []),
        *(Fact("invoice_on_its_way", row, holds=True) for row in await conn.scalars(on_their_way)),
    ]


async def _erase(conn: AsyncConnection, account_id: UUID) -> Mapping[str, int]:
    """Delete the account's proformas."""
    proformas = (documents.c.account_id == account_id) & (documents.c.kind == DocumentKind.PROFORMA)
    theirs = select(documents.c.id).where(proformas)
    return await run_each(conn, {
        "files of proformas": delete(files).where(files.c.document_id.in_(theirs)),
        "customers of proformas": delete(customers).where(customers.c.document_id.in_(theirs)),
        "lines of proformas": delete(lines).where(lines.c.document_id.in_(theirs)),
        "terms of proformas": delete(proforma_terms).where(proforma_terms.c.document_id.in_(theirs)),
        "proformas": delete(documents).where(proformas),
    })  # fmt: skip


ERASABLE: Final = Erasable(_facts, _erase)
