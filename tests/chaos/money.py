"""What comes and goes at the bank and at Stripe in a story, and the money that waits for an operator."""

import re
from typing import Any
from uuid import uuid4

import aiohttp

from casella.payments.v1 import payments_pb2
from deploy.local.demo.customer import Customer
from tests.chaos.acting import STEERING, stands, today, transfer
from tests.e2e.play import Play
from tests.payments.statement import Entry
from tests.payments.statement import statement as bank_statement
from workflows import names

_IBAN, _PAYERS_IBAN = "IT60X0542811101000000123456", "DE89370400440532013000"


async def waits(play: Play, minor: int, text: str) -> str:
    """A transfer comes that pays nothing by itself; its workflow."""
    money = await comes(play, minor, text)
    await stands(play, money, "NeedsOperator")
    return money


async def comes(play: Play, minor: int, text: str) -> str:
    """Likewise, where nobody need decide about it."""
    before = await waiting(play)
    await transfer(play, minor, text=text, payer_iban=_PAYERS_IBAN)
    [entry_id] = await waiting(play) - before
    return names.money_id(entry_id)


async def waiting(play: Play) -> set[str]:
    """The money that waits."""
    listed = await play.operator.payments.ListMoneyEntries(payments_pb2.ListMoneyEntriesRequest())
    return {entry.money_entry_id for entry in listed.entries}


async def refunds(play: Play, customer: Customer) -> list[payments_pb2.Refund]:
    """A customer's refunds."""
    asked = payments_pb2.ListRefundsRequest(account_id=customer.account_id)
    return list((await play.operator.payments.ListRefunds(asked)).refunds)


async def approve(play: Play, *asked: payments_pb2.Refund) -> None:
    """An operator approves refunds by transfer."""
    request = payments_pb2.ApproveRefundsRequest(
        request_id=str(uuid4()), refund_ids=[each.refund_id for each in asked], steering=STEERING
    )
    await play.operator.payments.ApproveRefunds(request)


async def export(play: Play) -> list[str]:
    """Write the file for the bank; the names under which each of its transfers will be in the statement."""
    exporting = payments_pb2.ExportRefundsRequest(request_id=str(uuid4()), steering=STEERING)
    file = (await play.operator.payments.ExportRefunds(exporting)).file
    return [name.decode() for name in re.findall(rb"<EndToEndId>([^<]+)</EndToEndId>", file)]


async def has_left(play: Play, minor: int, end_to_end: str) -> None:
    """The bank's statement tells of a transfer that left by a file."""
    left = Entry(minor, direction="DBIT", end_to_end=end_to_end, bank_reference=uuid4().hex, day=today())
    told = payments_pb2.ImportStatementRequest(file=bank_statement(left, number=uuid4().hex, iban=_IBAN))
    await play.operator.payments.ImportStatement(told)


async def charge_of(play: Play, order_id: str) -> str:
    """The PaymentIntent of an order."""
    intents = await stripe_has(play, "payment_intents")
    [charge] = [each["id"] for each in intents if each["metadata"].get("order_id") == order_id]
    return str(charge)


async def refund_at_stripe(play: Play, refund: payments_pb2.Refund) -> str:
    """Stripe's id of a refund."""
    made = await stripe_has(play, "refunds")
    [number] = [each["id"] for each in made if each["metadata"]["refund_id"] == refund.refund_id]
    return str(number)


async def stripe_has(play: Play, kind: str) -> list[dict[str, Any]]:
    """Stripe's objects of a kind, oldest first: ``payment_intents``, ``refunds``, ``mandates``."""
    url = f"{play.world.site.url('stripe')}/_simulator/state"
    async with aiohttp.ClientSession(raise_for_status=True) as http, http.get(url) as answer:
        found: list[dict[str, Any]] = (await answer.json())[kind]
    return found


async def stripe_does(play: Play, path: str, **what: object) -> str:
    """Move one of Stripe's levers; the id of what it moved."""
    url = f"{play.world.site.url('stripe')}/_simulator/{path}"
    async with aiohttp.ClientSession(raise_for_status=True) as http, http.post(url, json=what) as answer:
        return str((await answer.json())["id"])
