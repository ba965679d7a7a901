"""Decides how the typed content of an invoice is written as FatturaPA XML (FPR12, XSD 1.2.3).

A pure function: equal content gives equal bytes, so that a file can be made again and compared with what was sent.
The order of the elements is the schema's. Texts are transliterated here and nowhere else.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from lxml import etree

from services.invoicing.fatturapa.latin import to_ascii, to_latin1
from services.invoicing.fatturapa.model import (
    Buyer,
    CompanyName,
    ElectronicInvoice,
    Line,
    Payment,
    PersonName,
    Place,
    Registration,
    Seller,
    Summary,
    TaxId,
    Transmission,
)
from services.invoicing.fatturapa.schema import NAMESPACE

FORMAT = "FPR12"
_DESCRIPTION_LENGTH = 1000
_CAUSE_LENGTH = 200


def write_invoice(invoice: ElectronicInvoice) -> bytes:
    """Writes an invoice as XML.

    Args:
        invoice: The content; nothing is computed or corrected here, only spelled.

    Returns:
        UTF-8 bytes with an XML declaration. Valid only if the content was: check before sending.
    """
    root = etree.Element(f"{{{NAMESPACE}}}FatturaElettronica", versione=FORMAT, nsmap={"p": NAMESPACE})
    header = _child(root, "FatturaElettronicaHeader")
    _transmission(header, invoice.transmission)
    _seller(header, invoice.seller)
    _buyer(header, invoice.buyer)
    body = _child(root, "FatturaElettronicaBody")
    _general(body, invoice)
    goods = _child(body, "DatiBeniServizi")
    for line in invoice.lines:
        _line(goods, line)
    for summary in invoice.summaries:
        _summary(goods, summary)
    if invoice.payments:
        _payment(body, invoice.payments)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _transmission(header: etree._Element, transmission: Transmission) -> None:
    block = _child(header, "DatiTrasmissione")
    _tax_id(block, "IdTrasmittente", transmission.transmitter)
    _text(block, "ProgressivoInvio", transmission.progressive)
    _text(block, "FormatoTrasmissione", FORMAT)
    _text(block, "CodiceDestinatario", transmission.recipient_code)
    _optional(block, "PECDestinatario", transmission.pec)


def _seller(header: etree._Element, seller: Seller) -> None:
    block = _child(header, "CedentePrestatore")
    identity = _child(block, "DatiAnagrafici")
    _tax_id(identity, "IdFiscaleIVA", seller.vat)
    _optional(identity, "CodiceFiscale", seller.codice_fiscale)
    _name(identity, seller.name)
    _text(identity, "RegimeFiscale", seller.tax_regime)
    _place(block, seller.place)
    if seller.registration is not None:
        _registration(block, seller.registration)
    if seller.phone or seller.email:
        contacts = _child(block, "Contatti")
        _optional(contacts, "Telefono", seller.phone)
        _optional(contacts, "Email", seller.email)


def _registration(block: etree._Element, registration: Registration) -> None:
    entry = _child(block, "IscrizioneREA")
    _text(entry, "Ufficio", registration.office)
    _text(entry, "NumeroREA", to_ascii(registration.number))
    if registration.capital is not None:
        _text(entry, "CapitaleSociale", _amount(registration.capital))
    if registration.sole_shareholder is not None:
        _text(entry, "SocioUnico", "SU" if registration.sole_shareholder else "SM")
    _text(entry, "StatoLiquidazione", "LS" if registration.in_liquidation else "LN")


def _buyer(header: etree._Element, buyer: Buyer) -> None:
    block = _child(header, "CessionarioCommittente")
    identity = _child(block, "DatiAnagrafici")
    if buyer.vat is not None:
        _tax_id(identity, "IdFiscaleIVA", buyer.vat)
    _optional(identity, "CodiceFiscale", buyer.codice_fiscale)
    _name(identity, buyer.name)
    _place(block, buyer.place)


def _name(identity: etree._Element, name: PersonName | CompanyName) -> None:
    block = _child(identity, "Anagrafica")
    match name:
        case CompanyName():
            _text(block, "Denominazione", to_latin1(name.name))
        case PersonName():
            _text(block, "Nome", to_latin1(name.given))
            _text(block, "Cognome", to_latin1(name.family))


def _place(block: etree._Element, place: Place) -> None:
    seat = _child(block, "Sede")
    _text(seat, "Indirizzo", to_latin1(place.street))
    _text(seat, "CAP", place.postal_code)
    _text(seat, "Comune", to_latin1(place.city))
    _optional(seat, "Provincia", place.province)
    _text(seat, "Nazione", place.country)


def _general(body: etree._Element, invoice: ElectronicInvoice) -> None:
    block = _child(body, "DatiGenerali")
    document = _child(block, "DatiGeneraliDocumento")
    _text(document, "TipoDocumento", invoice.document_type)
    _text(document, "Divisa", invoice.currency)
    _text(document, "Data", _day(invoice.date))
    _text(document, "Numero", invoice.number)
    if invoice.stamp_duty is not None:
        stamp = _child(document, "DatiBollo")
        _text(stamp, "BolloVirtuale", "SI")
        _text(stamp, "ImportoBollo", _amount(invoice.stamp_duty))
    _text(document, "ImportoTotaleDocumento", _amount(invoice.total))
    for cause in invoice.causes:
        spelled = to_latin1(cause)
        for start in range(0, len(spelled), _CAUSE_LENGTH):
            _text(document, "Causale", spelled[start : start + _CAUSE_LENGTH])
    for related in invoice.related:
        link = _child(block, "DatiFattureCollegate")
        _text(link, "IdDocumento", related.number)
        _text(link, "Data", _day(related.date))


def _line(goods: etree._Element, line: Line) -> None:
    block = _child(goods, "DettaglioLinee")
    _text(block, "NumeroLinea", str(line.number))
    _text(block, "Descrizione", to_latin1(line.description)[:_DESCRIPTION_LENGTH])
    _text(block, "Quantita", _amount(line.quantity))
    if line.period_start is not None and line.period_end is not None:
        _text(block, "DataInizioPeriodo", _day(line.period_start))
        _text(block, "DataFinePeriodo", _day(line.period_end))
    _text(block, "PrezzoUnitario", _amount(line.unit_price))
    _text(block, "PrezzoTotale", _amount(line.total))
    _text(block, "AliquotaIVA", _amount(line.vat_rate))
    if line.natura is not None:
        _text(block, "Natura", line.natura)
    if line.data:
        _text(_child(block, "AltriDatiGestionali"), "TipoDato", line.data)


def _summary(goods: etree._Element, summary: Summary) -> None:
    block = _child(goods, "DatiRiepilogo")
    _text(block, "AliquotaIVA", _amount(summary.vat_rate))
    if summary.natura is not None:
        _text(block, "Natura", summary.natura)
    _text(block, "ImponibileImporto", _amount(summary.taxable))
    _text(block, "Imposta", _amount(summary.tax))
    _optional(block, "EsigibilitaIVA", summary.exigibility)
    _optional(block, "RiferimentoNormativo", to_latin1(summary.legal_reference))


def _payment(body: etree._Element, payments: Sequence[Payment]) -> None:
    block = _child(body, "DatiPagamento")
    _text(block, "CondizioniPagamento", "TP02")
    for payment in payments:
        detail = _child(block, "DettaglioPagamento")
        _text(detail, "ModalitaPagamento", payment.means)
        if payment.due_on is not None:
            _text(detail, "DataScadenzaPagamento", _day(payment.due_on))
        _text(detail, "ImportoPagamento", _amount(payment.amount))
        _optional(detail, "CodicePagamento", to_ascii(payment.reference))


def _tax_id(block: etree._Element, tag: str, tax_id: TaxId) -> None:
    element = _child(block, tag)
    _text(element, "IdPaese", tax_id.country)
    _text(element, "IdCodice", tax_id.code)


def _child(parent: etree._Element, tag: str) -> etree._Element:
    return etree.SubElement(parent, tag)


def _text(parent: etree._Element, tag: str, text: str) -> None:
    etree.SubElement(parent, tag).text = text


def _optional(parent: etree._Element, tag: str, text: str) -> None:
    if text:
        _text(parent, tag, text)


def _amount(value: Decimal) -> str:
    return f"{value:.2f}"


def _day(day: date) -> str:
    return day.isoformat()
