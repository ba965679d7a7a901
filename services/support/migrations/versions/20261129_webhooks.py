"""Webhook endpoints, how far the feeds were taken for them, and their deliveries."""

from alembic import op

revision = "20261129_webhooks"
down_revision = "20261129_events"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE webhook_endpoints (
        id uuid PRIMARY KEY,
        url text NOT NULL CHECK (length(url) BETWEEN 1 AND 500),
        types text[] NOT NULL,
        created_at timestamptz NOT NULL,
        enabled_at timestamptz NOT NULL,
        failing_since timestamptz,
        disabled_at timestamptz
    )
    """,
    "CREATE TABLE webhook_feeds (room text PRIMARY KEY, cursor text NOT NULL CHECK (cursor <> ''))",
    """
    CREATE TABLE webhook_deliveries (
        id uuid PRIMARY KEY,
        endpoint_id uuid NOT NULL REFERENCES webhook_endpoints ON DELETE CASCADE,
        event_id uuid NOT NULL,
        type text NOT NULL,
        body text NOT NULL,
        state text NOT NULL CHECK (state IN ('pending', 'delivered', 'given_up')),
        attempts integer NOT NULL CHECK (attempts >= 0),
        leased boolean NOT NULL,
        next_at timestamptz,
        last_status integer NOT NULL,
        last_error text NOT NULL CHECK (length(last_error) <= 40),
        created_at timestamptz NOT NULL,
        give_up_at timestamptz NOT NULL,
        ended_at timestamptz,
        UNIQUE (endpoint_id, event_id),
        CHECK ((state = 'pending') = (next_at IS NOT NULL)),
        CHECK ((state = 'pending') = (ended_at IS NULL)),
        CHECK (state = 'pending' OR NOT leased)
    )
    """,
    "CREATE INDEX webhook_deliveries_by_due ON webhook_deliveries (endpoint_id, next_at) WHERE state = 'pending'",
    # Ids are of version 7, so the newest is the highest.
    "CREATE INDEX webhook_deliveries_by_endpoint ON webhook_deliveries (endpoint_id, id)",
    "CREATE INDEX webhook_deliveries_by_end ON webhook_deliveries (ended_at) WHERE state <> 'pending'",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
