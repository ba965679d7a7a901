"""The RPCs about accounts: standing, closing, purge, holds."""

from casella.common.v1 import common_pb2
from casella.ordering.v1 import ordering_pb2
from casella.ordering.v1.ordering_pb2_grpc import OrderingServiceServicer
from services.kit.audit import KeptEntry, steering_entry
from services.kit.context import current_call
from services.kit.interceptors.around import Context
from services.kit.requests import Requests
from services.kit.validation import Violations, checked_uuid
from services.kit.wire import to_timestamp
from services.ordering.accounts.erasing import Erasures
from services.ordering.accounts.service import LIFT_HOLD, SET_HOLD, Accounts, WaitingFor
from services.ordering.accounts.store import AccountRow
from services.ordering.domain.states import ClosureReason
from services.ordering.enums import CLOSURES
from services.ordering.messages import CATALOGUE

_MOST_REMOVED = 10_000_000


class AccountRpcs(OrderingServiceServicer):
    """GetStanding, CloseAccount, GetClosure, RecordPurged, BeginErasure, SetLegalHold."""

    _accounts: Accounts
    _erasures: Erasures
    _requests: Requests

    async def GetStanding(
        self, request: ordering_pb2.GetStandingRequest, context: Context
    ) -> ordering_pb2.GetStandingResponse:
        """Read whether orders hold or end the trial; who set a hold is for operators, not for a history."""
        account_id = checked_uuid("account_id", request.account_id)
        found = await self._accounts.standing(account_id)
        hold = await self._accounts.hold(account_id) if current_call().caller == "operator" else None
        standing = found.standing
        purged_at = found.account.purged_at if found.account else None
        return ordering_pb2.GetStandingResponse(
            order_open=standing.open_order_id is not None,
            open_order_id=str(standing.open_order_id or ""),
            paid=standing.paid_order_id is not None,
            paid_order_id=str(standing.paid_order_id or ""),
            closed=found.account is not None and found.account.closed,
            legal_hold=found.account is not None and found.account.legal_hold,
            hold=None if hold is None else _hold(hold),
            erasure_due=purged_at is not None and await self._erasures.is_due(account_id),  # else the SQL need not ask
            purged_at=to_timestamp(purged_at) if purged_at else None,
            open_order_expires_at=to_timestamp(standing.open_order_expires_at)
            if standing.open_order_expires_at
            else None,
        )

    async def CloseAccount(
        self, request: ordering_pb2.CloseAccountRequest, context: Context
    ) -> ordering_pb2.CloseAccountResponse:
        """Close an account."""
        violations = Violations()
        account_id = violations.uuid("account_id", request.account_id)
        reason = CLOSURES.chosen(violations, "reason", request.reason, ClosureReason.TRIAL_ENDED)
        entries = [
            violations.uuid(f"money_entry_ids[{place}]", each) for place, each in enumerate(request.money_entry_ids)
        ]
        violations.check()
        money = WaitingFor(request.money_waiting, entries)
        closed = await self._accounts.close(account_id, reason, money)
        return ordering_pb2.CloseAccountResponse(closure=_closure(closed))

    async def GetClosure(
        self, request: ordering_pb2.GetClosureRequest, context: Context
    ) -> ordering_pb2.GetClosureResponse:
        """Read a closure."""
        account_id = checked_uuid("account_id", request.account_id)
        return ordering_pb2.GetClosureResponse(closure=_closure(await self._accounts.closure(account_id)))

    async def RecordPurged(
        self, request: ordering_pb2.RecordPurgedRequest, context: Context
    ) -> ordering_pb2.RecordPurgedResponse:
        """Write the purge's end."""
        violations = Violations()
        account_id = violations.uuid("account_id", request.account_id)
        domains = violations.between("domains_removed", request.domains_removed, 0, _MOST_REMOVED)
        mailboxes = violations.between("mailboxes_removed", request.mailboxes_removed, 0, _MOST_REMOVED)
        violations.check()
        purged = await self._accounts.record_purged(account_id, domains, mailboxes)
        return ordering_pb2.RecordPurgedResponse(closure=_closure(purged))

    async def BeginErasure(
        self, request: ordering_pb2.BeginErasureRequest, context: Context
    ) -> ordering_pb2.BeginErasureResponse:
        """End what stands against an erasure."""
        held = await self._erasures.begin(checked_uuid("account_id", request.account_id))
        return ordering_pb2.BeginErasureResponse(legal_hold=held)

    async def SetLegalHold(
        self, request: ordering_pb2.SetLegalHoldRequest, context: Context
    ) -> ordering_pb2.SetLegalHoldResponse:
        """Set or lift a hold."""
        violations = Violations(catalogue=CATALOGUE)
        account_id = violations.uuid("account_id", request.account_id)
        call = self._requests.call(request.request_id, violations, account=account_id, hold=request.hold)
        action = SET_HOLD if request.hold else LIFT_HOLD
        source = f"request:{request.request_id}"
        entry = steering_entry(violations, request.steering, action, account_id, source=source)
        violations.check()
        account, changed = await self._accounts.set_legal_hold(call, entry, hold=request.hold)
        purging = account.closed and account.purged_at is None
        return ordering_pb2.SetLegalHoldResponse(
            hold=account.legal_hold, closure=_closure(account) if purging else None, changed=changed
        )


def _hold(kept: KeptEntry) -> ordering_pb2.LegalHold:
    entry = kept.entry
    steering = common_pb2.Steering(
        actor=entry.actor, reason_code=entry.reason_code, ticket_id=str(entry.ticket_id or ""), source=entry.source
    )
    return ordering_pb2.LegalHold(set_at=to_timestamp(kept.at), steering=steering)


def _closure(account: AccountRow) -> ordering_pb2.Closure:
    if account.closure_reason is None or account.closed_at is None:
        raise AssertionError("an open account has no closure")
    return ordering_pb2.Closure(
        account_id=str(account.account_id),
        reason=CLOSURES[account.closure_reason],
        closed_at=to_timestamp(account.closed_at),
        legal_hold=account.legal_hold,
        purged_at=to_timestamp(account.purged_at) if account.purged_at else None,
    )
