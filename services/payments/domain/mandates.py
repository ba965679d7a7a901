"""What a mandate is, and when a payment request is charged by it: at first, and again after each kind of refusal.

A mandate is the customer's authorisation to take the money of later proformas. Source of the days: docs/rules.md,
"Automatic debit"; every date is computed once and stored.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.kit.calendar import add_days, at_hour
from services.payments.domain.payment_requests import ChargeRefusal, Debit, Method

EARLY_AGAIN = timedelta(hours=1)
"""For so long after a charge by an operator's wish no other is made by one: a second press is mostly no second wish."""
Days = Annotated[int, Field(ge=1, le=28)]
Minutes = Annotated[int, Field(ge=1, le=1440)]


class DebitPolicy(BaseModel):
    """The operator's settings for charges by automatic debit. Days are calendar days in Europe/Rome.

    Attributes:
        charge_hour: hours after midnight of the due day from which proformas are charged.
        jitter_minutes: over so many minutes after that hour the charges of a day are spread.
        retry_days: days from each declined charge to the next try; as many tries as there are numbers.
        ask_again_minutes: how long until the provider is asked again after its first, second, … missing answer; the
            last one stays.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    charge_hour: Annotated[int, Field(ge=0, le=20)] = 8
    jitter_minutes: Annotated[int, Field(ge=1, le=180)] = 120
    retry_days: Annotated[tuple[Days, ...], Field(strict=False, max_length=5)] = (3, 4)
    ask_again_minutes: Annotated[tuple[Minutes, ...], Field(strict=False, min_length=1)] = (1, 5, 15, 60, 180)

    def first_charge(self, charge_on: date, request_id: UUID) -> datetime:
        """When a request is charged on its day: always at the same place of the spread, by its id."""
        spread = request_id.int % (self.jitter_minutes * 60)
        return at_hour(charge_on, self.charge_hour) + timedelta(seconds=spread)

    def next_charge(self, debit: Debit, refusal: ChargeRefusal, now: datetime) -> datetime | None:
        """When a refused request is charged again, or asked about; None where the customer pays by the link.

        Declined before its time, by an operator's wish, it is charged when the plan says: none of its tries is spent.

        Args:
            debit: As it stood before this refusal.
            refusal: Why the charge was not done.
            now: By the service's clock.
        """
        match refusal:
            case ChargeRefusal.DECLINED if debit.planned_at is not None:
                return debit.planned_at
            case ChargeRefusal.DECLINED if debit.declined < len(self.retry_days):
                return add_days(now, self.retry_days[debit.declined])
            case ChargeRefusal.NO_ANSWER:
                return now + self.patience(debit.unanswered)
            case _:
                return None

    def patience(self, unanswered: int) -> timedelta:
        """How long until the provider is asked again."""
        return timedelta(minutes=self.ask_again_minutes[min(unanswered, len(self.ask_again_minutes) - 1)])


class MandateEnd(StrEnum):
    """Who ended a mandate."""

    CUSTOMER = "customer"
    OPERATOR = "operator"
    PROVIDER = "provider"
    """It was revoked at the provider, or the provider does not accept it any more."""
    REPLACED = "replaced"
    DISPUTED = "disputed"
    """We did, because a payment was disputed at the provider."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What the provider gave when the customer authorised us: its ids, and nothing of the person.

    Attributes:
        customer_ref: The customer there (`cus_…`).
        method_ref: The payment method there (`pm_…`), one a mandate.
        mandate_ref: The mandate there (`mandate_…`); None where the provider tells none.
    """

    customer_ref: str
    method_ref: str
    mandate_ref: str | None


@dataclass(frozen=True, slots=True)
class Mandate:
    """A mandate as its row tells it.

    Attributes:
        mandate_id: Its id.
        account_id: Whose it is.
        grant: Its ids at the provider.
        set_up_at: When it was given.
        ended_at: When it ended; None while later proformas are charged by it.
        end: Who ended it.
        method_instead: How later periods are paid after its end.
        news: Whether ordering and the customer are still to be told how it stands.
        last_refusal: What became of the last charge by it that was not done.
        last_refused_at: When that was.
    """

    mandate_id: UUID
    account_id: UUID
    grant: Grant
    set_up_at: datetime
    ended_at: datetime | None
    end: MandateEnd | None
    method_instead: Method | None
    news: bool
    last_refusal: ChargeRefusal | None = None
    last_refused_at: datetime | None = None

    @property
    def active(self) -> bool:
        """Whether later proformas are charged by it."""
        return self.ended_at is None


class SetupState(StrEnum):
    """The state of a hosted page on which a mandate is set up without a payment."""

    CREATING = "creating"
    OPEN = "open"
    DONE = "done"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Setup:
    """A hosted page on which a mandate is set up without a payment."""

    setup_id: UUID
    account_id: UUID
    state: SetupState
    success_url: str
    cancel_url: str
    expires_at: datetime
    url: str
