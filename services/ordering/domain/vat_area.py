"""Which places of member states are outside the EU's VAT area: where their towns are few, town and code must agree.

Were one of the two enough, a typing error would decide whether VAT is charged. The Canary Islands and France overseas
have too many towns to know: there the postal code decides, and VIES or an operator knows the business.

Source: directive 2006/112/EC, art. 6; DPR 633/1972, art. 7(1)(a); the postal codes of the states' post offices.
"""

import unicodedata
from dataclasses import dataclass
from typing import Final

_LONGEST_TOWN: Final = 80
"""Characters that are looked at: more than a profile's town may have; a request may bring a quarter million."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a customer is established; all codes in capitals, the country ISO 3166-1 alpha-2."""

    country: str
    postal_code: str
    city: str


@dataclass(frozen=True, slots=True)
class _Place:
    """A place outside the VAT area.

    Attributes:
        codes: how its postal codes begin.
        towns: its towns as their customers may write them, the usual name first; empty where they are too many.
        one_code: whether `codes` is a whole code, and the first town has no other.
        province: in which its towns lie, where addresses name one.
    """

    country: str
    codes: str
    towns: tuple[str, ...] = ()
    one_code: bool = False
    province: str = ""

    def has_town(self, city: str) -> bool:
        """Whether a town is one of its; more words may follow the name, as in ``Büsingen am Hochrhein``."""
        if not self.towns:
            return True
        written = f"{_plain(city[:_LONGEST_TOWN])} "
        return any(written.startswith(f"{_plain(town)} ") for town in self.towns)


_PLACES = (
    _Place("IT", "23041", ("Livigno",), one_code=True, province="SO"),
    _Place("IT", "22061", ("Campione d'Italia",), one_code=True, province="CO"),
    _Place("DE", "27498", ("Helgoland", "Heligoland"), one_code=True),
    _Place("DE", "78266", ("Büsingen", "Buesingen"), one_code=True),
    _Place("ES", "35"),  # Canary Islands: Las Palmas
    _Place("ES", "38"),  # Canary Islands: Santa Cruz de Tenerife
    _Place("ES", "51", ("Ceuta",)),
    _Place("ES", "52", ("Melilla",)),
    _Place(
        "FI",
        "22",
        (
            "Mariehamn", "Maarianhamina", "Brändö", "Eckerö", "Storby", "Finström", "Godby", "Föglö", "Degerby", "Geta",
            "Hammarland", "Jomala", "Gottby", "Kumlinge", "Enklinge", "Lappo", "Torsholma", "Kökar", "Lemland",
            "Lumparland", "Långnäs", "Saltvik", "Ödkarby", "Sottunga", "Sund", "Kastelholm", "Vårdö",
        ),
    ),  # Åland: its municipalities and post towns
    _Place("FR", "97"),  # overseas departments and territories
    _Place("FR", "986"),
    _Place("FR", "987"),
    _Place("FR", "988"),
    _Place("GR", "63086", (
        "Karyes", "Karyai", "Καρυές", "Καρυαί", "Dafni", "Δάφνη", "Agio Oros", "Agion Oros", "Άγιο Όρος", "Άγιον Όρος",
        "Mount Athos", "Athos",
    )),
)  # fmt: skip


def is_outside_vat_area(seat: Seat) -> bool:
    """Whether a seat in a member state is in a place outside the VAT area: by code, and by town where these are few."""
    place = _place_of_the_code(seat)
    return place is not None and place.has_town(seat.city)


def town_s_postal_code(seat: Seat) -> str:
    """The postal code that belongs to a town outside the VAT area which has one only; empty where the two agree."""
    for place in _PLACES:
        if place.country == seat.country and place.one_code and place.has_town(seat.city):
            return "" if _code(seat) == place.codes else place.codes
    return ""


def town_s_province(seat: Seat) -> str:
    """The province in which a town outside the VAT area lies, where its country's addresses name one; else empty."""
    return next((each.province for each in _PLACES if each.country == seat.country and each.has_town(seat.city)), "")


def town_of_the_postal_code(seat: Seat) -> str:
    """A town outside the VAT area whose postal code this is, where the seat's town is another one; else empty."""
    place = _place_of_the_code(seat)
    return place.towns[0] if place is not None and not place.has_town(seat.city) else ""


def _place_of_the_code(seat: Seat) -> _Place | None:
    return next((each for each in _PLACES if each.country == seat.country and _code(seat).startswith(each.codes)), None)


def _code(seat: Seat) -> str:
    return seat.postal_code.removeprefix(f"{seat.country}-").replace(" ", "")


def _plain(town: str) -> str:
    """In capitals without accents, the punctuation as spaces."""
    apart = unicodedata.normalize("NFKD", town.upper())
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return " ".join("".join(letter if letter.isalnum() else " " for letter in bare).split())
