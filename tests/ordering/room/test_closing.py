"""Closing accounts: what stands against it, what it starts, legal holds, the end of the purge."""

import pytest

from casella.common.v1 import errors_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from services.kit.calendar import add_days
from services.kit.wire import from_timestamp
from tests.ordering.shop import STEERING, Shop
from tests.support.refusals import bad_fields, refused_for, unavailable
from tests.support.room import request_id


def hold(account: object, *, on: bool) -> pb.SetLegalHoldRequest:
    return pb.SetLegalHoldRequest(request_id=request_id(), account_id=str(account), hold=on, steering=STEERING)


async def standing(shop: Shop, account: object) -> pb.GetStandingResponse:
    answer = await shop.worker.GetStanding(pb.GetStandingRequest(account_id=str(account)))
    return pb.GetStandingResponse.FromString(answer.SerializeToString())


async def test_closing_starts_the_purge_in_the_same_transaction(shop: Shop) -> None:
    account = shop.account()
    closure = await shop.close(account)
    assert closure.reason == pb.CLOSURE_REASON_TRIAL_ENDED
    assert [(wake.workflow, wake.workflow_id, wake.signal) for wake in await shop.room.wakes()] == [
        ("Purge", f"purge:{account}", "account_closed")
    ]


async def test_closing_again_gets_the_first_closure(shop: Shop) -> None:
    account = shop.account()
    first = await shop.close(account)
    await shop.room.empty_outbox()
    shop.room.clock.advance(days=1)
    assert await shop.close(account) == first
    assert await shop.room.wakes() == []


async def test_an_open_order_holds_the_closing_until_it_ends(shop: Shop) -> None:
    account = shop.account()
    order = await shop.order(account)
    await refused_for(shop.close(account), errors_pb2.REASON_ORDER_OPEN)
    await shop.end(order.order_id, pb.OUTCOME_EXPIRED)
    assert (await shop.close(account)).account_id == str(account)


async def test_money_that_waits_holds_the_closing_until_it_is_settled(shop: Shop) -> None:
    purge_at, entry = shop.room.clock.now(), request_id()
    account = shop.account(purge_at=purge_at)
    close = pb.CloseAccountRequest(
        account_id=str(account), reason=pb.CLOSURE_REASON_TRIAL_ENDED, money_waiting=True, money_entry_ids=[entry]
    )
    refused = await refused_for(shop.worker.CloseAccount(close), errors_pb2.REASON_MONEY_WAITING)
    told = {"held_until": add_days(purge_at, 30).isoformat(), "money_entry_ids": entry}
    assert {name: refused.metadata[name] for name in told} == told
    assert await shop.room.wakes() == []
    assert (await shop.close(account)).account_id == str(account)


async def test_money_that_nobody_settles_holds_the_closing_no_longer_than_an_order_could(shop: Shop) -> None:
    purge_at = shop.room.clock.now()
    account = shop.account(purge_at=purge_at)
    held_for = add_days(purge_at, 30) - purge_at
    shop.room.clock.advance(seconds=held_for.total_seconds() - 1)
    await refused_for(shop.close(account, money_waiting=True), errors_pb2.REASON_MONEY_WAITING)
    shop.room.clock.advance(seconds=1)
    closed = await shop.close(account, money_waiting=True)
    assert await shop.close(account, money_waiting=True) == closed


async def test_money_holds_nothing_by_a_guess_of_the_purges_date(shop: Shop) -> None:
    account = shop.account()
    shop.neighbours.away.add("trial")
    await unavailable(shop.close(account, money_waiting=True))


async def test_a_paid_order_and_then_its_subscription_hold_the_closing(shop: Shop) -> None:
    account = shop.account()
    order = await shop.order(account)
    await shop.end(order.order_id, pb.OUTCOME_PAID)
    await refused_for(shop.close(account), errors_pb2.REASON_ORDER_OPEN)
    await shop.fulfil(order.order_id)
    await refused_for(shop.close(account), errors_pb2.REASON_SUBSCRIPTION_RUNS)


