"""A document says how its sale is taxed, and a line why it has no VAT; all documents before were taxed in Italy."""

from alembic import op

revision = "20261130_tax"
down_revision = "20261129_periods"
branch_labels = None
depends_on = None

_DOCUMENTS = """
    ALTER TABLE documents
        ADD COLUMN tax_treatment text NOT NULL DEFAULT 'domestic' CHECK (
            tax_treatment IN ('domestic', 'reverse_charge', 'outside_eu', 'outside_vat_territory')
        )
"""
_NO_DEFAULT = "ALTER TABLE documents ALTER COLUMN tax_treatment DROP DEFAULT"
_LINES = """
    ALTER TABLE lines
        ADD COLUMN natura text CHECK (natura IN ('N1', 'N2.1')),
        ADD CONSTRAINT lines_natura CHECK ((vat_rate = 0) = (natura IS NOT NULL))
"""


def upgrade() -> None:
    for statement in (_DOCUMENTS, _NO_DEFAULT, _LINES):
        op.execute(statement)
