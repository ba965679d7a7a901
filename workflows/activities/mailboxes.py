"""Activities that ask the mailboxes service: thin clients that decide nothing."""

from typing import TYPE_CHECKING

from casella.mailboxes.v1 import mailboxes_pb2 as pb
from workflows.activities.calls import step

if TYPE_CHECKING:  # these names are in the stubs for type checkers only
    from casella.mailboxes.v1.mailboxes_pb2_grpc import MailboxesServiceAsyncStub


class MailboxesSteps:
    """The mailboxes service as the workflows see it."""

    def __init__(self, mailboxes: "MailboxesServiceAsyncStub") -> None:
        """Take the service's stub."""
        self._mailboxes = mailboxes

    @step("OpenAccount")
    async def open_account(self, request: pb.OpenAccountRequest) -> pb.OpenAccountResponse:
        """Open the account with the trial's limits."""
        return await self._mailboxes.OpenAccount(request)

    @step("RestrictAccount")
    async def restrict(self, request: pb.RestrictAccountRequest) -> pb.RestrictAccountResponse:
        """Stop sending and anything new after the trial's end."""
        return await self._mailboxes.RestrictAccount(request)

    @step("ReopenAccount")
    async def reopen(self, request: pb.ReopenAccountRequest) -> pb.ReopenAccountResponse:
        """Give the trial back after an extension."""
        return await self._mailboxes.ReopenAccount(request)

    @step("UnlockAccount")
    async def unlock(self, request: pb.UnlockAccountRequest) -> pb.UnlockAccountResponse:
        """Unlock the account for a paid order."""
        return await self._mailboxes.UnlockAccount(request)

    @step("TakeBackPlaces")
    async def take_back(self, request: pb.TakeBackPlacesRequest) -> pb.TakeBackPlacesResponse:
        """Take back what a withdrawn addition brought."""
        return await self._mailboxes.TakeBackPlaces(request)

    @step("ConfirmContract")
    async def confirm_contract(self, request: pb.ConfirmContractRequest) -> pb.ConfirmContractResponse:
        """End the lower ceiling of a new monthly contract."""
        return await self._mailboxes.ConfirmContract(request)

    @step("SuspendAccount")
    async def suspend(self, request: pb.SuspendAccountRequest) -> pb.SuspendAccountResponse:
        """Stop sending; reading stays possible."""
        return await self._mailboxes.SuspendAccount(request)

    @step("ResumeAccount")
    async def resume(self, request: pb.ResumeAccountRequest) -> pb.ResumeAccountResponse:
        """Let the account send again."""
        return await self._mailboxes.ResumeAccount(request)

    @step("PurgeAccount")
    async def purge(self, request: pb.PurgeAccountRequest) -> pb.PurgeAccountResponse:
        """Remove domains and mailboxes for good."""
        return await self._mailboxes.PurgeAccount(request)

    @step("ProvePurged")
    async def prove_purged(self, request: pb.ProvePurgedRequest) -> pb.ProvePurgedResponse:
        """Count what is left of a purged account."""
        return await self._mailboxes.ProvePurged(request)
