"""An operator steers sign-ups, trials, orders and purges from the Temporal UI: every update, wrong and right."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from casella.common.v1 import common_pb2 as common
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from casella.trial.v1 import trial_pb2
from deploy.local.demo.customer import Customer
from services.kit.calendar import add_days
from services.kit.wire import from_timestamp
from tests.e2e.ends import payment_of
from tests.e2e.levers import change_access, close_under_hold, hold_sign_up, set_hold, transfer_of, without_worker
from tests.e2e.operator_desk import OPERATOR, UNNAMED, Desk, at_the_desk, refused, wrongly_filled_in
from tests.workflows.reading import personal
from workflows import names

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("operator")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with at_the_desk(tmp_path_factory.mktemp("operator") / "var") as desk:
        yield desk


async def test_an_allowed_sign_up_gets_its_confirmation(desk: Desk) -> None:
    visitor = desk.play.customer("visitor")
    workflow_id = await hold_sign_up(desk, visitor)
    assert "many sign-ups from its IP address" in await desk.details(workflow_id)
    await wrongly_filled_in(desk, workflow_id, "allow")
    assert (await desk.update(workflow_id, "allow", {"reason_code": "looks_genuine"})).result == "allowed"
    await visitor.confirm()
    await desk.stands(workflow_id, "Allowed")
    sign_up = workflow_id.removeprefix("signup:")
    assert await desk.audited("trial", sign_up) == [(OPERATOR, "allow_sign_up", "looks_genuine")]


async def test_a_denied_sign_up_gets_nothing(desk: Desk) -> None:
    visitor = desk.play.customer("visitor")
    workflow_id = await hold_sign_up(desk, visitor)
    await refused(desk, workflow_id, "deny", {"reason_code": ""}, "reason_code")
    assert (await desk.update(workflow_id, "deny", {"reason_code": "looks_abusive"}, identity="")).result == "denied"
    await desk.stands(workflow_id, "Denied")
    assert await desk.play.inbox.messages(visitor.email) == []
    sign_up = workflow_id.removeprefix("signup:")
    assert await desk.audited("trial", sign_up) == [(UNNAMED, "deny_sign_up", "looks_abusive")]


async def test_a_trial_is_extended_by_whole_days(desk: Desk) -> None:
    customer = desk.play.customer()
    trial, workflow_id = await customer.begin_trial(), names.trial_id(customer.account_id)
    await desk.stands(workflow_id, "Active")
    for days in ("7", 7.5, 0, True, None):
        await refused(
            desk, workflow_id, "extend_trial", {"reason_code": "slow_migration", "days": days}, "days: a whole"
        )
    await refused(desk, workflow_id, "extend_trial", {"days": 7}, "reason_code")
    too_long = await desk.update(workflow_id, "extend_trial", {"days": 91, "reason_code": "slow_migration"})
    assert too_long.refusal == "days: The value must be between 1 and 90"
    assert f"an update was refused: extend by 91 days: {too_long.refusal}" in await desk.details(workflow_id)
    assert (await customer.trial()).ends_at == trial.ends_at
    ticket = str(uuid4())
    data = {"days": 7, "reason_code": "slow_migration", "ticket_id": ticket}
    assert (await desk.update(workflow_id, "extend_trial", data)).result.startswith("ends 20")
    assert from_timestamp((await customer.trial()).ends_at) == add_days(from_timestamp(trial.ends_at), 7)
    assert await desk.audited("trial", customer.account_id) == [(OPERATOR, "extend_trial", "slow_migration")]


async def test_a_trial_is_ended_once_and_can_be_given_back(desk: Desk) -> None:
    customer = desk.play.customer()
    await customer.begin_trial()
    workflow_id = names.trial_id(customer.account_id)
    await desk.stands(workflow_id, "Active")
    await refused(desk, workflow_id, "end_trial", {"reason_code": "No!"}, "reason_code")
    assert "purge is on" in (await desk.update(workflow_id, "end_trial", {"reason_code": "customer_asked"})).result
    await desk.stands(workflow_id, "Ended")
    assert (await customer.trial()).state == trial_pb2.TRIAL_STATE_ENDED
    assert (await customer.allowance()).state == mailboxes_pb2.ACCESS_STATE_RESTRICTED
    await refused(desk, workflow_id, "end_trial", {"reason_code": "customer_asked"}, "ended already")
    data = {"days": 3, "reason_code": "ended_by_mistake"}
    assert (await desk.update(workflow_id, "extend_trial", data)).result
    await desk.stands(workflow_id, "Active")
    assert (await customer.allowance()).state == mailboxes_pb2.ACCESS_STATE_TRIAL


async def test_a_refusal_by_the_service_fails_the_update_and_not_the_workflow(desk: Desk) -> None:
    customer, order = await desk.play.buyer(common.PAYMENT_METHOD_BANK_TRANSFER)
    workflow_id = names.order_id(order.order_id)
    await desk.stands(workflow_id, "AwaitingPayment")
    data = transfer_of(order)
    answer = await desk.update(workflow_id, "record_bank_transfer", data | {"booked_on": "2099-12-31"})
    assert answer.refusal == "booked_on: The day lies in the future"
    assert f"an update was refused: record a transfer of EUR {data['amount']}" in await desk.details(workflow_id)
    assert (await desk.update(workflow_id, "record_bank_transfer", data)).result == "paid"
    await desk.play.fulfilled(customer, order.order_id)


async def test_a_recorded_transfer_of_the_exact_amount_pays_the_order(desk: Desk) -> None:
    customer, order = await desk.play.buyer(common.PAYMENT_METHOD_BANK_TRANSFER)
    workflow_id = names.order_id(order.order_id)
    await desk.stands(workflow_id, "AwaitingPayment")
    right = transfer_of(order)
    for field, wrong in (("amount", "1,00"), ("amount", 19.76), ("amount", "0.00"), ("booked_on", "24.11.2026")):
        await refused(desk, workflow_id, "record_bank_transfer", right | {field: wrong}, f"{field}: ")
    await refused(desk, workflow_id, "record_bank_transfer", right | {"bank_reference": "è"}, "bank_reference: ")
    await refused(desk, workflow_id, "record_bank_transfer", right | {"reason_code": "saw it"}, "reason_code: ")
    assert (await desk.update(workflow_id, "record_bank_transfer", right)).result == "paid"
    await desk.play.fulfilled(customer, order.order_id)
    request = (await payment_of(desk.play, order.order_id)).payment_request_id
    assert await desk.audited("payments", request) == [(OPERATOR, "record_bank_transfer", "seen_on_account")]
    assert "the order has ended" in await desk.details(workflow_id)


async def test_a_recorded_transfer_of_another_amount_waits_in_the_queue(desk: Desk) -> None:
    customer, order = await desk.play.buyer(common.PAYMENT_METHOD_BANK_TRANSFER)
    workflow_id = names.order_id(order.order_id)
    await desk.stands(workflow_id, "AwaitingPayment")
    mistyped = transfer_of(order) | {"amount": "1.00"}
    await refused(desk, workflow_id, "record_bank_transfer", mistyped, '"accept_difference": true')
    answer = await desk.update(workflow_id, "record_bank_transfer", mistyped | {"accept_difference": True})
    assert "not the exact amount" in answer.result
    queue = await desk.play.operator.payments.ListMoneyEntries(payments_pb2.ListMoneyEntriesRequest())
    assert [entry for entry in queue.entries if entry.money_entry_id in answer.result]
    assert (await customer.order(order.order_id)).state == ordering_pb2.ORDER_STATE_OPEN
    await desk.stands(workflow_id, "NeedsOperator")
    assert "EUR 1.00 of " in await desk.details(workflow_id)


async def test_an_order_is_cancelled_once(desk: Desk) -> None:
    customer, order = await desk.play.buyer(common.PAYMENT_METHOD_ONLINE)
    workflow_id = names.order_id(order.order_id)
    await desk.stands(workflow_id, "AwaitingPayment")
    await refused(desk, workflow_id, "cancel_order", {"reason_code": "x"}, "reason_code")
    misspelt = {"reason_code": "customer_asked", "ticketid": str(uuid4())}
    await refused(desk, workflow_id, "cancel_order", misspelt, "ticketid: no such field; there are: reason_code")
    assert (await customer.order(order.order_id)).state == ordering_pb2.ORDER_STATE_OPEN
    answer = await desk.update(workflow_id, "cancel_order", {"reason_code": "customer_asked"})
    assert "cancellation asked for" in answer.result
    await desk.stands(workflow_id, "Cancelled")
    assert (await customer.order(order.order_id)).state == ordering_pb2.ORDER_STATE_CANCELLED
    assert await desk.audited("ordering", order.order_id) == [(OPERATOR, "cancel_order", "customer_asked")]


async def test_the_uis_cancel_is_a_request_to_the_order(desk: Desk) -> None:
    customer, order = await desk.play.buyer(common.PAYMENT_METHOD_BANK_TRANSFER)
    workflow_id = names.order_id(order.order_id)
    await desk.stands(workflow_id, "AwaitingPayment")
    await desk.cancel(workflow_id)
    assert await desk.play.temporal.get_workflow_handle(workflow_id).result() == "cancelled"
    assert (await customer.order(order.order_id)).state == ordering_pb2.ORDER_STATE_CANCELLED
    assert await desk.audited("ordering", order.order_id) == [(OPERATOR, "cancel_order", "ui_cancel")]


async def test_the_uis_cancel_ends_no_trial(desk: Desk) -> None:
    customer = desk.play.customer()
    await customer.begin_trial()
    workflow_id = names.trial_id(customer.account_id)
    await desk.stands(workflow_id, "Active")
    await desk.cancel(workflow_id)
    assert (await desk.update(workflow_id, "extend_trial", {"days": 1, "reason_code": "still_running"})).result
    assert "Cancel was pressed: it has no meaning here" in await desk.details(workflow_id)
    assert (await customer.trial()).state == trial_pb2.TRIAL_STATE_ACTIVE


async def test_an_order_cancelled_before_its_proforma_asks_for_no_money(desk: Desk) -> None:
    play = desk.play
    customer, order = await play.buyer(common.PAYMENT_METHOD_BANK_TRANSFER)
    await customer.cancel(order.order_id)
    await desk.stands(names.order_id(order.order_id), "Cancelled")
    quote = await customer.quote(common.CUSTOMER_KIND_PRIVATE, common.BILLING_PERIOD_ANNUAL, 1)
    async with without_worker(play):
        placed = await customer.place_order(quote, common.PAYMENT_METHOD_BANK_TRANSFER)
        await customer.cancel(placed.order_id)
    await desk.stands(names.order_id(placed.order_id), "Cancelled")
    assert (await customer.order(placed.order_id)).proforma_number == ""


async def test_a_refused_step_after_the_payment_waits_for_an_operator(desk: Desk) -> None:
    customer, order = await desk.play.buyer(common.PAYMENT_METHOD_BANK_TRANSFER)
    workflow_id = names.order_id(order.order_id)
    await desk.stands(workflow_id, "AwaitingPayment")
    await refused(desk, workflow_id, "retry", {"reason_code": "cause_mended"}, "nothing was refused")
    await change_access(desk.play, customer, "purged")
    assert (await desk.update(workflow_id, "record_bank_transfer", transfer_of(order))).result == "paid"
    await desk.stands(workflow_id, "NeedsOperator")
    shown = await desk.details(workflow_id)
    assert "Refused was: unlock the service. Why: The account was purged and stays so. Mend the cause" in shown
    assert workflow_id in await desk.listed(f"{names.ATTRIBUTE_STATE} = 'NeedsOperator'")
    await change_access(desk.play, customer, "trial")
    await refused(desk, workflow_id, "retry", {"reason_code": "Cause mended"}, "reason_code")
    assert (await desk.update(workflow_id, "retry", {"reason_code": "cause_mended"})).result == "trying again"
    await desk.play.fulfilled(customer, order.order_id)
    assert (await customer.allowance()).state == mailboxes_pb2.ACCESS_STATE_UNLOCKED


async def test_a_legal_hold_stops_a_purge_and_its_release_lets_it_go_on(desk: Desk) -> None:
    play, customer = desk.play, desk.play.customer()
    await customer.begin_trial()
    domain = await customer.add_domain(f"d{customer.account_id[-12:]}.example")
    await customer.create_mailbox(f"info@{domain.name}")
    workflow_id = await close_under_hold(desk, customer)
    assert "casella hold release" in await desk.details(workflow_id)
    assert await remaining(desk, customer) == (1, 1)
    await set_hold(play, customer, hold=False)
    assert await play.temporal.get_workflow_handle(workflow_id).result() == "purged"
    assert await remaining(desk, customer) == (0, 0)
    deeds = [(actor, action) for actor, action, _ in await desk.audited("ordering", customer.account_id)]
    assert deeds == [(OPERATOR, "set_legal_hold"), (OPERATOR, "lift_legal_hold")]


async def remaining(desk: Desk, customer: Customer) -> tuple[int, int]:
    """Domains and mailboxes that an account has left."""
    asked = mailboxes_pb2.ProvePurgedRequest(account_id=customer.account_id)
    left = await desk.play.operator.mailboxes.ProvePurged(asked)
    return left.domains, left.mailboxes


async def test_the_example_in_the_details_can_be_sent_as_it_stands(desk: Desk) -> None:
    customer, order = await desk.play.buyer(common.PAYMENT_METHOD_BANK_TRANSFER)
    workflow_id = names.order_id(order.order_id)
    await desk.stands(workflow_id, "AwaitingPayment")
    shown = re.search(r"`record_bank_transfer`.*`(\{.*\})`", await desk.details(workflow_id))
    assert shown
    data = json.loads(shown[1]) | {"bank_reference": f"CRO {order.order_id[-12:]}"}
    assert (await desk.update(workflow_id, "record_bank_transfer", data)).result == "paid"
    await desk.play.fulfilled(customer, order.order_id)


async def test_every_filter_of_the_operators_book_is_understood(desk: Desk) -> None:
    book = (Path(__file__).parents[2] / "docs" / "operating.md").read_text()
    filters = re.findall(r"`((?:Casella|Temporal|WorkflowType)\w* (?:=|<|IN|IS) [^`]+)`", book)
    assert len(filters) >= 9
    for query in filters:
        await desk.listed(query)  # an error if the server does not understand it


async def test_no_history_holds_anything_personal(desk: Desk) -> None:
    play = desk.play
    customer, order = await play.buyer(common.PAYMENT_METHOD_ONLINE)
    await desk.stands(names.order_id(order.order_id), "AwaitingPayment")
    await desk.cancel(names.order_id(order.order_id))
    await desk.stands(names.order_id(order.order_id), "Cancelled")
    profile = await play.operator.ordering.GetBillingProfile(
        ordering_pb2.GetBillingProfileRequest(account_id=customer.account_id)
    )
    party = profile.profile
    marks = [customer.email, customer.last_name, party.codice_fiscale, party.address.street, party.phone, customer.ip]
    async for found in play.temporal.list_workflows():
        history = await play.temporal.get_workflow_handle(found.id, run_id=found.run_id).fetch_history()
        assert personal(json.loads(history.to_json()), marks) == [], found.id
