"""The tables that every room has in its own schema: requests, outbox with attachments, mails, events,
erasures, audit, recoveries.

``services.kit.shared_schema`` makes them; a test compares the two.
"""

from sqlalchemy import BigInteger, Column, DateTime, Identity, Integer, LargeBinary, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()

_INSTANT = DateTime(timezone=True)

requests = Table(
    "requests",
    metadata,
    Column("method", Text, primary_key=True),
    Column("caller", Text, primary_key=True),
    Column("request_id", Uuid, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("resource_id", Uuid, nullable=False),
    Column("resource_version", BigInteger, nullable=False),
    Column("created_at", _INSTANT, nullable=False),
)
"""Which mutating calls were answered, and with which resource. ``caller`` is ``account:<uuid>`` or a process's name."""

outbox = Table(
    "outbox",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("created_at", _INSTANT, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", _INSTANT, nullable=False),
    Column("last_error", Text, nullable=True),
)
"""What must still leave this service, with a mail's secrets until it has left; deleted at the delivery.

``last_error`` is an exception's class and nothing else.
"""

attachments = Table(
    "outbox_attachments",
    metadata,
    Column("outbox_id", Uuid, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("mime_type", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
)
"""Files of mails that have not left; they go with their row, the sent mail holds them."""

mails = Table(
    "mails",
    metadata,
    Column("key", Text, primary_key=True),
    Column("subject_id", Uuid, nullable=True),
    Column("created_at", _INSTANT, nullable=False),
    Column("message_id", Text, nullable=True),
    Column("eml", LargeBinary, nullable=True),
    Column("sha256", LargeBinary, nullable=True),
    Column("sent_at", _INSTANT, nullable=True),
)
"""Every mail by its key, written with its outbox row so that a key is used once, completed when it was sent.

``eml`` is the message with its secrets masked (``Mail.secret_params``); ``sha256`` is of what was really sent, so it is
``eml``'s own hash only where there was no secret. ``subject_id`` is the account, for a later erasure.
"""

events = Table(
    "events",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("id", Uuid, nullable=False),
    Column("type", Text, nullable=False),
    Column("account_id", Uuid, nullable=True),
    Column("occurred_at", _INSTANT, nullable=False),
    Column("facts", JSONB, nullable=False),
)
"""What has happened, in the order of the feed; ``facts`` holds ids, a state and an amount, and nobody's data."""

erasures = Table(
    "erasures",
    metadata,
    Column("account_id", Uuid, primary_key=True),
    Column("erased_at", _INSTANT, nullable=False),
    Column("rows", JSONB, nullable=False),
)
"""What was erased of an account here: how many rows by tables, and when last. The proof, which stays."""

audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", _INSTANT, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("reason_code", Text, nullable=False),
    Column("ticket_id", Uuid, nullable=True),
    Column("source", Text, nullable=False),
    Column("account_id", Uuid, nullable=True),
)
"""Who steered what, and why; the table refuses UPDATE and DELETE. `account_id` says whose the row is, if anybody's."""

recoveries = Table(
    "recoveries",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("begun_at", _INSTANT, nullable=False),
    Column("rows_of", _INSTANT, nullable=False),
    Column("read_at", _INSTANT, nullable=True),
    Column("mails_at", _INSTANT, nullable=True),
    Column("ended_at", _INSTANT, nullable=True),
)
"""After a restore: while one is not ended nothing is numbered, sent, charged or deleted; at most one at a time."""

recovery_findings = Table(
    "recovery_findings",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("recovery_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("found_at", _INSTANT, nullable=False),
    Column("confirmed_at", _INSTANT, nullable=True),
)
"""What a person must decide before a recovery ends."""

sent_elsewhere = Table("sent_elsewhere", metadata, Column("message_id", Text, primary_key=True))
"""Emails that left after the instant of restored rows, by Message-ID: they are not sent again."""
