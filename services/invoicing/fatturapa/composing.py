"""Decides what an invoice of ours says as FatturaPA: which elements for which customer, and the tax's fields.

Italian customers so far: persons and bodies by their codice fiscale, businesses by their VAT number. All is subject to
VAT, which is due at once (exigibility I), in the ordinary regime.
"""

from decimal import Decimal

from services.invoicing.domain.documents import (
    Address,
    Customer,
    CustomerKind,
    Document,
    PaymentMethod,
    totals,
    vat_shares,
)
from services.invoicing.domain.documents import Line as InvoiceLine
from services.invoicing.domain.issuer import Issuer
from services.invoicing.fatturapa.model import (
    Buyer,
    CompanyName,
    DocumentType,
    ElectronicInvoice,
    Line,
    Payment,
    PaymentMeans,
    PersonName,
    Place,
    Registration,
    Seller,
    Summary,
    TaxId,
    Transmission,
)

# The recipient code of everybody who has no channel of the SdI; the SdI then looks for a PEC, or keeps the invoice.
NO_CHANNEL = "0000000"

_ITALY = "IT"
_EXIGIBLE_AT_ONCE = "I"
_MEANS = {
    PaymentMethod.BANK_TRANSFER: PaymentMeans.TRANSFER,
    PaymentMethod.ONLINE: PaymentMeans.CARD,
}


def compose_invoice(invoice: Document, issuer: Issuer, progressive: str) -> ElectronicInvoice:
    """Says an invoice in the terms of FatturaPA (TD01).

    Args:
        invoice: The invoice, with the customer's revision that this file shall bear.
        issuer: Who issues it.
        progressive: The five characters of the file's name.
    """
    sums = totals(invoice.lines)
    return ElectronicInvoice(
        transmission=_transmission(invoice.customer, issuer, progressive),
        seller=_seller(issuer),
        buyer=_buyer(invoice.customer),
        document_type=DocumentType.INVOICE,
        currency=sums.gross.currency,
        date=invoice.date,
        number=invoice.number,
        total=sums.gross.decimal,
        lines=tuple(_line(line) for line in invoice.lines),
        summaries=tuple(
            Summary(share.rate, share.taxable.decimal, share.tax.decimal, exigibility=_EXIGIBLE_AT_ONCE)
            for share in vat_shares(invoice.lines)
        ),
        payment=Payment(
            means=_MEANS[invoice.payment.method],
            amount=sums.gross.decimal,
            paid_on=invoice.date,
            reference=invoice.payment.reference,
        ),
    )


def _line(line: InvoiceLine) -> Line:
    return Line(
        number=line.position,
        description=line.description,
        quantity=Decimal(line.quantity),
        unit_price=line.unit_price.decimal,
        total=line.net.decimal,
        vat_rate=line.vat_rate,
        period_start=line.period_start,
        period_end=line.period_end,
    )


def _transmission(customer: Customer, issuer: Issuer, progressive: str) -> Transmission:
    business = customer.kind is not CustomerKind.PRIVATE
    code = customer.recipient_code if business and customer.recipient_code else NO_CHANNEL
    return Transmission(
        transmitter=TaxId(_ITALY, issuer.codice_fiscale),
        progressive=progressive,
        recipient_code=code,
        pec=customer.pec if code == NO_CHANNEL else "",
    )


def _seller(issuer: Issuer) -> Seller:
    registration = None
    if issuer.rea_number:
        registration = Registration(
            office=issuer.rea_office,
            number=issuer.rea_number,
            capital=issuer.capital,
            sole_shareholder=issuer.sole_shareholder,
            in_liquidation=issuer.in_liquidation,
        )
    return Seller(
        vat=TaxId(_ITALY, issuer.vat_number),
        codice_fiscale=issuer.codice_fiscale,
        name=CompanyName(issuer.name),
        tax_regime=issuer.tax_regime,
        place=_place(issuer.address),
        registration=registration,
        phone=_phone(issuer.phone),
        email=issuer.email,
    )


def _buyer(customer: Customer) -> Buyer:
    person = PersonName(customer.first_name, customer.last_name)
    return Buyer(
        vat=TaxId(customer.vat_country, customer.vat_number) if customer.vat_number else None,
        codice_fiscale=customer.codice_fiscale,
        name=person if customer.is_person else CompanyName(customer.company_name),
        place=_place(customer.address),
    )


def _place(address: Address) -> Place:
    return Place(address.street, address.postal_code, address.city, address.province, address.country)


def _phone(number: str) -> str:
    """A phone number within the schema's 5 to 12 characters: the national one, without +39; else none."""
    national = number.removeprefix("+39")
    return national if 5 <= len(national) <= 12 else ""  # noqa: PLR2004  TelFaxType
