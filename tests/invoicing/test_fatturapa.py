"""The e-invoice of every kind of customer: valid, complete, the same each time, and right in what it says."""

from datetime import date
from decimal import Decimal

import pytest
from lxml import etree

from services.invoicing.domain.documents import Document
from services.invoicing.fatturapa.checking import InvoiceChecker
from services.invoicing.fatturapa.composing import compose_invoice
from services.invoicing.fatturapa.file_names import CAPACITY, file_name, is_file_name, progressive
from services.invoicing.fatturapa.schema import InvoiceSchema, SchemaMissing, installed_schema
from services.invoicing.fatturapa.writing import write_invoice
from tests.invoicing.documents import ISSUER, customer, invoice, private_person
from tests.invoicing.kinds import KINDS, xml_of, xml_to

NAME = "IT07123450483_00001.xml"
TODAY = date(2026, 3, 6)


@pytest.fixture(scope="module")
def checker() -> InvoiceChecker:
    return InvoiceChecker(InvoiceSchema(installed_schema()))


@pytest.mark.parametrize("document", KINDS.values(), ids=list(KINDS))
def test_the_invoice_of_every_kind_passes_schema_and_controls(document: Document, checker: InvoiceChecker) -> None:
    assert checker.check(NAME, xml_of(document), TODAY) == []


def test_equal_rows_make_equal_bytes() -> None:
    assert xml_of(KINDS["many rates and periods"]) == xml_of(KINDS["many rates and periods"])


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (
            "person",
            {"CodiceDestinatario": "0000000", "CodiceFiscale": "RSSNNA80A41D612P", "Nome": "Anna", "IdFiscaleIVA": ""},
        ),
        ("person with PEC", {"CodiceDestinatario": "0000000", "PECDestinatario": "anna@pec.example.it"}),
        (
            "association",
            {"Denominazione": "Associazione Amici della Posta", "CodiceFiscale": "94012340488", "Nome": ""},
        ),
        (
            "company",
            {
                "CodiceDestinatario": "M5UXCR1",
                "IdFiscaleIVA": "IT01234567897",
                "CodiceFiscale": "",
                "PECDestinatario": "",
            },
        ),
        (
            "freelancer with PEC",
            {
                "CodiceDestinatario": "0000000",
                "PECDestinatario": "studio@pec.example.it",
                "IdFiscaleIVA": "IT01234567897",
                "CodiceFiscale": "RSSNNA80A41D612P",
                "Denominazione": 'Studio Lukasz Blaszczykowski - "Posta & C." EUR',
            },
        ),
        ("company without channel", {"CodiceDestinatario": "0000000", "PECDestinatario": ""}),
        ("person by card", {"ModalitaPagamento": "MP08", "CodicePagamento": "pi_3PabcDEFghi"}),
        ("company online, without a reference", {"ModalitaPagamento": "MP08", "CodicePagamento": ""}),
    ],
)
def test_each_customer_is_named_as_the_sdi_wants(kind: str, expected: dict[str, str]) -> None:
    root = etree.fromstring(xml_of(KINDS[kind]))
    assert {name: _said(root, name) for name in expected} == expected


def _said(root: etree._Element, name: str) -> str:
    """The text of an element, of its parts too; "" where it is absent."""
    found = root.find(f".//CessionarioCommittente//{name}" if name in _OF_BUYER else f".//{name}")
    return "" if found is None else "".join(str(text) for text in found.itertext())


_OF_BUYER = {"CodiceFiscale", "IdFiscaleIVA", "Denominazione", "Nome"}


