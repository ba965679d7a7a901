"""ResellerStatus: a customer's request for the reseller status, the operator's decision, and the monthly measuring."""

from collections.abc import Mapping

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from casella.common.v1.common_pb2 import Subject
    from casella.ordering.v1 import ordering_pb2 as pb
    from workflows import names, wording, wording_contracts
    from workflows.activities.ordering import OrderingSteps
    from workflows.details import Details
    from workflows.process import Process
    from workflows.steering import (
        CUSTOMER_REASONS,
        NO_APPROVAL,
        NO_DATA,
        NO_REFUSAL,
        Approval,
        Refusal,
        Why,
        Wrong,
        check_approval,
        check_refusal,
        check_why,
        request_id,
        steering,
    )
    from workflows.steps import quickly

_REQUESTED, _APPROVED = "InReview", "Approved"
_TRAINING = 'notes that the training was done: `{"reason_code": "training_done"}`'
_APPROVE = 'grants the status from the next document on: `{"reason_code": "all_met"}`'
_OVERRIDE = (
    'grants the status although a requirement is missing: `{"override": true, "reason_code": "missing_accepted"}`'
)
_REASONS = f"customer_reason is one of {', '.join(CUSTOMER_REASONS)}"
_REFUSE = (
    "refuses the request and tells the customer why "
    f'({_REASONS}): `{{"customer_reason": "training", "reason_code": "training_missed"}}`'
)
_KEEP = 'leaves the status as it is until the next month\'s measuring: `{"reason_code": "mailboxes_coming"}`'
_WITHDRAW = (
    "takes the status away from the next document on and tells the customer why "
    f'({_REASONS}): `{{"customer_reason": "requirements", "reason_code": "too_few_mailboxes"}}`'
)
_AFTER = {
    pb.RESELLER_STATE_REFUSED: "nothing: the request was refused; the customer can ask again",
    pb.RESELLER_STATE_WITHDRAWN: "nothing: the status was withdrawn; the customer can ask again",
    pb.RESELLER_STATE_ENDED: "nothing: the account was closed",
}


