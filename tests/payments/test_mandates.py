"""Automatic debit is set up with a payment or without one, switched off by anybody concerned, and told of each time.

The stand-in answers as Stripe documents it: these tests prove our handling, not Stripe's behaviour.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import aiohttp
import grpc
import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.payments.v1 import payments_pb2 as pb
from services.kit.errors import Refused
from services.kit.ids import new_id
from tests.payments.debit import DEBIT, RECIPIENT, Due, order_with_debit, stored, switch_off, with_mandate
from tests.payments.world import World
from tests.support.erasing import erase
from tests.support.refusals import bad_fields
from tests.support.room import request_id
from workflows import names

ACTIVE, ENDED = pb.MANDATE_STATE_ACTIVE, pb.MANDATE_STATE_ENDED
STEERING = common_pb2.Steering(actor="anna@ops", reason_code="customer_asked")


async def set_up(world: World, account_id: str, request: str = "") -> pb.SetUpAutomaticDebitResponse:
    """The customer asks for the page."""
    asked = pb.SetUpAutomaticDebitRequest(request_id=request or request_id(), account_id=account_id)
    answer: pb.SetUpAutomaticDebitResponse = await world.stub("gateway").SetUpAutomaticDebit(
        asked, metadata=world.room.customer(UUID(account_id)), timeout=15
    )
    return answer


async def newest(world: World, account_id: str) -> pb.GetMandateResponse:
    """As the workflow reads it."""
    answer: pb.GetMandateResponse = await world.stub().GetMandate(pb.GetMandateRequest(account_id=account_id))
    return answer


async def tell(world: World, mandate: pb.Mandate, told: pb.MandateState | None = None) -> None:
    await world.stub().SendMandateEmail(
        pb.SendMandateEmailRequest(mandate_id=mandate.mandate_id, recipient=RECIPIENT, told=told or mandate.state)
    )


async def at_paypal(world: World, path: str) -> None:
    """The customer does something at PayPal."""
    async with aiohttp.ClientSession() as http, http.post(f"{world.stripe.url}/_simulator/{path}") as answer:
        assert answer.status == 200, await answer.text()


async def watched(world: World, due_before: datetime | None = None) -> list[str]:
    """The workflows that the reconciler would ask for."""
    async with world.room.core.database.reading() as conn:
        return [wake.workflow_id for rows in world.room.room.watched for wake in await rows(conn, due_before)]


async def events(world: World) -> list[tuple[str, str]]:
    """What gateways hear of mandates: type and state."""
    told = await world.room.events()
    return [(event["type"], event["state"]) for event in told if event["type"].startswith("mandate.")]


async def woken(world: World, account_id: str) -> int:
    """How often what follows from the mandate was woken."""
    return [wake.workflow_id for wake in await world.room.wakes()].count(names.automatic_debit_id(account_id))


async def test_the_first_payment_sets_automatic_debit_up_in_the_transaction_that_marks_it_paid(world: World) -> None:
    account = str(new_id())
    order = await order_with_debit(world, account)
    page = await world.start(order)
    session = (await world.stripe.state())["sessions"][-1]
    assert session["payment_method_types"] == ["paypal"]
    assert await world.stripe.pay(page, "card:succeeded") == 400
    await world.stripe.faults(duplicate=True)
    await world.stripe.pay(page, "paypal:succeeded")
    await world.deliver()
    assert (await world.get(order)).state == pb.PAYMENT_REQUEST_STATE_PAID
    [method] = await stored(world, account)
    assert (method.method, method.kind, method.mandate.state) == (DEBIT, "paypal", ACTIVE)
    [row] = await world.room.rows("mandates")
    [intent] = (await world.stripe.state())["payment_intents"]
    assert (row["customer_ref"], row["method_ref"]) == (intent["customer"], intent["payment_method"])
    assert set(row) == {
        "id", "account_id", "customer_ref", "method_ref", "mandate_ref", "set_up_at", "ended_at", "end_reason",
        "method_instead", "next_at", "released_at",
    }  # fmt: skip
    assert await events(world) == [("mandate.set_up", "")]
    assert await woken(world, account) == 1


async def test_the_page_of_thanks_sets_nothing_up(world: World) -> None:
    account = str(new_id())
    order = await order_with_debit(world, account)
    await world.start(order)
    async with aiohttp.ClientSession() as http:
        for page in (f"/pay/{order.pay_url.rpartition('/')[2]}/done", "/debit/done", "/debit/back"):
            async with http.get(f"{world.url}{page}") as answer:
                assert answer.status == 200
    assert await stored(world, account) == []


async def test_a_session_without_paypal_is_not_used(world: World) -> None:
    await world.stripe.faults(ineligible=["paypal"])
    order = await order_with_debit(world, str(new_id()))
    with pytest.raises(grpc.aio.AioRpcError) as failed:
        await world.start(order)
    assert failed.value.code() is grpc.StatusCode.UNAVAILABLE
    assert {session["status"] for session in (await world.stripe.state())["sessions"]} == {"expired"}


async def test_an_order_paid_online_without_debit_sets_nothing_up(world: World) -> None:
    order = await world.request()
    await world.stripe.pay(await world.start(order), "paypal:succeeded")
    await world.deliver()
    assert await stored(world, order.account_id) == []


async def test_the_link_of_a_period_offers_every_way_and_sets_nothing_up(world: World) -> None:
    account = await with_mandate(world)
    due = await Due.of(world, account)
    await switch_off(world, account)
    assert await world.stripe.pay(await world.start(due.request), "card:succeeded") == 303
    await world.deliver()
    assert [method.mandate.state for method in await stored(world, account)] == [ENDED]


async def test_it_is_set_up_without_a_payment_by_paypal_alone(world: World) -> None:
    account, request = str(new_id()), request_id()
    first, again = await set_up(world, account, request), await set_up(world, account, request)
    assert first.checkout_url == again.checkout_url
    session = (await world.stripe.state())["sessions"][-1]
    assert (session["mode"], session["payment_method_types"]) == ("setup", ["paypal"])
    assert await stored(world, account) == []
    assert await world.stripe.pay(first.checkout_url, "paypal:succeeded") == 303
    await world.deliver()
    [method] = await stored(world, account)
    assert method.mandate.state == ACTIVE
    assert (await world.room.rows("mandates"))[0]["mandate_ref"].startswith("mandate_")
    assert (await set_up(world, account, request)).checkout_url == ""  # used
    assert (await Due.of(world, account)).request.state == pb.PAYMENT_REQUEST_STATE_OPEN


async def test_an_account_has_one_page_at_a_time(world: World) -> None:
    account = str(new_id())
    pages = await asyncio.gather(*(set_up(world, account) for _ in range(5)))
    assert len({page.checkout_url for page in pages}) == 1
    assert len((await world.stripe.state())["sessions"]) == len(await world.room.rows("mandate_setups")) == 1
    await world.advance(hours=22, minutes=40)
    later = await set_up(world, account)
    assert later.checkout_url not in {"", pages[0].checkout_url}
    assert [row["state"] for row in await world.room.rows("mandate_setups")] == ["expired", "open"]
    assert (await newest(world, account)).page_open


async def test_switching_off_ends_the_page_too(world: World) -> None:
    account = str(new_id())
    page, other = await set_up(world, account), await set_up(world, str(new_id()))
    await switch_off(world, account)
    assert not (await newest(world, account)).page_open
    assert await world.stripe.pay(page.checkout_url, "paypal:succeeded") == 409  # no longer open
    assert await world.stripe.pay(other.checkout_url, "paypal:succeeded") == 303
    await world.deliver()
    assert await stored(world, account) == []


async def released(world: World) -> int:
    """How many payment methods were taken off their customers at the provider."""
    return [each["type"] for each in (await world.stripe.state())["events"]].count("payment_method.detached")


async def test_what_was_given_on_a_page_that_had_ended_is_released_and_not_stored(world: World) -> None:
    account = str(new_id())
    page = await set_up(world, account)
    async with world.room.core.database.reading() as conn:  # switched off while the provider did not answer
        await conn.exec_driver_sql("UPDATE mandate_setups SET state = 'expired', url = ''")
    assert await world.stripe.pay(page.checkout_url, "paypal:succeeded") == 303
    await world.deliver()
    assert await released(world) == 1
    assert await world.room.rows("mandates") == []
    assert await events(world) == []


async def test_an_erased_account_sets_nothing_up_and_what_it_gave_meanwhile_is_released(world: World) -> None:
    account = str(new_id())
    page = await set_up(world, account)
    await erase(world.room, account)
    await world.stripe.pay(page.checkout_url, "paypal:succeeded")
    with pytest.raises(Refused) as refused:
        await set_up(world, account)
    assert refused.value.reason == errors_pb2.REASON_ACCOUNT_CLOSED
    await world.deliver()
    assert await released(world) == 1
    assert await world.room.rows("mandates") == await world.room.rows("mandate_setups") == []


async def test_the_first_payment_of_an_erased_account_counts_and_its_mandate_is_released(world: World) -> None:
    account = str(new_id())
    order = await order_with_debit(world, account)
    page = await world.start(order)
    await erase(world.room, account)
    await world.stripe.pay(page, "paypal:succeeded")
    await world.deliver()
    assert (await world.get(order)).state == pb.PAYMENT_REQUEST_STATE_PAID
    assert await released(world) >= 1  # for each event that tells of it
    assert await world.room.rows("mandates") == []


async def test_a_newer_mandate_takes_the_place_of_the_older(world: World) -> None:
    account = await with_mandate(world)
    for _ in range(2):
        await world.advance(minutes=1)
        await world.stripe.pay((await set_up(world, account)).checkout_url, "paypal:succeeded")
        await world.deliver()
    methods = await stored(world, account)
    assert [method.mandate.state for method in methods] == [ACTIVE, ENDED, ENDED]
    assert [method.mandate.end for method in methods[1:]] == [pb.MANDATE_END_REPLACED] * 2


async def test_payment_methods_are_paged_and_only_the_own_are_shown(world: World) -> None:
    account = await with_mandate(world)
    await world.advance(minutes=1)
    await world.stripe.pay((await set_up(world, account)).checkout_url, "paypal:succeeded")
    await world.deliver()
    found, token = [], ""
    for _ in range(2):
        page = common_pb2.PageRequest(page_size=1, page_token=token)
        listed = await world.stub("operator").ListPaymentMethods(
            pb.ListPaymentMethodsRequest(account_id=account, page=page)
        )
        found += [method.mandate.state for method in listed.payment_methods]
        token = listed.next_page_token
    assert (found, token) == ([ACTIVE, ENDED], "")
    stranger = world.room.customer(new_id())
    for call, asked in (
        ("ListPaymentMethods", pb.ListPaymentMethodsRequest(account_id=account)),
        ("SwitchOffAutomaticDebit", pb.SwitchOffAutomaticDebitRequest(request_id=request_id(), account_id=account)),
        ("SetUpAutomaticDebit", pb.SetUpAutomaticDebitRequest(request_id=request_id(), account_id=account)),
    ):
        with pytest.raises(Refused) as refused:
            await getattr(world.stub("gateway"), call)(asked, metadata=stranger)
        assert refused.value.reason == errors_pb2.REASON_NOT_FOUND
    assert (await newest(world, account)).mandate.state == ACTIVE


async def test_the_customer_switches_it_off_once_and_is_told_with_the_links_of_what_is_open(world: World) -> None:
    account = await with_mandate(world)
    due = await Due.of(world, account)
    await tell(world, (await newest(world, account)).mandate)
    request = request_id()
    instead = common_pb2.PAYMENT_METHOD_BANK_TRANSFER
    for _ in range(2):
        mandate = await switch_off(world, account, request_id=request, method_instead=instead)
        assert (mandate.state, mandate.end, mandate.method_instead) == (ENDED, pb.MANDATE_END_CUSTOMER, instead)
    assert await events(world) == [("mandate.set_up", ""), ("mandate.ended", "customer")]
    assert (await newest(world, account)).news
    for _ in range(2):
        await tell(world, mandate)
    assert not (await newest(world, account)).news
    [first, last] = await world.room.mail_params()
    assert (first[1], last[1]) == ("debit_set_up", "debit_switched_off")
    assert len(await world.room.mails()) == 2  # both templates can be filled
    assert last[2]["pay_urls"] == [due.request.pay_url]
    assert last[2]["transfer_instead"]


async def test_what_waits_for_its_money_says_whether_a_mandate_stands_and_hears_of_its_end(world: World) -> None:
    account = await with_mandate(world)
    due = await Due.of(world, account)
    assert (await due.now()).debit.mandate_active
    async with world.room.core.database.reading() as conn:  # as after the last try
        await conn.exec_driver_sql("UPDATE debits SET charge_at = NULL")
    await world.room.empty_outbox()
    await switch_off(world, account)
    assert not (await due.now()).debit.mandate_active
    assert await due.wakes() == [names.DEBIT_CHANGED]


async def test_news_that_ordering_was_not_told_of_are_not_told_to_the_customer(world: World) -> None:
    account = await with_mandate(world)
    mandate = (await newest(world, account)).mandate
    await switch_off(world, account)
    await tell(world, mandate, ACTIVE)  # ordering was told of the beginning; the end came meanwhile
    assert (await newest(world, account)).news
    assert await world.room.mail_params() == []


async def test_an_operator_switches_it_off_with_the_reason_in_the_trail(world: World) -> None:
    account = await with_mandate(world)
    request = pb.SwitchOffAutomaticDebitRequest(request_id=request_id(), account_id=account)
    with pytest.raises(Refused) as refused:
        await world.stub("operator").SwitchOffAutomaticDebit(request)
    assert set(bad_fields(refused.value)) == {"steering.actor", "steering.reason_code"}
    request.steering.CopyFrom(STEERING)
    for _ in range(2):
        answer = await world.stub("operator").SwitchOffAutomaticDebit(request)
    assert answer.mandate.end == pb.MANDATE_END_OPERATOR
    assert [row["action"] for row in await world.room.rows("audit")] == ["switch_off_automatic_debit"]


async def test_without_a_mandate_switching_off_wakes_what_follows_and_changes_nothing(world: World) -> None:
    account = str(new_id())
    assert not (await switch_off(world, account)).mandate_id
    assert await woken(world, account) == 1
    assert await events(world) == []


@pytest.mark.parametrize("how", ["mandate", "payment method"])
async def test_what_is_revoked_at_the_provider_is_switched_off_here(world: World, how: str) -> None:
    account = await with_mandate(world)
    due = await Due.of(world, account)
    await world.stripe.faults(duplicate=True)
    [mandate] = (await world.stripe.state())["mandates"]
    if how == "mandate":
        await at_paypal(world, f"mandates/{mandate['id']}/revoke")
    else:
        await at_paypal(world, f"payment_methods/{mandate['payment_method']}/detach")
    await world.deliver()
    [method] = await stored(world, account)
    assert (method.mandate.state, method.mandate.end) == (ENDED, pb.MANDATE_END_PROVIDER)
    assert await events(world) == [("mandate.set_up", ""), ("mandate.ended", "provider")]
    assert not (await due.now()).debit.HasField("charge_at")


async def test_an_event_of_a_mandate_that_still_stands_changes_nothing(world: World) -> None:
    account = await with_mandate(world)
    [mandate] = (await world.stripe.state())["mandates"]
    await at_paypal(world, f"mandates/{mandate['id']}/touch")
    await world.deliver()
    assert (await newest(world, account)).mandate.state == ACTIVE


async def test_switched_off_and_revoked_at_once_it_ends_once(world: World) -> None:
    account = await with_mandate(world)
    [mandate] = (await world.stripe.state())["mandates"]
    await asyncio.gather(
        switch_off(world, account), switch_off(world, account), at_paypal(world, f"mandates/{mandate['id']}/revoke")
    )
    await world.deliver()
    assert [kind for kind, _ in await events(world)] == ["mandate.set_up", "mandate.ended"]


async def test_what_has_ended_can_be_charged_by_nobody_at_the_provider_either(world: World) -> None:
    account = await with_mandate(world)
    assert not (await newest(world, account)).release_due
    await switch_off(world, account)
    assert (await newest(world, account)).release_due
    await world.stripe.faults(away=True)
    with pytest.raises(grpc.aio.AioRpcError):
        await world.stub().ReleaseMandates(pb.ReleaseMandatesRequest(account_id=account))
    await world.stripe.faults()
    for _ in range(2):
        await world.stub().ReleaseMandates(pb.ReleaseMandatesRequest(account_id=account))
    assert not (await newest(world, account)).release_due
    await world.deliver()
    [event] = [each for each in (await world.stripe.state())["events"] if each["type"] == "payment_method.detached"]
    assert event["delivered"]
    assert [kind for kind, _ in await events(world)] == ["mandate.set_up", "mandate.ended"]


async def test_a_mandate_is_watched_until_everybody_knows_and_nobody_can_charge_it(world: World) -> None:
    account = await with_mandate(world)
    workflow = names.automatic_debit_id(UUID(account))
    assert await watched(world) == [workflow]
    await tell(world, (await newest(world, account)).mandate)
    assert await watched(world) == []
    await switch_off(world, account)
    await tell(world, (await newest(world, account)).mandate)
    assert await watched(world) == [workflow]
    ended_at = world.room.clock.now()
    assert await watched(world, ended_at - timedelta(hours=1)) == []
    assert await watched(world, ended_at + timedelta(minutes=10)) == [workflow]
    await world.stub().ReleaseMandates(pb.ReleaseMandatesRequest(account_id=account))
    assert await watched(world) == []


@pytest.mark.parametrize("method", [DEBIT, 99])
async def test_bad_input_is_named_and_nothing_changes(world: World, method: Any) -> None:
    account = await with_mandate(world)
    asked = pb.SwitchOffAutomaticDebitRequest(request_id="x", account_id=account, method_instead=method)
    with pytest.raises(Refused) as refused:
        await world.stub("gateway").SwitchOffAutomaticDebit(asked, metadata=world.room.customer(UUID(account)))
    assert set(bad_fields(refused.value)) == {"request_id", "method_instead"}
    assert (await newest(world, account)).mandate.state == ACTIVE
