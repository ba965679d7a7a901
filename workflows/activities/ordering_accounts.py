"""Activities about accounts: the reseller status, whether they hold a trial, their closing, erasure and purge."""

from casella.ordering.v1 import ordering_pb2 as pb
from casella.payments.v1 import payments_pb2
from workflows.activities.calls import step, with_actor
from workflows.activities.ordering_client import OrderingClient


class AccountActivities(OrderingClient):
    """What is asked of ordering about accounts."""

    @step("AdvanceReseller")
    async def advance_reseller(self, request: pb.AdvanceResellerRequest) -> pb.AdvanceResellerResponse:
        """Measure what is due of a reseller's requirements; ordering asks trial and mailboxes."""
        return await self._ordering.AdvanceReseller(request)

    @step("RecordResellerTraining")
    async def record_reseller_training(
        self, request: pb.RecordResellerTrainingRequest
    ) -> pb.RecordResellerTrainingResponse:
        """Note by an operator's word that the training was done."""
        request.steering.CopyFrom(await with_actor(self._client, request.steering))
        return await self._ordering.RecordResellerTraining(request)

    @step("DecideReseller")
    async def decide_reseller(self, request: pb.DecideResellerRequest) -> pb.DecideResellerResponse:
        """Grant, refuse, keep or withdraw the reseller status by an operator's decision, and tell the customer."""
        request.steering.CopyFrom(await with_actor(self._client, request.steering))
        request.recipient.CopyFrom(await self._contacts.of(request.account_id))
        return await self._ordering.DecideReseller(request)

    @step("GetStanding")
    async def get_standing(self, request: pb.GetStandingRequest) -> pb.GetStandingResponse:
        """Read whether orders hold or end the trial."""
        return await self._ordering.GetStanding(request)

    @step("CloseAccount")
    async def close_account(self, request: pb.CloseAccountRequest) -> pb.CloseAccountResponse:
        """Close the account, which starts its purge, unless money waits for it."""
        asked = payments_pb2.GetWaitingMoneyRequest(account_id=request.account_id)
        waiting = (await self._payments.GetWaitingMoney(asked)).waiting
        request.money_waiting = bool(waiting)
        request.money_entry_ids.extend(entry.money_entry_id for entry in waiting)
        return await self._ordering.CloseAccount(request)

    @step("BeginErasure")
    async def begin_erasure(self, request: pb.BeginErasureRequest) -> pb.BeginErasureResponse:
        """End at once what stands against an approved erasure."""
        return await self._ordering.BeginErasure(request)

    @step("GetClosure")
    async def get_closure(self, request: pb.GetClosureRequest) -> pb.GetClosureResponse:
        """Read whether the purge may delete now."""
        return await self._ordering.GetClosure(request)

    @step("RecordPurged")
    async def record_purged(self, request: pb.RecordPurgedRequest) -> pb.RecordPurgedResponse:
        """Record that the purge is complete."""
        return await self._ordering.RecordPurged(request)
