"""One live page an account on which a mandate is set up; of several the newest stays."""

from alembic import op

revision = "20261211_one_setup_page"
down_revision = "20261210_audited_accounts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("""
        UPDATE mandate_setups older SET state = 'expired', url = ''
        WHERE older.state IN ('creating', 'open') AND EXISTS (
            SELECT FROM mandate_setups newer
            WHERE newer.account_id = older.account_id AND newer.state IN ('creating', 'open') AND newer.id > older.id
        )
    """)
    op.execute("CREATE UNIQUE INDEX one_live_setup ON mandate_setups (account_id) WHERE state IN ('creating', 'open')")
