"""The RPCs about the reseller status: protobuf to domain and back."""

from datetime import datetime
from uuid import UUID

from casella.ordering.v1 import ordering_pb2
from casella.ordering.v1.ordering_pb2_grpc import OrderingServiceServicer
from services.kit.audit import steering_entry
from services.kit.context import check_own, current_call
from services.kit.interceptors.around import Context
from services.kit.paging import page_by_moment
from services.kit.requests import Requests
from services.kit.validation import Violations, checked_uuid
from services.ordering.domain.reseller import Decision, Declaration, ResellerEnd
from services.ordering.enums import DECISIONS, RESELLER_ENDS
from services.ordering.messages import CATALOGUE
from services.ordering.orders.checks import check_client
from services.ordering.resellers.service import Resellers, Standing, Verdict
from services.ordering.resellers.texts import DECLARATION, DECLARATION_VERSION
from services.ordering.resellers.wire import advanced_message, status_message

_WITH_REASON = (Decision.REFUSE, Decision.WITHDRAW)


class ResellerRpcs(OrderingServiceServicer):
    """GetResellerStatus, RequestResellerStatus, AdvanceReseller, RecordResellerTraining, DecideReseller and
    ListResellersInReview.
    """

    _resellers: Resellers
    _requests: Requests

    async def GetResellerStatus(
        self, request: ordering_pb2.GetResellerStatusRequest, context: Context
    ) -> ordering_pb2.GetResellerStatusResponse:
        """Read a status, measured now."""
        account_id = check_own(checked_uuid("account_id", request.account_id))
        return ordering_pb2.GetResellerStatusResponse(
            status=status_message(await self._resellers.get(account_id)),
            declaration_version=DECLARATION_VERSION,
            declaration_text=DECLARATION[current_call().language],
        )

    async def RequestResellerStatus(
        self, request: ordering_pb2.RequestResellerStatusRequest, context: Context
    ) -> ordering_pb2.RequestResellerStatusResponse:
        """Take a request with its declaration."""
        violations = Violations(catalogue=CATALOGUE)
        account_id = violations.uuid("account_id", request.account_id)
        if not request.resells:
            violations.add("resells", "resale_not_declared")
        if request.declaration_version != DECLARATION_VERSION:
            violations.add("declaration_version", "declaration_not_shown")
        declaration = Declaration(
            DECLARATION_VERSION,
            violations.language("language", request.language),
            *check_client(violations, "client", request.client),
        )
        call = self._requests.call(
            request.request_id, violations, account=account_id, version=request.declaration_version,
            language=request.language,
        )  # fmt: skip
        violations.check()
        standing = await self._resellers.ask(call, check_own(account_id), declaration)
        return ordering_pb2.RequestResellerStatusResponse(status=status_message(standing))

    async def AdvanceReseller(
        self, request: ordering_pb2.AdvanceResellerRequest, context: Context
    ) -> ordering_pb2.AdvanceResellerResponse:
        """Measure what is due."""
        account_id = checked_uuid("account_id", request.account_id)
        return advanced_message(await self._resellers.advance(account_id))

    async def RecordResellerTraining(
        self, request: ordering_pb2.RecordResellerTrainingRequest, context: Context
    ) -> ordering_pb2.RecordResellerTrainingResponse:
        """Note the training."""
        violations = Violations(catalogue=CATALOGUE)
        account_id = violations.uuid("account_id", request.account_id)
        call = self._requests.call(request.request_id, violations, account=account_id)
        source = f"request:{request.request_id}"
        entry = steering_entry(violations, request.steering, "reseller_training", account_id, source=source)
        violations.check()
        standing = await self._resellers.record_training(call, account_id, entry)
        return ordering_pb2.RecordResellerTrainingResponse(status=status_message(standing))

    async def DecideReseller(
        self, request: ordering_pb2.DecideResellerRequest, context: Context
    ) -> ordering_pb2.DecideResellerResponse:
        """Take a decision."""
        violations = Violations(catalogue=CATALOGUE)
        account_id = violations.uuid("account_id", request.account_id)
        decision = DECISIONS.chosen(violations, "decision", request.decision, Decision.KEEP)
        verdict = Verdict(
            decision,
            _reason(violations, request, decision),
            request.override,
            violations.recipient("recipient", request.recipient),
        )
        call = self._requests.call(
            request.request_id, violations, account=account_id, decision=request.decision, reason=request.reason,
            override=request.override,
        )  # fmt: skip
        source = f"request:{request.request_id}"
        entry = steering_entry(violations, request.steering, f"reseller_{decision}", account_id, source=source)
        violations.check()
        standing = await self._resellers.decide(call, account_id, verdict, entry)
        return ordering_pb2.DecideResellerResponse(status=status_message(standing))

    async def ListResellersInReview(
        self, request: ordering_pb2.ListResellersInReviewRequest, context: Context
    ) -> ordering_pb2.ListResellersInReviewResponse:
        """List what waits for an operator."""
        violations = Violations()
        page = page_by_moment(violations, request.page)
        violations.check()
        read = await self._resellers.in_review(page.after, page.limit)
        shown, token = page.cut(read, _place)
        return ordering_pb2.ListResellersInReviewResponse(resellers=map(status_message, shown), next_page_token=token)


def _place(standing: Standing) -> tuple[datetime, UUID]:
    if standing.row is None:
        raise AssertionError("what waits for an operator was asked for")
    return standing.row.requested_at, standing.account_id


def _reason(
    violations: Violations, request: ordering_pb2.DecideResellerRequest, decision: Decision
) -> ResellerEnd | None:
    """What the customer is told: with a refusal or a withdrawal, and with nothing else."""
    if decision in _WITH_REASON:
        return RESELLER_ENDS.chosen(violations, "reason", request.reason, ResellerEnd.OTHER)
    if request.reason:
        violations.add("reason", "must_be_empty")
    return None
