"""The RPCs of refunds: asked for by the worker and operators, approved and followed up by operators."""

from uuid import UUID

from casella.payments.v1 import payments_pb2
from casella.payments.v1.payments_pb2_grpc import PaymentsServiceServicer
from services.kit.audit import AuditEntry, steering_entry
from services.kit.context import check_own, current_call, owner_filter
from services.kit.interceptors.around import Context
from services.kit.limits import LARGEST_STATEMENT
from services.kit.paging import page_by_moment
from services.kit.requests import Requests
from services.kit.validation import Violations, checked_uuid
from services.kit.wire import to_money
from services.payments.domain.refunds import LONGEST_HOLDER, Refund, RefundState
from services.payments.messages import CATALOGUE
from services.payments.service.refund_asking import RefundAsking
from services.payments.service.refund_emails import RefundEmails
from services.payments.service.refund_files import RefundFiles
from services.payments.service.refund_sending import RefundSending
from services.payments.service.refund_wishes import RefundWish
from services.payments.service.refunds import Refunds
from services.payments.service.refunds_in_files import RefundsInFiles
from services.payments.servicer import inputs
from services.payments.servicer.refund_messages import REFUND_STATES, in_file_message, refund_message
from services.payments.store.refund_files import RefundFile

_LONGEST_IBAN = 42
"""34 characters, and spaces after each four."""
_MOST_AT_ONCE = 200
_LONGEST_MESSAGE_ID = 35
_OF = ("payment_request_id", "money_entry_id", "credit_of_account_id")


