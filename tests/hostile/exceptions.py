"""Where an answer differs from what the generated cases ask for, and why that is right."""

from casella.common.v1 import errors_pb2
from tests.hostile.bad import Case
from tests.hostile.calling import Ended
from tests.hostile.contracts import Rpc

UNREAD = {
    "IssueProforma party.phone": "no document names the customer's phone number",
    "IssueAdvanceInvoice party.phone": "no document names the customer's phone number",
    "IssueInvoice party.phone": "no document names the customer's phone number",
    "DecideErasure recipient": "of an approval the customer is told at its end, to the address of then",
    "MeasurePeriod seen": "read with the decision that rests on a proof alone",
    "ExportRefunds request_id": "the repetition of a file is found by its message id",
    "ExportRefunds message_id": "the bank's, which is no UUID",
    "SendMandateEmail account_id": "by it the worker finds the address",
    "ChargePaymentRequest steering": "read of a charge before its day alone",
    "TakeWebhookEvents events.cursor": "no delivery keeps it",
    "CheckProfile party.revision": "a dry run is of no revision",
}
"""Fields that an RPC does not read in the request that is tried here."""
COUNTED = {
    "LogIn": "each attempt counts, whatever becomes of it",
    "ConfirmErasure": "the email is written, and the answer waits until it has left",
}
"""RPCs that store something although they refuse."""

NO_CONTENT = {"client", "steering", "password", "recipient", "page", "period_id"}
"""Who asks from where, and secrets, are no content: a repetition may come from elsewhere. A period's id follows from
its subscription and number."""


def unread(rpc: Rpc, case: Case) -> bool:
    """Whether what is bad is in a field that nobody reads."""
    parts = case.path.split(".")
    return any(f"{rpc.name} {'.'.join(parts[:end])}" in UNREAD for end in range(1, len(parts) + 1))


def counted(rpc: Rpc) -> bool:
    """Whether a refusal of this RPC may store something."""
    return rpc.name in COUNTED


def waits(ended: Ended) -> bool:
    """Whether the answer is to ask again: a neighbour that a test plays does not know an account, or a mail waits."""
    return ended.reason == errors_pb2.Reason.Name(errors_pb2.REASON_NOT_READY)
