"""What brings a workflow into the state that an operator has to deal with: held sign-ups, refusals, the SdI's moods."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID, uuid4

from casella.common.v1 import common_pb2 as common
from casella.invoicing.v1 import invoicing_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from casella.support.v1 import support_pb2
from deploy.local.demo import people
from deploy.local.demo.customer import Customer
from services.kit.calendar import ROME
from tests.e2e.operator_desk import OPERATOR, Desk
from tests.e2e.play import Play, database
from tests.e2e.waiting import until
from workflows import names

FREE_SIGN_UPS = 3
"""Of one IP address in an hour; one more waits for an operator (deploy/policy.yaml)."""


async def hold_sign_up(desk: Desk, customer: Customer) -> str:
    """Sign somebody up so that it waits for an operator; returns the workflow's id."""
    for _ in range(FREE_SIGN_UPS):
        other = Customer(customer.front, customer.inbox, people.new_address("other"), ip=customer.ip)
        await other.sign_up()
    workflow_id = names.sign_up_id(await customer.sign_up())
    await desk.stands(workflow_id, "InReview")
    return workflow_id


def transfer_of(order: ordering_pb2.Order, at: datetime | None = None) -> dict[str, str]:
    """The data of ``record_bank_transfer`` that pays an order, booked on that day, by default today."""
    minor = order.quote.totals.gross.minor
    return {
        "amount": f"{minor // 100}.{minor % 100:02d}",
        "booked_on": f"{(at or datetime.now(UTC)).astimezone(ROME):%Y-%m-%d}",
        "bank_reference": f"CRO {order.order_id[-12:]}",
        "reason_code": "seen_on_account",
    }


async def prove_business(desk: Desk, order_id: str) -> None:
    """Accept a proof that the customer of an order outside the EU is a business."""
    workflow_id = names.order_id(order_id)
    await desk.stands(workflow_id, "NeedsOperator")
    proof = {"proof": "tax_certificate", "reference": "proofs/2026-0042", "reason_code": "proof_seen"}
    answer = await desk.update(workflow_id, "accept_business_proof", proof)
    assert answer.result, answer.refusal


async def change_access(play: Play, customer: Customer, state: str) -> None:
    """Break a customer's account in mailboxes ("purged": every step on it is refused), or mend it ("trial")."""
    connection = await database(play, "mailboxes")
    try:
        await connection.execute("UPDATE accounts SET state = $2 WHERE id = $1", UUID(customer.account_id), state)
    finally:
        await connection.close()


async def set_hold(play: Play, customer: Customer, *, hold: bool) -> None:
    """What ``casella hold`` does."""
    steering = common.Steering(actor=OPERATOR, reason_code="court_order")
    await play.operator.ordering.SetLegalHold(
        ordering_pb2.SetLegalHoldRequest(
            request_id=str(uuid4()), account_id=customer.account_id, hold=hold, steering=steering
        )
    )


@asynccontextmanager
async def without_worker(play: Play) -> AsyncIterator[None]:
    """A time in which no workflow takes a step."""
    await play.world.stop_process("worker")
    yield
    await play.world.start_process("worker")


async def close_under_hold(desk: Desk, customer: Customer) -> str:
    """Close an account and set a legal hold before its purge deletes anything; returns the purge's id."""
    async with without_worker(desk.play):
        reason = ordering_pb2.CLOSURE_REASON_TRIAL_ENDED
        await desk.play.worker.ordering.CloseAccount(
            ordering_pb2.CloseAccountRequest(account_id=customer.account_id, reason=reason)
        )
        await set_hold(desk.play, customer, hold=True)
    workflow_id = names.purge_id(customer.account_id)
    await desk.stands(workflow_id, "Held")
    return workflow_id


async def sdi_will(desk: Desk, action: str, times: int = 1) -> None:
    """Order how the SdI stand-in answers the next files: ``reject`` or ``silent``."""
    order = {"action": action, "code": "00306" if action == "reject" else "", "times": times}
    sdi = desk.play.world.site.url("sdi_page")
    async with desk.session.post(f"{sdi}/orders", json=order) as response:
        assert response.status == 200, await response.text()


async def answered(desk: Desk, workflow_id: str, state: str) -> None:
    """Read the certified mailbox, as the schedule does each minute, until the e-invoice shows a state."""

    async def look() -> bool | None:
        await desk.play.operator.invoicing.PollReceipts(invoicing_pb2.PollReceiptsRequest())
        return True if await desk.state(workflow_id) == state else None

    await until(look, f"{workflow_id} in state {state}")


