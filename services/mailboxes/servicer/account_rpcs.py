"""Accounts: protobuf in, domain out, and back."""

from collections.abc import Sequence
from uuid import UUID

from casella.common.v1 import common_pb2
from casella.mailboxes.v1 import mailboxes_pb2 as pb
from casella.mailboxes.v1.mailboxes_pb2_grpc import MailboxesServiceServicer
from services.kit import wire
from services.kit.audit import AuditEntry, steering_entry
from services.kit.context import check_own, current_call
from services.kit.enums import EnumTable
from services.kit.requests import Requests
from services.kit.validation import Violations, checked_uuid
from services.mailboxes.domain.states import Billing, Feature, SuspensionCause
from services.mailboxes.service.accounts import Accounts
from services.mailboxes.service.purges import Purges
from services.mailboxes.servicer import checks, translate

BILLINGS = EnumTable(
    {
        Billing.MONTHLY: common_pb2.BILLING_PERIOD_MONTHLY,
        Billing.ANNUAL: common_pb2.BILLING_PERIOD_ANNUAL,
    }
)
CAUSES = EnumTable(
    {
        SuspensionCause.UNPAID: pb.SUSPENSION_CAUSE_UNPAID,
        SuspensionCause.ENDED: pb.SUSPENSION_CAUSE_ENDED,
        SuspensionCause.WITHDRAWN: pb.SUSPENSION_CAUSE_WITHDRAWN,
    }
)
_WORKER = "worker"
_OPERATOR = "operator"


