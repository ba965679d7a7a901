"""Stories of what comes after a first order, and of money that pays nothing by itself."""

import json
import re
from uuid import UUID, uuid4

import aiohttp

from casella.common.v1 import common_pb2 as common
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from casella.support.v1 import webhooks_pb2, webhooks_pb2_grpc
from deploy.local.demo import people
from deploy.local.demo.customer import Customer
from services.kit.causes import PeriodCause
from services.kit.channels import open_channel
from tests.chaos.acting import (
    STEERING,
    pay_by_link,
    pay_order,
    record_transfer,
    settled,
    stands,
    steer,
    steer_once,
    today,
    transfer,
)
from tests.chaos.patience import Patient
from tests.e2e.ends import books_balance, count, each_email_once, numbers_without_gap, prove_the_end
from tests.e2e.levers import let_term_run_out
from tests.e2e.play import Play
from tests.e2e.resellers import fill_panel
from tests.e2e.stories import run
from tests.e2e.waiting import until
from tests.gateway.receiver import Receiver
from tests.payments.statement import Entry
from tests.payments.statement import statement as bank_statement
from workflows import names

_ONLINE, _TRANSFER = common.PAYMENT_METHOD_ONLINE, common.PAYMENT_METHOD_BANK_TRANSFER
_IBAN, _PAYERS_IBAN = "IT60X0542811101000000123456", "DE89370400440532013000"
_DAYS_LEFT = 5


async def sells_abroad(play: Play) -> None:
    """A German company whose VAT number VIES confirms buys by card, without VAT."""
    customer = play.customer()
    customer.country, customer.language = "DE", common.LANGUAGE_EN
    await customer.begin_trial()
    seat = common.Address(street="Lange Straße 5", postal_code="10115", city="Berlin", country="DE")
    await customer.save_profile(people.business_abroad("Beispiel GmbH", "123456788", seat))
    quote = await customer.quote(common.CUSTOMER_KIND_COMPANY, common.BILLING_PERIOD_ANNUAL, 10)
    order = await customer.place_order(quote, _ONLINE)
    await play.order_when(customer, order.order_id, lambda it: bool(it.proforma_number))
    await pay_order(play, customer, order.order_id)
    await prove_the_end(play, customer, order.order_id)
    assert (await customer.order(order.order_id)).tax_treatment == common.TAX_TREATMENT_REVERSE_CHARGE


async def pays_in_parts(play: Play) -> None:
    """A transfer is short and waits; the rest makes it whole."""
    customer, order = await play.buyer(_TRANSFER)
    money = await _waits(play, 1_000, text=order.proforma_number)
    await transfer(play, order.totals.gross.minor - 1_000, text=order.proforma_number)
    await play.fulfilled(customer, order.order_id)
    await stands(play, money, "Assigned")
    await _proved(play, customer, invoices=1)


async def sends_money_unasked(play: Play) -> None:
    """Of three transfers that name nothing one goes back by the bank, one is set aside, one is credit that pays."""
    customer = play.customer()
    await customer.begin_trial()
    await customer.save_profile(people.private_person("Anna", "Rossi"))
    back = await _waits(play, 1_234, text="errore")
    await steer(play, back, "refund")
    await stands(play, back, "Refunding")
    exporting = payments_pb2.ExportRefundsRequest(request_id=str(uuid4()), steering=STEERING)
    file = (await play.operator.payments.ExportRefunds(exporting)).file
    sent = re.search(rb"<EndToEndId>([^<]+)</EndToEndId>", file)
    assert sent is not None
    left = Entry(1_234, direction="DBIT", end_to_end=sent[1].decode(), bank_reference=uuid4().hex, day=today())
    told = payments_pb2.ImportStatementRequest(file=bank_statement(left, number=uuid4().hex, iban=_IBAN))
    await play.operator.payments.ImportStatement(told)
    await stands(play, back, "Refunded")
    aside = await _waits(play, 777, text="rimborso fornitore")
    await steer(play, aside, "set_aside")
    await stands(play, aside, "SetAside")
    credit = await _waits(play, 90_000, text="vecchio saldo")
    await steer(play, credit, "credit", account_id=customer.account_id)
    await stands(play, credit, "Credited")
    quote = await customer.quote(common.CUSTOMER_KIND_PRIVATE, common.BILLING_PERIOD_ANNUAL, 1)
    order = await customer.place_order(quote, _TRANSFER)
    await play.fulfilled(customer, order.order_id)
    asked = payments_pb2.GetAccountCreditRequest(account_id=customer.account_id)
    left_over = (await play.operator.payments.GetAccountCredit(asked)).credit.minor
    assert left_over == 90_000 - order.totals.gross.minor
    await _proved(play, customer, invoices=1)


