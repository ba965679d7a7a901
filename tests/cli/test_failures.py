"""How a service's refusal reads on an operator's screen."""

import grpc

from casella.common.v1 import errors_pb2
from cli.failures import failure_of
from services.kit.errors import Refusal, Refused


def test_a_refusal_for_a_state_says_which_it_is() -> None:
    message = "The refund is not in a state that allows this."
    refusal = Refusal(errors_pb2.REASON_REFUND_STATE, message, {"state": "sent"})
    failure = failure_of(Refused(grpc.StatusCode.FAILED_PRECONDITION, refusal))
    assert failure.message == "refused, the refund is not in a state that allows this: it is sent (REFUND_STATE)"
