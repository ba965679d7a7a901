"""Stories that together make the worker call everything it can call; each ends with nothing left to do."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from uuid import uuid4

import aiohttp
from grpc.aio import Channel
from temporalio.client import WorkflowUpdateFailedError

from casella.common.v1 import common_pb2 as common
from casella.invoicing.v1 import invoicing_pb2
from casella.ordering.v1 import ordering_pb2, ordering_pb2_grpc
from casella.trial.v1 import trial_pb2, trial_pb2_grpc
from deploy.local.demo import people
from deploy.local.demo.customer import Customer
from services.kit.calendar import ROME
from services.kit.channels import open_channel
from tests.e2e.doubling import Doubler
from tests.e2e.ends import prove_the_end
from tests.e2e.play import Play
from tests.e2e.waiting import until
from workflows import names

WHY = {"reason_code": "seen_in_a_test"}
_REJECTED = invoicing_pb2.TRANSMISSION_STATE_REJECTED
_UNDELIVERABLE = invoicing_pb2.TRANSMISSION_STATE_UNDELIVERABLE


@dataclass
class Stories:
    """The stage of the stories, and who has played."""

    play: Play
    post: Doubler
    customers: list[Customer] = field(default_factory=list)

    async def play_all(self) -> None:
        """From the first to the last."""
        await asyncio.gather(self.buys(), self.leaves())
        await self.is_invoiced_in_vain()
        await self.is_corrected()
        await self.comes_again()

    async def buys(self) -> None:
        """By card, and no webhook arrives."""
        play = self.play
        customer, order = await self._buyer(common.PAYMENT_METHOD_ONLINE)
        await stripe(play, {"drop": True})
        await play.pay_by_card(customer)
        await stripe(play, {})
        await run(play, names.FETCH_PAYMENT_EVENTS)
        fulfilled = await play.fulfilled(customer, order.order_id)
        # Its state must not move on between the two answers.
        await until(partial(self.post.told, "TransmitInvoice", fulfilled.invoice_id), "the transmission's two answers")
        await run(play, names.POLL_RECEIPTS)
        await prove_the_end(play, customer, order.order_id)

    async def leaves(self) -> None:
        """Orders, is cancelled, ended and extended by an operator, and is purged."""
        play = self.play
        customer, order = await self._buyer(common.PAYMENT_METHOD_BANK_TRANSFER)
        trial = names.trial_id(customer.account_id)
        await self.steer(names.order_id(order.order_id), "cancel_order")
        await play.order_when(customer, order.order_id, lambda it: it.state == ordering_pb2.ORDER_STATE_CANCELLED)
        await self.steer(trial, "end_trial")
        await until(partial(self.post.told, "RestrictAccount", customer.account_id), "the restriction")
        await self.steer(trial, "extend_trial", days=7)
        await until(partial(self.post.told, "ReopenAccount", customer.account_id), "the reopening")
        async with self._as_worker() as channel:
            stub: ordering_pb2_grpc.OrderingServiceAsyncStub = ordering_pb2_grpc.OrderingServiceStub(channel)
            reason = ordering_pb2.CLOSURE_REASON_TRIAL_ENDED
            await stub.CloseAccount(ordering_pb2.CloseAccountRequest(account_id=customer.account_id, reason=reason))
        await until(partial(self.post.told, "RecordPurged", customer.account_id), "the purge")
        # Normally the Trial itself closes the account; one that did not sees it when it looks the next time.
        await play.temporal.get_workflow_handle(trial).signal(names.TRIAL_CHANGED)

    async def is_invoiced_in_vain(self) -> None:
        """Pays by a transfer that an operator records; the SdI rejects the invoice twice, and it is given up."""
        _, invoice_id = await self._invoiced(rejections=2)
        for update in ("retry_transmission", "give_up"):
            await until(partial(self._in_state, invoice_id, _REJECTED), "the rejection")
            await self.steer(names.e_invoice_id(invoice_id), update)

    async def is_corrected(self) -> None:
        """Pays likewise; the SdI rejects the invoice, the customer corrects the profile, and a new copy is sent."""
        customer, invoice_id = await self._invoiced(rejections=1)
        await until(partial(self._in_state, invoice_id, _REJECTED), "the rejection")
        corrected = people.private_person(customer.first_name, customer.last_name)
        corrected.address.street = "Via della Correzione 5"
        await customer.save_profile(corrected)
        await self.steer(names.e_invoice_id(invoice_id), "resend_with_current_profile")
        await until(partial(self._in_state, invoice_id, _UNDELIVERABLE), "the acceptance")
        await until(partial(self.post.told, "SendCorrectedInvoice", invoice_id), "the corrected copy")

    async def comes_again(self) -> None:
        """Signs up under an alias of the first address: held for review, not lapsed before its time, and allowed."""
        name, _, domain = self.customers[0].email.partition("@")
        twin = self.play.customer()
        twin.email = f"{name}+again@{domain}"
        sign_up_id = await twin.sign_up()
        self.customers.append(twin)
        async with self._as_worker() as channel:
            stub: trial_pb2_grpc.TrialServiceAsyncStub = trial_pb2_grpc.TrialServiceStub(channel)
            await stub.LapseSignUp(trial_pb2.LapseSignUpRequest(sign_up_id=sign_up_id))
        await self.steer(names.sign_up_id(sign_up_id), "allow")

    async def steer(self, workflow_id: str, update: str, **more: object) -> None:
        """Send an operator's update, as soon as the workflow takes it: a refused one changes nothing."""

        async def send() -> bool | None:
            try:
                await self.play.temporal.get_workflow_handle(workflow_id).execute_update(update, {**WHY, **more})
            except WorkflowUpdateFailedError:
                return None
            return True

        await until(send, f"{update} of {workflow_id}")

    def _as_worker(self) -> Channel:
        """A channel of the worker's through the double post, for what a workflow would only do after a long time."""
        return open_channel(self.post.address, self.play.world.secret("caller-worker"))

    async def _buyer(self, method: common.PaymentMethod) -> tuple[Customer, ordering_pb2.Order]:
        customer, order = await self.play.buyer(method)
        self.customers.append(customer)
        await self.play.proforma(customer)
        return customer, order

    async def _invoiced(self, rejections: int) -> tuple[Customer, str]:
        """A customer whose transfer an operator has recorded, and the invoice, which the SdI will reject so often."""
        customer, order = await self._buyer(common.PAYMENT_METHOD_BANK_TRANSFER)
        await sdi(self.play, {"action": "reject", "code": "00306", "times": rejections})
        cents = order.quote.totals.gross.minor
        transfer = {"amount": f"{cents // 100}.{cents % 100:02d}", "bank_reference": f"CRO {uuid4().hex[:8]}"}
        today = datetime.now(ROME).date().isoformat()
        await self.steer(names.order_id(order.order_id), "record_bank_transfer", booked_on=today, **transfer)
        return customer, (await self.play.fulfilled(customer, order.order_id)).invoice_id

    async def _in_state(self, invoice_id: str, state: invoicing_pb2.TransmissionState) -> bool | None:
        await run(self.play, names.POLL_RECEIPTS)
        asked = invoicing_pb2.GetTransmissionRequest(invoice_id=invoice_id)
        found = (await self.play.operator.invoicing.GetTransmission(asked)).transmission
        return found.state == state or None


