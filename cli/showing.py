"""`casella show`: everything that the services know of an account, an order, an invoice, or of money that waits."""

from collections.abc import Awaitable
from typing import TypeVar

import click
from google.protobuf.message import Message

from casella.invoicing.v1 import invoicing_pb2
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from casella.support.v1 import support_pb2
from casella.trial.v1 import trial_pb2
from cli import printing
from cli.calling import Rooms, calls
from cli.finding import account_id
from services.kit.errors import Refused
from workflows import names

M = TypeVar("M", bound=Message)


@click.group()
def show() -> None:
    """Show an account, an order, an invoice, or money that waits."""


@show.command()
@click.argument("named", metavar="ID|EMAIL")
@calls
async def account(rooms: Rooms, named: str) -> None:
    """Show an account: the person, the trial, the service, orders, documents, tickets."""
    known = await account_id(rooms, named)
    person = await _if_any(rooms.trial.GetAccount(trial_pb2.GetAccountRequest(account_id=known)))
    orders = await rooms.ordering.ListOrders(ordering_pb2.ListOrdersRequest(account_id=known))
    documents = await rooms.invoicing.ListDocuments(invoicing_pb2.ListDocumentsRequest(account_id=known))
    tickets = await rooms.support.ListTickets(support_pb2.ListTicketsRequest(account_id=known))
    profile = await _if_any(rooms.ordering.GetBillingProfile(ordering_pb2.GetBillingProfileRequest(account_id=known)))
    service = await _if_any(rooms.mailboxes.GetAllowance(mailboxes_pb2.GetAllowanceRequest(account_id=known)))
    running = await _if_any(rooms.ordering.GetSubscription(ordering_pb2.GetSubscriptionRequest(account_id=known)))
    closure = await _if_any(rooms.ordering.GetClosure(ordering_pb2.GetClosureRequest(account_id=known)))
    standing = await rooms.ordering.GetStanding(ordering_pb2.GetStandingRequest(account_id=known))
    printing.show(
        {
            "account": [answer.account for answer in person],
            "service": [answer.allowance for answer in service],
            "billing profile": [answer.profile for answer in profile],
            "standing": standing,
            "orders": list(orders.orders),
            "subscription": [answer.subscription for answer in running],
            "documents": list(documents.documents),
            "tickets": list(tickets.tickets),
            "closure": [answer.closure for answer in closure],
        }
    )
    _tell_workflow(rooms, names.trial_id(known))


@show.command()
@click.argument("order_id", metavar="ID")
@calls
async def order(rooms: Rooms, order_id: str) -> None:
    """Show an order with its payment request and documents."""
    found = (await rooms.ordering.GetOrder(ordering_pb2.GetOrderRequest(order_id=order_id))).order
    asked = payments_pb2.GetPaymentRequestRequest(order_id=order_id)
    request = await _if_any(rooms.payments.GetPaymentRequest(asked))
    documents = [
        (await rooms.invoicing.GetInvoicingDocument(_document(known))).document
        for known in (found.proforma_id, found.invoice_id)
        if known
    ]
    printing.show(
        {
            "order": found,
            "payment request": [answer.payment_request for answer in request],
            "documents": documents,
        }
    )
    _tell_workflow(rooms, names.order_id(order_id))


@show.command()
@click.argument("invoice_id", metavar="ID")
@calls
async def invoice(rooms: Rooms, invoice_id: str) -> None:
    """Show an invoice with its way to the SdI."""
    found = (await rooms.invoicing.GetInvoicingDocument(_document(invoice_id))).document
    asked = invoicing_pb2.GetTransmissionRequest(invoice_id=invoice_id)
    sent = await _if_any(rooms.invoicing.GetTransmission(asked))
    printing.show({"invoice": found, "transmission": [answer.transmission for answer in sent]})
    _tell_workflow(rooms, names.e_invoice_id(invoice_id))


@show.command()
@calls
async def money(rooms: Rooms) -> None:
    """Show money that waits for an operator: short, over, late, twice or unknown."""
    rows = []
    token = ""
    while True:
        page = payments_pb2.ListMoneyEntriesRequest()
        page.page.page_token = token
        answer = await rooms.payments.ListMoneyEntries(page)
        rows += [
            (
                entry.created_at,
                printing.name_of(entry, "reason"),
                entry.amount,
                entry.available_on,
                entry.payer_name,
                entry.remittance,
                " ".join(entry.suggestions),
                entry.money_entry_id,
            )
            for entry in answer.entries
        ]
        token = answer.next_page_token
        if not token:
            break
    columns = ("arrived", "reason", "amount", "available", "payer", "remittance", "perhaps for", "entry")
    printing.table("Money that waits", columns, rows, "none")


async def _if_any(asked: Awaitable[M]) -> list[M]:
    """The answer, or nothing where the service has no such row."""
    try:
        return [await asked]
    except Refused as refused:
        if refused.code.name == "NOT_FOUND":
            return []
        raise


def _document(known: str) -> invoicing_pb2.GetInvoicingDocumentRequest:
    return invoicing_pb2.GetInvoicingDocumentRequest(document_id=known)


def _tell_workflow(rooms: Rooms, workflow_id: str) -> None:
    if rooms.place.temporal_ui:
        where = f"{rooms.place.temporal_ui}/namespaces/{rooms.place.namespace}/workflows/{workflow_id}"
        printing.say(f"Temporal: {where}")
