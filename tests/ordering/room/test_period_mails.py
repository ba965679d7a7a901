"""What customers read about the periods of their subscription and about its end, in both languages."""

from datetime import UTC, date
from typing import Any

import pytest
from sqlalchemy import text as sql

from casella.common.v1 import common_pb2, errors_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from services.kit.calendar import end_of_day, rome_date
from services.kit.wire import from_timestamp
from tests.ordering.letters import only_mail
from tests.ordering.shop import ACME, Shop
from tests.ordering.subscribers import PAID, UNPAID, Subscriber, annual, monthly
from tests.support.post import delivered, tables_holding, texts_of
from tests.support.refusals import bad_fields, refused_for
from tests.support.room import request_id

IT, EN = common_pb2.LANGUAGE_IT, common_pb2.LANGUAGE_EN
BEGIN = date(2026, 6, 10)


def move_to(shop: Shop, day: date) -> None:
    """The day's last moment in Rome."""
    shop.room.clock.at = end_of_day(shop.room.clock.now(), (day - rome_date(shop.room.clock.now())).days)


async def asked(shop: Shop) -> Subscriber:
    subscriber = await monthly(shop, BEGIN)
    await subscriber.asked_in_time(2)
    await shop.room.empty_outbox()
    return subscriber


async def renewed_annually(shop: Shop, party: common_pb2.BillingParty | None = None) -> Subscriber:
    """An annual subscription whose renewal was asked for 30 days before the term ends."""
    begin = date(2026, 3, 2)
    subscriber = await (annual(shop, begin) if party is None else annual(shop, begin, party=party))
    await subscriber.asked_in_time(2)
    await shop.room.empty_outbox()
    return subscriber


async def test_a_reminder_says_what_is_due_how_to_pay_and_what_follows(shop: Shop) -> None:
    subscriber = await asked(shop)
    move_to(shop, date(2026, 7, 12))
    await subscriber.advance(2)
    subject, text = await only_mail(shop)
    assert subject == "Promemoria: il tuo servizio è in attesa del pagamento"
    assert "dal 10 luglio 2026 al 31 luglio 2026, proforma n. P2026/2, con scadenza l’11 luglio 2026" in text
    assert "entro il 21 luglio 2026, l’invio viene sospeso" in text
    account = "Beneficiario: Casella Esempio S.r.l. IBAN: IT60 X054 2811 1010 0000 0123 456"
    assert f"{account} Importo: 9,09 € Causale: RF18 5390 0754 7034" in text


async def test_a_reminder_in_english_holds_the_link_for_paying_online_which_no_row_keeps(shop: Shop) -> None:
    subscriber = await monthly(shop, BEGIN)
    change = pb.ChangePaymentMethodRequest(
        request_id=request_id(),
        subscription_id=subscriber.subscription_id,
        payment_method=common_pb2.PAYMENT_METHOD_ONLINE,
    )
    await shop.stub().ChangePaymentMethod(change, metadata=subscriber.metadata)
    await subscriber.asked_in_time(2)
    await shop.room.empty_outbox()
    move_to(shop, date(2026, 7, 12))
    await subscriber.advance(2, EN)
    assert await tables_holding(shop.room, "/pay/abc") == ["outbox"]
    [message] = await delivered(shop.room)
    text = " ".join(texts_of(message))
    assert "Pay now" in text
    assert "/pay/abc" in text
    assert await tables_holding(shop.room, "/pay/abc") == []


async def test_a_suspension_says_what_still_works_and_when_the_service_ends(shop: Shop) -> None:
    subscriber = await asked(shop)
    move_to(shop, date(2026, 7, 12))
    await subscriber.advance(2)
    move_to(shop, date(2026, 7, 21))
    await subscriber.advance(2)
    await shop.room.empty_outbox()
    await subscriber.suspend(2)
    await subscriber.advance(2)
    subject, text = await only_mail(shop)
    assert subject == "L’invio della posta è sospeso"
    assert "Beneficiario: Casella Esempio S.r.l. IBAN: IT60 X054" in text
    assert "non possono più inviare; puoi ancora ricevere e leggere" in text
    assert "Se non è pagato entro il 20 agosto 2026, il servizio termina" in text


def euro(minor: int) -> common_pb2.Money:
    return common_pb2.Money(minor=minor, currency="EUR")


