"""Scenes of an account's end."""

from casella.ordering.v1 import ordering_pb2
from deploy.local.demo.stage import Stage, until
from deploy.local.demo.tale import Tale
from deploy.local.demo.trying import see
from services.kit.errors import Refused
from services.kit.wire import from_timestamp
from workflows import names


async def purge_is_proved(stage: Stage, tale: Tale) -> None:
    """The account is closed, and nothing of it is left."""
    account_id = tale.customer.account_id

    async def purged() -> ordering_pb2.Closure | None:
        request = ordering_pb2.GetClosureRequest(account_id=account_id)
        try:
            closure = (await stage.operator.ordering.GetClosure(request)).closure
        except Refused:  # not closed yet
            return None
        return closure if closure.HasField("purged_at") else None

    see(stage, tale, "Purge", names.purge_id(account_id))
    closure = await until(purged, "the purge")
    tale.became("account", "CLOSED", from_timestamp(closure.closed_at))
    tale.became("account", "PURGED", from_timestamp(closure.purged_at))
    stage.tell("purged: domains, mailboxes and login are gone for good, and the purge has proved it")
