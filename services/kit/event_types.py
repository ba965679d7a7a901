"""Which events Casella tells, by which room, with which ids: docs/integrating.md, "Events", shows this table.

A type is never renamed and never changes its meaning; its ids only grow. Receivers pass over types that
they do not know.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

GROUP = ".*"
"""Ends the name of a group of types, for example ``order.*``."""


class EventType(StrEnum):
    """What can have happened."""

    TRIAL_STARTED = "trial.started"
    TRIAL_EXTENDED = "trial.extended"
    TRIAL_ENDED = "trial.ended"
    TRIAL_BOUGHT = "trial.bought"
    TRIAL_CLOSED = "trial.closed"
    ACCOUNT_UNLOCKED = "account.unlocked"
    ACCOUNT_SUSPENDED = "account.suspended"
    ACCOUNT_RESUMED = "account.resumed"
    ACCOUNT_CLOSED = "account.closed"
    ACCOUNT_PURGED = "account.purged"
    ORDER_PLACED = "order.placed"
    ORDER_PAID = "order.paid"
    ORDER_FULFILLED = "order.fulfilled"
    ORDER_EXPIRED = "order.expired"
    ORDER_CANCELLED = "order.cancelled"
    WITHDRAWAL_RECEIVED = "withdrawal.received"
    WITHDRAWAL_REFUNDED = "withdrawal.refunded"
    SUBSCRIPTION_STARTED = "subscription.started"
    SUBSCRIPTION_EXTENDED = "subscription.extended"
    SUBSCRIPTION_CANCELLED = "subscription.cancelled"
    SUBSCRIPTION_KEPT = "subscription.kept"
    SUBSCRIPTION_CLOSING = "subscription.closing"
    SUBSCRIPTION_ENDED = "subscription.ended"
    PERIOD_DUE = "period.due"
    PERIOD_PAID = "period.paid"
    PERIOD_UNPAID = "period.unpaid"
    RESELLER_REQUESTED = "reseller.requested"
    RESELLER_APPROVED = "reseller.approved"
    RESELLER_REFUSED = "reseller.refused"
    RESELLER_WITHDRAWN = "reseller.withdrawn"
    PAYMENT_COMPLETED = "payment.completed"
    PAYMENT_QUEUED = "payment.queued"
    PAYMENT_REFUSED = "payment.refused"
    MANDATE_SET_UP = "mandate.set_up"
    MANDATE_ENDED = "mandate.ended"
    PAYMENT_SETTLED = "payment.settled"
    CREDIT_CHANGED = "credit.changed"
    REFUND_REQUESTED = "refund.requested"
    REFUND_DONE = "refund.done"
    REFUND_FAILED = "refund.failed"
    REFUND_CANCELLED = "refund.cancelled"
    PROFORMA_ISSUED = "proforma.issued"
    INVOICE_ISSUED = "invoice.issued"
    INVOICE_DELIVERED = "invoice.delivered"
    INVOICE_UNDELIVERABLE = "invoice.undeliverable"
    INVOICE_REJECTED = "invoice.rejected"
    INVOICE_GIVEN_UP = "invoice.given_up"
    CREDIT_NOTE_ISSUED = "credit_note.issued"
    CREDIT_NOTE_DELIVERED = "credit_note.delivered"
    CREDIT_NOTE_UNDELIVERABLE = "credit_note.undeliverable"
    CREDIT_NOTE_REJECTED = "credit_note.rejected"
    CREDIT_NOTE_GIVEN_UP = "credit_note.given_up"
    ACCOUNT_ERASED = "account.erased"
    TICKET_OPENED = "ticket.opened"
    TICKET_ANSWERED = "ticket.answered"
    TICKET_CLOSED = "ticket.closed"
    WEBHOOK_TEST = "webhook.test"


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a type beforehand."""

    room: str
    since: date
    """When Casella began to tell it."""
    when: str
    """What has happened, in one sentence."""
    ids: tuple[str, ...] = ()
    """The ids that every event of the type has beside the account's."""
    may: tuple[str, ...] = ()
    """Ids that it has where there is such a thing."""
    causes: tuple[str, ...] = ()
    """Why it can have happened, where the event says it; named in capitals in `when`."""


_FIRST = date(2026, 11, 29)
_ORDER = ("order_id",)
_DOCUMENT = ("document_id",)
_CREDIT_NOTE = ("document_id", "invoice_id")
_CAUSE = ("order_id", "period_id", "subscription_id")
_SUBSCRIPTION = ("subscription_id",)
_PERIOD = ("period_id", "subscription_id")
_REFUND = ("refund_id",)
_REFUNDED = ("payment_request_id", "money_entry_id")
_TICKET = ("ticket_id",)
_MANDATE = ("mandate_id",)