def test_the_issuer_and_the_terms_stand_as_the_law_wants_them() -> None:
    root = etree.fromstring(xml_of(invoice()))
    said = {
        path: root.findtext(f".//{path}")
        for path in (
            "IdTrasmittente/IdCodice", "ProgressivoInvio", "FormatoTrasmissione", "RegimeFiscale",
            "IscrizioneREA/Ufficio", "IscrizioneREA/NumeroREA", "IscrizioneREA/CapitaleSociale",
            "IscrizioneREA/SocioUnico", "IscrizioneREA/StatoLiquidazione", "CedentePrestatore//IdFiscaleIVA/IdCodice",
            "TipoDocumento", "Divisa", "Data", "Numero", "ImportoTotaleDocumento", "AliquotaIVA", "EsigibilitaIVA",
            "ImponibileImporto", "Imposta", "CondizioniPagamento", "ModalitaPagamento", "DataScadenzaPagamento",
            "ImportoPagamento", "CodicePagamento",
        )
    }  # fmt: skip
    assert said == {
        "IdTrasmittente/IdCodice": "07123450483",
        "ProgressivoInvio": "00001",
        "FormatoTrasmissione": "FPR12",
        "RegimeFiscale": "RF01",
        "IscrizioneREA/Ufficio": "FI",
        "IscrizioneREA/NumeroREA": "712345",
        "IscrizioneREA/CapitaleSociale": "10000.00",
        "IscrizioneREA/SocioUnico": "SM",
        "IscrizioneREA/StatoLiquidazione": "LN",
        "CedentePrestatore//IdFiscaleIVA/IdCodice": "07123450483",
        "TipoDocumento": "TD01",
        "Divisa": "EUR",
        "Data": "2026-03-02",
        "Numero": "2026/1",
        "ImportoTotaleDocumento": "12.81",
        "AliquotaIVA": "22.00",
        "EsigibilitaIVA": "I",
        "ImponibileImporto": "10.50",
        "Imposta": "2.31",
        "CondizioniPagamento": "TP02",
        "ModalitaPagamento": "MP05",
        "DataScadenzaPagamento": "2026-03-02",
        "ImportoPagamento": "12.81",
        "CodicePagamento": "RF18539007547034",
    }


_LINE = "<AliquotaIVA>22.00</AliquotaIVA></D"
_SUMMARY = "<AliquotaIVA>22.00</AliquotaIVA><Imp"
_SELLER = "<IdFiscaleIVA><IdPaese>IT</IdPaese><IdCodice>0712345048"
_TRANSMITTER = "<IdTrasmittente><IdPaese>IT</IdPaese><IdCodice>0712345048"


def _natura(rate: str, natura: str) -> str:
    """What a line says at its end instead of 22 %."""
    return f"<AliquotaIVA>{rate}</AliquotaIVA><Natura>{natura}</Natura></D"


