"""A charge by automatic debit is announced with its day and amount; otherwise the proforma carries the link."""

import pytest

from casella.common.v1 import common_pb2
from casella.invoicing.v1 import invoicing_pb2 as pb
from services.kit.cause_fields import period_of
from services.kit.causes import PeriodCause
from services.kit.errors import Refused
from services.kit.ids import new_id
from tests.invoicing.builders import day, online_terms, proforma_request, send_proforma_request
from tests.invoicing.clients import Stub
from tests.invoicing.mails import only_mail, text_of
from tests.support.refusals import bad_fields
from tests.support.room import TestRoom

PAY_URL = "https://panel.example/pay/0123456789abcdef"
DEBIT = pb.PaymentTerms(method=common_pb2.PAYMENT_METHOD_AUTOMATIC_DEBIT)
IT, EN = common_pb2.LANGUAGE_IT, common_pb2.LANGUAGE_EN
DUE = day(2026, 3, 17)


async def of_period(worker: Stub) -> pb.Document:
    """The proforma of a period that is paid by automatic debit."""
    request = proforma_request(payment=DEBIT, order_id="", period=period_of(PeriodCause(new_id(), 2)))
    document: pb.Document = (await worker.IssueProforma(request)).document
    return document


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (IT, "Il 17 marzo 2026 addebitiamo 12,81\xa0€ sul conto PayPal che hai autorizzato"),
        (EN, "On 17 March 2026 we take €12.81 from the PayPal account that you authorised"),
    ],
)
async def test_the_email_names_the_amount_and_the_day_of_the_charge_and_carries_no_link(
    room: TestRoom, worker: Stub, language: common_pb2.Language, words: str
) -> None:
    proforma = await of_period(worker)
    for _ in range(2):
        await worker.SendProforma(send_proforma_request(proforma, language, debit_on=DUE))
    text = text_of(await only_mail(room))
    assert words.casefold() in text.casefold()
    assert "/pay/" not in text
    assert "pagarla entro" not in text
    assert "can pay it until" not in text


@pytest.mark.parametrize(("language", "words"), [(IT, "Paga con PayPal o carta"), (EN, "Pay by PayPal or card")])
async def test_a_period_without_a_planned_charge_is_paid_by_the_link(
    room: TestRoom, worker: Stub, language: common_pb2.Language, words: str
) -> None:
    await worker.SendProforma(send_proforma_request(await of_period(worker), language, pay_url=PAY_URL))
    text = text_of(await only_mail(room))
    assert words in text
    assert PAY_URL in text


@pytest.mark.parametrize(
    ("language", "words"),
    [(IT, "con questo pagamento autorizzi l’addebito"), (EN, "with this payment you authorise the debit")],
)
async def test_the_first_payment_says_that_it_authorises_later_ones(
    room: TestRoom, worker: Stub, language: common_pb2.Language, words: str
) -> None:
    proforma = (await worker.IssueProforma(proforma_request(payment=DEBIT))).document
    await worker.SendProforma(send_proforma_request(proforma, language, pay_url=PAY_URL))
    assert words in text_of(await only_mail(room))


async def test_the_email_names_one_way_of_paying(room: TestRoom, worker: Stub) -> None:
    debited = await of_period(worker)
    online = (await worker.IssueProforma(proforma_request(payment=online_terms()))).document
    for document, asked, bad in (
        (debited, {"debit_on": DUE, "pay_url": PAY_URL}, {"pay_url": "must_be_empty"}),
        (debited, {}, {"pay_url": "required"}),
        (debited, {"debit_on": day(2026, 2, 30)}, {"debit_on": "not_a_date"}),
        (online, {"debit_on": DUE}, {"debit_on": "must_be_empty"}),
    ):
        with pytest.raises(Refused) as refused:
            await worker.SendProforma(send_proforma_request(document, **asked))
        assert bad_fields(refused.value) == bad
    assert await room.mails() == []
