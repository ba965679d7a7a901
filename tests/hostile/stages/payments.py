"""Payments with requests of each method, money that waits, a refund, credit and a mandate."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from casella.common.v1 import common_pb2
from casella.payments.v1 import payments_pb2 as pb
from services.kit.ids import new_id
from services.kit.wire import to_date, to_timestamp
from tests.hostile.stages.stage import Stage
from tests.payments.debit import due_period
from tests.payments.statement import Entry, statement
from tests.payments.test_refunds_in_files import file_of
from tests.payments.test_refunds_in_files import transfer as in_file
from tests.payments.world import PAYERS_IBAN, STEERING, World, running_world
from tests.stripe_standin.process import StripeProcess
from tests.support.room import request_id


@asynccontextmanager
async def payments(database_url: str, folder: Path, stripe: StripeProcess) -> AsyncIterator[Stage]:
    async with running_world(database_url, stripe, folder) as world:
        yield await _played(world)


async def _played(world: World) -> Stage:
    account = str(new_id())
    online = await world.request(account_id=account)
    transfer = await world.transfer_request(account_id=account)
    paid = await world.paid_by_transfer(account_id=account)
    await world.give_credit(account, 500)
    await world.import_file(statement(Entry(700, text="?", iban=PAYERS_IBAN), number="S-waits"))
    entry = (await world.queue())[-1]
    refund = await world.refund(
        payment_request_id=paid.payment_request_id, amount=common_pb2.Money(minor=100, currency="EUR")
    )
    due = await due_period(world)
    mandated = due.request.account_id
    today = world.today()
    words: dict[str, object] = {
        "account_id": account,
        "payment_request_id": transfer.payment_request_id,
        "order_id": request_id,
        "amount": common_pb2.Money(minor=100, currency="EUR"),
        "method": common_pb2.PAYMENT_METHOD_BANK_TRANSFER,
        "period": None,
        "proforma_number": None,
        "RecordProforma.proforma_number": "P2026/7",
        "reason": pb.CLOSE_REASON_EXPIRED,
        "token": online.pay_url.rpartition("/")[2],
        "body": b"{}",
        "signature": "t=1,v1=00",
        "file": statement(Entry(900, text="?"), number="S-new"),
        "RecordRefundFile.file": file_of(world, in_file(refund.refund_id)),
        "refused_refund_ids": [refund.refund_id],
        "booked_on": to_date(today),
        "bank_reference": "CRO 12345",
        "steering": STEERING,
        "money_entry_id": entry.money_entry_id,
        "payable_until": to_timestamp(world.room.clock.now() + timedelta(days=3)),
        "account_closed": None,
        "accept_shortfall": None,
        "accept_late": None,
        "accept_other": None,
        "refund_id": refund.refund_id,
        "refund_ids": [refund.refund_id],
        "states": [pb.REFUND_STATE_REQUESTED],
        "message_id": "MSG-1",
        "reason_code": "withdrawal",
        "iban": None,
        "holder": None,
        "as_account_credit": None,
        "withdrawal_order_id": None,
        "RequestRefund.refund_id": request_id,
        "RequestRefund.payment_request_id": paid.payment_request_id,
        "RequestRefund.money_entry_id": None,
        "RequestRefund.credit_of_account_id": None,
        "RequestRefund.steering": None,
        "GetPaymentRequest.order_id": None,
        "GetPaymentRequest.reference": None,
        "GetPaymentRequest.period_id": None,
        "PlanCharge.payment_request_id": due.id,
        "charge_on": to_date(today + timedelta(days=3)),
        "ChargePaymentRequest.payment_request_id": due.id,
        "early": None,
        "ChargePaymentRequest.steering": None,
        "SendChargeRefusedEmail.payment_request_id": due.id,
        "method_instead": common_pb2.PAYMENT_METHOD_BANK_TRANSFER,
        "told": pb.MANDATE_STATE_ACTIVE,
        "GetMandate.account_id": mandated,
        "SendMandateEmail.account_id": mandated,
        "ReleaseMandates.account_id": mandated,
    }
    asked = pb.GetMandateRequest(account_id=mandated)
    words["mandate_id"] = (await world.stub().GetMandate(asked)).mandate.mandate_id
    stage = Stage(world.room, UUID(account), words)
    stage.of("SwitchOffAutomaticDebit", UUID(mandated))
    return stage
