"""The room's tables, as the stores read and write them; the migrations make them."""

from sqlalchemy import Boolean, Column, Date, Integer, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

metadata = MetaData()

_INSTANT = TIMESTAMP(timezone=True)

accounts = Table(
    "accounts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("created_at", _INSTANT, nullable=False),
    Column("legal_hold", Boolean, nullable=False),
    Column("closure_reason", Text),
    Column("closed_at", _INSTANT),
    Column("purged_at", _INSTANT),
    Column("domains_removed", Integer),
    Column("mailboxes_removed", Integer),
    # Set from the closing to the end of the purge; empty while a legal hold stands, whose lifting wakes the purge.
    Column("next_at", _INSTANT),
)

quotes = Table(
    "quotes",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account_id", Uuid, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("hash", Text, nullable=False),
    Column("created_at", _INSTANT, nullable=False),
    Column("valid_until", _INSTANT, nullable=False),
)

billing_profiles = Table(
    "billing_profiles",
    metadata,
    Column("account_id", Uuid, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("saved_at", _INSTANT, nullable=False),
)

orders = Table(
    "orders",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account_id", Uuid, nullable=False),
    Column("is_first", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("quote_id", Uuid, nullable=False),
    # Copies of quote and profile as they stood at the order: later changes touch neither the order nor its documents.
    Column("quote", JSONB, nullable=False),
    Column("quote_hash", Text, nullable=False),
    Column("party", JSONB, nullable=False),
    Column("payment_method", Text, nullable=False),
    Column("language", Text, nullable=False),
    # Evidence of the consent to pay, and what trial and mailboxes answered when the order was decided.
    Column("consent", JSONB, nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("placed_at", _INSTANT, nullable=False),
    Column("hold_until", _INSTANT, nullable=False),
    Column("withdrawal_until", _INSTANT),
    Column("payment_request_id", Uuid),
    Column("proforma_id", Uuid),
    Column("proforma_number", Text),
    Column("proforma_at", _INSTANT),
    Column("expires_at", _INSTANT),
    Column("cancel_requested_at", _INSTANT),
    Column("ended_at", _INSTANT),
    Column("available_on", Date),
    Column("invoice_id", Uuid),
    Column("unlocked_at", _INSTANT),
    # What the order pays for, fixed with the unlock: the invoice and the subscription name the same days.
    Column("period_start", Date),
    Column("period_end", Date),
    Column("fulfilled_at", _INSTANT),
    # Empty once nothing more is to be done: fulfilled, or ended and the customer told.
    Column("next_at", _INSTANT),
)

order_reminders = Table(
    "order_reminders",
    metadata,
    Column("order_id", Uuid, primary_key=True),
    Column("days", Integer, primary_key=True),
    Column("due_at", _INSTANT, nullable=False),
    Column("sent_at", _INSTANT),
    Column("skipped_at", _INSTANT),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account_id", Uuid, nullable=False),
    Column("order_id", Uuid, nullable=False),
    Column("state", Text, nullable=False),
    Column("billing", Text, nullable=False),
    Column("items", JSONB, nullable=False),
    Column("started_at", _INSTANT, nullable=False),
    Column("anchor_day", Integer, nullable=False),
    Column("ended_at", _INSTANT),
)

subscription_periods = Table(
    "subscription_periods",
    metadata,
    Column("subscription_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("order_id", Uuid),
)
