"""Decides what an account may do in each of its states.

An account begins as a trial, is restricted when the trial ends, unlocked by its paid order, suspended while a renewal
stays unpaid, and ends purged. Nothing leads out of `purged`.
"""

from enum import StrEnum


class AccountState(StrEnum):
    """Where an account stands; the values are those of the column `accounts.state`."""

    TRIAL = "trial"
    RESTRICTED = "restricted"
    UNLOCKED = "unlocked"
    SUSPENDED = "suspended"
    PURGED = "purged"


class SuspensionCause(StrEnum):
    """Why sending is suspended."""

    UNPAID = "unpaid"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    OPERATOR = "operator"


class Billing(StrEnum):
    """How the paid service is billed; decides what an unlock allows."""

    MONTHLY = "monthly"
    ANNUAL = "annual"


class Feature(StrEnum):
    """What an operator can switch off for one account, to prevent abuse."""

    SENDING = "sending"
    DOMAINS = "domains"
    MAILBOXES = "mailboxes"


MAY_GROW = frozenset({AccountState.TRIAL, AccountState.UNLOCKED})
"""States in which domains and mailboxes may be added or enlarged, and in which mailboxes may send (the statement that
counts a message decides that); reading stays possible in every state but `purged`."""