class RefundRpcs(PaymentsServiceServicer):
    """RequestRefund, GetRefund, ListRefunds, ApproveRefunds, ExportRefunds, RecordRefundFile, RetryRefund, FailRefund,
    CancelRefund, PushRefunds, ListUntoldRefunds and SendRefundEmail.
    """

    _refunds: Refunds
    _refund_asking: RefundAsking
    _refund_files: RefundFiles
    _refunds_in_files: RefundsInFiles
    _refund_sending: RefundSending
    _refund_emails: RefundEmails
    _calls: Requests

    async def RequestRefund(
        self, request: payments_pb2.RequestRefundRequest, context: Context
    ) -> payments_pb2.RequestRefundResponse:
        """Ask for a refund."""
        bad = Violations(catalogue=CATALOGUE)
        wish = _wish(bad, request)
        bad.check()
        if wish.iban:
            self._refunds.check_account(wish.iban, wish.holder)
        return payments_pb2.RequestRefundResponse(refund=refund_message(await self._refund_asking.request(wish)))

    async def GetRefund(
        self, request: payments_pb2.GetRefundRequest, context: Context
    ) -> payments_pb2.GetRefundResponse:
        """Read a refund; a customer sees only their own."""
        found = await self._refunds.by_id(checked_uuid("refund_id", request.refund_id), owner_filter())
        return payments_pb2.GetRefundResponse(refund=_shown(found))

    async def ListRefunds(
        self, request: payments_pb2.ListRefundsRequest, context: Context
    ) -> payments_pb2.ListRefundsResponse:
        """List refunds; a customer names their own account."""
        bad = Violations()
        needed = request.account_id or current_call().account_id is not None
        account = bad.uuid("account_id", request.account_id) if needed else None
        about = bad.uuid("payment_request_id", request.payment_request_id) if request.payment_request_id else None
        numbers = bad.at_most("states", request.states, len(RefundState))
        states = [REFUND_STATES.chosen(bad, "states", number, RefundState.DONE) for number in numbers]
        page = page_by_moment(bad, request.page)
        bad.check()
        if account is not None:
            check_own(account)
        read = await self._refunds.page(account, about, states, page.after, page.limit)
        found, token = page.cut(read, lambda refund: (refund.requested_at, refund.refund_id))
        return payments_pb2.ListRefundsResponse(refunds=map(_shown, found), next_page_token=token)

    async def ApproveRefunds(
        self, request: payments_pb2.ApproveRefundsRequest, context: Context
    ) -> payments_pb2.ApproveRefundsResponse:
        """Put transfers on the list of the next file."""
        bad = Violations()
        listed = bad.at_most("refund_ids", request.refund_ids, _MOST_AT_ONCE)
        ids = [bad.uuid(f"refund_ids[{place}]", each) for place, each in enumerate(listed)]
        if not request.refund_ids:
            bad.add("refund_ids", "required")
        source = f"request:{request.request_id}"
        by = steering_entry(bad, request.steering, "approve_refund", UUID(int=0), source=source)
        call = self._calls.call(request.request_id, bad, refunds=list(request.refund_ids))
        bad.check()
        approved = await self._refunds.approve(call, ids, by)
        return payments_pb2.ApproveRefundsResponse(refunds=map(refund_message, approved))

    async def ExportRefunds(
        self, request: payments_pb2.ExportRefundsRequest, context: Context
    ) -> payments_pb2.ExportRefundsResponse:
        """Make the next file for the bank, or give an earlier one out again."""
        bad = Violations()
        if request.message_id:
            message_id = bad.text("message_id", request.message_id, _LONGEST_MESSAGE_ID)
            bad.check()
            made: RefundFile | None = await self._refund_files.again(message_id)
        else:
            source = f"request:{request.request_id}"
            by = steering_entry(bad, request.steering, "export_refunds", UUID(int=0), source=source)
            call = self._calls.call(request.request_id, bad)
            bad.check()
            made = await self._refund_files.make(call, by)
        if made is None:
            return payments_pb2.ExportRefundsResponse()
        return payments_pb2.ExportRefundsResponse(
            file=made.content, message_id=made.message_id, transfers=made.transfers, sum=to_money(made.sum)
        )

    async def RecordRefundFile(
        self, request: payments_pb2.RecordRefundFileRequest, context: Context
    ) -> payments_pb2.RecordRefundFileResponse:
        """Take a file in that was handed to the bank before the rows were restored."""
        bad = Violations()
        file = inputs.size(bad, "file", request.file, LARGEST_STATEMENT)
        listed = bad.at_most("refused_refund_ids", request.refused_refund_ids, _MOST_AT_ONCE)
        refused = {bad.uuid(f"refused_refund_ids[{place}]", each) for place, each in enumerate(listed)}
        by = steering_entry(bad, request.steering, "record_refund_file", UUID(int=0))
        bad.check()
        message_id, taken = await self._refunds_in_files.take_in(file, refused, by)
        return payments_pb2.RecordRefundFileResponse(message_id=message_id, refunds=map(in_file_message, taken))

    async def RetryRefund(
        self, request: payments_pb2.RetryRefundRequest, context: Context
    ) -> payments_pb2.RetryRefundResponse:
        """Try a failed refund again."""
        bad = Violations(catalogue=CATALOGUE)
        refund_id = bad.uuid("refund_id", request.refund_id)
        iban, holder = _account(bad, request)
        by = _steering(bad, request, "retry_refund", refund_id)
        call = self._calls.call(request.request_id, bad, refund=refund_id, iban=iban, holder=holder)
        bad.check()
        retried = await self._refunds.retry(call, refund_id, iban, holder, by)
        return payments_pb2.RetryRefundResponse(refund=refund_message(retried))

    async def FailRefund(
        self, request: payments_pb2.FailRefundRequest, context: Context
    ) -> payments_pb2.FailRefundResponse:
        """Note that the bank has refused a transfer."""
        bad = Violations()
        refund_id = bad.uuid("refund_id", request.refund_id)
        by = _steering(bad, request, "fail_refund", refund_id)
        call = self._calls.call(request.request_id, bad, refund=refund_id)
        bad.check()
        return payments_pb2.FailRefundResponse(refund=refund_message(await self._refunds.fail(call, refund_id, by)))

    async def CancelRefund(
        self, request: payments_pb2.CancelRefundRequest, context: Context
    ) -> payments_pb2.CancelRefundResponse:
        """Give a refund up."""
        bad = Violations()
        refund_id = bad.uuid("refund_id", request.refund_id)
        by = _steering(bad, request, "cancel_refund", refund_id)
        call = self._calls.call(request.request_id, bad, refund=refund_id)
        bad.check()
        return payments_pb2.CancelRefundResponse(refund=refund_message(await self._refunds.cancel(call, refund_id, by)))

    async def PushRefunds(
        self, request: payments_pb2.PushRefundsRequest, context: Context
    ) -> payments_pb2.PushRefundsResponse:
        """Send what waits for the provider."""
        return payments_pb2.PushRefundsResponse(changed=await self._refund_sending.push())

    async def ListUntoldRefunds(
        self, request: payments_pb2.ListUntoldRefundsRequest, context: Context
    ) -> payments_pb2.ListUntoldRefundsResponse:
        """List the transfers that have left without their customers having been told."""
        return payments_pb2.ListUntoldRefundsResponse(refund_ids=map(str, await self._refund_emails.untold()))

    async def SendRefundEmail(
        self, request: payments_pb2.SendRefundEmailRequest, context: Context
    ) -> payments_pb2.SendRefundEmailResponse:
        """Tell the customer that a transfer has left."""
        bad = Violations()
        refund_id = bad.uuid("refund_id", request.refund_id)
        recipient = bad.recipient("recipient", request.recipient)
        bad.check()
        written = await self._refund_emails.send(refund_id, recipient)
        return payments_pb2.SendRefundEmailResponse(erased=recipient.erased, written=written)


