"""What customers read: confirmation, reminders, expired, cancelled, in both languages."""

import email
import email.message
import email.policy
import re
from collections.abc import Sequence
from datetime import timedelta
from html import unescape
from typing import Any, Literal

import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from services.ordering.domain.policy import OrderingPolicy
from tests.ordering.shop import ACME, Shop, mailboxes, place_request
from tests.support.post import delivered, tables_holding, texts_of
from tests.support.refusals import bad_fields, refused_for

IT, EN = common_pb2.LANGUAGE_IT, common_pb2.LANGUAGE_EN
MONTHLY = common_pb2.BILLING_PERIOD_MONTHLY
SIZE_25 = mailboxes_pb2.MAILBOX_SIZE_25_GB
TRANSFER, ONLINE = common_pb2.PAYMENT_METHOD_BANK_TRANSFER, common_pb2.PAYMENT_METHOD_ONLINE


def to(language: common_pb2.Language) -> common_pb2.Recipient:
    return common_pb2.Recipient(email="anna@example.it", name="Anna Rossi", language=language)


async def send(
    shop: Shop,
    order: pb.Order,
    kind: pb.OrderEmail,
    language: common_pb2.Language = IT,
    held: Sequence[common_pb2.Money] = (),
) -> None:
    request = pb.SendOrderEmailRequest(order_id=order.order_id, email=kind, recipient=to(language), held=held)
    await shop.worker.SendOrderEmail(request)


async def only_mail(shop: Shop, form: Literal["plain", "html"] = "plain") -> tuple[str, str]:
    """Subject and text of the one mail in the outbox, runs of spaces as one."""
    (sent,) = await shop.room.mails()
    message = email.message_from_bytes(sent.eml, policy=email.policy.default)
    assert isinstance(message, email.message.EmailMessage)
    part = message.get_body((form,))
    assert isinstance(part, email.message.EmailMessage)
    return str(message["Subject"]), re.sub(r"\s+", " ", part.get_content())


async def business_order(shop: Shop) -> pb.Order:
    order = await shop.order(party=ACME, billing=MONTHLY, items=[mailboxes(5), mailboxes(2, SIZE_25)])
    return await shop.record_proforma(order.order_id)


async def test_a_consumer_reads_the_gross_total_and_the_right_of_withdrawal(shop: Shop) -> None:
    order = await shop.order()
    await shop.record_proforma(order.order_id)
    await send(shop, order, pb.ORDER_EMAIL_CONFIRMATION)
    subject, text = await only_mail(shop)
    assert subject == "Conferma del tuo ordine"
    assert "1 × Casella 8 GB, 12 mesi" in text
    assert "Totale da pagare, IVA inclusa: 19,76 €" in text.replace("\xa0", " ")
    assert "16,20" not in text
    assert "Puoi recedere fino al 16 marzo 2026, ore 23:59." in text
    assert "Ci hai chiesto di iniziare subito il servizio" in text
    assert "entro il 17 marzo 2026, ore 23:59" in text
    assert order.order_id in text
    assert "a" * 64 in text


@pytest.mark.parametrize("policy", [OrderingPolicy(start_without_request="serve")])
async def test_a_consumer_who_did_not_ask_to_start_at_once_reads_so(shop: Shop) -> None:
    wish = await shop.wish(shop.account())
    wish.consent.start_at_once = False
    await send(shop, await shop.place(wish), pb.ORDER_EMAIL_CONFIRMATION)
    assert "Non ci hai chiesto di iniziare il servizio prima" in (await only_mail(shop))[1]


async def test_a_business_reads_net_vat_and_gross_and_nothing_of_withdrawal(shop: Shop) -> None:
    await send(shop, await business_order(shop), pb.ORDER_EMAIL_CONFIRMATION)
    text = (await only_mail(shop))[1].replace("\xa0", " ")
    assert "5 × Casella 8 GB, 1 mese: 7,50 €" in text
    assert "2 × Casella 25 GB, 1 mese: 5,80 €" in text
    assert "Imponibile: 13,30 €" in text
    assert "IVA 22 %: 2,93 €" in text
    assert "Totale da pagare: 16,23 €" in text
    assert "recesso" not in text.lower()


