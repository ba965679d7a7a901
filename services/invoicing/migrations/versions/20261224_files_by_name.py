"""The invoice of a receipt is found by the name of its file, whose letters may have changed their case."""

from alembic import op

revision = "20261224_files_by_name"
down_revision = "20261222_outside_documents"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("CREATE INDEX attempts_by_file ON attempts (lower(file_name))")
