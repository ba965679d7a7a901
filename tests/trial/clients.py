"""Who calls the room in these tests: visitors and customers through the gateway, the worker, the operator."""

import itertools
import re
from typing import TYPE_CHECKING, Any
from uuid import UUID

from casella.common.v1 import common_pb2
from casella.trial.v1 import trial_pb2 as pb
from casella.trial.v1.trial_pb2_grpc import TrialServiceStub
from tests.support.room import Metadata, TestRoom, request_id

if TYPE_CHECKING:
    from casella.trial.v1.trial_pb2_grpc import TrialServiceAsyncStub

PASSWORD = "perché no, domani?"
STEERING = common_pb2.Steering(actor="operator@provider", reason_code="asked_by_phone", source="update:1")
TERMS = pb.Consent(kind=pb.CONSENT_KIND_TERMS, document_version="2026-05", granted=True)
PRIVACY = pb.Consent(kind=pb.CONSENT_KIND_PRIVACY, document_version="2026-04", granted=True)
PROMOTIONAL = pb.Consent(kind=pb.CONSENT_KIND_PROMOTIONAL, document_version="2026-03", granted=False)


def stub(room: TestRoom, caller: str = "gateway") -> "TrialServiceAsyncStub":
    """The room as one of the processes calls it."""
    return TrialServiceStub(room.channel(caller))


def client(ip: str) -> common_pb2.ClientContext:
    return common_pb2.ClientContext(ip=ip, user_agent="Mozilla/5.0 (test)")


class Visitors:
    """Strangers, each from a network and a domain of their own unless a test says otherwise."""

    def __init__(self, room: TestRoom) -> None:
        self.room = room
        self.calls = stub(room)
        self._numbers = itertools.count(1)

    def form(self, **fields: Any) -> pb.SignUpRequest:
        """A form that is fine but for the fields given."""
        number = next(self._numbers)
        usual = {
            "request_id": request_id(),
            "first_name": "Anna",
            "last_name": "Rossi",
            "email": f"anna@v{number}.demo.example",
            "country": "IT",
            "language": common_pb2.LANGUAGE_IT,
            "consents": [TERMS, PRIVACY, PROMOTIONAL],
            "client": client(f"10.{number // 250}.{number % 250}.7"),
        }
        return pb.SignUpRequest(**{**usual, **fields})

    async def sign_up(self, **fields: Any) -> str:
        """Signs up; gives the sign-up's id."""
        return (await self.calls.SignUp(self.form(**fields))).sign_up_id

    async def token(self, **fields: Any) -> str:
        """Signs up and takes the token out of the email."""
        await self.room.empty_outbox()
        await self.sign_up(**fields)
        return await self.emailed_token()

    async def emailed_token(self) -> str:
        """The token of the newest confirmation email."""
        urls = [params["confirm_url"] for _, name, params in await self.room.mail_params() if name == "confirmation"]
        return token_of(urls[-1])

    async def confirm(self, token: str, password: str = PASSWORD, again: str = "") -> "Customer":
        """Opens the link; ``again`` is the request_id of a call that is repeated."""
        answer = await self.calls.ConfirmEmail(
            pb.ConfirmEmailRequest(
                request_id=again or request_id(), token=token, password=password, client=client("10.9.9.9")
            )
        )
        return Customer(self.room, answer.account_id)

    async def confirmed(self, **fields: Any) -> "Customer":
        """Signs up and confirms."""
        return await self.confirm(await self.token(**fields))

    async def state(self, sign_up_id: str) -> pb.SignUpStatus:
        """A sign-up as the operator sees it."""
        request = pb.GetSignUpRequest(sign_up_id=sign_up_id)
        return (await stub(self.room, "operator").GetSignUp(request)).sign_up

    async def log_in(
        self, email: str, password: str = PASSWORD, ip: str = "10.8.8.8", timeout: float | None = None
    ) -> pb.LogInResponse:
        asked = pb.LogInRequest(email=email, password=password, client=client(ip))
        return await self.calls.LogIn(asked, timeout=timeout)


class Customer:
    """Somebody with an account."""

    def __init__(self, room: TestRoom, account_id: str) -> None:
        self.room = room
        self.id = account_id
        self.calls = stub(room)
        self.worker = stub(room, "worker")

    @property
    def metadata(self) -> Metadata:
        """A token that is fresh by the room's clock."""
        return self.room.customer(UUID(self.id))

    async def trial(self) -> pb.Trial:
        request = pb.GetTrialRequest(account_id=self.id)
        return (await self.calls.GetTrial(request, metadata=self.metadata)).trial

    async def end(self, request: str | None = None) -> pb.Trial:
        """Ends the own trial."""
        message = pb.EndTrialRequest(request_id=request or request_id(), account_id=self.id)
        return (await self.calls.EndTrial(message, metadata=self.metadata)).trial

    async def extend(self, days: int, request: str | None = None) -> pb.Trial:
        """An operator extends the trial, through the workflow."""
        message = pb.ExtendTrialRequest(
            request_id=request or request_id(), account_id=self.id, days=days, steering=STEERING
        )
        return (await self.worker.ExtendTrial(message)).trial

    async def advance(self, *, order_open: bool = False, legal_hold: bool = False) -> pb.AdvanceTrialResponse:
        """What the workflow does at every date."""
        request = pb.AdvanceTrialRequest(account_id=self.id, order_open=order_open, legal_hold=legal_hold)
        return await self.worker.AdvanceTrial(request)

    async def buy(self, order_id: str | None = None) -> pb.Trial:
        message = pb.RecordPurchaseRequest(account_id=self.id, order_id=order_id or request_id())
        return (await self.worker.RecordPurchase(message)).trial

    async def close_login(self) -> int:
        return (await self.worker.CloseLogin(pb.CloseLoginRequest(account_id=self.id))).sessions_ended

    async def account(self) -> pb.Account:
        request = pb.GetAccountRequest(account_id=self.id)
        return (await stub(self.room, "operator").GetAccount(request)).account


def token_of(url: str) -> str:
    found = re.search(r"/confirm/([A-Za-z0-9_-]+)$", url)
    assert found is not None
    return found[1]