def _shown(refund: Refund) -> payments_pb2.Refund:
    return refund_message(refund, for_customer=owner_filter() is not None)


def _wish(bad: Violations, request: payments_pb2.RequestRefundRequest) -> RefundWish:
    refund_id = bad.uuid("refund_id", request.refund_id)
    which = request.WhichOneof("of")
    if which is None:
        bad.add("payment_request_id", "required")
    of = {name: bad.uuid(name, getattr(request, name)) if name == which else None for name in _OF}
    # An entry is refunded as a whole, so its amount need not be said.
    whole = which == "money_entry_id" and not request.HasField("amount")
    by_operator = request.HasField("steering")
    subject = next((each for each in of.values() if each is not None), refund_id)
    source = f"refund:{request.refund_id}"
    order = request.withdrawal_order_id
    iban, holder = _account(bad, request)
    if iban and not by_operator:
        bad.add("steering.actor", "required")
    if request.as_account_credit and (which != "payment_request_id" or iban):
        bad.add("as_account_credit", "credit_of_what_was_paid")
    return RefundWish(
        refund_id=refund_id,
        request_id=of["payment_request_id"],
        entry_id=of["money_entry_id"],
        credit_of=of["credit_of_account_id"],
        amount=None if whole else inputs.amount(bad, "amount", request.amount),
        reason_code=inputs.reason_code(bad, "reason_code", request.reason_code),
        withdrawal_order_id=bad.uuid("withdrawal_order_id", order) if order else None,
        iban=iban,
        holder=holder,
        by=steering_entry(bad, request.steering, "request_refund", subject, source=source) if by_operator else None,
        as_credit=request.as_account_credit,
        accept_taken_back=request.accept_taken_back,
    )


def _account(
    bad: Violations, request: payments_pb2.RequestRefundRequest | payments_pb2.RetryRefundRequest
) -> tuple[str, str]:
    """An account to transfer to, as a person writes it; both parts or neither."""
    iban = bad.text("iban", request.iban, _LONGEST_IBAN, required=bool(request.holder))
    holder = bad.text("holder", request.holder, LONGEST_HOLDER, required=bool(request.iban))
    return "".join(iban.split()).upper(), holder


def _steering(
    bad: Violations,
    request: payments_pb2.RetryRefundRequest | payments_pb2.FailRefundRequest | payments_pb2.CancelRefundRequest,
    action: str,
    refund_id: UUID,
) -> AuditEntry:
    return steering_entry(bad, request.steering, action, refund_id, source=f"request:{request.request_id}")