async def disputes(play: Play) -> None:
    """A payer disputes a payment and wins: it is a claim first, then the contract is ended and the invoice credited."""
    customer, order = await play.buyer(_ONLINE)
    await pay_order(play, customer, order.order_id)
    await play.fulfilled(customer, order.order_id)
    number = await _stripe_does(play, f"payment_intents/{await _charge_of(play, order.order_id)}/dispute")
    asked = payments_pb2.GetPaymentRequestRequest(order_id=order.order_id)

    async def entry() -> str | None:
        told = (await play.operator.payments.GetPaymentRequest(asked)).disputes
        return told[0].money_entry_id if told else None

    money = names.money_id(await until(entry, "the dispute"))
    await stands(play, money, "NeedsOperator")
    await _stripe_does(play, f"disputes/{number}/lose")
    await steer(play, money, "claim")
    await stands(play, money, "Claim")
    await steer(play, money, "terminate")
    await stands(play, await _renewal(play, customer), "Closing")
    await steer(play, money, "credit_note", cause="dispute")
    await stands(play, money, "CreditNote")
    await _proved(play, customer, invoices=1, notes=1)


async def renews(play: Play) -> None:
    """A year's contract comes to its end: announced, paid by the link, invoiced."""
    customer, order = await play.buyer(_ONLINE)
    await pay_order(play, customer, order.order_id)
    await play.fulfilled(customer, order.order_id)
    period = await _asked_again(play, customer, order.order_id)
    await pay_by_link(play, customer, period.payment_request_id, period.proforma_number)
    await stands(play, await _renewal(play, customer), "Invoiced")
    await _proved(play, customer, invoices=2)


async def is_debited(play: Play) -> None:
    """Likewise by automatic debit, which an operator asks for before its day, and which is switched off then."""
    customer, order = await play.buyer(common.PAYMENT_METHOD_AUTOMATIC_DEBIT)
    await pay_order(play, customer, order.order_id, "paypal:succeeded")
    await play.fulfilled(customer, order.order_id)
    debit = names.automatic_debit_id(customer.account_id)
    await stands(play, debit, "Active")
    await _asked_again(play, customer, order.order_id)
    renewal = await _renewal(play, customer)
    await stands(play, renewal, "AwaitingPayment")
    await steer_once(play, renewal, "charge_now")  # one whose answer was lost is refused when it comes again
    await stands(play, renewal, "Invoiced")
    off = payments_pb2.SwitchOffAutomaticDebitRequest(request_id=str(uuid4()), account_id=customer.account_id)
    await play.gateway.payments.SwitchOffAutomaticDebit(off, metadata=await customer.me())
    await stands(play, debit, "SwitchedOff")
    await _proved(play, customer, invoices=2)


async def resells(play: Play) -> None:
    """A business buys, asks for a reseller's status, is trained, approved, and loses it."""
    customer = play.customer()
    await customer.begin_trial()
    profile = people.company("Rivende S.r.l.", "Anna")
    profile.kind = common.CUSTOMER_KIND_RESELLER
    await customer.save_profile(profile)
    quote = await customer.quote(common.CUSTOMER_KIND_RESELLER, common.BILLING_PERIOD_MONTHLY, 5)
    order = await customer.place_order(quote, _TRANSFER)
    await play.order_when(customer, order.order_id, lambda it: bool(it.proforma_number))
    await record_transfer(play, names.order_id(order.order_id), quote.totals.gross)
    await play.fulfilled(customer, order.order_id)
    await customer.ask_for_reseller_status()
    status = names.reseller_id(customer.account_id)
    await stands(play, status, "InReview")
    await fill_panel(customer, 12)
    await steer(play, status, "record_training")
    await steer(play, status, "approve_reseller")
    await stands(play, status, "Approved")
    await steer(play, status, "withdraw_reseller", customer_reason="no_resale")
    await stands(play, status, "Withdrawn")
    await _proved(play, customer, invoices=1)


async def changes_its_mind(play: Play) -> None:
    """Pays too much, cancels the subscription, keeps it, pays otherwise; schedules run meanwhile. Another leaves."""
    other, cancelled = await play.buyer(_TRANSFER)
    await steer(play, names.order_id(cancelled.order_id), "cancel_order")
    await play.order_when(other, cancelled.order_id, lambda it: it.state == ordering_pb2.ORDER_STATE_CANCELLED)
    customer, order = await play.buyer(_TRANSFER)
    money = await _waits(play, order.totals.gross.minor + 500, text=order.proforma_number)
    await steer(play, money, "assign", proforma_number=order.proforma_number)
    await stands(play, money, "Assigned")
    await play.fulfilled(customer, order.order_id)
    renewal = await _renewal(play, customer)
    await stands(play, renewal, "Scheduled")
    await steer(play, renewal, "cancel_subscription")
    await steer(play, renewal, "keep_subscription")
    otherwise = ordering_pb2.ChangePaymentMethodRequest(
        request_id=str(uuid4()), subscription_id=await _subscription(play, customer), payment_method=_ONLINE
    )
    answer = await play.gateway.ordering.ChangePaymentMethod(otherwise, metadata=await customer.me())
    assert answer.subscription.state == ordering_pb2.SUBSCRIPTION_STATE_ACTIVE
    for scheduled in (names.POLL_RECEIPTS, names.FETCH_PAYMENT_EVENTS, names.PUSH_REFUNDS):
        await run(play, scheduled)
    await each_email_once(play, other)
    await _proved(play, customer, invoices=1)


