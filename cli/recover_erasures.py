"""Finds the accounts that were erased before the rows were restored, and has each erased again."""

from collections.abc import Sequence

from casella.common.v1 import common_pb2
from casella.support.v1 import erasures_pb2
from casella.trial.v1 import trial_pb2
from cli import accounts, screen
from cli.rooms import Rooms
from cli.temporal import open_temporal
from workflows import names

_ENDED = f'WorkflowType = "{names.ERASURE}" AND ExecutionStatus = "Completed"'
_RESULT = "erased"
"""What such a run returns once it has erased."""


async def repeat(rooms: Rooms, named: Sequence[str], steering: common_pb2.Steering) -> None:
    """Repeat the erasures that Temporal knows as done and the rows do not, and those of the accounts named."""
    done = [await accounts.id_of(rooms, name) for name in named]
    done += [each for each in await _told_by_temporal(rooms) if each not in done]
    there = [each for each in done if await _is_there(rooms, each)]
    for account_id in there:
        if await _is_decided(rooms, account_id):
            screen.say(f"account {account_id}: decided already, it is erased again once the recovery has ended")
            continue
        asked = erasures_pb2.RepeatErasureRequest(account_id=account_id, steering=steering)
        await rooms.ask(rooms.erasures.RepeatErasure, asked)
        screen.say(f"account {account_id} is erased again, once the recovery has ended")
    if not there:
        screen.say("Temporal knows of no account that was erased and is there again")


async def _is_there(rooms: Rooms, account_id: str) -> bool:
    """Whether the rows have the account, and know of no erasure that is done."""
    known = await rooms.ask_for(rooms.trial.GetAccount, trial_pb2.GetAccountRequest(account_id=account_id))
    erasure = await _erasure(rooms, account_id)
    return known is not None and (erasure is None or erasure.state != erasures_pb2.ERASURE_STATE_ERASED)


async def _is_decided(rooms: Rooms, account_id: str) -> bool:
    """Whether its erasure is begun again."""
    erasure = await _erasure(rooms, account_id)
    return erasure is not None and erasure.state == erasures_pb2.ERASURE_STATE_APPROVED and erasure.email_skipped


async def _erasure(rooms: Rooms, account_id: str) -> erasures_pb2.Erasure | None:
    asked = erasures_pb2.GetErasureRequest(account_id=account_id)
    answer = await rooms.ask_for(rooms.erasures.GetErasure, asked)
    return None if answer is None else answer.erasure


async def _told_by_temporal(rooms: Rooms) -> list[str]:
    """The accounts whose Erasure has come to its end, as long ago as the namespace keeps closed runs."""
    found = []
    async with open_temporal(rooms.where) as client:
        async for each in client.list_workflows(_ENDED):
            run = client.get_workflow_handle(each.id, run_id=each.run_id, result_type=str)
            if await run.result() == _RESULT:
                found.append(each.id.partition(":")[2])
    return found
