"""Each branch of an erasure that money, a hold or a person decides, led by a script on the real Temporal server."""

import json
from dataclasses import dataclass, field

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.client import WorkflowUpdateFailedError

from casella.common.v1 import common_pb2, erasure_pb2, errors_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from casella.support.v1 import erasures_pb2 as pb
from casella.trial.v1 import trial_pb2
from services.kit.errors import Refusal, Refused
from services.kit.ids import new_id
from tests.fixtures.temporal import TestNamespace
from tests.workflows.orders import MOMENT
from tests.workflows.reading import personal
from tests.workflows.script import Answer, Run, Script, refuse, running
from workflows import names
from workflows.erasure_steps import ROOMS

WHY = {"reason_code": "customer_asked"}
INVOICES = erasure_pb2.ErasureFact(kind="invoices", count=2)


@dataclass
class Told:
    """What the services say of one account; a test changes it while the workflow runs."""

    account_id: str = field(default_factory=lambda: str(new_id()))
    erasure: pb.Erasure = field(default_factory=lambda: pb.Erasure(
        erasure_id=str(new_id()), cause=pb.ERASURE_CAUSE_ASKED, state=pb.ERASURE_STATE_WAITING,
        ticket_id=str(new_id()), requested_at=MOMENT, answer_by=MOMENT, told_message_id="1@casella.example",
    ))  # fmt: skip
    standing: ordering_pb2.GetStandingResponse = field(default_factory=ordering_pb2.GetStandingResponse)
    facts: dict[str, list[erasure_pb2.ErasureFact]] = field(default_factory=dict)

    def script(self, **changes: Answer) -> Script:
        """The services."""
        self.erasure.account_id = self.account_id
        answers: dict[str, Answer] = {
            "GetErasure": lambda _: pb.GetErasureResponse(erasure=self.erasure),
            "GetStanding": lambda _: self.standing,
            "GetContact": lambda _: trial_pb2.GetContactResponse(
                recipient=common_pb2.Recipient(email="anna.rossi@example.it", name="Anna Rossi")
            ),
            "ListErasureFacts": lambda request: erasure_pb2.ListErasureFactsResponse(
                facts=self.facts.get(request.room, ())
            ),
            "DecideErasure": self.decided,
            "BeginDueErasure": self.due,
            "BeginErasure": lambda _: ordering_pb2.BeginErasureResponse(),
            "GetWaitingMoney": lambda _: payments_pb2.GetWaitingMoneyResponse(),
            "SwitchOffAutomaticDebit": lambda _: payments_pb2.SwitchOffAutomaticDebitResponse(),
            "CloseAccount": self.closed,
            "ConfirmErasure": lambda _: pb.ConfirmErasureResponse(erasure=self.erasure),
            "SkipErasureEmail": lambda _: pb.SkipErasureEmailResponse(erasure=self.erasure),
            "ErasePersonalData": self.erased,
            "RecordErased": self.recorded,
        }
        return Script(answers | changes)

    def decided(self, request: pb.DecideErasureRequest) -> pb.DecideErasureResponse:
        """The decision is written."""
        self.erasure.state = pb.ERASURE_STATE_APPROVED if request.approve else pb.ERASURE_STATE_REFUSED
        return pb.DecideErasureResponse(erasure=self.erasure)

    def due(self, _: object) -> pb.BeginDueErasureResponse:
        """An erasure that nobody asked for."""
        self.erasure = pb.Erasure(
            erasure_id=str(new_id()), account_id=self.account_id, cause=pb.ERASURE_CAUSE_NEVER_PAID,
            state=pb.ERASURE_STATE_APPROVED,
        )  # fmt: skip
        return pb.BeginDueErasureResponse(erasure=self.erasure)

    def closed(self, _: object) -> ordering_pb2.CloseAccountResponse:
        """The account is closed, and its purge is quick."""
        self.standing.purged_at.CopyFrom(MOMENT)
        return ordering_pb2.CloseAccountResponse()

    def erased(self, request: erasure_pb2.ErasePersonalDataRequest) -> erasure_pb2.ErasePersonalDataResponse:
        """A row in every room."""
        rows = [erasure_pb2.ErasedRows(what="mails", rows=1)]
        return erasure_pb2.ErasePersonalDataResponse(
            erased=erasure_pb2.ErasedData(room=request.room, erased_at=MOMENT, rows=rows)
        )

    def recorded(self, _: object) -> pb.RecordErasedResponse:
        """The end is written."""
        self.erasure.state = pb.ERASURE_STATE_ERASED
        return pb.RecordErasedResponse(erasure=self.erasure)


async def look_again(run: Run) -> None:
    """Something has changed."""
    await run.handle.signal(names.ERASURE_CHANGED)


