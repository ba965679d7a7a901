"""What the provider may set about orders, with the values that hold unless the operator's policy file says otherwise.

Source of the defaults: docs/rules.md, "Order". A change touches only what is decided after it: every date that was
computed stays stored as it is.
"""

from typing import Annotated, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.ordering.domain.kinds import Billing, PaymentMethod

Days = Annotated[int, Field(ge=1, le=365)]
Label = Annotated[str, StringConstraints(min_length=1, max_length=100)]
ButtonLabels = dict[Literal["it", "en"], Annotated[tuple[Label, ...], Field(strict=False)]]
TermsHash = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]

_BUTTON_LABELS: ButtonLabels = {
    "it": ("Ordine con obbligo di pagare", "Ordina con obbligo di pagare"),
    "en": ("Order with obligation to pay",),
}


class OrderingPolicy(BaseModel):
    """The operator's settings for quotes and orders.

    Attributes:
        quote_days: calendar days for which a quote can be ordered.
        monthly_minimum: fewest mailboxes in all under monthly billing.
        annual_minimum: fewest mailboxes in all under annual billing.
        largest_order: most mailboxes in one order, against abuse; mailboxes has a ceiling of its own for accounts.
        quotes_per_day: most quotes that one account makes in any 24 hours.
        orders_per_day: most orders that one account places in any 24 hours, cancelled ones included.
        transfer_expiry_days: calendar days from the proforma to the expiry of an order paid by bank transfer.
        online_expiry_days: the same for an order paid online.
        reminder_days: calendar days from the proforma to each payment reminder.
        hold_days: calendar days past the trial's purge date after which no order is taken or stays open.
        unpaid_account_days: days after its purge for which what is left of a never-paid account is kept.
        button_labels: labels of the order button that bind a customer to pay, by language.
        terms_hashes: SHA-256 of the terms that a consent may name, lower-case hex; none listed: any is recorded.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    quote_days: Days = 14
    monthly_minimum: Annotated[int, Field(ge=1, le=1000)] = 5
    annual_minimum: Annotated[int, Field(ge=1, le=1000)] = 1
    largest_order: Annotated[int, Field(ge=1, le=1_000_000)] = 1000
    quotes_per_day: Annotated[int, Field(ge=1, le=10_000)] = 100
    orders_per_day: Annotated[int, Field(ge=1, le=1000)] = 10
    transfer_expiry_days: Days = 15
    online_expiry_days: Days = 3
    reminder_days: Annotated[tuple[Days, ...], Field(strict=False)] = (3, 7, 12)
    hold_days: Days = 30
    unpaid_account_days: Annotated[int, Field(ge=1, le=3650)] = 180
    button_labels: ButtonLabels = _BUTTON_LABELS
    terms_hashes: Annotated[tuple[TermsHash, ...], Field(strict=False)] = ()

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
            case PaymentMethod.ONLINE:
                return self.online_expiry_days
            case _:
                assert_never(method)
