"""Stories of what comes after a first order, and of money that pays nothing by itself."""

import json
from uuid import uuid4

from casella.common.v1 import common_pb2 as common
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from casella.support.v1 import webhooks_pb2, webhooks_pb2_grpc
from deploy.local.demo import people
from services.kit.channels import open_channel
from tests.chaos.acting import (
    open_page,
    pay_by_link,
    pay_order,
    record_transfer,
    stands,
    steer,
    steer_once,
    transfer,
)
from tests.chaos.money import charge_of, export, has_left, stripe_does, waits
from tests.chaos.patience import Patient
from tests.chaos.proving import proved
from tests.chaos.terms import asked_again, asked_by_debit, renewal, subscription
from tests.e2e.ends import each_email_once, prove_the_end
from tests.e2e.play import Play
from tests.e2e.resellers import fill_panel
from tests.e2e.stories import run
from tests.e2e.waiting import until
from tests.gateway.receiver import Receiver
from workflows import names

_ONLINE, _TRANSFER = common.PAYMENT_METHOD_ONLINE, common.PAYMENT_METHOD_BANK_TRANSFER


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
    """A transfer is short and waits; the rest makes it whole. What comes then goes back, and the payer is told."""
    customer, order = await play.buyer(_TRANSFER)
    money = await waits(play, 1_000, text=order.proforma_number)
    await transfer(play, order.totals.gross.minor - 1_000, text=order.proforma_number)
    await play.fulfilled(customer, order.order_id)
    await stands(play, money, "Assigned")
    back = await waits(play, 2_345, text=order.proforma_number)
    await steer(play, back, "refund")
    await stands(play, back, "Refunding")
    [sent] = await export(play)
    await has_left(play, 2_345, sent)
    await stands(play, back, "Refunded")
    await run(play, names.TELL_OF_REFUNDS)
    await proved(play, customer, invoices=1)


async def sends_money_unasked(play: Play) -> None:
    """Of three transfers that name nothing one goes back by the bank, one is set aside, one is credit that pays."""
    customer = play.customer()
    await customer.begin_trial()
    await customer.save_profile(people.private_person("Anna", "Rossi"))
    back = await waits(play, 1_234, text="errore")
    await steer(play, back, "refund")
    await stands(play, back, "Refunding")
    [sent] = await export(play)
    await has_left(play, 1_234, sent)
    await stands(play, back, "Refunded")
    aside = await waits(play, 777, text="rimborso fornitore")
    await steer(play, aside, "set_aside")
    await stands(play, aside, "SetAside")
    credit = await waits(play, 90_000, text="vecchio saldo")
    await steer(play, credit, "credit", account_id=customer.account_id)
    await stands(play, credit, "Credited")
    quote = await customer.quote(common.CUSTOMER_KIND_PRIVATE, common.BILLING_PERIOD_ANNUAL, 1)
    order = await customer.place_order(quote, _TRANSFER)
    await play.fulfilled(customer, order.order_id)
    asked = payments_pb2.GetAccountCreditRequest(account_id=customer.account_id)
    left_over = (await play.operator.payments.GetAccountCredit(asked)).credit.minor
    assert left_over == 90_000 - order.totals.gross.minor
    await proved(play, customer, invoices=1)


async def disputes(play: Play) -> None:
    """A payer disputes a payment and wins: it is a claim first, then the contract is ended and the invoice credited."""
    customer, order = await play.buyer(_ONLINE)
    await pay_order(play, customer, order.order_id)
    await play.fulfilled(customer, order.order_id)
    number = await stripe_does(play, f"payment_intents/{await charge_of(play, order.order_id)}/dispute")
    asked = payments_pb2.GetPaymentRequestRequest(order_id=order.order_id)

    async def entry() -> str | None:
        told = (await play.operator.payments.GetPaymentRequest(asked)).disputes
        return told[0].money_entry_id if told else None

    money = names.money_id(await until(entry, "the dispute"))
    await stands(play, money, "NeedsOperator")
    await stripe_does(play, f"disputes/{number}/lose")
    await steer(play, money, "claim")
    await stands(play, money, "Claim")
    await steer(play, money, "terminate")
    await stands(play, await renewal(play, customer), "Closing")
    await steer(play, money, "credit_note", cause="dispute")
    await stands(play, money, "CreditNote")
    await proved(play, customer, invoices=1, notes=1)