async def test_an_approved_request_ends_closes_purges_tells_erases_and_proves_in_this_order(
    temporal: TestNamespace,
) -> None:
    told = Told(facts={"invoicing": [INVOICES]})
    script = told.script()
    async with running(temporal, names.ERASURE, names.ERASURE_CHANGED, script, told.account_id) as run:
        shown = await run.details("### Waiting")
        assert "2 invoices and credit notes, which are kept for 10 years" in shown
        assert "`approve`" in shown
        assert "`refuse`" in shown
        assert await run.handle.execute_update("approve", WHY) == "approved"
        assert await run.end() == "erased"
        history = json.loads((await run.handle.fetch_history()).to_json())
    steps = ("DecideErasure", "BeginErasure", "CloseAccount", "ConfirmErasure", "ErasePersonalData", "RecordErased")
    made = script.order_of(*steps)
    assert [step for number, step in enumerate(made) if step not in made[:number]] == list(steps)
    assert [request.room for request in script.requests("ErasePersonalData")] == list(ROOMS)
    assert ROOMS[-1] == "trial"
    closing = script.requests("CloseAccount")[0]
    assert closing.reason == ordering_pb2.CLOSURE_REASON_ERASURE
    confirmed = script.requests("ConfirmErasure")[0]
    assert confirmed.invoices_kept
    assert confirmed.recipient.email == "anna.rossi@example.it"
    assert [part.room for part in script.requests("RecordErased")[0].proof] == list(ROOMS)
    assert personal(history, ["Rossi"]) == []


def fact(kind: str) -> erasure_pb2.ErasureFact:
    return erasure_pb2.ErasureFact(kind=kind, id="018f", amount=common_pb2.Money(minor=8540, currency="EUR"))


async def test_an_approval_of_what_was_not_shown_is_refused_once_and_says_what_is_new(temporal: TestNamespace) -> None:
    told = Told(facts={"ordering": [fact("order_open")]})
    script = told.script()
    async with running(temporal, names.ERASURE, names.ERASURE_CHANGED, script, told.account_id) as run:
        assert "order 018f waits for its payment" in await run.details("### Waiting")
        told.facts["ordering"] = [fact("order_paid")]
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await run.handle.execute_update("approve", WHY)
        assert "new: order 018f is paid, EUR 85.40 and not fulfilled yet; no more: order 018f waits" in str(
            refused.value.cause
        )
        assert script.requests("DecideErasure") == []
        assert "There is: order 018f is paid" in await run.details("what there is has changed: new: order 018f is paid")
        told.facts.clear()
        await look_again(run)
        await run.details("There is: nothing but the person")
        assert await run.handle.execute_update("approve", WHY) == "approved"
        assert await run.end() == "erased"
    assert len(script.requests("DecideErasure")) == 1


async def test_an_approval_that_meets_another_decision_is_refused(temporal: TestNamespace) -> None:
    told = Told()
    script = told.script(DecideErasure=lambda _: refuse(errors_pb2.REASON_ERASURE_STATE, "it waits for no decision"))
    async with running(temporal, names.ERASURE, names.ERASURE_CHANGED, script, told.account_id) as run:
        await run.details("### Waiting")
        with pytest.raises(WorkflowUpdateFailedError):
            await run.handle.execute_update("approve", WHY)
        await run.details("an update was refused: approve the erasure")
        assert "### Waiting" in await run.details("### Waiting")


async def test_a_refusal_takes_one_of_its_codes_and_tells_the_customer(temporal: TestNamespace) -> None:
    told = Told()
    script = told.script()
    async with running(temporal, names.ERASURE, names.ERASURE_CHANGED, script, told.account_id) as run:
        await run.details("### Waiting")
        with pytest.raises(WorkflowUpdateFailedError) as wrong:
            await run.handle.execute_update("refuse", {"reason_code": "no_time"})
        assert "one of identity_not_confirmed, legal_claim" in str(wrong.value.cause)
        assert await run.handle.execute_update("refuse", {"reason_code": "legal_claim"}) == (
            "refused: the data are needed for a legal claim, for example an unpaid amount"
        )
        assert await run.end() == "refused"
    decided = script.requests("DecideErasure")
    assert [(request.approve, request.steering.reason_code) for request in decided] == [(False, "legal_claim")]
    assert decided[0].recipient.email
    assert script.requests("BeginErasure") == []


async def test_a_request_that_the_customer_takes_back_ends(temporal: TestNamespace) -> None:
    told = Told()
    script = told.script()
    async with running(temporal, names.ERASURE, names.ERASURE_CHANGED, script, told.account_id) as run:
        await run.details("### Waiting")
        told.erasure.state = pb.ERASURE_STATE_WITHDRAWN
        await look_again(run)
        assert await run.end() == "withdrawn"
    assert script.requests("CloseAccount") == []


