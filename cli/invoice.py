"""`casella invoice`: credits an invoice by hand, wholly or in part, and exports those of a period."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import click

from casella.common.v1 import common_pb2, errors_pb2
from casella.invoicing.v1 import invoicing_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from cli import dissolved, recover_standing, screen, words
from cli.doctor import clocks
from cli.exporting.command import invoice_export
from cli.failures import Failure, Unreachable, WrongInput, failure_of
from cli.rooms import LONG_SECONDS, Rooms, open_rooms, run
from cli.showing.invoice import DocumentName, document_of
from cli.steering import Day, steered
from services.kit.errors import Refused
from services.kit.ids import new_id
from services.kit.wire import to_date

_AMOUNT = re.compile(r"\d{1,9}\.\d{2}")
_CAUSES = {
    "withdrawal": invoicing_pb2.CREDIT_REASON_WITHDRAWAL,
    "contract": invoicing_pb2.CREDIT_REASON_CONTRACT,
    "dispute": invoicing_pb2.CREDIT_REASON_DISPUTE,
    "agreement": invoicing_pb2.CREDIT_REASON_AGREEMENT,
    "correction": invoicing_pb2.CREDIT_REASON_CORRECTION,
}
_INVOICES = (invoicing_pb2.DOCUMENT_KIND_INVOICE, invoicing_pb2.DOCUMENT_KIND_ADVANCE_INVOICE)
_REFUNDS = {
    "transfer": invoicing_pb2.REFUND_METHOD_BANK_TRANSFER,
    "online": invoicing_pb2.REFUND_METHOD_ONLINE,
    "account-credit": invoicing_pb2.REFUND_METHOD_ACCOUNT_CREDIT,
}
_ONLINE = (common_pb2.PAYMENT_METHOD_ONLINE, common_pb2.PAYMENT_METHOD_AUTOMATIC_DEBIT)
_THEN = {
    invoicing_pb2.REFUND_METHOD_BANK_TRANSFER: "Its refund comes to `casella refund list`: approve it there, for "
    "the next file for the bank.",
    invoicing_pb2.REFUND_METHOD_ONLINE: "Its refund is asked for at Stripe; `casella refund list` names it until then.",
    invoicing_pb2.REFUND_METHOD_ACCOUNT_CREDIT: "Its amount becomes credit; `casella show account` shows it.",
    invoicing_pb2.REFUND_METHOD_UNSPECIFIED: "No money was moved; `casella audit` names it until its sum is back.",
}
_OPTIONS = {"gross": "--amount", "cause_date": "--on", "reason": "--cause"}


class Amount(click.ParamType[int]):
    """An amount in euro with two decimals, as cents."""

    name = "amount"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Refuse what leaves open how many cents are meant."""
        if not _AMOUNT.fullmatch(str(value)):
            self.fail(f"{value!r}: write euro with two decimals and a point, for example 12.50")
        return int(Decimal(str(value)) * 100)


@click.group(short_help="Credit an invoice; export those of a period.")
def invoice() -> None:
    """Credit an invoice, wholly or in part; export those of a period for your accountant."""


invoice.add_command(invoice_export)


