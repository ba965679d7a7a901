"""SignUp: a sign-up that the security checks held for an operator's decision, until it is decided or lapses."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from casella.common.v1.common_pb2 import Subject
    from casella.trial.v1 import trial_pb2 as pb
    from workflows import names
    from workflows.activities.trial import TrialSteps
    from workflows.details import Details
    from workflows.process import Process
    from workflows.steering import Why, Wrong, check_why, request_id, steering
    from workflows.steps import StepRefused, quickly, visibly

_ENDS = {
    pb.SIGN_UP_STATE_AWAITING_CONFIRMATION: "allowed",
    pb.SIGN_UP_STATE_CONFIRMED: "allowed",
    pb.SIGN_UP_STATE_DENIED: "denied",
    pb.SIGN_UP_STATE_LAPSED: "lapsed",
}


@workflow.defn(name=names.SIGN_UP)
class SignUp(Process):
    """Waits for ``allow`` or ``deny``; after 72 hours without either the sign-up lapses."""

    @workflow.run
    async def run(self, subject: Subject) -> str:
        """Follow the sign-up with this id to its end: allowed, denied or lapsed."""
        self.sign_up_id = subject.id
        self.details = Details(f"Sign-up {subject.id}", "casella signups")
        return await self.follow(self.proceed)

    async def proceed(self) -> str:
        """The process."""
        while (sign_up := await self.read()).state == pb.SIGN_UP_STATE_IN_REVIEW:
            self.show_review(sign_up)
            if not await self.wait(sign_up.lapses_in, "the sign-up lapses"):
                await self.let_lapse()
        end = _ENDS[sign_up.state]
        self.details.stands(end.capitalize())
        self.details.happened(end)
        return end

    @workflow.signal(name=names.SIGN_UP_RECEIVED, description="A sign-up waits for a decision: look at it.")
    def sign_up_received(self) -> None:
        """The sign-up service has a row for this workflow."""
        self.look_again()

    @workflow.update(description="Allows the sign-up: the confirmation email goes out.")
    async def allow(self, why: Why) -> str:
        """Decide for the visitor."""
        return await self.decide(why, allow=True)

    @workflow.update(description="Denies the sign-up: nothing is sent, the address may sign up again.")
    async def deny(self, why: Why) -> str:
        """Decide against the visitor."""
        return await self.decide(why, allow=False)

    @allow.validator
    def _may_allow(self, why: Why) -> None:
        self._may_decide(why)

    @deny.validator
    def _may_deny(self, why: Why) -> None:
        self._may_decide(why)

    def _may_decide(self, why: Why) -> None:
        check_why(why)
        if self.details.state != "InReview":
            raise Wrong("the sign-up is decided already")

    async def decide(self, why: Why, *, allow: bool) -> str:
        """Carry the decision to the trial service, with who took it and why."""
        answer = await visibly(
            TrialSteps.decide_sign_up,
            pb.DecideSignUpRequest(
                request_id=request_id(), sign_up_id=self.sign_up_id, allow=allow, steering=steering(why)
            ),
            "allow the sign-up" if allow else "deny the sign-up",
        )
        self.look_again()
        return _ENDS.get(answer.sign_up.state, "in review")

    async def let_lapse(self) -> None:
        """Nobody decided in time."""
        await quickly(
            TrialSteps.decide_sign_up,
            pb.DecideSignUpRequest(request_id=str(workflow.uuid4()), sign_up_id=self.sign_up_id, allow=False),
            "let the sign-up lapse",
        )

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
        self.details.happened(f"held for review: {', '.join(sign_up.reasons)}")
        self.details.stands(
            "InReview",
            "an operator's decision, or it lapses",
            sign_up.lapses_at,
            allow="sends the confirmation email; give a reason_code",
            deny="ends it without an email; give a reason_code",
        )
