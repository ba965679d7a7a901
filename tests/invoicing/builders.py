"""What the tests of invoicing send: customers, lines, requests."""

from datetime import UTC, datetime
from uuid import UUID

from casella.common.v1 import common_pb2
from casella.invoicing.v1 import invoicing_pb2 as pb
from services.kit.cause_fields import period_of
from services.kit.causes import PeriodCause
from services.kit.ids import new_id
from services.kit.wire import to_timestamp

EUR = "EUR"
EPC = "BCD\n002\n1\nSCT\n\nCasella Esempio S.r.l.\nIT60X0542811101000000123456\nEUR12.81\n\nRF18539007547034\n\n\n"
RF = "RF18539007547034"


def money(minor: int) -> common_pb2.Money:
    return common_pb2.Money(minor=minor, currency=EUR)


def day(year: int, month: int, number: int) -> common_pb2.Date:
    return common_pb2.Date(year=year, month=month, day=number)


def person(**changes: object) -> common_pb2.BillingParty:
    """Anna Rossi, a natural person."""
    party = common_pb2.BillingParty(
        kind=common_pb2.CUSTOMER_KIND_PRIVATE,
        first_name="Anna",
        last_name="Rossi",
        address=common_pb2.Address(
            street="Via Roma 1", postal_code="50123", city="Firenze", province="FI", country="IT"
        ),
        phone="+390551234567",
        codice_fiscale="RSSNNA80A41D612P",
        revision=1,
    )
    return changed(party, changes)


def company(**changes: object) -> common_pb2.BillingParty:
    """An Italian business with a recipient code."""
    party = common_pb2.BillingParty(
        kind=common_pb2.CUSTOMER_KIND_COMPANY,
        company_name="Officine Ferrarini & Figli S.n.c.",
        address=common_pb2.Address(
            street="Viale dell'Industria 145", postal_code="40138", city="Bologna", province="BO", country="IT"
        ),
        phone="+39051123456",
        contact_person="Łucja Kowalska",
        vat_number="01234567897",
        vat_country="IT",
        recipient_code="M5UXCR1",
        revision=1,
    )
    return changed(party, changes)


def association(**changes: object) -> common_pb2.BillingParty:
    """A body without VAT number."""
    party = person(
        body=True,
        first_name="",
        last_name="",
        company_name="Associazione Amici della Posta",
        codice_fiscale="94012340488",
    )
    return changed(party, changes)


def abroad(country: str = "DE", vat_number: str = "136695976", **changes: object) -> common_pb2.BillingParty:
    """A German business, or one of another country."""
    party = common_pb2.BillingParty(
        kind=common_pb2.CUSTOMER_KIND_COMPANY,
        company_name="Müller & Söhne GmbH",
        address=common_pb2.Address(street="Unter den Linden 1", postal_code="10117", city="Berlin", country=country),
        phone="+49301234567",
        vat_number=vat_number,
        vat_country=country,
        revision=1,
    )
    return changed(party, changes)


def untaxed(**fields: object) -> dict[str, object]:
    """What a request says of a sale to a German business: 70 mailboxes at 1.50 without VAT."""
    usual: dict[str, object] = {
        "party": abroad(),
        "tax_treatment": common_pb2.TAX_TREATMENT_REVERSE_CHARGE,
        "lines": [line(70, rate="0.00", nature="N2.1")],
        "totals": totals(10500, 0),
    }
    return {**usual, **fields}


def changed(party: common_pb2.BillingParty, changes: dict[str, object]) -> common_pb2.BillingParty:
    for field, value in changes.items():
        if field.startswith("address_"):
            setattr(party.address, field.removeprefix("address_"), value)
        else:
            setattr(party, field, value)
    return party


def line(
    quantity: int = 7, price: int = 150, rate: str = "22.00", text: str = "Casella email 8 GB", nature: str = ""
) -> common_pb2.Line:
    return common_pb2.Line(
        description=text,
        quantity=quantity,
        unit_price=money(price),
        net=money(quantity * price),
        vat_rate=rate,
        nature=nature,
    )


def totals(net: int, vat: int) -> common_pb2.Totals:
    return common_pb2.Totals(net=money(net), vat=money(vat), gross=money(net + vat))


