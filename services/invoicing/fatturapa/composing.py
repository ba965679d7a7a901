"""Decides what an invoice of ours says as FatturaPA: which elements for which customer, and the tax's fields.

In Italy persons and bodies by their codice fiscale, businesses by their VAT number; a business abroad by its country
and tax id, with the recipient code that means "abroad". VAT is due at once (exigibility I), in the ordinary regime.
"""

from decimal import Decimal

from services.invoicing.domain.credits import RefundMethod
from services.invoicing.domain.customers import ITALY, Address, Customer, CustomerKind
from services.invoicing.domain.documents import (
    Document,
    DocumentKind,
    PaymentMethod,
    credit_used,
    paid_parts,
    stamp_duty,
)
from services.invoicing.domain.issuer import Issuer
from services.invoicing.domain.sums import Line as InvoiceLine
from services.invoicing.domain.sums import VatShare, totals, vat_shares
from services.invoicing.fatturapa.latin import to_latin1
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
    RelatedDocument,
    Seller,
    Summary,
    TaxId,
    Transmission,
)
from services.invoicing.fatturapa.taxation import causes_of, data_of, legal_reference
from services.kit.money import Money

# The recipient code of everybody who has no channel of the SdI; the SdI then looks for a PEC, or keeps the invoice.
NO_CHANNEL = "0000000"
ABROAD = "XXXXXXX"
"""The recipient code of everybody abroad: the SdI keeps the invoice and delivers it to nobody."""

_POSTAL_CODE_ABROAD = "0" * 5
_LONGEST_STREET = 60
_EXIGIBLE_AT_ONCE = "I"
_MEANS = {
    PaymentMethod.BANK_TRANSFER: PaymentMeans.TRANSFER,
    PaymentMethod.ONLINE: PaymentMeans.CARD,
    PaymentMethod.AUTOMATIC_DEBIT: PaymentMeans.CARD,
}
_TYPES = {
    DocumentKind.INVOICE: DocumentType.INVOICE,
    DocumentKind.ADVANCE_INVOICE: DocumentType.ADVANCE,
    DocumentKind.CREDIT_NOTE: DocumentType.CREDIT_NOTE,
}
_REFUNDS = {
    RefundMethod.BANK_TRANSFER: PaymentMeans.TRANSFER,
    RefundMethod.ONLINE: PaymentMeans.CARD,
    RefundMethod.ACCOUNT_CREDIT: PaymentMeans.ACCOUNT_CREDIT,
    RefundMethod.RETURNED: PaymentMeans.CARD,
}


def compose_invoice(invoice: Document, issuer: Issuer, progressive: str) -> ElectronicInvoice:
    """Says an invoice (TD01), one of a part payment (TD02) or a credit note (TD04) in the terms of FatturaPA.

    Args:
        invoice: The document, with the customer's revision that this file shall bear.
        issuer: Who issues it.
        progressive: The five characters of the file's name.
    """
    sums, stamp = totals(invoice.lines), stamp_duty(invoice)
    return ElectronicInvoice(
        transmission=_transmission(invoice.customer, issuer, progressive),
        seller=_seller(issuer),
        buyer=_buyer(invoice.customer),
        document_type=_TYPES[invoice.kind],
        currency=sums.gross.currency,
        date=invoice.date,
        number=invoice.number,
        total=sums.gross.decimal,
        lines=tuple(_line(invoice, line) for line in invoice.lines),
        summaries=tuple(_summary(invoice, share) for share in vat_shares(invoice.lines)),
        payments=_payments(invoice),
        stamp_duty=None if stamp is None else stamp.decimal,
        causes=causes_of(invoice),
        related=_related(invoice),
    )


def _summary(invoice: Document, share: VatShare) -> Summary:
    return Summary(
        vat_rate=share.rate,
        taxable=share.taxable.decimal,
        tax=share.tax.decimal,
        natura=share.natura,
        exigibility=_EXIGIBLE_AT_ONCE if share.natura is None else "",
        legal_reference=legal_reference(invoice, share.natura),
    )


def _payments(invoice: Document) -> tuple[Payment, ...]:
    """How an invoice was paid, or is to be; how a credit note is paid back, on a day that is still to come.

    What was remitted has no means and is named by none: the sum is what was paid, and `Causale` tells the difference.
    The SdI compares the payments with nothing (list of controls 2.0), and the block may be missing (0 to n).
    """
    credit = invoice.credit
    if credit is not None:
        parts = credit.refunds(totals(invoice.lines).gross)
        return tuple(Payment(_REFUNDS[part.method], part.amount.decimal, None) for part in parts)
    used, currency, day = credit_used(invoice), totals(invoice.lines).gross.currency, invoice.date
    by_credit = (Payment(PaymentMeans.ACCOUNT_CREDIT, used.decimal, day),) if used else ()
    due = invoice.payment.due_on or day
    return (
        *by_credit,
        *(
            Payment(_MEANS[part.method], Money(part.minor, currency).decimal, due, part.reference)
            for part in paid_parts(invoice)
        ),
    )


def _related(invoice: Document) -> tuple[RelatedDocument, ...]:
    """The invoice that a credit note credits; the invoices of part payments that an invoice, or that one, deducts."""
    credit = invoice.credit
    credited = () if credit is None else (RelatedDocument(credit.invoice_number, credit.invoice_date),)
    return (*credited, *(RelatedDocument(advance.number, advance.date) for advance in invoice.advances))


def _line(invoice: Document, line: InvoiceLine) -> Line:
    return Line(
        number=line.position,
        description=line.description,
        quantity=Decimal(line.quantity),
        unit_price=line.unit_price.decimal,
        total=line.net.decimal,
        vat_rate=line.vat_rate,
        natura=line.natura,
        data=data_of(invoice, line.natura),
        period_start=line.period_start,
        period_end=line.period_end,
    )


def _transmission(customer: Customer, issuer: Issuer, progressive: str) -> Transmission:
    code = _recipient_code(customer)
    return Transmission(
        transmitter=TaxId(ITALY, issuer.codice_fiscale),
        progressive=progressive,
        recipient_code=code,
        pec=customer.pec if code == NO_CHANNEL else "",
    )


def _recipient_code(customer: Customer) -> str:
    if customer.abroad:
        return ABROAD
    business = customer.kind is not CustomerKind.PRIVATE
    return customer.recipient_code if business and customer.recipient_code else NO_CHANNEL


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
        vat=TaxId(ITALY, issuer.vat_number),
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
        codice_fiscale="" if customer.abroad else customer.codice_fiscale,
        name=person if customer.is_person else CompanyName(customer.company_name),
        place=_place(customer.address),
    )


def _place(address: Address) -> Place:
    if address.country == ITALY:
        return Place(address.street, address.postal_code, address.city, address.province, address.country)
    return Place(_street_abroad(address), _POSTAL_CODE_ABROAD, address.city, "", address.country)


def _street_abroad(address: Address) -> str:
    """The street with the postal code, which has no element of its own abroad, where both fit."""
    whole = ", ".join(part for part in (address.street, address.postal_code) if part)
    return whole if len(to_latin1(whole)) <= _LONGEST_STREET else address.street


def _phone(number: str) -> str:
    """A phone number within the schema's 5 to 12 characters: the national one, without +39; else none."""
    national = number.removeprefix("+39")
    return national if 5 <= len(national) <= 12 else ""  # noqa: PLR2004  TelFaxType
