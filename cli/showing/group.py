"""`casella show`: what all rooms know of an account, sign-up, order, period, invoice, erasure, and of waiting money."""

from pathlib import Path

import click

from cli import screen
from cli.accounts import AccountName
from cli.rooms import run
from cli.showing.account import show_account
from cli.showing.erasure import show_erasure
from cli.showing.invoice import DocumentName, show_invoice
from cli.showing.money import show_entry, show_money
from cli.showing.order import OrderName, show_order
from cli.showing.period import show_period
from cli.showing.signup import show_signup
from cli.steering import Uuid


@click.group(short_help="Show an account, sign-up, order, period, invoice, erasure, or waiting money.")
def show() -> None:
    """Show an account, a sign-up, an order, a period, an invoice, an erasure, or the money that waits for you."""


@show.command("account")
@click.argument("account", type=AccountName())
@screen.json_option
def account_command(account: str, *, as_json: bool) -> None:
    """Show ACCOUNT (id or email): the person, the trial, what is used, orders, documents, tickets."""
    run(show_account(account, as_json=as_json))


@show.command("signup")
@click.argument("sign_up_id", metavar="SIGNUP", type=Uuid())
@screen.json_option
def signup_command(sign_up_id: str, *, as_json: bool) -> None:
    """Show SIGNUP (id), decided or not: who it is, why it was held, who decided."""
    run(show_signup(sign_up_id, as_json=as_json))


@show.command("order")
@click.argument("order", metavar="ORDER", type=OrderName())
@screen.json_option
def order_command(order: str, *, as_json: bool) -> None:
    """Show ORDER (id, proforma number or RF reference) with its payment and its documents."""
    run(show_order(order, as_json=as_json))


@show.command("period")
@click.argument("period_id", metavar="PERIOD", type=Uuid())
@screen.json_option
def period_command(period_id: str, *, as_json: bool) -> None:
    """Show PERIOD (id) of a subscription with its payment and its documents."""
    run(show_period(period_id, as_json=as_json))


@show.command("invoice")
@click.argument("invoice", metavar="INVOICE", type=DocumentName())
@click.option("--save", type=click.Path(file_okay=False, path_type=Path), help="Save its PDF, XML and receipts there.")
@screen.json_option
def invoice_command(invoice: str, save: Path | None, *, as_json: bool) -> None:
    """Show INVOICE or credit note (id or number) with its lines, files and way to the Sistema di Interscambio."""
    run(show_invoice(invoice, save, as_json=as_json))


@show.command("erasure")
@click.argument("account", type=AccountName())
@screen.json_option
def erasure_command(account: str, *, as_json: bool) -> None:
    """Show the erasure of ACCOUNT (id, or email while it is known): what was decided, and the proof of what is gone."""
    run(show_erasure(account, as_json=as_json))


@show.command("money")
@click.argument("entry_id", metavar="[ENTRY]", type=Uuid(), required=False)
@screen.json_option
def money_command(entry_id: str | None, *, as_json: bool) -> None:
    """Show the money that waits for you, what it may be for, and records that no statement confirms.

    With ENTRY (id) show that money alone, settled or not, with its payer.
    """
    run(show_entry(entry_id, as_json=as_json) if entry_id else show_money(as_json=as_json))
