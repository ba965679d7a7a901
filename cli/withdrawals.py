"""`casella withdrawal`, and what is still owed to consumers who have withdrawn, for the doctor and the auditor."""

from collections.abc import Sequence
from datetime import date

import click

from casella.common.v1 import common_pb2
from casella.invoicing.v1 import invoicing_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from cli import screen, words
from cli.rooms import Rooms, open_rooms, run
from cli.showing.order import OrderName, id_of_order
from cli.steering import Day, steered
from services.kit.ids import new_id
from services.kit.wire import from_date, to_date

_OWED = (ordering_pb2.WITHDRAWAL_STATE_NOTICED, ordering_pb2.WITHDRAWAL_STATE_REFUNDING)


@click.group(short_help="Record a withdrawal that came by letter, email or ticket.")
def withdrawal() -> None:
    """Record a consumer's withdrawal that came in another way than through the panel."""


@withdrawal.command("record")
@click.argument("order", type=OrderName())
@click.option("--declared-on", type=Day(), required=True, help="Day on which the statement was sent.")
@steered
def withdrawal_record(order: str, declared_on: date, steering: common_pb2.Steering) -> None:
    """Withdraw the consumer from the contract of ORDER (id, proforma number or RF reference); it ends at once."""
    run(_record(order, declared_on, steering))


async def open_withdrawals(rooms: Rooms) -> list[ordering_pb2.Withdrawal]:
    """Those that are not finished."""
    found: list[ordering_pb2.Withdrawal] = await rooms.ask_all(
        rooms.ordering.ListOpenWithdrawals, ordering_pb2.ListOpenWithdrawalsRequest(), "withdrawals"
    )
    return found


async def made_outside(rooms: Rooms, invoices: Sequence[invoicing_pb2.Document]) -> set[str]:
    """The credit notes on invoices by which withdrawals are settled, wherever the money went back; UUIDs."""
    found: set[str] = set()
    for order_id in {await _order_of(rooms, invoice) for invoice in invoices}:
        asked = ordering_pb2.GetWithdrawalRequest(order_id=order_id)
        answer = await rooms.ask_for(rooms.ordering.GetWithdrawal, asked)
        if answer is not None:
            refunded = [part for part in answer.withdrawal.refunds if part.HasField("refunded_at")]
            found |= {part.credit_note_id for part in refunded if part.credit_note_id}
    return found


async def _order_of(rooms: Rooms, invoice: invoicing_pb2.Document) -> str:
    """The order that made the contract of an invoice."""
    if not invoice.HasField("period"):
        return invoice.order_id
    period = ordering_pb2.GetPeriodRequest(period_id=invoice.period.period_id)
    return str((await rooms.ask(rooms.ordering.GetPeriod, period)).subscription.order_id)


def owed(withdrawals: Sequence[ordering_pb2.Withdrawal]) -> list[ordering_pb2.Withdrawal]:
    """Those of which money is still owed, or may be, the most urgent first."""
    open_ones = [
        each
        for each in withdrawals
        if each.state in _OWED
        and (
            each.state == ordering_pb2.WITHDRAWAL_STATE_NOTICED
            or not (each.refunds and all(part.HasField("refunded_at") for part in each.refunds))
        )
    ]
    return sorted(open_ones, key=_due_by)


async def to_come(rooms: Rooms, withdrawals: Sequence[ordering_pb2.Withdrawal]) -> list[tuple[str, str, str]]:
    """The refunds that withdrawals owe and payments does not know (yet, or any more): order, amount, refund id."""
    found: list[tuple[str, str, str]] = []
    for each in owed(withdrawals):
        if each.state == ordering_pb2.WITHDRAWAL_STATE_NOTICED:
            found.append((each.order_id, "what was paid is not decided", words.NONE))
        for part in each.refunds:
            if part.HasField("refunded_at") or not part.amount.minor:
                continue
            asked = payments_pb2.GetRefundRequest(refund_id=part.refund_id)
            if await rooms.ask_for(rooms.payments.GetRefund, asked) is None:
                found.append((each.order_id, words.money(part.amount), part.refund_id))
    return found


def late(withdrawals: Sequence[ordering_pb2.Withdrawal], today: date) -> list[ordering_pb2.Withdrawal]:
    """Those whose refund is owed for longer than the law allows (consumer code art. 56(1))."""
    return [each for each in owed(withdrawals) if _due_by(each) < today]


def sentence(each: ordering_pb2.Withdrawal) -> str:
    """Of which order, how much, until when it was due."""
    parts = [part for part in each.refunds if not part.HasField("refunded_at")]
    sums = " and ".join(words.money(part.amount) for part in parts) or "what was paid is not decided"
    return f"order {each.order_id}: {sums}, due by {_due_by(each).isoformat()}"


def _due_by(each: ordering_pb2.Withdrawal) -> date:
    """The last day for the first of its refunds that was not made; that of the withdrawal while none is known."""
    owed_by = [from_date(part.refund_by) for part in each.refunds if not part.HasField("refunded_at")]
    return min(owed_by, default=from_date(each.refund_by))


async def _record(name: str, declared_on: date, steering: common_pb2.Steering) -> None:
    async with open_rooms() as rooms:
        request = ordering_pb2.WithdrawFromContractRequest(
            request_id=str(new_id()),
            order_id=await id_of_order(rooms, name),
            declared_on=to_date(declared_on),
            steering=steering,
        )
        made = (await rooms.ask(rooms.ordering.WithdrawFromContract, request)).withdrawal
    screen.say(
        f"Withdrawn from the contract of order {made.order_id}, as of {words.day(made.noticed_on)}: the receipt goes "
        f"to the customer, and what is not owed is refunded by {words.day(made.refund_by)}."
    )