def _broken(find: str, put: str, document: Document | None = None) -> bytes:
    content = xml_of(document or invoice())
    assert find.encode() in content
    return content.replace(find.encode(), put.encode(), 1)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (_broken("<Imposta>2.31", "<Imposta>2.33"), "00421"),
        (_broken("<ImponibileImporto>10.50", "<ImponibileImporto>12.00"), "00422"),
        (_broken("<PrezzoTotale>10.50", "<PrezzoTotale>10.52"), "00423"),
        (_broken("<ImportoTotaleDocumento>12.81", "<ImportoTotaleDocumento>12.82"), "CASELLA-TOTAL"),
        (_broken("<AliquotaIVA>22.00", "<AliquotaIVA>0.22"), "00424"),
        (_broken("<AliquotaIVA>22.00", "<AliquotaIVA>0.00"), "00400"),
        (_broken(_LINE, _natura("22.00", "N2.1")), "00401"),
        (_broken(_LINE, _natura("0.00", "N2")), "00445"),
        (_broken(_LINE, "<AliquotaIVA>10.00</AliquotaIVA></D"), "00443"),
        (_broken(_LINE, _natura("0.00", "N1")), "00444"),
        (_broken(_SUMMARY, "<AliquotaIVA>0.00</AliquotaIVA><Imp"), "00429"),
        (_broken(_SUMMARY, _SUMMARY.replace("<Imp", "<Natura>N1</Natura><Imp")), "00430"),
        (_broken("<Data>2026-03-02", "<Data>2026-03-07"), "00403"),
        (_broken("<Numero>2026/1", "<Numero>A"), "00425"),
        (_broken("<Data>2026-03-02", "<Data>2026-03-07", KINDS["credit note, whole"]), "00418"),
        (_broken("<CodiceDestinatario>M5UXCR1", "<CodiceDestinatario>M5UXCR"), "00427"),
        (_broken("<CodiceDestinatario>M5UXCR1", "<CodiceDestinatario>XXXXXXX"), "00313"),
        (_broken('versione="FPR12"', 'versione="FPA12"'), "00428"),
        (_broken("<IdCodice>01234567897", "<IdCodice>01234567898"), "00305"),
        (_broken("<IdCodice>01234567897", "<IdCodice>07123450483"), "00471"),
        (_broken(f"{_SELLER}3", f"{_SELLER}4"), "00301"),
        (_broken("<CodiceFiscale>07123450483", "<CodiceFiscale>07123450484"), "00302"),
        (_broken(f"{_TRANSMITTER}3", f"{_TRANSMITTER}4"), "00300"),
        (_broken("<CodiceFiscale>RSSNNA80A41D612P", "<CodiceFiscale>RSSNNA80A41D612X", KINDS["person"]), "00306"),
        (_broken("<CodiceFiscale>RSSNNA80A41D612P</CodiceFiscale>", "", KINDS["person"]), "00417"),
        (_broken("anna@pec.example.it", "sdi01@pec.fatturapa.it", KINDS["person with PEC"]), "00330"),
        (_broken("<PrezzoTotale>10.50", "<PrezzoTotale>10.5"), "00200"),
        (xml_to(private_person(first_name="")), "00200"),
        (xml_to(customer(company_name="x" * 81)), "00200"),
        (xml_to(customer(pec="", recipient_code="m5uxcr1")), "00200"),
        (b"<?xml version='1.0'?><x/>", "00200"),
        (b"", "00106"),
        (b"<!DOCTYPE x><x/>", "00106"),
        (b" " * (5 * 1024 * 1024 + 1), "00106"),
    ],
)  # fmt: skip
def test_what_the_sdi_would_reject_is_found_by_its_code(content: bytes, code: str, checker: InvoiceChecker) -> None:
    assert code in {finding.code for finding in checker.check(NAME, content, TODAY)}


def test_a_finding_never_repeats_what_the_file_says(checker: InvoiceChecker) -> None:
    findings = checker.check(NAME, xml_to(customer(company_name="Segretissimo" * 10)), TODAY)
    assert findings
    assert "Segretissimo" not in repr(findings)


def test_file_names_count_up_in_the_form_of_the_sdi(checker: InvoiceChecker) -> None:
    assert [progressive(count) for count in (1, 35, 36, CAPACITY - 1)] == ["00001", "0000Z", "00010", "ZZZZZ"]
    assert file_name("07123450483", 37) == "IT07123450483_00011.xml"
    assert is_file_name(file_name("RSSNNA80A41D612P", 1))
    assert not is_file_name("fattura.xml")
    assert [f.code for f in checker.check("fattura.xml", xml_of(invoice()), TODAY)] == ["00001"]
    for count in (0, CAPACITY):
        with pytest.raises(ValueError, match="no file name"):
            progressive(count)


def test_another_version_of_the_schema_is_refused(tmp_path: pytest.TempPathFactory) -> None:
    other = tmp_path / "schema.xsd"  # type: ignore[operator]
    with pytest.raises(SchemaMissing, match="missing"):
        InvoiceSchema(other)
    other.write_bytes(installed_schema().read_bytes() + b"\n")
    with pytest.raises(SchemaMissing, match=r"not the FatturaPA schema 1\.2\.3"):
        InvoiceSchema(other)


