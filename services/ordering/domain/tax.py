"""How a sale is taxed: decided by where the customer is established, for services sold by an Italian business.

Business customers are taxed where they are established (directive 2006/112/EC art. 44; DPR 633/1972 art. 7-ter);
private customers are sold to in Italy only. Where no Italian VAT is due the lines bear FatturaPA's Natura N2.1.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import assert_never

from services.kit.vat_ids import is_member
from services.ordering.domain.vat_area import Seat, is_outside_vat_area

VAT_RATE = Decimal("22.00")
"""Italian ordinary rate in percent (DPR 633/1972, art. 16)."""
NO_VAT = Decimal("0.00")
NATURE = "N2.1"
"""Not subject under DPR 633/1972 art. 7 to 7-septies."""

_TAXED_AS = {"MC": "FR", "IM": "GB"}
"""Monaco counts as France, the Isle of Man as the United Kingdom (directive 2006/112/EC, art. 7)."""
_SHARED_PREFIXES = {"GB": frozenset({"GB", "XI"})}
"""Northern Ireland's numbers begin with XI; the EU's rules hold there for goods alone (Windsor Framework)."""


class TaxTreatment(StrEnum):
    """How a sale is taxed."""

    DOMESTIC = "domestic"
    REVERSE_CHARGE = "reverse_charge"
    OUTSIDE_EU = "outside_eu"
    OUTSIDE_VAT_TERRITORY = "outside_vat_territory"

    @property
    def rate(self) -> Decimal:
        """VAT rate in percent."""
        match self:
            case TaxTreatment.DOMESTIC:
                return VAT_RATE
            case TaxTreatment.REVERSE_CHARGE | TaxTreatment.OUTSIDE_EU | TaxTreatment.OUTSIDE_VAT_TERRITORY:
                return NO_VAT
            case _:
                assert_never(self)

    @property
    def nature(self) -> str:
        """Why no VAT is charged, as FatturaPA's Natura; empty where it is."""
        match self:
            case TaxTreatment.DOMESTIC:
                return ""
            case TaxTreatment.REVERSE_CHARGE | TaxTreatment.OUTSIDE_EU | TaxTreatment.OUTSIDE_VAT_TERRITORY:
                return NATURE
            case _:
                assert_never(self)

    @property
    def owes_stamp_duty(self) -> bool:
        """Whether a document taxed so owes stamp duty once its amount is reached (DPR 642/1972, tariff, art. 13)."""
        match self:
            case TaxTreatment.DOMESTIC:
                return False
            case TaxTreatment.REVERSE_CHARGE | TaxTreatment.OUTSIDE_EU | TaxTreatment.OUTSIDE_VAT_TERRITORY:
                return True
            case _:
                assert_never(self)


def treatment_of(seat: Seat, day: date) -> TaxTreatment:
    """How a sale on a day to a customer whom Casella serves is taxed; REVERSE_CHARGE and OUTSIDE_EU need their proof.

    Args:
        seat: Where the customer is established.
        day: The day in Rome.
    """
    if seat.country == "IT":
        return TaxTreatment.OUTSIDE_VAT_TERRITORY if is_outside_vat_area(seat) else TaxTreatment.DOMESTIC
    country = _TAXED_AS.get(seat.country, seat.country)
    inside = is_member(country, day) and not is_outside_vat_area(seat)
    return TaxTreatment.REVERSE_CHARGE if inside else TaxTreatment.OUTSIDE_EU


def vat_countries(country: str) -> frozenset[str]:
    """Whose VAT number a business established in a country has, as ISO codes and XI."""
    country = _TAXED_AS.get(country, country)
    return _SHARED_PREFIXES.get(country, frozenset({country}))
