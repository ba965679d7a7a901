"""Plays the shapes of part payments: invoiced, then deducted as the rest comes, credited, still waiting, or on
its way back after a withdrawal.
"""

from datetime import timedelta

from casella.common.v1 import common_pb2 as common
from casella.payments.v1 import payments_pb2
from deploy.local.demo import paying
from services.kit.calendar import rome_date
from tests.e2e.waiting import until
from tests.workflows.contract_shapes import Stage
from workflows import names

_TRANSFER = common.PAYMENT_METHOD_BANK_TRANSFER
_LONG_AGO = timedelta(days=11)
"""A transfer of then has waited too long by now, and its invoice is still in time."""


async def part_payments(stage: Stage, payer: str, iban: str) -> None:
    """One becomes whole, one becomes credit, one waits."""
    for end in ("Assigned", "Credited", ""):
        customer, order_id = await stage.order(_TRANSFER)
        asked = payments_pb2.GetPaymentRequestRequest(order_id=order_id)
        request = (await stage.desk.play.operator.payments.GetPaymentRequest(asked)).payment_request
        part = await _arrives(stage, request, 500, _LONG_AGO, payer, iban)
        await _says(stage, part, "of the part payment (TD02) issued")
        if end == "Assigned":
            rest = await _arrives(stage, request, request.amount.minor - 500, timedelta(), payer, iban)
            data = {"payment_request_id": request.payment_request_id, "reason_code": "payer_confirmed"}
            await stage.desk.update(rest, "assign", data)
            await stage.desk.stands(names.order_id(order_id), "Fulfilled")
        elif end == "Credited":
            data = {"account_id": customer.account_id, "reason_code": "customer_agrees"}
            await stage.desk.update(part, "credit", data)
        await stage.desk.stands(part, end or "NeedsOperator")


async def withdrawn_part(stage: Stage, payer: str, iban: str) -> None:
    """A consumer who has paid a part withdraws: it is on its way back."""
    customer, order_id = await stage.order(_TRANSFER)
    asked = payments_pb2.GetPaymentRequestRequest(order_id=order_id)
    request = (await stage.desk.play.operator.payments.GetPaymentRequest(asked)).payment_request
    part = await _arrives(stage, request, 500, timedelta(), payer, iban)
    await customer.withdraw(order_id)
    await stage.desk.stands(names.withdrawal_id(order_id), "NeedsOperator")
    await stage.desk.stands(part, "Refunding")


async def _arrives(
    stage: Stage, request: payments_pb2.PaymentRequest, minor: int, ago: timedelta, payer: str, iban: str
) -> str:
    """A statement tells of a transfer for a request, booked so long ago; returns the workflow of the money."""
    payments = stage.desk.play.operator.payments
    amount, booked_on = common.Money(minor=minor, currency="EUR"), rome_date(stage.calendar.now() - ago)
    seen = paying.Transfer(amount, booked_on, request.transfer.reference, payer=payer, payer_iban=iban)
    file = paying.statement(request.transfer.iban, [seen])
    await payments.ImportStatement(payments_pb2.ImportStatementRequest(file=file))
    listed = (await payments.ListMoneyEntries(payments_pb2.ListMoneyEntriesRequest())).entries
    workflow_id = names.money_id(listed[-1].money_entry_id)
    await stage.desk.stands(workflow_id, "NeedsOperator")
    return workflow_id


async def _says(stage: Stage, workflow_id: str, told: str) -> None:
    """Come back once a workflow's details say something."""

    async def look() -> bool | None:
        return True if told in await stage.desk.details(workflow_id) else None

    await until(look, f"{told!r} in the details of {workflow_id}")