class AccountRpcs(MailboxesServiceServicer):
    """The RPCs about accounts."""

    _requests: Requests
    _accounts: Accounts
    _purges: Purges

    async def GetAllowance(self, request: pb.GetAllowanceRequest, context: object) -> pb.GetAllowanceResponse:
        """Reads what an account may use and what it uses."""
        account_id = checked_uuid("account_id", request.account_id)
        # A customer and ordering speak of accounts that exist; worker and operator may ask for any.
        exists = current_call().caller not in {_WORKER, _OPERATOR}
        allowance = await self._accounts.allowance(check_own(account_id), may_be_opening=exists)
        return pb.GetAllowanceResponse(allowance=translate.allowance(allowance))

    async def OpenAccount(self, request: pb.OpenAccountRequest, context: object) -> pb.OpenAccountResponse:
        """Opens an account with the trial's limits."""
        account_id = checked_uuid("account_id", request.account_id)
        return pb.OpenAccountResponse(allowance=translate.allowance(await self._accounts.open(account_id)))

    async def RestrictAccount(self, request: pb.RestrictAccountRequest, context: object) -> pb.RestrictAccountResponse:
        """Stops sending and growing after the trial's end."""
        account_id = checked_uuid("account_id", request.account_id)
        return pb.RestrictAccountResponse(allowance=translate.allowance(await self._accounts.restrict(account_id)))

    async def ReopenAccount(self, request: pb.ReopenAccountRequest, context: object) -> pb.ReopenAccountResponse:
        """Gives a restricted account its trial back."""
        account_id = checked_uuid("account_id", request.account_id)
        return pb.ReopenAccountResponse(allowance=translate.allowance(await self._accounts.reopen(account_id)))

    async def UnlockAccount(self, request: pb.UnlockAccountRequest, context: object) -> pb.UnlockAccountResponse:
        """Unlocks an account for a paid order, or adds to its places, once an order."""
        found = checks.violations()
        account_id = found.uuid("account_id", request.account_id)
        order_id = found.uuid("order_id", request.order_id)
        billing = BILLINGS.chosen(found, "billing", request.billing, Billing.MONTHLY)
        sizes: dict[int, int] = {}
        found.between("mailboxes", request.mailboxes, 1 if billing is Billing.ANNUAL else 0, checks.MOST_MAILBOXES)
        if billing is Billing.ANNUAL or (request.sizes and BILLINGS.word(request.billing) is None):
            sizes = _sizes(found, request.sizes, request.mailboxes)  # beside a billing that says nothing about them too
        elif request.addition:
            found.add("addition", "must_be_empty")
        ordered = checks.ordered(found, request.ordered, request.mailboxes)
        found.check()
        if request.addition:
            allowance, unlocked_at = await self._accounts.add(account_id, order_id, sizes, ordered)
        else:
            allowance, unlocked_at = await self._accounts.unlock(
                account_id, order_id, billing, request.mailboxes, sizes, ordered
            )
        return pb.UnlockAccountResponse(
            allowance=translate.allowance(allowance), unlocked_at=wire.to_timestamp(unlocked_at)
        )

    async def TakeBackPlaces(self, request: pb.TakeBackPlacesRequest, context: object) -> pb.TakeBackPlacesResponse:
        """Takes back an addition's places, once an order."""
        found = checks.violations()
        account_id = found.uuid("account_id", request.account_id)
        order_id = found.uuid("order_id", request.order_id)
        mailboxes = sum(entry.mailboxes for entry in request.sizes)
        sizes = _sizes(found, request.sizes, mailboxes)
        ordered = checks.ordered(found, request.ordered, mailboxes)
        found.check()
        allowance = await self._accounts.take_back(account_id, order_id, sizes, ordered)
        return pb.TakeBackPlacesResponse(allowance=translate.allowance(allowance))

    async def SuspendAccount(self, request: pb.SuspendAccountRequest, context: object) -> pb.SuspendAccountResponse:
        """Suspends sending of an unlocked account."""
        found = checks.violations()
        account_id = found.uuid("account_id", request.account_id)
        entry = _steering(found, request.steering, "suspend_account", account_id)
        asked = CAUSES.wanted(found, "cause", request.cause)
        cause = asked if entry is None else SuspensionCause.OPERATOR
        call = self._requests.call(
            request.request_id, found, account_id=account_id, steering=request.steering, cause=request.cause
        )
        found.check()
        allowance = await self._accounts.suspend(call, account_id, entry, cause)
        return pb.SuspendAccountResponse(allowance=translate.allowance(allowance))

    async def ResumeAccount(self, request: pb.ResumeAccountRequest, context: object) -> pb.ResumeAccountResponse:
        """Ends a suspension."""
        found = checks.violations()
        account_id = found.uuid("account_id", request.account_id)
        entry = _steering(found, request.steering, "resume_account", account_id)
        call = self._requests.call(request.request_id, found, account_id=account_id, steering=request.steering)
        found.check()
        allowance = await self._accounts.resume(call, account_id, entry)
        return pb.ResumeAccountResponse(allowance=translate.allowance(allowance))

    async def ConfirmContract(self, request: pb.ConfirmContractRequest, context: object) -> pb.ConfirmContractResponse:
        """Ends the lower ceiling of a new monthly contract."""
        found = checks.violations()
        account_id = found.uuid("account_id", request.account_id)
        entry = _steering(found, request.steering, "confirm_contract", account_id)
        call = self._requests.call(request.request_id, found, account_id=account_id, steering=request.steering)
        found.check()
        allowance = await self._accounts.confirm(call, account_id, entry)
        return pb.ConfirmContractResponse(allowance=translate.allowance(allowance))

    async def SetFeature(self, request: pb.SetFeatureRequest, context: object) -> pb.SetFeatureResponse:
        """Switches a feature of one account off or on."""
        found = checks.violations()
        account_id = found.uuid("account_id", request.account_id)
        feature = translate.FEATURES.chosen(found, "feature", request.feature, Feature.SENDING)
        action = f"switch_{'off' if request.off else 'on'}_{feature}"
        entry = steering_entry(found, request.steering, action, account_id)
        call = self._requests.call(
            request.request_id,
            found,
            account_id=account_id,
            feature=feature,
            off=request.off,
            steering=request.steering,
        )
        found.check()
        allowance = await self._accounts.set_feature(call, account_id, feature, entry, off=request.off)
        return pb.SetFeatureResponse(allowance=translate.allowance(allowance))

    async def PurgeAccount(self, request: pb.PurgeAccountRequest, context: object) -> pb.PurgeAccountResponse:
        """Removes all domains and mailboxes for good."""
        account_id = checked_uuid("account_id", request.account_id)
        removed = await self._purges.purge(account_id, contract_ended=request.contract_ended)
        return pb.PurgeAccountResponse(domains_removed=removed.domains, mailboxes_removed=removed.mailboxes)

    async def ProvePurged(self, request: pb.ProvePurgedRequest, context: object) -> pb.ProvePurgedResponse:
        """Proves that nothing of a purged account is left."""
        account_id = checked_uuid("account_id", request.account_id)
        proof = await self._purges.prove(account_id)
        return pb.ProvePurgedResponse(
            domains=proof.domains,
            mailboxes=proof.mailboxes,
            mailboxes_in_mail_system=proof.in_mail_system,
            purged_at=wire.to_timestamp(proof.purged_at) if proof.purged_at else None,
        )


def _steering(found: Violations, message: common_pb2.Steering, action: str, account_id: UUID) -> AuditEntry | None:
    """Who suspends, resumes or confirms, and why: an operator says so, a workflow may."""
    if current_call().caller == _OPERATOR:
        return steering_entry(found, message, action, account_id)
    return steering_entry(found, message, action, account_id, source="") if message.ByteSize() else None


def _sizes(found: Violations, sizes: Sequence[pb.SizeCount], mailboxes: int) -> dict[int, int]:
    """The places of an annual order, per size in GB; they must add up to its number of mailboxes."""
    ordered: dict[int, int] = {}
    for index, entry in enumerate(found.at_most("sizes", sizes, len(pb.MailboxSize.items()))):
        size_gb = translate.SIZES.chosen(found, f"sizes[{index}].size", entry.size, 0)
        found.between(f"sizes[{index}].mailboxes", entry.mailboxes, 1, checks.MOST_MAILBOXES)
        if size_gb in ordered:
            found.add(f"sizes[{index}].size", "size_repeated")
        ordered[size_gb] = entry.mailboxes
    if not ordered:
        found.add("sizes", "required")
    elif sum(ordered.values()) != mailboxes:
        found.add("sizes", "sizes_do_not_add_up")
    return ordered
