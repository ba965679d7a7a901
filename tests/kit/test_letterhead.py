"""What art. 2250 of the Civil Code wants a company to say of itself stands in its letterhead, and nothing untrue."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.kit.issuer_settings import EXAMPLE_VAT_NUMBER
from services.kit.letterhead import letterhead
from services.kit.settings import RoomSettings, UnsafeSettings
from tests.support.company import COMPANY, REAL_ISSUER
from tests.support.room import room_settings

_TLS = ("tls_key_file", "tls_certificate_file", "tls_authority_file")


def test_seat_register_number_and_paid_up_capital_are_named_in_italian() -> None:
    company, entry = letterhead(COMPANY, "it")
    assert company.split(" · ") == [
        "Posta Fiorentina S.r.l.",
        "sede legale Via dei Servi 12, 50122 Firenze (FI)",
        "Partita IVA IT07123450483",
        "Codice fiscale 07123450483",
    ]
    assert entry.split(" · ") == [
        "Registro delle Imprese di Firenze n. 07123450483",
        "REA FI-712345",
        "Capitale sociale versato 10.000,00\xa0€",
    ]


def test_the_same_in_english() -> None:
    company, entry = letterhead(COMPANY, "en")
    assert company.split(" · ") == [
        "Posta Fiorentina S.r.l.",
        "registered office Via dei Servi 12, 50122 Firenze (FI)",
        "VAT number IT07123450483",
        "Italian tax code 07123450483",
    ]
    assert entry.split(" · ") == [
        "Register of companies (Registro delle Imprese) of Firenze no. 07123450483",
        "REA FI-712345",
        "Paid-up share capital €10,000.00",
    ]


@pytest.mark.parametrize(
    ("language", "sole", "liquidation"),
    [
        ("it", "Società con socio unico", "Società in liquidazione"),
        ("en", "Company with a sole shareholder", "Company in liquidation"),
    ],
)
def test_a_sole_shareholder_and_a_liquidation_are_named_where_there_are_such(
    language: str, sole: str, liquidation: str
) -> None:
    usual = " ".join(letterhead(COMPANY, language))
    assert sole not in usual
    assert liquidation not in usual
    assert sole in letterhead(replace(COMPANY, sole_shareholder=True), language)[1].split(" · ")
    assert liquidation in letterhead(replace(COMPANY, in_liquidation=True), language)[1].split(" · ")


def test_an_issuer_outside_the_register_names_none() -> None:
    freelancer = replace(COMPANY, name="Anna Rossi", rea_number="", capital=None, sole_shareholder=None)
    assert len(letterhead(freelancer, "it")) == 1
    assert "Registro" not in letterhead(freelancer, "it")[0]


def test_what_the_legal_form_does_not_have_is_set_to_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASELLA_ISSUER_CAPITAL", "")
    monkeypatch.setenv("CASELLA_ISSUER_SOLE_SHAREHOLDER", "")
    company = RoomSettings(**room_settings("postgresql://x", tmp_path)).company
    assert (company.capital, company.sole_shareholder) == (None, None)


@pytest.mark.parametrize("left", list(REAL_ISSUER))
def test_production_writes_to_nobody_under_a_number_of_the_example(tmp_path: Path, left: str) -> None:
    safe: dict[str, Any] = {
        **room_settings("postgresql://x", tmp_path),
        "mode": "production",
        "smtp_tls": "implicit",
        "public_url": "https://casella.example",
        **dict.fromkeys(_TLS, tmp_path / "file"),
        **REAL_ISSUER,
    }
    assert RoomSettings(**safe).company.vat_number != EXAMPLE_VAT_NUMBER
    del safe[left]
    with pytest.raises(UnsafeSettings, match=f"CASELLA_{left.upper()} is the example's"):
        RoomSettings(**safe)
