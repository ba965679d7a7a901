"""Documents of the domain for the tests of files and rules."""

import dataclasses
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.invoicing.domain.advance_texts import received_text
from services.invoicing.domain.advances import DeductedAdvance
from services.invoicing.domain.crediting import note_lines, split
from services.invoicing.domain.credits import Credit, CreditReason
from services.invoicing.domain.customers import Address, Customer, CustomerKind
from services.invoicing.domain.deducting import deduction_lines, part_lines, part_shares, settled
from services.invoicing.domain.documents import Document, DocumentKind, Language, Payment, PaymentMethod, Transfer
from services.invoicing.domain.issuer import Issuer
from services.invoicing.domain.sums import Line, totals, vat_shares
from services.invoicing.domain.tax import Natura, TaxTreatment
from services.kit.causes import OrderCause
from services.kit.money import Money

ISSUER = Issuer(
    name="Casella Esempio S.r.l.",
    brand="Casella",
    street="Via dei Servi 12",
    postal_code="50122",
    city="Firenze",
    province="FI",
    vat_number="07123450483",
    codice_fiscale="07123450483",
    register_office="Firenze",
    rea_office="FI",
    rea_number="712345",
    capital=Decimal(10_000),
    sole_shareholder=False,
    in_liquidation=False,
    tax_regime="RF01",
    phone="+390550123456",
    email="amministrazione@casella.example",
    pec="fatture@pec.casella.example",
    website="www.casella.example",
)

TRANSFER = Transfer(
    holder="Casella Esempio S.r.l.",
    iban="IT60X0542811101000000123456",
    bic="",
    reference="RF18539007547034",
    epc_payload="BCD\n002\n1\nSCT\n\nCasella Esempio S.r.l.\nIT60X0542811101000000123456\nEUR12.81\n\n"
    "RF18539007547034\n\n\n",
)

_NOBODY = UUID(int=7)


def customer(**changes: Any) -> Customer:
    """An Italian business with a recipient code."""
    usual: dict[str, Any] = {
        "kind": CustomerKind.COMPANY,
        "body": False,
        "first_name": "",
        "last_name": "",
        "company_name": "Officine Ferrarini & Figli S.n.c.",
        "address": Address("Viale dell'Industria 145", "40138", "Bologna", "BO", "IT"),
        "contact_person": "",
        "codice_fiscale": "",
        "vat_number": "01234567897",
        "vat_country": "IT",
        "recipient_code": "M5UXCR1",
        "pec": "",
        "revision": 1,
    }
    return Customer(**{**usual, **changes})


def private_person(**changes: Any) -> Customer:
    """Anna Rossi."""
    usual: dict[str, Any] = {
        "kind": CustomerKind.PRIVATE,
        "first_name": "Anna",
        "last_name": "Rossi",
        "company_name": "",
        "codice_fiscale": "RSSNNA80A41D612P",
        "vat_number": "",
        "vat_country": "",
        "recipient_code": "",
    }
    return customer(**{**usual, **changes})


def business_abroad(country: str = "DE", vat_number: str = "136695976", **changes: Any) -> Customer:
    """A German business, or one of another country."""
    usual: dict[str, Any] = {
        "company_name": "Müller & Söhne GmbH",
        "address": Address("Unter den Linden 1", "10117", "Berlin", "", country),
        "vat_number": vat_number,
        "vat_country": country,
        "recipient_code": "",
    }
    return customer(**{**usual, **changes})


def in_livigno(**changes: Any) -> Customer:
    """An Italian business outside the territory of VAT."""
    return customer(address=Address("Via Saroch 10", "23041", "Livigno", "SO", "IT"), **changes)


def untaxed(treatment: TaxTreatment, buyer: Customer, **changes: Any) -> Document:
    """An invoice without VAT above the sum from which stamp duty is due: 70 mailboxes at 1.50."""
    lines = (line(1, 70, 150, "0", natura=Natura.NOT_SUBJECT),)
    return invoice(**{"treatment": treatment, "customer": buyer, "lines": lines, **changes})