@workflow.defn(name=names.RESELLER_STATUS)
class ResellerStatus(Process):
    """Measures by itself, tells an operator, and never grants or withdraws by itself."""

    @workflow.init
    def __init__(self, subject: Subject) -> None:
        """Begin with the account's id."""
        super().__init__(Details(f"Reseller status of account {subject.id}", f"casella show account {subject.id}"))
        self.account_id = subject.id
        self.failing = False
        self.missing = ""
        self.status = pb.ResellerStatus()

    @workflow.run
    async def run(self, subject: Subject) -> str:
        """Follow the newest request of the account with this id to its end: refused, withdrawn or ended."""
        self.details.concerns(account=subject.id, kind="RESELLER")
        return await self.follow(self.proceed)

    async def proceed(self) -> str:
        """The process."""
        while True:
            self.listen()
            due = await self.measure_what_is_due()
            self.show(due.status)
            if not due.HasField("wait"):
                return self.end(due.status.state)
            await self.wait(due.wait, "measure the requirements again")

    async def measure_what_is_due(self) -> pb.AdvanceResellerResponse:
        """Have ordering measure, each day while an operator is waited for and else each month."""
        request = pb.AdvanceResellerRequest(account_id=self.account_id)
        return await quickly(OrderingSteps.advance_reseller, request, "measure what is due of the requirements")

    @workflow.signal(name=names.RESELLER_CHANGED, description="The status was asked for, or has changed: look again.")
    def reseller_changed(self) -> None:
        """A request was made, or the account closed."""
        self.look_again()

    @workflow.update(description='Notes that the training was done. Data: {"reason_code": "training_done"}')
    async def record_training(self, why: Why = NO_DATA) -> str:
        """Record the training by an operator's word; tells what is still missing."""
        answer = await self.steer(
            OrderingSteps.record_reseller_training,
            pb.RecordResellerTrainingRequest(
                request_id=request_id(), account_id=self.account_id, steering=steering(why)
            ),
            "note the training",
        )
        self.status = answer.status
        self.details.steered(f"noted the training ({why.reason_code})")
        self.look_again()
        return f"noted; {_missing(answer.status) or 'every requirement is met'}"

    @record_training.validator
    def _may_record_training(self, why: Why = NO_DATA) -> None:
        check_why(why)
        self._must_stand(_REQUESTED, _APPROVED, names.NEEDS_OPERATOR)
        if any(each.kind == pb.RESELLER_REQUIREMENT_KIND_TRAINING and each.met for each in self.status.requirements):
            raise Wrong(f"the training is recorded already, {wording.day(self.status.training_at)}")

    @workflow.update(
        description="Grants the reseller status from the next document on; with a requirement missing only with "
        '"override": true. Data: {"override": false, "reason_code": "all_met"}'
    )
    async def approve_reseller(self, approval: Approval = NO_APPROVAL) -> str:
        """Decide for the customer."""
        return await self.decide(
            approval, pb.RESELLER_DECISION_APPROVE, "approve the reseller status", override=approval.override
        )

    @approve_reseller.validator
    def _may_approve(self, approval: Approval = NO_APPROVAL) -> None:
        check_approval(approval)
        self._must_stand(_REQUESTED)

    @workflow.update(
        description="Refuses the request; the customer is told why and can ask again. "
        'Data: {"customer_reason": "training", "reason_code": "training_missed"}'
    )
    async def refuse_reseller(self, refusal: Refusal = NO_REFUSAL) -> str:
        """Decide against the customer."""
        return await self.decide(
            refusal, pb.RESELLER_DECISION_REFUSE, "refuse the reseller status", reason=refusal.customer_reason
        )

    @refuse_reseller.validator
    def _may_refuse(self, refusal: Refusal = NO_REFUSAL) -> None:
        check_refusal(refusal)
        self._must_stand(_REQUESTED)

    @workflow.update(
        description="Keeps the status although a requirement fails, until the next month's measuring. "
        'Data: {"reason_code": "mailboxes_coming"}'
    )
    async def keep_reseller(self, why: Why = NO_DATA) -> str:
        """Leave it as it is."""
        return await self.decide(why, pb.RESELLER_DECISION_KEEP, "keep the reseller status")

    @keep_reseller.validator
    def _may_keep(self, why: Why = NO_DATA) -> None:
        check_why(why)
        self._must_stand(names.NEEDS_OPERATOR)

    @workflow.update(
        description="Withdraws the status from the next document on; the customer is told why and can ask again. "
        'Data: {"customer_reason": "requirements", "reason_code": "too_few_mailboxes"}'
    )
    async def withdraw_reseller(self, refusal: Refusal = NO_REFUSAL) -> str:
        """Take the status away."""
        return await self.decide(
            refusal, pb.RESELLER_DECISION_WITHDRAW, "withdraw the reseller status", reason=refusal.customer_reason
        )

    @withdraw_reseller.validator
    def _may_withdraw(self, refusal: Refusal = NO_REFUSAL) -> None:
        check_refusal(refusal)
        self._must_stand(_APPROVED, names.NEEDS_OPERATOR)

    def _must_stand(self, *states: str) -> None:
        if self.details.state not in states:
            raise Wrong(f"the reseller status does not wait for this: it is {self.details.state or 'being read'}")

    async def decide(
        self, why: Why, decision: pb.ResellerDecision, what: str, *, reason: str = "", override: bool = False
    ) -> str:
        """Carry the decision to ordering, which tells the customer, with who took it and why."""
        told = f"RESELLER_END_REASON_{reason.upper()}" if reason else None
        answer = await self.steer(
            OrderingSteps.decide_reseller,
            pb.DecideResellerRequest(
                request_id=request_id(),
                account_id=self.account_id,
                decision=decision,
                reason=told,
                override=override,
                steering=steering(why),
            ),
            what,
        )
        customer = f", the customer is told: {reason}" if reason else ""
        against = " with a requirement missing" if answer.status.overridden and override else ""
        self.details.steered(f"decided: {what}{against} ({why.reason_code}{customer})")
        self.look_again()
        return wording_contracts.reseller_state(answer.status.state).lower()

    def show(self, status: pb.ResellerStatus) -> None:
        """Tell the operator how each requirement stands, and what is waited for."""
        self.status, missing = status, _missing(status)
        self.details.knows("; ".join(wording_contracts.requirement(each) for each in status.requirements))
        if status.state == pb.RESELLER_STATE_REQUESTED:
            self.details.happened(f"the status was asked for {wording.day(status.requested_at)}", once=True)
            self.details.stands(
                _REQUESTED,
                f"an operator's decision; {missing or 'every requirement is met'}. Measured again each day",
                updates={
                    "record_training": _TRAINING,
                    "approve_reseller": _OVERRIDE if missing else _APPROVE,
                    "refuse_reseller": _REFUSE,
                },
            )
        elif status.state == pb.RESELLER_STATE_APPROVED:
            self.show_approved(status, missing)

    def show_approved(self, status: pb.ResellerStatus, missing: str) -> None:
        """Tell the operator that the status stands, and whether a measured requirement fails."""
        self.details.happened(f"the status was granted {wording.day(status.approved_at)}", once=True)
        failing = status.HasField("failing_since")
        if self.failing and not missing:
            self.details.happened("no requirement fails any more")
        elif missing and missing != self.missing:
            self.details.happened(f"a requirement fails: {missing}")
        self.failing, self.missing = bool(missing), missing
        updates: Mapping[str, str] = {"withdraw_reseller": _WITHDRAW}
        if failing:
            self.details.stands(
                names.NEEDS_OPERATOR,
                f"nothing by itself but a measuring each day, which clears this once it is met again: {missing}, since "
                f"{wording.day(status.failing_since)}. The prices stay until an operator withdraws the status",
                updates={"keep_reseller": _KEEP, **updates},
            )
            return
        kept = f"; until then the status is kept although a requirement fails ({missing})" if missing else ""
        self.details.stands(_APPROVED, f"the next measuring of the requirements{kept}", status.check_at, updates)

    def end(self, state: pb.ResellerState) -> str:
        """Say how it ended."""
        end = wording_contracts.reseller_state(state)
        self.details.happened(f"the reseller status: {end.lower()}", once=True)
        self.details.stands(end, _AFTER[state])
        return end.lower()


def _missing(status: pb.ResellerStatus) -> str:
    """What is missing, in words; empty where nothing is."""
    missing = [wording_contracts.requirement(each) for each in status.requirements if not each.met]
    return f"missing: {'; '.join(missing)}" if missing else ""
