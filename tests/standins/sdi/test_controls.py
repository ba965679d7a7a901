"""Which files the SdI stand-in refuses, and with which official code."""

from datetime import date
from pathlib import Path

import pytest

from deploy.local.sdi.controls import Read, read_file
from deploy.local.sdi.schema import Schema, find_schema
from deploy.local.standin import Refused
from tests.standins.sdi.invoice import TO_CODE, TO_PEC, invoice

TODAY = date(2026, 11, 24)
NAME = "IT01234567897_00001.xml"
SAMPLES = Path(__file__).parents[4] / "shared" / "fatturapa" / "samples"
# The samples' people and companies do not exist, and their numbers have wrong check digits.
INVENTED = {"00300", "00301", "00302", "00305", "00306"}

schema = Schema(find_schema(None))


def read(content: bytes, name: str = NAME) -> Read:
    return read_file(name, content, schema, TODAY)


def codes(content: bytes, name: str = NAME) -> set[str]:
    return {finding.code for finding in read(content, name).findings}


def test_a_right_invoice_has_no_findings_and_says_whom_it_is_for() -> None:
    found = read(invoice(TO_PEC))
    assert found.findings == ()
    assert (found.recipient, found.pec) == ("0000000", "rossi@pec.example")
    assert [each.key for each in found.invoices] == ["IT01234567897|2026|2026/17|debit"]
    assert read(invoice(TO_CODE)).recipient == "ABC1234"


@pytest.mark.parametrize(
    "name",
    ["fattura.xml", "IT01234567897_000001.xml", "IT01234567897_00-01.xml", "IT01234567897_00001.xml.p7m", "X_1.xml"],
)
def test_a_wrong_file_name_is_00001(name: str) -> None:
    assert codes(invoice(), name) == {"00001"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "00106"),
        (b"<FatturaElettronica", "00200"),
        (b"<x/>", "00200"),
        (invoice(("<RegimeFiscale>RF01</RegimeFiscale>", "")), "00200"),
        (invoice(("Casella 8 GB", "Casella 8 GB a 10 €")), "00200"),
        (invoice(('<?xml version="1.0" encoding="UTF-8"?>', "<!DOCTYPE p [<!ENTITY a 'b'>]>")), "00200"),
        (invoice(('<?xml version="1.0" encoding="UTF-8"?>', "<!doctype p>")), "00200"),
        (invoice()[:-1] + b" " * (5 * 1024 * 1024), "00003"),
    ],
)
def test_a_file_that_is_no_invoice_is_refused_by_its_form(content: bytes, code: str) -> None:
    assert codes(content) == {code}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (
            "<IdCodice>01234567897</IdCodice></IdTrasmittente>",
            "<IdCodice>01234567890</IdCodice></IdTrasmittente>",
            "00300",
        ),
        ("<IdCodice>01234567897</IdCodice></IdFiscaleIVA>", "<IdCodice>01234567890</IdCodice></IdFiscaleIVA>", "00301"),
        ("RSSMRA80A01H501U", "RSSMRA80A01H501X", "00306"),
        ("<CodiceFiscale>RSSMRA80A01H501U</CodiceFiscale>", "", "00417"),
        ("<CodiceDestinatario>0000000<", "<CodiceDestinatario>XXXXXXX<", "00313"),
        ("<CodiceDestinatario>0000000<", "<CodiceDestinatario>123456<", "00427"),
        ("<Data>2026-11-20<", "<Data>2026-11-25<", "00403"),
        ("<Numero>2026/17<", "<Numero>diciassette<", "00425"),
        ("<Imposta>8.80<", "<Imposta>8.82<", "00421"),
        ("<PrezzoTotale>10.00<", "<PrezzoTotale>10.02<", "00423"),
        ("<PrezzoUnitario>10.00<", "<PrezzoUnitario>10.01<", "00423"),
    ],
)
def test_each_control_has_its_official_code(old: str, new: str, code: str) -> None:
    assert codes(invoice((old, new))) == {code}


def test_an_amount_one_cent_off_is_within_the_tolerance() -> None:
    assert codes(invoice(("<Imposta>8.80<", "<Imposta>8.81<"))) == set()
    assert codes(invoice(("<PrezzoTotale>10.00<", "<PrezzoTotale>10.01<"))) == set()


def test_the_taxable_sum_may_be_off_by_one_euro_and_no_more() -> None:
    one = invoice(("<ImponibileImporto>40.00<", "<ImponibileImporto>41.00<"), ("<Imposta>8.80<", "<Imposta>9.02<"))
    more = invoice(("<ImponibileImporto>40.00<", "<ImponibileImporto>41.01<"), ("<Imposta>8.80<", "<Imposta>9.02<"))
    assert codes(one) == set()
    assert codes(more) == {"00422"}


def test_all_findings_are_told_at_once() -> None:
    spoiled = invoice(("<Imposta>8.80<", "<Imposta>8.90<"), ("RSSMRA80A01H501U", "RSSMRA80A01H501X"))
    assert codes(spoiled) == {"00421", "00306"}


def test_a_rate_of_zero_needs_its_nature() -> None:
    bare = invoice(("<AliquotaIVA>22.00<", "<AliquotaIVA>0.00<"))
    assert codes(bare) == {"00400", "00419", "00422", "00443"}
    generic = "<AliquotaIVA>0.00</AliquotaIVA><Natura>N2</Natura>"
    assert "00445" in codes(invoice(("<AliquotaIVA>22.00</AliquotaIVA>", generic)))


def test_a_missing_schema_is_said_with_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="CASELLA_FATTURAPA_XSD"):
        find_schema(tmp_path / "missing.xsd")


@pytest.mark.skipif(not SAMPLES.exists(), reason="the official samples are not part of this repository")
class TestOfficialSamples:
    def test_valid_samples_of_the_private_sector_pass(self) -> None:
        checked = [
            path for path in sorted((SAMPLES / "valid").glob("*.xml")) if b'versione="FPR12"' in path.read_bytes()
        ]
        assert len(checked) >= 5
        for path in checked:
            assert codes(path.read_bytes()) <= INVENTED, path.name

    def test_rejected_samples_get_the_code_in_their_name(self) -> None:
        for path in sorted((SAMPLES / "sdi-rejected").glob("*.xml")):
            if b'versione="FPR12"' in path.read_bytes():
                assert path.stem.rpartition("__")[2] in codes(path.read_bytes()), path.name

    def test_hostile_and_invalid_samples_are_refused_by_their_form(self) -> None:
        for path in [*SAMPLES.glob("malicious/*.xml"), *SAMPLES.glob("xsd-invalid/*.xml")]:
            assert codes(path.read_bytes()) == {"00200"}, path.name
