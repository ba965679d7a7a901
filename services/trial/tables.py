"""The room's tables as `store` reads and writes them; the migrations make them, with the rules that they hold."""

from sqlalchemy import ARRAY, Boolean, Column, DateTime, Integer, LargeBinary, MetaData, Table, Text, Uuid

metadata = MetaData()

_INSTANT = DateTime(timezone=True)

accounts = Table(
    "accounts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("first_name", Text, nullable=False),
    Column("last_name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("email_key", Text, nullable=False),
    Column("person_hash", LargeBinary, nullable=False),
    Column("country", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("password_hash", Text),
    Column("confirmed_at", _INSTANT, nullable=False),
    Column("login_closed_at", _INSTANT),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account_id", Uuid, nullable=False),
    Column("family_hash", LargeBinary, nullable=False),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("opened_at", _INSTANT, nullable=False),
    Column("expires_at", _INSTANT, nullable=False),
    Column("ended_at", _INSTANT),
)

login_attempts = Table(
    "login_attempts",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("attempts", Integer, nullable=False),
    Column("window_ends_at", _INSTANT, nullable=False),
)

login_networks = Table(
    "login_networks",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("account_id", Uuid, nullable=False),
    Column("logged_in_at", _INSTANT, nullable=False),
)
"""From where an address has logged in: the keyed hash of both, with the last time."""

sign_ups = Table(
    "sign_ups",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("state", Text, nullable=False),
    Column("findings", ARRAY(Text), nullable=False),
    Column("first_name", Text),
    Column("last_name", Text),
    Column("email", Text),
    Column("email_key", Text),
    Column("country", Text),
    Column("language", Text, nullable=False),
    Column("person_hash", LargeBinary, nullable=False),
    Column("created_at", _INSTANT, nullable=False),
    Column("lapses_at", _INSTANT, nullable=False),
    Column("account_id", Uuid),
    Column("next_at", _INSTANT),
)

confirmation_links = Table(
    "confirmation_links",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("sign_up_id", Uuid, nullable=False),
    Column("expires_at", _INSTANT, nullable=False),
)

consents = Table(
    "consents",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("sign_up_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("document_version", Text, nullable=False),
    Column("granted", Boolean, nullable=False),
    Column("at", _INSTANT, nullable=False),
    Column("ip", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
)

abuse_signals = Table(
    "abuse_signals",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("at", _INSTANT, nullable=False),
)

trials = Table(
    "trials",
    metadata,
    Column("account_id", Uuid, primary_key=True),
    Column("state", Text, nullable=False),
    Column("started_at", _INSTANT, nullable=False),
    Column("ends_at", _INSTANT, nullable=False),
    Column("purge_at", _INSTANT, nullable=False),
    Column("order_id", Uuid),
    Column("closed_at", _INSTANT),
    Column("next_at", _INSTANT),
)

reminders = Table(
    "reminders",
    metadata,
    Column("account_id", Uuid, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("due_at", _INSTANT, primary_key=True),
    Column("sent_at", _INSTANT),
    Column("skipped_at", _INSTANT),
)
