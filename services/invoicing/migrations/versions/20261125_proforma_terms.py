"""Proformas say until when they can be paid, which the order knows by the time they are sent."""

from alembic import op

revision = "20261125_proforma_terms"
down_revision = "20261124_invoicing"
branch_labels = None
depends_on = None

_CHANGES = (
    """
    CREATE TABLE proforma_terms (
        document_id uuid PRIMARY KEY REFERENCES documents,
        payable_until timestamptz NOT NULL
    )
    """,
    """
    CREATE TRIGGER proforma_terms_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON proforma_terms
        FOR EACH STATEMENT EXECUTE FUNCTION issued_documents_stay()
    """,
)


def upgrade() -> None:
    for statement in _CHANGES:
        op.execute(statement)
