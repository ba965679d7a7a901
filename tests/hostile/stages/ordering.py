"""Ordering with a customer of each standing: an open order, a subscription and its period, a withdrawal, a reseller."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from casella.common.v1 import common_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from services.kit.cause_fields import period_of
from services.kit.causes import PeriodCause
from services.kit.wire import to_date, to_timestamp
from tests.hostile.stages.stage import Stage
from tests.ordering.conftest import running_ordering
from tests.ordering.neighbours import running_neighbours
from tests.ordering.register import running_vies
from tests.ordering.resellers import a_reseller
from tests.ordering.shop import ACME, SEEN, STEERING, Shop, mailboxes
from tests.ordering.subscribers import HOLDER, IBAN, PAY_URL, REFERENCE, monthly
from tests.ordering.withdrawers import bought, read, withdraw, withdrawal_request
from tests.support.room import request_id


@asynccontextmanager
async def ordering(database_url: str, folder: Path) -> AsyncIterator[Stage]:
    async with running_neighbours() as neighbours, running_vies(neighbours.happens) as vies:
        here = neighbours.address
        async with running_ordering(
            database_url, folder, vies_url=vies.url, trial_address=here, mailboxes_address=here, invoicing_address=here
        ) as room:
            yield await _played(Shop(room, neighbours, vies.register))


async def _played(shop: Shop) -> Stage:  # noqa: PLR0915  a story, told from its beginning to its end
    subscriber = await monthly(shop, date(2026, 11, 10))
    await shop.room.empty_outbox()
    asked = await monthly(shop, date(2026, 11, 10))
    await asked.asked_in_time(2)
    reseller = await a_reseller(shop)
    reseller.fill(12, "client.example")
    await reseller.asks()
    await reseller.trained()
    fresh = await a_reseller(shop)
    fresh.fill(12, "client.example")
    shop.room.clock.at = datetime(2026, 12, 10, 10, tzinfo=UTC)

    def account_in_trial() -> UUID:
        return shop.account(purge_at=shop.room.clock.now() + timedelta(days=30))

    order = await shop.order(account_in_trial())
    await shop.record_proforma(order.order_id)
    paid = await shop.order(account_in_trial())
    await shop.end(paid.order_id, pb.OUTCOME_PAID)
    left = await bought(shop, account_in_trial())
    await withdraw(shop, left)
    leaving = await bought(shop, account_in_trial())
    page = (await read(shop, leaving)).offer.pages[0]
    wish = await shop.wish(account_in_trial())
    holder = account_in_trial()
    today = to_date(shop.room.clock.now().date())
    account = subscriber.account_id
    words: dict[str, object] = {
        "account_id": str(account),
        "subscription_id": subscriber.subscription_id,
        "period_id": asked.id_of(2),
        "order_id": order.order_id,
        "invoice_id": request_id,
        "kind": common_pb2.CUSTOMER_KIND_COMPANY,
        "billing": common_pb2.BILLING_PERIOD_MONTHLY,
        "items": [mailboxes(5)],
        "profile": ACME,
        "split_payment": None,
        "payment_method": common_pb2.PAYMENT_METHOD_BANK_TRANSFER,
        "steering": STEERING,
        "proforma_number": "P2026/1",
        "holder": HOLDER, "iban": IBAN, "bic": "BPPIITRRXXX", "reference": REFERENCE, "pay_url": PAY_URL,
        "money_waiting": None, "to_pay": None, "rest": None, "end_held": None, "older_rest": None,
        "older_end_held": None, "held": None,
        "outcome": pb.OUTCOME_PAID,
        "available_on": today,
        "unlocked_at": to_timestamp(shop.room.clock.now()),
        "seen": SEEN,
        "declared_on": None,
        "declaration_version": "2026-11",
        "resells": True,
        "money_entry_ids": None,
        "tax_decision": None,
        "reason": None,
        "hold": True,
        "period": period_of(PeriodCause(UUID(asked.subscription_id), 2)),
        "GetServiceEnd.order_id": None,
        "TerminateService.order_id": None,
        "SettleTax.period_id": None,
        "DecideTax.period_id": None,
        "DecideTax.decision": pb.TAX_DECISION_BUSINESS_PROOF,
        "CloseAccount.reason": pb.CLOSURE_REASON_TRIAL_ENDED,
        "MeasurePeriod.seen": None,
        "MeasurePeriod.steering": None,
        "RecordPeriodOutcome.outcome": pb.PERIOD_OUTCOME_PAID,
        "GetWithdrawal.order_id": left.order_id,
        "WaitingMoney.order_ids": [left.order_id],
        "WaitingMoney.period_ids": None,
        "WaitingMoney.amount": common_pb2.Money(minor=100, currency="EUR"),
        "WaitingMoney.iban_end": "3456",
        "only_look": None,
    }  # fmt: skip
    stage = Stage(shop.room, account, words)
    stage.of("PlaceOrder", UUID(wish.account_id), quote_id=wish.quote_id, consent=wish.consent)
    stage.of("CancelOrder", UUID(order.account_id))
    stage.of("GetOrder", UUID(order.account_id))
    stage.of("GetWithdrawal", UUID(left.account_id))
    confirmation = withdrawal_request(leaving.order_id, page).confirmation
    stage.of("WithdrawFromContract", UUID(leaving.account_id), order_id=leaving.order_id, confirmation=confirmation)
    stage.of("GetPeriod", asked.account_id)
    stage.of("RecordOutcome", UUID(order.account_id))
    for rpc in ("RecordUnlock", "FulfilOrder"):
        stage.of(rpc, UUID(paid.account_id), order_id=paid.order_id)
    for rpc in ("AdvanceReseller", "RecordResellerTraining", "DecideReseller", "GetResellerStatus"):
        stage.of(rpc, reseller.account_id)
    stage.of("RequestResellerStatus", fresh.account_id)
    for rpc in ("CloseAccount", "SetLegalHold", "GetClosure", "GetStanding", "BeginErasure", "RecordPurged"):
        stage.of(rpc, holder)
    for rpc in (
        "SendWithdrawalReceipt", "AdvanceWithdrawal", "RecordWithdrawalRefund", "RecordWithdrawalRefundFailure",
        "RenewWithdrawalRefund", "RecordWithdrawalCreditNote",
    ):  # fmt: skip
        stage.of(rpc, UUID(left.account_id), order_id=left.order_id)
    stage.of("CreateQuote", account_in_trial())
    stage.words["RecordWithdrawalCreditNote.steering"] = None
    return stage