async def test_the_standing_follows_the_order(shop: Shop) -> None:
    account = shop.account()
    assert await standing(shop, account) == pb.GetStandingResponse()
    order = await shop.order(account)
    opened = pb.GetStandingResponse(order_open=True, open_order_id=order.order_id)
    assert await standing(shop, account) == opened
    await shop.end(order.order_id, pb.OUTCOME_PAID)
    paid = pb.GetStandingResponse(paid=True, paid_order_id=order.order_id)
    assert await standing(shop, account) == paid
    await shop.fulfil(order.order_id)
    assert await standing(shop, account) == paid


async def test_the_standing_tells_of_closing_and_hold(shop: Shop) -> None:
    account = shop.account()
    await shop.close(account)
    await shop.stub("operator").SetLegalHold(hold(account, on=True))
    assert await standing(shop, account) == pb.GetStandingResponse(closed=True, legal_hold=True)


async def test_a_legal_hold_stops_the_closing_and_its_lifting_wakes_the_trial(shop: Shop) -> None:
    account = shop.account()
    await shop.stub("operator").SetLegalHold(hold(account, on=True))
    await refused_for(shop.close(account), errors_pb2.REASON_LEGAL_HOLD)
    assert [wake.workflow_id for wake in await shop.room.wakes()] == [f"trial:{account}"], "the trial tells of it"
    await shop.room.empty_outbox()
    await shop.stub("operator").SetLegalHold(hold(account, on=False))
    assert [wake.workflow_id for wake in await shop.room.wakes()] == [f"trial:{account}"]
    assert (await shop.close(account)).account_id == str(account)


async def test_a_hold_is_news_to_an_erasure_that_waits_for_its_decision(shop: Shop) -> None:
    account = shop.account()
    for on in (True, False):
        await shop.stub("operator").SetLegalHold(hold(account, on=on))
        assert [wake.workflow_id for wake in await shop.room.news()] == [f"erasure:{account}"]
        await shop.room.empty_outbox()


async def test_a_hold_on_a_closed_account_stops_the_purge_and_its_lifting_wakes_it(shop: Shop) -> None:
    account = shop.account()
    await shop.close(account)
    await shop.room.empty_outbox()
    await shop.stub("operator").SetLegalHold(hold(account, on=True))
    asked = pb.GetClosureRequest(account_id=str(account))
    assert (await shop.worker.GetClosure(asked)).closure.legal_hold
    assert (await shop.room.rows("accounts"))[0]["next_at"] is None
    await shop.room.empty_outbox()
    await shop.stub("operator").SetLegalHold(hold(account, on=False))
    assert not (await shop.worker.GetClosure(asked)).closure.legal_hold
    assert [wake.workflow_id for wake in await shop.room.wakes()] == [f"purge:{account}"]
    assert (await shop.room.rows("accounts"))[0]["next_at"] == shop.room.clock.now()


async def test_a_hold_on_a_purged_account_is_refused_and_lifting_one_that_came_too_late_is_not(shop: Shop) -> None:
    account = shop.account()
    await shop.close(account)
    await shop.stub("operator").SetLegalHold(hold(account, on=True))
    await shop.worker.RecordPurged(pb.RecordPurgedRequest(account_id=str(account)))
    again = hold(account, on=True)
    await refused_for(shop.stub("operator").SetLegalHold(again), errors_pb2.REASON_ACCOUNT_PURGED)
    await shop.room.empty_outbox()
    assert not (await shop.stub("operator").SetLegalHold(hold(account, on=False))).hold
    assert await shop.room.wakes() == []
    assert [row["action"] for row in await shop.room.rows("audit")] == ["set_legal_hold", "lift_legal_hold"]


async def test_a_second_hold_is_refused_so_that_one_release_never_lifts_two(shop: Shop) -> None:
    account = shop.account()
    operator = shop.stub("operator")
    await operator.SetLegalHold(hold(account, on=True))
    await refused_for(operator.SetLegalHold(hold(account, on=True)), errors_pb2.REASON_LEGAL_HOLD_STANDS)
    assert (await standing(shop, account)).legal_hold
    assert [row["action"] for row in await shop.room.rows("audit")] == ["set_legal_hold"]


