"""A hosted page asks for what is left of its request, so each says for how much it was made."""

from alembic import op

revision = "20261217_asked_on_pages"
down_revision = "20261216_taken_back_waiting"
branch_labels = None
depends_on = None

_CHANGES = (
    "ALTER TABLE checkout_attempts ADD COLUMN minor bigint CHECK (minor > 0)",
    # Each was made for the whole until now.
    """
    UPDATE checkout_attempts SET minor = payment_requests.minor
    FROM payment_requests WHERE payment_requests.id = checkout_attempts.request_id AND payment_requests.minor > 0
    """,
    "ALTER TABLE checkout_attempts ALTER COLUMN minor SET NOT NULL",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in _CHANGES:
        op.execute(statement)
