"""Plays the shapes of what comes to a running contract: the reseller status, and an addition."""

from typing import Protocol

from casella.common.v1 import common_pb2 as common
from casella.ordering.v1 import ordering_pb2
from deploy.local.clock import LocalCalendar
from deploy.local.demo.customer import Customer
from tests.e2e.operator_desk import Desk
from workflows import names

_TRANSFER = common.PAYMENT_METHOD_BANK_TRANSFER


class Stage(Protocol):
    """What these players need of the stage; its customers are marked."""

    @property
    def desk(self) -> Desk:
        """The operator."""
        ...

    @property
    def calendar(self) -> LocalCalendar:
        """The calendar."""
        ...

    async def order(self, method: common.PaymentMethod, *, company: bool = False) -> tuple[Customer, str]:
        """An order that waits for its payment."""
        ...

    async def pay(self, order_id: str, state: str = "Fulfilled") -> None:
        """The operator records the exact amount."""
        ...


async def resellers(stage: Stage) -> str:
    """One is refused, one is granted and withdrawn, one stays granted: returns its workflow, for the next month."""
    refused, granted, withdrawn = [await _reseller(stage) for _ in range(3)]
    told = {"customer_reason": "training", "reason_code": "looked_at"}
    await _update(stage, refused, "refuse_reseller", told)
    await stage.desk.stands(refused, "Refused")
    for each in (granted, withdrawn):
        await _update(stage, each, "record_training", {"reason_code": "training_done"})
        await _update(stage, each, "approve_reseller", {"override": True, "reason_code": "mailboxes_coming"})
        await stage.desk.stands(each, "Approved")
    await _update(stage, withdrawn, "withdraw_reseller", told)
    await stage.desk.stands(withdrawn, "Withdrawn")
    return granted


async def a_reseller_who_fails(stage: Stage, granted: str) -> None:
    """A month later too few mailboxes are there; an operator keeps the status."""
    await stage.desk.stands(granted, "NeedsOperator")
    await _update(stage, granted, "keep_reseller", {"reason_code": "mailboxes_coming"})
    await stage.desk.stands(granted, "Approved")


async def a_reseller_who_asks(stage: Stage) -> None:
    """The request waits for an operator."""
    await stage.desk.stands(await _reseller(stage), "InReview")


async def an_addition(stage: Stage) -> None:
    """A consumer's annual contract that is added to."""
    customer, order_id = await stage.order(_TRANSFER)
    await stage.pay(order_id)
    quote = await customer.quote(common.CUSTOMER_KIND_PRIVATE, common.BILLING_PERIOD_ANNUAL, 1)
    added = (await customer.place_order(quote, _TRANSFER)).order_id
    await stage.desk.stands(names.order_id(added), "AwaitingPayment")
    await stage.pay(added)


async def _reseller(stage: Stage) -> str:
    """A reseller's monthly contract and the request for the status; returns its workflow."""
    customer, order_id = await stage.order(_TRANSFER, company=True)
    await stage.pay(order_id)
    asked = ordering_pb2.GetBillingProfileRequest(account_id=customer.account_id)
    party = (await customer.front.ordering.GetBillingProfile(asked, metadata=await customer.me())).profile
    party.kind = common.CUSTOMER_KIND_RESELLER
    await customer.save_profile(party)
    await customer.ask_for_reseller_status()
    workflow_id = names.reseller_id(customer.account_id)
    await stage.desk.stands(workflow_id, "InReview")
    return workflow_id


async def _update(stage: Stage, workflow_id: str, update: str, data: object) -> None:
    answer = await stage.desk.update(workflow_id, update, data)
    assert not answer.refusal, f"{update} of {workflow_id}: {answer.refusal}"
