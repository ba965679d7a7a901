"""Withdrawals of consumers from their contracts, and what is refunded of each payment."""

from alembic import op

revision = "20261203_withdrawals"
down_revision = "20261202_resellers"
branch_labels = None
depends_on = None

_CHANGES = (
    """
    CREATE TABLE withdrawals (
        order_id uuid PRIMARY KEY REFERENCES orders,
        account_id uuid NOT NULL,
        noticed_at timestamptz NOT NULL,
        -- The day that counts: of the notice, or on which a statement was sent that an operator has recorded.
        noticed_on date NOT NULL,
        recorded boolean NOT NULL,
        refund_by date NOT NULL CHECK (refund_by > noticed_on),
        evidence jsonb NOT NULL,
        receipt_at timestamptz,
        fixed_at timestamptz,
        ended_at timestamptz,
        next_at timestamptz,
        CHECK ((ended_at IS NULL) = (next_at IS NOT NULL))
    )
    """,
    "CREATE INDEX withdrawals_by_next_at ON withdrawals (next_at) WHERE next_at IS NOT NULL",
    """
    -- One payment for a withdrawn contract, by the id of the order or period that was paid: what is owed of it, its
    -- refund and its credit note.
    CREATE TABLE withdrawal_refunds (
        key uuid PRIMARY KEY,
        order_id uuid NOT NULL REFERENCES withdrawals,
        invoice_id uuid NOT NULL UNIQUE,
        refund_id uuid NOT NULL UNIQUE,
        attempt integer NOT NULL CHECK (attempt >= 1),
        currency text NOT NULL,
        paid_minor bigint NOT NULL,
        owed_minor bigint NOT NULL CHECK (owed_minor >= 0),
        refunded_at timestamptz,
        credit_note_id uuid UNIQUE,
        credit_waived boolean NOT NULL DEFAULT false,
        CONSTRAINT something_is_refunded CHECK (owed_minor < paid_minor),
        CONSTRAINT credited_after_refund CHECK (credit_note_id IS NULL OR refunded_at IS NOT NULL),
        CONSTRAINT credited_or_not_due CHECK (credit_note_id IS NULL OR NOT credit_waived)
    )
    """,
    "CREATE INDEX withdrawal_refunds_by_order ON withdrawal_refunds (order_id)",
    # A withdrawn subscription ends at once; its withdrawal carries it to the closing of the account, no period does.
    """
    ALTER TABLE subscriptions
        DROP CONSTRAINT subscriptions_end_reason_check,
        DROP CONSTRAINT end_whole,
        ADD CONSTRAINT known_end CHECK (end_reason IN ('cancelled', 'unpaid', 'withdrawn')),
        ADD CONSTRAINT end_whole CHECK (
            (end_reason IS NULL) = (end_decided_at IS NULL) AND (end_reason IS NULL) = (ends_at IS NULL)
            AND (ending_number IS NOT NULL) = (end_reason IS NOT NULL AND end_reason <> 'withdrawn')
        )
    """,
)


def upgrade() -> None:
    for statement in _CHANGES:
        op.execute(statement)
