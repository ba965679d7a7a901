"""Trial with a customer, somebody who has not confirmed yet, and a sign-up that waits for an operator."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from uuid import UUID

from casella.trial.v1 import trial_pb2 as pb
from services.kit.core import Core
from services.kit.password_hashes import PasswordHashes
from services.kit.server import Room
from services.kit.tokens import AccessTokens
from services.trial.__main__ import assemble
from services.trial.policy import Policy
from tests.hostile.stages.stage import Stage
from tests.ordering.town import running_dns
from tests.support.room import private_key_file, running_room
from tests.trial.clients import PASSWORD, PRIVACY, TERMS, Visitors
from tests.trial.conftest import POLICY

EMAIL = "anna@v1.demo.example"


@asynccontextmanager
async def trial(database_url: str, folder: Path, policy: Policy = POLICY) -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        hashes = stack.enter_context(PasswordHashes())
        dns = await running_dns(stack)

        def build(core: Core) -> Room:
            return assemble(core, policy, hashes, AccessTokens.from_file(private_key_file(folder), core.clock), dns)

        room = await stack.enter_async_context(running_room("trial", database_url, build, folder))
        visitors = Visitors(room)
        customer = await visitors.confirmed(email=EMAIL)
        token = await visitors.token()
        held = await visitors.sign_up(email="anna+again@v1.demo.example")
        assert (await visitors.state(held)).state == pb.SIGN_UP_STATE_IN_REVIEW
        session = await visitors.log_in(EMAIL)
        words = {
            "account_id": customer.id,
            "sign_up_id": held,
            "token": token,
            "refresh_token": session.session.refresh_token,
            "password": PASSWORD,
            "email": EMAIL,
            "SignUp.email": "carla@v9.demo.example",
            "consents": [TERMS, PRIVACY],
            "days": 7,
        }
        yield Stage(room, UUID(customer.id), words)
