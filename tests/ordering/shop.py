"""What a test of ordering does all the time: make an account, a quote, a profile, an order, as a gateway would."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp

from casella.common.v1 import common_pb2
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from casella.ordering.v1.ordering_pb2_grpc import OrderingServiceStub
from deploy.local.vies.register import Register
from services.kit.ids import new_id
from services.kit.wire import to_date, to_timestamp
from tests.ordering.neighbours import Account, Neighbours
from tests.support.room import TestRoom, request_id

ANNA = common_pb2.BillingParty(
    kind=common_pb2.CUSTOMER_KIND_PRIVATE,
    first_name="Anna",
    last_name="Rossi",
    address=common_pb2.Address(street="Via Roma 1", postal_code="50123", city="Firenze", province="FI", country="IT"),
    phone="+390551234567",
    codice_fiscale="RSSNNA80A41D612P",
)
ACME = common_pb2.BillingParty(
    kind=common_pb2.CUSTOMER_KIND_COMPANY,
    company_name="Acme Srl",
    address=common_pb2.Address(street="Via Milano 2", postal_code="20121", city="Milano", province="MI", country="IT"),
    phone="+39021234567",
    contact_person="Bruno Bianchi",
    vat_number="01234567897",
    vat_country="IT",
    recipient_code="ABC1234",
)
BEISPIEL = common_pb2.BillingParty(
    kind=common_pb2.CUSTOMER_KIND_COMPANY,
    company_name="Beispiel GmbH",
    address=common_pb2.Address(street="Lange Straße 5", postal_code="10115", city="Berlin", country="DE"),
    phone="+493012345678",
    vat_number="123456788",
    vat_country="DE",
)
HELVETIA = common_pb2.BillingParty(
    kind=common_pb2.CUSTOMER_KIND_COMPANY,
    company_name="Helvetia Muster AG",
    address=common_pb2.Address(street="Bahnhofstrasse 1", postal_code="8001", city="Zürich", country="CH"),
    phone="+41441234567",
    vat_number="CHE109322551",
    vat_country="CH",
)
"""A business outside the EU."""
SEEN = pb.SeenProof(kind=pb.BUSINESS_PROOF_KIND_TAX_CERTIFICATE, reference="proofs/2026-0042")
LABEL = {common_pb2.LANGUAGE_IT: "Ordine con obbligo di pagare", common_pb2.LANGUAGE_EN: "Order with obligation to pay"}
TO_ANNA = common_pb2.Recipient(email="anna@example.it", name="Anna Rossi", language=common_pb2.LANGUAGE_IT)
STEERING = common_pb2.Steering(actor="operator@provider", reason_code="phone_confirmed", source="test")


@dataclass
class Shop:
    """Ordering with its neighbours."""

    room: TestRoom
    neighbours: Neighbours
    vies: Register

    def stub(self, caller: str = "gateway") -> Any:
        return OrderingServiceStub(self.room.channel(caller))

    @property
    def worker(self) -> Any:
        return self.stub("worker")

    def account(self, **told: Any) -> UUID:
        """A new account, as trial and mailboxes tell of it."""
        account_id = new_id()
        self.neighbours.accounts[account_id] = Account(**told)
        return account_id

    def customer(self, account_id: UUID, language: str = "it") -> Any:
        return self.room.customer(account_id, language)

    async def quote(
        self,
        account_id: UUID,
        kind: common_pb2.CustomerKind = common_pb2.CUSTOMER_KIND_PRIVATE,
        billing: common_pb2.BillingPeriod = common_pb2.BILLING_PERIOD_ANNUAL,
        items: Sequence[pb.MailboxItem] = (),
    ) -> pb.Quote:
        request = pb.CreateQuoteRequest(
            request_id=request_id(),
            account_id=str(account_id),
            kind=kind,
            billing=billing,
            items=items or [mailboxes(1)],
        )
        answer = await self.stub().CreateQuote(request, metadata=self.customer(account_id))
        return pb.Quote.FromString(answer.quote.SerializeToString())

    async def save_profile(self, account_id: UUID, party: common_pb2.BillingParty = ANNA) -> common_pb2.BillingParty:
        request = pb.SaveBillingProfileRequest(request_id=request_id(), account_id=str(account_id), profile=party)
        answer = await self.stub().SaveBillingProfile(request, metadata=self.customer(account_id))
        return common_pb2.BillingParty.FromString(answer.profile.SerializeToString())

    async def wish(
        self, account_id: UUID, party: common_pb2.BillingParty = ANNA, **quoted: Any
    ) -> pb.PlaceOrderRequest:
        """Everything that an order needs: a saved profile, a quote, and a request that would place it."""
        await self.save_profile(account_id, party)
        quote = await self.quote(account_id, kind=party.kind, **quoted)
        return place_request(account_id, quote)

    async def place(self, request: pb.PlaceOrderRequest, language: str = "it") -> pb.Order:
        metadata = self.customer(UUID(request.account_id), language)
        answer = await self.stub().PlaceOrder(request, metadata=metadata)
        return pb.Order.FromString(answer.order.SerializeToString())

    async def order(self, account_id: UUID | None = None, **wanted: Any) -> pb.Order:
        """An open order of a new account, or of this one."""
        return await self.place(await self.wish(account_id or self.account(), **wanted))

    async def prove(self, order: pb.Order) -> pb.Order:
        """An operator accepts a proof that the customer of an order outside the EU is a business."""
        await self.worker.SettleTax(pb.SettleTaxRequest(order_id=order.order_id))
        request = pb.DecideTaxRequest(
            request_id=request_id(),
            order_id=order.order_id,
            decision=pb.TAX_DECISION_BUSINESS_PROOF,
            seen=SEEN,
            steering=STEERING,
        )
        answer = await self.worker.DecideTax(request)
        return pb.Order.FromString(answer.order.SerializeToString())

    async def record_proforma(self, order_id: str) -> pb.Order:
        request = pb.RecordProformaRequest(
            order_id=order_id,
            payment_request_id=request_id(),
            proforma_id=request_id(),
            proforma_number=f"P2026/{order_id[-4:]}",
        )
        answer = await self.worker.RecordProforma(request)
        return pb.Order.FromString(answer.order.SerializeToString())

    async def advance(self, order_id: str, *, money_waiting: bool = False) -> pb.AdvanceOrderResponse:
        answer = await self.worker.AdvanceOrder(
            pb.AdvanceOrderRequest(
                order_id=order_id,
                recipient=TO_ANNA,
                holder="Casella Esempio S.r.l.",
                iban="IT60X0542811101000000123456",
                bic="BPPIITRRXXX",
                reference="RF18539007547034",
                money_waiting=money_waiting,
            )
        )
        return pb.AdvanceOrderResponse.FromString(answer.SerializeToString())

    async def end(self, order_id: str, outcome: pb.Outcome) -> pb.Order:
        paid = outcome == pb.OUTCOME_PAID
        request = pb.RecordOutcomeRequest(
            order_id=order_id,
            outcome=outcome,
            available_on=to_date(self.room.clock.now().date()) if paid else None,
        )
        answer = await self.worker.RecordOutcome(request)
        return pb.Order.FromString(answer.order.SerializeToString())

    async def record_unlock(self, order_id: str, unlocked_at: Timestamp | None = None) -> pb.Order:
        moment = unlocked_at or to_timestamp(self.room.clock.now())
        answer = await self.worker.RecordUnlock(pb.RecordUnlockRequest(order_id=order_id, unlocked_at=moment))
        return pb.Order.FromString(answer.order.SerializeToString())

    async def fulfil(self, order_id: str, unlocked_at: Timestamp | None = None) -> pb.FulfilOrderResponse:
        request = pb.FulfilOrderRequest(
            order_id=order_id,
            invoice_id=request_id(),
            unlocked_at=unlocked_at or to_timestamp(self.room.clock.now()),
        )
        answer = await self.worker.FulfilOrder(request)
        return pb.FulfilOrderResponse.FromString(answer.SerializeToString())

    async def close(self, account_id: UUID, *, money_waiting: bool = False) -> pb.Closure:
        reason = pb.CLOSURE_REASON_TRIAL_ENDED
        request = pb.CloseAccountRequest(account_id=str(account_id), reason=reason, money_waiting=money_waiting)
        answer = await self.worker.CloseAccount(request)
        return pb.Closure.FromString(answer.closure.SerializeToString())


def mailboxes(
    quantity: int, size: mailboxes_pb2.MailboxSize = mailboxes_pb2.MAILBOX_SIZE_8_GB, *options: str
) -> pb.MailboxItem:
    """So many mailboxes of a size."""
    return pb.MailboxItem(size=size, quantity=quantity, options=options)


def place_request(
    account_id: UUID,
    quote: pb.Quote,
    method: common_pb2.PaymentMethod = common_pb2.PAYMENT_METHOD_BANK_TRANSFER,
    language: common_pb2.Language = common_pb2.LANGUAGE_IT,
) -> pb.PlaceOrderRequest:
    """A request that orders a quote with everything a consent needs."""
    return pb.PlaceOrderRequest(
        request_id=request_id(),
        account_id=str(account_id),
        quote_id=quote.quote_id,
        payment_method=method,
        consent=pb.OrderConsent(
            button_label=LABEL[language],
            language=language,
            terms_hash="a" * 64,
            quote_hash=quote.hash,
            client=common_pb2.ClientContext(ip="203.0.113.7", user_agent="Firefox"),
            start_at_once=True,
            withdrawal_information_shown=True,
        ),
    )
