"""Every way of paying goes the whole way through this room: its policy, its emails, its word for operators."""

import email
import email.message
import email.policy
from datetime import UTC, date, datetime

import pytest

from casella.common.v1 import common_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from services.invoicing.domain.documents import PaymentMethod as OfDocuments
from services.kit.calendar import end_of_day
from services.kit.localized import groups_of_four
from services.ordering.domain.kinds import PaymentMethod
from services.ordering.domain.policy import OrderingPolicy
from services.ordering.enums import METHODS
from services.payments.domain.payment_requests import Method as OfRequests
from tests.ordering.shop import TO_ANNA, Shop, place_request
from tests.ordering.subscribers import Subscriber, monthly
from tests.support.room import request_id
from workflows import wording_money

IT, EN = common_pb2.LANGUAGE_IT, common_pb2.LANGUAGE_EN
PAY_URL = "https://casella.example/pay/abc"
REFERENCE = "RF18539007547034"
SPACED = groups_of_four(REFERENCE)
SAID = {
    (PaymentMethod.BANK_TRANSFER, IT): ("Paghi con bonifico bancario", SPACED),
    (PaymentMethod.BANK_TRANSFER, EN): ("You pay by bank transfer", SPACED),
    (PaymentMethod.ONLINE, IT): ("Paghi online con PayPal o carta", PAY_URL),
    (PaymentMethod.ONLINE, EN): ("You pay online by PayPal or card", PAY_URL),
    (PaymentMethod.AUTOMATIC_DEBIT, IT): ("Paghi con PayPal, e così ci autorizzi ad addebitare", PAY_URL),
    (PaymentMethod.AUTOMATIC_DEBIT, EN): ("You pay by PayPal, and authorise us", PAY_URL),
}
"""How the order's confirmation names the way, and by what its reminder leads there."""
ASKED = {
    (PaymentMethod.BANK_TRANSFER, IT): ("Per pagare con bonifico usa questi dati", SPACED),
    (PaymentMethod.BANK_TRANSFER, EN): ("To pay by bank transfer, please use these details", SPACED),
    (PaymentMethod.ONLINE, IT): ("Paga ora", PAY_URL),
    (PaymentMethod.ONLINE, EN): ("Pay now", PAY_URL),
    (PaymentMethod.AUTOMATIC_DEBIT, IT): ("Paga ora", PAY_URL),
    (PaymentMethod.AUTOMATIC_DEBIT, EN): ("Pay now", PAY_URL),
}
"""How a period's reminder, and the news that sending is suspended, lead to the payment."""


@pytest.mark.parametrize("method", PaymentMethod)
def test_every_way_of_paying_has_its_days_and_is_known_to_payments_invoices_and_operators(
    method: PaymentMethod,
) -> None:
    policy = OrderingPolicy(transfer_expiry_days=15, online_expiry_days=3)
    assert policy.expiry_days(method) == (15 if method.by_transfer else 3)
    assert OfRequests(method.value).by_link != method.by_transfer
    assert OfDocuments(method.value).by_transfer == method.by_transfer
    assert wording_money.method(METHODS[method])


@pytest.mark.parametrize("policy", [OrderingPolicy(online_expiry_days=5)])
@pytest.mark.parametrize("language", [IT, EN])
@pytest.mark.parametrize("method", PaymentMethod)
async def test_confirmation_and_reminder_name_the_way_that_was_chosen_and_no_other(
    shop: Shop, method: PaymentMethod, language: common_pb2.Language
) -> None:
    account = shop.account()
    await shop.save_profile(account)
    order = await shop.place(place_request(account, await shop.quote(account), METHODS[method]))
    await shop.record_proforma(order.order_id)
    to = common_pb2.Recipient(email=TO_ANNA.email, name=TO_ANNA.name, language=language)
    wanted = pb.SendOrderEmailRequest(order_id=order.order_id, email=pb.ORDER_EMAIL_CONFIRMATION, recipient=to)
    await shop.worker.SendOrderEmail(wanted)
    shop.room.clock.advance(days=3)
    reminded = pb.AdvanceOrderRequest(
        order_id=order.order_id,
        recipient=to,
        iban="IT60X0542811101000000123456",
        reference=REFERENCE,
        pay_url=PAY_URL,
    )
    await shop.worker.AdvanceOrder(reminded)
    text = "\n".join([text_of(mail.eml) for mail in await shop.room.mails()])
    for said in SAID[method, language]:
        assert said in text
    for (other, spoken), not_said in SAID.items():
        if spoken == language and other is not method:
            assert not [words for words in not_said if words in text and words not in SAID[method, language]]


@pytest.mark.parametrize("language", [IT, EN])
@pytest.mark.parametrize("method", PaymentMethod)
async def test_a_periods_reminder_and_suspension_lead_to_its_way_of_paying_and_to_no_other(
    shop: Shop, method: PaymentMethod, language: common_pb2.Language
) -> None:
    subscriber = await monthly(shop, date(2026, 6, 10))
    await pay_by(subscriber, method)
    await subscriber.asked_in_time(2)
    await shop.room.empty_outbox()
    shop.room.clock.at = end_of_day(datetime(2026, 7, 12, 12, tzinfo=UTC), 0)
    await subscriber.advance(2, language)
    shop.room.clock.at = end_of_day(datetime(2026, 7, 21, 12, tzinfo=UTC), 0)
    await subscriber.suspend(2)
    await subscriber.advance(2, language)
    texts = [text_of(mail.eml) for mail in await shop.room.mails()]
    assert len(texts) == 3, "two reminders, and that sending is suspended"
    for text in texts:
        assert [said for said in ASKED[method, language] if said not in text] == []
        others = {said for (_, spoken), words in ASKED.items() if spoken == language for said in words}
        assert [said for said in others - {*ASKED[method, language]} if said in text] == []


async def pay_by(subscriber: Subscriber, method: PaymentMethod) -> None:
    """Let the subscription be paid so from now on: as its customer chooses, or follows an account's mandate."""
    if method is PaymentMethod.AUTOMATIC_DEBIT:
        followed = pb.FollowAutomaticDebitRequest(account_id=str(subscriber.account_id), active=True)
        await subscriber.shop.worker.FollowAutomaticDebit(followed)
    else:
        chosen = pb.ChangePaymentMethodRequest(
            request_id=request_id(), subscription_id=subscriber.subscription_id, payment_method=METHODS[method]
        )
        await subscriber.shop.stub().ChangePaymentMethod(chosen, metadata=subscriber.metadata)


def text_of(eml: bytes) -> str:
    message = email.message_from_bytes(eml, policy=email.policy.default)
    assert isinstance(message, email.message.EmailMessage)
    part = message.get_body(("plain",))
    assert isinstance(part, email.message.EmailMessage)
    return str(part.get_content())