async def test_the_confirmation_speaks_the_recipient_s_language(shop: Shop) -> None:
    order = await shop.order()
    await send(shop, order, pb.ORDER_EMAIL_CONFIRMATION, EN)
    subject, text = await only_mail(shop)
    assert subject == "Your order is confirmed"
    assert "Total to pay, VAT included: €19.76" in text
    assert "You can withdraw until 16 March 2026, 23:59." in text
    assert "VAT number 07123450483" in text
    assert "P. IVA" not in text


async def test_the_day_of_an_email_stands_behind_the_right_article(shop: Shop) -> None:
    shop.room.clock.at = shop.room.clock.at.replace(month=10, day=28)
    account = shop.account(purge_at=shop.room.clock.at + timedelta(days=45))
    await send(shop, await shop.order(account), pb.ORDER_EMAIL_CONFIRMATION)
    text = (await only_mail(shop))[1]
    assert "fino all’11 novembre 2026, ore 23:59" in text
    assert "ordine del 28 ottobre 2026" in text


async def reminded(shop: Shop, method: common_pb2.PaymentMethod, **hints: Any) -> pb.Order:
    """An order whose reminder is in the outbox."""
    account = shop.account()
    await shop.save_profile(account)
    order = await shop.place(place_request(account, await shop.quote(account), method))
    order = await shop.record_proforma(order.order_id)
    shop.room.clock.advance(days=3)
    request = pb.AdvanceOrderRequest(order_id=order.order_id, recipient=to(IT), **hints)
    await shop.worker.AdvanceOrder(request)
    return order


async def test_a_reminder_says_how_to_pay_by_bank_transfer(shop: Shop) -> None:
    order = await reminded(
        shop,
        TRANSFER,
        holder="Casella Esempio S.r.l.",
        iban="IT60X0542811101000000123456",
        bic="BPPIITRRXXX",
        reference="RF18539007547034",
    )
    subject, text = await only_mail(shop)
    assert subject == "Promemoria: il tuo ordine è in attesa del pagamento"
    account = "Beneficiario: Casella Esempio S.r.l. IBAN: IT60 X054 2811 1010 0000 0123 456 BIC: BPPIITRRXXX"
    assert f"{account} Importo: 19,76 € Causale: RF18 5390 0754 7034" in text
    assert f"proforma n. {order.proforma_number}. L’importo da pagare è 19,76 € (IVA inclusa)" in text
    assert "scade il 17 marzo 2026, ore 23:59" in text


async def test_a_reminder_asks_for_what_account_credit_has_left(shop: Shop) -> None:
    left = common_pb2.Money(minor=1_500, currency="EUR")
    await reminded(shop, TRANSFER, iban="IT60X0542811101000000123456", reference="RF18539007547034", to_pay=left)
    _, text = await only_mail(shop)
    assert ("L’importo da pagare è 15,00 €" in text, "Importo: 15,00 €" in text, "19,76" in text) == (True, True, False)


@pytest.mark.parametrize("policy", [OrderingPolicy(online_expiry_days=5)])
async def test_a_reminder_holds_the_link_for_paying_online(shop: Shop) -> None:
    await reminded(shop, ONLINE, pay_url="https://casella.example/pay/abc")
    assert "Paga ora: https://casella.example/pay/abc" in (await only_mail(shop))[1]


@pytest.mark.parametrize("policy", [OrderingPolicy(online_expiry_days=5)])
async def test_once_a_reminder_has_left_no_row_holds_its_link(shop: Shop) -> None:
    await reminded(shop, ONLINE, pay_url=f"https://casella.example/pay/{'Ab-_' * 11}")
    assert await tables_holding(shop.room, "Ab-_Ab-_") == ["outbox"]
    [message] = await delivered(shop.room)
    assert any("Ab-_Ab-_" in part for part in texts_of(message))
    assert await tables_holding(shop.room, "Ab-_Ab-_") == []