def line(position: int = 1, quantity: int = 7, price: int = 150, rate: str = "22", **changes: Any) -> Line:
    usual: dict[str, Any] = {
        "position": position,
        "description": "Casella email 8 GB, canone mensile",
        "quantity": quantity,
        "unit_price": Money(price),
        "net": Money(quantity * price),
        "vat_rate": Decimal(rate),
    }
    return Line(**{**usual, **changes})


def invoice(**changes: Any) -> Document:
    """An invoice of seven mailboxes, paid by transfer on 2 March 2026."""
    usual: dict[str, Any] = {
        "document_id": _NOBODY,
        "kind": DocumentKind.INVOICE,
        "cause": OrderCause(_NOBODY),
        "account_id": _NOBODY,
        "number": "2026/1",
        "date": date(2026, 3, 2),
        "language": Language.IT,
        "treatment": TaxTreatment.DOMESTIC,
        "customer": customer(),
        "lines": (line(),),
        "payment": Payment(method=PaymentMethod.BANK_TRANSFER, reference="RF18539007547034", proforma_number="P2026/1"),
        "issued_at": datetime(2026, 3, 2, 10, tzinfo=UTC),
    }
    return Document(**{**usual, **changes})


def credit_note(of: Document, gross: int | None = None, **changes: Any) -> Document:
    """A credit note on an invoice, of the whole unless an amount is given: withdrawn on 5 March 2026, issued the day
    after; what is no field of a document is one of its credit.
    """
    usual: dict[str, Any] = {
        "invoice_id": of.document_id,
        "invoice_number": of.number,
        "invoice_date": of.date,
        "reason": CreditReason.WITHDRAWAL,
        "cause_date": date(2026, 3, 5),
    }
    fields = {field.name for field in dataclasses.fields(Document)}
    credit = Credit(**{**usual, **{name: value for name, value in changes.items() if name not in fields}})
    amount = totals(of.lines).gross if gross is None else Money(gross)
    duty_first = credit.reason is CreditReason.WITHDRAWAL
    return dataclasses.replace(
        of,
        kind=DocumentKind.CREDIT_NOTE,
        number="2026/2",
        date=date(2026, 3, 6),
        lines=note_lines(credit, of, split(vat_shares(of.lines), amount, duty_first=duty_first)),
        issued_at=datetime(2026, 3, 6, 10, tzinfo=UTC),
        credit=credit,
        **{name: value for name, value in changes.items() if name in fields},
    )


def part_payment(of: Document, gross: int, *others: Document) -> Document:
    """So much of a sale, available on 1 March 2026, out of what other part payments have left of it."""
    shares = part_shares(of.lines, [share for other in others for share in vat_shares(other.lines)], Money(gross))
    text = received_text(of.language, date(2026, 3, 1), of.payment.proforma_number, of.lines)
    return dataclasses.replace(
        of,
        document_id=UUID(int=100 + len(others)),
        kind=DocumentKind.ADVANCE_INVOICE,
        number=f"2026/{1 + len(others)}",
        date=date(2026, 3, 1),
        lines=part_lines(text, shares, of.lines),
        money_entry_id=_NOBODY,
    )


def less(of: Document, *parts: Document, **changes: Any) -> Document:
    """The final invoice of a sale, which deducts its part payments."""
    lines, named = list(of.lines), []
    for part in parts:
        lines += deduction_lines(part, vat_shares(part.lines), of.language, len(lines))
        gross = totals(part.lines).gross
        named.append(DeductedAdvance(part.document_id, of.document_id, part.number, part.date, gross))
    return dataclasses.replace(of, number="2026/9", lines=settled(lines), advances=tuple(named), **changes)


def proforma(**changes: Any) -> Document:
    """A proforma of the same, to be paid by transfer."""
    payment = Payment(method=PaymentMethod.BANK_TRANSFER, transfer=TRANSFER)
    return invoice(**{"kind": DocumentKind.PROFORMA, "number": "P2026/1", "payment": payment, **changes})
