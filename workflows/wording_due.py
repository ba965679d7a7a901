"""How the workflows say to an operator what comes next, which the services name by codes."""

import re

from workflows import wording

_REMINDER = re.compile(r"reminder_(\d+)_days?")
_PURGE_REMINDER = re.compile(r"purge_reminder_(\d+)_days?")
_ORDER_DUE = {"expiry": "the order expires", "proforma": "the proforma is made"}
_TRIAL_DUE = {
    "end": "the trial ends, with an email",
    "purge": "the account is closed and its purge begins",
    "order_end": "look again whether the open order still holds the purge",
}
_PERIOD_DUE = {
    "measuring": "the period is measured, and its money is asked for",
    "proforma": "the proforma is made",
    "invoice": "it is invoiced though unpaid, because its price has accrued; or VIES is asked again before that",
    "suspension": "sending is suspended",
    "closing": "the period is closed unpaid, and the subscription ends",
    "addition": "look again whether the addition to the contract that is being paid was decided: it is renewed with it",
    "older_period": "look again whether the older unpaid period was paid",
    "payment": "look again whether a payment that is still open elsewhere was decided",
    "end": "the service ends with what is paid; then it can be read for some days more",
    "purge": "the account is closed and its purge begins",
}
_WITHDRAWAL_DUE = {
    "order_end": "the order's end: payments decides between its cancellation and a payment",
    "invoice": "the invoice of what was paid, which is then credited",
    "period_end": "the end of a later period that waits for its money",
    "purge": "the account is closed and its purge begins",
}


def on_order(due: str) -> str:
    """What ordering says is due next: ``reminder_3_days``, ``expiry``."""
    reminder = _REMINDER.fullmatch(due)
    if reminder:
        return f"reminder {wording.days(int(reminder[1]))} after the proforma"
    return _ORDER_DUE.get(due, due)


def on_period(due: str) -> str:
    """What ordering says is due next on a period: ``reminder_3_days``, ``suspension``."""
    reminder = _REMINDER.fullmatch(due)
    if reminder:
        return f"reminder {wording.days(int(reminder[1]))} after the due date"
    return _PERIOD_DUE.get(due, due)


def on_withdrawal(due: str) -> str:
    """What ordering says is waited for on a withdrawal: ``order_end``, ``purge``."""
    return _WITHDRAWAL_DUE.get(due, due)


def on_trial(due: str) -> str:
    """What the trial service says is due next: ``reminder_3_days``, ``end``, ``purge_reminder_1_day``, ``purge``."""
    reminder, purge_reminder = _REMINDER.fullmatch(due), _PURGE_REMINDER.fullmatch(due)
    if reminder:
        return f"reminder {wording.days(int(reminder[1]))} before the end"
    if purge_reminder:
        return f"reminder {wording.days(int(purge_reminder[1]))} before the purge"
    return _TRIAL_DUE.get(due, due)


def is_reminder(due: str) -> bool:
    """Whether what a service says is due next is a reminder, of an order, a period, a trial's end or a purge."""
    return bool(_REMINDER.fullmatch(due) or _PURGE_REMINDER.fullmatch(due))
