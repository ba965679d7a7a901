"""The two stories that end with a purchase: a private person with a card, a company with a bank transfer."""

import re
from email.message import EmailMessage

from stdnum import iso11649

from casella.common.v1 import common_pb2 as common
from casella.invoicing.v1 import invoicing_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from deploy.local.demo import paying, people
from deploy.local.demo.inbox import NoSuchMail, text_of
from deploy.local.demo.stage import Stage, until
from deploy.local.demo.tale import BUYS_BY_CARD, BUYS_BY_TRANSFER, Tale, money
from deploy.local.demo.trying import begin_trial, see, use_trial
from services.kit.calendar import ROME
from services.kit.wire import from_timestamp
from workflows import names

COMPANY_MAILBOXES = 7
DAYS_BEFORE_THE_TRANSFER = 4
FINAL = {
    invoicing_pb2.TRANSMISSION_STATE_DELIVERED: "delivered",
    invoicing_pb2.TRANSMISSION_STATE_UNDELIVERABLE: "issued, undeliverable",
    invoicing_pb2.TRANSMISSION_STATE_REJECTED: "rejected",
}


async def person_by_card(stage: Stage) -> Tale:
    """An Italian private person: one mailbox for a year, paid by card."""
    customer = stage.customer("anna", "Anna", "Rossi", common.LANGUAGE_IT)
    tale = Tale("anna", BUYS_BY_CARD, "Anna Rossi", "private person: one mailbox for a year, by card", customer)
    stage.teller.chapter(f"{tale.name}, {tale.plan}")
    await begin_trial(stage, tale)
    await use_trial(stage, tale, "anna")
    await customer.save_profile(people.private_person("Anna", "Rossi"))
    quote = await customer.quote(common.CUSTOMER_KIND_PRIVATE, common.BILLING_PERIOD_ANNUAL, 1)
    await order(stage, tale, quote, common.PAYMENT_METHOD_ONLINE)
    proforma = await proforma_email(stage, tale)
    await paying.pay_online(stage.site.url("gateway"), proforma)
    stage.tell("follows the emailed link to the hosted page and pays by card; Stripe's webhook reaches the gateway")
    await see_it_through(stage, tale)
    return tale


async def company_orders(stage: Stage) -> Tale:
    """An Italian company: seven mailboxes month by month, to be paid by bank transfer."""
    customer = stage.customer("bottega", "Paolo", "Verdi", common.LANGUAGE_IT)
    plan = "company: seven mailboxes month by month, by bank transfer"
    tale = Tale("bottega", BUYS_BY_TRANSFER, "Bottega Cipressi S.r.l.", plan, customer)
    stage.teller.chapter(f"{tale.name}, {tale.plan}")
    await begin_trial(stage, tale)
    await use_trial(stage, tale, "info", "ordini", "paolo")
    await customer.save_profile(people.company("Bottega Cipressi S.r.l.", "Paolo Verdi"))
    quote = await customer.quote(common.CUSTOMER_KIND_COMPANY, common.BILLING_PERIOD_MONTHLY, COMPANY_MAILBOXES)
    await order(stage, tale, quote, common.PAYMENT_METHOD_BANK_TRANSFER)
    return tale


async def company_pays(stage: Stage, tale: Tale) -> None:
    """The reminder comes, the company pays, the bank's statement is imported."""
    proforma = await proforma_email(stage, tale)
    reference = creditor_reference(proforma)
    stage.tell(f"the proforma's email asks for a transfer with the creditor reference {reference}")
    await stage.wait(DAYS_BEFORE_THE_TRANSFER)
    await stage.inbox.wait_for(tale.customer.email, lambda mail: "Promemoria" in mail["Subject"], "the reminder")
    stage.tell(f"{DAYS_BEFORE_THE_TRANSFER} days later nothing is paid: a reminder has come")
    placed = await tale.customer.order(tale.ids["order"])
    transfer = paying.Transfer(placed.quote.totals.gross, stage.now().astimezone(ROME).date(), reference)
    file = paying.statement(paying.statement_account(proforma), [transfer])
    answer = await stage.operator.payments.ImportStatement(payments_pb2.ImportStatementRequest(file=file))
    stage.tell(
        f"the bank's camt.053 statement is imported: {answer.credits} credit, {answer.paid} payment request paid"
    )
    await see_it_through(stage, tale)


async def order(stage: Stage, tale: Tale, quote: ordering_pb2.Quote, method: common.PaymentMethod) -> None:
    """Press the order button."""
    placed = await tale.customer.place_order(quote, method)
    tale.ids["order"] = placed.order_id
    tale.costs(quote.totals)
    tale.became("order", "OPEN", from_timestamp(placed.placed_at))
    gross, net = money(quote.totals.gross), money(quote.totals.net)
    stage.tell(f"orders with obligation to pay: {gross} ({net} + VAT)")
    see(stage, tale, "Order", names.order_id(placed.order_id))


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


def creditor_reference(proforma: EmailMessage) -> str:
    """The RF creditor reference that the email names.

    Raises:
        NoSuchMail: It names none with a right checksum.
    """
    for found in re.finditer(r"RF\d{2}[0-9A-Z \u00a0]{1,30}", text_of(proforma)):
        reference = re.sub(r"\s", "", found[0])
        if iso11649.is_valid(reference):
            return reference
    raise NoSuchMail(f"no creditor reference in: {proforma['Subject']}")


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
        lambda found: f" {invoice.number}:" in found["Subject"] and has_pdf(found),
        "the courtesy invoice",
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