PART_CAME: dict[str, Any] = {
    "rest": euro(609), "to_pay": euro(909), "holder": "Casella S.r.l.", "end_held": True,
    "pay_url": "https://casella.example/pay/abc",
}  # fmt: skip
"""Three euro of 9.09 have come."""
THE_REST = {
    IT: (
        "abbiamo ricevuto 3,00 € su un totale da pagare di 9,09 € (IVA inclusa)",
        "Mancano ancora 6,09 €",
        "Beneficiario: Casella S",
    ),
    EN: ("received €3.00 of a total of €9.09 (VAT included)", "€6.09 is still missing", "Account holder: Casella S"),
}
INSTRUCTIONS = {
    IT: "IBAN: IT60 X054 2811 1010 0000 0123 456 Importo: 6,09 € Causale: RF18 5390 0754 7034",
    EN: "IBAN: IT60 X054 2811 1010 0000 0123 456 Amount: €6.09 Reference: RF18 5390 0754 7034",
}
WHOLE = {IT: ("non abbiamo", "Importo: 9,09", "Paga ora"), EN: ("have not", "Amount: €9.09", "Pay now")}
AND_NO_OTHER_WAY = {
    (common_pb2.PAYMENT_METHOD_BANK_TRANSFER, IT): "Il codice QR della proforma chiede invece l’intero importo",
    (common_pb2.PAYMENT_METHOD_BANK_TRANSFER, EN): "QR code asks for the whole amount",
    (common_pb2.PAYMENT_METHOD_ONLINE, IT): "con questo link: https://casella.example/pay/abc, che chiede solo quello",
    (
        common_pb2.PAYMENT_METHOD_ONLINE,
        EN,
    ): "with this link: https://casella.example/pay/abc, which asks for just that",
}


@pytest.mark.parametrize(("method", "language"), AND_NO_OTHER_WAY)
async def test_once_a_part_has_come_reminders_and_suspension_ask_for_the_rest_alone_and_threaten_no_end(
    shop: Shop, method: common_pb2.PaymentMethod, language: common_pb2.Language
) -> None:
    subscriber = await monthly(shop, BEGIN)
    change = pb.ChangePaymentMethodRequest(
        request_id=request_id(), subscription_id=subscriber.subscription_id, payment_method=method
    )
    await shop.stub().ChangePaymentMethod(change, metadata=subscriber.metadata)
    await subscriber.asked_in_time(2)
    await shop.room.empty_outbox()
    move_to(shop, date(2026, 7, 12))
    await subscriber.advance(2, language, **PART_CAME)
    _, reminder = await only_mail(shop)
    move_to(shop, date(2026, 7, 21))
    await subscriber.advance(2, language, **PART_CAME)
    await shop.room.empty_outbox()
    await subscriber.suspend(2)
    await subscriber.advance(2, language, **PART_CAME)
    _, suspension = await only_mail(shop)
    for text in (reminder, suspension):
        for said in (*THE_REST[language], INSTRUCTIONS[language], AND_NO_OTHER_WAY[method, language]):
            assert said in text
        assert [said for said in WHOLE[language] if said in text] == []
    assert {IT: "Se il resto non è pagato entro il 21 luglio 2026", EN: "If the rest is not paid by 21 July 2026"}[
        language
    ] in reminder
    stays, threat = {
        IT: ("Finché quanto abbiamo ricevuto resta presso di noi, il servizio non termina", "Se non è pagato"),
        EN: ("While we have what we received, the service does not end", "If it is not paid"),
    }[language]
    assert (stays in suspension, threat in suspension) == (True, False)
    assert {IT: "entro il 20 agosto 2026", EN: "by 20 August 2026"}[language] in suspension, "should it be returned"


@pytest.mark.parametrize(
    ("language", "words", "threat"),
    [
        (IT, "Abbiamo ricevuto del denaro per questa proforma, che da solo non la paga", "Se non è pagato entro il 20"),
        (EN, "received money for this proforma which does not pay it by itself", "If it is not paid by 20"),
    ],
)
async def test_while_money_waits_of_which_nobody_is_asked_for_a_rest_the_emails_tell_of_it_and_threaten_no_end(
    shop: Shop, language: common_pb2.Language, words: str, threat: str
) -> None:
    subscriber = await asked(shop)
    move_to(shop, date(2026, 7, 12))
    await subscriber.advance(2, language, end_held=True)
    _, reminder = await only_mail(shop)
    move_to(shop, date(2026, 7, 21))
    await subscriber.advance(2, language, end_held=True)
    await shop.room.empty_outbox()
    await subscriber.suspend(2)
    await subscriber.advance(2, language, end_held=True)
    _, suspension = await only_mail(shop)
    assert (words in reminder, words in suspension, threat in suspension) == (True, True, False)


