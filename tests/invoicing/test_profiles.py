"""The dry run of a profile: an invoice that would be valid has no finding, and each wrong field is named."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from casella.common.v1 import common_pb2
from casella.invoicing.v1 import invoicing_pb2 as pb
from services.invoicing.room import build
from services.invoicing.service.profiles import InvalidIssuer
from services.invoicing.settings import InvoicingSettings
from services.kit.core import Core
from services.kit.issuer_settings import EXAMPLE_VAT_NUMBER
from services.kit.settings import UnsafeSettings
from tests.fixtures.postgres import RoomDatabase
from tests.invoicing.builders import abroad, association, company, person
from tests.invoicing.clients import Stub
from tests.invoicing.sdi_in_memory import SdiInMemory
from tests.support.company import REAL_ISSUER
from tests.support.room import TestRoom, room_settings

DOMESTIC, REVERSE_CHARGE, OUTSIDE_EU, LIVIGNO = (
    common_pb2.TAX_TREATMENT_DOMESTIC,
    common_pb2.TAX_TREATMENT_REVERSE_CHARGE,
    common_pb2.TAX_TREATMENT_OUTSIDE_EU,
    common_pb2.TAX_TREATMENT_OUTSIDE_VAT_TERRITORY,
)


async def findings(
    ordering: Stub, party: common_pb2.BillingParty, treatment: common_pb2.TaxTreatment = DOMESTIC
) -> list[tuple[str, str]]:
    answer = await ordering.CheckProfile(pb.CheckProfileRequest(party=party, tax_treatment=treatment))
    return [(finding.field, finding.code) for finding in answer.findings]


@pytest.mark.parametrize(
    "party",
    [
        person(),
        person(last_name="Błaszczykowski", pec="anna@pec.example.it"),
        association(),
        company(),
        company(kind=common_pb2.CUSTOMER_KIND_RESELLER),
        company(company_name="", first_name="Giulia", last_name="Conti"),
        company(recipient_code="", pec="officine@pec.example.it"),
        company(recipient_code="", pec="", codice_fiscale="94012340488"),
    ],
)
async def test_a_good_profile_has_no_finding(ordering: Stub, party: common_pb2.BillingParty) -> None:
    assert await findings(ordering, party) == []


@pytest.mark.parametrize(
    ("party", "treatment"),
    [
        (abroad(), REVERSE_CHARGE),
        (abroad(company_name="", first_name="Łucja", last_name="Błaszczykowska"), REVERSE_CHARGE),
        (abroad("GR", "094259216", company_name="Παπαδόπουλος Α.Ε.", address_city="Αθήνα"), REVERSE_CHARGE),
        (abroad("BG", "175074752", company_name="Шуменска ООД", address_street="ул. Съединение 1"), REVERSE_CHARGE),
        (abroad(address_country="MC", vat_country="FR", vat_number="83404833048"), REVERSE_CHARGE),
        (abroad("US", "123456789"), OUTSIDE_EU),
        (abroad("HK", "12", address_postal_code=""), OUTSIDE_EU),
        (abroad(), DOMESTIC),
        (company(address_city="Livigno", address_postal_code="23041", address_province="SO"), LIVIGNO),
        (person(address_city="Campione d'Italia", address_postal_code="22061", address_province="CO"), LIVIGNO),
    ],
)
async def test_a_good_profile_abroad_or_outside_the_territory_of_vat_has_no_finding(
    ordering: Stub, party: common_pb2.BillingParty, treatment: common_pb2.TaxTreatment
) -> None:
    assert await findings(ordering, party, treatment) == []


@pytest.mark.parametrize(
    ("party", "treatment", "expected"),
    [
        (abroad(company_name="東京"), REVERSE_CHARGE, [("company_name", "00200")]),
        (abroad(company_name="Acme 東京"), REVERSE_CHARGE, [("company_name", "00200")]),
        (abroad(address_street="Щ" * 31), REVERSE_CHARGE, [("address.street", "00200")]),  # 31 times Sht are 93 letters
        (abroad(vat_number=""), REVERSE_CHARGE, [("vat_number", "00417")]),
        (abroad(vat_country="IT", vat_number="01234567897"), REVERSE_CHARGE,
         [("vat_country", ""), ("vat_number", "00313")]),
        (abroad(vat_number="1" * 29), OUTSIDE_EU, [("vat_number", "00200")]),
        (company(), REVERSE_CHARGE, [("address.country", "")]),
        (abroad(), LIVIGNO, [("address.country", "")]),
    ],
)  # fmt: skip
async def test_every_wrong_field_of_a_customer_abroad_is_named(
    ordering: Stub,
    party: common_pb2.BillingParty,
    treatment: common_pb2.TaxTreatment,
    expected: list[tuple[str, str]],
) -> None:
    assert await findings(ordering, party, treatment) == expected


async def test_a_name_without_a_spelling_in_latin_letters_is_refused_in_plain_words(ordering: Stub) -> None:
    request = pb.CheckProfileRequest(party=abroad(company_name="東京"), tax_treatment=REVERSE_CHARGE)
    finding = (await ordering.CheckProfile(request)).findings[0]
    assert finding.message_en.endswith("please write it in Latin letters.")
    long = pb.CheckProfileRequest(party=abroad(address_street="Щ" * 31), tax_treatment=REVERSE_CHARGE)
    assert (await ordering.CheckProfile(long)).findings[0].message_en.endswith("please shorten it.")


@pytest.mark.parametrize(
    ("party", "expected"),
    [
        (person(codice_fiscale="RSSNNA80A41D612X"), [("codice_fiscale", "00306")]),
        (person(codice_fiscale=""), [("codice_fiscale", "00417")]),
        (person(first_name=""), [("first_name", "00200")]),
        (person(last_name="ქართული"), [("last_name", "00200")]),
        (person(first_name="📧"), [("first_name", "00200")]),
        (person(pec="non un indirizzo"), [("pec", "00200")]),
        (person(pec="sdi01@pec.fatturapa.it"), [("pec", "00330")]),
        (person(address_postal_code="5012"), [("address.postal_code", "00200")]),
        (person(address_province="Firenze"), [("address.province", "00200")]),
        (person(address_street="x" * 61), [("address.street", "00200")]),
        (association(company_name="x" * 81), [("company_name", "00200")]),
        (company(company_name="€" * 27), [("company_name", "00200")]),  # 27 times EUR are 81 letters
        (company(company_name="", last_name="Conti"), [("first_name", "00200")]),
        (company(company_name=""), [("company_name", "00200")]),
        (company(vat_number="01234567890"), [("vat_number", "00305")]),
        (company(vat_number=""), [("vat_number", "00417")]),
        (company(vat_country="DE"), [("vat_country", "")]),
        (company(vat_number=EXAMPLE_VAT_NUMBER), [("vat_number", "00471")]),
        (company(recipient_code="ABC123"), [("recipient_code", "00427")]),
        (company(recipient_code="abcdefg"), [("recipient_code", "00200")]),
        (
            company(company_name="", vat_number="1", recipient_code="?", address_city="", address_postal_code="x"),
            [
                ("recipient_code", "00200"),
                ("company_name", "00200"),
                ("address.postal_code", "00200"),
                ("address.city", "00200"),
            ],
        ),
    ],
)
async def test_every_wrong_field_is_named(
    ordering: Stub, party: common_pb2.BillingParty, expected: list[tuple[str, str]]
) -> None:
    assert await findings(ordering, party) == expected


async def test_a_finding_speaks_both_languages_and_nothing_is_stored(room: TestRoom, ordering: Stub) -> None:
    answer = await ordering.CheckProfile(
        pb.CheckProfileRequest(party=person(codice_fiscale="RSSNNA80A41D612X"), tax_treatment=DOMESTIC)
    )
    assert answer.findings[0].message_it == "Il codice fiscale non è valido: verificare di averlo copiato bene."
    assert answer.findings[0].message_en.startswith("The codice fiscale is not valid")
    assert await room.rows("documents") == []


async def test_an_issuer_whose_invoices_would_be_invalid_does_not_start(
    room_database: RoomDatabase, tmp_path: Path
) -> None:
    settings = InvoicingSettings(
        **room_settings(room_database("invoicing"), tmp_path), issuer_postal_code="5012", issuer_rea_office="Firenze"
    )
    core = Core.of("invoicing", settings)
    with pytest.raises(InvalidIssuer, match=r"Ufficio \(00200\)|CAP \(00200\)"):
        build(core, settings, SdiInMemory())
    await core.database.close()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "CASELLA_ISSUER_VAT_NUMBER"),
        (REAL_ISSUER, "production needs TLS"),
        (
            {**REAL_ISSUER, "pec_smtp_tls": "implicit", "pec_imap_tls": "implicit"},
            "CASELLA_PEC_PASSWORD_FILE",
        ),
    ],
)
def test_production_refuses_what_is_only_for_one_machine(
    tmp_path: Path, changes: Mapping[str, object], sentence: str
) -> None:
    safe = {
        "mode": "production",
        "smtp_tls": "implicit",
        "public_url": "https://casella.example",
        "tls_certificate_file": tmp_path / "own.pem",
        "tls_key_file": tmp_path / "own.key",
        "tls_authority_file": tmp_path / "authority.pem",
        "caller_secrets_file": None,
        "caller_secret_file": None,
    }
    with pytest.raises(UnsafeSettings, match=sentence):
        InvoicingSettings(**{**room_settings("postgresql://x", tmp_path), **safe, **changes})
