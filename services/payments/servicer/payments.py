"""The room's one gRPC service, put together of the RPCs of its concerns: they translate and decide nothing."""

from dataclasses import dataclass

from services.kit.clock import Clock
from services.kit.requests import Requests
from services.payments.service.advances import Advances
from services.payments.service.assigning import Assigning
from services.payments.service.charging import Charging
from services.payments.service.checkout import Checkout
from services.payments.service.disputes import Disputes
from services.payments.service.events import Events
from services.payments.service.mandates import Mandates
from services.payments.service.money import MoneyDesk
from services.payments.service.money_emails import MoneyEmails
from services.payments.service.payouts import Payouts
from services.payments.service.queue import MoneyQueue
from services.payments.service.refund_asking import RefundAsking
from services.payments.service.refund_emails import RefundEmails
from services.payments.service.refund_files import RefundFiles
from services.payments.service.refund_sending import RefundSending
from services.payments.service.refunds import Refunds
from services.payments.service.refunds_in_files import RefundsInFiles
from services.payments.service.requests import PaymentRequests
from services.payments.service.statements import Statements
from services.payments.service.transfers import Transfers
from services.payments.servicer.checkout_rpcs import CheckoutRpcs
from services.payments.servicer.debits import DebitRpcs
from services.payments.servicer.dispute_rpcs import DisputeRpcs
from services.payments.servicer.messages import Messages
from services.payments.servicer.money_rpcs import MoneyRpcs
from services.payments.servicer.payout_rpcs import PayoutRpcs
from services.payments.servicer.queue_rpcs import QueueRpcs
from services.payments.servicer.refund_rpcs import RefundRpcs
from services.payments.servicer.request_rpcs import RequestRpcs
from services.payments.servicer.transfer_rpcs import TransferRpcs


@dataclass(frozen=True, slots=True)
class Desks:
    """What decides, by concern."""

    requests: PaymentRequests
    checkout: Checkout
    events: Events
    statements: Statements
    transfers: Transfers
    queue: MoneyQueue
    charging: Charging
    mandates: Mandates
    money: MoneyDesk
    payouts: Payouts
    money_emails: MoneyEmails
    assigning: Assigning
    advances: Advances
    refunds: Refunds
    refund_asking: RefundAsking
    refund_files: RefundFiles
    refunds_in_files: RefundsInFiles
    refund_sending: RefundSending
    refund_emails: RefundEmails
    disputes: Disputes


class PaymentsServicer(
    RequestRpcs, CheckoutRpcs, TransferRpcs, QueueRpcs, MoneyRpcs, PayoutRpcs, DebitRpcs, RefundRpcs, DisputeRpcs
):
    """The room's RPCs."""

    def __init__(self, desks: Desks, messages: Messages, calls: Requests, clock: Clock) -> None:
        """Take what decides, how answers look, and what makes a call idempotent."""
        self._requests = desks.requests
        self._checkout = desks.checkout
        self._events = desks.events
        self._statements = desks.statements
        self._transfers = desks.transfers
        self._queue = desks.queue
        self._messages = messages
        self._calls = calls
        self._clock = clock
        self._charging = desks.charging
        self._mandates = desks.mandates
        self._money = desks.money
        self._payouts = desks.payouts
        self._money_emails = desks.money_emails
        self._assigning = desks.assigning
        self._advances = desks.advances
        self._refunds = desks.refunds
        self._refund_asking = desks.refund_asking
        self._refund_files = desks.refund_files
        self._refunds_in_files = desks.refunds_in_files
        self._refund_sending = desks.refund_sending
        self._refund_emails = desks.refund_emails
        self._disputes = desks.disputes
