"""What the provider may set about orders and subscriptions, with the values that hold unless the operator's policy file
says otherwise.

Source of the defaults: docs/rules.md, "Order", "Tax" and "Renewals". A change touches only what is decided after it:
every date that was computed stays stored as it is.
"""

from typing import Annotated, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.ordering.domain.kinds import Billing, PaymentMethod

Days = Annotated[int, Field(ge=1, le=365)]
Minutes = Annotated[int, Field(ge=1, le=1440)]
Label = Annotated[str, StringConstraints(min_length=1, max_length=100)]
ButtonLabels = dict[Literal["it", "en"], Annotated[tuple[Label, ...], Field(strict=False)]]
LAST_ACCRUED_INVOICE_DAY = 15
"""Of the month after the one in which a price has accrued: the law's last day for its invoice.

Source: DPR 633/1972, art. 21(4)(c) and (d).
"""
TermsHash = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]

_BUTTON_LABELS: ButtonLabels = {
    "it": ("Ordine con obbligo di pagare", "Ordina con obbligo di pagare"),
    "en": ("Order with obligation to pay",),
}


class TaxPolicy(BaseModel):
    """The operator's settings for customers whose tax rests on a proof that they are a business.

    Attributes:
        proof_hours: for so long an answer of VIES counts without being asked for again.
        ask_again_minutes: how long until VIES is asked again after its first, second, … failure; the last one stays.
        operator_hours: hours from the order after which an operator decides, if VIES has not answered.
        sales_to_eu_consumers_within_threshold: whether sales to consumers in other countries of the EU are within
            10,000 EUR a year (DPR 633/1972 art. 7-octies): then Italian VAT may be charged where nothing confirms a VAT
            number.
        outside_eu_needs_proof: whether a business outside the EU is invoiced without Italian VAT only once a proof of
            it is kept; without this its word is taken.
        stamp_duty: who bears the stamp duty on documents without VAT: absorbed, the provider; charged, the customer, by
            a line of its own.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    proof_hours: Annotated[int, Field(ge=1, le=168)] = 24
    ask_again_minutes: Annotated[tuple[Minutes, ...], Field(strict=False, min_length=1)] = (1, 5, 15, 30, 60, 180)
    operator_hours: Annotated[int, Field(ge=1, le=168)] = 24
    sales_to_eu_consumers_within_threshold: bool = False
    outside_eu_needs_proof: bool = True
    stamp_duty: Literal["absorbed", "charged"] = "absorbed"

    @model_validator(mode="after")
    def _grows(self) -> "TaxPolicy":
        if list(self.ask_again_minutes) != sorted(self.ask_again_minutes):
            raise ValueError("ask_again_minutes must not shrink")
        return self


class RenewalPolicy(BaseModel):
    """The operator's settings for the periods of subscriptions. Days are calendar days in Europe/Rome.

    Attributes:
        measure_hour: hours after midnight from which periods are measured.
        jitter_minutes: over so many minutes after that hour the measurings of all subscriptions are spread.
        overage: how mailboxes above the prepaid are counted: on each day, or at the month's end for all its days.
        notice_days: days before an annual term's end on which its renewal is measured and the consumer is told; the law
            wants 30 (consumer code art. 65-bis).
        due_days: days after its proforma on which a period is due; an annual one not before the last day of the term
            before, a monthly one not so early that it would be suspended before its first day.
        reminder_days: days after the due day on which an unpaid period is reminded of.
        suspend_days: days after the due day; after the last of them sending is suspended.
        close_days: days after the suspension; after the last of them the subscription closes.
        closing_days: days for which what is there can be read and exported before it is deleted.
        accrued_invoice_day: day of the month on which what has accrued in the month before and is unpaid is invoiced to
            businesses abroad; the law's last is the 15th, and what is left until then is for an operator.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    measure_hour: Annotated[int, Field(ge=0, le=12)] = 0
    jitter_minutes: Annotated[int, Field(ge=1, le=660)] = 120
    overage: Literal["per_day", "month_end"] = "per_day"
    notice_days: Annotated[int, Field(ge=30, le=90)] = 30
    due_days: Annotated[int, Field(ge=1, le=28)] = 10
    reminder_days: Annotated[tuple[Days, ...], Field(strict=False)] = (1, 5)
    suspend_days: Days = 10
    close_days: Days = 30
    closing_days: Annotated[int, Field(ge=30, le=365)] = 30
    accrued_invoice_day: Annotated[int, Field(ge=1, le=LAST_ACCRUED_INVOICE_DAY)] = 13

    @model_validator(mode="after")
    def _is_consistent(self) -> "RenewalPolicy":
        if list(self.reminder_days) != sorted(set(self.reminder_days)):
            raise ValueError("reminder_days must rise")
        if self.reminder_days and self.reminder_days[-1] > self.suspend_days:
            raise ValueError("no reminder may come after the suspension (suspend_days)")
        return self


