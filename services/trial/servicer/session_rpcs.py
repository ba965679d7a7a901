"""Login and sessions: protobuf in, domain out, and back."""

from casella.trial.v1 import trial_pb2 as pb
from casella.trial.v1.trial_pb2_grpc import TrialServiceServicer
from services.trial.service.sessions import Sessions
from services.trial.servicer import checks, translate


class SessionRpcs(TrialServiceServicer):
    """The RPCs about sessions."""

    _sessions: Sessions

    async def LogIn(self, request: pb.LogInRequest, context: object) -> pb.LogInResponse:
        """Opens a session."""
        found = checks.violations()
        email = checks.email(found, "email", request.email)
        password = checks.password(found, "password", request.password)
        client = checks.client(found, request.client)
        found.check()
        session = await self._sessions.log_in(email, password, client)
        return pb.LogInResponse(account_id=str(session.account_id), session=translate.session(session))

    async def RefreshSession(self, request: pb.RefreshSessionRequest, context: object) -> pb.RefreshSessionResponse:
        """Continues a session."""
        found = checks.violations()
        token = checks.token(found, "refresh_token", request.refresh_token)
        found.check()
        return pb.RefreshSessionResponse(session=translate.session(await self._sessions.refresh(token)))

    async def LogOut(self, request: pb.LogOutRequest, context: object) -> pb.LogOutResponse:
        """Ends a session."""
        found = checks.violations()
        token = checks.token(found, "refresh_token", request.refresh_token)
        found.check()
        await self._sessions.log_out(token)
        return pb.LogOutResponse()
