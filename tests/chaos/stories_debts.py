"""Stories of periods that are not paid as they should be, and of what an operator does about tax and e-invoices."""

import secrets
from functools import partial
from uuid import UUID, uuid4

import aiohttp

from casella.common.v1 import common_pb2 as common
from casella.invoicing.v1 import invoicing_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from deploy.local.demo import people
from deploy.local.demo.customer import Customer
from tests.chaos.acting import STEERING, pay_by_link, pay_order, record_transfer, stands, steer, steer_once
from tests.chaos.money import stripe_does, stripe_has
from tests.chaos.proving import proved
from tests.chaos.terms import asked_by_debit, look_again, period, renewal, set_back, subscription
from tests.e2e.play import Play
from tests.e2e.stories import sdi, stripe
from tests.e2e.waiting import until
from workflows import names

_ONLINE, _TRANSFER = common.PAYMENT_METHOD_ONLINE, common.PAYMENT_METHOD_BANK_TRANSFER
_SEAT = common.Address(street="1209 North Orange Street", postal_code="19801", city="Wilmington", country="US")
_PROOF = {"proof": "tax_certificate", "reference": "proofs/2026-0042"}
_SUSPENDED = 3
"""Which period: the first whose days are a whole month, as which it ends the lower ceiling of a new contract."""
_REJECTED = invoicing_pb2.TRANSMISSION_STATE_REJECTED


async def owes_from_abroad(play: Play) -> None:
    """An American business proves to be one; its third month is not paid before sending is suspended."""
    customer = play.customer()
    customer.country, customer.language = "US", common.LANGUAGE_EN
    await customer.begin_trial()
    await customer.save_profile(people.business_abroad("Acme Mail, Inc.", f"12-{secrets.randbelow(10**7):07}", _SEAT))
    quote = await customer.quote(common.CUSTOMER_KIND_COMPANY, common.BILLING_PERIOD_MONTHLY, 5)
    order = await customer.place_order(quote, _TRANSFER)
    workflow_id = names.order_id(order.order_id)
    await stands(play, workflow_id, "NeedsOperator")
    await steer(play, workflow_id, "accept_business_proof", **_PROOF)
    order = await play.order_when(customer, order.order_id, lambda it: bool(it.proforma_number))
    await record_transfer(play, workflow_id, order.totals.gross.minor)
    await play.fulfilled(customer, order.order_id)
    seen = ordering_pb2.SeenProof(kind=ordering_pb2.BUSINESS_PROOF_KIND_REGISTER_EXTRACT, reference="proofs/2026-0043")
    proving = ordering_pb2.RecordBusinessProofRequest(
        request_id=str(uuid4()), account_id=customer.account_id, seen=seen, steering=STEERING
    )
    await play.operator.ordering.RecordBusinessProof(proving)
    for number in (2, 3):
        month = await renewal(play, customer, number)
        await stands(play, month, "Scheduled")
        await _is_time(play, customer, number, "measure_at")
        await stands(play, month, "AwaitingPayment")
        if number == _SUSPENDED:
            await _is_time(play, customer, number, "suspend_at")
            await stands(play, month, "Suspended")
        await record_transfer(play, month, (await period(play, customer, number)).totals.gross.minor)
        await stands(play, month, "Invoiced")
    await proved(play, customer, invoices=3)


async def is_charged_in_vain(play: Play) -> None:
    """A debit is refused and switched off; paid by the link, set up anew, and ended at PayPal."""
    customer, debit, second = await asked_by_debit(play)
    asked = await period(play, customer)
    await stripe(play, {"off_session": "insufficient_funds"})
    await steer_once(play, second, "charge_now")
    refused = "Non è stato possibile addebitare"
    await play.inbox.wait_for(customer.email, lambda mail: refused in str(mail["Subject"]), refused)
    await stripe(play, {})
    await steer(play, second, "switch_off_automatic_debit")
    await stands(play, debit, "SwitchedOff")
    await pay_by_link(play, customer, asked.payment_request_id, "Addebito automatico disattivato")
    await stands(play, second, "Invoiced")
    setting_up = payments_pb2.SetUpAutomaticDebitRequest(request_id=str(uuid4()), account_id=customer.account_id)
    answer = await play.gateway.payments.SetUpAutomaticDebit(setting_up, metadata=await customer.me())
    async with (
        aiohttp.ClientSession() as http,
        http.post(answer.checkout_url, data={"pay": "paypal:succeeded"}, allow_redirects=False) as page,
    ):
        assert page.ok, await page.text()  # it leads back to a shop that is not there
    await stands(play, debit, "Active")
    mandate = (await stripe_has(play, "mandates"))[-1]["id"]
    await stripe_does(play, f"mandates/{mandate}/revoke")
    await stands(play, debit, "SwitchedOff")
    await proved(play, customer, "Addebito automatico attivato", "Addebito automatico disattivato", invoices=2)


async def is_given_up(play: Play) -> None:
    """The SdI rejects the invoice, and rejects it again when it is sent as it was: an operator gives it up."""
    customer, order = await play.buyer(_ONLINE)
    await sdi(play, {"action": "reject", "code": "00306", "times": 20})
    await pay_order(play, customer, order.order_id)
    invoice_id = (await play.fulfilled(customer, order.order_id)).invoice_id
    for attempt, update in enumerate(("retry_transmission", "give_up"), 1):
        await until(partial(_rejected, play, invoice_id, attempt), "the rejection")
        await steer(play, names.e_invoice_id(invoice_id), update)
    await stands(play, names.e_invoice_id(invoice_id), "GivenUp")
    async with aiohttp.ClientSession(raise_for_status=True) as http:
        await http.post(f"{play.world.site.url('sdi_page')}/orders/clear")
    await proved(play, customer, invoices=1)


async def _is_time(play: Play, customer: Customer, number: int, date: str) -> None:
    """A date of a period has come, and its workflow looks."""
    which = UUID(await subscription(play, customer)), number
    change = f"subscription_periods SET {date} = now() WHERE subscription_id = $1 AND number = $2"
    await set_back(play, "ordering", change, *which)
    await look_again(play, await renewal(play, customer, number))


async def _rejected(play: Play, invoice_id: str, attempt: int) -> bool | None:
    await play.operator.invoicing.PollReceipts(invoicing_pb2.PollReceiptsRequest())
    asked = invoicing_pb2.GetTransmissionRequest(invoice_id=invoice_id)
    found = (await play.operator.invoicing.GetTransmission(asked)).transmission
    return (found.state == _REJECTED and found.attempt == attempt) or None


DEBTS = (owes_from_abroad, is_charged_in_vain, is_given_up)
