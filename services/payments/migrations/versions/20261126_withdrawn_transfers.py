"""A transfer recorded by mistake can be withdrawn, by a contra entry in the ledger, and recorded anew."""

from alembic import op

revision = "20261126_withdrawn_transfers"
down_revision = "20261125_queue_names"
branch_labels = None
depends_on = None

_CHANGES = (
    "ALTER TABLE announced_transfers ADD COLUMN withdrawn_at timestamptz",
    "ALTER TABLE announced_transfers ADD CHECK (withdrawn_at IS NULL OR confirmed_by IS NULL)",
    "ALTER TABLE announced_transfers DROP CONSTRAINT announced_transfers_request_id_bank_reference_key",
    """
    CREATE UNIQUE INDEX announced_transfers_once ON announced_transfers (request_id, bank_reference)
        WHERE withdrawn_at IS NULL
    """,
    "ALTER TABLE ledger_transactions DROP CONSTRAINT ledger_transactions_kind_check",
    """
    ALTER TABLE ledger_transactions ADD CONSTRAINT ledger_transactions_kind_check
        CHECK (kind IN ('receipt', 'confirmation', 'assignment', 'withdrawal'))
    """,
    # The queue's entry of a transfer is found by the transfer's id, so that a reference recorded anew is another one.
    # The ledger keeps the older form of what was recorded before.
    """
    UPDATE money_entries SET source_ref = transfers.id::text FROM announced_transfers AS transfers
    WHERE money_entries.source = 'announced'
        AND money_entries.source_ref = transfers.request_id || ':' || transfers.bank_reference
    """,
)


def upgrade() -> None:
    for statement in _CHANGES:
        op.execute(statement)
