"""How customers are told of transfers that have left, led by a script on the real Temporal server."""

from typing import Any
from uuid import uuid4

from casella.common.v1 import errors_pb2
from casella.payments.v1 import payments_pb2 as pb
from casella.trial.v1 import trial_pb2
from tests.fixtures.temporal import TestNamespace
from tests.workflows.script import Script, refuse, running
from tests.workflows.test_money_branches import ACCOUNT
from tests.workflows.test_money_emails import ANNA
from workflows import names

UNTOLD = [str(uuid4()) for _ in range(2)]


def world(**answers: Any) -> Script:
    """Payments, which knows of which refunds nobody was told; and trial, which knows whom to tell."""
    return Script({
        "ListUntoldRefunds": lambda _: pb.ListUntoldRefundsResponse(refund_ids=UNTOLD),
        "GetRefund": lambda _: pb.GetRefundResponse(refund=pb.Refund(account_id=ACCOUNT)),
        "GetContact": lambda _: trial_pb2.GetContactResponse(recipient=ANNA),
        "SendRefundEmail": lambda request: pb.SendRefundEmailResponse(
            erased=request.recipient.erased, written=not request.recipient.erased
        ),
        **answers,
    })  # fmt: skip


async def test_each_untold_customer_is_told_and_the_history_names_nobody(temporal: TestNamespace) -> None:
    script = world()
    async with running(temporal, names.TELL_OF_REFUNDS, names.LOOK_AGAIN, script) as run:
        assert await run.end() == "2 customers told"
        history = str(await run.handle.fetch_history())
        for secret in ("anna@example.it", "Quattrocchi"):
            assert secret not in history
    sent = script.requests("SendRefundEmail")
    assert [(each.refund_id, each.recipient) for each in sent] == [(refund_id, ANNA) for refund_id in UNTOLD]
    assert [each.account_id for each in script.requests("GetContact")] == [ACCOUNT] * 2


async def test_nobody_is_told_of_a_refund_of_an_erased_account(temporal: TestNamespace) -> None:
    script = world(GetContact=lambda _: refuse(errors_pb2.REASON_NOT_FOUND))
    async with running(temporal, names.TELL_OF_REFUNDS, names.LOOK_AGAIN, script) as run:
        assert await run.end() == "0 customers told"
    assert [each.recipient.erased for each in script.requests("SendRefundEmail")] == [True, True]