async def test_who_has_cancelled_is_not_told_that_the_service_goes_on_while_money_waits(shop: Shop) -> None:
    """July is unpaid and served, because August is paid; its suspension comes late."""
    subscriber = await asked(shop)
    move_to(shop, date(2026, 7, 16))
    await subscriber.advance(2)
    await subscriber.asked_in_time(3)
    await subscriber.end(3, PAID)
    await subscriber.cancel()
    await subscriber.suspend(2)
    await shop.room.empty_outbox()
    await subscriber.advance(2, **PART_CAME)
    _, text = await only_mail(shop)
    assert ("Mancano ancora 6,09 €" in text, "il servizio non termina" in text) == (True, False)


async def test_what_account_credit_pays_is_not_asked_for_again(shop: Shop) -> None:
    subscriber = await asked(shop)
    move_to(shop, date(2026, 7, 12))
    await subscriber.advance(2, to_pay=euro(700))
    _, text = await only_mail(shop)
    assert ("L’importo da pagare è 7,00 €" in text, "Importo: 7,00 €" in text, "9,09" in text) == (True, True, False)


async def test_emails_that_were_queued_before_a_rest_was_known_of_are_written_as_they_were(shop: Shop) -> None:
    subscriber = await asked(shop)
    move_to(shop, date(2026, 7, 12))
    await subscriber.advance(2)
    async with shop.room.core.database.transaction() as conn:
        for name in ("rest", "received", "held", "holder", "bic", "suspended_by", "goes_on", "served_until"):
            await conn.execute(sql("UPDATE outbox SET payload = payload #- :path"), {"path": ["params", name]})
    _, written = await only_mail(shop)
    assert "Importo: 9,09 €" in written


@pytest.mark.parametrize(
    ("changes", "bad"),
    [
        ({"rest": euro(0)}, ["rest"]),
        ({"rest": common_pb2.Money(minor=5, currency="")}, ["rest"]),
        ({"rest": euro(909)}, ["rest"]),
        ({"to_pay": euro(-1), "rest": euro(-2)}, ["rest", "to_pay"]),
        ({"iban": "", "reference": "", "holder": ""}, ["holder", "iban", "reference"]),
        ({"holder": "x" * 71}, ["holder"]),
    ],
)
async def test_a_rest_that_makes_no_sense_or_says_no_way_is_refused_and_nothing_is_sent(
    shop: Shop, changes: dict[str, Any], bad: list[str]
) -> None:
    subscriber = await asked(shop)
    move_to(shop, date(2026, 7, 12))
    call = subscriber.advance(2, **{**PART_CAME, **changes})
    assert sorted(bad_fields(await refused_for(call, errors_pb2.REASON_INVALID_INPUT))) == bad
    assert await shop.room.mails() == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            IT,
            "solo fino al 9 luglio 2026: se lo disdici adesso termina subito e la disdetta non si può ritirare",
        ),
        (EN, "It is paid only until 9 July 2026: a cancellation now ends it at once and cannot be taken back"),
    ],
)
async def test_reminder_and_suspension_say_where_a_cancellation_would_end_the_service_at_once(
    shop: Shop, language: common_pb2.Language, words: str
) -> None:
    subscriber = await asked(shop)
    move_to(shop, date(2026, 7, 12))
    await subscriber.advance(2, language)
    assert words in (await only_mail(shop))[1]
    move_to(shop, date(2026, 7, 21))
    await subscriber.advance(2, language)
    await subscriber.suspend(2)
    await shop.room.empty_outbox()
    await subscriber.advance(2, language)
    assert words in (await only_mail(shop))[1]
    assert (await subscriber.cancel()).ends_at.ToDatetime(UTC) == shop.room.clock.now()
    await refused_for(subscriber.keep(), errors_pb2.REASON_SUBSCRIPTION_STATE)