def test_an_issuer_without_register_entry_still_makes_a_valid_invoice(checker: InvoiceChecker) -> None:
    from dataclasses import replace  # noqa: PLC0415

    freelancer = replace(ISSUER, rea_number="", capital=None, sole_shareholder=None, phone="1", email="")
    content = write_invoice(compose_invoice(invoice(), freelancer, "00001"))
    assert checker.check(NAME, content, TODAY) == []
    assert b"IscrizioneREA" not in content
    assert Decimal("12.81") == Decimal(etree.fromstring(content).findtext(".//ImportoTotaleDocumento") or "0")


def test_a_freelancer_is_named_by_first_and_last_name_beside_the_vat_number() -> None:
    freelancer = customer(company_name="", first_name="Giulia", last_name="Conti")
    xml = etree.fromstring(xml_of(invoice(customer=freelancer)))
    block = xml.find(".//CessionarioCommittente")
    assert block is not None
    assert block.findtext(".//Anagrafica/Nome") == "Giulia"
    assert block.findtext(".//Anagrafica/Cognome") == "Conti"
    assert block.find(".//Denominazione") is None
    assert block.findtext(".//IdFiscaleIVA/IdCodice") == "01234567897"


def test_a_credit_note_says_its_invoice_why_it_credits_and_how_the_money_goes_back() -> None:
    root = etree.fromstring(xml_of(KINDS["credit note, of a withdrawal"]))
    said = {
        path: root.findtext(f".//{path}")
        for path in (
            "TipoDocumento", "Numero", "Data", "ImportoTotaleDocumento", "Causale", "DatiFattureCollegate/IdDocumento",
            "DatiFattureCollegate/Data", "Descrizione", "Quantita", "PrezzoUnitario", "PrezzoTotale",
            "ImponibileImporto", "Imposta", "EsigibilitaIVA", "ModalitaPagamento", "DataScadenzaPagamento",
            "ImportoPagamento", "CodicePagamento",
        )
    }  # fmt: skip
    assert said == {
        "TipoDocumento": "TD04",
        "Numero": "2026/2",
        "Data": "2026-03-06",
        "ImportoTotaleDocumento": "11.16",
        "Causale": "Nota di variazione ai sensi dell'art. 26, comma 2, D.P.R. 633/1972: recesso dal contratto del "
        "05/03/2026",
        "DatiFattureCollegate/IdDocumento": "2026/1",
        "DatiFattureCollegate/Data": "2026-03-02",
        "Descrizione": "Storno parziale della fattura 2026/1 del 02/03/2026: recesso dal contratto del 05/03/2026; "
        "giorni di servizio che restano dovuti: 4 su 31 (dal 02/03/2026 al 05/03/2026)",
        "Quantita": "1.00",
        "PrezzoUnitario": "9.15",
        "PrezzoTotale": "9.15",
        "ImponibileImporto": "9.15",
        "Imposta": "2.01",
        "EsigibilitaIVA": "I",
        "ModalitaPagamento": "MP08",
        "DataScadenzaPagamento": None,
        "ImportoPagamento": "11.16",
        "CodicePagamento": None,
    }


def test_a_credit_note_without_vat_has_its_invoices_nature_and_its_own_stamp_duty() -> None:
    whole, part = (etree.fromstring(xml_of(KINDS[f"credit note, {kind}"])) for kind in _WITHOUT_VAT)
    for root in (whole, part):
        assert [each.text for each in root.iter("Natura")] == ["N2.1", "N2.1"]
        causes = [each.text or "" for each in root.iter("Causale")]
        assert causes[0] == "inversione contabile"
        assert causes[1].startswith("Nota di credito: errore di fatturazione")
    assert whole.findtext(".//BolloVirtuale") == "SI"
    assert part.find(".//BolloVirtuale") is None


_WITHOUT_VAT = ("reverse charge", "below the stamp duty")
