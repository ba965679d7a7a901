"""Scenes of a purchase: the order, its proforma, and all that follows the money."""

import re
from email.message import EmailMessage
from typing import Any

from casella.common.v1 import common_pb2 as common
from casella.invoicing.v1 import invoicing_pb2
from casella.ordering.v1 import ordering_pb2
from deploy.local.demo.stage import Stage, until
from deploy.local.demo.tale import Tale, money
from deploy.local.demo.trying import see
from services.kit.wire import from_timestamp
from workflows import names

FINAL = {
    invoicing_pb2.TRANSMISSION_STATE_DELIVERED: "delivered",
    invoicing_pb2.TRANSMISSION_STATE_UNDELIVERABLE: "issued, undeliverable",
    invoicing_pb2.TRANSMISSION_STATE_REJECTED: "rejected",
}
INVOICE = {common.LANGUAGE_IT: "Fattura", common.LANGUAGE_EN: "Invoice"}
"""How an invoice's email begins."""
BECAME_CREDIT = "sono ora credito"
"""In the subject of the email that tells an Italian customer of money that an operator has made credit."""
GREETINGS = {
    common.LANGUAGE_IT: ("Conferma il tuo indirizzo", "Benvenut", "Conferma del tuo ordine"),
    common.LANGUAGE_EN: ("Confirm your address", "Welcome", "Your order is confirmed"),
}
"""Emails that everybody gets who buys, before the proforma."""


def subjects(customer: dict[str, Any], language: common.Language = common.LANGUAGE_IT) -> list[str]:
    """A part of the subject of each email that everybody gets who buys."""
    numbers = customer["ids"]
    papers = [f"Proforma {numbers['proforma_number']}", f"{INVOICE[language]} {numbers['invoice_number']}"]
    return [*GREETINGS[language], *papers]


async def told_of_credit(stage: Stage, tale: Tale) -> None:
    """Wait for the email about money that became credit."""
    mail = await stage.inbox.wait_for(
        tale.customer.email, lambda mail: BECAME_CREDIT in mail["Subject"], "word of the credit"
    )
    stage.tell(f"email: {mail['Subject']}")


async def order(stage: Stage, tale: Tale, quote: ordering_pb2.Quote, method: common.PaymentMethod) -> None:
    """Press the order button."""
    placed = await tale.customer.place_order(quote, method)
    tale.ids["order"] = placed.order_id
    tale.costs(quote.totals)
    tale.became("order", "OPEN", from_timestamp(placed.placed_at))
    stage.tell(f"orders with obligation to pay: {price(quote.totals, quote.tax_treatment)}")
    see(stage, tale, "Order", names.order_id(placed.order_id))


def price(totals: common.Totals, treatment: common.TaxTreatment) -> str:
    """What is to be paid, and what of it is VAT, in words."""
    without = treatment == common.TAX_TREATMENT_REVERSE_CHARGE
    return f"{money(totals.gross)} ({'no VAT: reverse charge' if without else f'{money(totals.net)} + VAT'})"


async def proforma_email(stage: Stage, tale: Tale) -> EmailMessage:
    """Wait for the proforma."""
    message = await stage.inbox.wait_for(
        tale.customer.email, lambda mail: "roforma" in mail["Subject"] and has_pdf(mail), "the proforma"
    )
    stage.tell(f"email: {message['Subject']}")
    return message


def has_pdf(message: EmailMessage) -> bool:
    """Whether a PDF is attached."""
    return any(part.get_content_type() == "application/pdf" for part in message.iter_attachments())


async def see_it_through(stage: Stage, tale: Tale) -> None:
    """After the money: unlocked, invoiced, the e-invoice at the SdI, the subscription."""
    customer = tale.customer

    async def fulfilled() -> ordering_pb2.Order | None:
        found = await customer.order(tale.ids["order"])
        return found if found.state == ordering_pb2.ORDER_STATE_FULFILLED else None

    done = await until(fulfilled, "the order's fulfilment")
    tale.ids |= {"payment_request": done.payment_request_id, "proforma": done.proforma_id, "invoice": done.invoice_id}
    tale.became("order", "PAID", from_timestamp(done.ended_at))
    tale.became("service", "UNLOCKED", from_timestamp(done.unlocked_at))
    tale.became("order", "FULFILLED", from_timestamp(done.fulfilled_at))
    stage.tell("paid: the service is unlocked, the trial's limits are gone")
    invoice = await document(stage, done.invoice_id)
    tale.ids |= {"invoice_number": invoice.number, "proforma_number": done.proforma_number}
    tale.became("invoice", "ISSUED", from_timestamp(invoice.issued_at))
    mail = await stage.inbox.wait_for(
        customer.email,
        lambda found: re.search(rf" {invoice.number}(?!\d)", found["Subject"]) is not None and has_pdf(found),
        "the invoice",
    )
    stage.tell(f"email: {mail['Subject']}")
    await e_invoice_ends(stage, tale, done.invoice_id)


async def e_invoice_ends(stage: Stage, tale: Tale, invoice_id: str) -> None:
    """The e-invoice goes to the SdI, whose receipt comes back into the certified mailbox."""
    see(stage, tale, "EInvoice", names.e_invoice_id(invoice_id))

    async def ended() -> invoicing_pb2.Document | None:
        await stage.operator.invoicing.PollReceipts(invoicing_pb2.PollReceiptsRequest())
        found = await document(stage, invoice_id)
        return found if found.transmission_state in FINAL else None

    found = await until(ended, "the SdI's receipt")
    receipts = [file.name for file in found.files if file.kind == invoicing_pb2.FILE_KIND_RECEIPT]
    outcome = FINAL[found.transmission_state]
    tale.became("e-invoice", outcome, stage.now())
    stage.tell(f"the e-invoice {found.number} went to the SdI by certified mail: {outcome} ({', '.join(receipts)})")


async def document(stage: Stage, document_id: str) -> invoicing_pb2.Document:
    """A document as an operator sees it."""
    request = invoicing_pb2.GetInvoicingDocumentRequest(document_id=document_id)
    return (await stage.operator.invoicing.GetInvoicingDocument(request)).document
