"""No document names the customer's phone number: it is kept with none."""

from alembic import op

revision = "20261213_no_phone_numbers"
down_revision = "20261213_refunds_in_two_parts"
branch_labels = None
depends_on = None

_CHANGES = (
    # What an issued document says does not change by it.
    "ALTER TABLE customers DISABLE TRIGGER customers_stay",
    "UPDATE customers SET customer = customer - 'phone' WHERE customer ? 'phone'",
    "ALTER TABLE customers ENABLE TRIGGER customers_stay",
)


def upgrade() -> None:
    for statement in _CHANGES:
        op.execute(statement)