async def suspended_with_a_newer_one(shop: Shop) -> Subscriber:
    """A subscription whose sending is suspended for want of July's money, which is asked for August's too."""
    subscriber = await asked(shop)
    move_to(shop, date(2026, 7, 21))
    await subscriber.advance(2)
    await subscriber.suspend(2)
    await subscriber.asked_in_time(3)
    await shop.room.empty_outbox()
    return subscriber


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            IT,
            (
                "L’invio è già sospeso, perché la proforma n. P2026/2, con scadenza l’11 luglio 2026, non è",
                "se non lo è entro il 20 agosto 2026, il servizio termina",
            ),
        ),
        (
            EN,
            (
                "Sending is suspended already, because proforma no. P2026/2, due on 11 July 2026, has not been paid",
                "if it is not paid by 20 August 2026, the service ends",
            ),
        ),
    ],
)
async def test_while_an_older_period_suspends_sending_a_reminder_names_it_and_the_day_of_the_end(
    shop: Shop, language: common_pb2.Language, words: tuple[str, ...]
) -> None:
    subscriber = await asked(shop)
    move_to(shop, date(2026, 7, 21))
    await subscriber.advance(2)
    await subscriber.suspend(2)
    await subscriber.asked_in_time(3)
    await shop.room.empty_outbox()
    move_to(shop, date(2026, 8, 12))
    await subscriber.advance(3, language)
    _, text = await only_mail(shop)
    assert [word for word in words if word not in text] == []
    assert "viene sospeso" not in text
    assert "sending is suspended;" not in text
    await shop.room.empty_outbox()
    await subscriber.end(2, PAID)
    await subscriber.resume(2)
    move_to(shop, date(2026, 8, 16))
    await subscriber.advance(3, language)
    assert "P2026/2" not in (text := (await only_mail(shop))[1])
    assert "viene sospeso" in text or "sending is suspended;" in text


async def test_while_newer_days_are_paid_no_email_says_that_a_cancellation_ends_the_service_at_once(shop: Shop) -> None:
    subscriber = await suspended_with_a_newer_one(shop)
    await subscriber.end(3, PAID)
    assert not (await subscriber.subscription()).would_end_at_once
    await shop.room.empty_outbox()
    await subscriber.advance(2)
    written = await shop.room.mail_params()
    assert written
    assert not any(params["served_until"] for _, _, params in written)


@pytest.mark.parametrize("closed_before", [True, False])
@pytest.mark.parametrize(
    ("language", "words"),
    [
        (IT, "Non pagare più la proforma n. P2026/3: non vale più, se un pagamento non è già partito."),
        (EN, "Please do not pay proforma no. P2026/3 any more: it is void, unless a payment is already on its way."),
    ],
)
async def test_a_cancellation_s_confirmation_names_the_proforma_that_it_makes_void_and_no_other_one(
    shop: Shop, language: common_pb2.Language, words: str, *, closed_before: bool
) -> None:
    """July was served to its last day and stays owed; August is not any more."""
    subscriber = await suspended_with_a_newer_one(shop)
    move_to(shop, date(2026, 8, 5))
    await subscriber.cancel()
    if closed_before:
        await subscriber.end(3, UNPAID)
    await shop.room.empty_outbox()
    await subscriber.advance(4, language)
    text = (await only_mail(shop))[1]
    assert words in text
    assert "P2026/2" not in text


async def test_a_proforma_that_an_earlier_cancellation_made_void_is_not_named_again(shop: Shop) -> None:
    subscriber = await asked(shop)
    await subscriber.cancel()
    await subscriber.end(2, UNPAID)
    shop.room.clock.advance(hours=1)
    await subscriber.keep()
    shop.room.clock.advance(hours=1)
    await subscriber.cancel()
    await shop.room.empty_outbox()
    await subscriber.advance(3)
    assert "proforma n." not in (await only_mail(shop))[1]


