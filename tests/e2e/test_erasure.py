"""The deletion of a profile on real parts: canaries planted through a customer's journey are in no table after it.

Every table of every schema is read, in texts, JSON, kept messages and PDFs, and what Temporal holds, and all that shows
outside: logs, files, processes, metrics, spans, webhooks, pages, commands.
"""

import asyncio
import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
import pytest_asyncio
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span

from casella.common.v1 import common_pb2 as common
from casella.common.v1 import errors_pb2
from casella.invoicing.v1 import invoicing_pb2
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2
from casella.support.v1 import erasures_pb2
from casella.trial.v1 import trial_pb2
from deploy.local.demo import paying
from deploy.local.demo.customer import PASSWORD
from deploy.local.demo.front import ROOMS
from tests.e2e.canaries import Canary, Watch, columns_that_know, watching, what_it_says
from tests.e2e.canary_ways import (
    break_a_rule,
    paid_and_taken_back,
    sent_by_the_bank,
    what_pages_say,
    without_table,
)
from tests.e2e.ends import documents_of
from tests.e2e.levers import answered, ask_for_deletion, dispute, let_term_run_out, set_hold, stripe_does
from tests.e2e.operator_desk import OPERATOR, Desk, refused, wrongly_filled_in
from tests.e2e.waiting import until
from tests.support.marks import known_in, shown_of
from tests.support.refusals import refused_as
from workflows import names

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("erasure")]

