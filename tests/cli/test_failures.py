"""How a service's refusal reads on an operator's screen."""

import grpc
import pytest
from grpc.aio import AioRpcError, Metadata

from casella.common.v1 import errors_pb2
from cli.failures import Unreachable, failure_of
from cli.rooms import unanswered
from services.kit.errors import CasellaError, NotReady, Refusal, Refused
from services.kit.recovery_hold import RecoveryUnderWay
from services.kit.statuses import DETAILS_KEY, encode


def test_a_refusal_for_a_state_says_which_it_is() -> None:
    message = "The refund is not in a state that allows this."
    refusal = Refusal(errors_pb2.REASON_REFUND_STATE, message, {"state": "sent"})
    failure = failure_of(Refused(grpc.StatusCode.FAILED_PRECONDITION, refusal))
    assert failure.message == "refused, the refund is not in a state that allows this: it is sent (REFUND_STATE)"


@pytest.mark.parametrize(("error", "known"), [(RecoveryUnderWay(), True), (NotReady(), False)])
def test_of_a_call_that_a_recovery_holds_it_is_known_that_nothing_was_done(error: CasellaError, *, known: bool) -> None:
    away = Metadata((DETAILS_KEY, encode(error).SerializeToString()))
    failure = unanswered("invoicing", "an address", AioRpcError(grpc.StatusCode.UNAVAILABLE, Metadata(), away))
    assert isinstance(failure, Unreachable) != known
    assert ("invoicing did nothing: The rows were restored" in failure.message) == known