class ResellerPolicy(BaseModel):
    """What the reseller status takes; the discounts stand in the price list.

    Attributes:
        mailboxes: fewest mailboxes in the panel, inactive ones included.
        other_domains: fewest domains in the panel that are not the customer's own.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    mailboxes: Annotated[int, Field(ge=1, le=1000)] = 10
    other_domains: Annotated[int, Field(ge=1, le=100)] = 1


class OrderingPolicy(BaseModel):
    """The operator's settings for quotes, orders and subscriptions.

    Attributes:
        quote_days: calendar days for which a quote can be ordered.
        monthly_minimum: fewest mailboxes in all under monthly billing.
        annual_minimum: fewest mailboxes in all under annual billing.
        largest_order: most mailboxes in one order, against abuse; mailboxes has a ceiling of its own for accounts.
        quotes_per_day: most quotes that one account makes in any 24 hours.
        orders_per_day: most orders that one account places in any 24 hours, cancelled ones included.
        profiles_per_day: most times that one account saves its billing profile, or tries to, in any 24 hours.
        keeps_per_day: most times that one account takes a cancellation of its subscription back in any 24 hours.
        transfer_expiry_days: calendar days from the proforma to the expiry of an order paid by bank transfer.
        online_expiry_days: the same for an order paid online, with or without automatic debit.
        reminder_days: calendar days from the proforma to each payment reminder.
        hold_days: calendar days past the trial's purge date after which no order is taken or stays open.
        unpaid_account_days: days after its purge for which what is left of a never-paid account is kept.
        button_labels: labels of the order button that bind a customer to pay, by language.
        start_without_request: what becomes of a consumer's order without the express request to start before the right
            of withdrawal ends (consumer code art. 51(8)): refuse, it is not taken; serve, the service starts all the
            same, and nothing is owed for the days until a withdrawal (art. 57(4)(a)).
        terms_hashes: SHA-256 of the terms that a consent may name, lower-case hex; none listed: any is recorded.
        tax: customers whose tax rests on a proof that they are a business.
        renewals: the periods of subscriptions.
        resellers: what the reseller status takes.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    quote_days: Days = 14
    monthly_minimum: Annotated[int, Field(ge=1, le=1000)] = 5
    annual_minimum: Annotated[int, Field(ge=1, le=1000)] = 1
    largest_order: Annotated[int, Field(ge=1, le=1_000_000)] = 1000
    quotes_per_day: Annotated[int, Field(ge=1, le=10_000)] = 100
    orders_per_day: Annotated[int, Field(ge=1, le=1000)] = 10
    profiles_per_day: Annotated[int, Field(ge=1, le=10_000)] = 50
    keeps_per_day: Annotated[int, Field(ge=1, le=1000)] = 3
    transfer_expiry_days: Days = 15
    online_expiry_days: Days = 3
    reminder_days: Annotated[tuple[Days, ...], Field(strict=False)] = (3, 7, 12)
    hold_days: Days = 30
    unpaid_account_days: Annotated[int, Field(ge=1, le=3650)] = 180
    button_labels: ButtonLabels = _BUTTON_LABELS
    start_without_request: Literal["refuse", "serve"] = "refuse"
    terms_hashes: Annotated[tuple[TermsHash, ...], Field(strict=False)] = ()
    tax: TaxPolicy = TaxPolicy()
    renewals: RenewalPolicy = RenewalPolicy()
    resellers: ResellerPolicy = ResellerPolicy()

    @model_validator(mode="after")
    def _is_consistent(self) -> "OrderingPolicy":
        if list(self.reminder_days) != sorted(set(self.reminder_days)):
            raise ValueError("reminder_days must rise")
        if set(self.button_labels) != {"it", "en"} or not all(self.button_labels.values()):
            raise ValueError("button_labels needs at least one label in it and in en")
        return self

    def minimum(self, billing: Billing) -> int:
        """Fewest mailboxes in all under a billing."""
        return self.annual_minimum if billing is Billing.ANNUAL else self.monthly_minimum

    def expiry_days(self, method: PaymentMethod) -> int:
        """Calendar days from the proforma to the expiry."""
        match method:
            case PaymentMethod.BANK_TRANSFER:
                return self.transfer_expiry_days
            case PaymentMethod.ONLINE | PaymentMethod.AUTOMATIC_DEBIT:
                return self.online_expiry_days
            case _:
                assert_never(method)
