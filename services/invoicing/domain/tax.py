"""Decides how a sale's taxation shows on its document: the treatments, why a line has no VAT, and the stamp duty.

Which treatment a sale has is ordering's decision; here stands what follows from it for a document.
"""

from enum import StrEnum

from services.kit.money import Money

STAMP_DUTY = Money(2_00)
"""On each document (DPR 642/1972, tariff, art. 13), paid electronically (decree of 17 June 2014, art. 6)."""
STAMP_DUTY_ABOVE = Money(77_47)
"""Up to this amount without VAT there is none (DPR 642/1972, tariff, art. 13, note 2)."""


class TaxTreatment(StrEnum):
    """How a sale is taxed."""

    DOMESTIC = "domestic"
    REVERSE_CHARGE = "reverse_charge"
    OUTSIDE_EU = "outside_eu"
    OUTSIDE_VAT_TERRITORY = "outside_vat_territory"

    @property
    def abroad(self) -> bool:
        """Whether only a customer abroad is taxed so."""
        return self in {TaxTreatment.REVERSE_CHARGE, TaxTreatment.OUTSIDE_EU}


class Natura(StrEnum):
    """Why a line has no VAT, as FatturaPA's `Natura` (2.2.1.14).

    EXCLUDED: stamp duty that is charged (DPR 633/1972, art. 15). NOT_SUBJECT: the sale itself, made outside the
    territory of VAT (DPR 633/1972, art. 7 to 7-septies).
    """

    EXCLUDED = "N1"
    NOT_SUBJECT = "N2.1"
