"""The RPCs of automatic debit: charges for the workflow, mandates for customers and operators."""

from casella.common.v1 import common_pb2
from casella.payments.v1 import payments_pb2
from casella.payments.v1.payments_pb2_grpc import PaymentsServiceServicer
from services.kit.audit import AuditEntry, steering_entry
from services.kit.context import check_own, owner_filter
from services.kit.enums import EnumTable
from services.kit.interceptors.around import Context
from services.kit.paging import page_by_moment
from services.kit.requests import Requests
from services.kit.validation import Violations, checked_uuid
from services.kit.wire import from_date, to_timestamp
from services.payments.domain.mandates import Mandate, MandateEnd
from services.payments.domain.payment_requests import Method
from services.payments.service.charging import Charging
from services.payments.service.mandates import Mandates
from services.payments.servicer.messages import METHODS, REFUSALS, Messages

KIND = "paypal"
"""By whom the money of every stored payment method comes."""
ENDS = EnumTable(
    {
        MandateEnd.CUSTOMER: payments_pb2.MANDATE_END_CUSTOMER,
        MandateEnd.OPERATOR: payments_pb2.MANDATE_END_OPERATOR,
        MandateEnd.PROVIDER: payments_pb2.MANDATE_END_PROVIDER,
        MandateEnd.REPLACED: payments_pb2.MANDATE_END_REPLACED,
        MandateEnd.DISPUTED: payments_pb2.MANDATE_END_DISPUTED,
    }
)