def transfer_terms() -> pb.PaymentTerms:
    return pb.PaymentTerms(
        method=common_pb2.PAYMENT_METHOD_BANK_TRANSFER,
        holder="Casella Esempio S.r.l.",
        iban="IT60X0542811101000000123456",
        reference=RF,
        epc_payload=EPC,
    )


def online_terms() -> pb.PaymentTerms:
    return pb.PaymentTerms(method=common_pb2.PAYMENT_METHOD_ONLINE)


def proforma_request(**fields: object) -> pb.IssueProformaRequest:
    """A proforma of seven mailboxes at 1.50: net 10.50, VAT 2.31."""
    usual: dict[str, object] = {
        "order_id": str(new_id()),
        "account_id": str(new_id()),
        "language": common_pb2.LANGUAGE_IT,
        "party": company(),
        "tax_treatment": common_pb2.TAX_TREATMENT_DOMESTIC,
        "lines": [line()],
        "totals": totals(1050, 231),
        "payment": transfer_terms(),
    }
    return pb.IssueProformaRequest(**{**usual, **fields})  # type: ignore[arg-type]


def invoice_request(**fields: object) -> pb.IssueInvoiceRequest:
    """An invoice of seven mailboxes at 1.50, paid by transfer on 2 March 2026."""
    usual: dict[str, object] = {
        "order_id": str(new_id()),
        "account_id": str(new_id()),
        "language": common_pb2.LANGUAGE_IT,
        "party": company(),
        "tax_treatment": common_pb2.TAX_TREATMENT_DOMESTIC,
        "lines": [line()],
        "totals": totals(1050, 231),
        "date": day(2026, 3, 2),
        "method": common_pb2.PAYMENT_METHOD_BANK_TRANSFER,
        "payment_reference": RF,
        "proforma_number": "P2026/1",
    }
    return pb.IssueInvoiceRequest(**{**usual, **fields})  # type: ignore[arg-type]


def unpaid_request(**fields: object) -> pb.IssueInvoiceRequest:
    """An invoice to a German business that has not paid its period, to be paid by transfer until 11 February 2026."""
    usual: dict[str, object] = {
        "order_id": "",
        "period": period_of(PeriodCause(new_id(), 2)),
        "unpaid": pb.UnpaidInvoice(due_on=day(2026, 2, 11), payment=transfer_terms()),
        "date": None,
        "method": common_pb2.PAYMENT_METHOD_UNSPECIFIED,
        "payment_reference": "",
    }
    return invoice_request(**untaxed(**{**usual, **fields}))


EXPIRES = to_timestamp(datetime(2026, 3, 17, 22, 59, 59, 999999, tzinfo=UTC))
"""The end of 17 March 2026 in Rome."""


def send_proforma_request(
    proforma: pb.Document, language: common_pb2.Language = common_pb2.LANGUAGE_IT, **fields: object
) -> pb.SendProformaRequest:
    """A proforma to Anna Rossi, which can be paid to the end of 17 March 2026."""
    usual: dict[str, object] = {
        "document_id": proforma.document_id,
        "recipient": recipient(language),
        "expires_at": EXPIRES,
    }
    return pb.SendProformaRequest(**{**usual, **fields})  # type: ignore[arg-type]


def recipient(language: common_pb2.Language = common_pb2.LANGUAGE_IT) -> common_pb2.Recipient:
    return common_pb2.Recipient(email="anna@example.it", name="Anna Rossi", language=language)


def steering(source: str = "retry_transmission:1") -> common_pb2.Steering:
    return common_pb2.Steering(actor="operator@provider", reason_code="rejected", source=source)


def as_uuid(text: str) -> UUID:
    return UUID(text)


def credit_request(invoice: pb.Document, amount: int | None = None, **fields: object) -> pb.IssueCreditNoteRequest:
    """A credit of an invoice, of the whole unless an amount is given: the customer has withdrawn on 2 March 2026."""
    usual: dict[str, object] = {
        "credit_id": str(new_id()),
        "invoice_id": invoice.document_id,
        "reason": pb.CREDIT_REASON_WITHDRAWAL,
        "gross": invoice.totals.gross if amount is None else money(amount),
        "cause_date": day(2026, 3, 2),
    }
    return pb.IssueCreditNoteRequest(**{**usual, **fields})  # type: ignore[arg-type]
