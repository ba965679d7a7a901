"""What an erasure ends in ordering, what it erases and what it leaves; and whose erasure falls due by itself."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from casella.common.v1 import common_pb2, errors_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from services.kit.calendar import add_days, end_of_day
from services.kit.ids import new_id
from services.kit.wire import from_timestamp, to_timestamp
from tests.ordering.resellers import a_reseller
from tests.ordering.room.test_withdrawn_money import advanced, money
from tests.ordering.shop import ACME, ANNA, BEISPIEL, HELVETIA, STEERING, TO_ANNA, Shop, mailboxes
from tests.ordering.subscribers import PAID, UNPAID, Subscriber, annual, monthly
from tests.ordering.withdrawers import advance, bought, receipt, refunded, settle, withdraw
from tests.support.erasing import erase, facts
from tests.support.post import tables_holding
from tests.support.refusals import refused_as
from tests.support.room import request_id

TABLES = ("orders", "order_reminders", "quotes", "billing_profiles", "vat_checks", "mails")
BEGIN = date(2026, 6, 10)
"""Paid to 9 July; measured on 1 July for the days from the 10th."""
ERASURE = pb.CLOSURE_REASON_ERASURE


async def purged_account(shop: Shop, *, held: bool = False) -> UUID:
    """An account with an expired order that was purged, perhaps with a hold that its last deletion overtook."""
    account = shop.account()
    order = await shop.order(account, party=BEISPIEL, items=[mailboxes(1)])
    await shop.worker.SettleTax(pb.SettleTaxRequest(order_id=order.order_id))
    await shop.record_proforma(order.order_id)
    await shop.end(order.order_id, pb.OUTCOME_EXPIRED)
    await shop.worker.SendOrderEmail(
        pb.SendOrderEmailRequest(order_id=order.order_id, email=pb.ORDER_EMAIL_EXPIRED, recipient=TO_ANNA)
    )
    await shop.close(account)
    if held:
        await hold(shop, account, on=True)
    await shop.worker.RecordPurged(pb.RecordPurgedRequest(account_id=str(account)))
    return account


async def hold(shop: Shop, account: UUID, *, on: bool) -> None:
    await shop.stub("operator").SetLegalHold(
        pb.SetLegalHoldRequest(request_id=request_id(), account_id=str(account), hold=on, steering=STEERING)
    )


async def begin(shop: Shop, account: UUID) -> bool:
    """The workflow begins the erasure; whether a hold stands."""
    return bool((await shop.worker.BeginErasure(pb.BeginErasureRequest(account_id=str(account)))).legal_hold)


async def close(shop: Shop, account: UUID) -> None:
    await shop.worker.CloseAccount(pb.CloseAccountRequest(account_id=str(account), reason=ERASURE))


async def purge(shop: Shop, account: UUID) -> None:
    await shop.worker.RecordPurged(pb.RecordPurgedRequest(account_id=str(account)))


async def standing(shop: Shop, account: UUID) -> pb.GetStandingResponse:
    answer = await shop.worker.GetStanding(pb.GetStandingRequest(account_id=str(account)))
    return pb.GetStandingResponse.FromString(answer.SerializeToString())


async def woken(shop: Shop) -> set[str]:
    """Whom the outbox wakes; it is empty after."""
    found = {wake.workflow_id for wake in await shop.room.wakes()}
    await shop.room.empty_outbox()
    return found


async def run_jobs(shop: Shop) -> int:
    return sum([await job.run(shop.room.clock.now()) for job in shop.room.room.jobs])


async def left(shop: Shop) -> dict[str, int]:
    return {table: len(await shop.room.rows(table)) for table in TABLES}


async def kinds(shop: Shop, account: UUID) -> list[str]:
    """What there is of an account; all that ordering tells holds the erasure."""
    found = await facts(shop.room, account)
    assert all(fact.holds for fact in found)
    return [fact.kind for fact in found]


async def _asked_of_vies(shop: Shop, account: UUID, vat_id: str, name: str) -> UUID:
    """VIES has answered about a number of the account, and an operator accepted the name."""
    async with shop.room.core.database.transaction() as conn:
        asked = await conn.execute(text(
            "INSERT INTO vat_checks (id, account_id, vat_id, requester, asked_at, finding, consultation_number, name, "
            "address, error) VALUES (:id, :account, :vat_id, 'IT07123450483', now(), 'valid', 'W1', :name, '', '') "
            "RETURNING id"
        ), {"id": new_id(), "account": account, "vat_id": vat_id, "name": name})  # fmt: skip
        check_id: UUID = asked.scalar_one()
        await conn.execute(text(
            "INSERT INTO accepted_names (account_id, vat_id, name, vat_check_id, accepted_at) "
            "VALUES (:account, :vat_id, :name, :check, now())"
        ), {"account": account, "vat_id": vat_id, "name": name, "check": check_id})  # fmt: skip
    return check_id


async def test_the_erasure_of_a_never_paid_account_falls_due_180_days_after_its_purge(shop: Shop) -> None:
    account = await purged_account(shop)
    before = await left(shop)
    assert all(before.values())
    purged_at = shop.room.clock.now()
    await shop.room.empty_outbox()
    shop.room.clock.at = add_days(purged_at, 180)
    assert await run_jobs(shop) == 0
    assert not (await standing(shop, account)).erasure_due
    shop.room.clock.at += timedelta(microseconds=1)
    assert await run_jobs(shop) == 1
    assert await woken(shop) == {f"erasure:{account}"}
    assert (await standing(shop, account)).erasure_due
    assert await left(shop) == before  # the workflow erases, here as everywhere
    await erase(shop.room, account)
    assert await left(shop) == dict.fromkeys(TABLES, 0)
    assert [row["id"] for row in await shop.room.rows("accounts")] == [account]
    assert await run_jobs(shop) == 0
    assert not (await standing(shop, account)).erasure_due


async def test_a_legal_hold_stops_the_erasure(shop: Shop) -> None:
    account = await purged_account(shop, held=True)
    before = await left(shop)
    shop.room.clock.advance(days=400)
    assert await run_jobs(shop) == 0
    with refused_as(errors_pb2.REASON_LEGAL_HOLD):
        await erase(shop.room, account)
    assert await left(shop) == before
    assert await kinds(shop, account) == ["legal_hold"]
    await hold(shop, account, on=False)
    assert await run_jobs(shop) == 1


async def test_the_erasure_of_a_customer_who_paid_never_falls_due(shop: Shop) -> None:
    subscriber = await annual(shop, BEGIN)
    await begin(shop, subscriber.account_id)
    await subscriber.end(2, UNPAID)
    await close(shop, subscriber.account_id)
    await purge(shop, subscriber.account_id)
    shop.room.clock.advance(days=4000)
    assert await run_jobs(shop) == 0
    assert (await left(shop))["orders"] == 1


@pytest.mark.parametrize("closed", [True, False], ids=["closed", "open"])
async def test_an_account_that_is_not_purged_is_not_erased(shop: Shop, *, closed: bool) -> None:
    account = shop.account()
    await shop.quote(account)
    if closed:
        await shop.close(account)
    for asked in (account, new_id()):
        with refused_as(errors_pb2.REASON_ERASURE_STATE):
            await erase(shop.room, asked)
    assert (await left(shop))["quotes"] == 1


async def test_an_open_order_is_cancelled_and_no_new_one_taken(shop: Shop) -> None:
    account = shop.account()
    order = await shop.order(account)
    await shop.room.empty_outbox()
    assert await kinds(shop, account) == ["order_open"]
    assert [fact.amount.minor for fact in await facts(shop.room, account)] == [order.totals.gross.minor]
    assert not await begin(shop, account)
    assert await woken(shop) == {f"order:{order.order_id}"}
    assert (await shop.advance(order.order_id)).next == pb.ORDER_NEXT_CANCEL_REQUESTED
    await shop.end(order.order_id, pb.OUTCOME_CANCELLED)
    assert await kinds(shop, account) == ["order_ending"]  # the customer is still to be told
    await shop.worker.SendOrderEmail(
        pb.SendOrderEmailRequest(order_id=order.order_id, email=pb.ORDER_EMAIL_CANCELLED, recipient=TO_ANNA)
    )
    assert await kinds(shop, account) == []
    with refused_as(errors_pb2.REASON_ACCOUNT_CLOSED):
        await shop.order(account)
    await close(shop, account)


@pytest.mark.parametrize("far", ["begun", "closed", "erased"])
async def test_nothing_more_is_taken_of_an_account_that_is_being_erased(shop: Shop, far: str) -> None:
    account = shop.account()
    wish = await shop.wish(account)
    await begin(shop, account)
    if far != "begun":
        await close(shop, account)
    if far == "erased":
        await purge(shop, account)
        await erase(shop.room, account)
    before = {table: len(await shop.room.rows(table)) for table in (*TABLES, "requests")}
    for write in (shop.save_profile(account), shop.quote(account), shop.place(wish)):
        with refused_as(errors_pb2.REASON_ACCOUNT_CLOSED):
            await write
    assert {table: len(await shop.room.rows(table)) for table in before} == before


async def test_an_operator_mends_the_profile_of_a_closed_account_until_it_is_erased(shop: Shop) -> None:
    async def mend() -> None:
        request = pb.SaveBillingProfileRequest(
            request_id=request_id(), account_id=str(account), profile=ANNA, steering=STEERING
        )
        await shop.stub("operator").SaveBillingProfile(request)

    account = shop.account()
    await shop.wish(account)
    await begin(shop, account)
    await close(shop, account)
    await mend()
    await purge(shop, account)
    await erase(shop.room, account)
    with refused_as(errors_pb2.REASON_ACCOUNT_CLOSED):
        await mend()
    assert await shop.room.rows("billing_profiles") == []


async def test_an_order_whose_payment_wins_must_be_fulfilled_and_its_subscription_ended_first(shop: Shop) -> None:
    account = shop.account()
    order = await shop.order(account)
    await begin(shop, account)
    await shop.end(order.order_id, pb.OUTCOME_PAID)
    assert await kinds(shop, account) == ["order_paid"]
    await shop.fulfil(order.order_id)
    assert await kinds(shop, account) == ["subscription_runs"]
    await begin(shop, account)
    subscriber = Subscriber(shop, (await subscription_of(shop, account)).subscription_id, account)
    await subscriber.end(2, UNPAID)
    assert await kinds(shop, account) == []


async def subscription_of(shop: Shop, account: UUID) -> pb.Subscription:
    answer = await shop.worker.GetSubscription(pb.GetSubscriptionRequest(account_id=str(account)))
    return pb.Subscription.FromString(answer.subscription.SerializeToString())


async def test_a_paid_subscription_ends_at_once_whatever_of_it_is_paid(shop: Shop) -> None:
    subscriber = await annual(shop, BEGIN)
    shop.room.clock.advance(days=3)
    await begin(shop, subscriber.account_id)
    ending = await subscriber.subscription()
    assert (ending.end, from_timestamp(ending.ends_at)) == (pb.SUBSCRIPTION_END_ERASURE, shop.room.clock.now())
    assert await subscriber.woken() == [subscriber.renewal(2)]
    await begin(shop, subscriber.account_id)
    assert await subscriber.woken() == []
    assert await subscriber.next(2) == "CLOSE_DUE"
    ended = await subscriber.end(2, UNPAID)
    assert ended.subscription.state == pb.SUBSCRIPTION_STATE_CLOSING
    await subscriber.next(2)
    assert await shop.room.mails() == []  # nothing stays readable, so no email promises it
    assert await kinds(shop, subscriber.account_id) == []
    await close(shop, subscriber.account_id)
    assert await woken(shop) == {f"purge:{subscriber.account_id}", subscriber.renewal(2)}
    assert await subscriber.next(2) == "NOT_OPEN"
    await purge(shop, subscriber.account_id)
    assert await woken(shop) == {f"trial:{subscriber.account_id}", f"erasure:{subscriber.account_id}"}


async def test_a_cancelled_subscription_ends_at_once_too(shop: Shop) -> None:
    subscriber = await monthly(shop, BEGIN)
    await subscriber.cancel()
    await subscriber.woken()
    await begin(shop, subscriber.account_id)
    assert (await subscriber.subscription()).end == pb.SUBSCRIPTION_END_ERASURE
    assert await subscriber.next(2) == "CLOSE_DUE"
    with refused_as(errors_pb2.REASON_SUBSCRIPTION_STATE):
        await subscriber.keep()


async def test_a_subscription_that_ends_for_want_of_money_later_ends_at_once_too(shop: Shop) -> None:
    subscriber = await monthly(shop, date(2026, 6, 1))
    await subscriber.asked_in_time(2)
    shop.room.clock.at = end_of_day(shop.room.clock.now(), 20)
    await subscriber.suspend(2)
    await subscriber.asked_in_time(3)
    shop.room.clock.at = end_of_day(shop.room.clock.now(), 19)
    await subscriber.end(3, PAID)
    ended = await subscriber.end(2, UNPAID)
    now = shop.room.clock.now()
    assert from_timestamp(ended.subscription.ends_at) > now  # what was paid is served
    await shop.room.empty_outbox()
    assert not await begin(shop, subscriber.account_id)
    assert subscriber.renewal(4) in await woken(shop)
    assert await subscriber.next(4) == "CLOSE_DUE"
    assert (await subscriber.end(4, UNPAID)).subscription.state == pb.SUBSCRIPTION_STATE_CLOSING


async def test_a_period_that_waits_for_its_money_is_closed_unless_a_payment_wins(shop: Shop) -> None:
    subscriber = await monthly(shop, BEGIN)
    await subscriber.asked_in_time(2)
    await begin(shop, subscriber.account_id)
    assert await subscriber.woken() == [subscriber.renewal(2), subscriber.renewal(3)]
    assert set(await kinds(shop, subscriber.account_id)) == {"subscription_runs", "period_unpaid"}
    [unpaid] = [fact for fact in await facts(shop.room, subscriber.account_id) if fact.kind == "period_unpaid"]
    asked = await subscriber.period(2)
    assert (unpaid.id, unpaid.amount) == (asked.period.period_id, asked.totals.gross), "what is waived"
    assert await subscriber.next(2) == "CLOSE_DUE"
    await subscriber.end(2, PAID)  # the charge wins, and its period is served
    assert from_timestamp((await subscriber.subscription()).ends_at) > shop.room.clock.now()
    assert set(await kinds(shop, subscriber.account_id)) == {"subscription_runs", "period_ending"}
    await subscriber.record_invoice(2)
    await begin(shop, subscriber.account_id)
    assert from_timestamp((await subscriber.subscription()).ends_at) == shop.room.clock.now()
    await subscriber.end(3, UNPAID)
    assert await kinds(shop, subscriber.account_id) == []


async def test_a_withdrawal_holds_until_it_is_refunded_and_credited_and_then_names_nobody(shop: Shop) -> None:
    order = await bought(shop)
    account = UUID(order.account_id)
    await withdraw(shop, order)
    assert await kinds(shop, account) == ["withdrawal_unsettled"]
    await receipt(shop, order.order_id)
    await advance(shop, order.order_id)
    assert await kinds(shop, account) == ["withdrawal_unsettled"]
    await settle(shop, order.order_id)
    assert await kinds(shop, account) == []  # the closing days alone hold nothing
    await close(shop, account)
    await purge(shop, account)
    assert "withdrawals" in await tables_holding(shop.room, "Via Roma 1")
    assert (await erase(shop.room, account))["withdrawals, customers taken out"] == 1
    for mark in ("Via Roma 1", "Rossi", "RSSNNA80A41D612P", "203.0.113."):
        assert await tables_holding(shop.room, mark) == [], mark
    [kept] = await shop.room.rows("withdrawals")
    assert kept["evidence"]["statement_hash"]


async def test_what_is_left_of_a_withdrawal_from_an_unpaid_order_goes_with_it(shop: Shop) -> None:
    order = await shop.order()
    account = UUID(order.account_id)
    await withdraw(shop, order)
    await shop.end(order.order_id, pb.OUTCOME_CANCELLED)
    await advance(shop, order.order_id)
    await shop.close(account)
    await purge(shop, account)
    shop.room.clock.advance(days=181)
    assert await run_jobs(shop) == 1
    await erase(shop.room, account)
    assert await shop.room.rows("withdrawals") == await shop.room.rows("orders") == []


async def test_the_declaration_of_a_reseller_stays_without_the_visitor(shop: Shop) -> None:
    reseller = await a_reseller(shop)
    reseller.fill(12, "other.example")
    await reseller.asks()
    account = reseller.account_id
    await begin(shop, account)
    await reseller.end(2, UNPAID)
    await close(shop, account)
    await purge(shop, account)
    assert "reseller_requests" in await tables_holding(shop.room, "203.0.113.7")
    assert (await erase(shop.room, account))["reseller_requests, visitors taken out"] == 1
    assert await tables_holding(shop.room, "203.0.113.7") == []
    [kept] = await shop.room.rows("reseller_requests")
    assert kept["declaration"]["version"]


async def test_a_hold_ends_nothing_and_its_lifting_wakes_the_erasure(shop: Shop) -> None:
    account = shop.account()
    order = await shop.order(account)
    await hold(shop, account, on=True)
    await shop.room.empty_outbox()
    assert await begin(shop, account)
    assert await woken(shop) == set()
    assert set(await kinds(shop, account)) == {"order_open", "legal_hold"}
    assert (await shop.advance(order.order_id)).next != pb.ORDER_NEXT_CANCEL_REQUESTED
    await hold(shop, account, on=False)
    assert f"erasure:{account}" in await woken(shop)
    assert not await begin(shop, account)
    assert await woken(shop) == {f"order:{order.order_id}"}


async def test_an_order_placed_and_an_erasure_begun_at_once_never_leave_an_order_behind(shop: Shop) -> None:
    account = shop.account()
    wish = await shop.wish(account)
    await asyncio.gather(shop.place(wish), begin(shop, account), return_exceptions=True)
    await begin(shop, account)
    for row in await shop.room.rows("orders"):
        assert row["cancel_requested_at"] is not None


async def test_of_a_customer_who_paid_the_contract_stays_without_who_it_was(shop: Shop) -> None:
    subscriber = await monthly(shop, BEGIN, party=BEISPIEL)
    account = subscriber.account_id
    await subscriber.asked_in_time(2)
    await begin(shop, account)
    await subscriber.end(2, UNPAID)
    await subscriber.end(3, UNPAID)
    await close(shop, account)
    await purge(shop, account)
    assert "orders" in await tables_holding(shop.room, "Beispiel GmbH")
    first, second = await asyncio.gather(erase(shop.room, account), erase(shop.room, account))
    assert first == second
    assert {"billing_profiles", "orders, customers taken out", "periods, customers taken out"} <= first.keys()
    for mark in ("Beispiel GmbH", "Lange Stra", "+493012345678", "203.0.113.7", "Firefox"):
        assert await tables_holding(shop.room, mark) == [], mark
    assert set(await tables_holding(shop.room, "123456788")) <= {"vat_checks"}
    [order] = (await shop.stub("operator").ListOrders(pb.ListOrdersRequest(account_id=str(account)))).orders
    assert order.totals.gross.minor > 0
    assert order.party.company_name == order.party.vat_number == order.quote.vat_id == ""
    assert (await subscriber.period(2)).totals.gross.minor > 0
    assert (await subscriber.subscription()).state == pb.SUBSCRIPTION_STATE_ENDED
    [kept] = await shop.room.rows("orders")
    assert kept["consent"]["button_label"]
    assert kept["consent"]["terms_hash"]


async def test_what_vies_answered_goes_unless_an_invoice_rests_on_it(shop: Shop) -> None:
    shop.room.clock.at = datetime(BEGIN.year, BEGIN.month, BEGIN.day, 10, tzinfo=UTC)
    account = shop.account(purge_at=shop.room.clock.at)
    placed = await shop.order(account, party=BEISPIEL, billing=1, items=[mailboxes(5)])
    await shop.worker.SettleTax(pb.SettleTaxRequest(order_id=placed.order_id))
    await shop.end(placed.order_id, pb.OUTCOME_PAID)
    await shop.worker.SettleTax(pb.SettleTaxRequest(order_id=placed.order_id))
    made = (await shop.fulfil(placed.order_id, to_timestamp(shop.room.clock.at))).subscription
    subscriber = Subscriber(shop, made.subscription_id, account)
    await subscriber.asked_in_time(2)
    [order] = await shop.room.rows("orders")
    # The same account had asked about another number for an order that was cancelled, and about this one before.
    await _asked_of_vies(shop, account, "DE811907980", "Andere Firma")
    await _asked_of_vies(shop, account, "DE123456788", "Beispiel AG")
    theirs = {row["id"] for row in await shop.room.rows("vat_checks") if row["vat_id"] == "DE123456788"}
    await begin(shop, account)
    await subscriber.end(2, UNPAID)
    await subscriber.end(3, UNPAID)
    await close(shop, account)
    await purge(shop, account)
    await erase(shop.room, account)
    assert order["vat_check_id"] is not None
    kept = {row["id"] for row in await shop.room.rows("vat_checks")}
    assert kept >= theirs | {order["vat_check_id"]}, "of a part payment's invoice an earlier answer may be the proof"
    assert [row["vat_id"] for row in await shop.room.rows("accepted_names")] == ["DE123456788"]
    for mark in ("Andere Firma", "DE811907980"):
        assert await tables_holding(shop.room, mark) == [], mark


async def test_of_a_business_outside_the_eu_that_paid_the_proof_stays_and_of_one_that_did_not_it_goes(
    shop: Shop,
) -> None:
    subscriber = await monthly(shop, BEGIN, party=HELVETIA)
    account = subscriber.account_id
    await subscriber.asked_in_time(2)
    await begin(shop, account)
    await subscriber.end(2, UNPAID)
    await subscriber.end(3, UNPAID)
    await close(shop, account)
    await purge(shop, account)
    unpaid = shop.account(purge_at=shop.room.clock.now())
    order = await shop.prove(await shop.order(unpaid, party=HELVETIA, billing=1, items=[mailboxes(5)]))
    await shop.end(order.order_id, pb.OUTCOME_CANCELLED)
    await close(shop, unpaid)
    await purge(shop, unpaid)
    assert len(await shop.room.rows("business_proofs")) == 2
    for each in (account, unpaid):
        await erase(shop.room, each)
    assert [row["account_id"] for row in await shop.room.rows("business_proofs")] == [account]
    assert set(await tables_holding(shop.room, "CHE109322551")) == {"business_proofs"}
    assert await tables_holding(shop.room, "Helvetia Muster") == []


async def test_other_accounts_stay_whole(shop: Shop) -> None:
    stays = await shop.order(party=ACME, billing=1, items=[mailboxes(5)])
    account = await purged_account(shop)
    await erase(shop.room, account)
    assert [str(row["id"]) for row in await shop.room.rows("orders")] == [stays.order_id]
    assert len(await shop.room.rows("billing_profiles")) == len(await shop.room.rows("quotes")) == 1


async def test_the_schema_refuses_an_end_that_is_none(shop: Shop) -> None:
    subscriber = await annual(shop, BEGIN)
    await begin(shop, subscriber.account_id)
    async with shop.room.core.database.reading() as conn:
        with pytest.raises(Exception, match="end_reason"):
            await conn.execute(text("UPDATE subscriptions SET end_reason = 'bored'"))


NOBODY = common_pb2.Recipient(erased=True)
"""An account whose address is erased."""


async def test_an_order_that_ends_when_nobody_is_there_is_finished_without_an_email(shop: Shop) -> None:
    """Else the reconciler would wake its workflow for ever."""
    order = await shop.order()
    await shop.record_proforma(order.order_id)
    await shop.end(order.order_id, pb.OUTCOME_EXPIRED)
    ended = pb.SendOrderEmailRequest(order_id=order.order_id, email=pb.ORDER_EMAIL_EXPIRED, recipient=NOBODY)
    for _ in range(2):
        assert (await shop.worker.SendOrderEmail(ended)).erased
    [row] = await shop.room.rows("orders")
    assert row["next_at"] is None
    assert await shop.room.mail_params() == []
    assert await shop.room.rows("mails") == []


async def test_a_period_of_nobody_comes_to_what_is_next_and_no_notice_counts_as_sent(shop: Shop) -> None:
    subscriber = await annual(shop, BEGIN)
    await subscriber.asked_in_time(2)
    await shop.room.empty_outbox()
    asked = pb.AdvancePeriodRequest(period_id=subscriber.id_of(2), recipient=NOBODY)
    answer = await shop.worker.AdvancePeriod(asked)
    assert (answer.erased, answer.next) == (True, pb.PERIOD_NEXT_WAIT)
    assert await shop.room.mail_params() == []
    assert not (await subscriber.period(2)).HasField("notice_sent_at")


async def test_a_receipt_to_nobody_is_not_told_as_written(shop: Shop) -> None:
    order = await bought(shop)
    await withdraw(shop, order)
    await shop.room.empty_outbox()
    answer = await shop.worker.SendWithdrawalReceipt(
        pb.SendWithdrawalReceiptRequest(order_id=order.order_id, recipient=NOBODY)
    )
    assert (answer.erased, answer.withdrawal.HasField("receipt_at")) == (True, False)
    assert await shop.room.mail_params() == []


async def test_an_unpaid_order_whose_withdrawal_gave_a_part_back_stays_without_who_it_was(shop: Shop) -> None:
    order = await shop.order()
    account = UUID(order.account_id)
    await withdraw(shop, order)
    [owed] = (await advanced(shop, order, money(order.order_id))).withdrawal.refunds
    await shop.end(order.order_id, pb.OUTCOME_CANCELLED)
    await refunded(shop, order.order_id, owed.refund_id)
    await receipt(shop, order.order_id)
    assert (await advanced(shop, order)).next == pb.WITHDRAWAL_NEXT_NOT_OPEN
    await shop.close(account)
    await purge(shop, account)
    await erase(shop.room, account)
    [kept], [withdrawn] = await shop.room.rows("orders"), await shop.room.rows("withdrawals")
    assert (kept["id"], kept["party"].keys()) == (UUID(order.order_id), {"kind", "body", "revision"})
    assert (withdrawn["evidence"]["statement"], withdrawn["evidence"]["ip"]) == ("", "")
    assert [refund["paid_minor"] for refund in await shop.room.rows("withdrawal_refunds")] == [500]
    for mark in (ANNA.codice_fiscale, ANNA.last_name, ANNA.address.street):
        assert await tables_holding(shop.room, mark) == []
