"""Mailboxes with a customer who has a domain and a mailbox, and one whom nothing was opened for yet."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from casella.mailboxes.v1 import mailboxes_pb2 as pb
from services.kit.ids import new_id
from services.kit.wire import to_date
from tests.hostile.stages.stage import Stage
from tests.mailboxes.clients import PASSWORD, new_customer, unlock, unlock_monthly
from tests.mailboxes.conftest import running_mailboxes


@asynccontextmanager
async def mailboxes(database_url: str, folder: Path) -> AsyncIterator[Stage]:
    async with running_mailboxes(database_url, folder) as room:
        customer = await new_customer(room)
        await customer.add_domain("rossi.example")
        await customer.add_domain("empty.example")
        mailbox = await customer.create_mailbox("anna@rossi.example")
        buyer, monthly = await new_customer(room), await new_customer(room)
        await unlock(room, buyer, s8=2)
        await unlock_monthly(room, monthly, 5)
        today = to_date(room.clock.now().date())
        words = {
            "account_id": customer.id,
            "mailbox_id": mailbox.mailbox_id,
            "address": "anna@rossi.example",
            "password": PASSWORD,
            "name": "empty.example",
            "domain": "rossi.example",
            "recipients": 1,
            "mailboxes": 2,
            "size": pb.MAILBOX_SIZE_8_GB,
            "options": None,
            "first": today,
            "last": today,
            "addition": None,
            "contract_ended": None,
            "ordered": None,
            "AddDomain.name": "bianchi.example",
            "CreateMailbox.address": "bruno@rossi.example",
        }
        stage = Stage(room, customer.uuid, words, stranger=(await new_customer(room)).uuid)
        stage.words["UnlockAccount.account_id"] = (await new_customer(room)).id
        stage.words["UnlockAccount.billing"] = 2
        for rpc in ("TakeBackPlaces", "SuspendAccount", "ResumeAccount"):
            stage.words[f"{rpc}.account_id"] = buyer.id
        stage.words["ConfirmContract.account_id"] = monthly.id
        stage.words["OpenAccount.account_id"] = str(new_id())
        yield stage
