"""The room's tables, as `store` reads and writes them; the migrations make them and say what each is for."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Sequence,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

metadata = MetaData()

_INSTANT = TIMESTAMP(timezone=True)

file_numbers = Sequence("file_numbers", metadata=metadata)

numbering = Table(
    "numbering",
    metadata,
    Column("series", Text, primary_key=True),
    Column("issuer", Text, primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
)

documents = Table(
    "documents",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("order_id", Uuid, nullable=True),
    Column("period_id", Uuid, nullable=True),
    Column("subscription_id", Uuid, nullable=True),
    Column("period_number", Integer, nullable=True),
    Column("account_id", Uuid, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("number", Text, nullable=False),
    Column("date", Date, nullable=False),
    Column("language", Text, nullable=False),
    Column("tax_treatment", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("net", BigInteger, nullable=False),
    Column("vat", BigInteger, nullable=False),
    Column("gross", BigInteger, nullable=False),
    Column("payment", JSONB, nullable=False),
    Column("issued_at", _INSTANT, nullable=False),
)

proforma_terms = Table(
    "proforma_terms",
    metadata,
    Column("document_id", Uuid, primary_key=True),
    Column("payable_until", _INSTANT, nullable=False),
)

invoice_payments = Table(
    "invoice_payments",
    metadata,
    Column("document_id", Uuid, primary_key=True),
    Column("paid_on", Date, nullable=False),
    Column("recorded_at", _INSTANT, nullable=False),
)

lines = Table(
    "lines",
    metadata,
    Column("document_id", Uuid, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("description", Text, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("unit_price", BigInteger, nullable=False),
    Column("net", BigInteger, nullable=False),
    Column("vat_rate", Numeric(5, 2), nullable=False),
    Column("natura", Text),
    Column("period_start", Date),
    Column("period_end", Date),
    Column("tax", BigInteger),
    Column("advance_id", Uuid),
)

advance_invoices = Table(
    "advance_invoices",
    metadata,
    Column("document_id", Uuid, primary_key=True),
    Column("money_entry_id", Uuid, nullable=False),
)

credit_notes = Table(
    "credit_notes",
    metadata,
    Column("document_id", Uuid, primary_key=True),
    Column("invoice_id", Uuid, nullable=False),
    Column("reason", Text, nullable=False),
    Column("cause_date", Date, nullable=False),
    Column("refund_method", Text),
    Column("served_from", Date),
    Column("served_until", Date),
    Column("days_of_term", Integer),
    Column("refund_follows", Boolean, nullable=False),
    Column("other_method", Text),
    Column("other_minor", BigInteger),
    Column("remitted_minor", BigInteger),
)

customers = Table(
    "customers",
    metadata,
    Column("document_id", Uuid, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("customer", JSONB, nullable=False),
    Column("added_at", _INSTANT, nullable=False),
)

files = Table(
    "files",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("document_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("made_at", _INSTANT, nullable=False),
)

transmissions = Table(
    "transmissions",
    metadata,
    Column("invoice_id", Uuid, primary_key=True),
    Column("state", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("error_codes", ARRAY(Text), nullable=False),
    Column("deadline", _INSTANT, nullable=False),
    Column("alert_at", _INSTANT),
    Column("next_at", _INSTANT),
    Column("first_sent_at", _INSTANT),
)

attempts = Table(
    "attempts",
    metadata,
    Column("invoice_id", Uuid, primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("customer_revision", Integer, nullable=False),
    Column("progressive", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("prepared_at", _INSTANT, nullable=False),
    Column("sent_at", _INSTANT),
    Column("outcome", Text),
    Column("sdi_identifier", Text, nullable=False),
    Column("error_codes", ARRAY(Text), nullable=False),
    Column("error_texts", JSONB, nullable=False),
    Column("answered_at", _INSTANT),
)

channel = Table(
    "channel",
    metadata,
    Column("generation", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("sdi_address", Text, nullable=False),
    Column("read_at", _INSTANT),
)

messages = Table(
    "messages",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("sha256", LargeBinary, nullable=False),
    Column("generation", BigInteger, nullable=False),
    Column("uid", BigInteger, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("invoice_id", Uuid),
    Column("raw", LargeBinary, nullable=False),
    Column("read_at", _INSTANT, nullable=False),
)

outside_documents = Table(
    "outside_documents",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("kind", Text),
    Column("date", Date),
    Column("gross", BigInteger),
    Column("currency", Text),
    Column("essence", LargeBinary),
    Column("file_name", Text),
    Column("content", LargeBinary),
    Column("sent_at", _INSTANT),
    Column("read_at", _INSTANT, nullable=False),
    Column("document_id", Uuid),
)
