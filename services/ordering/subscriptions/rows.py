"""A subscription and a period as their rows tell them, typed."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.kit.calendar import Period, rome_date
from services.kit.causes import PeriodCause
from services.ordering.domain.dunning import ends_at
from services.ordering.domain.items import Item
from services.ordering.domain.kinds import Billing, PaymentMethod
from services.ordering.domain.metering import Counted
from services.ordering.domain.period_lines import PeriodLine, line_from
from services.ordering.domain.periods import Contract
from services.ordering.domain.quote import QuoteTotals, totals
from services.ordering.domain.states import PeriodState, SubscriptionEnd, SubscriptionState
from services.ordering.domain.tax import TaxTreatment
from services.ordering.domain.tax_waiting import TaxDecision
from services.ordering.profiles.store import SavedProfile, profile_from


@dataclass(frozen=True, slots=True)
class End:
    """How a subscription ends, once that is decided.

    Attributes:
        at: the last moment of what is paid.
        number: the period whose renewal carries it to its end; None where its withdrawal does.
    """

    reason: SubscriptionEnd
    decided_at: datetime
    at: datetime
    number: int | None

    @property
    def is_announced(self) -> bool:
        """Whether the customer is told before it comes; of a termination that ends it at once its end tells."""
        later = self.reason is SubscriptionEnd.TERMINATED and self.at > self.decided_at
        return later or self.reason is SubscriptionEnd.CANCELLED

    def owes(self, days: Period) -> bool:
        """Whether a period with these days stays owed after the end: they were served to the last."""
        return self.reason.leaves_debts and days.last <= rome_date(self.at)


@dataclass(frozen=True, slots=True)
class SubscriptionRow:
    """A subscription; `paid` is its newest paid period, `terminated_for` the money entry that waits for its end."""

    subscription_id: UUID
    account_id: UUID
    order_id: UUID
    state: SubscriptionState
    billing: Billing
    items: tuple[Item, ...]
    started_at: datetime
    paid: Period
    anchor_day: int
    payment_method: PaymentMethod
    language: str
    suspended_at: datetime | None
    end: End | None
    terminated_for: UUID | None
    purge_at: datetime | None
    ended_at: datetime | None
    tax_decision: TaxDecision | None
    tax_decision_vat_id: str | None

    @property
    def contract(self) -> Contract:
        """What decides its periods."""
        return Contract(self.subscription_id, self.billing, rome_date(self.started_at))

    @property
    def withdrawn(self) -> bool:
        """Whether the consumer withdrew from it: its withdrawal carries it to its end."""
        return self.end is not None and self.end.reason is SubscriptionEnd.WITHDRAWN

    def would_end_at(self, now: datetime) -> datetime | None:
        """When it would end were it cancelled now, at once where what is paid has been served; None where it ends."""
        goes_on = self.end is None and self.state is SubscriptionState.ACTIVE
        return ends_at(self.paid.last, now) if goes_on else None

    @property
    def owes_use(self) -> bool:
        """Whether it ends with a last period, which asks for what was used above the prepaid."""
        return self.billing is Billing.MONTHLY and self.end is not None and self.end.reason.leaves_debts

    def is_carried_by(self, number: int) -> bool:
        """Whether this period's renewal carries the subscription to its end."""
        return self.end is not None and self.end.number == number


@dataclass(frozen=True, slots=True)
class Measured:
    """What a measuring froze."""

    at: datetime
    counted: Counted
    lines: tuple[PeriodLine, ...]
    currency: str
    vat_rate: str
    treatment: TaxTreatment
    vat_id: str
    business_proof_id: UUID | None
    party: SavedProfile
    payment_method: PaymentMethod

    @property
    def totals(self) -> QuoteTotals:
        """The sum, always computed from the lines."""
        return totals(self.lines, Decimal(self.vat_rate), self.currency)