@invoice.command("credit")
@click.argument("name", metavar="INVOICE", type=DocumentName())
@click.option("--amount", type=Amount(), help="Gross, for example 12.50; else all that is left of the invoice.")
@click.option(
    "--cause", type=click.Choice(list(_CAUSES)), required=True, help="Why; it decides the words and the time limit."
)
@click.option("--on", "on", type=Day(), help="Day of the cause; else today.")
@click.option(
    "--refund", type=click.Choice(list(_REFUNDS)), help="Refund it, too: by the means it was paid by, or as credit."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@steered
def invoice_credit(
    name: str,
    amount: int | None,
    cause: str,
    on: date | None,
    refund: str | None,
    *,
    yes: bool,
    steering: common_pb2.Steering,
) -> None:
    """Issue a credit note on INVOICE (number or id): numbered, sent to the SdI and emailed to the customer.

    With --refund the money goes back, too; without, none is moved. Agreement and correction are possible within a year
    of the invoice.
    """
    request = invoicing_pb2.IssueCreditNoteRequest(
        credit_id=str(new_id()),
        reason=_CAUSES[cause],
        refund_method=_REFUNDS.get(refund or ""),
        steering=steering,
    )
    run(_credit(name, amount, on, request, yes=yes))


async def _credit(
    name: str, amount: int | None, on: date | None, request: invoicing_pb2.IssueCreditNoteRequest, *, yes: bool
) -> None:
    async with open_rooms() as rooms:
        await recover_standing.check_not_held(rooms, "invoicing", "no credit note was issued")
        credited = await document_of(rooms, name)
        if credited.kind not in _INVOICES:
            raise WrongInput(f"{credited.number} is a {words.choice(credited, 'kind')}: only an invoice is credited")
        if credited.deducted_by:
            raise WrongInput(f"invoice {credited.deducted_by} deducts {credited.number}: that one is credited")
        left = _whole(credited) - credited.credited.minor
        request.invoice_id = credited.document_id
        request.gross.CopyFrom(_money(left if amount is None else amount, credited))
        request.cause_date.CopyFrom(to_date(on or await clocks.today(rooms, "invoicing")))
        if not left:
            raise Failure(f"nothing is left of invoice {credited.number}: all of it was credited")
        if request.reason == invoicing_pb2.CREDIT_REASON_DISPUTE:
            await dissolved.check_ended(rooms, credited)
        await _check_refund(rooms, credited, request)
        _show(credited, request, left)
        if not yes:
            click.confirm("Issue this credit note? It cannot be taken back", abort=True)
        note = await _issue(rooms, request)
    screen.say(
        f"Issued: credit note {note.number} ({note.document_id}) of {words.money(note.totals.gross)} on invoice "
        f"{credited.number}; it is on its way to the SdI, and its copy to the customer."
    )
    screen.say(_THEN[request.refund_method])


async def _check_refund(
    rooms: Rooms, credited: invoicing_pb2.Document, request: invoicing_pb2.IssueCreditNoteRequest
) -> None:
    """Refuse a note that promises a refund for which there is no money, or by a means by which it did not come."""
    how = request.refund_method
    if not how:
        return
    asked = payments_pb2.GetPaymentRequestRequest(order_id=credited.order_id)
    if credited.HasField("period"):
        asked = payments_pb2.GetPaymentRequestRequest(period_id=credited.period.period_id)
    paid = await rooms.ask_for(rooms.payments.GetPaymentRequest, asked)
    most = common_pb2.Money(currency=request.gross.currency) if paid is None else paid.refundable
    if most.minor < request.gross.minor:
        raise Failure(
            f"of what invoice {credited.number} was paid with, {words.money(most)} can go back",
            "Without --refund the note moves no money",
        )
    account = ordering_pb2.GetStandingRequest(account_id=credited.account_id)
    to_credit = how == invoicing_pb2.REFUND_METHOD_ACCOUNT_CREDIT
    if to_credit and (await rooms.ask(rooms.ordering.GetStanding, account)).closed:
        raise Failure(f"account {credited.account_id} is closed and uses no credit any more: refund it otherwise")
    if paid is not None and not to_credit:
        check_money(credited, paid.refundable_money, request)


def check_money(
    credited: invoicing_pb2.Document,
    money: payments_pb2.ReceivedMoney,
    request: invoicing_pb2.IssueCreditNoteRequest,
) -> None:
    """Refuse a note that promises more as money, or by another means, than the refund will give back as `money`."""
    online = money.method in _ONLINE
    if money.amount.minor and online != (request.refund_method == invoicing_pb2.REFUND_METHOD_ONLINE):
        means = "card or PayPal: --refund online" if online else "bank transfer: --refund transfer"
        raise WrongInput(f"invoice {credited.number} was paid by {means}, or --refund account-credit")
    if money.amount.minor < request.gross.minor:
        raise Failure(
            f"of what invoice {credited.number} was paid with, {words.money(_money(money.amount.minor, credited))} "
            "goes back as money: the rest becomes account credit",
            "Credit the two parts by two notes, the second with --refund account-credit",
        )


async def _issue(rooms: Rooms, request: invoicing_pb2.IssueCreditNoteRequest) -> invoicing_pb2.Document:
    try:
        return (await rooms.ask(rooms.invoicing.IssueCreditNote, request, LONG_SECONDS)).document
    except Refused as refused:
        if refused.reason == errors_pb2.REASON_CREDIT_EXCEEDS_INVOICE:
            left = common_pb2.Money(minor=int(refused.metadata["left"]), currency=request.gross.currency)
            raise Failure(
                f"{words.money(request.gross)} is more than is left of the invoice: {words.money(left)}"
            ) from None
        raise failure_of(refused, _OPTIONS) from None
    except Unreachable as away:
        raise Unreachable(
            f"{away.message}; whether the credit note was issued is not known",
            "`casella show invoice` names the credit notes on it: look before you try again",
        ) from None


def _show(credited: invoicing_pb2.Document, request: invoicing_pb2.IssueCreditNoteRequest, left: int) -> None:
    notes = ", ".join(note.number for note in credited.credit_notes)
    screen.show_facts(
        f"Credit note on invoice {credited.number}",
        [
            ("invoice", f"{credited.document_id} of {words.day(credited.date)}"),
            ("account", credited.account_id),
            ("total", words.money(credited.totals.gross)),
            ("with its part payments", words.money(_money(_whole(credited), credited)) if credited.advances else ""),
            ("credited before", f"{words.money(credited.credited)} by {notes}" if notes else ""),
            ("to be credited", words.money(request.gross)),
            ("left after it", words.money(_money(left - request.gross.minor, credited))),
            ("because of", f"{words.choice(request, 'reason')}, {words.day(request.cause_date)}"),
            ("refunded by", words.if_any(words.choice(request, "refund_method"))),
        ],
    )


def _whole(credited: invoicing_pb2.Document) -> int:
    """What may be credited of an invoice in all: what it comes to, with the part payments that it deducts."""
    return credited.totals.gross.minor + sum(advance.gross.minor for advance in credited.advances)


def _money(minor: int, credited: invoicing_pb2.Document) -> common_pb2.Money:
    return common_pb2.Money(minor=minor, currency=credited.totals.gross.currency)
