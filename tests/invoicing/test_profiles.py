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
from tests.invoicing.builders import association, company, person
from tests.invoicing.clients import Stub
from tests.invoicing.sdi_in_memory import SdiInMemory
from tests.support.company import REAL_ISSUER
from tests.support.room import TestRoom, room_settings


async def findings(ordering: Stub, party: common_pb2.BillingParty) -> list[tuple[str, str]]:
    answer = await ordering.CheckProfile(pb.CheckProfileRequest(party=party))
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
    ("party", "expected"),
    [
        (person(codice_fiscale="RSSNNA80A41D612X"), [("codice_fiscale", "00306")]),
        (person(codice_fiscale=""), [("codice_fiscale", "00417")]),
        (person(first_name=""), [("first_name", "00200")]),
        (person(last_name="Παπαδόπουλος"), [("last_name", "00200")]),
        (person(first_name="📧"), [("first_name", "00200")]),
        (person(pec="non un indirizzo"), [("pec", "00200")]),
        (person(pec="sdi01@pec.fatturapa.it"), [("pec", "00330")]),
        (person(address_postal_code="5012"), [("address.postal_code", "00200")]),
        (person(address_province="Firenze"), [("address.province", "00200")]),
        (person(address_country="DE"), [("address.country", "")]),
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
    answer = await ordering.CheckProfile(pb.CheckProfileRequest(party=person(codice_fiscale="RSSNNA80A41D612X")))
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
