"""The record of erasures; a proforma, which is no fiscal document, may be deleted by one."""

from alembic import op

from services.kit.migrations import add_erasures

revision = "20261202_erasures"
down_revision = "20261130_credit_notes"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE FUNCTION only_proformas_go() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (SELECT kind FROM documents WHERE id = OLD.document_id) = 'proforma' THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'an issued document never changes' USING ERRCODE = 'restrict_violation';
    END
    $$
    """,
    """
    CREATE FUNCTION fiscal_documents_stay() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.kind = 'proforma' THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'an issued document never changes' USING ERRCODE = 'restrict_violation';
    END
    $$
    """,
    *(
        statement
        for table, judge in (
            ("documents", "fiscal_documents_stay"),
            ("lines", "only_proformas_go"),
            ("customers", "only_proformas_go"),
            ("proforma_terms", "only_proformas_go"),
        )
        for statement in (
            f"DROP TRIGGER {table}_stay ON {table}",
            f"""
            CREATE TRIGGER {table}_stay BEFORE UPDATE OR TRUNCATE ON {table}
                FOR EACH STATEMENT EXECUTE FUNCTION issued_documents_stay()
            """,
            f"CREATE TRIGGER {table}_go BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {judge}()",
        )
    ),
)


def upgrade() -> None:
    add_erasures(op)
    for statement in _STATEMENTS:
        op.execute(statement)
