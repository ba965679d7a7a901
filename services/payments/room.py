"""What this room consists of: wired once, by its `__main__` and by the tests."""

from pathlib import Path

from casella.payments.v1 import payments_pb2_grpc
from services.kit.core import Core
from services.kit.limits import LARGEST_REQUEST, LARGEST_STATEMENT
from services.kit.operator_files import read_section
from services.kit.server import Room
from services.payments.domain.mandates import DebitPolicy
from services.payments.domain.pay_links import PayLinks
from services.payments.policy import SECTION, TransferPolicy
from services.payments.provider.contract import PaymentProvider
from services.payments.service.advances import Advances
from services.payments.service.assigning import Assigning
from services.payments.service.charges import Charges
from services.payments.service.charging import Charging
from services.payments.service.checkout import Checkout
from services.payments.service.disputes import Disputes
from services.payments.service.events import Events
from services.payments.service.mandates import Mandates
from services.payments.service.money import MoneyDesk
from services.payments.service.money_emails import MoneyEmails
from services.payments.service.pages import Pages
from services.payments.service.payouts import Payouts
from services.payments.service.queue import MoneyQueue
from services.payments.service.reading_back import ReadingBack
from services.payments.service.refund_asking import RefundAsking
from services.payments.service.refund_emails import RefundEmails
from services.payments.service.refund_entries import RefundEntries
from services.payments.service.refund_files import RefundFiles
from services.payments.service.refund_sending import RefundSending
from services.payments.service.refunds import Refunds
from services.payments.service.refunds_in_files import RefundsInFiles
from services.payments.service.requests import PaymentRequests
from services.payments.service.statements import Statements
from services.payments.service.transfers import Transfers
from services.payments.servicer.messages import Messages
from services.payments.servicer.payments import Desks, PaymentsServicer
from services.payments.settings import PaymentsSettings
from services.payments.store import debits, erasing, mandates, queue, watching
from workflows import names

NAME = "payments"


def build(core: Core, settings: PaymentsSettings, provider: PaymentProvider) -> Room:
    """Wire the room's parts."""
    database, clock = core.database, core.clock
    links = PayLinks(settings.pay_link_key, settings.public_url)
    debit_policy = read_section(settings.policy_file, ("payments", "automatic_debit"), DebitPolicy)
    transfer_policy = read_section(settings.policy_file, SECTION, TransferPolicy)
    assigning = Assigning(database, clock, transfer_policy)
    pages = Pages(database, clock, provider, debit_policy, transfer_policy, assigning)
    charges = Charges(database, clock, provider, pages, debit_policy)
    checkout = Checkout(database, clock, provider, links, pages, charges)
    sending = RefundSending(database, clock, provider)
    refunds = Refunds(database, clock, sending, settings.bank_account.iban)
    disputes = Disputes(database, clock)
    events = Events(database, clock, provider, pages, sending, disputes)
    money = MoneyDesk(database, clock)
    desks = Desks(
        PaymentRequests(database, clock, links, assigning),
        checkout,
        events,
        Statements(database, clock, settings.bank_account.iban, RefundEntries(database, clock), transfer_policy),
        Transfers(database, clock, transfer_policy),
        MoneyQueue(database, clock),
        Charging(database, clock, links, charges, checkout, pages, debit_policy),
        Mandates(database, clock, provider, links, settings.public_url),
        money,
        Payouts(database, clock, money),
        MoneyEmails(database, clock, settings.bank_account, transfer_policy, links),
        assigning,
        Advances(database, clock),
        refunds,
        RefundAsking(database, clock, refunds),
        RefundFiles(database, clock, settings.bank_account, transfer_policy),
        RefundsInFiles(database, clock, settings.bank_account.iban, transfer_policy),
        sending,
        RefundEmails(database, clock),
        disputes,
    )
    servicer = PaymentsServicer(desks, Messages(settings.bank_account, links, clock), core.requests, clock)
    return Room(
        services=[(payments_pb2_grpc.add_PaymentsServiceServicer_to_server, servicer)],
        templates=Path(__file__).parent / "templates",
        task_queue=names.TASK_QUEUE,
        watched=[mandates.unsettled, debits.awaited, queue.unsettled],
        measures=watching.MEASURES,
        read_back=ReadingBack(database, clock, provider, pages, events, sending).read,
        erasable=erasing.ERASABLE,
        largest_request=LARGEST_STATEMENT + LARGEST_REQUEST,
    )
