"""Decides how a sale's taxation shows on its document: the treatments, why a line has no VAT, and the stamp duty.

Which treatment a sale has is ordering's decision; here stands what follows from it for a document.
"""

from enum import StrEnum
from typing import assert_never


class TaxTreatment(StrEnum):
    """How a sale is taxed."""

    DOMESTIC = "domestic"
    REVERSE_CHARGE = "reverse_charge"
    OUTSIDE_EU = "outside_eu"
    OUTSIDE_VAT_TERRITORY = "outside_vat_territory"

    @property
    def abroad(self) -> bool:
        """Whether only a customer abroad is taxed so."""
        match self:
            case TaxTreatment.REVERSE_CHARGE | TaxTreatment.OUTSIDE_EU:
                return True
            case TaxTreatment.DOMESTIC | TaxTreatment.OUTSIDE_VAT_TERRITORY:
                return False
            case _:
                assert_never(self)

    @property
    def supplied_abroad(self) -> bool:
        """Whether what a business buys counts as supplied outside the territory of VAT: it may be invoiced unpaid.

        DPR 633/1972, art. 6(6) and 21(4)(c) and (d).
        """
        match self:
            case TaxTreatment.REVERSE_CHARGE | TaxTreatment.OUTSIDE_EU | TaxTreatment.OUTSIDE_VAT_TERRITORY:
                return True
            case TaxTreatment.DOMESTIC:
                return False
            case _:
                assert_never(self)


class Natura(StrEnum):
    """Why a line has no VAT, as FatturaPA's `Natura` (2.2.1.14).

    EXCLUDED: stamp duty that is charged (DPR 633/1972, art. 15). NOT_SUBJECT: the sale itself, made outside the
    territory of VAT (DPR 633/1972, art. 7 to 7-septies).
    """

    EXCLUDED = "N1"
    NOT_SUBJECT = "N2.1"
