"""One invoice for each kind of customer and way of paying: what every check of the XML goes through."""

from datetime import date
from typing import Any

from services.invoicing.domain.documents import Customer, CustomerKind, Document, Payment, PaymentMethod
from services.invoicing.fatturapa.composing import compose_invoice
from services.invoicing.fatturapa.writing import write_invoice
from tests.invoicing.documents import ISSUER, customer, invoice, line, private_person

ASSOCIATION = private_person(
    body=True, first_name="", last_name="", company_name="Associazione Amici della Posta", codice_fiscale="94012340488"
)
FREELANCER = customer(
    company_name="Studio Łukasz Błaszczykowski — “Posta & C.” €",
    codice_fiscale="RSSNNA80A41D612P",
    recipient_code="",
    pec="studio@pec.example.it",
)
_CARD = Payment(method=PaymentMethod.ONLINE, reference="pi_3PabcDEFghi", proforma_number="P2026/2")
_UNNAMED = Payment(method=PaymentMethod.ONLINE, reference="", proforma_number="P2026/3")


def _with_periods(**changes: object) -> Document:
    period: dict[str, Any] = {"period_start": date(2026, 3, 2), "period_end": date(2027, 3, 1)}
    lines = (line(1, 7, 1999, **period), line(2, 1, 1, "10", description="Opzione €"), line(3, 3, 3333, **period))
    return invoice(lines=lines, **changes)


KINDS = {
    "person": invoice(customer=private_person()),
    "person by card": invoice(customer=private_person(), payment=_CARD),
    "person with PEC": invoice(customer=private_person(pec="anna@pec.example.it")),
    "association": invoice(customer=ASSOCIATION),
    "company": invoice(),
    "company online, without a reference": invoice(payment=_UNNAMED),
    "reseller": invoice(customer=customer(kind=CustomerKind.RESELLER)),
    "freelancer with PEC": invoice(customer=FREELANCER),
    "company without channel": invoice(customer=customer(recipient_code="", pec="")),
    "many rates and periods": _with_periods(),
    "300 lines": invoice(lines=tuple(line(number, number, number) for number in range(1, 301))),
}


def xml_of(document: Document, progressive: str = "00001") -> bytes:
    return write_invoice(compose_invoice(document, ISSUER, progressive))


def xml_to(buyer: Customer) -> bytes:
    return xml_of(invoice(customer=buyer))
