"""The operator of a soak: imports what the bank says, decides about money that waits, has refunds carried out.

Now and then they let a thing lie for some days. What refuses every decision that its page offers is a dead end.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import uuid4

from casella.common.v1 import common_pb2 as common
from casella.payments.v1 import payments_pb2 as pb
from services.kit.errors import Refused
from tests.e2e.operator_desk import Desk
from tests.soak.bank import Bank, iban_of
from tests.soak.person import Person
from workflows import names

_WHY = common.Steering(actor="giulia", reason_code="seen_on_account")
_LET_LIE = 0.4
_TRIES = 10
"""Days on which everything was refused, after which an entry counts as a dead end."""
_BY_TRANSFER = pb.REFUND_MEANS_BANK_TRANSFER


@dataclass
class Operator:
    """Whoever sits at the desk.

    Attributes:
        people: Everybody, by number: whose transfer it is they read from the statement, as a person does.
        dead_ends: Money that could not be settled by anything that was offered, with the refusals.
    """

    desk: Desk
    bank: Bank
    people: dict[int, Person]
    rng: random.Random
    dead_ends: dict[str, list[str]] = field(default_factory=dict)
    decisions: Counter[str] = field(default_factory=Counter)
    _refusals: dict[str, list[str]] = field(default_factory=dict)

    async def act(self, today: date) -> None:
        """A day's work."""
        payments = self.desk.play.operator.payments
        for file in self.bank.statements():
            await payments.ImportStatement(pb.ImportStatementRequest(file=file))
        for entry in await self.waiting():
            if self.rng.random() > _LET_LIE:
                await self._decide(entry)
        await self._pay_credit_out()
        await self._refund(today)

    async def waiting(self) -> list[pb.MoneyEntry]:
        """All money that waits."""
        found: list[pb.MoneyEntry] = []
        token = ""
        while True:
            asked = pb.ListMoneyEntriesRequest(page=common.PageRequest(page_size=200, page_token=token))
            answer = await self.desk.play.operator.payments.ListMoneyEntries(asked)
            found += answer.entries
            if not (token := answer.next_page_token):
                return found

    async def _decide(self, entry: pb.MoneyEntry) -> None:
        """Try what the page offers, in any order, until something is taken."""
        workflow_id = names.money_id(entry.money_entry_id)
        ways = {name: data for name, data in self._ways(entry).items() if data is not None}
        refusals = []
        for name in self.rng.sample(sorted(ways), len(ways)):
            answer = await self.desk.update(workflow_id, name, {**ways[name], "reason_code": "soak"})
            if not answer.refusal:
                self.decisions[name] += 1
                self._refusals.pop(entry.money_entry_id, None)
                return
            refusals.append(f"{name}: {answer.refusal}")
        tries = self._refusals.setdefault(entry.money_entry_id, [])
        tries.append("; ".join(refusals))
        if len(tries) >= _TRIES:
            self.dead_ends[entry.money_entry_id] = tries[-1:]

    def _ways(self, entry: pb.MoneyEntry) -> dict[str, dict[str, Any] | None]:
        payer = self._payer(entry)
        return {
            "credit": {"account_id": payer.customer.account_id} if payer else None,
            "refund": {},
            "assign": {"proforma_number": entry.suggestions[0]} if entry.suggestions else None,
            "set_aside": {} if entry.amount.minor < 0 else None,
        }

    def _payer(self, entry: pb.MoneyEntry) -> Person | None:
        theirs = (each.payer for each in self.bank.moved if each.entry.bank_reference == entry.source_reference)
        number = next(theirs, None)
        return None if number is None else self.people[number]

    async def _refund(self, today: date) -> None:
        """Give refunds without an account one, approve what waits, and hand the file to the bank."""
        payments = self.desk.play.operator.payments
        asked = pb.ListRefundsRequest(states=[pb.REFUND_STATE_REQUESTED, pb.REFUND_STATE_FAILED])
        refunds = (await payments.ListRefunds(asked)).refunds
        for refund in refunds:
            if refund.state == pb.REFUND_STATE_FAILED or (refund.means == _BY_TRANSFER and not refund.iban):
                await self._name_an_account(refund)
        wait = [each.refund_id for each in refunds if each.means == _BY_TRANSFER and each.iban]
        if wait:
            await payments.ApproveRefunds(
                pb.ApproveRefundsRequest(request_id=str(uuid4()), refund_ids=wait, steering=_WHY)
            )
        made = await payments.ExportRefunds(pb.ExportRefundsRequest(request_id=str(uuid4()), steering=_WHY))
        if made.file:
            self.bank.execute(made.file, today)

    async def _pay_credit_out(self) -> None:
        """What an account that has ended has left goes back to its owner, as doctor asks for."""
        payments = self.desk.play.operator.payments
        for credit in (await payments.ListAccountCredits(pb.ListAccountCreditsRequest())).credits:
            owner = next((each for each in self.people.values() if each.customer.account_id == credit.account_id), None)
            if owner is None or not owner.gone:
                continue
            request = pb.RequestRefundRequest(
                refund_id=str(uuid4()), credit_of_account_id=credit.account_id, amount=credit.credit,
                reason_code="account_ended", steering=_WHY, iban=iban_of(owner.number), holder="Anna Rossi",
            )  # fmt: skip
            await payments.RequestRefund(request)
            self.decisions["credit paid out"] += 1

    async def _name_an_account(self, refund: pb.Refund) -> None:
        payer = next((each for each in self.people.values() if each.customer.account_id == refund.account_id), None)
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
