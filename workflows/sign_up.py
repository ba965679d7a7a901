"""SignUp: a sign-up that the security checks held for an operator's decision, until it is decided or lapses."""

from contextlib import suppress

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from casella.common.v1.common_pb2 import Subject
    from casella.trial.v1 import trial_pb2 as pb
    from workflows import names, wording
    from workflows.activities.trial import TrialSteps
    from workflows.details import Details
    from workflows.process import Process
    from workflows.steering import NO_DATA, Why, Wrong, check_why, request_id, steering
    from workflows.steps import StepRefused, quickly

_ENDS = {
    pb.SIGN_UP_STATE_AWAITING_CONFIRMATION: "allowed",
    pb.SIGN_UP_STATE_CONFIRMED: "allowed",
    pb.SIGN_UP_STATE_DENIED: "denied",
    pb.SIGN_UP_STATE_LAPSED: "lapsed",
}
_UPDATES = {
    "allow": 'sends the confirmation email: `{"reason_code": "looks_genuine"}`',
    "deny": 'ends it without an email: `{"reason_code": "looks_abusive"}`',
}
_AFTER = {
    "allowed": "nothing here; the confirmation of the emailed link starts the trial",
    "denied": "nothing: the sign-up is denied",
    "lapsed": "nothing: nobody decided in time",
}


@workflow.defn(name=names.SIGN_UP)
class SignUp(Process):
    """Waits for ``allow`` or ``deny``; after 72 hours without either the sign-up lapses."""

    @workflow.init
    def __init__(self, subject: Subject) -> None:
        """Begin with the sign-up's id."""
        super().__init__(Details(f"Sign-up {subject.id}", f"casella show signup {subject.id}"))
        self.sign_up_id = subject.id

    @workflow.run
    async def run(self, subject: Subject) -> str:
        """Follow the sign-up with this id to its end: allowed, denied or lapsed."""
        return await self.follow(self.proceed)

    async def proceed(self) -> str:
        """The process."""
        while (sign_up := await self.read()).state == pb.SIGN_UP_STATE_IN_REVIEW:
            self.show_review(sign_up)
            if not await self.wait(sign_up.lapses_in, "the sign-up lapses"):
                await self.let_lapse()
        end = _ENDS[sign_up.state]
        self.details.happened(end)
        self.details.stands(end.capitalize(), _AFTER[end])
        return end

    @workflow.signal(name=names.SIGN_UP_RECEIVED, description="A sign-up waits for a decision: look at it.")
    def sign_up_received(self) -> None:
        """The sign-up service has a row for this workflow."""
        self.look_again()

    @workflow.update(
        description='Allows the sign-up: the confirmation email goes out. Data: {"reason_code": "looks_genuine"}'
    )
    async def allow(self, why: Why = NO_DATA) -> str:
        """Decide for the visitor."""
        return await self.decide(why, allow=True)

    @workflow.update(
        description="Denies the sign-up: nothing is sent, the address may sign up again. "
        'Data: {"reason_code": "looks_abusive"}'
    )
    async def deny(self, why: Why = NO_DATA) -> str:
        """Decide against the visitor."""
        return await self.decide(why, allow=False)

    @allow.validator
    def _may_allow(self, why: Why = NO_DATA) -> None:
        self._may_decide(why)

    @deny.validator
    def _may_deny(self, why: Why = NO_DATA) -> None:
        self._may_decide(why)

    def _may_decide(self, why: Why) -> None:
        check_why(why)
        if self.details.state != "InReview":
            raise Wrong(f"the sign-up waits for no decision: it is {self.details.state or 'being read'}")

    async def decide(self, why: Why, *, allow: bool) -> str:
        """Carry the decision to the trial service, with who took it and why."""
        answer = await self.steer(
            TrialSteps.decide_sign_up,
            pb.DecideSignUpRequest(
                request_id=request_id(), sign_up_id=self.sign_up_id, allow=allow, steering=steering(why)
            ),
            "allow the sign-up" if allow else "deny the sign-up",
        )
        self.details.steered(f"{'allowed' if allow else 'denied'} it ({why.reason_code})")
        self.look_again()
        return _ENDS.get(answer.sign_up.state, "in review")

    async def let_lapse(self) -> None:
        """Nobody decided in time. The daily job may have deleted it in this moment: the next look says so."""
        with suppress(StepRefused):
            request = pb.LapseSignUpRequest(sign_up_id=self.sign_up_id)
            await quickly(TrialSteps.lapse_sign_up, request, "let the sign-up lapse")

    async def read(self) -> pb.SignUpStatus:
        """The sign-up's row as it stands."""
        self.listen()
        request = pb.GetSignUpRequest(sign_up_id=self.sign_up_id)
        try:
            return (await quickly(TrialSteps.get_sign_up, request, "read the sign-up")).sign_up
        except StepRefused:  # the daily job has deleted what nobody decided or confirmed in time
            return pb.SignUpStatus(sign_up_id=self.sign_up_id, state=pb.SIGN_UP_STATE_LAPSED)

    def show_review(self, sign_up: pb.SignUpStatus) -> None:
        """Tell the operator why it waits and what may be done."""
        reasons = "; ".join(wording.review_reason(reason) for reason in sign_up.reasons)
        self.details.knows(f"held because of {reasons}")
        self.details.stands(
            "InReview",
            "an operator's decision; without one the sign-up lapses",
            sign_up.lapses_at,
            _UPDATES,
        )