async def test_once_the_service_has_ended_a_reminder_names_no_suspension(shop: Shop) -> None:
    """July was served, suspended for and stays owed; the days of August up to the cancellation are asked for."""
    subscriber = await monthly(shop, date(2026, 6, 1))
    await subscriber.asked_in_time(2)
    move_to(shop, date(2026, 7, 21))
    await subscriber.suspend(2)
    await subscriber.asked_in_time(3)
    move_to(shop, date(2026, 8, 5))
    await subscriber.cancel()
    await subscriber.end(3, UNPAID)
    assert (await subscriber.end(4, UNPAID)).subscription.state == pb.SUBSCRIPTION_STATE_CLOSING
    await subscriber.measure(4)
    await subscriber.record_proforma(4)
    assert (await subscriber.next(2), await subscriber.next(4)) == ("WAIT purge", "WAIT reminder_1_days")
    await shop.room.empty_outbox()
    move_to(shop, date(2026, 8, 16))
    await subscriber.advance(4)
    subject, text = await only_mail(shop)
    assert subject == "Promemoria: il tuo servizio è in attesa del pagamento"
    assert ("proforma n. P2026/4" in text, "P2026/2" in text, "sospes" in text) == (True, False, False)


@pytest.mark.parametrize(
    ("language", "words", "threat"),
    [
        (IT, "con scadenza l’11 luglio 2026, è pagata solo in parte: ne mancano ancora 6,09 €", "il servizio termina"),
        (EN, "due on 11 July 2026, is paid in part only: €6.09 of it is still missing", "the service ends"),
    ],
)
async def test_of_an_older_period_that_suspends_sending_a_reminder_counts_the_part_that_has_come(
    shop: Shop, language: common_pb2.Language, words: str, threat: str
) -> None:
    subscriber = await suspended_with_a_newer_one(shop)
    move_to(shop, date(2026, 8, 12))
    await subscriber.advance(3, language, older_rest=euro(609), older_end_held=True)
    _, text = await only_mail(shop)
    assert (words in text, threat in text) == (True, False)


@pytest.mark.parametrize(
    ("language", "told", "words"),
    [
        (
            IT,
            "L’invio resta sospeso: una proforma precedente non è pagata",
            ("grazie per il pagamento della proforma n. P2026/3", "non abbiamo ricevuto", "proforma n. P2026/2"),
        ),
        (
            EN,
            "Sending stays suspended: an earlier proforma is not paid",
            ("thank you for the payment of proforma no. P2026/3", "we have not received", "proforma no. P2026/2"),
        ),
    ],
)
async def test_who_pays_a_newer_period_is_told_once_which_one_keeps_sending_suspended(
    shop: Shop, language: common_pb2.Language, told: str, words: tuple[str, ...]
) -> None:
    subscriber = await suspended_with_a_newer_one(shop)
    await subscriber.advance(2, language)
    assert "P2026/3" not in (await only_mail(shop))[1]
    await shop.room.empty_outbox()
    await subscriber.end(3, PAID)
    assert f"renewal:{subscriber.subscription_id}:2" in {wake.workflow_id for wake in await shop.room.wakes()}
    await subscriber.advance(2, language, money_waiting=True)
    assert await shop.room.mails() == []
    for _ in range(2):
        await subscriber.advance(2, language)
    subject, text = await only_mail(shop)
    assert subject == told
    assert [word for word in words if word not in text] == []


async def test_a_period_says_which_older_one_keeps_sending_suspended(shop: Shop) -> None:
    subscriber = await suspended_with_a_newer_one(shop)
    older = await subscriber.period(2)

    async def suspended_by(number: int) -> str:
        asked = pb.GetPeriodRequest(period_id=(await subscriber.period(number)).period.period_id)
        found = await shop.stub().GetPeriod(asked, metadata=subscriber.metadata)
        return str(found.suspended_by_period_id)

    assert [await suspended_by(number) for number in (2, 3)] == ["", older.period.period_id]
    await subscriber.end(2, PAID)
    assert await suspended_by(3) == ""


@pytest.mark.parametrize(
    ("language", "subject", "words"),
    [
        (IT, "Il tuo servizio è terminato", ("perché non è stato pagato", "Fino al 19 settembre 2026")),
        (EN, "Your service has ended", ("because it was not paid", "Until 19 September 2026")),
    ],
)
async def test_the_end_for_want_of_money_says_until_when_mail_can_be_read(
    shop: Shop, language: common_pb2.Language, subject: str, words: tuple[str, str]
) -> None:
    subscriber = await asked(shop)
    move_to(shop, date(2026, 7, 21))
    await subscriber.suspend(2)
    move_to(shop, date(2026, 8, 20))
    await subscriber.end(2, UNPAID)
    await subscriber.end(3, UNPAID)
    await shop.room.empty_outbox()
    for _ in range(2):
        await subscriber.advance(3, language)
    told, text = await only_mail(shop)
    assert told == subject
    assert all(word in text for word in words)


