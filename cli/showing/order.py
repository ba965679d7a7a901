"""Shows an order with its payment and its documents."""

import re
from typing import Any

import click

from casella.invoicing.v1 import invoicing_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from cli import profile_fields, screen, words
from cli.failures import Failure
from cli.rooms import Rooms, open_rooms
from cli.showing import asked, business_proofs, documents, vat_checks, withdrawal
from cli.steering import Uuid
from workflows import names

_REFERENCE = re.compile(r"RF\s?[0-9]{2}[0-9A-Z\s]+", re.IGNORECASE)
_PROFORMA = re.compile(r"P\s?20[0-9]{2}\s?[/-]\s?[0-9]+", re.IGNORECASE)
_LIST = "`casella show account` lists a customer's orders"


class OrderName(Uuid):
    """An order's id, or what a payer writes: the number of its proforma, its RF reference."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuse anything else, before a service is asked."""
        text = str(value).strip()
        if _REFERENCE.fullmatch(text) or _PROFORMA.fullmatch(text):
            return text
        return super().convert(value, param, ctx)


async def show_order(name: str, *, as_json: bool) -> None:
    """Show the order with this id, proforma number or RF reference."""
    async with open_rooms() as rooms:
        order_id = await id_of_order(rooms, name)
        found = await rooms.ask_for(rooms.ordering.GetOrder, ordering_pb2.GetOrderRequest(order_id=order_id))
        if found is None:
            raise Failure(f"there is no order {order_id}", _LIST)
        order = found.order
        payment = await rooms.ask_for(
            rooms.payments.GetPaymentRequest, payments_pb2.GetPaymentRequestRequest(order_id=order_id)
        )
        papers = await _documents(rooms, order)
        checks = await vat_checks.checks_of(rooms, order.account_id, order.quote.vat_id)
        proofs = await business_proofs.proofs_of(rooms, order.account_id, order.quote.tax_treatment)
        withdrawn = await withdrawal.of_order(rooms, order)
        if as_json:
            screen.show_json({
                "order": order,
                **asked.as_json(payment),
                "documents": papers,
                "vat_checks": checks,
                "business_proofs": proofs,
                "withdrawal": withdrawn,
            })  # fmt: skip
            return
        screen.show_facts(f"Order {order_id}", _facts(order, rooms, waits=bool(payment and payment.waiting)))
        screen.show_table("Lines (net)", ("line", "quantity", "net"), _lines(order))
        screen.show_facts("Ordered by", profile_fields.facts(order.party))
        asked.show(payment, "order")
        screen.show_table("Documents", documents.COLUMNS, [documents.row(paper) for paper in papers])
        if withdrawn:
            withdrawal.show(rooms, withdrawn)
        vat_checks.show(checks, order.vat_check_id)
        business_proofs.show(proofs, order.business_proof_id)


async def id_of_order(rooms: Rooms, name: str) -> str:
    """The id of an order, which payments knows by the names that payers write."""
    if _REFERENCE.fullmatch(name):
        by_name = payments_pb2.GetPaymentRequestRequest(reference=name)
    elif _PROFORMA.fullmatch(name):
        by_name = payments_pb2.GetPaymentRequestRequest(proforma_number=name)
    else:
        return name
    found = await rooms.ask_for(rooms.payments.GetPaymentRequest, by_name)
    if found is None:
        raise Failure(f"no order is to be paid under {name}", _LIST)
    if not found.payment_request.order_id:
        raise Failure(
            f"{name} asks for {words.cause(found.payment_request)}, which is no order",
            f"`casella show account {found.payment_request.account_id}` shows whose it is",
        )
    return found.payment_request.order_id


async def _documents(rooms: Rooms, order: ordering_pb2.Order) -> list[invoicing_pb2.Document]:
    found: list[invoicing_pb2.Document] = await rooms.ask_all(
        rooms.invoicing.ListDocuments,
        invoicing_pb2.ListDocumentsRequest(account_id=order.account_id),
        "documents",
    )
    return [document for document in found if document.order_id == order.order_id]


def _total(order: ordering_pb2.Order) -> str:
    totals = order.totals if order.HasField("totals") else order.quote.totals
    total = f"{words.money(totals.gross)} ({words.money(totals.net)} + VAT {words.money(totals.vat)})"
    if order.HasField("totals") or not order.quote.tax_open:
        return total
    return f"{total}, or {words.money(order.quote.totals_with_vat.gross)} with VAT: the tax is open"


def _addition(addition: ordering_pb2.Addition) -> str:
    """The annual contract and the days; empty for a first order."""
    if not addition.subscription_id:
        return ""
    days = f"{words.day(addition.first_day)} to {words.day(addition.last_day)}"
    return f"the annual contract {addition.subscription_id}, {days}"


def _facts(order: ordering_pb2.Order, rooms: Rooms, *, waits: bool) -> list[tuple[str, str]]:
    """What there is to say of an order; one that is open while money that names it waits does not expire."""
    suspended = waits and order.state == ordering_pb2.ORDER_STATE_OPEN
    state = words.choice(order, "state")
    return [
        ("state", f"{state}, cancellation asked for" if order.cancel_requested else state),
        ("account", order.account_id),
        ("total", _total(order)),
        ("tax", words.if_any(words.choice(order, "tax_treatment"))),
        ("VAT number", order.quote.vat_id),
        ("tax decided by an operator", words.if_any(words.choice(order, "tax_decision"))),
        ("billing", words.choice(order.quote, "billing")),
        ("adds to", _addition(order.quote.addition)),
        ("payment", words.choice(order, "payment_method")),
        ("placed", words.instant(order.placed_at)),
        *open_until(order, suspended=suspended),
        ("money available", words.if_any(words.day(order.available_on))),
        ("ended", words.if_any(words.instant(order.ended_at))),
        ("unlocked", words.if_any(words.instant(order.unlocked_at))),
        ("fulfilled", words.if_any(words.instant(order.fulfilled_at))),
        ("withdrawal until", words.if_any(words.instant(order.withdrawal_until))),
        ("invoice", order.invoice_id),
        ("steer at", rooms.where.workflow_link(names.order_id(order.order_id))),
    ]


def open_until(order: ordering_pb2.Order, *, suspended: bool) -> list[tuple[str, str]]:
    """Until when an open order stays so; one that has ended expires no more."""
    if order.state != ordering_pb2.ORDER_STATE_OPEN:
        return []
    if suspended:
        return [("expires", "expiry suspended: money waits")]
    return [
        ("expires", words.instant(order.expires_at)),
        ("stays open at most to", words.if_any(words.instant(order.hold_until))),
    ]


def _lines(order: ordering_pb2.Order) -> list[tuple[str, str, str]]:
    return [(line.description, str(line.quantity), words.money(line.net)) for line in order.quote.lines_en]
