"""Domains found by how their names end, to see whether one lies below another."""

from alembic import op

revision = "20261125_domains_below"
down_revision = "20261124_mailboxes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Read backwards, what lies below a name is a range; "C" because the range is one of bytes.
    op.execute('CREATE INDEX domains_by_ending ON domains ((reverse(name) COLLATE "C"))')
