"""Whether every deed in an audit trail stands under the account that it concerns, so that operators find it there.

Asked at the end of each test of a room and of each Casella: so every deed that any test does is looked at.
"""

import importlib.util
from functools import cache
from pathlib import Path

_SERVICES = Path(__file__).parents[2] / "services"
_OLD_ROWS = "20261210_audited_accounts.py"
"""The migration that gives the older rows their accounts: it derives them from the changed row."""
SIGN_UPS = ("allow_sign_up", "deny_sign_up")
"""They come before there is an account; `casella trail` asks for them by the sign-up's id."""
OF_NOBODY = (
    *SIGN_UPS, "set_money_aside", "request_refund", "approve_refund", "export_refunds", "retry_refund", "fail_refund",
    "record_refund_file", "cancel_refund", "book_payout", "undo_payout", "decide_dispute", "begin_recovery",
    "confirm_finding", "end_recovery",
)  # fmt: skip
"""Money may be an unknown payer's, and so may its refund be, or its dispute; a payout is ours, a recovery all's."""


def query(room: str) -> str | None:
    """SQL that finds the room's deeds that stand under no account, or not under that of the row; None for no room.

    The rows of an erased account may be gone.
    """
    account = _account(room)
    if account is None:
        return None
    nobodys, sign_ups = (", ".join(f"'{each}'" for each in actions) for actions in (OF_NOBODY, SIGN_UPS))
    return f"""
        SELECT action, subject_id, account_id FROM audit
        WHERE (account_id IS NULL AND action NOT IN ({nobodys}))
            OR (
                account_id <> ({account}) AND action NOT IN ({sign_ups})
                AND account_id NOT IN (SELECT account_id FROM erasures)
            )
    """


@cache
def _account(room: str) -> str | None:
    path = _SERVICES / room / "migrations" / "versions" / _OLD_ROWS
    spec = importlib.util.spec_from_file_location(f"{room}_{path.stem}", path)
    if not path.exists() or spec is None or spec.loader is None:
        return None
    migration = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(migration)
    return str(migration._ACCOUNT)