HOLDS = [
    ("ordering", "order_open", "waits for its payment"),
    ("ordering", "subscription_runs", "it ends at once"),
    ("ordering", "legal_hold", "casella hold release"),
    ("payments", "money_waiting", "casella show money"),
    ("payments", "mandate_active", "automatic debit"),
    ("payments", "mandate_ending", "automatic debit"),
    ("payments", "payment_processing", "a charge is being processed"),
    ("invoicing", "invoice_on_its_way", "is not at its end with the SdI"),
]


@pytest.mark.parametrize(("room", "kind", "named"), HOLDS, ids=[kind for _, kind, _ in HOLDS])
async def test_what_holds_an_approved_erasure_is_named_and_awaited(
    temporal: TestNamespace, room: str, kind: str, named: str
) -> None:
    told = Told(facts={room: [erasure_pb2.ErasureFact(kind=kind, id="018f", holds=True)]})
    told.erasure.state = pb.ERASURE_STATE_APPROVED
    script = told.script()
    async with running(temporal, names.ERASURE, names.ERASURE_CHANGED, script, told.account_id) as run:
        assert named in await run.details("### Held")
        assert script.requests("CloseAccount") == []
        told.facts.clear()
        await look_again(run)
        assert await run.end() == "erased"
    assert len(script.requests("BeginErasure")) >= 2
    switched_off = script.requests("SwitchOffAutomaticDebit")
    assert bool(switched_off) == (kind == "mandate_active")
    assert len({request.request_id for request in switched_off}) <= 1
    assert all(request.steering.reason_code == "profile_deletion" for request in switched_off)


@pytest.mark.parametrize("reason", [errors_pb2.REASON_LEGAL_HOLD, errors_pb2.REASON_MONEY_WAITING])
async def test_what_comes_between_the_look_and_the_closing_is_awaited_too(temporal: TestNamespace, reason: int) -> None:
    told = Told()
    told.erasure.state = pb.ERASURE_STATE_APPROVED
    refusals = [reason]

    def close(request: object) -> object:
        return refuse(refusals.pop()) if refusals else told.closed(request)

    script = told.script(CloseAccount=close)
    async with running(temporal, names.ERASURE, names.ERASURE_CHANGED, script, told.account_id) as run:
        await run.details("the account cannot be closed yet")
        await look_again(run)
        assert await run.end() == "erased"
    assert len(script.requests("CloseAccount")) == 2


async def test_nothing_is_erased_before_the_purge_is_complete(temporal: TestNamespace) -> None:
    told = Told()
    told.erasure.state = pb.ERASURE_STATE_APPROVED
    script = told.script(CloseAccount=lambda _: ordering_pb2.CloseAccountResponse())
    async with running(temporal, names.ERASURE, names.ERASURE_CHANGED, script, told.account_id) as run:
        assert f"purge:{told.account_id}" in await run.details("### Purging")
        assert script.requests("ConfirmErasure") == []
        told.standing.purged_at.CopyFrom(MOMENT)
        await look_again(run)
        assert await run.end() == "erased"


async def test_a_hold_between_two_services_stops_the_erasure_until_it_is_lifted(temporal: TestNamespace) -> None:
    told = Told()
    told.erasure.state = pb.ERASURE_STATE_APPROVED

    def erase(request: erasure_pb2.ErasePersonalDataRequest) -> object:
        told.standing.legal_hold = request.room == ROOMS[1]
        return told.erased(request)

    script = told.script(ErasePersonalData=erase)
    async with running(temporal, names.ERASURE, names.ERASURE_CHANGED, script, told.account_id) as run:
        await run.details("### Held")
        assert [request.room for request in script.requests("ErasePersonalData")] == list(ROOMS[:2])
        told.standing.legal_hold = False
        await look_again(run)
        assert await run.end() == "erased"
    assert [request.room for request in script.requests("ErasePersonalData")] == list(ROOMS)


async def test_nothing_is_erased_before_the_last_email_has_left_unless_an_operator_leaves_it_out(
    temporal: TestNamespace,
) -> None:
    told = Told()
    told.erasure.state = pb.ERASURE_STATE_APPROVED

    def confirm(_: object) -> object:
        if not told.erasure.email_skipped:
            raise Refused(grpc.StatusCode.UNAVAILABLE, Refusal(errors_pb2.REASON_NOT_READY, "not sent yet"))
        return pb.ConfirmErasureResponse(erasure=told.erasure)

    def skip(request: pb.SkipErasureEmailRequest) -> object:
        assert request.steering.reason_code == "address_gone"
        told.erasure.email_skipped = True
        return pb.SkipErasureEmailResponse(erasure=told.erasure)

    script = told.script(ConfirmErasure=retried(confirm), SkipErasureEmail=skip)
    async with running(temporal, names.ERASURE, names.ERASURE_CHANGED, script, told.account_id) as run:
        assert "`erase_without_email`" in await run.details("### Telling")
        assert script.requests("ErasePersonalData") == []
        await run.handle.execute_update("erase_without_email", {"reason_code": "address_gone"})
        assert await run.end() == "erased"


