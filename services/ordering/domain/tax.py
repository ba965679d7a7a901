"""How a sale is taxed: decided by where the customer is established, for services sold by an Italian business.

Business customers are taxed where they are established (directive 2006/112/EC art. 44; DPR 633/1972 art. 7-ter);
private customers are sold to in Italy only. Where no Italian VAT is due the lines bear FatturaPA's Natura N2.1.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from services.kit.vat_ids import is_member

VAT_RATE = Decimal("22.00")
"""Italian ordinary rate in percent (DPR 633/1972, art. 16)."""
NO_VAT = Decimal("0.00")
NATURE = "N2.1"
"""Not subject under DPR 633/1972 art. 7 to 7-septies."""

LIVIGNO_AND_CAMPIONE = {"LIVIGNO": "23041", "CAMPIONE D'ITALIA": "22061"}
"""Towns of Italy outside the territory of VAT with their postal codes (DPR 633/1972, art. 7(1)(a))."""

_TAXED_AS = {"MC": "FR", "IM": "GB"}
"""Monaco counts as France, the Isle of Man as the United Kingdom (directive 2006/112/EC, art. 7)."""
_SHARED_PREFIXES = {"GB": frozenset({"GB", "XI"})}
"""Northern Ireland's numbers begin with XI; the EU's rules hold there for goods alone (Windsor Framework)."""
_OUTSIDE_VAT_AREA = {
    "DE": ("27498", "78266"),  # Heligoland, Büsingen
    "ES": ("35", "38", "51", "52"),  # Canary Islands, Ceuta, Melilla
    "FI": ("22",),  # Åland
    "FR": ("97", "986", "987", "988"),  # overseas departments and territories
    "GR": ("63086",),  # Mount Athos
}
"""Parts of member states outside the EU's VAT area, by how their postal codes begin (directive 2006/112/EC, art. 6)."""


class TaxTreatment(StrEnum):
    """How a sale is taxed."""

    DOMESTIC = "domestic"
    REVERSE_CHARGE = "reverse_charge"
    OUTSIDE_EU = "outside_eu"
    OUTSIDE_VAT_TERRITORY = "outside_vat_territory"

    @property
    def rate(self) -> Decimal:
        """VAT rate in percent."""
        return VAT_RATE if self is TaxTreatment.DOMESTIC else NO_VAT

    @property
    def nature(self) -> str:
        """Why no VAT is charged, as FatturaPA's Natura; empty where it is."""
        return "" if self is TaxTreatment.DOMESTIC else NATURE


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a customer is established; all codes in capitals, the country ISO 3166-1 alpha-2."""

    country: str
    postal_code: str
    city: str


def treatment_of(seat: Seat, day: date) -> TaxTreatment:
    """How a sale on a day to a customer whom Casella serves is taxed; REVERSE_CHARGE and OUTSIDE_EU need their proof.

    Args:
        seat: Where the customer is established.
        day: The day in Rome.
    """
    if seat.country == "IT":
        return TaxTreatment.OUTSIDE_VAT_TERRITORY if _is_livigno_or_campione(seat) else TaxTreatment.DOMESTIC
    country = _TAXED_AS.get(seat.country, seat.country)
    outside = seat.postal_code.replace(" ", "").startswith(_OUTSIDE_VAT_AREA.get(seat.country, ()))
    return TaxTreatment.REVERSE_CHARGE if is_member(country, day) and not outside else TaxTreatment.OUTSIDE_EU


def vat_countries(country: str) -> frozenset[str]:
    """Whose VAT number a business established in a country has, as ISO codes and XI."""
    country = _TAXED_AS.get(country, country)
    return _SHARED_PREFIXES.get(country, frozenset({country}))


def town_s_postal_code(seat: Seat) -> str:
    """The postal code that belongs to a town outside the territory of VAT; empty where the two agree.

    Were one of the two enough, a typing error would decide whether VAT is charged.
    """
    town = _town(seat)
    if town in LIVIGNO_AND_CAMPIONE:
        wanted = LIVIGNO_AND_CAMPIONE[town]
        return "" if seat.postal_code == wanted else wanted
    return ""


def is_postal_code_of_another_town(seat: Seat) -> bool:
    """Whether the postal code is Livigno's or Campione's and the town is another one."""
    return seat.postal_code in LIVIGNO_AND_CAMPIONE.values() and _town(seat) not in LIVIGNO_AND_CAMPIONE


def _is_livigno_or_campione(seat: Seat) -> bool:
    return LIVIGNO_AND_CAMPIONE.get(_town(seat)) == seat.postal_code


def _town(seat: Seat) -> str:
    return seat.city.upper().replace("\u2019", "'")