@pytest.mark.parametrize("language", [IT, EN])
@pytest.mark.parametrize(
    ("outcome", "news"),
    [(pb.OUTCOME_EXPIRED, pb.ORDER_EMAIL_EXPIRED), (pb.OUTCOME_CANCELLED, pb.ORDER_EMAIL_CANCELLED)],
)
async def test_the_end_of_an_unpaid_order_is_told(
    shop: Shop, language: common_pb2.Language, outcome: pb.Outcome, news: pb.OrderEmail
) -> None:
    order = await shop.order()
    await refused_for(send(shop, order, news), errors_pb2.REASON_ORDER_STATE)
    await shop.end(order.order_id, outcome)
    await send(shop, order, news, language)
    subject, text = await only_mail(shop)
    assert "ordine" in subject if language == IT else "order" in subject
    assert "non devi nulla" in text if language == IT else "you owe nothing" in text


@pytest.mark.parametrize(
    ("language", "told", "not_told"),
    [
        (IT, "Abbiamo ricevuto 177,88 € e 5,00 USD per questo ordine e te li restituiremo.", "Se lo hai già disposto"),
        (EN, "We have received €177.88 and US$5.00 for this order and will return it", "If you have already sent"),
    ],
)
@pytest.mark.parametrize(
    ("outcome", "news"),
    [(pb.OUTCOME_EXPIRED, pb.ORDER_EMAIL_EXPIRED), (pb.OUTCOME_CANCELLED, pb.ORDER_EMAIL_CANCELLED)],
)
async def test_the_end_of_an_order_tells_of_money_that_is_held(
    shop: Shop, language: common_pb2.Language, told: str, not_told: str, outcome: pb.Outcome, news: pb.OrderEmail
) -> None:
    order = await shop.order()
    await shop.end(order.order_id, outcome)
    held = [common_pb2.Money(currency="EUR", minor=17788), common_pb2.Money(currency="USD", minor=500)]
    await send(shop, order, news, language, held)
    for form in ("plain", "html"):
        text = unescape((await only_mail(shop, form))[1]).replace("\xa0", " ")
        assert told in text
        assert not_told not in text


async def test_without_money_held_the_end_of_an_order_tells_of_none(shop: Shop) -> None:
    order = await shop.order()
    await shop.record_proforma(order.order_id)
    await shop.end(order.order_id, pb.OUTCOME_CANCELLED)
    await send(shop, order, pb.ORDER_EMAIL_CANCELLED)
    text = (await only_mail(shop))[1]
    assert "Abbiamo ricevuto" not in text
    assert "Se lo hai già disposto, rispondi a questa email" in text


@pytest.mark.parametrize(
    ("held", "bad"),
    [
        ([common_pb2.Money(currency="EUR", minor=0)], {"held[0]": "not_an_amount"}),
        ([common_pb2.Money(currency="euro", minor=5)], {"held[0]": "not_an_amount"}),
        ([common_pb2.Money(currency="EUR", minor=5)] * 21, {"held": "too_many"}),
    ],
)
async def test_an_email_tells_of_no_impossible_sum(
    shop: Shop, held: Sequence[common_pb2.Money], bad: dict[str, str]
) -> None:
    order = await shop.order()
    call = send(shop, order, pb.ORDER_EMAIL_CANCELLED, held=held)
    assert bad_fields(await refused_for(call, errors_pb2.REASON_INVALID_INPUT)) == bad


async def test_each_email_is_sent_once(shop: Shop) -> None:
    order = await shop.order()
    for _ in range(3):
        await send(shop, order, pb.ORDER_EMAIL_CONFIRMATION)
    assert [key for key, _, _ in await shop.room.mail_params()] == [f"order_confirmation:{order.order_id}"]


async def test_a_recipient_is_needed(shop: Shop) -> None:
    order = await shop.order()
    request = pb.SendOrderEmailRequest(order_id=order.order_id)
    refused = await refused_for(shop.worker.SendOrderEmail(request), errors_pb2.REASON_INVALID_INPUT)
    assert bad_fields(refused) == {
        "email": "required",
        "recipient.email": "required",
        "recipient.name": "required",
        "recipient.language": "required",
    }