async def is_told(play: Play) -> None:
    """A server of the operator's is told of a purchase: of each event, and again only in the same words."""
    site = play.world.site
    async with Receiver() as receiver, open_channel(site.listen("support"), site.secret("caller-operator")) as channel:
        webhooks = Patient(webhooks_pb2_grpc.WebhooksServiceStub(channel))
        types = ["trial.started", "order.placed", "order.paid", "order.fulfilled"]
        adding = webhooks_pb2.AddWebhookEndpointRequest(request_id=str(uuid4()), url=receiver.url, types=types)
        endpoint_id = (await webhooks.AddWebhookEndpoint(adding)).endpoint.endpoint_id
        customer, order = await play.buyer(_ONLINE)
        await pay_order(play, customer, order.order_id)
        await play.fulfilled(customer, order.order_id)

        async def told() -> bool | None:
            return {json.loads(post.body)["type"] for post in receiver.posts} == set(types) or None

        await until(told, f"webhooks of {types}")
        removing = webhooks_pb2.RemoveWebhookEndpointRequest(request_id=str(uuid4()), endpoint_id=endpoint_id)
        await webhooks.RemoveWebhookEndpoint(removing)
        assert len({(post.id, post.body) for post in receiver.posts}) == len(types)
    await _proved(play, customer, invoices=1)


async def _waits(play: Play, minor: int, text: str) -> str:
    """A transfer comes that pays nothing by itself; its workflow."""
    before = await _waiting(play)
    await transfer(play, minor, text=text, payer_iban=_PAYERS_IBAN)
    [entry_id] = await _waiting(play) - before
    money = names.money_id(entry_id)
    await stands(play, money, "NeedsOperator")
    return money


async def _waiting(play: Play) -> set[str]:
    listed = await play.operator.payments.ListMoneyEntries(payments_pb2.ListMoneyEntriesRequest())
    return {entry.money_entry_id for entry in listed.entries}


async def _subscription(play: Play, customer: Customer) -> str:
    asked = ordering_pb2.GetSubscriptionRequest(account_id=customer.account_id)
    return (await play.operator.ordering.GetSubscription(asked)).subscription.subscription_id


async def _renewal(play: Play, customer: Customer) -> str:
    """The workflow of the second period."""
    return names.renewal_id(await _subscription(play, customer), 2)


async def _asked_again(play: Play, customer: Customer, order_id: str) -> ordering_pb2.Period:
    """The second term, whose first is set back until it ends in some days, once its money is asked for."""
    renewal = await _renewal(play, customer)
    await stands(play, renewal, "Scheduled")
    await let_term_run_out(play, order_id, _DAYS_LEFT)
    await play.temporal.get_workflow_handle(renewal).signal(names.LOOK_AGAIN)
    period_id = str(PeriodCause(UUID(await _subscription(play, customer)), 2).key)
    asked = ordering_pb2.GetPeriodRequest(period_id=period_id)

    async def announced() -> ordering_pb2.Period | None:
        found = (await play.operator.ordering.GetPeriod(asked)).period
        return found if found.HasField("notice_sent_at") else None

    return await until(announced, "the notice of the renewal")


async def _charge_of(play: Play, order_id: str) -> str:
    url = f"{play.world.site.url('stripe')}/_simulator/state"
    async with aiohttp.ClientSession(raise_for_status=True) as http, http.get(url) as answer:
        intents = (await answer.json())["payment_intents"]
    [charge] = [each["id"] for each in intents if each["metadata"].get("order_id") == order_id]
    return str(charge)


async def _stripe_does(play: Play, path: str) -> str:
    url = f"{play.world.site.url('stripe')}/_simulator/{path}"
    async with aiohttp.ClientSession(raise_for_status=True) as http, http.post(url, json={}) as answer:
        return str((await answer.json())["id"])


async def _proved(play: Play, customer: Customer, invoices: int, notes: int = 0) -> None:
    """So many invoices and credit notes, each email once, numbers without a gap, books that balance, nothing waits."""
    await settled(play)
    for kind, wanted in (("invoice", invoices), ("credit_note", notes)):
        of_kind = "documents WHERE account_id = $1 AND kind = $2"
        assert await count(play, "invoicing", of_kind, UUID(customer.account_id), kind) == wanted, kind
    assert await count(play, "mailboxes", "unlocks WHERE account_id = $1", UUID(customer.account_id)) == 1
    assert await _waiting(play) == set()
    await books_balance(play)
    await numbers_without_gap(play)
    await each_email_once(play, customer)


LATER = (
    sells_abroad,
    pays_in_parts,
    sends_money_unasked,
    disputes,
    renews,
    is_debited,
    resells,
    changes_its_mind,
    is_told,
)
