"""Each branch of the reseller status that a measuring or an operator decides, led by a script on the real server."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from google.protobuf.duration_pb2 import Duration
from temporalio.client import WorkflowUpdateFailedError

from casella.common.v1 import common_pb2, errors_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from casella.trial.v1 import trial_pb2
from services.kit.ids import new_id
from tests.fixtures.temporal import TestNamespace
from tests.workflows.orders import LONG, MOMENT
from tests.workflows.reading import texts
from tests.workflows.script import Answer, Run, Script, refuse, running
from workflows import names

SOON = Duration(nanos=50_000_000)
WHY = {"reason_code": "looked_at"}
TO_ANNA = common_pb2.Recipient(email="zenobia@b.example", name="Zenobia", language=common_pb2.LANGUAGE_IT)
KINDS = [
    pb.RESELLER_REQUIREMENT_KIND_MAILBOXES,
    pb.RESELLER_REQUIREMENT_KIND_OTHER_DOMAINS,
    pb.RESELLER_REQUIREMENT_KIND_RESALE,
    pb.RESELLER_REQUIREMENT_KIND_TRAINING,
]


def requirements(*missing: pb.ResellerRequirementKind) -> list[pb.ResellerRequirement]:
    return [
        pb.ResellerRequirement(kind=kind, met=kind not in missing, found=int(kind not in missing), wanted=1)
        for kind in KINDS
    ]


@dataclass
class Told:
    """What ordering says of one account; a test changes it while the workflow runs."""

    account_id: str = field(default_factory=lambda: str(new_id()))
    state: pb.ResellerState = pb.RESELLER_STATE_REQUESTED
    missing: list[pb.ResellerRequirementKind] = field(default_factory=list)
    failing: bool = False
    wait: Duration = field(default_factory=lambda: LONG)

    @property
    def status(self) -> pb.ResellerStatus:
        status = pb.ResellerStatus(
            account_id=self.account_id, state=self.state, requirements=requirements(*self.missing),
            requested_at=MOMENT, approved_at=MOMENT, check_at=MOMENT,
        )  # fmt: skip
        if self.failing:
            status.failing_since.CopyFrom(MOMENT)
        return status

    def script(self, **changes: Answer) -> Script:
        """The services."""
        answers: dict[str, Answer] = {
            "GetContact": lambda _: trial_pb2.GetContactResponse(recipient=TO_ANNA),
            "AdvanceReseller": self.advanced,
            "RecordResellerTraining": self.trained,
            "DecideReseller": self.decided,
        }
        return Script(answers | changes)

    def advanced(self, _: object) -> pb.AdvanceResellerResponse:
        """Open ones are measured again."""
        is_open = self.state in (pb.RESELLER_STATE_REQUESTED, pb.RESELLER_STATE_APPROVED)
        return pb.AdvanceResellerResponse(status=self.status, wait=self.wait if is_open else None)

    def trained(self, _: object) -> pb.RecordResellerTrainingResponse:
        self.missing = [kind for kind in self.missing if kind != pb.RESELLER_REQUIREMENT_KIND_TRAINING]
        return pb.RecordResellerTrainingResponse(status=self.status)

    def decided(self, request: pb.DecideResellerRequest) -> Any:
        match request.decision:
            case pb.RESELLER_DECISION_APPROVE:
                if self.missing and not request.override:
                    return refuse(errors_pb2.REASON_RESELLER_STATE, "a requirement is missing")
                self.state = pb.RESELLER_STATE_APPROVED
            case pb.RESELLER_DECISION_REFUSE:
                self.state = pb.RESELLER_STATE_REFUSED
            case pb.RESELLER_DECISION_WITHDRAW:
                self.state = pb.RESELLER_STATE_WITHDRAWN
            case _:
                self.failing = False
        return pb.DecideResellerResponse(status=self.status)


def of(temporal: TestNamespace, script: Script) -> Any:
    return running(temporal, names.RESELLER_STATUS, names.RESELLER_CHANGED, script)


async def refusal(run: Run, update: str, data: object) -> str:
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await run.handle.execute_update(update, data)
    return str(refused.value.cause)


async def test_a_request_is_trained_for_approved_and_later_withdrawn(temporal: TestNamespace) -> None:
    told = Told(missing=[pb.RESELLER_REQUIREMENT_KIND_TRAINING])
    script = told.script()
    async with of(temporal, script) as run:
        shown = await run.details("### InReview")
        assert "missing: training: not recorded" in shown
        assert all(f"`{update}`" in shown for update in ("record_training", "approve_reseller", "refuse_reseller"))
        assert "a requirement is missing" in await refusal(run, "approve_reseller", WHY)
        assert await run.handle.execute_update("record_training", WHY) == "noted; every requirement is met"
        assert "the training is recorded already" in await refusal(run, "record_training", WHY)
        assert await run.handle.execute_update("approve_reseller", WHY) == "approved"
        shown = await run.details("### Approved")
        assert "`withdraw_reseller`" in shown
        data = {"customer_reason": "no_resale", **WHY}
        assert await run.handle.execute_update("withdraw_reseller", data) == "withdrawn"
        assert await run.end() == "withdrawn"
    _, approved, withdrawn = script.requests("DecideReseller")
    assert (approved.recipient, approved.override, approved.steering.actor != "") == (TO_ANNA, False, True)
    assert withdrawn.reason == pb.RESELLER_END_REASON_NO_RESALE


async def test_a_missing_requirement_can_be_overridden(temporal: TestNamespace) -> None:
    told = Told(missing=[pb.RESELLER_REQUIREMENT_KIND_MAILBOXES])
    script = told.script()
    async with of(temporal, script) as run:
        shown = await run.details("missing: mailboxes: 0 of at least 1")
        assert '{"override": true, "reason_code": "missing_accepted"}' in shown
        assert "all_met" not in shown
        await run.handle.execute_update("approve_reseller", {"override": True, **WHY})
        await run.details("### Approved")
    assert [request.override for request in script.requests("DecideReseller")] == [True]


async def test_a_request_is_refused_with_a_reason_to_the_customer(temporal: TestNamespace) -> None:
    told = Told()
    script = told.script()
    async with of(temporal, script) as run:
        await run.details("### InReview")
        assert "customer_reason: what the customer is told" in await refusal(run, "refuse_reseller", WHY)
        await run.handle.execute_update("refuse_reseller", {"customer_reason": "training", **WHY})
        assert await run.end() == "refused"
    assert [request.reason for request in script.requests("DecideReseller")] == [pb.RESELLER_END_REASON_TRAINING]


async def test_a_failing_requirement_needs_an_operator_until_it_is_met_again(temporal: TestNamespace) -> None:
    told = Told(state=pb.RESELLER_STATE_APPROVED, wait=SOON)
    script = told.script()
    async with of(temporal, script) as run:
        await run.details("### Approved")
        told.missing, told.failing = [pb.RESELLER_REQUIREMENT_KIND_OTHER_DOMAINS], True
        shown = await run.details("### NeedsOperator")
        assert "missing: domains other than the own: 0 of at least 1" in shown
        assert all(f"`{update}`" in shown for update in ("keep_reseller", "withdraw_reseller"))
        told.missing, told.failing = [], False
        shown = await run.details("### Approved")
        assert "no requirement fails any more" in shown
    assert script.requests("DecideReseller") == []  # nothing is withdrawn by itself


async def test_an_operator_keeps_a_status_that_fails(temporal: TestNamespace) -> None:
    told = Told(state=pb.RESELLER_STATE_APPROVED, missing=[pb.RESELLER_REQUIREMENT_KIND_MAILBOXES], failing=True)
    async with of(temporal, told.script()) as run:
        await run.details("### NeedsOperator")
        assert await run.handle.execute_update("keep_reseller", WHY) == "approved"
        shown = await run.details("### Approved")
        assert "no requirement fails any more" not in shown
        assert "until then the status is kept although a requirement fails (missing: mailboxes" in shown
        assert "does not wait for this: it is Approved" in await refusal(run, "keep_reseller", WHY)


@pytest.mark.parametrize(
    ("update", "data", "said"),
    [
        ("approve_reseller", {"override": "yes", **WHY}, "override: true, without quotes"),
        ("approve_reseller", {"overide": True, **WHY}, "overide: no such field"),
        ("refuse_reseller", {"customer_reason": 1, **WHY}, "customer_reason: what the customer is told, one of"),
        ("record_training", {"reason_code": "Mr Rossi was here"}, "reason_code: 2 to 40"),
        ("withdraw_reseller", {"customer_reason": "other", **WHY}, "does not wait for this: it is InReview"),
        ("keep_reseller", WHY, "does not wait for this: it is InReview"),
    ],
)
async def test_a_wrong_update_is_refused_with_what_would_be_right(
    temporal: TestNamespace, update: str, data: object, said: str
) -> None:
    script = Told().script()
    async with of(temporal, script) as run:
        await run.details("### InReview")
        assert said in await refusal(run, update, data)
    assert script.requests("DecideReseller") == []


async def test_a_closed_account_ends_it(temporal: TestNamespace) -> None:
    told = Told(state=pb.RESELLER_STATE_APPROVED)
    async with of(temporal, told.script()) as run:
        await run.details("### Approved")
        told.state = pb.RESELLER_STATE_ENDED
        await run.handle.signal(names.RESELLER_CHANGED)
        assert await run.end() == "ended"


async def test_nothing_of_the_customer_stands_in_the_history(temporal: TestNamespace) -> None:
    told = Told()
    async with of(temporal, told.script()) as run:
        await run.details("### InReview")
        await run.handle.execute_update("refuse_reseller", {"customer_reason": "other", **WHY})
        await run.end()
        history = json.loads((await run.handle.fetch_history()).to_json())
    told_of = list(texts(history))
    assert any("refuse the reseller status" in text for text in told_of)
    assert not [text for text in told_of if "zenobia" in text.lower()]
