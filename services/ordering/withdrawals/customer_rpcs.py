"""The RPCs about withdrawals that a consumer uses, and an operator for one that came in another way."""

from datetime import date

from casella.ordering.v1 import ordering_pb2
from casella.ordering.v1.ordering_pb2_grpc import OrderingServiceServicer
from services.kit.audit import steering_entry
from services.kit.context import owner_filter
from services.kit.interceptors.around import Context
from services.kit.paging import page_by_id
from services.kit.requests import Requests
from services.kit.validation import Violations, checked_uuid
from services.ordering.messages import CATALOGUE
from services.ordering.orders.checks import check_client, check_hash, check_label
from services.ordering.withdrawals.service import Confirmation, Notice, Withdrawals
from services.ordering.withdrawals.wire import found_message, withdrawal_message


class CustomerWithdrawalRpcs(OrderingServiceServicer):
    """GetWithdrawal, WithdrawFromContract, ListOpenWithdrawals."""

    _withdrawals: Withdrawals
    _requests: Requests

    async def GetWithdrawal(
        self, request: ordering_pb2.GetWithdrawalRequest, context: Context
    ) -> ordering_pb2.GetWithdrawalResponse:
        """Read what there is to say of withdrawing."""
        order_id = checked_uuid("order_id", request.order_id)
        return found_message(await self._withdrawals.read(order_id, owner_filter()))

    async def WithdrawFromContract(
        self, request: ordering_pb2.WithdrawFromContractRequest, context: Context
    ) -> ordering_pb2.WithdrawFromContractResponse:
        """Name every bad field, or take the notice."""
        violations = Violations(catalogue=CATALOGUE)
        order_id = violations.uuid("order_id", request.order_id)
        confirmation = request.confirmation
        call = self._requests.call(
            request.request_id, violations, order=order_id, label=confirmation.label, language=confirmation.language,
            statement=confirmation.statement_hash, declared_on=request.declared_on,
        )  # fmt: skip
        if owner_filter() is None:
            declared_on = _declared_on(violations, request)
            source = f"request:{request.request_id}"
            entry = steering_entry(violations, request.steering, "record_withdrawal", order_id, source=source)
            violations.check()
            notice = Notice(order_id, None, declared_on=declared_on, entry=entry)
        else:
            confirmed = _confirmation(violations, request)
            violations.check()
            notice = Notice(order_id, owner_filter(), confirmed)
        withdrawal = await self._withdrawals.withdraw(call, notice)
        return ordering_pb2.WithdrawFromContractResponse(withdrawal=withdrawal_message(withdrawal))

    async def ListOpenWithdrawals(
        self, request: ordering_pb2.ListOpenWithdrawalsRequest, context: Context
    ) -> ordering_pb2.ListOpenWithdrawalsResponse:
        """List the withdrawals that are not finished."""
        violations = Violations()
        page = page_by_id(violations, request.page)
        violations.check()
        read = await self._withdrawals.list_open(after=page.after, limit=page.limit)
        shown, token = page.cut(read, lambda each: each.order_id)
        return ordering_pb2.ListOpenWithdrawalsResponse(
            withdrawals=[withdrawal_message(withdrawal) for withdrawal in shown], next_page_token=token
        )


def _confirmation(violations: Violations, request: ordering_pb2.WithdrawFromContractRequest) -> Confirmation:
    """The evidence of the second step; what only an operator says must be left out."""
    message = request.confirmation
    label = check_label(violations, "confirmation.label", message.label)
    language = violations.language("confirmation.language", message.language)
    check_hash(violations, "confirmation.statement_hash", message.statement_hash)
    ip, agent = check_client(violations, "confirmation.client", message.client)
    for name in ("declared_on", "steering"):
        if request.HasField(name):
            violations.add(name, "must_be_empty")
    return Confirmation(label, language, message.statement_hash, ip, agent)


def _declared_on(violations: Violations, request: ordering_pb2.WithdrawFromContractRequest) -> date:
    """The day on which the recorded statement was sent; a confirmation is the consumer's alone."""
    if request.HasField("confirmation"):
        violations.add("confirmation", "must_be_empty")
    return violations.day("declared_on", request.declared_on)