def retried(answer: Answer) -> Answer:
    """A refusal that may pass reaches the activity as a plain error, which Temporal retries."""

    def call(request: object) -> object:
        try:
            return answer(request)
        except Refused as refused:
            raise ConnectionError(str(refused)) from None

    return call


async def test_what_is_left_of_an_account_that_never_paid_is_erased_without_decision_or_email(
    temporal: TestNamespace,
) -> None:
    told = Told(standing=ordering_pb2.GetStandingResponse(erasure_due=True, purged_at=Timestamp(seconds=1)))
    told.erasure = pb.Erasure()
    script = told.script()
    async with running(temporal, names.ERASURE, names.ERASURE_CHANGED, script, told.account_id) as run:
        assert await run.end() == "erased"
    assert len(script.requests("BeginDueErasure")) == 1
    assert [request.room for request in script.requests("ErasePersonalData")] == list(ROOMS)
    for rpc in ("BeginErasure", "CloseAccount", "ConfirmErasure", "DecideErasure"):
        assert script.requests(rpc) == []


async def test_who_was_erased_before_a_restore_is_closed_purged_and_erased_and_told_nothing(
    temporal: TestNamespace,
) -> None:
    told = Told()
    told.erasure = pb.Erasure(
        erasure_id=str(new_id()), cause=pb.ERASURE_CAUSE_RESTORED, state=pb.ERASURE_STATE_APPROVED, email_skipped=True
    )
    script = told.script()
    async with running(temporal, names.ERASURE, names.ERASURE_CHANGED, script, told.account_id) as run:
        assert await run.end() == "erased"
    assert [len(script.requests(rpc)) for rpc in ("CloseAccount", "ConfirmErasure", "RecordErased")] == [1, 0, 1]
    assert script.requests("BeginErasure")
    assert [request.room for request in script.requests("ErasePersonalData")] == list(ROOMS)


async def test_money_that_nobody_settled_keeps_nothing_of_an_account_that_never_paid_but_a_mandate_ends_first(
    temporal: TestNamespace,
) -> None:
    told = Told(standing=ordering_pb2.GetStandingResponse(erasure_due=True, purged_at=Timestamp(seconds=1)))
    told.erasure = pb.Erasure()
    told.facts["payments"] = [
        erasure_pb2.ErasureFact(kind=kind, id="018f", holds=True) for kind in ("money_waiting", "mandate_active")
    ]
    script = told.script()
    async with running(temporal, names.ERASURE, names.ERASURE_CHANGED, script, told.account_id) as run:
        shown = await run.details("### Held")
        assert "automatic debit" in shown
        assert "money waits" not in shown
        told.facts["payments"].pop()
        await look_again(run)
        assert await run.end() == "erased"


async def test_a_run_without_anything_asked_or_due_ends(temporal: TestNamespace) -> None:
    told = Told()
    script = told.script(GetErasure=lambda _: refuse(errors_pb2.REASON_NOT_FOUND))
    async with running(temporal, names.ERASURE, names.ERASURE_CHANGED, script, told.account_id) as run:
        assert await run.end() == "nothing"


async def test_a_run_that_begins_again_after_the_address_was_erased_tells_nobody(temporal: TestNamespace) -> None:
    told = Told()
    told.erasure.state = pb.ERASURE_STATE_APPROVED
    told.standing.purged_at.CopyFrom(MOMENT)
    script = told.script(GetContact=lambda _: refuse(errors_pb2.REASON_NOT_FOUND))
    async with running(temporal, names.ERASURE, names.ERASURE_CHANGED, script, told.account_id) as run:
        assert await run.end() == "erased"
    assert not script.requests("ConfirmErasure")[0].HasField("recipient")


@pytest.mark.parametrize("update", ["approve", "refuse", "erase_without_email"])
async def test_an_update_that_makes_no_sense_now_is_refused_and_changes_nothing(
    temporal: TestNamespace, update: str
) -> None:
    told = Told(facts={"payments": [erasure_pb2.ErasureFact(kind="money_waiting", holds=True)]})
    told.erasure.state = pb.ERASURE_STATE_APPROVED
    script = told.script()
    async with running(temporal, names.ERASURE, names.ERASURE_CHANGED, script, told.account_id) as run:
        await run.details("### Held")
        with pytest.raises(WorkflowUpdateFailedError) as wrong:
            await run.handle.execute_update(update, {"reason_code": "legal_claim"})
        assert "is Held" in str(wrong.value.cause)
    assert script.requests("DecideErasure") == []
    assert script.requests("SkipErasureEmail") == []
