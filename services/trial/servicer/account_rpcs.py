"""Accounts: protobuf in, domain out, and back."""

from casella.trial.v1 import trial_pb2 as pb
from casella.trial.v1.trial_pb2_grpc import TrialServiceServicer
from services.kit.clock import Clock
from services.kit.context import check_own
from services.kit.validation import checked_uuid
from services.trial.service.accounts import Accounts
from services.trial.servicer import checks, translate


class AccountRpcs(TrialServiceServicer):
    """The RPCs about accounts."""

    _clock: Clock
    _accounts: Accounts

    async def CloseLogin(self, request: pb.CloseLoginRequest, context: object) -> pb.CloseLoginResponse:
        """Closes a login for good."""
        account_id = checked_uuid("account_id", request.account_id)
        return pb.CloseLoginResponse(sessions_ended=await self._accounts.close_login(account_id))

    async def GetContact(self, request: pb.GetContactRequest, context: object) -> pb.GetContactResponse:
        """Reads who an account's emails go to."""
        account_id = checked_uuid("account_id", request.account_id)
        return pb.GetContactResponse(recipient=translate.recipient(await self._accounts.get(account_id)))

    async def GetAccount(self, request: pb.GetAccountRequest, context: object) -> pb.GetAccountResponse:
        """Reads an account."""
        account_id = checked_uuid("account_id", request.account_id)
        account = await self._accounts.get(check_own(account_id))
        return pb.GetAccountResponse(account=translate.account(account, self._clock.now()))

    async def FindAccount(self, request: pb.FindAccountRequest, context: object) -> pb.FindAccountResponse:
        """Finds an account by its address."""
        found = checks.violations()
        email = checks.email(found, "email", request.email)
        found.check()
        account = await self._accounts.find(email)
        return pb.FindAccountResponse(account=translate.account(account, self._clock.now()))

    async def ListConsents(self, request: pb.ListConsentsRequest, context: object) -> pb.ListConsentsResponse:
        """Reads the evidence of an account's consents."""
        account_id = checked_uuid("account_id", request.account_id)
        records = await self._accounts.list_consents(check_own(account_id))
        return pb.ListConsentsResponse(consents=map(translate.consent, records))
