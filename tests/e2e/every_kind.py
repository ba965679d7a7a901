"""An open workflow of every kind, a Temporal that is lost with all of them, and how each goes on."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Self

from temporalio.common import SearchAttributeKey

from casella.common.v1 import common_pb2 as common
from casella.payments.v1 import payments_pb2
from deploy.local.demo import paying, people
from deploy.local.demo.customer import Customer
from deploy.local.demo.front import ROOMS
from services.kit.calendar import rome_date
from tests.cli.running import Terminal
from tests.e2e.ends import all_delivered, count, documents_of
from tests.e2e.levers import ask_for_deletion, close_under_hold, hold_sign_up, sdi_will, set_hold, without_worker
from tests.e2e.operator_desk import Desk
from tests.e2e.play import Play
from tests.e2e.subscribers import Stage, Subscriber
from tests.e2e.test_wakes import lose_temporal, scheduled, woken
from tests.e2e.waiting import until
from workflows import names

_STATE = SearchAttributeKey.for_keyword(names.ATTRIBUTE_STATE)
_DUE_AT = SearchAttributeKey.for_datetime(names.ATTRIBUTE_DUE_AT)
_KINDS = ", ".join(f"'{kind}'" for kind in names.ABOUT)
_OUR_IBAN = "IT60X0542811101000000123456"
_FILES = 3
"""That these customers have sent to the SdI: two invoices and a credit note."""
_WHY = {"reason_code": "seen_in_a_test"}


@dataclass(frozen=True)
class Open:
    """How an open workflow shows itself to an operator."""

    kind: str
    state: str
    due_at: datetime | None
    """Of a trial in its grace, or a contract that is closing, the instant of the purge."""


@dataclass(frozen=True)
class EveryKind:
    """Customers by whom each kind of workflow is open, but for a subscriber's renewals; the ids of these."""

    desk: Desk
    debited: Customer
    closed: Customer
    sign_up: str
    trial: str
    order: str
    withdrawal: str
    e_invoice: str
    reseller: str
    money: str
    purge: str
    erasure: str

    @classmethod
    async def open(cls, stage: Stage, reseller: Subscriber) -> Self:
        """Open them; `reseller` asks for the status."""
        desk, play = stage.desk, stage.desk.play
        trying, closed, leaver = play.customer("trying"), play.customer("closed"), play.customer("leaver")
        for customer in (trying, closed, leaver):
            await customer.begin_trial()
        _, order = await play.buyer(common.PAYMENT_METHOD_BANK_TRANSFER)
        await sdi_will(desk, "silent", _FILES)
        debited, debited_order = await play.buyer(common.PAYMENT_METHOD_AUTOMATIC_DEBIT)
        await paying.pay_online(play.world.site.url("gateway"), await play.proforma(debited), "paypal:succeeded")
        await play.fulfilled(debited, debited_order.order_id)
        await desk.stands(names.automatic_debit_id(debited.account_id), "Active")

        regretting, regretted = await play.buyer(common.PAYMENT_METHOD_ONLINE)
        await play.pay_by_card(regretting)
        e_invoice = names.e_invoice_id((await play.fulfilled(regretting, regretted.order_id)).invoice_id)
        await desk.stands(e_invoice, "Sent")
        await regretting.withdraw(regretted.order_id)
        withdrawal = names.withdrawal_id(regretted.order_id)
        await desk.stands(withdrawal, "Closing")
        (note,) = [each for each in await documents_of(play, regretting) if each.credit.invoice_id]
        await desk.stands(names.e_invoice_id(note.document_id), "Sent")

        reseller.customer.forget_session()
        party = people.company("Bottega S.r.l.", "Anna")
        party.kind = common.CUSTOMER_KIND_RESELLER
        await reseller.customer.save_profile(party)
        await reseller.customer.ask_for_reseller_status()
        asks = names.reseller_id(reseller.customer.account_id)
        await desk.stands(asks, "InReview")
        stray = paying.Transfer(common.Money(minor=1_234, currency="EUR"), rome_date(stage.calendar.now()))
        file = paying.statement(_OUR_IBAN, [stray])
        await play.operator.payments.ImportStatement(payments_pb2.ImportStatementRequest(file=file))
        (entry,) = (await play.operator.payments.ListMoneyEntries(payments_pb2.ListMoneyEntriesRequest())).entries
        money = names.money_id(entry.money_entry_id)
        await desk.stands(money, "NeedsOperator")
        return cls(
            desk=desk,
            debited=debited,
            closed=closed,
            sign_up=await hold_sign_up(desk, play.customer("held")),
            trial=names.trial_id(trying.account_id),
            order=names.order_id(order.order_id),
            withdrawal=withdrawal,
            e_invoice=e_invoice,
            reseller=asks,
            money=money,
            purge=await close_under_hold(desk, closed),
            erasure=await ask_for_deletion(desk, leaver),
        )

    async def outlive_temporal(self) -> None:
        """Lose Temporal's database: after `casella recover wake` each stands as before, and nobody was written to."""
        play = self.desk.play
        terminal = Terminal({"CASELLA_VAR": str(play.world.site.var)})
        debit = names.automatic_debit_id(self.debited.account_id)
        await until(partial(all_delivered, play), "empty outboxes")
        before, written = await _open_ones(play), await _written(play)
        assert before.pop(self.purge).state == "Held"  # nothing runs for it until the hold is lifted, which begins it
        async with without_worker(play):
            (await terminal.casella("debit", "off", self.debited.account_id, "--reason", "asked")).well()
            await until(partial(woken, play, debit), f"a run of {debit}")
            kinds = {each.kind for each in (await _open_ones(play)).values()}
            assert kinds == set(names.ABOUT), "a new kind of workflow joins EveryKind"
            await lose_temporal(play)
        assert await _open_ones(play) == {}
        (await terminal.casella("recover", "wake")).well()
        await self.desk.stands(debit, "SwitchedOff")

        differ: dict[str, object] = {}

        async def as_before() -> bool | None:
            now = await _open_ones(play)
            differ.clear()
            differ.update(
                {key: (before.get(key), now.get(key)) for key in before | now if before.get(key) != now.get(key)}
            )
            return None if differ else True

        with suppress(AssertionError):
            await until(as_before, "all workflows as before")
        assert differ == {}, differ
        await until(partial(all_delivered, play), "empty outboxes")
        assert await _written(play) == written + 1  # that automatic debit is switched off
        await until(partial(scheduled, play), "the schedules")

    async def decide(self) -> None:
        """An operator decides what waits for one."""
        for workflow_id, update, data, state in (
            (self.reseller, "refuse_reseller", {"customer_reason": "training", **_WHY}, "Refused"),
            (self.money, "set_aside", _WHY, "SetAside"),
            (self.erasure, "approve", _WHY, "Erased"),
        ):
            answer = await self.desk.update(workflow_id, update, data)
            assert not answer.refusal, answer.refusal
            await self.desk.stands(workflow_id, state)
        await set_hold(self.desk.play, self.closed, hold=False)
        await self.desk.stands(self.purge, "Purged")

    async def end(self) -> None:
        """Two months later the others have gone on by themselves."""
        for workflow_id, state in (
            (self.sign_up, "Lapsed"),
            (self.trial, "Closed"),
            (self.order, "Expired"),
            (self.withdrawal, "Done"),
            (self.e_invoice, "NeedsOperator"),
        ):
            await self.desk.stands(workflow_id, state)


async def _open_ones(play: Play) -> dict[str, Open]:
    listed = play.temporal.list_workflows(f"ExecutionStatus = 'Running' AND WorkflowType IN ({_KINDS})")
    return {
        each.id: Open(
            each.workflow_type, each.typed_search_attributes.get(_STATE, ""), each.typed_search_attributes.get(_DUE_AT)
        )
        async for each in listed
    }


async def _written(play: Play) -> int:
    """How many emails there are."""
    return sum([await count(play, room, "mails") for room in ROOMS])
