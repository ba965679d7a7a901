"""The operator of a soak: imports what the bank says, decides about money that waits, has refunds carried out.

Now and then they let a thing lie for some days. What refuses every decision that its page offers is a dead end.
"""

import json
import random
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from temporalio.common import SearchAttributeKey

from casella.common.v1 import common_pb2 as common
from casella.payments.v1 import payments_pb2 as pb
from casella.trial.v1 import trial_pb2
from services.kit.errors import Refused
from tests.e2e.operator_desk import Desk, PageAway
from tests.soak.bank import Bank, iban_of
from tests.soak.pages import pages
from tests.soak.person import Person
from workflows import names

_WHY = common.Steering(actor="giulia", reason_code="seen_on_account")
_LET_LIE = 0.4
_PATIENT, _PATIENCE = 0.4, timedelta(days=16)
"""How often they leave short money to the payer, who may send the rest, and how long: until then it is invoiced."""
_NO_RESALE = 0.006
"""How often a day they learn of a reseller that it resells no more."""
_TRIES = 10
"""Days on which everything was refused, after which an entry counts as a dead end."""
_WAITING = ("NeedsOperator", "Requested", "Waiting", "InReview")
_STATUS_STANDS = (
    f"ExecutionStatus = 'Running' AND WorkflowType = '{names.RESELLER_STATUS}' AND {names.ATTRIBUTE_STATE} = 'Approved'"
)
_PRESSING, _SEND_AGAIN = names.e_invoice_id(""), "retry_transmission"
"""What the SdI has rejected is sent again within five days: `casella audit` tells of whatever was not."""
_CHOSEN = {
    "accept_business_proof": 0.8,
    "accept_other_proof": 0.6,
    "charge_vat": 0.4,
    "refuse_order": 0.2,
    "resend_with_current_profile": 0.6,
    "retry_transmission": 0.4,
    "approve": 0.6,
    "refuse": 0.5,
    "record_training": 0.8,
    "approve_reseller": 0.6,
    "refuse_reseller": 0.4,
    "keep_reseller": 0.7,
    "withdraw_reseller": 0.4,
    "allow": 0.8,
    "deny": 0.2,
    "retry": 0.5,
    "give_up": 0.15,
    "refund_again": 0.6,
    "no_credit_note": 0.5,
    "erase_without_email": 0.3,
}
"""The updates that they use, and how often where one is offered; money's own stand in `Operator._ways`."""
_OFFER = re.compile(r"^- `(\w+)` .*?`(\{.*?\})`", re.MULTILINE)
_BY_TRANSFER = pb.REFUND_MEANS_BANK_TRANSFER