async def renews(play: Play) -> None:
    """A year's contract comes to its end: announced, paid by the link, invoiced."""
    customer, order = await play.buyer(_ONLINE)
    await pay_order(play, customer, order.order_id)
    await play.fulfilled(customer, order.order_id)
    period = await asked_again(play, customer, order.order_id)
    await pay_by_link(play, customer, period.payment_request_id, period.proforma_number)
    await stands(play, await renewal(play, customer), "Invoiced")
    await proved(play, customer, invoices=2)


async def is_debited(play: Play) -> None:
    """Likewise by automatic debit, which an operator asks for before its day, and which is switched off then."""
    customer, debit, second = await asked_by_debit(play)
    await steer_once(play, second, "charge_now")  # one whose answer was lost is refused when it comes again
    await stands(play, second, "Invoiced")
    off = payments_pb2.SwitchOffAutomaticDebitRequest(request_id=str(uuid4()), account_id=customer.account_id)
    await play.gateway.payments.SwitchOffAutomaticDebit(off, metadata=await customer.me())
    await stands(play, debit, "SwitchedOff")
    await proved(play, customer, invoices=2)


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
    await record_transfer(play, names.order_id(order.order_id), quote.totals.gross.minor)
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
    await proved(play, customer, invoices=1)


async def changes_its_mind(play: Play) -> None:
    """Pays too much, cancels the subscription, keeps it, pays otherwise; schedules run meanwhile. Another leaves."""
    other, cancelled = await play.buyer(_ONLINE)
    await open_page(play, other)
    await steer(play, names.order_id(cancelled.order_id), "cancel_order")
    await play.order_when(other, cancelled.order_id, lambda it: it.state == ordering_pb2.ORDER_STATE_CANCELLED)
    customer, order = await play.buyer(_TRANSFER)
    money = await waits(play, order.totals.gross.minor + 500, text=order.proforma_number)
    await steer(play, money, "assign", proforma_number=order.proforma_number)
    await stands(play, money, "Assigned")
    await play.fulfilled(customer, order.order_id)
    second = await renewal(play, customer)
    await stands(play, second, "Scheduled")
    await steer(play, second, "cancel_subscription")
    await steer(play, second, "keep_subscription")
    otherwise = ordering_pb2.ChangePaymentMethodRequest(
        request_id=str(uuid4()), subscription_id=await subscription(play, customer), payment_method=_ONLINE
    )
    answer = await play.gateway.ordering.ChangePaymentMethod(otherwise, metadata=await customer.me())
    assert answer.subscription.state == ordering_pb2.SUBSCRIPTION_STATE_ACTIVE
    for scheduled in (names.POLL_RECEIPTS, names.FETCH_PAYMENT_EVENTS, names.PUSH_REFUNDS):
        await run(play, scheduled)
    await each_email_once(play, other)
    await proved(play, customer, invoices=1)


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
        enabling = webhooks_pb2.EnableWebhookEndpointRequest(request_id=str(uuid4()), endpoint_id=endpoint_id)
        await webhooks.EnableWebhookEndpoint(enabling)
        testing = webhooks_pb2.TestWebhookEndpointRequest(request_id=str(uuid4()), endpoint_id=endpoint_id)
        await webhooks.TestWebhookEndpoint(testing)
        types.append("webhook.test")
        await until(told, f"webhooks of {types}")
        removing = webhooks_pb2.RemoveWebhookEndpointRequest(request_id=str(uuid4()), endpoint_id=endpoint_id)
        await webhooks.RemoveWebhookEndpoint(removing)
        assert len({(post.id, post.body) for post in receiver.posts}) == len(types)
    await proved(play, customer, invoices=1)


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
