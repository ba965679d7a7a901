"""A consumer who has paid a part withdraws on real parts: the part goes back, and so does what comes after it.

Statements and the bank's file are the bank's side; its payment of the file is played by a statement, too.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
import pytest_asyncio

from casella.common.v1 import common_pb2 as common
from casella.invoicing.v1 import invoicing_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from deploy.local.clock import open_calendar
from deploy.local.demo import paying
from services.kit.calendar import rome_date
from services.kit.localized import day
from services.kit.wire import from_date
from tests.e2e.operator_desk import at_the_desk
from tests.e2e.test_withdrawals import Stage, arrives, euro
from tests.e2e.waiting import until
from tests.payments.statement import Entry
from tests.payments.statement import statement as bank_statement
from workflows import names

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("withdrawn-money")]

_PAYERS_IBAN = "DE89370400440532013000"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """A Casella with a calendar that moves."""
    var = tmp_path_factory.mktemp("withdrawn-money") / "var"
    async with at_the_desk(var) as desk, open_calendar(desk.play.world.site) as calendar:
        yield Stage(desk, calendar)


async def transferred(stage: Stage, order: ordering_pb2.Order, minor: int) -> payments_pb2.MoneyEntry:
    """Money that names an order and pays nothing."""
    before = {each.money_entry_id for each in await waiting(stage)}
    today = rome_date(stage.calendar.now())
    await arrives(stage, paying.Transfer(euro(minor), today, text=order.proforma_number, payer_iban=_PAYERS_IBAN))
    (entry,) = [each for each in await waiting(stage) if each.money_entry_id not in before]
    return entry


async def waiting(stage: Stage) -> list[payments_pb2.MoneyEntry]:
    listed = await stage.desk.play.operator.payments.ListMoneyEntries(payments_pb2.ListMoneyEntriesRequest())
    return list(listed.entries)


async def told(stage: Stage, entry: Entry) -> payments_pb2.ImportStatementResponse:
    """A statement with an entry."""
    file = bank_statement(entry, number=f"TOLD-{uuid4()}")
    return await stage.desk.play.operator.payments.ImportStatement(payments_pb2.ImportStatementRequest(file=file))


async def sent_by_the_bank(stage: Stage, refund: payments_pb2.Refund) -> None:
    """An operator approves a transfer and exports it, and a statement has it."""
    (await stage.terminal.casella("refund", "approve", refund.refund_id, "--reason", "withdrawal")).well()
    file = stage.desk.play.world.site.var / f"{refund.refund_id}.xml"
    (await stage.terminal.casella("refund", "export", str(file))).well()
    end_to_end = f"{refund.refund_id.replace('-', '')}-1"
    left = Entry(
        refund.amount.minor, end_to_end=end_to_end, direction="DBIT", day=rome_date(stage.calendar.now()),
        bank_reference=f"OUT-{refund.refund_id[:8]}",
    )  # fmt: skip
    statement = bank_statement(left, number=f"OUT-{refund.refund_id[-8:]}")
    await stage.desk.play.operator.payments.ImportStatement(payments_pb2.ImportStatementRequest(file=statement))


async def test_a_part_that_was_paid_goes_back_by_the_withdrawal_and_so_does_what_comes_later(stage: Stage) -> None:
    play, desk, terminal = stage.desk.play, stage.desk, stage.terminal
    customer, order = await play.buyer(common.PAYMENT_METHOD_BANK_TRANSFER)
    entry = await transferred(stage, order, 500)
    made = await customer.withdraw(order.order_id)
    withdrawal, money = names.withdrawal_id(order.order_id), names.money_id(entry.money_entry_id)
    by = from_date(made.refund_by)
    await desk.stands(withdrawal, "NeedsOperator")
    await desk.shows(withdrawal, "a transfer that waits for your approval")
    await desk.shows(withdrawal, f"EUR 5.00 came and paid nothing ({money}), to be refunded by {by.isoformat()}")
    await desk.stands(money, "Refunding")
    await desk.shows(money, f"it must be back by {by.isoformat()}")
    receipt = await stage.written(customer, "Abbiamo ricevuto il tuo recesso")
    assert f"Abbiamo ricevuto 5,00 €, che non pagano nulla: te li rimborsiamo per intero entro il {day(by, 'it')}" in (
        receipt.replace("\xa0", " ")
    )
    page = " ".join((await terminal.casella("show", "order", order.order_id)).well().out.split())
    assert f"money that paid nothing ({money}) 5.00 EUR 0.00 EUR 5.00 EUR {by.isoformat()}" in page

    await stage.advance(timedelta(days=10))  # no part payment is invoiced (TD02) of what goes back
    assert not list((await play.operator.payments.ListAdvances(payments_pb2.ListAdvancesRequest())).entries)
    told = " ".join((await terminal.casella("doctor")).out.split())
    assert f"refunds after a withdrawal that are owed: 1: order {order.order_id}: 5.00 EUR, due by {by}" in told
    await stage.advance(timedelta(days=5))
    for command in ("doctor", "audit"):
        late = " ".join((await terminal.casella(command)).badly(1).out.split())
        assert f"order {order.order_id}: 5.00 EUR, due by {by}" in late

    (refund,) = await stage.refunds(customer)
    assert (refund.withdrawal_order_id, refund.iban) == (order.order_id, _PAYERS_IBAN)
    await sent_by_the_bank(stage, refund)
    await desk.stands(withdrawal, "Done")
    await desk.stands(money, "Refunded")

    later = await transferred(stage, order, 700)
    again = names.money_id(later.money_entry_id)
    await desk.shows(again, f"`{withdrawal}` sends it back")
    assert f"il cui IBAN termina con {_PAYERS_IBAN[-4:]}" in await stage.written(customer, "Ti restituiamo")
    await desk.stands(withdrawal, "NeedsOperator")

    async def asked() -> payments_pb2.Refund | None:
        found = [each for each in await stage.refunds(customer) if each.money_entry_id == later.money_entry_id]
        return found[0] if found else None

    await sent_by_the_bank(stage, await until(asked, "the refund of what came later"))
    await desk.stands(withdrawal, "Done")
    await desk.stands(again, "Refunded")
    (await terminal.casella("audit")).well()
    proof = await play.operator.payments.ProveLedger(payments_pb2.ProveLedgerRequest())
    assert list(proof.discrepancies) == []


async def test_the_invoice_of_a_part_is_credited_because_of_the_withdrawal_and_names_its_day(stage: Stage) -> None:
    play, desk = stage.desk.play, stage.desk
    customer, order = await play.buyer(common.PAYMENT_METHOD_BANK_TRANSFER)
    await transferred(stage, order, 500)
    await stage.advance(timedelta(days=10))  # by then the part is invoiced (TD02)
    await customer.log_in()
    made = await customer.withdraw(order.order_id)
    await desk.stands(names.withdrawal_id(order.order_id), "NeedsOperator")
    await stage.advance(timedelta(days=1))
    (refund,) = await stage.refunds(customer)
    await sent_by_the_bank(stage, refund)

    async def credited() -> invoicing_pb2.Document | None:
        asked = invoicing_pb2.ListDocumentsRequest(account_id=customer.account_id)
        listed = (await play.operator.invoicing.ListDocuments(asked)).documents
        notes = [each for each in listed if each.kind == invoicing_pb2.DOCUMENT_KIND_CREDIT_NOTE]
        return notes[0] if notes else None

    note = await until(credited, "the credit note on the invoice of the part")
    found = await play.operator.invoicing.GetInvoicingDocument(
        invoicing_pb2.GetInvoicingDocumentRequest(document_id=note.document_id)
    )
    credit = found.document.credit
    assert (credit.reason, credit.cause_date) == (invoicing_pb2.CREDIT_REASON_WITHDRAWAL, made.noticed_on)


async def test_what_the_bank_took_back_is_the_withdrawals_refund_once_it_is_set_aside(stage: Stage) -> None:
    play, desk = stage.desk.play, stage.desk
    customer, placed = await play.buyer(common.PAYMENT_METHOD_BANK_TRANSFER)
    paid = Entry(
        placed.quote.totals.gross.minor, text=placed.proforma_number, bank_reference="PAID-9", iban=_PAYERS_IBAN,
        day=rome_date(stage.calendar.now()),
    )  # fmt: skip
    await told(stage, paid)
    order = await play.fulfilled(customer, placed.order_id)
    await customer.withdraw(order.order_id)
    withdrawal = names.withdrawal_id(order.order_id)
    await desk.stands(withdrawal, "NeedsOperator")
    await desk.shows(withdrawal, "a transfer that waits for your approval")
    before = {each.money_entry_id for each in await waiting(stage)}
    assert (await told(stage, replace(paid, direction="DBIT", reversal=True))).refunds_stopped == 1
    (reversal,) = [each for each in await waiting(stage) if each.money_entry_id not in before]
    await desk.shows(withdrawal, "FAILED (taken_back): the bank took back money of this account")
    (refund,) = await stage.refunds(customer)
    refused = await stage.terminal.casella("refund", "retry", refund.refund_id, "--reason", "withdrawal")
    refused.badly(1, "decide about that first")
    money = names.money_id(reversal.money_entry_id)
    await desk.shows(money, "`set_aside` lets it be the refund of the withdrawal")
    assert not (await desk.update(money, "claim", {"reason_code": "unpaid"})).refusal
    await desk.stands(money, "Claim")
    aside = await desk.update(money, "set_aside", {"reason_code": "taken_back"})
    assert not aside.refusal
    (done,) = await stage.refunds(customer)
    assert (done.state, done.means) == (payments_pb2.REFUND_STATE_DONE, payments_pb2.REFUND_MEANS_TAKEN_BACK)
    await desk.stands(withdrawal, "Closing")
    (note,) = await stage.documents(customer, invoicing_pb2.DOCUMENT_KIND_CREDIT_NOTE)
    assert note.totals.gross == done.amount
    proof = await play.operator.payments.ProveLedger(payments_pb2.ProveLedgerRequest())
    assert list(proof.discrepancies) == []
