"""Looks at everything at a month's end, and holds it against what bank and Stripe moved and who the people are.

``casella audit`` and ``casella doctor`` prove what Casella can prove of itself; here its books are held against the
world outside of them.
"""

import asyncio
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from datetime import datetime

from casella.common.v1 import errors_pb2
from casella.invoicing.v1 import invoicing_pb2
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from services.kit.errors import Refused
from tests.cli.running import Terminal
from tests.e2e.operator_desk import Desk
from tests.soak import proofs, rows
from tests.soak.bank import Bank
from tests.soak.chronicle import Chronicle
from tests.soak.operator import Operator
from tests.soak.pages import pages
from tests.soak.person import Person
from tests.soak.post import Post
from tests.soak.stripe import taken
from workflows import names

_ENDED_BADLY = "ExecutionStatus IN ('Failed', 'Terminated', 'TimedOut', 'Canceled')"
_STUCK = "TemporalReportedProblems IN ('category=WorkflowTaskFailed', 'category=WorkflowTaskTimedOut')"
_OF_NO_ROW = (
    "temporal-sys-scheduler:",
    *(names.SCHEDULE_RECEIPTS, names.SCHEDULE_PAYMENT_EVENTS, names.SCHEDULE_REFUNDS, names.SCHEDULE_REFUND_EMAILS),
    *(names.POLL_RECEIPTS, names.FETCH_PAYMENT_EVENTS, names.PUSH_REFUNDS, names.TELL_OF_REFUNDS),
)
_NOT_GONE = (
    payments_pb2.REFUND_STATE_REQUESTED, payments_pb2.REFUND_STATE_APPROVED, payments_pb2.REFUND_STATE_SENT,
    payments_pb2.REFUND_STATE_FAILED,
)  # fmt: skip
_READINGS = 6
"""Of the money, each after one second more."""


@dataclass(frozen=True)
class Month:
    """What a month's end showed.

    Attributes:
        figures: For its line.
        findings: Whatever is wrong.
        happened: How often each thing has happened so far.
    """

    figures: dict[str, int]
    findings: list[str]
    happened: dict[str, int]


@dataclass(frozen=True)
class Judge:
    """Looks at everything from outside."""

    desk: Desk
    terminal: Terminal
    bank: Bank
    people: Collection[Person]
    operator: Operator
    post: Post
    chronicle: Chronicle

    async def look(self, now: datetime) -> Month:
        """Prove all there is to prove, at an instant of Casella's calendar."""
        findings = [f"dead end: {case}: {why}" for case, why in self.operator.dead_ends.items()]
        documents, money = await self._money()
        running = await self._listed("ExecutionStatus = 'Running'")
        taxed = {account: person.who.taxed for person in self.people for account in person.accounts}
        findings += money.wrong()
        findings += proofs.numbered(documents)
        findings += proofs.billed_once(documents)
        findings += proofs.paid_as_billed(documents, [request async for request in self._paid()])
        findings += proofs.taxed(documents, taxed, self.operator.with_vat)
        findings += (await rows.read(self.desk.play, now)).wrong(running)
        findings += await self._commands()
        findings += proofs.served([contract async for contract in self._contracts()])
        findings += await self._emails()
        findings += [f"workflow {each} ended badly" for each in await self._listed(_ENDED_BADLY)]
        findings += [f"workflow {each} is stuck" for each in await self._listed(_STUCK)]
        figures = {
            "came": money.came, "billed": money.billed, "held": money.held, "lost": money.lost,
            "documents": len(documents), "waiting": len(await self.operator.waiting()),
            "cases": len(await self.operator.cases()), "running": len(running),
        }  # fmt: skip
        await self.chronicle.read()
        return Month(figures, findings, self.chronicle.table(self.people, self.operator.decisions, documents))

    async def _money(self) -> tuple[list[invoicing_pb2.Document], proofs.Money]:
        """All documents and what they are worth, read again while it differs from the money.

        For a moment it may: a refund has left and its event or its credit note is on the way. A payout counts twice as
        long as it waits to be booked: the ledger cannot know what it is.
        """
        payments = self.desk.play.operator.payments
        for reading in range(_READINGS):
            await asyncio.sleep(reading)
            documents = [document async for document in self._documents()]
            ledger = await payments.ProveLedger(payments_pb2.ProveLedgerRequest())
            balances = {each.ledger_account: each.balance.minor for each in ledger.balances}
            unbooked = {entry.source_reference for entry in await self.operator.waiting()}
            at_stripe = await taken(self.desk) - self.bank.left_stripe(unbooked=unbooked)
            going_back = [refund async for refund in self._going_back()]
            money = proofs.Money.of(self.bank.told() + at_stripe, documents, balances, going_back)
            if not money.wrong():
                break
        return documents, money

    async def _documents(self) -> AsyncIterator[invoicing_pb2.Document]:
        """Everybody's."""
        for account in (account for person in self.people for account in person.accounts):
            asked = invoicing_pb2.ListDocumentsRequest(account_id=account)
            async for answer in pages(self.desk.play.operator.invoicing.ListDocuments, asked):
                for document in answer.documents:
                    yield document

    async def _paid(self) -> AsyncIterator[payments_pb2.PaymentRequest]:
        asked = payments_pb2.ListPaidRequestsRequest()
        async for answer in pages(self.desk.play.operator.payments.ListPaidRequests, asked):
            for request in answer.payment_requests:
                yield request

    async def _going_back(self) -> AsyncIterator[tuple[str, int]]:
        """Refunds of sales that have not left, each with the order or period and its cents."""
        payments = self.desk.play.operator.payments
        async for answer in pages(payments.ListRefunds, payments_pb2.ListRefundsRequest(states=_NOT_GONE)):
            for refund in (refund for refund in answer.refunds if refund.payment_request_id):
                asked = payments_pb2.GetPaymentRequestRequest(payment_request_id=refund.payment_request_id)
                request = (await payments.GetPaymentRequest(asked)).payment_request
                yield request.period.period_id or request.order_id, refund.amount.minor

    async def _contracts(self) -> AsyncIterator[proofs.Contract]:
        """Every contract that has not ended for good, and what mailboxes lets its account do."""
        rooms = self.desk.play.operator
        for account in (account for person in self.people for account in person.accounts):
            asked = ordering_pb2.GetSubscriptionRequest(account_id=account)
            try:
                subscription = (await rooms.ordering.GetSubscription(asked)).subscription
            except Refused as refused:
                if refused.reason != errors_pb2.REASON_NOT_FOUND:
                    raise
                continue
            if subscription.state != ordering_pb2.SUBSCRIPTION_STATE_ENDED:
                allowed = mailboxes_pb2.GetAllowanceRequest(account_id=account)
                yield subscription, (await rooms.mailboxes.GetAllowance(allowed)).allowance.state

    async def _commands(self) -> list[str]:
        return [
            *proofs.examined(await self.terminal.casella("doctor")),
            *proofs.audited(await self.terminal.casella("audit")),
        ]

    async def _emails(self) -> list[str]:
        return [
            finding for person in self.people if person.accounts
            for finding in proofs.written_once(await self.post.letters(person.customer.email))
        ]  # fmt: skip

    async def _listed(self, query: str) -> list[str]:
        listed = self.desk.play.temporal.list_workflows(query)
        return [found.id async for found in listed if not found.id.startswith(_OF_NO_ROW)]
