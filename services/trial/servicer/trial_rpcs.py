"""Trials: protobuf in, domain out, and back."""

from casella.trial.v1 import trial_pb2 as pb
from casella.trial.v1.trial_pb2_grpc import TrialServiceServicer
from services.kit.audit import steering_entry
from services.kit.clock import Clock
from services.kit.context import check_own, current_call
from services.kit.requests import Requests
from services.kit.validation import checked_uuid
from services.kit.wire import to_duration, to_timestamp
from services.trial.domain.schedule import Next
from services.trial.domain.terms import MAX_EXTENSION_DAYS
from services.trial.service.trials import Trials
from services.trial.servicer import checks, translate


class TrialRpcs(TrialServiceServicer):
    """The RPCs about trials."""

    _clock: Clock
    _requests: Requests
    _trials: Trials

    async def GetTrial(self, request: pb.GetTrialRequest, context: object) -> pb.GetTrialResponse:
        """Reads a trial."""
        account_id = checked_uuid("account_id", request.account_id)
        trial = await self._trials.get(check_own(account_id))
        return pb.GetTrialResponse(trial=translate.trial(trial, self._clock.now()))

    async def EndTrial(self, request: pb.EndTrialRequest, context: object) -> pb.EndTrialResponse:
        """Ends a trial now."""
        found = checks.violations()
        account_id = found.uuid("account_id", request.account_id)
        call = self._requests.call(request.request_id, found, account_id=account_id)
        entry = None
        if current_call().account_id is None:
            entry = steering_entry(found, request.steering, "end_trial", account_id)
        elif request.HasField("steering"):
            found.add("steering", "must_be_empty")
        found.check()
        trial = await self._trials.end(call, check_own(account_id), entry)
        return pb.EndTrialResponse(trial=translate.trial(trial, self._clock.now()))

    async def ExtendTrial(self, request: pb.ExtendTrialRequest, context: object) -> pb.ExtendTrialResponse:
        """Moves a trial's end later."""
        found = checks.violations()
        account_id = found.uuid("account_id", request.account_id)
        days = found.between("days", request.days, 1, MAX_EXTENSION_DAYS)
        call = self._requests.call(request.request_id, found, account_id=account_id, days=days)
        entry = steering_entry(found, request.steering, "extend_trial", account_id)
        found.check()
        trial = await self._trials.extend(call, account_id, days, entry)
        return pb.ExtendTrialResponse(trial=translate.trial(trial, self._clock.now()))

    async def AdvanceTrial(self, request: pb.AdvanceTrialRequest, context: object) -> pb.AdvanceTrialResponse:
        """Does what is due on a trial, and says what comes next."""
        account_id = checked_uuid("account_id", request.account_id)
        trial, plan = await self._trials.advance(
            account_id, order_open=request.order_open, legal_hold=request.legal_hold
        )
        now = self._clock.now()
        waits = plan.next is Next.WAIT and plan.due_at is not None
        return pb.AdvanceTrialResponse(
            trial=translate.trial(trial, now),
            next=translate.NEXT[plan.next],
            wait=to_duration(plan.wait(now)) if waits else None,
            due=plan.due,
            due_at=to_timestamp(plan.due_at) if plan.due_at else None,
            sent=str(plan.send.kind) if plan.send else "",
        )

    async def RecordPurchase(self, request: pb.RecordPurchaseRequest, context: object) -> pb.RecordPurchaseResponse:
        """Records that an order was paid."""
        found = checks.violations()
        account_id = found.uuid("account_id", request.account_id)
        order_id = found.uuid("order_id", request.order_id)
        found.check()
        trial = await self._trials.record_purchase(account_id, order_id)
        return pb.RecordPurchaseResponse(trial=translate.trial(trial, self._clock.now()))
