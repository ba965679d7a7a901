"""What proves that a customer outside the EU is a business, and which order and period rests on it."""

from alembic import op

revision = "20261212_business_proofs"
down_revision = "20261211_accrued_periods"
branch_labels = None
depends_on = None

_CHANGES = (
    """
    -- What an operator saw, of one tax id in one country. Written once, never changed.
    CREATE TABLE business_proofs (
        id uuid PRIMARY KEY,
        account_id uuid NOT NULL,
        country text NOT NULL,
        tax_id text NOT NULL CHECK (tax_id <> ''),
        kind text NOT NULL CHECK (kind IN ('tax_certificate', 'register_extract', 'number_checked')),
        reference text NOT NULL CHECK (reference <> ''),
        proved_at timestamptz NOT NULL,
        actor text NOT NULL
    )
    """,
    "CREATE INDEX business_proofs_by_account ON business_proofs (account_id, id DESC)",
    """
    ALTER TABLE orders
        ADD COLUMN business_proof_id uuid REFERENCES business_proofs,
        DROP CONSTRAINT orders_tax_decision_check,
        ADD CONSTRAINT orders_tax_decision_check
            CHECK (tax_decision IN ('other_proof', 'refuse', 'charge_vat', 'business_proof')),
        ADD CONSTRAINT proved_outside_eu CHECK (business_proof_id IS NULL OR tax_treatment = 'outside_eu')
    """,
    """
    ALTER TABLE subscription_periods
        ADD COLUMN business_proof_id uuid REFERENCES business_proofs,
        ADD CONSTRAINT proved_outside_eu CHECK (business_proof_id IS NULL OR tax_treatment = 'outside_eu')
    """,
)


def upgrade() -> None:
    for statement in _CHANGES:
        op.execute(statement)
