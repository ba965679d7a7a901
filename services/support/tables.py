"""The room's tables, as `store` reads and writes them; the migrations make them."""

from sqlalchemy import ARRAY, Boolean, Column, DateTime, ForeignKey, Integer, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

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

webhook_endpoints = Table(
    "webhook_endpoints",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("url", Text, nullable=False),
    Column("types", ARRAY(Text), nullable=False),
    Column("created_at", _INSTANT, nullable=False),
    # What occurred before is not for it.
    Column("enabled_at", _INSTANT, nullable=False),
    Column("failing_since", _INSTANT),
    Column("disabled_at", _INSTANT),
)

webhook_feeds = Table(
    "webhook_feeds",
    metadata,
    Column("room", Text, primary_key=True),
    Column("cursor", Text, nullable=False),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("endpoint_id", Uuid, ForeignKey("webhook_endpoints.id"), nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("type", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    # A gateway has it until `next_at`.
    Column("leased", Boolean, nullable=False),
    Column("next_at", _INSTANT),
    Column("last_status", Integer, nullable=False),
    Column("last_error", Text, nullable=False),
    Column("created_at", _INSTANT, nullable=False),
    Column("give_up_at", _INSTANT, nullable=False),
    Column("ended_at", _INSTANT),
)

erasure_requests = Table(
    "erasure_requests",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account_id", Uuid, nullable=False),
    Column("cause", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("ticket_id", Uuid),
    Column("notice_hash", Text),
    Column("requested_at", _INSTANT, nullable=False),
    Column("warn_at", _INSTANT, nullable=False),
    Column("answer_by", _INSTANT, nullable=False),
    Column("decided_at", _INSTANT),
    Column("reason_code", Text),
    Column("told_at", _INSTANT),
    Column("told_message_id", Text),
    Column("email_skipped", Boolean, nullable=False),
    Column("erased_at", _INSTANT),
    # Empty once nothing more is to be done.
    Column("next_at", _INSTANT),
)

erasure_proofs = Table(
    "erasure_proofs",
    metadata,
    Column("erasure_id", Uuid, ForeignKey("erasure_requests.id"), primary_key=True),
    Column("room", Text, primary_key=True),
    Column("erased_at", _INSTANT, nullable=False),
    Column("rows", JSONB, nullable=False),
)