async def test_a_release_tells_whether_it_lifted_a_hold_and_again_when_repeated(shop: Shop) -> None:
    account = shop.account()
    operator = shop.stub("operator")
    in_vain = hold(account, on=False)
    in_vain.steering.source = "release/1"
    assert not (await operator.SetLegalHold(in_vain)).changed
    assert await shop.room.rows("audit") == []
    first = hold(account, on=True)
    release = hold(account, on=False)
    release.steering.source = "release/2"
    assert (await operator.SetLegalHold(first)).changed
    assert (await operator.SetLegalHold(release)).changed
    for request, changed in ((in_vain, False), (first, True), (release, True)):
        assert (await operator.SetLegalHold(request)).changed is changed


async def test_a_hold_tells_of_a_purge_that_is_under_way(shop: Shop) -> None:
    account = shop.account()
    assert not (await shop.stub("operator").SetLegalHold(hold(account, on=True))).HasField("closure")
    await shop.stub("operator").SetLegalHold(hold(account, on=False))
    closed = await shop.close(account)
    answer = await shop.stub("operator").SetLegalHold(hold(account, on=True))
    assert (answer.closure.closed_at, answer.closure.legal_hold) == (closed.closed_at, True)


async def test_only_operators_read_who_set_the_hold_that_stands_and_why(shop: Shop) -> None:
    account = shop.account()
    await shop.stub("operator").SetLegalHold(hold(account, on=True))
    asked = pb.GetStandingRequest(account_id=str(account))
    told = (await shop.stub("operator").GetStanding(asked)).hold
    assert (told.steering.actor, told.steering.reason_code) == (STEERING.actor, STEERING.reason_code)
    assert from_timestamp(told.set_at) == shop.room.clock.now()
    assert not (await shop.worker.GetStanding(asked)).HasField("hold")
    await shop.stub("operator").SetLegalHold(hold(account, on=False))
    assert not (await shop.stub("operator").GetStanding(asked)).HasField("hold")


async def test_a_hold_is_kept_in_the_audit_trail_once(shop: Shop) -> None:
    account = shop.account()
    request = hold(account, on=True)
    for _ in range(2):
        assert (await shop.stub("operator").SetLegalHold(request)).hold
    kept = await shop.room.rows("audit")
    assert [(row["action"], row["subject_id"], row["actor"]) for row in kept] == [
        ("set_legal_hold", account, "operator@provider")
    ]


async def test_a_hold_says_who_and_why(shop: Shop) -> None:
    request = hold(shop.account(), on=True)
    request.steering.actor, request.steering.reason_code = "", "Because of Anna"
    request.steering.ticket_id = "17"
    refused = await refused_for(shop.stub("operator").SetLegalHold(request), errors_pb2.REASON_INVALID_INPUT)
    assert bad_fields(refused) == {
        "steering.actor": "required",
        "steering.reason_code": "not_a_reason_code",
        "steering.ticket_id": "not_a_uuid",
    }


async def test_a_hold_on_an_account_that_is_not_known_is_refused(shop: Shop) -> None:
    shop.neighbours.away.add("trial")
    account = shop.account()
    await unavailable(shop.stub("operator").SetLegalHold(hold(account, on=True)))
    assert await shop.room.rows("accounts") == []


async def test_the_purge_ends_once(shop: Shop) -> None:
    account = shop.account()
    await shop.close(account)
    done = pb.RecordPurgedRequest(account_id=str(account), domains_removed=2, mailboxes_removed=7)
    first = (await shop.worker.RecordPurged(done)).closure
    shop.room.clock.advance(days=1)
    assert (await shop.worker.RecordPurged(done)).closure == first
    row = (await shop.room.rows("accounts"))[0]
    assert (row["domains_removed"], row["mailboxes_removed"], row["next_at"]) == (2, 7, None)


@pytest.mark.parametrize("rpc", ["GetClosure", "RecordPurged"])
async def test_an_account_that_is_not_closed_has_no_closure(shop: Shop, rpc: str) -> None:
    account = shop.account()
    await shop.order(account)
    request = {"GetClosure": pb.GetClosureRequest, "RecordPurged": pb.RecordPurgedRequest}[rpc]
    await refused_for(getattr(shop.worker, rpc)(request(account_id=str(account))), errors_pb2.REASON_NOT_FOUND)
    await refused_for(getattr(shop.worker, rpc)(request(account_id=request_id())), errors_pb2.REASON_NOT_FOUND)
