"""How each order is taxed, and what VIES answered about the VAT numbers on which that rests."""

from alembic import op

revision = "20261130_tax"
down_revision = "20261129_events"
branch_labels = None
depends_on = None

_CHANGES = (
    """
    -- One question to VIES and its answer: the proof of a reverse charge. Written once, never changed.
    CREATE TABLE vat_checks (
        id uuid PRIMARY KEY,
        account_id uuid NOT NULL,
        vat_id text NOT NULL,
        requester text NOT NULL,
        asked_at timestamptz NOT NULL,
        finding text NOT NULL CHECK (finding IN ('valid', 'not_valid', 'no_answer')),
        consultation_number text NOT NULL,
        name text NOT NULL,
        address text NOT NULL,
        error text NOT NULL,
        CHECK ((finding = 'no_answer') = (error <> ''))
    )
    """,
    "CREATE INDEX vat_checks_by_number ON vat_checks (account_id, vat_id, asked_at DESC)",
    "CREATE INDEX vat_checks_by_account ON vat_checks (account_id, id DESC)",
    """
    ALTER TABLE orders
        ADD COLUMN tax_treatment text
            CHECK (tax_treatment IN ('domestic', 'reverse_charge', 'outside_eu', 'outside_vat_territory')),
        ADD COLUMN tax_settled_at timestamptz,
        ADD COLUMN tax_attempts integer NOT NULL DEFAULT 0 CHECK (tax_attempts >= 0),
        ADD COLUMN tax_ask_at timestamptz,
        ADD COLUMN tax_decide_at timestamptz,
        ADD COLUMN tax_decision text CHECK (tax_decision IN ('other_proof', 'refuse', 'charge_vat')),
        ADD COLUMN tax_confirmed_at timestamptz
    """,
    # Until now all customers were Italian.
    "UPDATE orders SET tax_treatment = 'domestic', tax_settled_at = placed_at",
    """
    ALTER TABLE orders
        ADD CONSTRAINT treatment_when_settled CHECK ((tax_treatment IS NULL) = (tax_settled_at IS NULL)),
        ADD CONSTRAINT proforma_after_tax CHECK (proforma_id IS NULL OR tax_settled_at IS NOT NULL),
        ADD CONSTRAINT paid_after_tax CHECK (state NOT IN ('paid', 'fulfilled') OR tax_settled_at IS NOT NULL),
        ADD CONSTRAINT refused_is_cancelled CHECK (tax_decision IS DISTINCT FROM 'refuse' OR state = 'cancelled')
    """,
)


def upgrade() -> None:
    for statement in _CHANGES:
        op.execute(statement)
