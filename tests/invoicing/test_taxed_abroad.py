"""Documents of sales without Italian VAT: what the e-invoice says for each treatment, and that the rows keep it."""

from dataclasses import replace

import pytest
from lxml import etree
from sqlalchemy.exc import IntegrityError

from casella.common.v1 import common_pb2
from casella.invoicing.v1 import invoicing_pb2 as pb
from services.invoicing.domain.documents import Document, stamp_duty
from services.invoicing.domain.sums import totals, vat_shares
from services.invoicing.domain.tax import Natura, TaxTreatment
from services.kit.errors import Refused
from services.kit.ids import new_id
from services.kit.money import Money
from tests.invoicing.builders import (
    abroad,
    changed,
    company,
    credit_request,
    invoice_request,
    line,
    proforma_request,
    untaxed,
)
from tests.invoicing.builders import totals as sum_of
from tests.invoicing.clients import Stub
from tests.invoicing.documents import invoice
from tests.invoicing.documents import line as domain_line
from tests.invoicing.kinds import KINDS, xml_of
from tests.invoicing.sdi_in_memory import SdiInMemory
from tests.invoicing.test_corrected_copies import rejected
from tests.support.room import TestRoom


def _texts(document: Document) -> dict[str, list[str]]:
    """Every element's texts by its name, in the order of the file."""
    found: dict[str, list[str]] = {}
    for element in etree.fromstring(xml_of(document)).iter():
        if element.text:
            found.setdefault(str(element.tag), []).append(element.text)
    return found


def _buyer(document: Document) -> dict[str, str]:
    block = etree.fromstring(xml_of(document)).find(".//CessionarioCommittente")
    assert block is not None
    return {str(element.tag): element.text for element in block.iter() if element.text}


def test_a_business_in_the_eu_owes_the_vat_itself_and_the_e_invoice_says_so_in_every_place() -> None:
    said = _texts(KINDS["reverse charge"])
    assert said["Natura"] == ["N2.1", "N2.1"]
    assert said["AliquotaIVA"] == ["0.00", "0.00"]
    assert said["Imposta"] == ["0.00"]
    assert "EsigibilitaIVA" not in said
    assert said["Causale"] == ["inversione contabile"]
    assert said["TipoDato"] == ["INVCONT"]
    assert said["RiferimentoNormativo"] == [
        "Non soggetta art. 7-ter DPR 633/1972, inversione contabile art. 196 dir. 2006/112/CE"
    ]
    assert said["CodiceDestinatario"] == ["XXXXXXX"]
    assert said["ImportoTotaleDocumento"] == said["ImportoPagamento"] == ["105.00"]


@pytest.mark.parametrize(
    ("kind", "reference", "recipient"),
    [
        ("outside the EU", "Operazione non soggetta art. 7-ter DPR 633/1972", "XXXXXXX"),
        ("Northern Ireland", "Operazione non soggetta art. 7-ter DPR 633/1972", "XXXXXXX"),
        ("Livigno", "Operazione non soggetta artt. 7, c. 1, lett. a) e 7-ter DPR 633/1972", "M5UXCR1"),
        ("person in Livigno", "Operazione non soggetta artt. 7, c. 1, lett. a) e 7-octies DPR 633/1972", "0000000"),
    ],
)
def test_a_sale_outside_the_territory_of_vat_is_not_subject(kind: str, reference: str, recipient: str) -> None:
    said = _texts(KINDS[kind])
    assert said["Causale"] == ["operazione non soggetta"]
    assert said["RiferimentoNormativo"] == [reference]
    assert said["Natura"] == ["N2.1", "N2.1"]
    assert said["CodiceDestinatario"] == [recipient]
    assert "TipoDato" not in said
    assert "EsigibilitaIVA" not in said


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("reverse charge", {"IdPaese": "DE", "IdCodice": "136695976", "Nazione": "DE", "CAP": "00000"}),
        ("reverse charge", {"Indirizzo": "Unter den Linden 1, 10117", "Denominazione": "Müller & Söhne GmbH"}),
        ("Greece", {"IdPaese": "GR", "IdCodice": "094259216", "Denominazione": "Papadopoulos A.E."}),
        ("Greece", {"Indirizzo": "Odos Ermou 15, 105 63", "Comune": "Athina"}),
        ("Monaco", {"IdPaese": "FR", "Nazione": "MC"}),
        ("Northern Ireland", {"IdPaese": "XI", "Nazione": "GB"}),
        ("outside the EU", {"Indirizzo": "1209 North Orange Street, Suite 4100, Corporate Trust Center"}),
    ],
)
def test_a_customer_abroad_is_named_by_country_and_tax_id_with_the_postal_code_in_the_street(
    kind: str, expected: dict[str, str]
) -> None:
    said = _buyer(KINDS[kind])
    assert {name: said.get(name) for name in expected} == expected
    assert "CodiceFiscale" not in said
    assert "Provincia" not in said


