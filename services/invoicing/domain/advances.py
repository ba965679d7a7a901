"""Decides what of a part payment's invoice the invoice says that deducts it."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.kit.money import Money


@dataclass(frozen=True, slots=True)
class DeductedAdvance:
    """The invoice of a part payment (`document_id`) as `invoice_id` names it, which deducts `gross` for it."""

    document_id: UUID
    invoice_id: UUID
    number: str
    date: date
    gross: Money
