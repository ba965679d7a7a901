"""The room's tables, as `store` and the mail platform read and write them; the migrations make them."""

from sqlalchemy import ARRAY, BigInteger, Boolean, Column, ForeignKey, Integer, MetaData, Table, Text, Uuid, false
from sqlalchemy.dialects.postgresql import TIMESTAMP

metadata = MetaData()

_INSTANT = TIMESTAMP(timezone=True)


def _account() -> Column[object]:
    return Column("account_id", Uuid, ForeignKey("accounts.id"), nullable=False)


accounts = Table(
    "accounts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("state", Text, nullable=False),
    Column("billing", Text),
    Column("max_domains", Integer),
    # None is no limit. Messages and recipients are those of one mailbox, below them those of all mailboxes together.
    Column("messages_per_day", Integer),
    Column("recipients_per_day", Integer),
    Column("account_messages_per_day", Integer),
    Column("account_recipients_per_day", Integer),
    # Of a monthly contract; what all mailboxes together may send follows it where the two above are empty.
    Column("ordered_mailboxes", Integer),
    # A monthly contract whose second month is not paid yet.
    Column("new_contract", Boolean, nullable=False, server_default=false()),
    Column("features_off", ARRAY(Text), nullable=False),
    Column("opened_at", _INSTANT, nullable=False),
    Column("state_since", _INSTANT, nullable=False),
    # What the purge removed, told again when it is repeated; the names themselves are gone.
    Column("domains_removed", Integer, nullable=False),
    Column("mailboxes_removed", Integer, nullable=False),
)

places = Table(
    "places",
    metadata,
    _account(),
    Column("size_gb", Integer, nullable=False),
    Column("mailboxes", Integer, nullable=False),
)

# Of annual contracts: how many mailboxes may have each option.
option_places = Table(
    "option_places",
    metadata,
    _account(),
    Column("code", Text, nullable=False),
    Column("mailboxes", Integer, nullable=False),
)

# Mailboxes that were ordered and are not made yet, where some of them come with options.
ordered_mailboxes = Table(
    "ordered_mailboxes",
    metadata,
    _account(),
    Column("size_gb", Integer, nullable=False),
    Column("options", ARRAY(Text), nullable=False),
    Column("mailboxes", Integer, nullable=False),
)

unlocks = Table(
    "unlocks",
    metadata,
    Column("order_id", Uuid, primary_key=True),
    _account(),
    Column("billing", Text, nullable=False),
    Column("unlocked_at", _INSTANT, nullable=False),
    # Set where an addition's places were taken back after a withdrawal.
    Column("taken_back_at", _INSTANT),
)

domains = Table(
    "domains",
    metadata,
    Column("id", Uuid, primary_key=True),
    _account(),
    Column("name", Text, nullable=False),
    Column("created_at", _INSTANT, nullable=False),
    # An annual contract has no place for it; likewise below.
    Column("uncovered", Boolean, nullable=False, server_default=false()),
)

mailboxes = Table(
    "mailboxes",
    metadata,
    Column("id", Uuid, primary_key=True),
    _account(),
    Column("domain_id", Uuid, ForeignKey("domains.id"), nullable=False),
    Column("address", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("size_gb", Integer, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created_at", _INSTANT, nullable=False),
    Column("options", ARRAY(Text), nullable=False),
    Column("uncovered", Boolean, nullable=False, server_default=false()),
)

mailbox_spans = Table(
    "mailbox_spans",
    metadata,
    Column("mailbox_id", Uuid, nullable=False),
    _account(),
    Column("domain_id", Uuid, nullable=False),
    Column("size_gb", Integer, nullable=False),
    Column("started_at", _INSTANT, nullable=False),
    Column("ended_at", _INSTANT),
    Column("options", ARRAY(Text), nullable=False),
)

domain_spans = Table(
    "domain_spans",
    metadata,
    Column("domain_id", Uuid, primary_key=True),
    _account(),
    Column("started_at", _INSTANT, nullable=False),
    Column("ended_at", _INSTANT),
)

sends = Table(
    "sends",
    metadata,
    Column("request_id", Uuid, primary_key=True),
    Column("account_id", Uuid, nullable=False),
    Column("mailbox_id", Uuid, nullable=False),
    Column("sent_at", _INSTANT, nullable=False),
    Column("recipients", Integer, nullable=False),
)

removals = Table(
    "removals",
    metadata,
    Column("mailbox_id", Uuid, primary_key=True),
    _account(),
    Column("since", _INSTANT, nullable=False),
)

# What a mail server reads: views.
mail_domains = Table("mail_domains", metadata, Column("name", Text), Column("account_id", Uuid))

mail_logins = Table(
    "mail_logins",
    metadata,
    Column("address", Text),
    Column("account_id", Uuid),
    Column("password_hash", Text),
    Column("home", Uuid),
    Column("quota_bytes", BigInteger),
)