def test_a_customer_in_livigno_keeps_its_italian_address_and_tax_ids() -> None:
    said = _buyer(KINDS["Livigno"])
    assert (said["CAP"], said["Provincia"], said["Nazione"], said["IdPaese"]) == ("23041", "SO", "IT", "IT")
    assert _buyer(KINDS["person in Livigno"])["CodiceFiscale"] == "RSSNNA80A41D612P"


def test_a_sale_to_the_eu_with_italian_vat_is_an_ordinary_invoice_to_a_recipient_abroad() -> None:
    said = _texts(KINDS["EU business taxed in Italy"])
    assert said["CodiceDestinatario"] == ["XXXXXXX"]
    assert (said["Imposta"], said["EsigibilitaIVA"]) == (["2.31"], ["I"])
    assert not {"Natura", "Causale", "TipoDato", "DatiBollo", "BolloVirtuale"} & said.keys()


def test_stamp_duty_is_due_from_the_first_cent_above_the_sum_and_absorbed_in_the_total() -> None:
    said = _texts(KINDS["reverse charge"])
    assert (said["BolloVirtuale"], said["ImportoBollo"]) == (["SI"], ["2.00"])
    assert said["ImportoTotaleDocumento"] == ["105.00"]
    below = KINDS["reverse charge below the stamp duty"]
    assert totals(below.lines).gross == Money(77_47)
    assert "BolloVirtuale" not in _texts(below)
    cent = domain_line(3, 1, 1, "0", natura=Natura.NOT_SUBJECT)
    assert stamp_duty(replace(below, lines=(*below.lines, cent))) == Money(2_00)
    assert stamp_duty(invoice(lines=(domain_line(1, 1, 1_000_00),))) is None


def test_stamp_duty_that_is_charged_is_an_excluded_line_of_its_own_in_the_total() -> None:
    document = KINDS["reverse charge, stamp duty charged"]
    said = _texts(document)
    assert said["Natura"] == ["N2.1", "N1", "N2.1", "N1"]
    assert said["ImportoTotaleDocumento"] == ["107.00"]
    assert said["TipoDato"] == ["INVCONT"]
    assert said["RiferimentoNormativo"][1] == "Imposta di bollo, esclusa art. 15, c. 1, n. 3 DPR 633/1972"
    assert [(share.natura, share.taxable) for share in vat_shares(document.lines)] == [
        (Natura.NOT_SUBJECT, Money(105_00)),
        (Natura.EXCLUDED, Money(2_00)),
    ]


async def test_a_document_keeps_its_treatment_and_each_lines_natura(worker: Stub, operator: Stub) -> None:
    account = str(new_id())
    asked = untaxed(account_id=account)
    proforma = (await worker.IssueProforma(proforma_request(**asked))).document
    invoiced = (await worker.IssueInvoice(invoice_request(**asked))).document
    for document in (proforma, invoiced):
        assert document.tax_treatment == common_pb2.TAX_TREATMENT_REVERSE_CHARGE
        assert [(each.vat_rate, each.nature) for each in document.lines] == [("0.00", "N2.1")]
        assert document.totals == sum_of(10500, 0)
    listed = await operator.ListDocuments(pb.ListDocumentsRequest(account_id=account))
    assert {each.tax_treatment for each in listed.documents} == {common_pb2.TAX_TREATMENT_REVERSE_CHARGE}


async def test_stamp_duty_that_is_charged_stands_in_the_stored_total(worker: Stub) -> None:
    lines = [line(70, rate="0.00", nature="N2.1"), line(1, 200, "0.00", "Stamp duty", "N1")]
    issued = await worker.IssueInvoice(invoice_request(**untaxed(lines=lines, totals=sum_of(10700, 0))))
    assert issued.document.totals.gross.minor == 10700


