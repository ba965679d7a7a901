"""How quotes are kept: written once, never changed, read by their id and account."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ordering.domain.quote import Quote, from_content
from services.ordering.tables import quotes


@dataclass(frozen=True, slots=True)
class FrozenQuote:
    """A quote as it was frozen, with the hash that was computed then."""

    quote: Quote
    hash: str


async def insert_quote(conn: AsyncConnection, quote: Quote, at: datetime) -> FrozenQuote:
    """Freeze a quote."""
    frozen = FrozenQuote(quote, quote.hash)
    await conn.execute(
        insert(quotes).values(
            id=quote.quote_id,
            account_id=quote.account_id,
            content=quote.content(),
            hash=frozen.hash,
            created_at=at,
            valid_until=quote.valid_until,
        )
    )
    return frozen


async def find_quote(conn: AsyncConnection, quote_id: UUID, account_id: UUID) -> FrozenQuote | None:
    """The account's quote with this id; None where there is none or it is another account's."""
    row = (await conn.execute(_FIND, {"quote_id": quote_id, "account_id": account_id})).first()
    return FrozenQuote(from_content(row.content), row.hash) if row else None


_FIND = select(quotes.c.content, quotes.c.hash).where(
    quotes.c.id == bindparam("quote_id"), quotes.c.account_id == bindparam("account_id")
)
