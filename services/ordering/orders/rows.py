"""An order as its row tells it, typed."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.kit.calendar import Period
from services.ordering.domain.kinds import PaymentMethod
from services.ordering.domain.quote import Quote, QuoteLine, QuoteTotals, from_content
from services.ordering.domain.states import OrderState
from services.ordering.domain.tax import TaxTreatment
from services.ordering.domain.tax_waiting import TaxDecision
from services.ordering.pricing.store import FrozenQuote
from services.ordering.profiles.store import SavedProfile, profile_from
from services.ordering.tables import orders

COLUMNS = tuple(column for column in orders.c if column.name not in ("is_first", "facts"))
"""What reading an order takes; the facts stay in the table until somebody has to prove something."""


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order: its copies of quote and profile, and every date that was decided so far."""

    order_id: UUID
    account_id: UUID
    state: OrderState
    frozen: FrozenQuote
    party: SavedProfile
    payment_method: PaymentMethod
    language: str
    terms_hash: str
    start_at_once: bool
    placed_at: datetime
    hold_until: datetime
    withdrawal_until: datetime | None
    payment_request_id: UUID | None
    proforma_id: UUID | None
    proforma_number: str | None
    expires_at: datetime | None
    cancel_requested_at: datetime | None
    ended_at: datetime | None
    available_on: date | None
    invoice_id: UUID | None
    unlocked_at: datetime | None
    withdrawn_unserved: bool
    terminated_at: datetime | None
    period: Period | None
    fulfilled_at: datetime | None
    tax_treatment: TaxTreatment | None
    tax_settled_at: datetime | None
    tax_attempts: int
    tax_ask_at: datetime | None
    tax_decide_at: datetime | None
    tax_decision: TaxDecision | None
    tax_confirmed_at: datetime | None
    vat_check_id: UUID | None
    business_proof_id: UUID | None

    @property
    def totals(self) -> QuoteTotals | None:
        """What is to be paid; None while its tax is open."""
        return None if self.tax_treatment is None else self.quote.totals_of(self.tax_treatment)

    @property
    def lines(self) -> tuple[QuoteLine, ...]:
        """What it is for, taxed as it was decided; while its tax is open as the quote has it."""
        return self.quote.lines_of(self.tax_treatment or self.quote.tax.treatment)

    @property
    def quote(self) -> Quote:
        """The quote that it was placed on."""
        return self.frozen.quote


def order_from(row: Row[Any]) -> OrderRow:
    """The order of a row that was read with `COLUMNS`."""
    return OrderRow(
        order_id=row.id,
        account_id=row.account_id,
        state=OrderState(row.state),
        frozen=FrozenQuote(from_content(row.quote), row.quote_hash),
        party=profile_from(row.party),
        payment_method=PaymentMethod(row.payment_method),
        language=row.language,
        terms_hash=row.consent["terms_hash"],
        start_at_once=row.consent["start_at_once"],
        placed_at=row.placed_at,
        hold_until=row.hold_until,
        withdrawal_until=row.withdrawal_until,
        payment_request_id=row.payment_request_id,
        proforma_id=row.proforma_id,
        proforma_number=row.proforma_number,
        expires_at=row.expires_at,
        cancel_requested_at=row.cancel_requested_at,
        ended_at=row.ended_at,
        available_on=row.available_on,
        invoice_id=row.invoice_id,
        unlocked_at=row.unlocked_at,
        withdrawn_unserved=row.withdrawn_unserved,
        terminated_at=row.terminated_at,
        period=None if row.period_start is None else Period(row.period_start, row.period_end),
        fulfilled_at=row.fulfilled_at,
        tax_treatment=None if row.tax_treatment is None else TaxTreatment(row.tax_treatment),
        tax_settled_at=row.tax_settled_at,
        tax_attempts=row.tax_attempts,
        tax_ask_at=row.tax_ask_at,
        tax_decide_at=row.tax_decide_at,
        tax_decision=None if row.tax_decision is None else TaxDecision(row.tax_decision),
        tax_confirmed_at=row.tax_confirmed_at,
        vat_check_id=row.vat_check_id,
        business_proof_id=row.business_proof_id,
    )
