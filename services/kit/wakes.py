"""Which workflow looks after which row, and which rows still need it: the only place where wakes are made.

Several rooms wake the same workflow; were one of them to name another id or priority, the run would be there twice.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ColumnElement

from services.kit.causes import Cause, OrderCause, PeriodCause
from services.kit.outbox import Wake
from workflows import names

_FIRST = 1
"""Temporal's highest task priority: an order never waits behind mass work."""


def sign_up_wake(sign_up_id: UUID) -> Wake:
    """A sign-up waits for an operator, or has been decided on."""
    return Wake(
        workflow=names.SIGN_UP,
        workflow_id=names.sign_up_id(sign_up_id),
        signal=names.SIGN_UP_RECEIVED,
        subject=sign_up_id,
        summary=f"Sign-up {sign_up_id}, held by the checks",
    )


def trial_wake(account_id: UUID) -> Wake:
    """A trial has changed, or the orders on which it depends."""
    return Wake(
        workflow=names.TRIAL,
        workflow_id=names.trial_id(account_id),
        signal=names.TRIAL_CHANGED,
        subject=account_id,
        summary=f"Free trial of account {account_id}",
    )


def order_wake(order_id: UUID, signal: str = names.ORDER_CHANGED) -> Wake:
    """An order has changed, or what was paid for it."""
    return Wake(
        workflow=names.ORDER,
        workflow_id=names.order_id(order_id),
        signal=signal,
        subject=order_id,
        summary=f"Order {order_id}",
        priority=_FIRST,
    )


def renewal_wake(period: PeriodCause, signal: str = names.PERIOD_CHANGED) -> Wake:
    """A period of a subscription has changed, or what was paid for it."""
    return Wake(
        workflow=names.RENEWAL,
        workflow_id=names.renewal_id(period.subscription_id, period.number),
        signal=signal,
        subject=period.key,
        summary=f"Period {period.number} of subscription {period.subscription_id}",
    )


def cause_wake(cause: Cause, signal: str) -> Wake:
    """Something has happened to what was asked for an order or a period: its money is there, or waits."""
    match cause:
        case OrderCause():
            return order_wake(cause.order_id, signal)
        case PeriodCause():
            return renewal_wake(cause, signal)


def money_wake(entry_id: UUID) -> Wake:
    """Money waits for an operator, or does not any more."""
    return Wake(
        workflow=names.MONEY,
        workflow_id=names.money_id(entry_id),
        signal=names.MONEY_CHANGED,
        subject=entry_id,
        summary=f"Money entry {entry_id}",
    )


def money_news(entry_id: UUID) -> Wake:
    """Money is settled and nothing is to be done about it any more: a run that still goes on ends, none begins.

    It is delivered late now and then, when the run that settled it has ended: another one would know nothing.
    """
    return replace(money_wake(entry_id), starts=False)


def withdrawal_wake(order_id: UUID, signal: str) -> Wake:
    """Something has happened to a withdrawal from an order, such as to its refund."""
    return Wake(
        workflow=names.WITHDRAWAL,
        workflow_id=names.withdrawal_id(order_id),
        signal=signal,
        subject=order_id,
        summary=f"Withdrawal from order {order_id}",
    )


def automatic_debit_wake(account_id: UUID) -> Wake:
    """An account's automatic debit was set up, or has ended."""
    return Wake(
        workflow=names.AUTOMATIC_DEBIT,
        workflow_id=names.automatic_debit_id(account_id),
        signal=names.DEBIT_CHANGED,
        subject=account_id,
        summary=f"Automatic debit of account {account_id}",
    )


def reseller_wake(account_id: UUID) -> Wake:
    """A reseller's request was made, or its account closed."""
    return Wake(
        workflow=names.RESELLER_STATUS,
        workflow_id=names.reseller_id(account_id),
        signal=names.RESELLER_CHANGED,
        subject=account_id,
        summary=f"Reseller status of account {account_id}",
    )


def e_invoice_wake(invoice_id: UUID, number: str, signal: str) -> Wake:
    """An invoice was issued, or the SdI has answered."""
    return Wake(
        workflow=names.E_INVOICE,
        workflow_id=names.e_invoice_id(invoice_id),
        signal=signal,
        subject=invoice_id,
        summary=f"E-invoice {number}",
    )


def purge_wake(account_id: UUID) -> Wake:
    """An account was closed, or what held its purge has ended."""
    return Wake(
        workflow=names.PURGE,
        workflow_id=names.purge_id(account_id),
        signal=names.ACCOUNT_CLOSED,
        subject=account_id,
        summary=f"Purge of account {account_id}",
    )


def erasure_wake(account_id: UUID) -> Wake:
    """An erasure was asked for, decided or fell due, or what it waits for has changed."""
    return Wake(
        workflow=names.ERASURE,
        workflow_id=names.erasure_id(account_id),
        signal=names.ERASURE_CHANGED,
        subject=account_id,
        summary=f"Erasure of account {account_id}",
    )


def erasure_news(account_id: UUID) -> Wake:
    """What an erasure shows or waits for has changed; where none runs, nobody is told."""
    return replace(erasure_wake(account_id), starts=False)


def unfinished(next_at: Column[Any], due_before: datetime | None) -> ColumnElement[bool]:
    """The condition on rows of which the reconciler asks whether their workflow runs.

    Args:
        next_at: When a row should have moved on; NULL once nothing more is to be done.
        due_before: Only rows that should have moved on before this instant; None for all.
    """
    return next_at.is_not(None) if due_before is None else next_at < due_before
