"""The RPCs about the tax of orders: protobuf to domain and back."""

from datetime import timedelta

from casella.ordering.v1 import ordering_pb2
from casella.ordering.v1.ordering_pb2_grpc import OrderingServiceServicer
from services.kit.audit import steering_entry
from services.kit.clock import Clock
from services.kit.interceptors.around import Context
from services.kit.paging import page_by_id
from services.kit.requests import Requests
from services.kit.validation import Violations, checked_uuid
from services.kit.wire import to_duration, to_timestamp
from services.ordering.domain.tax_waiting import TaxDecision, TaxNext
from services.ordering.enums import FINDINGS, TAX_DECISIONS, TAX_NEXTS
from services.ordering.orders.wire import order_message
from services.ordering.taxing.proofs import Proofs
from services.ordering.taxing.service import Taxing, TaxStanding
from services.ordering.taxing.store import VatCheck


class TaxRpcs(OrderingServiceServicer):
    """SettleTax, DecideTax, ListVatChecks."""

    _taxing: Taxing
    _proofs: Proofs
    _requests: Requests
    _clock: Clock

    async def SettleTax(
        self, request: ordering_pb2.SettleTaxRequest, context: Context
    ) -> ordering_pb2.SettleTaxResponse:
        """Settle or confirm an order's tax."""
        standing = await self._taxing.settle(checked_uuid("order_id", request.order_id))
        return _standing_message(standing, self._clock)

    async def DecideTax(
        self, request: ordering_pb2.DecideTaxRequest, context: Context
    ) -> ordering_pb2.DecideTaxResponse:
        """Settle an order's tax by a decision."""
        violations = Violations()
        order_id = violations.uuid("order_id", request.order_id)
        decision = TAX_DECISIONS.chosen(violations, "decision", request.decision, TaxDecision.REFUSE)
        call = self._requests.call(request.request_id, violations, order=order_id, decision=request.decision)
        source = f"request:{request.request_id}"
        entry = steering_entry(violations, request.steering, f"tax_{decision}", order_id, source=source)
        violations.check()
        order = await self._taxing.decide(call, order_id, decision, entry)
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


def _standing_message(standing: TaxStanding, clock: Clock) -> ordering_pb2.SettleTaxResponse:
    order, check = standing.order, standing.proof.check
    message = ordering_pb2.SettleTaxResponse(
        order=order_message(order),
        next=TAX_NEXTS[standing.next],
        finding=FINDINGS[check.finding] if check else ordering_pb2.VAT_FINDING_UNSPECIFIED,
        vies_error=check.error if check else "",
        offered=[TAX_DECISIONS[decision] for decision in standing.offered],
    )
    if standing.next is TaxNext.ASK_AGAIN and order.tax_decide_at is not None:
        message.decide_at.CopyFrom(to_timestamp(order.tax_decide_at))
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
