"""The words ordering uses for who buys, how it is billed and how it is paid; stored in rows as these strings."""

from enum import StrEnum


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
