"""Counts what has happened in a soak: one in which a thing never happened has shown nothing about it.

What Casella tells of itself comes from the rooms' feeds of events; beside it stand what the operator decided, what
customers did, and what was sold to whom.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from casella.common.v1 import common_pb2 as common
from casella.common.v1 import events_pb2
from casella.common.v1.events_pb2_grpc import EventsServiceStub
from casella.invoicing.v1 import invoicing_pb2
from deploy.local.demo.front import ROOMS, Front
from tests.chaos.patience import Patient
from tests.soak.person import Person
from tests.soak.who import KINDS

_PAGE = 200
EVENTS = (
    "trial.started", "trial.bought", "trial.closed",
    "account.closed TRIAL_ENDED", "account.closed SUBSCRIPTION_ENDED", "account.purged",
    "order.placed", "order.fulfilled", "order.expired", "order.cancelled",
    "withdrawal.received", "withdrawal.refunded",
    "subscription.extended", "subscription.cancelled", "subscription.kept", "subscription.closing",
    "subscription.ended",
    "period.paid", "period.unpaid", "account.suspended UNPAID", "account.resumed",
    "reseller.requested", "reseller.approved", "reseller.refused", "reseller.withdrawn",
    "payment.completed", "payment.queued SHORT", "payment.queued OVER", "payment.queued LATE", "payment.queued TWICE",
    "payment.queued UNKNOWN", "payment.queued REVERSED", "payment.queued DISPUTED",
    "payment.settled ASSIGNED", "payment.settled CREDITED", "payment.settled REFUNDED", "payment.settled SET_ASIDE",
    "payment.settled KEPT", "payment.settled CREDIT_NOTE", "payment.settled PAYOUT",
    "credit.changed USED",
    "mandate.set_up", "mandate.ended CUSTOMER", "mandate.ended PROVIDER", "mandate.ended DISPUTED",
    "payment.refused DECLINED", "payment.refused AUTHENTICATION", "payment.refused MANDATE_GONE",
    "refund.done", "refund.failed",
    "invoice.delivered", "invoice.undeliverable", "invoice.rejected", "invoice.given_up",
    "credit_note.issued", "credit_note.delivered", "credit_note.rejected",
    "account.erased ASKED", "account.erased NEVER_PAID",
)  # fmt: skip
"""Types of events, some of them with the state or the cause that one has to have."""
DECISIONS = (
    "allow", "accept_business_proof", "accept_other_proof", "charge_vat", "refuse_order",
    "record_training", "approve_reseller", "refuse_reseller", "keep_reseller", "withdraw_reseller",
    "resend_with_current_profile", "retry_transmission", "give_up", "approve", "refuse",
    "assign", "credit", "refund", "set_aside", "payout", "evidence", "claim", "terminate", "credit_note",
)  # fmt: skip
"""What the operator decides, by the names of the updates in the Temporal UI; evidence is given to the provider."""
DEEDS = (
    "come back", "add", "grow", "shrink", "options", "upgrade", "change the method", "begin the debit", "end the debit",
    "revoke at PayPal", "lapse at PayPal", "new papers", "be erased", "be a reseller", "resell less",
    "card:succeeded", "paypal:succeeded", "card:declined", "card:processing",
)  # fmt: skip
"""What customers do, by the names of their wishes and of the hosted page's buttons."""
SOLD = (
    "TAX_TREATMENT_DOMESTIC", "TAX_TREATMENT_REVERSE_CHARGE", "TAX_TREATMENT_OUTSIDE_EU",
    "TAX_TREATMENT_OUTSIDE_VAT_TERRITORY", "DOCUMENT_KIND_ADVANCE_INVOICE", "DOCUMENT_KIND_CREDIT_NOTE",
    "invoiced before it was paid",
)  # fmt: skip
"""Fiscal documents by tax and kind."""


@dataclass
class Chronicle:
    """The counts; `read` takes in what is new.

    Attributes:
        operator: Casella as an operator reaches it.
        events: How often each type was told, alone and with its state or cause.
    """

    operator: Front
    events: Counter[str] = field(default_factory=Counter)
    _cursors: dict[str, str] = field(default_factory=dict)

    async def read(self) -> None:
        """Take in the events since the last time; they are kept for 90 days, so once a month is enough."""
        for room, channel in zip(ROOMS, self.operator.channels, strict=True):
            feed = Patient(EventsServiceStub(channel))
            while True:
                asked = events_pb2.ListEventsRequest(after=self._cursors.get(room, ""), page_size=_PAGE)
                answer = await feed.ListEvents(asked)
                for event in answer.events:
                    self.events.update({event.type, f"{event.type} {event.cause or event.state}"})
                self._cursors[room] = answer.cursor
                if answer.cursor == answer.latest:
                    break

    def table(
        self, people: Collection[Person], decisions: Counter[str], documents: Collection[invoicing_pb2.Document]
    ) -> dict[str, int]:
        """How often each thing has happened, those too that never did.

        Args:
            people: Everybody.
            decisions: Of the operator.
            documents: All that were issued.
        """
        deeds: Counter[str] = sum((person.done for person in people), Counter())
        sold = Counter(word for document in documents for word in _words(document))
        owners = {account: person.name for person in people for account in person.accounts}
        buyers = {document.account_id for document in documents if document.kind in _FISCAL}
        bought = Counter(owners[account] for account in buyers if account in owners)
        turned_away = Counter(person.name for person in people if person.done["is not served"])
        return {
            **{f"{name}, {'buys' if who.served else 'is not served'}": (bought if who.served else turned_away)[name]
               for name, who in KINDS.items()},
            **{name: self.events[name] for name in EVENTS},
            **{f"operator: {name}": decisions[name] for name in DECISIONS},
            **{f"customer: {name}": deeds[name] for name in DEEDS},
            **{name: sold[name] for name in SOLD},
        }  # fmt: skip


_FISCAL = frozenset({
    invoicing_pb2.DOCUMENT_KIND_INVOICE, invoicing_pb2.DOCUMENT_KIND_ADVANCE_INVOICE,
    invoicing_pb2.DOCUMENT_KIND_CREDIT_NOTE,
})  # fmt: skip


def _words(document: invoicing_pb2.Document) -> Iterator[str]:
    if document.kind in _FISCAL:
        yield common.TaxTreatment.Name(document.tax_treatment)
        yield invoicing_pb2.DocumentKind.Name(document.kind)
    if document.HasField("due_on"):
        yield "invoiced before it was paid"