async def run(play: Play, scheduled: str) -> None:
    """Run once what a schedule runs."""
    await play.temporal.execute_workflow(scheduled, id=f"{scheduled}:{uuid4()}", task_queue=names.TASK_QUEUE)


async def stripe(play: Play, faults: Mapping[str, object]) -> None:
    """Order faults at the Stripe simulator; they replace the ones before."""
    await _order("put", play.world.site.url("stripe") + "/_simulator/faults", faults)


async def stripe_events(play: Play) -> list[dict[str, Any]]:
    """All that the Stripe simulator had to tell, oldest first, with how often it tried to deliver each."""
    url = play.world.site.url("stripe") + "/_simulator/state"
    async with aiohttp.ClientSession(raise_for_status=True) as http, http.get(url) as answer:
        events: list[dict[str, Any]] = (await answer.json())["events"]
    return events


async def stripe_resends(play: Play, event_id: str) -> None:
    """Have one event delivered now, whatever became of it before."""
    await _order("post", f"{play.world.site.url('stripe')}/_simulator/events/{event_id}/resend", {})


async def sdi(play: Play, order: Mapping[str, object]) -> None:
    """Order how the SdI simulator answers the next files."""
    await _order("post", play.world.site.url("sdi_page") + "/orders", order)


async def _order(how: str, url: str, what: Mapping[str, object]) -> None:
    async with aiohttp.ClientSession(raise_for_status=True) as http, http.request(how, url, json=dict(what)):
        pass