async def ask_for_deletion(desk: Desk, customer: Customer, text: str = "Cancellate tutto") -> str:
    """A customer reads the notice, confirms it and opens the ticket; returns the id of the erasure's workflow."""
    await customer.ask_for_deletion(text)
    workflow_id = names.erasure_id(customer.account_id)
    await desk.stands(workflow_id, "Waiting")
    return workflow_id


async def close_tickets(desk: Desk, customer: Customer) -> None:
    """A customer closes every ticket; one that asks for the deletion of the profile is taken back so."""
    asked = support_pb2.ListTicketsRequest(account_id=customer.account_id)
    for ticket in (await desk.play.operator.support.ListTickets(asked)).tickets:
        request = support_pb2.CloseTicketRequest(request_id=str(uuid4()), ticket_id=ticket.ticket_id)
        await customer.front.support.CloseTicket(request, metadata=await customer.me())


async def let_term_run_out(play: Play, order_id: str, days_left: int) -> None:
    """Set an annual contract back, so that its term ends in so many days: as if nobody had looked at it until today.

    A year of the calendar, day by day, takes longer than a test may.
    """
    connection = await database(play, "ordering")
    try:
        back = await connection.fetchval(
            "SELECT period_end - (now() AT TIME ZONE 'Europe/Rome')::date - $2::int FROM orders WHERE id = $1",
            UUID(order_id), days_left,
        )  # fmt: skip
        async with connection.transaction():
            await connection.execute(
                "UPDATE orders SET period_start = period_start - $2::int, period_end = period_end - $2::int, "
                "placed_at = placed_at - make_interval(days => $2), "
                "withdrawal_until = withdrawal_until - make_interval(days => $2), "
                "unlocked_at = unlocked_at - make_interval(days => $2) WHERE id = $1",
                UUID(order_id), back,
            )  # fmt: skip
            subscription = await connection.fetchval(
                "UPDATE subscriptions SET started_at = started_at - make_interval(days => $2), "
                "anchor_day = extract(day FROM (started_at - make_interval(days => $2)) AT TIME ZONE 'Europe/Rome') "
                "WHERE order_id = $1 RETURNING id",
                UUID(order_id), back,
            )  # fmt: skip
            await connection.execute(
                "UPDATE subscription_periods SET first_day = first_day - $2::int, last_day = last_day - $2::int, "
                "measure_at = measure_at - make_interval(days => $2), "
                "next_at = next_at - make_interval(days => $2) WHERE subscription_id = $1",
                subscription, back,
            )  # fmt: skip
    finally:
        await connection.close()


async def stripe_does(desk: Desk, path: str) -> str:
    """Move one of Stripe's levers; the id of what it moved."""
    url = f"{desk.play.world.site.url('stripe')}/_simulator/{path}"
    async with desk.session.post(url, json={}) as answer:
        assert answer.status == 200, await answer.text()
        return str((await answer.json())["id"])


async def dispute(desk: Desk, order_id: str) -> tuple[str, str]:
    """The payer disputes what paid an order online; the dispute's id, and the id of its workflow."""
    async with desk.session.get(f"{desk.play.world.site.url('stripe')}/_simulator/state") as answer:
        intents = (await answer.json())["payment_intents"]
    (charge,) = [each["id"] for each in intents if each["metadata"].get("order_id") == order_id]
    number = await stripe_does(desk, f"payment_intents/{charge}/dispute")
    asked = payments_pb2.GetPaymentRequestRequest(order_id=order_id)

    async def look() -> str | None:
        told = (await desk.play.operator.payments.GetPaymentRequest(asked)).disputes
        return told[0].money_entry_id if told else None

    workflow_id = names.money_id(await until(look, "the dispute"))
    await desk.stands(workflow_id, "NeedsOperator")
    return number, workflow_id


async def vies_says(desk: Desk, vat_id: str, answer: str) -> None:
    """What the stand-in says about a VAT number from now on: `valid`, `invalid`, or an error of VIES."""
    lever = f"{desk.play.world.site.url('vies')}/_simulator/numbers/{vat_id}"
    async with desk.session.put(lever, json={"answer": answer}) as response:
        assert response.status < 300, await response.text()
