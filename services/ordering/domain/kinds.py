"""The words ordering uses for who buys, how it is billed and how it is paid; stored in rows as these strings."""

from enum import StrEnum
from typing import assert_never


class CustomerKind(StrEnum):
    """Who buys."""

    PRIVATE = "private"
    COMPANY = "company"
    RESELLER = "reseller"


class Billing(StrEnum):
    """How the service is billed."""

    MONTHLY = "monthly"
    ANNUAL = "annual"

    @property
    def months(self) -> int:
        """Months that one period of this billing covers."""
        return 12 if self is Billing.ANNUAL else 1


class PaymentMethod(StrEnum):
    """How the customer pays."""

    BANK_TRANSFER = "bank_transfer"
    ONLINE = "online"
    AUTOMATIC_DEBIT = "automatic_debit"
    """PayPal or card as well for what is not debited; the first payment, by PayPal, sets it up."""

    @property
    def by_transfer(self) -> bool:
        """Whether the customer is told an account and a reference; otherwise a link leads to a page of the provider."""
        match self:
            case PaymentMethod.BANK_TRANSFER:
                return True
            case PaymentMethod.ONLINE | PaymentMethod.AUTOMATIC_DEBIT:
                return False
            case _:
                assert_never(self)
