"""Periods of subscriptions: measured, asked for, paid; suspension, cancellation and end of a subscription."""

import json
from collections import Counter
from datetime import date
from typing import Any
from uuid import UUID

from alembic import op
from sqlalchemy import text

from services.kit.causes import PeriodCause

revision = "20261201_periods"
down_revision = "20261130_tax"
branch_labels = None
depends_on = None

_CHANGES = (
    "ALTER TABLE subscriptions DROP CONSTRAINT subscriptions_state_check",
    """
    ALTER TABLE subscriptions
        ADD COLUMN payment_method text CHECK (payment_method IN ('bank_transfer', 'online', 'automatic_debit')),
        ADD COLUMN language text CHECK (language IN ('it', 'en')),
        ADD COLUMN suspended_at timestamptz,
        -- Why and when it ends, and which period's renewal carries it to its end.
        ADD COLUMN end_reason text CHECK (end_reason IN ('cancelled', 'unpaid')),
        ADD COLUMN end_decided_at timestamptz,
        ADD COLUMN ends_at timestamptz,
        ADD COLUMN ending_number integer,
        ADD COLUMN closing_at timestamptz,
        ADD COLUMN purge_at timestamptz,
        -- What an operator decided about a VAT number that nothing else confirms; holds for this number alone.
        ADD COLUMN tax_decision text CHECK (tax_decision IN ('other_proof', 'charge_vat')),
        ADD COLUMN tax_decision_vat_id text,
        ADD CONSTRAINT known_state CHECK (state IN ('active', 'closing', 'ended')),
        ADD CONSTRAINT end_whole CHECK (
            (end_reason IS NULL) = (end_decided_at IS NULL) AND (end_reason IS NULL) = (ends_at IS NULL)
            AND (end_reason IS NULL) = (ending_number IS NULL)
        ),
        ADD CONSTRAINT closing_after_end CHECK (closing_at IS NULL OR closing_at >= ends_at),
        ADD CONSTRAINT closing_days CHECK ((closing_at IS NULL) = (purge_at IS NULL)),
        ADD CONSTRAINT closing_when_closing CHECK (
            (state <> 'active' OR closing_at IS NULL) AND (state <> 'closing' OR closing_at IS NOT NULL)
        ),
        ADD CONSTRAINT decision_on_a_number CHECK ((tax_decision IS NULL) = (tax_decision_vat_id IS NULL))
    """,
    """
    UPDATE subscriptions SET payment_method = orders.payment_method, language = orders.language
    FROM orders WHERE orders.id = subscriptions.order_id
    """,
    "ALTER TABLE subscriptions ALTER COLUMN payment_method SET NOT NULL, ALTER COLUMN language SET NOT NULL",
    "DROP INDEX one_active_subscription",
    """
    CREATE UNIQUE INDEX one_active_subscription ON subscriptions (account_id) WHERE state IN ('active', 'closing')
    """,
    """
    ALTER TABLE subscription_periods
        ADD COLUMN id uuid UNIQUE,
        ADD COLUMN account_id uuid,
        ADD COLUMN state text NOT NULL DEFAULT 'prepaid'
            CHECK (state IN ('prepaid', 'scheduled', 'due', 'paid', 'unpaid', 'void')),
        -- What it pays for: mailboxes by band and options by code. NULL until measured.
        ADD COLUMN counted jsonb,
        ADD COLUMN measure_at timestamptz,
        ADD COLUMN measured_at timestamptz,
        -- What mailboxes told at the measuring.
        ADD COLUMN usage jsonb,
        ADD COLUMN lines jsonb,
        ADD COLUMN currency text,
        ADD COLUMN vat_rate text,
        ADD COLUMN tax_treatment text
            CHECK (tax_treatment IN ('domestic', 'reverse_charge', 'outside_eu', 'outside_vat_territory')),
        ADD COLUMN vat_id text,
        ADD COLUMN party jsonb,
        ADD COLUMN payment_method text CHECK (payment_method IN ('bank_transfer', 'online', 'automatic_debit')),
        ADD COLUMN payment_request_id uuid UNIQUE,
        ADD COLUMN proforma_id uuid UNIQUE,
        ADD COLUMN proforma_number text UNIQUE,
        ADD COLUMN proforma_at timestamptz,
        ADD COLUMN due_on date,
        ADD COLUMN suspend_at timestamptz,
        ADD COLUMN close_at timestamptz,
        ADD COLUMN ended_at timestamptz,
        ADD COLUMN available_on date,
        ADD COLUMN resumed_at timestamptz,
        ADD COLUMN invoice_id uuid UNIQUE,
        ADD COLUMN notice_at timestamptz,
        ADD COLUMN notice_in_time boolean,
        ADD COLUMN next_at timestamptz
    """,
    "ALTER TABLE subscription_periods ALTER COLUMN state DROP DEFAULT",
)