class DebitRpcs(PaymentsServiceServicer):
    """PlanCharge, ChargePaymentRequest, SendChargeRefusedEmail, SetUpAutomaticDebit, SwitchOffAutomaticDebit,
    ListPaymentMethods, GetMandate, ReleaseMandates and SendMandateEmail.
    """

    _charging: Charging
    _mandates: Mandates
    _messages: Messages
    _calls: Requests

    async def PlanCharge(
        self, request: payments_pb2.PlanChargeRequest, context: Context
    ) -> payments_pb2.PlanChargeResponse:
        """Plan a charge."""
        bad = Violations()
        request_id = bad.uuid("payment_request_id", request.payment_request_id)
        try:
            charge_on = from_date(request.charge_on)
        except ValueError:
            bad.add("charge_on", "not_a_date")
        bad.check()
        planned = await self._charging.plan(request_id, charge_on)
        return payments_pb2.PlanChargeResponse(payment_request=self._messages.payment_request(planned))

    async def ChargePaymentRequest(
        self, request: payments_pb2.ChargePaymentRequestRequest, context: Context
    ) -> payments_pb2.ChargePaymentRequestResponse:
        """Charge a payment request whose time has come."""
        bad = Violations()
        request_id = bad.uuid("payment_request_id", request.payment_request_id)
        early: AuditEntry | None = None
        if request.early:
            early = steering_entry(bad, request.steering, "charge_now", request_id)
        bad.check()
        charged = await self._charging.charge(request_id, early)
        return payments_pb2.ChargePaymentRequestResponse(payment_request=self._messages.payment_request(charged))

    async def SendChargeRefusedEmail(
        self, request: payments_pb2.SendChargeRefusedEmailRequest, context: Context
    ) -> payments_pb2.SendChargeRefusedEmailResponse:
        """Tell the customer of a refused charge."""
        bad = Violations()
        request_id = bad.uuid("payment_request_id", request.payment_request_id)
        recipient = bad.recipient("recipient", request.recipient)
        bad.check()
        await self._charging.tell_refusal(request_id, recipient)
        return payments_pb2.SendChargeRefusedEmailResponse(erased=recipient.erased)

    async def SetUpAutomaticDebit(
        self, request: payments_pb2.SetUpAutomaticDebitRequest, context: Context
    ) -> payments_pb2.SetUpAutomaticDebitResponse:
        """Open the page on which automatic debit is set up."""
        bad = Violations()
        account = bad.uuid("account_id", request.account_id)
        call = self._calls.call(request.request_id, bad, account=account)
        bad.check()
        setup = await self._mandates.set_up(call, check_own(account))
        return payments_pb2.SetUpAutomaticDebitResponse(
            checkout_url=setup.url, expires_at=to_timestamp(setup.expires_at)
        )

    async def SwitchOffAutomaticDebit(
        self, request: payments_pb2.SwitchOffAutomaticDebitRequest, context: Context
    ) -> payments_pb2.SwitchOffAutomaticDebitResponse:
        """Switch automatic debit off."""
        bad = Violations()
        account = bad.uuid("account_id", request.account_id)
        instead = Method.ONLINE
        if request.method_instead:
            instead = METHODS.chosen(bad, "method_instead", request.method_instead, Method.ONLINE)
        if instead is Method.AUTOMATIC_DEBIT:
            bad.add("method_instead", "not_a_choice")
        entry: AuditEntry | None = None
        if owner_filter() is None:
            source = f"request:{request.request_id}"
            entry = steering_entry(bad, request.steering, "switch_off_automatic_debit", account, source=source)
        call = self._calls.call(request.request_id, bad, account=account, instead=instead)
        bad.check()
        found = await self._mandates.switch_off(call, check_own(account), instead, entry)
        return payments_pb2.SwitchOffAutomaticDebitResponse(mandate=None if found is None else mandate_message(found))

    async def ListPaymentMethods(
        self, request: payments_pb2.ListPaymentMethodsRequest, context: Context
    ) -> payments_pb2.ListPaymentMethodsResponse:
        """List an account's stored payment methods."""
        bad = Violations()
        account = bad.uuid("account_id", request.account_id)
        page = page_by_moment(bad, request.page)
        bad.check()
        read = await self._mandates.page(check_own(account), page.after, page.limit)
        found, token = page.cut(read, lambda mandate: (mandate.set_up_at, mandate.mandate_id))
        return payments_pb2.ListPaymentMethodsResponse(payment_methods=map(_stored, found), next_page_token=token)

    async def GetMandate(
        self, request: payments_pb2.GetMandateRequest, context: Context
    ) -> payments_pb2.GetMandateResponse:
        """Read an account's newest mandate."""
        account = checked_uuid("account_id", request.account_id)
        found, has_page = await self._mandates.newest(account), await self._mandates.has_page(account)
        if found is None:
            return payments_pb2.GetMandateResponse(page_open=has_page)
        due = await self._mandates.release_due(account)
        return payments_pb2.GetMandateResponse(
            mandate=mandate_message(found), news=found.news, release_due=due, page_open=has_page
        )

    async def ReleaseMandates(
        self, request: payments_pb2.ReleaseMandatesRequest, context: Context
    ) -> payments_pb2.ReleaseMandatesResponse:
        """Release an account's ended mandates at the provider."""
        await self._mandates.release(checked_uuid("account_id", request.account_id))
        return payments_pb2.ReleaseMandatesResponse()

    async def SendMandateEmail(
        self, request: payments_pb2.SendMandateEmailRequest, context: Context
    ) -> payments_pb2.SendMandateEmailResponse:
        """Tell the customer how automatic debit stands."""
        bad = Violations()
        mandate_id = bad.uuid("mandate_id", request.mandate_id)
        recipient = bad.recipient("recipient", request.recipient)
        if request.told not in {payments_pb2.MANDATE_STATE_ACTIVE, payments_pb2.MANDATE_STATE_ENDED}:
            bad.add("told", "not_a_choice" if request.told else "required")
        bad.check()
        ended = request.told == payments_pb2.MANDATE_STATE_ENDED
        await self._mandates.tell(mandate_id, recipient, ended=ended)
        return payments_pb2.SendMandateEmailResponse(erased=recipient.erased)


def mandate_message(mandate: Mandate) -> payments_pb2.Mandate:
    """A mandate, without its ids at the provider."""
    message = payments_pb2.Mandate(
        mandate_id=str(mandate.mandate_id),
        account_id=str(mandate.account_id),
        state=payments_pb2.MANDATE_STATE_ACTIVE if mandate.active else payments_pb2.MANDATE_STATE_ENDED,
        set_up_at=to_timestamp(mandate.set_up_at),
    )
    if mandate.ended_at is not None and mandate.end is not None and mandate.method_instead is not None:
        message.ended_at.CopyFrom(to_timestamp(mandate.ended_at))
        message.end = ENDS[mandate.end]
        message.method_instead = METHODS[mandate.method_instead]
    return message


def _stored(mandate: Mandate) -> payments_pb2.StoredPaymentMethod:
    message = payments_pb2.StoredPaymentMethod(
        method=common_pb2.PAYMENT_METHOD_AUTOMATIC_DEBIT, kind=KIND, mandate=mandate_message(mandate)
    )
    if mandate.last_refusal is not None and mandate.last_refused_at is not None:
        message.last_refusal = REFUSALS[mandate.last_refusal]
        message.last_refused_at.CopyFrom(to_timestamp(mandate.last_refused_at))
    return message