TOLD: Mapping[EventType, Told] = {
    EventType.TRIAL_STARTED: Told("trial", _FIRST, "An address was confirmed: the account exists, its trial runs."),
    EventType.TRIAL_EXTENDED: Told(
        "trial", _FIRST, "An operator gave the trial a later end; it runs again if it had ended."
    ),
    EventType.TRIAL_ENDED: Told("trial", _FIRST, "The trial's time is over, or somebody ended it early."),
    EventType.TRIAL_BOUGHT: Told("trial", _FIRST, "The account's order was paid: the trial is over for good.", _ORDER),
    EventType.TRIAL_CLOSED: Told("trial", _FIRST, "Login and trial were closed for good, by a purge."),
    EventType.ACCOUNT_UNLOCKED: Told(
        "mailboxes", _FIRST, "A paid order lifted the trial's limits, or added to an annual contract's places.", _ORDER
    ),
    EventType.ACCOUNT_SUSPENDED: Told(
        "mailboxes",
        _FIRST,
        "Sending stopped. The cause: `UNPAID` (a period was not paid in time), `ENDED` (the contract has ended), "
        "`WITHDRAWN` (it was withdrawn from) or `OPERATOR` (a person did it).",
        causes=("unpaid", "ended", "withdrawn", "operator"),
    ),
    EventType.ACCOUNT_RESUMED: Told("mailboxes", _FIRST, "A suspension ended."),
    EventType.ACCOUNT_CLOSED: Told(
        "ordering", _FIRST, "The account was closed, and its purge begins. The state is the reason."
    ),
    EventType.ACCOUNT_PURGED: Told(
        "ordering", _FIRST, "Domains and mailboxes are gone, and it was proved that nothing is left."
    ),
    EventType.ORDER_PLACED: Told("ordering", _FIRST, "A customer ordered. The amount is the gross total.", _ORDER),
    EventType.ORDER_PAID: Told("ordering", _FIRST, "The order's payment is complete.", _ORDER),
    EventType.ORDER_FULFILLED: Told("ordering", _FIRST, "The order is unlocked and invoiced.", (*_ORDER, "invoice_id")),
    EventType.ORDER_EXPIRED: Told("ordering", _FIRST, "The order was not paid in time.", _ORDER),
    EventType.ORDER_CANCELLED: Told("ordering", _FIRST, "The order was cancelled before it was paid.", _ORDER),
    EventType.WITHDRAWAL_RECEIVED: Told(
        "ordering", _FIRST, "A consumer withdrew from the contract that an order made: it has ended.", _ORDER
    ),
    EventType.WITHDRAWAL_REFUNDED: Told(
        "ordering",
        _FIRST,
        "A refund after a withdrawal was made. The amount is what went back.",
        (*_ORDER, "refund_id"),
    ),
    EventType.SUBSCRIPTION_STARTED: Told(
        "ordering", _FIRST, "A fulfilled order began a subscription.", ("subscription_id", *_ORDER)
    ),
    EventType.SUBSCRIPTION_EXTENDED: Told(
        "ordering", _FIRST, "A paid addition joined an annual contract.", ("subscription_id", *_ORDER)
    ),
    EventType.SUBSCRIPTION_CANCELLED: Told(
        "ordering", _FIRST, "The subscription was cancelled: it ends with what is paid.", _SUBSCRIPTION
    ),
    EventType.SUBSCRIPTION_KEPT: Told("ordering", _FIRST, "The cancellation was taken back.", _SUBSCRIPTION),
    EventType.SUBSCRIPTION_CLOSING: Told(
        "ordering", _FIRST, "The service has ended; what is there can be read for some days.", _SUBSCRIPTION
    ),
    EventType.SUBSCRIPTION_ENDED: Told(
        "ordering", _FIRST, "Those days are over, and the account was closed.", _SUBSCRIPTION
    ),
    EventType.PERIOD_DUE: Told(
        "ordering", _FIRST, "A period was measured; its proforma follows. The amount is the gross total.", _PERIOD
    ),
    EventType.PERIOD_PAID: Told("ordering", _FIRST, "The period's payment is complete.", _PERIOD),
    EventType.PERIOD_UNPAID: Told(
        "ordering", _FIRST, "The period was closed without money, which ends the subscription.", _PERIOD
    ),
    EventType.RESELLER_REQUESTED: Told("ordering", _FIRST, "A customer asked for the reseller status."),
    EventType.RESELLER_APPROVED: Told(
        "ordering", _FIRST, "The reseller status was granted: its prices hold from the next document on."
    ),
    EventType.RESELLER_REFUSED: Told(
        "ordering", _FIRST, "The request for the reseller status was refused. The state is the reason."
    ),
    EventType.RESELLER_WITHDRAWN: Told(
        "ordering", _FIRST, "The reseller status was withdrawn. The state is the reason."
    ),
    EventType.PAYMENT_COMPLETED: Told(
        "payments",
        _FIRST,
        "A payment request was paid; the amount is its total, account credit included.",
        ("payment_request_id",),
        _CAUSE,
    ),
    EventType.PAYMENT_QUEUED: Told(
        "payments",
        _FIRST,
        "Money waits for an operator, because it fits nothing, or a payment is disputed. The state is the reason.",
        ("money_entry_id",),
    ),
    EventType.PAYMENT_REFUSED: Told(
        "payments",
        _FIRST,
        "A charge by automatic debit was refused; the payment is still open. The state is the reason.",
        ("payment_request_id",),
        _CAUSE,
    ),
    EventType.MANDATE_SET_UP: Told(
        "payments", _FIRST, "Automatic debit was set up, by a first payment or without one.", _MANDATE
    ),
    EventType.MANDATE_ENDED: Told(
        "payments", _FIRST, "Automatic debit was switched off, here or at the provider. The state is by whom.", _MANDATE
    ),
    EventType.PAYMENT_SETTLED: Told(
        "payments",
        _FIRST,
        "What waited is settled: by an operator, by a dispute's end (`kept`, `refunded`), or `taken_back` by the bank.",
        ("money_entry_id",),
    ),
    EventType.CREDIT_CHANGED: Told(
        "payments", _FIRST, "An account's credit became more, or less (below zero). The state is the cause."
    ),
    EventType.REFUND_REQUESTED: Told(
        "payments", _FIRST, "Money is to go back. The amount has account credit in it.", _REFUND, _REFUNDED
    ),
    EventType.REFUND_DONE: Told("payments", _FIRST, "The money of a refund has left.", _REFUND, _REFUNDED),
    EventType.REFUND_FAILED: Told(
        "payments", _FIRST, "A refund was refused or came back; an operator acts on it.", _REFUND, _REFUNDED
    ),
    EventType.REFUND_CANCELLED: Told(
        "payments", _FIRST, "An operator gave a refund up before it left.", _REFUND, _REFUNDED
    ),
    EventType.PROFORMA_ISSUED: Told("invoicing", _FIRST, "A proforma was issued.", _DOCUMENT, _CAUSE),
    EventType.INVOICE_ISSUED: Told(
        "invoicing", _FIRST, "An invoice has its number and begins its way to the SdI.", _DOCUMENT, _CAUSE
    ),
    EventType.INVOICE_DELIVERED: Told("invoicing", _FIRST, "The SdI delivered the invoice.", _DOCUMENT, _CAUSE),
    EventType.INVOICE_UNDELIVERABLE: Told(
        "invoicing",
        _FIRST,
        "The invoice is issued; the SdI put it into the customer's reserved area.",
        _DOCUMENT,
        _CAUSE,
    ),
    EventType.INVOICE_REJECTED: Told(
        "invoicing", _FIRST, "The SdI rejected the invoice: it will be corrected and sent again.", _DOCUMENT, _CAUSE
    ),
    EventType.INVOICE_GIVEN_UP: Told(
        "invoicing", _FIRST, "An admin ended the invoice's way to the SdI; it keeps its number.", _DOCUMENT, _CAUSE
    ),
    EventType.CREDIT_NOTE_ISSUED: Told(
        "invoicing",
        _FIRST,
        "A credit note on an invoice has its number and begins its way to the SdI. The amount is gross.",
        _CREDIT_NOTE,
        _CAUSE,
    ),
    EventType.CREDIT_NOTE_DELIVERED: Told(
        "invoicing", _FIRST, "The SdI delivered the credit note.", _CREDIT_NOTE, _CAUSE
    ),
    EventType.CREDIT_NOTE_UNDELIVERABLE: Told(
        "invoicing",
        _FIRST,
        "The credit note is issued; the SdI put it into the customer's reserved area.",
        _CREDIT_NOTE,
        _CAUSE,
    ),
    EventType.CREDIT_NOTE_REJECTED: Told(
        "invoicing",
        _FIRST,
        "The SdI rejected the credit note: it will be corrected and sent again.",
        _CREDIT_NOTE,
        _CAUSE,
    ),
    EventType.CREDIT_NOTE_GIVEN_UP: Told(
        "invoicing",
        _FIRST,
        "An admin ended the credit note's way to the SdI; it keeps its number and credits nothing any more.",
        _CREDIT_NOTE,
        _CAUSE,
    ),
    EventType.ACCOUNT_ERASED: Told(
        "support", _FIRST, "The account's personal data were erased in every service. The state is the cause."
    ),
    EventType.TICKET_OPENED: Told("support", _FIRST, "A customer opened a ticket.", _TICKET),
    EventType.TICKET_ANSWERED: Told(
        "support", _FIRST, "A ticket has a further message. The state says whose turn it is.", _TICKET
    ),
    EventType.TICKET_CLOSED: Told("support", _FIRST, "A ticket was closed.", _TICKET),
    EventType.WEBHOOK_TEST: Told(
        "support", _FIRST, "An operator tests an endpoint; it is in no feed.", ("endpoint_id",)
    ),
}
"""Every type has exactly one row."""


def is_known(name: str) -> bool:
    """Whether a name is a type or a group that has at least one type."""
    return any(chosen((name,), each) for each in EventType)


def chosen(names: Iterable[str], event_type: str) -> bool:
    """Whether a choice of types and groups has this type; an empty choice has all."""
    names = tuple(names)
    return not names or any(
        name == event_type or (name.endswith(GROUP) and event_type.startswith(name[: 1 - len(GROUP)])) for name in names
    )
