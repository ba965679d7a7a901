"""Where an answer differs from what the generated cases ask for, and by which words of the contract that is right."""

import re
from pathlib import Path

from casella.common.v1 import errors_pb2
from tests.hostile.bad import Case
from tests.hostile.calling import Ended
from tests.hostile.contracts import Rpc

_PHONE = ("message BillingParty", "No document names it: invoicing neither reads nor keeps it.")
UNREAD = {
    "IssueProforma party.phone": _PHONE,
    "IssueAdvanceInvoice party.phone": _PHONE,
    "IssueInvoice party.phone": _PHONE,
    "PrepareResend party.phone": _PHONE,
    "DecideErasure recipient": ("message DecideErasureRequest", "Who is told of a refusal"),
    "MeasurePeriod steering": ("message MeasurePeriodRequest", "Who decided and why; read with a decision alone."),
    "MeasurePeriod seen": ("message MeasurePeriodRequest", "not read where none was taken"),
    "ExportRefunds request_id": ("message ExportRefundsRequest", "with a message id it is not looked at"),
    "ExportRefunds message_id": ("message ExportRefundsRequest", "Message id of an earlier file"),
    "ExportRefunds steering": ("message ExportRefundsRequest", "Who and why; for a new file."),
    "SendMandateEmail account_id": ("message SendMandateEmailRequest", "by which the activity finds the recipient"),
    "ChargePaymentRequest steering": ("message ChargePaymentRequestRequest", "Who and why; only with `early`."),
    "TakeWebhookEvents events.cursor": ("message TakeWebhookEventsRequest", "The `cursor` of each is not read."),
}
"""Fields that an RPC does not read in the request that is tried here, or reads as something else than their name says;
and where its contract says so."""
COUNTED = {
    "LogIn": ("rpc LogIn", "Each attempt counts towards the limits, whatever becomes of it."),
    "ConfirmErasure": ("rpc ConfirmErasure", "UNAVAILABLE until the mail server has taken it"),
}
"""RPCs that store something although they refuse."""
NO_CONTENT = {"client", "steering", "password", "recipient", "period_id"}
"""Who asks from where, and secrets, are no content: a repetition may come from elsewhere (docs/integrating.md,
"Idempotency"). A period's id follows from its subscription and number."""
THE_SAME = {"CreateMailbox size MAILBOX_SIZE_UNSPECIFIED": ("message CreateMailboxRequest", "unspecified means 8 GB")}
"""Cases that are the same content as before, said otherwise."""


def unread(rpc: Rpc, case: Case) -> str | None:
    """The exception under which what is bad is in a field that nobody reads."""
    parts = case.path.split(".")
    names = (f"{rpc.name} {'.'.join(parts[:end])}" for end in range(1, len(parts) + 1))
    return next((name for name in names if name in UNREAD), None)


def counted(rpc: Rpc) -> bool:
    """Whether a refusal of this RPC may store something."""
    return rpc.name in COUNTED


def waits(ended: Ended) -> bool:
    """Whether the answer is to ask again: a neighbour that a test plays does not know an account, or a mail waits."""
    return ended.reason == errors_pb2.Reason.Name(errors_pb2.REASON_NOT_READY)


def said_of(thing: str) -> str:
    """The comments at a message and its fields, or at an RPC, in one line: `message BillingParty`, `rpc LogIn`."""
    protos = "\n".join(path.read_text() for path in sorted(Path("protos").rglob("*.proto")))
    if thing.startswith("rpc "):
        [found] = re.findall(rf"((?:^  //.*\n)+)  {thing}\(", protos, re.MULTILINE)
    else:
        [found] = re.findall(rf"^{thing} {{\n(.*?)^}}", protos, re.MULTILINE | re.DOTALL)
    return re.sub(r"\s*\n\s*// ", " ", found)
