"""The RPCs about the tax of orders and periods: protobuf to domain and back."""

from datetime import timedelta
from uuid import UUID

from casella.ordering.v1 import ordering_pb2
from casella.ordering.v1.ordering_pb2_grpc import OrderingServiceServicer
from services.kit.audit import steering_entry
from services.kit.clock import Clock
from services.kit.interceptors.around import Context
from services.kit.paging import page_by_id
from services.kit.requests import Requests
from services.kit.validation import Violations
from services.kit.wire import to_duration, to_timestamp
from services.ordering.domain.tax_waiting import TaxDecision
from services.ordering.enums import FINDINGS, TAX_DECISIONS, TAX_NEXTS
from services.ordering.messages import CATALOGUE
from services.ordering.orders.wire import order_message
from services.ordering.subscriptions.confirming import Confirming
from services.ordering.subscriptions.wire import period_message
from services.ordering.taxing.decided import Decided
from services.ordering.taxing.proofs import Proofs
from services.ordering.taxing.proving import Proving
from services.ordering.taxing.service import Taxing
from services.ordering.taxing.standing import TaxStanding
from services.ordering.taxing.store import VatCheck
from services.ordering.taxing.wire import proof_from, proof_message, seen_from

PROVE_BUSINESS = "prove_business"
"""Its name in the audit trail."""
_NOTHING = UUID(int=0)


class TaxRpcs(OrderingServiceServicer):
    """SettleTax, DecideTax, ListVatChecks, RecordBusinessProof, ListBusinessProofs."""

    _taxing: Taxing
    _confirming: Confirming
    _proofs: Proofs
    _proving: Proving
    _requests: Requests
    _clock: Clock

    async def SettleTax(
        self, request: ordering_pb2.SettleTaxRequest, context: Context
    ) -> ordering_pb2.SettleTaxResponse:
        """Settle or confirm an order's tax, or confirm a period's."""
        violations = Violations()
        sold = _sold(violations, request)
        violations.check()
        if request.period_id:
            return _standing_message(await self._confirming.confirm(sold), self._clock)
        order, standing = await self._taxing.settle(sold)
        message = _standing_message(standing, self._clock)
        message.order.CopyFrom(order_message(order))
        return message

    async def DecideTax(
        self, request: ordering_pb2.DecideTaxRequest, context: Context
    ) -> ordering_pb2.DecideTaxResponse:
        """Settle the tax of an order or period by a decision."""
        violations = Violations(catalogue=CATALOGUE)
        sold = _sold(violations, request)
        decision = TAX_DECISIONS.chosen(violations, "decision", request.decision, TaxDecision.REFUSE)
        seen = seen_from(violations, request, decision)
        call = self._requests.call(
            request.request_id, violations, sold=sold, decision=request.decision, seen=request.seen
        )
        source = f"request:{request.request_id}"
        entry = steering_entry(violations, request.steering, f"tax_{decision}", sold, source=source)
        violations.check()
        decided = Decided(decision, entry, seen)
        if request.period_id:
            found = await self._confirming.decide(call, sold, decided)
            return ordering_pb2.DecideTaxResponse(period=period_message(found.period, found.subscription.language))
        order = await self._taxing.decide(call, sold, decided)
        return ordering_pb2.DecideTaxResponse(order=order_message(order))

    async def ListVatChecks(
        self, request: ordering_pb2.ListVatChecksRequest, context: Context
    ) -> ordering_pb2.ListVatChecksResponse:
        """List what VIES answered, newest first."""
        violations = Violations()
        account_id = violations.uuid("account_id", request.account_id)
        page = page_by_id(violations, request.page)
        violations.check()
        read = await self._proofs.list(account_id, after=page.after, limit=page.limit)
        checks, token = page.cut(read, lambda check: check.check_id)
        return ordering_pb2.ListVatChecksResponse(checks=map(_check_message, checks), next_page_token=token)

    async def RecordBusinessProof(
        self, request: ordering_pb2.RecordBusinessProofRequest, context: Context
    ) -> ordering_pb2.RecordBusinessProofResponse:
        """Keep what an operator saw as proof of business."""
        violations = Violations(catalogue=CATALOGUE)
        account_id = violations.uuid("account_id", request.account_id)
        seen = proof_from(violations, request.seen)
        call = self._requests.call(request.request_id, violations, account=account_id, seen=request.seen)
        source = f"request:{request.request_id}"
        entry = steering_entry(violations, request.steering, PROVE_BUSINESS, account_id, source=source)
        violations.check()
        proof = await self._proving.record(call, account_id, seen, entry)
        return ordering_pb2.RecordBusinessProofResponse(proof=proof_message(proof))

    async def ListBusinessProofs(
        self, request: ordering_pb2.ListBusinessProofsRequest, context: Context
    ) -> ordering_pb2.ListBusinessProofsResponse:
        """List what operators saw as proof of business, newest first."""
        violations = Violations()
        account_id = violations.uuid("account_id", request.account_id)
        page = page_by_id(violations, request.page)
        violations.check()
        read = await self._proofs.of_businesses(account_id, after=page.after, limit=page.limit)
        proofs, token = page.cut(read, lambda proof: proof.proof_id)
        return ordering_pb2.ListBusinessProofsResponse(proofs=map(proof_message, proofs), next_page_token=token)


def _sold(violations: Violations, request: ordering_pb2.SettleTaxRequest | ordering_pb2.DecideTaxRequest) -> UUID:
    """The order or the period that a request is about; refused where it names neither or both."""
    if bool(request.order_id) == bool(request.period_id):
        violations.add("order_id", "order_or_period")
        violations.add("period_id", "order_or_period")
        return _NOTHING
    field = "period_id" if request.period_id else "order_id"
    return violations.uuid(field, getattr(request, field))


def _standing_message(standing: TaxStanding, clock: Clock) -> ordering_pb2.SettleTaxResponse:
    check = standing.proof.check
    message = ordering_pb2.SettleTaxResponse(
        next=TAX_NEXTS[standing.next],
        finding=FINDINGS[said] if (said := standing.proof.said) else ordering_pb2.VAT_FINDING_UNSPECIFIED,
        vies_error=check.error if check else "",
        offered=[TAX_DECISIONS[decision] for decision in standing.offered],
    )
    if standing.decide_at is not None:
        message.decide_at.CopyFrom(to_timestamp(standing.decide_at))
    if standing.again_at is not None:
        message.ask_at.CopyFrom(to_timestamp(standing.again_at))
        message.wait.CopyFrom(to_duration(max(standing.again_at - clock.now(), timedelta())))
    return message


def _check_message(check: VatCheck) -> ordering_pb2.VatCheck:
    return ordering_pb2.VatCheck(
        check_id=str(check.check_id),
        vat_id=check.vat_id,
        requester=check.requester,
        asked_at=to_timestamp(check.asked_at),
        finding=FINDINGS[check.finding],
        consultation_number=check.consultation_number,
        name=check.name,
        address=check.address,
        error=check.error,
    )
