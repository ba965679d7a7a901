"""Plays every workflow in every shape that it can have, open or ended: what is recorded, and what an operator looks at.

The customers are marked, so that a test can tell whether anything of them stands in a history.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from casella.common.v1 import common_pb2 as common
from casella.invoicing.v1 import invoicing_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from deploy.local.clock import LocalCalendar
from deploy.local.demo import paying, people
from deploy.local.demo.customer import Customer
from services.kit.calendar import rome_date
from services.kit.causes import PeriodCause
from services.kit.wire import from_timestamp, to_date
from tests.e2e.levers import (
    answered,
    ask_for_deletion,
    change_access,
    close_tickets,
    close_under_hold,
    hold_sign_up,
    sdi_will,
    set_hold,
    transfer_of,
    without_worker,
)
from tests.e2e.operator_desk import OPERATOR, Desk
from tests.e2e.waiting import until
from tests.workflows.contract_shapes import a_reseller_who_asks, a_reseller_who_fails, an_addition, resellers
from tests.workflows.dispute_shapes import disputed_and_withdrawn, disputes
from tests.workflows.part_payment_shapes import part_payments, withdrawn_part
from workflows import names

FIRST_NAME, LAST_NAME, LOCAL_PART, COMPANY = "Zenobia", "Quattrocchi", "zenobia.quattrocchi", "Quattrocchi S.r.l."
STREET = "Via del Segreto"
MARKS = (
    FIRST_NAME,
    LAST_NAME,
    LOCAL_PART,
    STREET,
    "demo.example",
    "552345678",
    "559876543",
    "5UXCR1",
    "222222220",
    "123456788",
    "3012345678",
    "441234567",
    "447654321",
)
"""Names, the local part and domain of every address, street, phones, recipient code, tax ids of who play here."""

_IBAN, _OUR_IBAN = "DE89370400440532013000", "IT60X0542811101000000123456"
_WHOLE_TRIAL = timedelta(days=47)
"""Longer than trial and grace: who does nothing is purged."""
_SUSPENSION_AND_CLOSING = timedelta(days=62)
"""Longer than what an unpaid subscription has until it closes, and what is left of it can then be read."""
_WITHOUT_ANSWER = "222222220"
"""A German VAT number about which the VIES stand-in gives no answer (deploy/local/vies/register.yaml)."""
_VALID = "123456788"
"""One that it confirms."""
_NAMED = "U12345675"
"""An Austrian one of which it tells the name."""
_OUTSIDE_EU, _OTHER_OUTSIDE_EU = "441234567", "447654321"
"""Tax ids of the United States."""
_PROOF = {"proof": "tax_certificate", "reference": "proofs/2026-0042", "reason_code": "proof_seen"}
_WILMINGTON = common.Address(street=STREET, postal_code="19801", city="Wilmington", country="US")
_WIEN = common.Address(street=STREET, postal_code="1010", city="Wien", country="AT")
_BERLIN = common.Address(street=STREET, postal_code="10115", city="Berlin", country="DE")
_TRANSFER = common.PAYMENT_METHOD_BANK_TRANSFER
_ONLINE = common.PAYMENT_METHOD_ONLINE


@dataclass(frozen=True)
class Shapes:
    """The players' stage: a running Casella with its operator and its calendar."""

    desk: Desk
    calendar: LocalCalendar

    async def play(self) -> None:
        """Play all shapes; first those for which time must pass."""
        await self._what_takes_weeks()
        await self._sign_ups()
        await self._trials()
        await self._orders_without_payment()
        await self._money_that_waits()
        await self._money()
        await self._disputes()
        await self._orders_with_payment()
        await self._withdrawals()
        await self._refusals()
        await self._e_invoices()
        await self._credit_notes()
        await part_payments(self, f"{FIRST_NAME} {LAST_NAME}", _IBAN)
        await withdrawn_part(self, f"{FIRST_NAME} {LAST_NAME}", _IBAN)
        await self._taxes()
        await an_addition(self)
        await a_reseller_who_asks(self)
        await self._purges()
        await self._erasures()
        await hold_sign_up(self.desk, self.person())  # open; before an advance it would lapse

    def person(self) -> Customer:
        """A marked person who has not signed up yet."""
        play = self.desk.play
        address = people.new_address(LOCAL_PART)
        return Customer(play.gateway, play.inbox, address, FIRST_NAME, LAST_NAME, ip=people.new_ip())

    async def in_trial(self) -> Customer:
        """A marked person in trial."""
        customer = self.person()
        await customer.begin_trial()
        await self.desk.stands(names.trial_id(customer.account_id), "Active")
        return customer

    async def order(self, method: common.PaymentMethod, *, company: bool = False) -> tuple[Customer, str]:
        """An order that waits for its payment; returns who placed it and its id."""
        customer = await self.in_trial()
        profile = people.company(COMPANY, FIRST_NAME) if company else people.private_person(FIRST_NAME, LAST_NAME)
        profile.address.street = STREET
        await customer.save_profile(profile)
        placed = await self._place(customer, method, company=company)
        await self.desk.stands(names.order_id(placed), "AwaitingPayment")
        return customer, placed

    async def pay(self, order_id: str, state: str = "Fulfilled") -> None:
        """The operator records the exact amount; come back once the order shows a state."""
        data = transfer_of(await self._order(order_id), self.calendar.now())
        await self._update(names.order_id(order_id), "record_bank_transfer", data)
        await self.desk.stands(names.order_id(order_id), state)

    async def _what_takes_weeks(self) -> None:
        """A trial that nobody buys, an order that expires, a sign-up that lapses, a purge that a hold stops."""
        await self.in_trial()
        held = await self.in_trial()
        await set_hold(self.desk.play, held, hold=True)
        _, expiring = await self.order(_ONLINE)
        await hold_sign_up(self.desk, self.person())
        owing, leaving, paying = [await self._subscription() for _ in range(3)]
        for update in ("cancel_subscription", "keep_subscription"):
            await self._update(leaving, update, {"reason_code": "customer_asked"})
        await self.desk.cancel(leaving)
        await self.desk.stands(leaving, "Ending")
        abroad = await self._subscription_abroad()
        unproved = await self._subscription_outside_the_eu()
        debited, charged = await self._debited()
        withdrawn = await self._withdrawal_by_card()
        granted = await resellers(self)
        await self.calendar.advance(_WHOLE_TRIAL, lambda _: None)
        await self.desk.stands(unproved, "NeedsOperator")
        await self._update(unproved, "accept_business_proof", _PROOF)
        await self.desk.stands(unproved, "AwaitingPayment")
        await a_reseller_who_fails(self, granted)
        await self.desk.stands(charged, "Invoiced")
        await self._switch_off(debited)
        await self._see_subscriptions_out(owing, leaving, paying, abroad)
        await self.desk.stands(withdrawn, "Done")
        await self.desk.stands(names.order_id(expiring), "Expired")
        await self.desk.stands(names.trial_id(held.account_id), "Held")

    async def _subscription(self) -> str:
        """A company's paid order by the month; returns the workflow of the subscription's second period."""
        return await self._second_period(*await self.order(_TRANSFER, company=True))

    async def _second_period(self, customer: Customer, order_id: str) -> str:
        """Pay an order by the month; returns the workflow of the subscription's second period."""
        await self.pay(order_id)
        asked = ordering_pb2.GetSubscriptionRequest(account_id=customer.account_id)
        made = (await self.desk.play.operator.ordering.GetSubscription(asked)).subscription
        workflow_id = names.renewal_id(made.subscription_id, 2)
        await self.desk.stands(workflow_id, "Scheduled")
        return workflow_id

    async def _debited(self) -> tuple[Customer, str]:
        """A company with automatic debit; returns the workflow of the subscription's second period too."""
        customer, order_id = await self.order(common.PAYMENT_METHOD_AUTOMATIC_DEBIT, company=True)
        await self._pay_online(customer, "paypal:succeeded")
        await self.desk.stands(names.order_id(order_id), "Fulfilled")
        await self.desk.stands(names.automatic_debit_id(customer.account_id), "Active")
        asked = ordering_pb2.GetSubscriptionRequest(account_id=customer.account_id)
        made = (await self.desk.play.operator.ordering.GetSubscription(asked)).subscription
        return customer, names.renewal_id(made.subscription_id, 2)

    async def _switch_off(self, customer: Customer) -> None:
        """The operator switches automatic debit off."""
        steering = common.Steering(actor="operator", reason_code="customer_asked")
        request = payments_pb2.SwitchOffAutomaticDebitRequest(
            request_id=str(uuid4()), account_id=customer.account_id, steering=steering
        )
        await self.desk.play.operator.payments.SwitchOffAutomaticDebit(request)
        await self.desk.stands(names.automatic_debit_id(customer.account_id), "SwitchedOff")

    async def _see_subscriptions_out(self, owing: str, leaving: str, paying: str, abroad: str) -> None:
        """After the first weeks one pays, and one abroad once it was invoiced; the others come to their ends."""
        for renewal in (owing, paying, abroad):
            await self.desk.stands(renewal, "Suspended")
        await self._pay_period(paying)
        await self.desk.stands(paying, "Invoiced")
        await self._to_accrual(abroad)
        await self._pay_period(abroad)
        await self.desk.stands(abroad, "Invoiced")
        await self.calendar.advance(_SUSPENSION_AND_CLOSING, lambda _: None)
        await self.desk.stands(owing, "Unpaid")
        await self.desk.stands(leaving, "Void")

    async def _subscription_abroad(self) -> str:
        """A German company's paid order by the month; returns the workflow of the subscription's second period."""
        customer = await self.in_trial()
        await customer.save_profile(people.business_abroad(COMPANY, _VALID, _BERLIN))
        order_id = await self._place(customer, _TRANSFER, company=True)
        await self.desk.stands(names.order_id(order_id), "AwaitingPayment")
        return await self._second_period(customer, order_id)

    async def _order_outside_the_eu(self) -> tuple[Customer, str]:
        """An American company whose order waits for its proof of business; returns the order's workflow too."""
        customer = await self.in_trial()
        await customer.save_profile(people.business_abroad(COMPANY, _OUTSIDE_EU, _WILMINGTON))
        workflow_id = names.order_id(await self._place(customer, _TRANSFER, company=True))
        await self.desk.stands(workflow_id, "NeedsOperator")
        return customer, workflow_id

    async def _subscription_outside_the_eu(self) -> str:
        """One that is proved and paid, and has another tax id since; returns the workflow of its second period."""
        customer, order = await self._order_outside_the_eu()
        await self._update(order, "accept_business_proof", _PROOF)
        await self.desk.stands(order, "AwaitingPayment")
        renewal = await self._second_period(customer, order.removeprefix("order:"))
        await customer.save_profile(people.business_abroad(COMPANY, _OTHER_OUTSIDE_EU, _WILMINGTON))
        return renewal

    async def _to_accrual(self, renewal: str) -> None:
        """Time passes until a period is invoiced though unpaid."""
        period = await self._period(renewal)
        await self.calendar.advance(
            max(from_timestamp(period.invoice_at) - self.calendar.now(), timedelta()) + timedelta(hours=1),
            lambda _: None,
        )

        async def look() -> bool | None:
            return True if (await self._period(renewal)).invoice_id else None

        await until(look, f"{renewal} invoiced")

    async def _period(self, renewal: str) -> ordering_pb2.Period:
        """The period of a workflow."""
        subscription, number = renewal.removeprefix("renewal:").split(":")
        period_id = str(PeriodCause(UUID(subscription), int(number)).key)
        request = ordering_pb2.GetPeriodRequest(period_id=period_id)
        return (await self.desk.play.operator.ordering.GetPeriod(request)).period

    async def _pay_period(self, renewal: str) -> None:
        """The operator records the exact amount."""
        period_id = (await self._period(renewal)).period.period_id
        asked = payments_pb2.GetPaymentRequestRequest(period_id=period_id)
        request = (await self.desk.play.operator.payments.GetPaymentRequest(asked)).payment_request
        minor = request.amount.minor
        data = {
            "amount": f"{minor // 100}.{minor % 100:02d}",
            "booked_on": rome_date(self.calendar.now()).isoformat(),
            "bank_reference": f"CRO {period_id[-12:]}",
            "reason_code": "seen_on_account",
        }
        await self._update(renewal, "record_bank_transfer", data)

    async def _sign_ups(self) -> None:
        for update, state in (("allow", "Allowed"), ("deny", "Denied")):
            workflow_id = await hold_sign_up(self.desk, self.person())
            await self._update(workflow_id, update, {"reason_code": "looked_at"})
            await self.desk.stands(workflow_id, state)

    async def _trials(self) -> None:
        await self.in_trial()
        changed = names.trial_id((await self.in_trial()).account_id)
        await self._update(changed, "extend_trial", {"days": 7, "reason_code": "slow_migration"})
        await self.desk.cancel(changed)
        await self._update(changed, "end_trial", {"reason_code": "customer_asked"})
        await self.desk.stands(changed, "Ended")
        await self._update(changed, "extend_trial", {"days": 2, "reason_code": "ended_by_mistake"})
        await self.desk.stands(changed, "Active")
        ended = names.trial_id((await self.in_trial()).account_id)
        await self._update(ended, "end_trial", {"reason_code": "customer_asked"})
        await self.desk.stands(ended, "Ended")

    async def _orders_without_payment(self) -> None:
        await self.order(_TRANSFER)
        customer, by_customer = await self.order(_ONLINE)
        await customer.cancel(by_customer)
        _, by_update = await self.order(_TRANSFER)
        await self._update(names.order_id(by_update), "cancel_order", {"reason_code": "customer_asked"})
        _, by_button = await self.order(_TRANSFER)
        await self.desk.cancel(names.order_id(by_button))
        for cancelled in (by_customer, by_update, by_button):
            await self.desk.stands(names.order_id(cancelled), "Cancelled")
        async with without_worker(self.desk.play):
            early = await self._place(customer, _TRANSFER)
            await customer.cancel(early)
        await self.desk.stands(names.order_id(early), "Cancelled")

    async def _money_that_waits(self) -> None:
        """Short money keeps one order open; another is cancelled although money waits, and more comes after its end."""
        for cancelled in (False, True):
            _, order_id = await self.order(_TRANSFER)
            workflow_id = names.order_id(order_id)
            await self._pay_short(order_id)
            await self.desk.stands(workflow_id, "NeedsOperator")
            if cancelled:
                await self._update(workflow_id, "cancel_order", {"reason_code": "customer_asked"})
                await self.desk.stands(workflow_id, "Cancelled")
                await self._pay_short(order_id)

    async def _money(self) -> None:
        """Money that an operator gives to an order, to an account, back to its payer, or sets aside."""
        customer, order_id = await self.order(_TRANSFER)
        asked = payments_pb2.GetPaymentRequestRequest(order_id=order_id)
        request = (await self.desk.play.operator.payments.GetPaymentRequest(asked)).payment_request
        over = await self._unknown(request.amount.minor + 500)
        data = {"payment_request_id": request.payment_request_id, "reason_code": "payer_confirmed"}
        await self._update(over, "assign", data)
        await self.desk.stands(names.order_id(order_id), "Fulfilled")
        credited = await self._unknown(300)
        data = {"account_id": customer.account_id, "reason_code": "customer_agrees"}
        await self._update(credited, "credit", data)
        aside, refunded = await self._unknown(400), await self._unknown(500)
        await self._update(aside, "set_aside", {"reason_code": "not_from_a_customer"})
        await self._update(refunded, "refund", {"reason_code": "not_for_us"})
        ends = {over: "Assigned", credited: "Credited", aside: "SetAside", refunded: "Refunding"}
        for workflow_id, state in ends.items():
            await self.desk.stands(workflow_id, state)

    async def _disputes(self) -> None:
        """What was paid by card is disputed."""
        paid = []
        for _ in range(4):
            customer, order_id = await self.order(_ONLINE)
            await self._pay_online(customer, "card:succeeded")
            await self.desk.stands(names.order_id(order_id), "Fulfilled")
            paid.append(order_id)
        await disputes(self.desk, paid)
        customer, order_id = await self.order(_ONLINE)
        await self._pay_online(customer, "card:succeeded")
        await self.desk.stands(names.order_id(order_id), "Fulfilled")
        await disputed_and_withdrawn(self.desk, customer, order_id)

    async def _unknown(self, minor: int) -> str:
        """A statement tells of a transfer that names nothing; returns the workflow of the money."""
        payments = self.desk.play.operator.payments
        amount = common.Money(minor=minor, currency="EUR")
        seen = paying.Transfer(
            amount, rome_date(self.calendar.now()), text=STREET, payer=f"{FIRST_NAME} {LAST_NAME}", payer_iban=_IBAN
        )
        file = paying.statement(_OUR_IBAN, [seen])
        await payments.ImportStatement(payments_pb2.ImportStatementRequest(file=file))
        listed = (await payments.ListMoneyEntries(payments_pb2.ListMoneyEntriesRequest())).entries
        workflow_id = names.money_id(listed[-1].money_entry_id)
        await self.desk.stands(workflow_id, "NeedsOperator")
        return workflow_id

    async def _orders_with_payment(self) -> None:
        customer, by_card = await self.order(_ONLINE)
        await self._pay_online(customer, "card:succeeded")
        await self.desk.stands(names.order_id(by_card), "Fulfilled")
        _, late = await self.order(_TRANSFER)
        await self.calendar.advance(timedelta(days=4), lambda _: None)
        await self.pay(late)
        customer, processing = await self.order(_ONLINE)
        await self._pay_online(customer, "paypal:processing")
        await self._update(names.order_id(processing), "cancel_order", {"reason_code": "customer_asked"})
        await self._see(names.order_id(processing), "the charge that is being processed")
        await self._settle()
        await self.desk.stands(names.order_id(processing), "Fulfilled")
        _, slow = await self.order(_TRANSFER)
        await self.desk.play.world.stop_process("mailboxes")
        await self.pay(slow, "Paid")
        await self._activity(names.order_id(slow), "UnlockAccount")
        await self.desk.play.world.start_process("mailboxes")
        await self.desk.stands(names.order_id(slow), "Fulfilled")

    async def _withdrawals(self) -> None:
        """Before the payment; by card to the closing days; a transfer that goes back to nobody knows which account."""
        customer, unpaid = await self.order(_TRANSFER)
        await customer.withdraw(unpaid)
        await self.desk.stands(names.withdrawal_id(unpaid), "Done")
        await self._withdrawal_by_card()
        for update in ("", "refund_made_outside"):
            customer, by_transfer = await self.order(_TRANSFER)
            await self.pay(by_transfer)
            await customer.withdraw(by_transfer)
            withdrawal = names.withdrawal_id(by_transfer)
            await self.desk.stands(withdrawal, "NeedsOperator")
            if update:
                await self._give_refund_up(customer)
                await self._see(withdrawal, "CANCELLED at payments")
                await self._update(withdrawal, update, {"reason_code": "paid_by_hand"})
                await self.desk.stands(withdrawal, "Closing")

    async def _withdrawal_by_card(self) -> str:
        """A paid order from which the customer withdraws at once; returns the workflow, which waits for the purge."""
        customer, order_id = await self.order(_ONLINE)
        await self._pay_online(customer, "card:succeeded")
        await self.desk.stands(names.order_id(order_id), "Fulfilled")
        await customer.withdraw(order_id)
        withdrawal = names.withdrawal_id(order_id)
        await self.desk.stands(withdrawal, "Closing")
        return withdrawal

    async def _give_refund_up(self, customer: Customer) -> None:
        """What ``casella refund cancel`` does."""
        payments = self.desk.play.operator.payments
        listed = payments_pb2.ListRefundsRequest(account_id=customer.account_id)
        [refund] = (await payments.ListRefunds(listed)).refunds
        steering = common.Steering(actor="giulia", reason_code="paid_by_hand")
        await payments.CancelRefund(
            payments_pb2.CancelRefundRequest(request_id=str(uuid4()), refund_id=refund.refund_id, steering=steering)
        )

    async def _refusals(self) -> None:
        for mended in (False, True):
            customer, order_id = await self.order(_TRANSFER)
            await change_access(self.desk.play, customer, "purged")
            await self.pay(order_id, "NeedsOperator")
            if mended:
                await change_access(self.desk.play, customer, "trial")
                await self._update(names.order_id(order_id), "retry", {"reason_code": "cause_mended"})
                await self.desk.stands(names.order_id(order_id), "Fulfilled")

    async def _e_invoices(self) -> None:
        await answered(self.desk, await self._e_invoice(company=True), "Delivered")
        await answered(self.desk, await self._e_invoice(), "Undeliverable")
        await sdi_will(self.desk, "reject")
        await answered(self.desk, await self._e_invoice(), "NeedsOperator")
        endings = {
            "resend_with_current_profile": "Undeliverable",
            "retry_transmission": "Undeliverable",
            "give_up": "GivenUp",
        }
        for update, state in endings.items():
            await sdi_will(self.desk, "reject")
            customer, workflow_id = await self._e_invoice_of()
            await answered(self.desk, workflow_id, "NeedsOperator")
            if update == "resend_with_current_profile":
                await self._move_house(customer)
            await self._update(workflow_id, update, {"reason_code": "looked_at"})
            await answered(self.desk, workflow_id, state)
        await sdi_will(self.desk, "silent", 2)
        silent = await self._e_invoice()
        await self.calendar.advance(timedelta(days=6), lambda _: None)
        await self.desk.stands(silent, "NeedsOperator")
        await self.desk.stands(await self._e_invoice(), "Sent")

    async def _taxes(self) -> None:
        """VIES does not answer: one order waits for it; of two others an operator lets one go on and refuses one.

        Of two orders from outside the EU one waits for its proof of business and one is refused. Of one VIES names
        somebody else than the billing profile, and an operator lets it go on.
        """
        accepted, refused = [await self._order_without_proof() for _ in range(2)]
        await self.calendar.advance(timedelta(hours=25), lambda _: None)
        for workflow_id in (accepted, refused):
            await self.desk.stands(workflow_id, "NeedsOperator")
        await self._update(accepted, "accept_other_proof", {"reason_code": "register_extract"})
        await self.desk.stands(accepted, "AwaitingPayment")
        await self.pay(accepted.removeprefix("order:"))
        await self._update(refused, "refuse_order", {"reason_code": "no_business"})
        await self.desk.stands(refused, "Cancelled")
        await self._order_without_proof()
        _, unproved = await self._order_outside_the_eu()
        await self._update(unproved, "refuse_order", {"reason_code": "no_proof"})
        await self.desk.stands(unproved, "Cancelled")
        await self._order_outside_the_eu()
        misnamed = await self._order_under_another_s_number()
        await self._update(misnamed, "accept_other_proof", {"reason_code": "same_business"})
        await self.desk.stands(misnamed, "AwaitingPayment")

    async def _order_under_another_s_number(self) -> str:
        """The order of an Austrian company whose VAT number VIES knows under another name; its workflow's id."""
        customer = await self.in_trial()
        await customer.save_profile(people.business_abroad(COMPANY, _NAMED, _WIEN))
        workflow_id = names.order_id(await self._place(customer, _TRANSFER, company=True))
        await self.desk.stands(workflow_id, "NeedsOperator")
        return workflow_id

    async def _order_without_proof(self) -> str:
        """The order of a German company whose VAT number VIES does not tell of; returns its workflow's id."""
        customer = await self.in_trial()
        await customer.save_profile(people.business_abroad(COMPANY, _WITHOUT_ANSWER, _BERLIN))
        workflow_id = names.order_id(await self._place(customer, _TRANSFER, company=True))
        await self.desk.stands(workflow_id, "AwaitingTax")
        return workflow_id

    async def _credit_notes(self) -> None:
        """A credit note that is delivered, and one that the SdI rejects and is sent again."""
        invoice = await self._e_invoice(company=True)
        await answered(self.desk, invoice, "Delivered")
        await answered(self.desk, await self._credit(invoice, 100), "Delivered")
        await sdi_will(self.desk, "reject")
        rejected = await self._credit(invoice, 200)
        await answered(self.desk, rejected, "NeedsOperator")
        await self._update(rejected, "retry_transmission", {"reason_code": "looked_at"})
        await answered(self.desk, rejected, "Delivered")

    async def _credit(self, e_invoice: str, minor: int) -> str:
        """Credit a part of an invoice; returns the id of the credit note's workflow."""
        request = invoicing_pb2.IssueCreditNoteRequest(
            credit_id=str(uuid4()),
            invoice_id=e_invoice.partition(":")[2],
            reason=invoicing_pb2.CREDIT_REASON_AGREEMENT,
            gross=common.Money(minor=minor, currency="EUR"),
            cause_date=to_date(rome_date(self.calendar.now())),
            steering=common.Steering(actor=OPERATOR, reason_code="goodwill", source=f"shapes/{uuid4()}"),
        )
        note = (await self.desk.play.operator.invoicing.IssueCreditNote(request)).document
        return names.e_invoice_id(note.document_id)

    async def _purges(self) -> None:
        for released in (False, True):
            customer = await self.in_trial()
            await close_under_hold(self.desk, customer)
            if released:
                await set_hold(self.desk.play, customer, hold=False)
                await self.desk.stands(names.purge_id(customer.account_id), "Purged")

    async def _erasures(self) -> None:
        """One that waits, one refused, one taken back, one held, one done."""
        why = {"reason_code": "customer_asked"}
        asked = [(each, await ask_for_deletion(self.desk, each)) for each in [await self.in_trial() for _ in range(5)]]
        (_, _), (_, refused), (leaver, withdrawn), (held, holding), (_, done) = asked
        await self._update(refused, "refuse", {"reason_code": "legal_claim"})
        await self.desk.stands(refused, "Refused")
        await close_tickets(self.desk, leaver)
        await self.desk.stands(withdrawn, "Withdrawn")
        await set_hold(self.desk.play, held, hold=True)
        await self.desk.shows(holding, "a legal hold stands")
        for workflow_id in (holding, done):
            await self._update(workflow_id, "approve", why)
        await self.desk.stands(holding, "Held")
        await self.desk.stands(done, "Erased")

    async def _place(self, customer: Customer, method: common.PaymentMethod, *, company: bool = False) -> str:
        kind = common.CUSTOMER_KIND_COMPANY if company else common.CUSTOMER_KIND_PRIVATE
        billing = common.BILLING_PERIOD_MONTHLY if company else common.BILLING_PERIOD_ANNUAL
        quote = await customer.quote(kind, billing, 5 if company else 1)
        return (await customer.place_order(quote, method)).order_id

    async def _order(self, order_id: str) -> ordering_pb2.Order:
        asked = ordering_pb2.GetOrderRequest(order_id=order_id)
        return (await self.desk.play.operator.ordering.GetOrder(asked)).order

    async def _update(self, workflow_id: str, update: str, data: object) -> None:
        answer = await self.desk.update(workflow_id, update, data)
        assert not answer.refusal, f"{update} of {workflow_id}: {answer.refusal}"

    async def _pay_short(self, order_id: str) -> None:
        """A statement tells of a transfer of one euro."""
        asked = payments_pb2.GetPaymentRequestRequest(order_id=order_id)
        payments = self.desk.play.operator.payments
        transfer = (await payments.GetPaymentRequest(asked)).payment_request.transfer
        euro = common.Money(minor=100, currency="EUR")
        today = rome_date(self.calendar.now())
        seen = paying.Transfer(euro, today, transfer.reference, payer=f"{FIRST_NAME} {LAST_NAME}")
        file = paying.statement(transfer.iban, [seen])
        await payments.ImportStatement(payments_pb2.ImportStatementRequest(file=file))

    async def _pay_online(self, customer: Customer, how: str) -> None:
        inbox = self.desk.play.inbox
        proforma = await inbox.wait_for(customer.email, lambda mail: "roforma" in mail["Subject"], "the proforma")
        await paying.pay_online(self.desk.play.world.site.url("gateway"), proforma, how)

    async def _settle(self) -> None:
        """Let the one charge that is being processed succeed."""
        stripe = self.desk.play.world.site.url("stripe")
        async with self.desk.session.get(f"{stripe}/_simulator/state") as response:
            sessions = (await response.json())["sessions"]
        paid_for = [session for session in sessions if session["status"] == "complete"]
        charge = next(session["payment_intent"] for session in paid_for if session["payment_status"] == "unpaid")
        settled = {"succeeded": True}
        async with self.desk.session.post(f"{stripe}/_simulator/payment_intents/{charge}/settle", json=settled) as got:
            assert got.status == 200, await got.text()

    async def _e_invoice(self, *, company: bool = False) -> str:
        """An order paid and invoiced; returns the id of its e-invoice's workflow."""
        _, workflow_id = await self._e_invoice_of(company=company)
        return workflow_id

    async def _e_invoice_of(self, *, company: bool = False) -> tuple[Customer, str]:
        """The same, with who placed the order."""
        customer, order_id = await self.order(_TRANSFER, company=company)
        await self.pay(order_id)
        return customer, names.e_invoice_id((await self._order(order_id)).invoice_id)

    async def _move_house(self, customer: Customer) -> None:
        """A correction: with the profile unchanged nothing would be sent again."""
        profile = people.private_person(FIRST_NAME, LAST_NAME)
        profile.address.street = f"{STREET} 2"
        await customer.save_profile(profile)

    async def _see(self, workflow_id: str, words: str) -> None:
        """Come back once the details say something."""

        async def look() -> bool | None:
            return True if words in await self.desk.details(workflow_id) else None

        await until(look, f"{words} in {workflow_id}")

    async def _activity(self, workflow_id: str, activity: str) -> None:
        """Come back once a step is tried again as a normal activity."""
        handle = self.desk.play.temporal.get_workflow_handle(workflow_id)

        async def look() -> bool | None:
            pending = (await handle.describe()).raw_description.pending_activities
            return True if [step for step in pending if step.activity_type.name == activity] else None

        await until(look, f"{activity} of {workflow_id}")
