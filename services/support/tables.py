"""The room's tables, as `store` reads and writes them; the migrations make them."""

from sqlalchemy import Boolean, Column, DateTime, ForeignKey, Integer, MetaData, Table, Text, Uuid

metadata = MetaData()

_INSTANT = DateTime(timezone=True)

tickets = Table(
    "tickets",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("message_count", Integer, nullable=False),
    Column("opened_at", _INSTANT, nullable=False),
    Column("closed_at", _INSTANT),
)

messages = Table(
    "messages",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("ticket_id", Uuid, ForeignKey("tickets.id"), nullable=False),
    # Counts the ticket's messages from 1: their order, whatever clocks and ids say.
    Column("position", Integer, nullable=False),
    Column("from_provider", Boolean, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", _INSTANT, nullable=False),
)
