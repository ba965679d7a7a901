"""How a sale is taxed: one row for each country of the rule, and for each part of a country that is taxed otherwise."""

from datetime import date

import pytest

from services.kit.countries import COUNTRIES
from services.kit.vat_ids import MEMBERS
from services.ordering.domain.tax import TaxTreatment, treatment_of, vat_countries
from services.ordering.domain.vat_area import Seat

TODAY = date(2026, 3, 2)
DOMESTIC, REVERSE_CHARGE = TaxTreatment.DOMESTIC, TaxTreatment.REVERSE_CHARGE
OUTSIDE_EU, OUTSIDE_VAT = TaxTreatment.OUTSIDE_EU, TaxTreatment.OUTSIDE_VAT_TERRITORY


@pytest.mark.parametrize("country", sorted(COUNTRIES))
def test_each_country_has_its_treatment(country: str) -> None:
    expected = DOMESTIC if country == "IT" else REVERSE_CHARGE if country in {*MEMBERS, "MC"} else OUTSIDE_EU
    assert treatment_of(Seat(country, "10115", "Town"), TODAY) is expected


@pytest.mark.parametrize(
    ("country", "postal_code", "city", "expected"),
    [
        ("IT", "23041", "Livigno", OUTSIDE_VAT),
        ("IT", "22061", "Campione d’Italia", OUTSIDE_VAT),
        ("IT", "22061", "CAMPIONE D'ITALIA", OUTSIDE_VAT),
        ("IT", "23041", "Sondrio", DOMESTIC),
        ("IT", "23100", "Livigno", DOMESTIC),
        ("DE", "27498", "Helgoland", OUTSIDE_EU),
        ("DE", "78266", "Büsingen am Hochrhein", OUTSIDE_EU),
        ("DE", "27498", "Berlin", REVERSE_CHARGE),
        ("DE", "78266", "BUESINGEN", OUTSIDE_EU),
        ("DE", "78266", "Singen", REVERSE_CHARGE),
        ("DE", "78262", "Gailingen", REVERSE_CHARGE),
        ("ES", "35001", "Las Palmas", OUTSIDE_EU),
        ("ES", "38001", "Santa Cruz de Tenerife", OUTSIDE_EU),
        ("ES", "51001", "Ceuta", OUTSIDE_EU),
        ("ES", "52001", "Melilla", OUTSIDE_EU),
        ("ES", "51001", "Cádiz", REVERSE_CHARGE),
        ("ES", "52001", "Málaga", REVERSE_CHARGE),
        ("ES", "28001", "Madrid", REVERSE_CHARGE),
        ("FI", "22100", "Mariehamn", OUTSIDE_EU),
        ("FI", "22240", "HAMMARLAND", OUTSIDE_EU),
        ("FI", "22100", "Helsinki", REVERSE_CHARGE),
        ("FI", "00100", "Helsinki", REVERSE_CHARGE),
        ("FR", "97400", "Saint-Denis", OUTSIDE_EU),
        ("FR", "20000", "Ajaccio", REVERSE_CHARGE),
        ("GR", "630 86", "Karyes", OUTSIDE_EU),
        ("GR", "63086", "Άγιο Όρος", OUTSIDE_EU),
        ("GR", "63086", "Αθήνα", REVERSE_CHARGE),
        ("GR", "105 57", "Athens", REVERSE_CHARGE),
        ("MC", "98000", "Monaco", REVERSE_CHARGE),
        ("GB", "BT1 5GS", "Belfast", OUTSIDE_EU),
        ("IM", "IM1 1AA", "Douglas", OUTSIDE_EU),
        ("SM", "47890", "San Marino", OUTSIDE_EU),
        ("CH", "8001", "Zürich", OUTSIDE_EU),
    ],
)
def test_parts_of_countries_are_taxed_as_the_law_says(
    country: str, postal_code: str, city: str, expected: TaxTreatment
) -> None:
    assert treatment_of(Seat(country, postal_code, city), TODAY) is expected


def test_a_country_is_in_the_eu_from_its_day_on() -> None:
    seat = Seat("HR", "10000", "Zagreb")
    assert treatment_of(seat, date(2013, 6, 30)) is OUTSIDE_EU
    assert treatment_of(seat, date(2013, 7, 1)) is REVERSE_CHARGE


def test_a_domestic_sale_bears_22_percent_of_vat_and_no_other_sale_any() -> None:
    assert {treatment: str(treatment.rate) for treatment in TaxTreatment} == {
        DOMESTIC: "22.00",
        REVERSE_CHARGE: "0.00",
        OUTSIDE_EU: "0.00",
        OUTSIDE_VAT: "0.00",
    }


@pytest.mark.parametrize(
    ("country", "expected"),
    [("DE", {"DE"}), ("GR", {"GR"}), ("MC", {"FR"}), ("GB", {"GB", "XI"}), ("IM", {"GB", "XI"}), ("CH", {"CH"})],
)
def test_whose_vat_number_a_business_has(country: str, expected: set[str]) -> None:
    assert vat_countries(country) == expected
