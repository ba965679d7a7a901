"""Decides which workflow looks after which row of this room."""

from uuid import UUID

from services.kit.outbox import Wake
from workflows import names


def trial_wake(account_id: UUID) -> Wake:
    """Has the trial's workflow look again, and starts it where it does not run."""
    return Wake(
        workflow=names.TRIAL,
        workflow_id=names.trial_id(account_id),
        signal=names.TRIAL_CHANGED,
        subject=account_id,
        summary=f"Free trial of account {account_id}",
    )


def sign_up_wake(sign_up_id: UUID) -> Wake:
    """Has the workflow of a sign-up in review look again, and starts it where it does not run."""
    return Wake(
        workflow=names.SIGN_UP,
        workflow_id=names.sign_up_id(sign_up_id),
        signal=names.SIGN_UP_RECEIVED,
        subject=sign_up_id,
        summary=f"Sign-up {sign_up_id} waits for an operator's decision",
    )