async def test_the_database_itself_refuses_a_line_without_vat_that_does_not_say_why(
    room: TestRoom, worker: Stub
) -> None:
    await worker.IssueInvoice(invoice_request(**untaxed()))
    columns = "document_id, description, quantity, unit_price, net, position, vat_rate, natura"
    for rate, natura in ((0, "NULL"), (22, "'N2.1'")):
        copy = f"INSERT INTO lines ({columns}) SELECT document_id, 'x', 1, 1, 1, 9, {rate}, {natura} FROM lines"
        with pytest.raises(IntegrityError, match="lines_natura"):
            async with room.core.database.transaction() as conn:
                await conn.exec_driver_sql(copy)


def test_only_reverse_charge_and_sales_outside_the_eu_are_for_customers_abroad() -> None:
    assert [treatment for treatment in TaxTreatment if treatment.abroad] == [
        TaxTreatment.REVERSE_CHARGE,
        TaxTreatment.OUTSIDE_EU,
    ]


_LIVIGNO = company(address_city="Livigno", address_postal_code="23041", address_province="SO")
_UNTAXED_IN_ITALY = untaxed(party=_LIVIGNO, tax_treatment=common_pb2.TAX_TREATMENT_OUTSIDE_VAT_TERRITORY)


@pytest.mark.parametrize(
    ("issued_to", "corrected"),
    [
        (untaxed(), company(revision=2)),
        (untaxed(), abroad("US", "123456789", revision=2)),
        ({}, abroad(revision=2)),
        (_UNTAXED_IN_ITALY, company(revision=2)),
    ],
)
async def test_no_correction_of_a_customer_changes_how_an_invoice_is_taxed(
    worker: Stub, sdi: SdiInMemory, issued_to: dict[str, object], corrected: common_pb2.BillingParty
) -> None:
    e_invoice = await rejected(worker, sdi, **issued_to)
    with pytest.raises(Refused) as refused:
        await e_invoice.resend(corrected)
    assert [violation.field for violation in refused.value.violations] == ["party.address"]


@pytest.mark.parametrize(
    ("issued_to", "corrected"),
    [
        (untaxed(), abroad(address_street="Neue Straße 2", revision=2)),
        (_UNTAXED_IN_ITALY, changed(company(revision=2), {
            "address_street": "Via Nuova 2", "address_city": "Livigno", "address_postal_code": "23041",
        })),
    ],
)  # fmt: skip
async def test_a_correction_within_the_same_country_or_town_is_sent_again(
    worker: Stub, sdi: SdiInMemory, issued_to: dict[str, object], corrected: common_pb2.BillingParty
) -> None:
    e_invoice = await rejected(worker, sdi, **issued_to)
    assert await e_invoice.resend(corrected)


async def test_a_credit_note_on_an_invoice_without_vat_is_taxed_and_stamped_as_the_invoice_was(
    room: TestRoom, worker: Stub, sdi: SdiInMemory
) -> None:
    lines = [line(70, rate="0.00", nature="N2.1"), line(1, 200, "0.00", "Stamp duty", "N1")]
    invoice = (await worker.IssueInvoice(invoice_request(**untaxed(lines=lines, totals=sum_of(10700, 0))))).document
    note = (await worker.IssueCreditNote(credit_request(invoice))).document
    assert (note.tax_treatment, note.totals, note.stamp_duty.minor) == (invoice.tax_treatment, invoice.totals, 200)
    assert [(each.net.minor, each.vat_rate, each.nature) for each in note.lines] == [
        (10500, "0.00", "N2.1"),
        (200, "0.00", "N1"),
    ]
    sent = await worker.TransmitInvoice(pb.TransmitInvoiceRequest(invoice_id=note.document_id))
    ((file, _),) = sdi.sent
    said = [etree.fromstring(file.content).findtext(f".//{name}") for name in (
        "TipoDocumento", "CodiceDestinatario", "Causale", "TipoDato", "BolloVirtuale",
        "DatiFattureCollegate/IdDocumento",
    )]  # fmt: skip
    assert said == ["TD04", "XXXXXXX", "inversione contabile", "INVCONT", "SI", invoice.number]
    assert sent.transmission.abroad