FISCAL = {
    "invoicing.customers.customer": "the invoice's customer",
    "invoicing.files.content": "the invoice's PDF and XML, and the SdI's receipts",
    "invoicing.messages.raw": "the SdI's receipts as they came",
    "payments.bank_entries.debtor_name": "what the bank told of a payer",
    "payments.bank_entries.debtor_iban": "and from which account",
    "payments.bank_entries.remittance": "and what for",
    "payments.refunds.holder": "to whom money went back",
    "payments.refunds.iban": "and to which account",
    "payments.refund_files.content": "and as the bank was asked",
}
"""The only columns that may still know somebody who has paid (docs/rules.md, "Erasure")."""
NEVER = ("audit", "events", "erasures", "provider_events", "recovery_findings", "sent_elsewhere")
"""Tables that stay after an erasure, or leave the house, and so never know anybody, nor do those of our webhooks."""
WHY = {"reason_code": "customer_asked"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def watch(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Watch]:
    """A Casella of this module's own."""
    async with watching(tmp_path_factory.mktemp("erasure") / "var") as watch:
        yield watch


@pytest.fixture
def desk(watch: Watch) -> Desk:
    return watch.desk


async def proof_of(watch: Watch, canary: Canary) -> dict[str, Any]:
    """What the command shows of an erasure."""
    shown = await watch.terminal.casella("show", "erasure", canary.customer.account_id, "--json")
    found: dict[str, Any] = shown.well().json["erasure"]
    return found


async def test_nothing_is_left_of_a_trial_customer_who_asks_for_the_deletion(watch: Watch, desk: Desk) -> None:
    canary = Canary.hatch(watch, "Zenobia", "Trovapasseri")
    await canary.try_out()
    order = await canary.order(desk)
    before = await columns_that_know(desk, canary)
    assert {column.partition(".")[0] for column in before} == {"trial", "mailboxes", "ordering", "invoicing", "support"}
    assert not any("password" in words for words in before.values())
    await set_hold(desk.play, canary.customer, hold=True)
    workflow_id = await canary.ask_for_deletion(desk)
    assert (await desk.update(workflow_id, "approve", WHY)).result == "approved"
    await desk.stands(workflow_id, "Held")
    held = await desk.details(workflow_id)
    assert "a legal hold stands" in held
    assert f"order {order.order_id} waits for its payment" in held
    assert set(await columns_that_know(desk, canary)) >= set(before)
    await set_hold(desk.play, canary.customer, hold=False)
    await desk.stands(workflow_id, "Erased")
    await desk.stands(names.trial_id(canary.customer.account_id), "Closed")
    mail = await desk.play.inbox.wait_for(
        canary.customer.email, lambda each: "cancellato" in str(each["Subject"]), "the last email"
    )
    assert await columns_that_know(desk, canary) == {}
    assert canary.known_in(await watch.seen_from_outside()) == {}
    proof = await proof_of(watch, canary)
    shown = (await watch.terminal.casella("show", "erasure", canary.customer.account_id)).well().out
    for words in ("erased", "approve erasure", "trial", "consents", "invoicing"):
        assert words in shown, words
    assert proof["state"] == "ERASURE_STATE_ERASED"
    assert str(mail["Message-ID"]) in {proof["told_message_id"], f"<{proof['told_message_id']}>"}
    assert sorted(part["room"] for part in proof["proof"]) == sorted(ROOMS)
    with refused_as(errors_pb2.REASON_LOGIN_REFUSED):
        await canary.customer.log_in()


async def test_only_fiscal_documents_are_left_of_a_customer_who_paid(watch: Watch, desk: Desk) -> None:
    canary = Canary.hatch(watch, "Ermenegilda", "Cercafunghi")
    await canary.try_out()
    order = await canary.order(desk)
    await canary.transfer(desk, order)
    fulfilled = await desk.play.fulfilled(canary.customer, order.order_id)
    workflow_id = await canary.ask_for_deletion(desk)
    assert "subscription" in await desk.details(workflow_id)
    assert (await desk.update(workflow_id, "approve", WHY)).result == "approved"
    await answered(desk, names.e_invoice_id(fulfilled.invoice_id), "Undeliverable")
    await desk.stands(workflow_id, "Erased")
    left = await columns_that_know(desk, canary)
    assert set(left) <= set(FISCAL), left
    assert "invoicing.customers.customer" in left
    assert not {"password", "phone"} & set().union(*left.values())
    assert canary.known_in(await watch.seen_from_outside()) == {}
    invoice = await desk.play.operator.invoicing.GetInvoicingDocument(
        invoicing_pb2.GetInvoicingDocumentRequest(document_id=fulfilled.invoice_id)
    )
    assert invoice.document.totals.gross == order.quote.totals.gross
    proof = await proof_of(watch, canary)
    assert proof["state"] == "ERASURE_STATE_ERASED"
    await until(lambda: nothing_waits(desk), "the end of every process of the erased")
    subjects = [str(mail["Subject"]) for mail in await desk.play.inbox.messages(canary.customer.email)]
    assert not any("terminato" in subject for subject in subjects)  # nothing stays readable: no email promises it


async def test_of_who_withdrew_only_the_invoice_its_note_and_the_way_of_the_money_are_left(
    watch: Watch, desk: Desk, tmp_path: Path
) -> None:
    canary = Canary.hatch(watch, "Teodolinda", "Contalumache")
    await canary.try_out()
    order = await canary.order(desk)
    await canary.transfer(desk, order)
    await desk.play.fulfilled(canary.customer, order.order_id)
    await canary.settle_in()
    await canary.customer.withdraw(order.order_id)
    withdrawal = names.withdrawal_id(order.order_id)
    await desk.stands(withdrawal, "NeedsOperator")
    await sent_by_the_bank(watch, canary, tmp_path)
    await desk.stands(withdrawal, "Closing")
    [note] = [each for each in await documents_of(desk.play, canary.customer) if each.credit.invoice_id]
    workflow_id = await canary.ask_for_deletion(desk)
    before = await columns_that_know(desk, canary)
    assert not [column for column in before if column.split(".")[1].startswith((*NEVER, "webhook"))], before
    assert {"IBAN", "other IBAN", "remittance"} <= set().union(*before.values())
    assert (await desk.update(workflow_id, "approve", WHY)).result == "approved"
    for document_id in (note.credit.invoice_id, note.document_id):
        await answered(desk, names.e_invoice_id(document_id), "Undeliverable")
    await desk.stands(workflow_id, "Erased")
    left = await columns_that_know(desk, canary)
    assert set(left) <= set(FISCAL), left
    assert left["payments.refunds.iban"] == {"other IBAN"}
    assert canary.known_in(await watch.seen_from_outside()) == {}
    trail = (await watch.terminal.casella("trail", canary.customer.account_id)).well().out
    assert "retry refund" in trail
    assert canary.known_in({"trail": trail.encode()}) == {}


async def test_only_fiscal_documents_are_left_of_a_reseller_charged_by_itself_who_disputed_it(
    watch: Watch, desk: Desk
) -> None:
    canary = Canary.hatch(watch, "Adalgisa", "Mordinuvole", sells_on=True)
    await canary.try_out()
    order = await canary.order(desk, common.PAYMENT_METHOD_AUTOMATIC_DEBIT, common.BILLING_PERIOD_MONTHLY)
    await paying.pay_online(
        desk.play.world.site.url("gateway"), await desk.play.proforma(canary.customer), "paypal:succeeded"
    )
    fulfilled = await desk.play.fulfilled(canary.customer, order.order_id)
    await desk.stands(names.automatic_debit_id(canary.customer.account_id), "Active")
    await canary.settle_in()
    await canary.customer.ask_for_reseller_status()
    await desk.stands(names.reseller_id(canary.customer.account_id), "InReview")
    number, money = await dispute(desk, order.order_id)
    await stripe_does(desk, f"disputes/{number}/answer")
    await stripe_does(desk, f"disputes/{number}/win")
    await desk.stands(money, "Kept")
    workflow_id = await canary.ask_for_deletion(desk)
    assert (await desk.update(workflow_id, "approve", WHY)).result == "approved"
    await answered(desk, names.e_invoice_id(fulfilled.invoice_id), "Delivered")
    await desk.stands(workflow_id, "Erased")
    left = await columns_that_know(desk, canary)
    assert set(left) <= set(FISCAL), left
    assert "VAT number" in left["invoicing.customers.customer"]
    assert canary.known_in(await watch.seen_from_outside()) == {}


async def test_only_fiscal_documents_are_left_of_who_adds_renews_is_taken_back_by_the_bank_and_loses_a_dispute(
    watch: Watch, desk: Desk
) -> None:
    canary = Canary.hatch(watch, "Genoveffa", "Rubanebbia")
    await canary.try_out()
    order = await canary.order(desk, common.PAYMENT_METHOD_ONLINE)
    await paying.pay_online(desk.play.world.site.url("gateway"), await desk.play.proforma(canary.customer))
    await desk.play.fulfilled(canary.customer, order.order_id)
    back = await paid_and_taken_back(desk, canary, await canary.order(desk))
    await let_term_run_out(desk.play, order.order_id, 20)
    asked = ordering_pb2.GetSubscriptionRequest(account_id=canary.customer.account_id)
    subscription = (await desk.play.operator.ordering.GetSubscription(asked)).subscription
    renewal = names.renewal_id(subscription.subscription_id, 2)
    await desk.play.temporal.get_workflow_handle(renewal).signal(names.LOOK_AGAIN)
    await desk.stands(renewal, "AwaitingPayment")
    number, money = await dispute(desk, order.order_id)
    await stripe_does(desk, f"disputes/{number}/lose")
    await desk.shows(money, "the invoice stands: decide")
    assert (await desk.update(back, "set_aside", WHY)).result == "set aside"
    assert not (await desk.update(money, "terminate", WHY)).refusal
    await desk.shows(money, "because the contract has ended with it")
    assert not (await desk.update(money, "credit_note", {"cause": "dispute", **WHY})).refusal
    await desk.stands(money, "CreditNote")
    assert canary.known_in(await watch.seen_from_outside()) == {}
    workflow_id = await canary.ask_for_deletion(desk)
    assert (await desk.update(workflow_id, "approve", WHY)).result == "approved"
    documents = await documents_of(desk.play, canary.customer)
    for document in [each for each in documents if each.kind != invoicing_pb2.DOCUMENT_KIND_PROFORMA]:
        await answered(desk, names.e_invoice_id(document.document_id), "Undeliverable")
    await desk.stands(workflow_id, "Erased")
    left = await columns_that_know(desk, canary)
    assert set(left) <= set(FISCAL), left
    assert {"invoicing.customers.customer", "payments.bank_entries.debtor_iban"} <= set(left)
    assert canary.known_in(await watch.seen_from_outside()) == {}


async def test_what_is_refused_or_crashes_tells_nobody_what_was_sent(watch: Watch, desk: Desk) -> None:
    canary = Canary.hatch(watch, "Radegonda", "Pescastelle")
    await canary.try_out()
    customer, me = canary.customer, await canary.customer.me()
    wrong = common.BillingParty()
    wrong.CopyFrom(canary.profile)
    wrong.codice_fiscale += "Z"
    profile = ordering_pb2.SaveBillingProfileRequest(
        request_id=str(uuid4()), account_id=customer.account_id, profile=canary.profile
    )
    bad = ordering_pb2.SaveBillingProfileRequest(request_id=str(uuid4()), account_id=customer.account_id, profile=wrong)
    mailbox = mailboxes_pb2.CreateMailboxRequest(
        request_id=str(uuid4()), account_id=customer.account_id, address=customer.email, password=PASSWORD
    )
    login = trial_pb2.LogInRequest(email=f"{customer.email}é", password=PASSWORD, client=customer.client)
    front = customer.front
    told = {
        "bad profile": await what_it_says(front.ordering.SaveBillingProfile(bad, metadata=me)),
        "bad mailbox": await what_it_says(front.mailboxes.CreateMailbox(mailbox, metadata=me)),
        "bad login": await what_it_says(front.trial.LogIn(login)),
    }
    async with without_table(desk, "ordering", "billing_profiles"):
        told["crash"] = await what_it_says(front.ordering.SaveBillingProfile(profile, metadata=me))
    told |= await what_pages_say(watch, canary)
    await break_a_rule(desk, customer.email)
    log = await asyncio.to_thread((desk.play.world.site.log("ordering")).read_text)
    assert '"exception"' in log
    assert "duplicate key value" in await asyncio.to_thread((desk.play.world.site.log("postgres")).read_text)
    assert canary.known_in(told) == {}
    assert canary.known_in(await watch.seen_from_outside()) == {}


async def test_a_leak_that_is_planted_is_found_in_each_place(watch: Watch, desk: Desk) -> None:
    words = {"leak": f"Leccapiedi{uuid4().hex[:8]}"}
    play, mark = desk.play, words["leak"]
    await play.temporal.start_workflow(
        "Unknown", mark, id=f"leak-{uuid4()}", task_queue="nobody", memo={"note": mark}, static_summary=mark
    )
    with play.world.site.log("worker").open("a") as log:
        log.write(f"{mark}\n")
    (play.world.site.var / "forgotten.json").write_text(base64.b64encode(mark.encode()).decode())
    span = ScopeSpans(spans=[Span(name=f"GET /{mark}", trace_id=b"0" * 16)])
    named = Resource(attributes=[KeyValue(key="service.name", value=AnyValue(string_value="leak"))])
    export = ExportTraceServiceRequest(resource_spans=[ResourceSpans(resource=named, scope_spans=[span])])
    async with aiohttp.ClientSession(raise_for_status=True) as http:
        await http.post(f"{watch.collector.address}/v1/traces", data=export.SerializeToString())
        await http.post(watch.receiver.url, data=mark)
    process = await asyncio.create_subprocess_exec("sleep", "60", env={"LEAK": mark})
    try:
        seen = {**await watch.seen_from_outside(), **shown_of([process.pid])}
    finally:
        process.kill()
        await process.wait()
        (play.world.site.var / "forgotten.json").unlink()
    found = {place for place, content in seen.items() if known_in(content, words)}
    assert any(place.startswith("leak-") for place in found)
    assert any(place.startswith("temporal.db") for place in found)
    assert {"logs/worker.log", "forgotten.json", f"process {process.pid} environ", "spans", "webhooks"} <= found


async def test_an_operator_lets_an_erasure_go_on_without_the_email_that_nobody_takes(desk: Desk) -> None:
    customer = desk.play.customer("livia")
    await customer.begin_trial()
    workflow_id = await ask_for_deletion(desk, customer)
    without = {"reason_code": "address_gone"}
    await refused(desk, workflow_id, "erase_without_email", without, "no email is being sent: the erasure is Waiting")
    await desk.play.world.stop_process("mailsink")
    try:
        assert (await desk.update(workflow_id, "approve", WHY)).result == "approved"
        await desk.stands(workflow_id, "Telling")
        await wrongly_filled_in(desk, workflow_id, "erase_without_email")
        answer = await desk.update(workflow_id, "erase_without_email", without)
        assert answer.result == "the erasure goes on without the email within half a minute", answer.refusal
        await desk.stands(workflow_id, "Erased")
    finally:
        await desk.play.world.start_process("mailsink")
    assert "no last email is sent" in await desk.details(workflow_id)
    asked = erasures_pb2.GetErasureRequest(account_id=customer.account_id)
    erasure = (await desk.play.operator.erasures.GetErasure(asked)).erasure
    assert (erasure.state, erasure.email_skipped) == (erasures_pb2.ERASURE_STATE_ERASED, True)
    deeds = await desk.audited("support", customer.account_id)
    assert (OPERATOR, "skip_erasure_email", "address_gone") in deeds
    subjects = [str(mail["Subject"]) for mail in await desk.play.inbox.messages(customer.email)]
    assert not any("cancellato" in subject for subject in subjects)


async def nothing_waits(desk: Desk) -> bool | None:
    """Whether no workflow is open any more, and none needs an operator."""
    await asyncio.sleep(0)
    return True if await desk.listed("ExecutionStatus = 'Running'") == [] else None