@dataclass(frozen=True, slots=True)
class Asked:
    """Where a period's money was asked for, and the dates that follow from it."""

    payment_request_id: UUID
    proforma_id: UUID
    proforma_number: str
    at: datetime
    due_on: date
    suspend_at: datetime


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """A period of a subscription."""

    cause: PeriodCause
    account_id: UUID
    state: PeriodState
    days: Period
    order_id: UUID | None
    measure_at: datetime | None
    measured: Measured | None
    asked: Asked | None
    close_at: datetime | None
    ended_at: datetime | None
    available_on: date | None
    resumed_at: datetime | None
    invoice_at: datetime | None
    tax_ask_at: datetime | None
    tax_confirmed_at: datetime | None
    vat_check_id: UUID | None
    invoice_id: UUID | None
    notice_at: datetime | None
    notice_in_time: bool

    @property
    def period_id(self) -> UUID:
        """Its id, derived from its subscription and number."""
        return self.cause.key

    @property
    def number(self) -> int:
        """Its number, from 1."""
        return self.cause.number

    @property
    def subscription_id(self) -> UUID:
        """Its subscription."""
        return self.cause.subscription_id

    @property
    def is_done(self) -> bool:
        """Whether it waits for no measuring, money or invoice; its subscription's end may still be carried by it."""
        invoiced = self.state is PeriodState.PAID and self.invoice_id is not None
        return invoiced or self.state in {PeriodState.UNPAID, PeriodState.VOID}

    def is_accrued(self, now: datetime) -> bool:
        """Whether it is to be invoiced though unpaid; its proforma, which gives it a due day, comes first."""
        due = self.state is PeriodState.DUE and self.asked is not None
        return due and self.invoice_at is not None and now >= self.invoice_at


def subscription_from(row: Row[Any]) -> SubscriptionRow:
    """The subscription of a row of `subscriptions` with the days of its newest paid period."""
    end = None
    if row.end_reason is not None:
        end = End(SubscriptionEnd(row.end_reason), row.end_decided_at, row.ends_at, row.ending_number)
    return SubscriptionRow(
        subscription_id=row.id,
        account_id=row.account_id,
        order_id=row.order_id,
        state=SubscriptionState(row.state),
        billing=Billing(row.billing),
        items=tuple(Item(item["size_gb"], item["quantity"], tuple(item["options"])) for item in row.items),
        started_at=row.started_at,
        paid=Period(row.first_day, row.last_day),
        anchor_day=row.anchor_day,
        payment_method=PaymentMethod(row.payment_method),
        language=row.language,
        suspended_at=row.suspended_at,
        end=end,
        terminated_for=row.terminated_for,
        purge_at=row.purge_at,
        ended_at=row.ended_at,
        tax_decision=None if row.tax_decision is None else TaxDecision(row.tax_decision),
        tax_decision_vat_id=row.tax_decision_vat_id,
    )


def period_from(row: Row[Any]) -> PeriodRow:
    """The period of a row of `subscription_periods`."""
    return PeriodRow(
        cause=PeriodCause(row.subscription_id, row.number),
        account_id=row.account_id,
        state=PeriodState(row.state),
        days=Period(row.first_day, row.last_day),
        order_id=row.order_id,
        measure_at=row.measure_at,
        measured=None if row.measured_at is None else _measured(row),
        asked=None if row.proforma_at is None else _asked(row),
        close_at=row.close_at,
        ended_at=row.ended_at,
        available_on=row.available_on,
        resumed_at=row.resumed_at,
        invoice_at=row.invoice_at,
        tax_ask_at=row.tax_ask_at,
        tax_confirmed_at=row.tax_confirmed_at,
        vat_check_id=row.vat_check_id,
        invoice_id=row.invoice_id,
        notice_at=row.notice_at,
        notice_in_time=bool(row.notice_in_time),
    )


def _measured(row: Row[Any]) -> Measured:
    return Measured(
        at=row.measured_at,
        counted=Counted.from_json(row.counted),
        lines=tuple(line_from(line) for line in row.lines),
        currency=row.currency,
        vat_rate=row.vat_rate,
        treatment=TaxTreatment(row.tax_treatment),
        vat_id=row.vat_id,
        business_proof_id=row.business_proof_id,
        party=profile_from(row.party),
        payment_method=PaymentMethod(row.payment_method),
    )


def _asked(row: Row[Any]) -> Asked:
    return Asked(
        payment_request_id=row.payment_request_id,
        proforma_id=row.proforma_id,
        proforma_number=row.proforma_number,
        at=row.proforma_at,
        due_on=row.due_on,
        suspend_at=row.suspend_at,
    )
