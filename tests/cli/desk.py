"""An operator's desk: a Casella in which something has happened, and a terminal beside it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from casella.common.v1 import common_pb2 as common
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from casella.support.v1 import support_pb2
from deploy.local.demo.customer import Customer
from tests.cli.running import Terminal
from tests.e2e.play import Play, database, started


@dataclass(frozen=True)
class Desk:
    """An operator's place at a Casella in which something has happened.

    Attributes:
        play: The Casella.
        terminal: Where commands are typed.
        buyer: Has paid an order, has a profile, an invoice and a ticket.
        order: That order, fulfilled.
        ticket_id: The buyer's ticket.
        newcomer: Is in the trial and has nothing.
    """

    play: Play
    terminal: Terminal
    buyer: Customer
    order: ordering_pb2.Order
    ticket_id: str
    newcomer: Customer

    async def order_to_pay(self) -> payments_pb2.PaymentRequest:
        """Somebody else's order, to be paid by a transfer."""
        _, order = await self.play.buyer(common.PAYMENT_METHOD_BANK_TRANSFER)
        asked = payments_pb2.GetPaymentRequestRequest(order_id=order.order_id)
        return (await self.play.worker.payments.GetPaymentRequest(asked)).payment_request


@asynccontextmanager
async def furnished(var: Path) -> AsyncIterator[Desk]:
    """Start a Casella with a customer who has bought and one who has not."""
    async with started(var) as play:
        buyer, order = await play.buyer(common.PAYMENT_METHOD_ONLINE)
        await play.pay_by_card(buyer)
        order = await play.fulfilled(buyer, order.order_id)
        ticket_id = await open_ticket(buyer)
        newcomer = play.customer("emma")
        await newcomer.begin_trial()
        terminal = Terminal({"CASELLA_VAR": str(play.world.site.var)})
        yield Desk(play, terminal, buyer, order, ticket_id, newcomer)


async def open_ticket(customer: Customer) -> str:
    """Let a customer ask something."""
    opened = await customer.front.support.OpenTicket(
        support_pb2.OpenTicketRequest(
            request_id=str(uuid4()),
            account_id=customer.account_id,
            kind=support_pb2.TICKET_KIND_QUESTION,
            subject="Posta in arrivo",
            text="Non ricevo più [bold]messaggi[/bold].",
        ),
        metadata=await customer.me(),
    )
    return opened.ticket.ticket_id


async def audited(desk: Desk, room: str, action: str) -> tuple[str, str, str]:
    """Actor, reason and source of the newest audit entry of this kind."""
    connection = await database(desk.play, room)
    try:
        row = await connection.fetchrow(
            "SELECT actor, reason_code, source FROM audit WHERE action = $1 ORDER BY at DESC LIMIT 1", action
        )
    finally:
        await connection.close()
    assert row is not None, f"{room} has no audit entry {action}"
    return row["actor"], row["reason_code"], row["source"]
