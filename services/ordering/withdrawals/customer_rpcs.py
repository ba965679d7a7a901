"""The RPCs about withdrawals that a consumer uses, and an operator for one that came in another way."""

import re
from datetime import date

from casella.common.v1 import common_pb2
from casella.ordering.v1 import ordering_pb2
from casella.ordering.v1.ordering_pb2_grpc import OrderingServiceServicer
from services.kit.audit import steering_entry
from services.kit.context import owner_filter
from services.kit.interceptors.around import Context
from services.kit.paging import page_by_id
from services.kit.requests import Requests
from services.kit.validation import Violations, checked_uuid
from services.kit.wire import from_date
from services.ordering.messages import CATALOGUE
from services.ordering.withdrawals.service import Confirmation, Notice, Withdrawals
from services.ordering.withdrawals.wire import found_message, withdrawal_message

_LONGEST_LABEL = 100
_LONGEST_AGENT = 512
_HASH = re.compile(r"[0-9a-f]{64}")


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
    label = violations.text("confirmation.label", message.label, _LONGEST_LABEL)
    violations.language("confirmation.language", message.language)
    if not _HASH.fullmatch(message.statement_hash):
        violations.add("confirmation.statement_hash", "not_a_hash" if message.statement_hash else "required")
    agent = violations.text("confirmation.client.user_agent", message.client.user_agent, _LONGEST_AGENT, required=False)
    violations.ip("confirmation.client.ip", message.client.ip)
    for name in ("declared_on", "steering"):
        if request.HasField(name):
            violations.add(name, "must_be_empty")
    language = "en" if message.language == common_pb2.LANGUAGE_EN else "it"
    return Confirmation(label, language, message.statement_hash, message.client.ip, agent)


def _declared_on(violations: Violations, request: ordering_pb2.WithdrawFromContractRequest) -> date | None:
    """The day on which the recorded statement was sent; a confirmation is the consumer's alone."""
    if request.HasField("confirmation"):
        violations.add("confirmation", "must_be_empty")
    if not request.HasField("declared_on"):
        violations.add("declared_on", "required")
        return None
    try:
        return from_date(request.declared_on)
    except ValueError:
        violations.add("declared_on", "not_a_date")
        return None
