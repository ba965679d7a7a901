"""The steps of an erasure: each one request to one service, named as an operator reads it in the Temporal UI."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from casella.common.v1 import erasure_pb2
    from casella.common.v1.common_pb2 import Steering
    from casella.ordering.v1 import ordering_pb2
    from casella.payments.v1 import payments_pb2
    from casella.support.v1 import erasures_pb2 as pb
    from workflows import retries, wording
    from workflows.activities.erasing import ErasureSteps as Steps
    from workflows.activities.ordering import OrderingSteps
    from workflows.activities.payments import PaymentsSteps
    from workflows.process import Process
    from workflows.steps import StepRefused, quickly, visibly

ROOMS = ("mailboxes", "payments", "invoicing", "support", "ordering", "trial")
"""In the order in which they erase: trial, which knows the address, comes last, so that a run can begin again."""

_MANDATE = "mandate_active"
_HOLDS_ALWAYS = frozenset({_MANDATE, "mandate_ending", "legal_hold"})

REFUSALS = {
    "identity_not_confirmed": "it is not certain who asks",
    "legal_claim": "the data are needed for a legal claim, for example an unpaid amount",
    "legal_obligation": "the law wants the data kept",
    "contract_goes_on": "the contract goes on: it must be cancelled first",
    "unfounded": "manifestly unfounded or excessive",
}
"""Codes of a refusal, and what each tells the customer."""

_HELD = frozenset({"REASON_LEGAL_HOLD", "REASON_ORDER_OPEN", "REASON_SUBSCRIPTION_RUNS", "REASON_MONEY_WAITING"})
"""Refusals of the closing that came about after the look at what holds it."""


class ErasureProcess(Process):
    """What an erasure asks of the services; the order in which it does so stands in ``workflows.erasure``."""

    account_id: str
    erasure: pb.Erasure
    """As read last; an empty one until then."""

    async def read(self) -> pb.Erasure:
        """The account's newest erasure; begins the one that is due where the account never paid."""
        self.listen()
        request = pb.GetErasureRequest(account_id=self.account_id)
        found = (await quickly(Steps.get, request, "read the erasure")).erasure
        if found.state not in {pb.ERASURE_STATE_WAITING, pb.ERASURE_STATE_APPROVED}:
            standing = await self.read_standing()
            if standing.erasure_due:
                due = pb.BeginDueErasureRequest(account_id=self.account_id)
                found = (await quickly(Steps.begin_due, due, "begin the erasure that is due")).erasure
        self.erasure = found
        return found

    async def read_standing(self) -> ordering_pb2.GetStandingResponse:
        """Whether the account is purged, and whether a hold stands."""
        request = ordering_pb2.GetStandingRequest(account_id=self.account_id)
        return await quickly(OrderingSteps.get_standing, request, "read the account's standing")

    async def list_facts(self) -> list[erasure_pb2.ErasureFact]:
        """What every service has of the account."""
        found: list[erasure_pb2.ErasureFact] = []
        for room in ROOMS:
            request = erasure_pb2.ListErasureFactsRequest(account_id=self.account_id, room=room)
            found += (await quickly(Steps.list_facts, request, f"list what {room} has")).facts
        return found

    async def end_what_runs(self) -> None:
        """Open orders, and the subscription; nothing where that was done before, or while a hold stands."""
        request = ordering_pb2.BeginErasureRequest(account_id=self.account_id)
        await quickly(OrderingSteps.begin_erasure, request, "end what runs")

    async def wait_until_nothing_holds(self) -> list[erasure_pb2.ErasureFact]:
        """Wait until nothing stands against the erasure; what holds it is named. Returns what there is then."""
        pause = retries.SOON
        while True:
            self.listen()
            if self.erasure.cause != pb.ERASURE_CAUSE_NEVER_PAID:
                await self.end_what_runs()
            facts = await self.list_facts()
            held = [fact for fact in facts if self.holds(fact)]
            if not held:
                return facts
            if any(fact.kind == _MANDATE for fact in held):
                await self.switch_off_automatic_debit()
            self.show_held(held)
            pause = await self.pause(pause, "ask again what holds the erasure")

    def holds(self, fact: erasure_pb2.ErasureFact) -> bool:
        """Whether something must end first; what was never paid is kept by nothing but a hold and a mandate."""
        return fact.holds and (self.erasure.cause != pb.ERASURE_CAUSE_NEVER_PAID or fact.kind in _HOLDS_ALWAYS)

    async def switch_off_automatic_debit(self) -> None:
        """Nobody charges an account that is erased; the mandate's own process releases it at the provider."""
        request = payments_pb2.SwitchOffAutomaticDebitRequest(
            request_id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self.erasure.erasure_id}/mandate")),
            account_id=self.account_id,
            steering=Steering(reason_code="profile_deletion", source=f"erasure {self.erasure.erasure_id}/"),
        )
        await quickly(PaymentsSteps.switch_off, request, "switch automatic debit off")

    async def close(self) -> bool:
        """Close the account, which starts its purge; False where something came between."""
        request = ordering_pb2.CloseAccountRequest(
            account_id=self.account_id, reason=ordering_pb2.CLOSURE_REASON_ERASURE
        )
        try:
            await quickly(OrderingSteps.close_account, request, "close the account")
        except StepRefused as refused:
            if refused.reason not in _HELD:
                raise
            self.details.happened(f"the account cannot be closed yet: {refused.message}")
            await self.wait(retries.SOON, "ask again whether the account may be closed")
            return False
        return True

    async def confirm(self, *, invoices_kept: bool) -> pb.Erasure:
        """The last email, while the address is known; done once the mail server has taken it."""
        request = pb.ConfirmErasureRequest(
            erasure_id=self.erasure.erasure_id, account_id=self.account_id, invoices_kept=invoices_kept
        )
        return (await visibly(Steps.confirm, request, "send the last email")).erasure

    async def erase_in(self, room: str) -> erasure_pb2.ErasedData:
        """Erase the personal data in a service, unless a legal hold stands at this moment."""
        await self.wait_while_held()
        request = erasure_pb2.ErasePersonalDataRequest(account_id=self.account_id, room=room)
        return (await quickly(Steps.erase, request, f"erase in {room}")).erased

    async def wait_while_held(self) -> None:
        """Erase nothing while a legal hold stands."""
        while (await self.read_standing()).legal_hold:
            self.show_held([erasure_pb2.ErasureFact(kind="legal_hold", holds=True)])
            await self.wait(retries.LOOK_AGAIN, "ask again whether the legal hold stands")
            self.listen()

    async def record(self, proof: Iterable[erasure_pb2.ErasedData]) -> pb.Erasure:
        """The end, with what every service has erased."""
        request = pb.RecordErasedRequest(erasure_id=self.erasure.erasure_id, proof=proof)
        return (await quickly(Steps.record_erased, request, "record the proof")).erasure

    async def pause(self, longest: timedelta, what: str) -> timedelta:
        """Wait; tells how long to wait the next time: double, and from the beginning once somebody rang."""
        if await self.wait(longest, what):
            return retries.SOON
        return min(longest * 2, retries.LOOK_AGAIN)

    def show_held(self, held: Sequence[erasure_pb2.ErasureFact]) -> None:
        """Tell the operator what must end first."""
        told = "; ".join(wording.erasure_fact(fact) for fact in held)
        release = ""
        if any(fact.kind == "legal_hold" for fact in held):
            release = f". A hold's end wakes it at once: `casella hold release {self.account_id} --reason CODE`"
        self.details.happened(f"held by: {told}")
        self.details.stands("Held", f"the end of what holds it: {told}; asked for again by itself{release}")
