"""Activities that ask the trial service: thin clients that decide nothing."""

from typing import TYPE_CHECKING

from temporalio.client import Client

from casella.common.v1.common_pb2 import Recipient
from casella.common.v1.errors_pb2 import REASON_NOT_FOUND
from casella.trial.v1 import trial_pb2 as pb
from services.kit.errors import Refused
from workflows.activities.calls import step, with_actor

if TYPE_CHECKING:  # these names are in the stubs for type checkers only
    from casella.trial.v1.trial_pb2_grpc import TrialServiceAsyncStub


class Contacts:
    """Reads whom to write to, for activities that carry it on; it never returns to a workflow."""

    def __init__(self, trial: "TrialServiceAsyncStub") -> None:
        """Take the trial service's stub."""
        self._trial = trial

    async def of(self, account_id: str) -> Recipient:
        """Name, address and language of an account; where they are erased, that there is nobody to write to."""
        try:
            answer = await self._trial.GetContact(pb.GetContactRequest(account_id=account_id))
        except Refused as refused:
            if refused.reason != REASON_NOT_FOUND:
                raise
            return Recipient(erased=True)
        return answer.recipient


class TrialSteps:
    """The trial service as the workflows see it."""

    def __init__(self, trial: "TrialServiceAsyncStub", client: Client) -> None:
        """Take the service's stub, and Temporal's client for the audit trail."""
        self._trial = trial
        self._client = client

    @step("GetSignUp")
    async def get_sign_up(self, request: pb.GetSignUpRequest) -> pb.GetSignUpResponse:
        """Read a sign-up without personal data."""
        return await self._trial.GetSignUp(request)

    @step("DecideSignUp")
    async def decide_sign_up(self, request: pb.DecideSignUpRequest) -> pb.DecideSignUpResponse:
        """Allow or deny a sign-up in review, by an operator's decision."""
        request.steering.CopyFrom(await with_actor(self._client, request.steering))
        return await self._trial.DecideSignUp(request)

    @step("LapseSignUp")
    async def lapse_sign_up(self, request: pb.LapseSignUpRequest) -> pb.LapseSignUpResponse:
        """End a review that nobody has decided in time."""
        return await self._trial.LapseSignUp(request)

    @step("AdvanceTrial")
    async def advance(self, request: pb.AdvanceTrialRequest) -> pb.AdvanceTrialResponse:
        """Do everything that is due on the trial; learn what is due next."""
        return await self._trial.AdvanceTrial(request)

    @step("RecordPurchase")
    async def record_purchase(self, request: pb.RecordPurchaseRequest) -> pb.RecordPurchaseResponse:
        """Record that the first order was paid."""
        return await self._trial.RecordPurchase(request)

    @step("ExtendTrial")
    async def extend(self, request: pb.ExtendTrialRequest) -> pb.ExtendTrialResponse:
        """Extend the trial by an operator's decision."""
        request.steering.CopyFrom(await with_actor(self._client, request.steering))
        return await self._trial.ExtendTrial(request)

    @step("EndTrial")
    async def end(self, request: pb.EndTrialRequest) -> pb.EndTrialResponse:
        """End the trial by an operator's decision."""
        request.steering.CopyFrom(await with_actor(self._client, request.steering))
        return await self._trial.EndTrial(request)

    @step("CloseLogin")
    async def close_login(self, request: pb.CloseLoginRequest) -> pb.CloseLoginResponse:
        """Close the login and end all sessions."""
        return await self._trial.CloseLogin(request)
