"""What must be true at the end of every month of a soak, computed from what bank and Stripe moved, not from our rows.

``casella audit`` and ``casella doctor`` prove what Casella can prove of itself; here its books are held against the
world outside of them.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import aiohttp

from casella.common.v1 import common_pb2 as common
from casella.invoicing.v1 import invoicing_pb2
from casella.payments.v1 import payments_pb2
from tests.cli.running import Terminal
from tests.e2e.operator_desk import Desk
from tests.soak.bank import Bank
from tests.soak.operator import Operator
from tests.soak.person import Person

_OURS = ("credit", "reserved", "suspense", "refunds", "set_aside")
"""Ledger accounts of money that is here and pays no invoice: in credit."""
_ENDED_BADLY = "ExecutionStatus IN ('Failed', 'Terminated', 'TimedOut', 'Canceled')"
_STUCK = "TemporalReportedProblems IN ('category=WorkflowTaskFailed', 'category=WorkflowTaskTimedOut')"


@dataclass(frozen=True)
class Month:
    """What a month's end showed: figures for its line, and whatever is wrong."""

    figures: dict[str, int]
    findings: list[str]


@dataclass(frozen=True)
class Judge:
    """Looks at everything from outside."""

    desk: Desk
    terminal: Terminal
    bank: Bank
    people: Iterable[Person]
    operator: Operator

    async def look(self) -> Month:
        """Prove all there is to prove."""
        findings = [f"dead end: money {key}: {why}" for key, why in self.operator.dead_ends.items()]
        documents = await self._documents()
        ledger = await self.desk.play.operator.payments.ProveLedger(payments_pb2.ProveLedgerRequest())
        came = self.bank.told() + await self._stripe()
        billed = sum(signed(each) for each in documents if not owed(each))
        balances = {each.ledger_account: each.balance.minor for each in ledger.balances}
        here = -sum(balances.get(account, 0) for account in _OURS)
        forgiven = balances.get("shortfall", 0)
        if came != billed + here - forgiven:
            findings.append(
                f"money: {came} came and stayed, but {billed} billed + {here} held - {forgiven} forgiven: {balances}"
            )
        findings += self._each_billed_once(documents)
        findings += await self._commands()
        findings += [f"workflow {each}" for each in await self._listed(_ENDED_BADLY)]
        findings += [f"stuck workflow {each}" for each in await self._listed(_STUCK)]
        figures = {
            "came": came, "billed": billed, "held": here, "forgiven": forgiven, "documents": len(documents),
            "waiting": len(await self.operator.waiting()),
            "running": len(await self._listed("ExecutionStatus = 'Running'")),
        }  # fmt: skip
        return Month(figures, findings)

    async def _documents(self) -> list[invoicing_pb2.Document]:
        """All invoices and credit notes of everybody."""
        found: list[invoicing_pb2.Document] = []
        for person in self.people:
            if not person.customer.account_id:
                continue
            token = ""
            while True:
                asked = invoicing_pb2.ListDocumentsRequest(
                    account_id=person.customer.account_id, page=common.PageRequest(page_size=200, page_token=token)
                )
                answer = await self.desk.play.operator.invoicing.ListDocuments(asked)
                found += answer.documents
                if not (token := answer.next_page_token):
                    break
        return [each for each in found if each.kind != invoicing_pb2.DOCUMENT_KIND_PROFORMA]

    def _each_billed_once(self, documents: Iterable[invoicing_pb2.Document]) -> list[str]:
        finals = Counter(
            each.period.period_id or each.order_id
            for each in documents
            if each.kind == invoicing_pb2.DOCUMENT_KIND_INVOICE
        )
        return [f"{cause} was invoiced {times} times" for cause, times in finals.items() if times > 1]

    async def _stripe(self) -> int:
        """Cents that the stand-in of Stripe took less what it gave back."""
        url = f"{self.desk.play.world.site.url('stripe')}/_simulator/state"
        async with aiohttp.ClientSession(raise_for_status=True) as http, http.get(url) as answer:
            state: dict[str, list[dict[str, Any]]] = await answer.json()
        taken = sum(each["amount_received"] for each in state["payment_intents"] if each["status"] == "succeeded")
        return int(taken - sum(each["amount"] for each in state["refunds"] if each["status"] == "succeeded"))

    async def _commands(self) -> list[str]:
        audit, doctor = await self.terminal.casella("audit"), await self.terminal.casella("doctor")
        wrong = [line.strip() for line in doctor.out.splitlines() if "WRONG" in line]
        found = [f"casella doctor: {line}" for line in wrong]
        return found if audit.code == 0 else [*found, f"casella audit: {audit.out}{audit.err}"]

    async def _listed(self, query: str) -> list[str]:
        return [found.id async for found in self.desk.play.temporal.list_workflows(query)]


def signed(document: invoicing_pb2.Document) -> int:
    """Cents of a document, negative for a credit note."""
    minor = document.totals.gross.minor
    return -minor if document.kind == invoicing_pb2.DOCUMENT_KIND_CREDIT_NOTE else minor


def owed(document: invoicing_pb2.Document) -> bool:
    """Whether it was issued before its payment, which has not come: of a business abroad."""
    return document.HasField("due_on") and not document.HasField("paid_on")
