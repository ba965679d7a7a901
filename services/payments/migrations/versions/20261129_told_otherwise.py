"""A queue's entry may contradict a record by hand in its amount, and tells its payer's account."""

from alembic import op

revision = "20261129_told_otherwise"
down_revision = "20261129_taken_back"
branch_labels = None
depends_on = None

_CHANGES = (
    "ALTER TABLE money_entries ADD COLUMN contradicts uuid REFERENCES announced_transfers",
    "ALTER TABLE money_entries ADD COLUMN payer_iban text NOT NULL DEFAULT ''",
    """
    UPDATE money_entries SET payer_iban = told.debtor_iban FROM bank_entries AS told
    WHERE money_entries.source = 'bank' AND money_entries.source_ref = encode(told.identity, 'hex')
        AND told.debtor_iban IS NOT NULL
    """,
    "ALTER TABLE money_entries DROP CONSTRAINT money_entries_reason_check",
    """
    ALTER TABLE money_entries ADD CONSTRAINT money_entries_reason_check CHECK (reason IN
        ('short', 'over', 'late', 'twice', 'unknown', 'wrong_currency', 'undated', 'date', 'reversed',
            'amount_differs'))
    """,
    """
    ALTER TABLE money_entries ADD CONSTRAINT money_entries_contradict
        CHECK ((reason = 'amount_differs') = (contradicts IS NOT NULL))
    """,
)


def upgrade() -> None:
    for statement in _CHANGES:
        op.execute(statement)