_RULES = (
    """
    ALTER TABLE subscription_periods
        ALTER COLUMN id SET NOT NULL,
        ALTER COLUMN account_id SET NOT NULL,
        ADD CONSTRAINT first_is_prepaid CHECK (
            (state = 'prepaid') = (number = 1) AND (state = 'prepaid') = (order_id IS NOT NULL)
            AND (state = 'prepaid') = (measure_at IS NULL)
        ),
        ADD CONSTRAINT measured_whole CHECK (
            (measured_at IS NULL) = (lines IS NULL) AND (measured_at IS NULL) = (currency IS NULL)
            AND (measured_at IS NULL) = (vat_rate IS NULL) AND (measured_at IS NULL) = (tax_treatment IS NULL)
            AND (measured_at IS NULL) = (vat_id IS NULL) AND (measured_at IS NULL) = (party IS NULL)
            AND (measured_at IS NULL) = (payment_method IS NULL)
        ),
        ADD CONSTRAINT measured_when_asked_for CHECK (
            (state NOT IN ('due', 'paid', 'unpaid') OR measured_at IS NOT NULL)
            AND (state NOT IN ('prepaid', 'scheduled') OR measured_at IS NULL)
        ),
        ADD CONSTRAINT counted_when_known CHECK (
            (counted IS NOT NULL) = (state = 'prepaid' OR measured_at IS NOT NULL)
        ),
        ADD CONSTRAINT proforma_whole CHECK (
            (proforma_at IS NULL) = (proforma_id IS NULL) AND (proforma_at IS NULL) = (payment_request_id IS NULL)
            AND (proforma_at IS NULL) = (proforma_number IS NULL) AND (proforma_at IS NULL) = (due_on IS NULL)
            AND (proforma_at IS NULL) = (suspend_at IS NULL) AND (proforma_at IS NULL OR measured_at IS NOT NULL)
        ),
        ADD CONSTRAINT closes_after_suspension CHECK (close_at IS NULL OR suspend_at IS NOT NULL),
        ADD CONSTRAINT ended_when_over CHECK ((ended_at IS NOT NULL) = (state IN ('paid', 'unpaid', 'void'))),
        ADD CONSTRAINT paid_on_a_day CHECK ((state = 'paid') = (available_on IS NOT NULL)),
        ADD CONSTRAINT invoiced_when_paid CHECK (invoice_id IS NULL OR state = 'paid'),
        ADD CONSTRAINT notice_whole CHECK ((notice_at IS NULL) = (notice_in_time IS NULL)),
        ADD CONSTRAINT somebody_waits CHECK (state NOT IN ('scheduled', 'due') OR next_at IS NOT NULL),
        ADD CONSTRAINT nobody_waits CHECK (state <> 'prepaid' OR next_at IS NULL),
        ADD CONSTRAINT waits_for_its_invoice CHECK (state <> 'paid' OR (next_at IS NULL) = (invoice_id IS NOT NULL))
    """,
    # A subscription that goes on has exactly one period that is not measured yet: its newest.
    "CREATE UNIQUE INDEX one_scheduled_period ON subscription_periods (subscription_id) WHERE state = 'scheduled'",
    "CREATE INDEX periods_by_next_at ON subscription_periods (next_at) WHERE next_at IS NOT NULL",
    """
    CREATE TABLE period_reminders (
        period_id uuid NOT NULL REFERENCES subscription_periods (id),
        days integer NOT NULL CHECK (days >= 1),
        due_at timestamptz NOT NULL,
        sent_at timestamptz,
        skipped_at timestamptz,
        PRIMARY KEY (period_id, days),
        CHECK (sent_at IS NULL OR skipped_at IS NULL)
    )
    """,
)

_OLD = text(
    """
    SELECT periods.subscription_id, periods.number, periods.first_day, periods.last_day, subscriptions.account_id,
        subscriptions.billing, subscriptions.items
    FROM subscription_periods AS periods JOIN subscriptions ON subscriptions.id = periods.subscription_id
    """
)
_COMPLETE = text(
    """
    UPDATE subscription_periods SET id = :id, account_id = :account, counted = CAST(:counted AS jsonb)
    WHERE subscription_id = :subscription AND number = :number
    """
)
# As the room plans them, at the spread's first second: the year's or the month's first day that is not paid yet.
_SECOND = text(
    """
    INSERT INTO subscription_periods (
        subscription_id, number, id, account_id, state, first_day, last_day, measure_at, next_at
    )
    SELECT
        CAST(:subscription AS uuid), 2, CAST(:id AS uuid), CAST(:account AS uuid), 'scheduled',
        plan.first_day, plan.last_day, plan.at, plan.at
    FROM (
        SELECT CAST(:last AS date) + 1 AS first_day,
            CASE :billing WHEN 'monthly'
                THEN (date_trunc('month', CAST(:last AS date) + 1) + interval '1 month')::date - 1
                ELSE (CAST(:first AS date) + interval '2 years')::date - 1
            END AS last_day,
            CASE :billing WHEN 'monthly'
                THEN date_trunc('month', (CAST(:last AS date) + 1)::timestamp) AT TIME ZONE 'Europe/Rome'
                ELSE (CAST(:last AS date) - 30)::timestamp AT TIME ZONE 'Europe/Rome'
            END AS at
    ) AS plan
    """
)


def upgrade() -> None:
    for statement in _CHANGES:
        op.execute(statement)
    _complete_old_periods()
    for statement in _RULES:
        op.execute(statement)


def _complete_old_periods() -> None:
    """Until now each subscription had its first period alone."""
    connection = op.get_bind()
    for row in connection.execute(_OLD).all():
        this = {"subscription": row.subscription_id, "account": row.account_id}
        first = PeriodCause(row.subscription_id, row.number)
        counted = _counted(row.items)
        connection.execute(_COMPLETE, {**this, "number": row.number, "id": first.key, "counted": counted})
        _schedule(PeriodCause(row.subscription_id, 2), row.account_id, row.billing, row.first_day, row.last_day)


def _schedule(period: PeriodCause, account_id: UUID, billing: str, first: date, last: date) -> None:
    values = {
        "subscription": period.subscription_id,
        "id": period.key,
        "account": account_id,
        "billing": billing,
        "first": first,
        "last": last,
    }
    op.get_bind().execute(_SECOND, values)


def _counted(items: list[dict[str, Any]]) -> str:
    mailboxes, options = Counter[str](), Counter[str]()
    for item in items:
        mailboxes[str(item["size_gb"])] += item["quantity"]
        options.update(dict.fromkeys(item["options"], item["quantity"]))
    return json.dumps({"mailboxes": mailboxes, "options": options})
