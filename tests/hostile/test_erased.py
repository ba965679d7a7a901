"""An access token lives for five minutes: by that of whoever was erased meanwhile nothing is told or stored."""

import grpc
import pytest
from google.protobuf.message import Message

from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2
from casella.trial.v1 import trial_pb2
from tests.fixtures.postgres import TestDatabases
from tests.hostile.calling import process
from tests.hostile.contracts import FILES, rpcs_of
from tests.hostile.theatre import playing
from tests.hostile.wellformed import is_a_customers, wellformed
from tests.payments.standin import stripe_standin
from tests.stripe_standin.process import StripeProcess
from tests.support.erasing import erase

__all__ = ["stripe_standin"]

CLOSING: dict[str, dict[str, Message]] = {
    "trial": {"CloseLogin": trial_pb2.CloseLoginRequest()},
    "mailboxes": {"PurgeAccount": mailboxes_pb2.PurgeAccountRequest()},
    "ordering": {
        "BeginErasure": ordering_pb2.BeginErasureRequest(),
        "CloseAccount": ordering_pb2.CloseAccountRequest(reason=ordering_pb2.CLOSURE_REASON_ERASURE),
        "RecordPurged": ordering_pb2.RecordPurgedRequest(),
    },
}
"""What the worker does in a room before it has it erase an account."""
WITH_ROWS = {"trial", "mailboxes", "support"}
"""Where the stage's own customer can go at once; elsewhere somebody goes who has nothing there."""
SAYS_SO = {"SwitchOffAutomaticDebit"}
"""There is nothing to switch off, and the answer is empty; the id of the request is kept for 30 days."""
OF_THE_PERSON = (b"Rossi", b"rossi.example", b"demo.example", b"10.0.", b"Mozilla")


@pytest.mark.parametrize("room", list(FILES))
async def test_the_token_of_an_erased_account_is_told_nothing_and_stores_nothing(
    room: str, databases: TestDatabases, stripe_standin: StripeProcess, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with playing(room, databases, stripe_standin, tmp_path_factory.mktemp(room)) as theatre:
        stage, rpcs, faults = theatre.stage, {rpc.name: rpc for rpc in rpcs_of(room)}, []
        account = stage.account if room in WITH_ROWS else stage.stranger
        for name, request in CLOSING.get(room, {}).items():
            request.account_id = str(account)  # type: ignore[attr-defined]
            done = await theatre.caller.call(rpcs[name], request, process("worker"))
            assert done.code is grpc.StatusCode.OK, (name, done)
        await erase(stage.room, account)
        await theatre.rows.keep()
        token = stage.room.customer(account, "en")
        for rpc in filter(is_a_customers, rpcs.values()):
            asked = wellformed(rpc, stage, "customer")
            if "account_id" in rpc.request.DESCRIPTOR.fields_by_name:
                asked.account_id = str(account)  # type: ignore[attr-defined]
            ended = await theatre.caller.call(rpc, asked, (*process("gateway"), *token))
            said = ended.answer.SerializeToString() if ended.answer is not None else b""
            stored = await theatre.rows.put_back_if_changed() and (rpc.name not in SAYS_SO or said)
            if stored or any(word in said for word in OF_THE_PERSON):
                faults.append(f"{rpc}: {ended}")
        assert faults == []