@dataclass
class Operator:
    """Whoever sits at the desk.

    Attributes:
        people: Everybody, by number: whose transfer it is they read from the statement, as a person does.
        dead_ends: Money that could not be settled by anything that was offered, with the refusals.
        decisions: How often each update was taken.
        with_vat: The workflows in which they chose Italian VAT for want of a proof.
    """

    desk: Desk
    bank: Bank
    people: dict[int, Person]
    rng: random.Random
    dead_ends: dict[str, list[str]] = field(default_factory=dict)
    decisions: Counter[str] = field(default_factory=Counter)
    with_vat: set[str] = field(default_factory=set)
    _refusals: dict[str, list[str]] = field(default_factory=dict)
    _patient: dict[str, date] = field(default_factory=dict)

    async def act(self, today: date) -> None:
        """A day's work."""
        payments = self.desk.play.operator.payments
        self.bank.returns(today)
        for file in self.bank.statements():
            await payments.ImportStatement(pb.ImportStatementRequest(file=file))
        for entry in await self.waiting():
            if entry.dispute.state == pb.DISPUTE_STATE_NEEDS_RESPONSE:
                await self._give_evidence(entry.dispute)
            elif self.rng.random() > _LET_LIE and not _undecided(entry.dispute) and not self._leaves(entry, today):
                await self._decide(entry)
        for workflow_id in await self.cases():
            if self.rng.random() > _LET_LIE or workflow_id.startswith(_PRESSING):
                await self._steer(workflow_id, today)
        await self._look_after_resellers()
        await self._pay_credit_out()
        await self._refund(today)

    async def waiting(self) -> list[pb.MoneyEntry]:
        """All money that waits."""
        asked = pages(self.desk.play.operator.payments.ListMoneyEntries, pb.ListMoneyEntriesRequest())
        return [entry async for answer in asked for entry in answer.entries]

    async def _give_evidence(self, dispute: pb.Dispute) -> None:
        """In the provider's dashboard, at once: `casella doctor` tells of whatever waits for it."""
        stripe = self.desk.play.world.site.url("stripe")
        path = f"{stripe}/_simulator/disputes/{dispute.provider_reference}/answer"
        async with self.desk.session.post(path, json={}) as answer:
            self.decisions["evidence" if answer.ok else "evidence too late"] += 1

    def _leaves(self, entry: pb.MoneyEntry, today: date) -> bool:
        """Whether they leave money to its payer, of which they make up their mind once."""
        if entry.reason != pb.MONEY_ENTRY_REASON_SHORT:
            return False
        if entry.money_entry_id not in self._patient:
            waits = _PATIENCE if self.rng.random() < _PATIENT else timedelta()
            self._patient[entry.money_entry_id] = today + waits
        return today < self._patient[entry.money_entry_id]

    async def _decide(self, entry: pb.MoneyEntry) -> None:
        """Try what the page offers, in any order, until something is taken."""
        ways = await self._ways(entry)
        await self._try(names.money_id(entry.money_entry_id), {name: data for name, data in ways if data is not None})

    async def _try(self, workflow_id: str, ways: Mapping[str, Mapping[str, Any]]) -> None:
        """Send updates in any order until one is taken; for want of any the case counts as refused."""
        refusals = []
        for name in self.rng.sample(sorted(ways), len(ways)):
            answer = await self.desk.update(workflow_id, name, {"reason_code": "soak", **ways[name]})
            if not answer.refusal:
                self.decisions[name] += 1
                self._refusals.pop(workflow_id, None)
                if name == "charge_vat":
                    self.with_vat.add(workflow_id)
                return
            refusals.append(f"{name}: {answer.refusal}")
        tries = self._refusals.setdefault(workflow_id, [])
        tries.append("; ".join(refusals))
        if len(tries) >= _TRIES:
            self.dead_ends[workflow_id] = tries[-1:]

    async def _ways(self, entry: pb.MoneyEntry) -> list[tuple[str, dict[str, Any] | None]]:
        if entry.HasField("dispute"):
            ways: list[tuple[str, dict[str, Any] | None]] = [
                ("claim", {}),
                ("terminate", {}),
                ("credit_note", {"cause": "dispute"}),
            ]
            return [*ways, ("set_aside", {})] if entry.dispute.source == pb.MONEY_SOURCE_BANK else ways
        if payout := self.bank.payout(entry.source_reference):
            fees = {"fees": f"{payout.fees / 100:.2f}"} if payout.fees else {}
            # The fees are right, but what refunds and disputes have taken since lies at the provider no more.
            return [("payout", {**fees, "accept_more": True})]
        payer, back = self._payer(entry), entry.amount.minor < 0
        number = await self._suggested(entry)
        return [
            ("credit", {"account_id": payer.customer.account_id} if payer else None),
            ("refund", None if back else {}),
            ("assign", {"proforma_number": number} if number else None),
            ("set_aside", {} if back else None),
        ]

    async def _suggested(self, entry: pb.MoneyEntry) -> str | None:
        """The number of the proforma that it is for most probably."""
        if not entry.suggestions:
            return None
        asked = pb.GetPaymentRequestRequest(payment_request_id=entry.suggestions[0])
        found = (await self.desk.play.operator.payments.GetPaymentRequest(asked)).payment_request
        return found.proforma_number or None

    async def cases(self) -> list[str]:
        """The workflows that wait for a person, those of money left out."""
        query = " OR ".join(f"{names.ATTRIBUTE_STATE} = '{state}'" for state in _WAITING)
        listed = self.desk.play.temporal.list_workflows(f"ExecutionStatus = 'Running' AND ({query})")
        return sorted([found.id async for found in listed if not found.id.startswith(names.money_id(""))])

    async def _look_after_resellers(self) -> None:
        """Whom nobody asks about: a status that stands is withdrawn where nothing is resold."""
        listed = self.desk.play.temporal.list_workflows(_STATUS_STANDS)
        for workflow_id in sorted([found.id async for found in listed]):
            if self.rng.random() < _NO_RESALE:
                await self._try(workflow_id, {"withdraw_reseller": {"customer_reason": "no_resale"}})

    async def _steer(self, workflow_id: str, today: date) -> None:
        """Send one of the updates that the page offers, with the data of its example."""
        try:
            ways = offered(await self.desk.details(workflow_id))
        except PageAway:  # it is looked at again tomorrow
            return
        chosen = {name: ways[name] for name in ways if self.rng.random() < _CHOSEN.get(name, 0.0)}
        if workflow_id.startswith(_PRESSING) and _SEND_AGAIN in ways:
            chosen[_SEND_AGAIN] = ways[_SEND_AGAIN]
        if not chosen:
            return
        await self._try(workflow_id, chosen)
        if "resend_with_current_profile" in chosen:
            await self._ask_for_papers(workflow_id, today)

    async def _ask_for_papers(self, workflow_id: str, today: date) -> None:
        """Whose e-invoice was rejected saves the profile anew tomorrow."""
        found = await self.desk.play.temporal.get_workflow_handle(workflow_id).describe()
        account = found.typed_search_attributes.get(SearchAttributeKey.for_keyword(names.ATTRIBUTE_ACCOUNT))
        person = next((each for each in self.people.values() if each.customer.account_id == account), None)
        if person is not None and not person.gone:
            person.plan(today, 1, "save the profile for the operator", person.save_profile)

    def _payer(self, entry: pb.MoneyEntry) -> Person | None:
        theirs = (each.payer for each in self.bank.moved if each.entry.bank_reference == entry.source_reference)
        number = next(theirs, None)
        return None if number is None else self.people[number]

    async def _has_ended(self, account_id: str) -> bool:
        try:
            answer = await self.desk.play.operator.trial.GetTrial(trial_pb2.GetTrialRequest(account_id=account_id))
        except Refused:  # it was erased
            return True
        return answer.trial.state == trial_pb2.TRIAL_STATE_CLOSED

    def _owner(self, account_id: str) -> Person | None:
        return next((each for each in self.people.values() if account_id in each.accounts), None)

    async def _refund(self, today: date) -> None:
        """Give refunds without an account one, approve what waits, and hand the file to the bank."""
        payments = self.desk.play.operator.payments
        for refund in await self._refunds(pb.REFUND_STATE_REQUESTED, pb.REFUND_STATE_FAILED):
            if refund.state == pb.REFUND_STATE_FAILED or (refund.means == _BY_TRANSFER and not refund.iban):
                await self._name_an_account(refund)
        asked = await self._refunds(pb.REFUND_STATE_REQUESTED)
        wait = [each.refund_id for each in asked if each.means == _BY_TRANSFER and each.iban]
        if wait:
            await payments.ApproveRefunds(
                pb.ApproveRefundsRequest(request_id=str(uuid4()), refund_ids=wait, steering=_WHY)
            )
        made = await payments.ExportRefunds(pb.ExportRefundsRequest(request_id=str(uuid4()), steering=_WHY))
        if made.file:
            self.bank.execute(made.file, today)

    async def _refunds(self, *states: pb.RefundState) -> list[pb.Refund]:
        asked = pages(self.desk.play.operator.payments.ListRefunds, pb.ListRefundsRequest(states=states))
        return [refund async for answer in asked for refund in answer.refunds]

    async def _pay_credit_out(self) -> None:
        """What an account that has ended has left goes back to its owner, as doctor asks for."""
        payments = self.desk.play.operator.payments
        asked = pages(payments.ListAccountCredits, pb.ListAccountCreditsRequest())
        for credit in [credit async for answer in asked for credit in answer.credits]:
            owner = self._owner(credit.account_id)
            if owner is None or not await self._has_ended(credit.account_id):
                continue
            request = pb.RequestRefundRequest(
                refund_id=str(uuid4()), credit_of_account_id=credit.account_id, amount=credit.credit,
                reason_code="account_ended", steering=_WHY, iban=iban_of(owner.number), holder="Anna Rossi",
            )  # fmt: skip
            await payments.RequestRefund(request)
            self.decisions["credit paid out"] += 1

    async def _name_an_account(self, refund: pb.Refund) -> None:
        payer = self._owner(refund.account_id)
        if payer is None:
            return
        request = pb.RetryRefundRequest(
            request_id=str(uuid4()), refund_id=refund.refund_id, iban=iban_of(payer.number), holder="Anna Rossi",
            steering=_WHY,
        )  # fmt: skip
        try:
            await self.desk.play.operator.payments.RetryRefund(request)
        except Refused as refused:
            self.decisions[f"retry refused: {refused}"] += 1


def _undecided(dispute: pb.Dispute) -> bool:
    """The provider has not said yet how it ends; false where there is none."""
    return dispute.state not in (pb.DISPUTE_STATE_UNSPECIFIED, pb.DISPUTE_STATE_LOST)


def offered(details: str) -> dict[str, dict[str, Any]]:
    """The updates that a workflow's page offers, each with the data of its example."""
    return {name: json.loads(data) for name, data in _OFFER.findall(details)}
