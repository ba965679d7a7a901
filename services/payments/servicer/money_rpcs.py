"""The RPCs of money that waits, and of account credit."""

from uuid import UUID

from casella.payments.v1 import payments_pb2
from casella.payments.v1.payments_pb2_grpc import PaymentsServiceServicer
from services.kit.audit import AuditEntry, steering_entry
from services.kit.calendar import rome_date
from services.kit.clock import Clock
from services.kit.context import check_own
from services.kit.interceptors.around import Context
from services.kit.paging import page_by_id, page_by_moment
from services.kit.requests import Requests
from services.kit.validation import Violations, checked_uuid
from services.kit.wire import to_date, to_money
from services.payments.domain.receipts import last_invoice_day
from services.payments.messages import CATALOGUE
from services.payments.service.advances import Advances
from services.payments.service.assigning import Assigning, Assignment
from services.payments.service.checkout import Checkout
from services.payments.service.money import MoneyDesk
from services.payments.service.money_emails import MoneyEmails
from services.payments.servicer import inputs
from services.payments.servicer.messages import Messages, money_email, without_ways_to_pay
from services.payments.servicer.refund_messages import movement_message


class MoneyRpcs(PaymentsServiceServicer):
    """Reads, assigns, credits and sets aside money that waits, tells customers of money, decides about
    part payments, and tells of credit.
    """

    _money: MoneyDesk
    _money_emails: MoneyEmails
    _assigning: Assigning
    _checkout: Checkout
    _advances: Advances
    _messages: Messages
    _calls: Requests
    _clock: Clock

    async def GetMoneyEntry(
        self, request: payments_pb2.GetMoneyEntryRequest, context: Context
    ) -> payments_pb2.GetMoneyEntryResponse:
        """Read an entry, what it may be for, and the email that is due about it."""
        entry, candidates = await self._money.entry(checked_uuid("money_entry_id", request.money_entry_id))
        message, due = self._messages.money_entry(entry), await self._money_emails.due(entry)
        if due is not None:
            message.email_due.CopyFrom(money_email(due))
        return payments_pb2.GetMoneyEntryResponse(entry=message, candidates=map(without_ways_to_pay, candidates))

    async def SendMoneyEmail(
        self, request: payments_pb2.SendMoneyEmailRequest, context: Context
    ) -> payments_pb2.SendMoneyEmailResponse:
        """Tell the customer of money that pays nothing by itself."""
        bad = Violations()
        entry_id = bad.uuid("money_entry_id", request.money_entry_id)
        recipient = None if request.account_closed else bad.recipient("recipient", request.recipient)
        if request.account_closed and request.HasField("recipient"):
            bad.add("recipient", "must_be_empty")
        dated = request.HasField("payable_until")
        payable_until = bad.instant("payable_until", request.payable_until) if dated else None
        bad.check()
        written = await self._money_emails.send(entry_id, recipient, payable_until)
        return payments_pb2.SendMoneyEmailResponse(erased=recipient is not None and recipient.erased, written=written)

    async def DecideAdvance(
        self, request: payments_pb2.DecideAdvanceRequest, context: Context
    ) -> payments_pb2.DecideAdvanceResponse:
        """Decide that short money is invoiced as a part payment, if that is due.

        Then it may pay: the whole had waited for this, where this part alone would have made its invoice late.
        """
        decided = await self._advances.decide(checked_uuid("money_entry_id", request.money_entry_id))
        if decided.advance is not None and decided.waits:
            await self._assigning.pay_whole(decided.advance.request_id)
        return payments_pb2.DecideAdvanceResponse(entry=self._messages.money_entry(decided))

    async def RecordAdvanceCredited(
        self, request: payments_pb2.RecordAdvanceCreditedRequest, context: Context
    ) -> payments_pb2.RecordAdvanceCreditedResponse:
        """Note that the invoice of a part payment was credited."""
        await self._advances.credited(checked_uuid("money_entry_id", request.money_entry_id))
        return payments_pb2.RecordAdvanceCreditedResponse()

    async def ListAdvances(
        self, request: payments_pb2.ListAdvancesRequest, context: Context
    ) -> payments_pb2.ListAdvancesResponse:
        """List the money that was invoiced as a part payment."""
        bad = Violations()
        page = page_by_id(bad, request.page)
        bad.check()
        found, token = page.cut(await self._advances.page(page.after, page.limit), lambda entry: entry.entry_id)
        return payments_pb2.ListAdvancesResponse(entries=map(self._messages.money_entry, found), next_page_token=token)

    async def AssignMoney(
        self, request: payments_pb2.AssignMoneyRequest, context: Context
    ) -> payments_pb2.AssignMoneyResponse:
        """Give money to a payment request."""
        bad = Violations(catalogue=CATALOGUE)
        entry_id = bad.uuid("money_entry_id", request.money_entry_id)
        by_number = request.WhichOneof("to") == "proforma_number"
        dated = request.HasField("booked_on")
        wish = Assignment(
            entry_id=entry_id,
            request_id=None if by_number else bad.uuid("payment_request_id", request.payment_request_id),
            proforma_number=(
                inputs.proforma_number(bad, "proforma_number", request.proforma_number) if by_number else ""
            ),
            accept_shortfall=request.accept_shortfall,
            accept_late=request.accept_late,
            accept_other=request.accept_other,
            booked_on=(
                inputs.day(bad, "booked_on", request.booked_on, rome_date(self._clock.now())) if dated else None
            ),
        )
        by = _steering(bad, request, "assign_money", entry_id)
        call = self._calls.call(
            request.request_id, bad, entry=entry_id, request=request.payment_request_id,
            proforma=request.proforma_number, shortfall=request.accept_shortfall, late=request.accept_late,
            booked_on=request.booked_on, other=request.accept_other,
        )  # fmt: skip
        bad.check()
        done = await self._assigning.assign(call, wish, by)
        await self._checkout.end_pages_of_paid()
        answer = payments_pb2.AssignMoneyResponse(
            payment_request=self._messages.payment_request(done.request),
            credited=to_money(done.credited),
            money_entry_ids=map(str, done.entry_ids),
        )
        if done.request.available_on is not None and done.request.paid_at is not None:
            last_day = last_invoice_day(done.request.available_on)
            if last_day < rome_date(done.request.paid_at):
                answer.invoice_was_due.CopyFrom(to_date(last_day))
        return answer

    async def CreditMoney(
        self, request: payments_pb2.CreditMoneyRequest, context: Context
    ) -> payments_pb2.CreditMoneyResponse:
        """Make money credit of an account."""
        bad = Violations()
        entry_id = bad.uuid("money_entry_id", request.money_entry_id)
        account_id = bad.uuid("account_id", request.account_id)
        by = _steering(bad, request, "credit_money", entry_id)
        call = self._calls.call(request.request_id, bad, entry=entry_id, account=account_id)
        bad.check()
        return payments_pb2.CreditMoneyResponse(
            credit=to_money(await self._money.credit(call, entry_id, account_id, by))
        )

    async def SetMoneyAside(
        self, request: payments_pb2.SetMoneyAsideRequest, context: Context
    ) -> payments_pb2.SetMoneyAsideResponse:
        """Take money out of the queue that is none of the customers'."""
        bad = Violations()
        entry_id = bad.uuid("money_entry_id", request.money_entry_id)
        by = _steering(bad, request, "set_money_aside", entry_id)
        call = self._calls.call(request.request_id, bad, entry=entry_id)
        bad.check()
        return payments_pb2.SetMoneyAsideResponse(
            entry=self._messages.money_entry(await self._money.set_aside(call, entry_id, by))
        )

    async def GetAccountCredit(
        self, request: payments_pb2.GetAccountCreditRequest, context: Context
    ) -> payments_pb2.GetAccountCreditResponse:
        """Read an account's credit."""
        account_id = check_own(checked_uuid("account_id", request.account_id))
        return payments_pb2.GetAccountCreditResponse(credit=to_money(await self._money.credit_of(account_id)))

    async def ListAccountCredits(
        self, request: payments_pb2.ListAccountCreditsRequest, context: Context
    ) -> payments_pb2.ListAccountCreditsResponse:
        """List the accounts that have credit."""
        bad = Violations()
        page = page_by_id(bad, request.page)
        bad.check()
        found, token = page.cut(await self._money.credits(page.after, page.limit), lambda each: each[0])
        return payments_pb2.ListAccountCreditsResponse(
            credits=[
                payments_pb2.AccountCredit(account_id=str(account_id), credit=to_money(amount))
                for account_id, amount in found
            ],
            next_page_token=token,
        )

    async def ListCreditMovements(
        self, request: payments_pb2.ListCreditMovementsRequest, context: Context
    ) -> payments_pb2.ListCreditMovementsResponse:
        """List what made and used an account's credit."""
        bad = Violations()
        account_id = bad.uuid("account_id", request.account_id)
        page = page_by_moment(bad, request.page)
        bad.check()
        read = await self._money.movements(check_own(account_id), page.after, page.limit)
        found, token = page.cut(read, lambda movement: (movement.at, movement.movement_id))
        return payments_pb2.ListCreditMovementsResponse(movements=map(movement_message, found), next_page_token=token)


_Decision = payments_pb2.AssignMoneyRequest | payments_pb2.CreditMoneyRequest | payments_pb2.SetMoneyAsideRequest


def _steering(bad: Violations, request: _Decision, action: str, entry_id: UUID) -> AuditEntry:
    """The audit entry of a decision; its subject is the money."""
    return steering_entry(bad, request.steering, action, entry_id, source=f"request:{request.request_id}")