@pytest.mark.parametrize(
    ("language", "subject", "words"),
    [
        (IT, "Conferma della tua disdetta", ("fino al 9 luglio 2026, l’ultimo giorno", "ritirare la disdetta")),
        (
            EN,
            "Your cancellation is confirmed",
            ("until 9 July 2026, the last day", "take the cancellation"),
        ),
    ],
)
async def test_a_cancellation_is_confirmed_once_with_its_last_day(
    shop: Shop, language: common_pb2.Language, subject: str, words: tuple[str, str]
) -> None:
    subscriber = await monthly(shop, BEGIN)
    await subscriber.cancel()
    for _ in range(2):
        await subscriber.advance(2, language)
    told, text = await only_mail(shop)
    assert told == subject
    assert all(word in text for word in words)


async def test_a_second_cancellation_is_confirmed_again_and_its_end_is_told(shop: Shop) -> None:
    subscriber = await monthly(shop, BEGIN)
    await subscriber.cancel()
    await subscriber.advance(2)
    await subscriber.keep()
    await shop.room.empty_outbox()
    shop.room.clock.advance(days=1)
    cancelled = await subscriber.cancel()
    await subscriber.advance(2)
    assert (await only_mail(shop))[0] == "Conferma della tua disdetta"
    shop.room.clock.at = from_timestamp(cancelled.ends_at)
    await subscriber.end(2, UNPAID)
    await subscriber.advance(2)
    assert "è terminato, come hai chiesto" in (await only_mail(shop))[1]


async def test_a_cancellation_with_nothing_paid_says_that_it_ends_at_once(shop: Shop) -> None:
    subscriber = await asked(shop)
    move_to(shop, date(2026, 7, 15))
    await subscriber.cancel()
    await subscriber.advance(3)
    text = (await only_mail(shop))[1]
    assert "il servizio termina ora" in text
    assert "ritirare la disdetta" not in text


@pytest.mark.parametrize(
    ("language", "subject", "words"),
    [
        (
            IT,
            "Il tuo servizio si rinnova il 2 marzo 2027",
            ("Prezzo del rinnovo: 19,76 €, IVA inclusa", "Ultimo giorno per disdire: 1° marzo 2027", "art. 65-bis"),
        ),
        (
            EN,
            "Your service renews on 2 March 2027",
            ("Price of the renewal: €19.76, VAT included", "Last day to cancel: 1 March 2027", "art. 65-bis"),
        ),
    ],
)
async def test_a_consumer_is_told_of_the_annual_renewal_with_price_and_last_day_to_cancel(
    shop: Shop, language: common_pb2.Language, subject: str, words: tuple[str, ...]
) -> None:
    subscriber = await renewed_annually(shop)
    at = shop.room.clock.now()
    for _ in range(2):
        await subscriber.advance(2, language)
        shop.room.clock.advance(days=1)
    told, text = await only_mail(shop)
    assert told == subject
    assert [word for word in words if word not in text.replace("\xa0", " ")] == []
    period = await subscriber.period(2)
    assert (from_timestamp(period.notice_sent_at), period.notice_in_time) == (at, True)


async def test_a_notice_that_comes_too_late_is_known_as_late(shop: Shop) -> None:
    subscriber = await renewed_annually(shop)
    shop.room.clock.advance(days=1)
    await subscriber.advance(2)
    period = await subscriber.period(2)
    assert period.HasField("notice_sent_at")
    assert not period.notice_in_time


async def test_a_business_gets_no_consumer_s_notice(shop: Shop) -> None:
    subscriber = await renewed_annually(shop, ACME)
    await subscriber.advance(2)
    assert await shop.room.mail_params() == []
    assert not (await subscriber.period(2)).HasField("notice_sent_at")


async def test_who_has_cancelled_is_told_of_no_renewal(shop: Shop) -> None:
    subscriber = await renewed_annually(shop)
    await subscriber.cancel()
    await subscriber.advance(2)
    assert await shop.room.mail_params() == []
