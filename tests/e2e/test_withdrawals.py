"""A consumer withdraws on real parts: on day 4 of a paid contract, and before the payment.

The payment provider is a stand-in: it proves our handling of refunds, not the provider's behaviour.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest
import pytest_asyncio
from lxml import etree

from casella.common.v1 import common_pb2 as common
from casella.common.v1.common_pb2 import Subject
from casella.invoicing.v1 import invoicing_pb2
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from casella.trial.v1 import trial_pb2
from deploy.local.clock import LocalCalendar, open_calendar
from deploy.local.demo import paying, people
from deploy.local.demo.customer import Customer
from services.kit.calendar import rome_date
from services.kit.wire import from_date, from_timestamp
from tests.cli.running import Terminal
from tests.e2e.levers import answered, sdi_will, transfer_of
from tests.e2e.operator_desk import Desk, at_the_desk, refused, wrongly_filled_in
from tests.e2e.waiting import until
from tests.payments.statement import Entry, statement
from workflows import names

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("withdrawals")]

_DAY = timedelta(days=1)
_ONLINE = common.PAYMENT_METHOD_ONLINE
_PAYERS_IBAN = "DE89370400440532013000"


@dataclass
class Stage:
    """A running Casella with its calendar."""

    desk: Desk
    calendar: LocalCalendar

    @property
    def terminal(self) -> Terminal:
        """Where commands are typed."""
        return Terminal({"CASELLA_VAR": str(self.desk.play.world.site.var)})

    async def advance(self, span: timedelta) -> None:
        """Move everything forward."""
        await self.calendar.advance(span, lambda _: None)

    async def documents(self, customer: Customer, kind: invoicing_pb2.DocumentKind) -> list[invoicing_pb2.Document]:
        """The customer's documents of a kind."""
        asked = invoicing_pb2.ListDocumentsRequest(account_id=customer.account_id)
        found = (await self.desk.play.operator.invoicing.ListDocuments(asked)).documents
        return [document for document in found if document.kind == kind]

    async def refunds(self, customer: Customer) -> list[payments_pb2.Refund]:
        """What payments has refunded to the customer."""
        asked = payments_pb2.ListRefundsRequest(account_id=customer.account_id)
        return list((await self.desk.play.operator.payments.ListRefunds(asked)).refunds)

    async def access(self, customer: Customer) -> mailboxes_pb2.AccessState:
        """What the customer's mailboxes may do."""
        asked = mailboxes_pb2.GetAllowanceRequest(account_id=customer.account_id)
        return (await self.desk.play.operator.mailboxes.GetAllowance(asked)).allowance.state

    async def written(self, customer: Customer, subject: str) -> str:
        """The text of the email whose subject begins so, runs of spaces as one."""
        mail = await self.desk.play.inbox.wait_for(
            customer.email, lambda mail: str(mail["Subject"]).startswith(subject), subject
        )
        part = mail.get_body(("plain",))
        assert part is not None
        return " ".join(str(part.get_content()).split())


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """A Casella with a calendar that moves."""
    var = tmp_path_factory.mktemp("withdrawals") / "var"
    async with at_the_desk(var) as desk, open_calendar(desk.play.world.site) as calendar:
        yield Stage(desk, calendar)


async def test_a_person_who_paid_by_card_and_withdraws_on_day_4_gets_all_but_4_days_back(stage: Stage) -> None:
    play, desk = stage.desk.play, stage.desk
    customer, placed = await play.buyer(_ONLINE)
    await play.pay_by_card(customer)
    order = await play.fulfilled(customer, placed.order_id)
    await stage.advance(3 * _DAY)
    customer.forget_session()
    made = await customer.withdraw(order.order_id)
    on = rome_date(from_timestamp(made.noticed_at))
    assert (on - rome_date(from_timestamp(order.unlocked_at))).days == 3
    assert from_date(made.refund_by) == on + 14 * _DAY

    withdrawal = names.withdrawal_id(order.order_id)
    await desk.stands(withdrawal, "Closing")
    assert await stage.access(customer) == mailboxes_pb2.ACCESS_STATE_SUSPENDED
    term = (from_date(order.period_end) - from_date(order.period_start)).days + 1
    total = order.totals.gross.minor
    owed = (2 * total * 4 + term) // (2 * term)  # half up
    [settled] = (await customer.withdrawal(order.order_id)).withdrawal.refunds
    assert (settled.paid.minor, settled.owed.minor, settled.amount.minor) == (total, owed, total - owed)
    [refund] = await stage.refunds(customer)
    assert (refund.refund_id, refund.amount, refund.state) == (
        settled.refund_id, settled.amount, payments_pb2.REFUND_STATE_DONE,
    )  # fmt: skip
    assert refund.means == payments_pb2.REFUND_MEANS_STRIPE
    note = await the_one_credit_note(stage, customer, settled, term)
    receipt = await stage.written(customer, "Abbiamo ricevuto il tuo recesso")
    assert f"ordine {order.order_id}" in receipt
    assert f"per 4 giorni di servizio su {term}" in receipt

    await shown_to_operators(stage, customer, order.order_id, note.document_id)

    await stage.advance(31 * _DAY)
    await desk.stands(withdrawal, "Done")
    await desk.stands(names.purge_id(customer.account_id), "Purged")
    asked = ordering_pb2.GetSubscriptionRequest(account_id=customer.account_id)
    ended = (await play.operator.ordering.GetSubscription(asked)).subscription
    assert (ended.state, ended.end) == (
        ordering_pb2.SUBSCRIPTION_STATE_ENDED, ordering_pb2.SUBSCRIPTION_END_WITHDRAWN,
    )  # fmt: skip
    assert await stage.refunds(customer) == [refund]
    assert len(await stage.documents(customer, invoicing_pb2.DOCUMENT_KIND_CREDIT_NOTE)) == 1
    proof = await play.operator.payments.ProveLedger(payments_pb2.ProveLedgerRequest())
    assert list(proof.discrepancies) == []


async def the_one_credit_note(
    stage: Stage, customer: Customer, settled: ordering_pb2.WithdrawalRefund, term: int
) -> invoicing_pb2.Document:
    """The credit note, at its end: of what was refunded, on the one invoice, with the days that stay owed."""
    [invoice] = await stage.documents(customer, invoicing_pb2.DOCUMENT_KIND_INVOICE)
    [note] = await stage.documents(customer, invoicing_pb2.DOCUMENT_KIND_CREDIT_NOTE)
    assert (note.document_id, note.totals.gross) == (settled.credit_note_id, settled.amount)
    assert (note.credit.invoice_id, note.credit.reason) == (
        invoice.document_id, invoicing_pb2.CREDIT_REASON_WITHDRAWAL,
    )  # fmt: skip
    assert note.credit.served.days_of_term == term
    await stage.desk.stands(names.e_invoice_id(note.document_id), "Undeliverable")  # the normal end for a person
    return note


async def shown_to_operators(stage: Stage, customer: Customer, order_id: str, note_id: str) -> None:
    """The order's page and the account's tell of the withdrawal; the books are proved with it."""
    for page in (("order", order_id), ("account", customer.email)):
        shown = " ".join((await stage.terminal.casella("show", *page)).well().out.split())
        for words in ("Withdrawal", "Refunds of the withdrawal", note_id, names.withdrawal_id(order_id)):
            assert words in shown
    (await stage.terminal.casella("audit")).well()


async def test_a_withdrawal_that_is_killed_and_begins_again_refunds_and_credits_once(stage: Stage) -> None:
    play, desk = stage.desk.play, stage.desk
    customer, placed = await play.buyer(_ONLINE)
    await play.pay_by_card(customer)
    order = await play.fulfilled(customer, placed.order_id)
    workflow_id = names.withdrawal_id(order.order_id)
    await customer.withdraw(order.order_id)
    await desk.stands(workflow_id, "Closing")
    await play.temporal.get_workflow_handle(workflow_id).terminate()
    await play.temporal.start_workflow(
        names.WITHDRAWAL, Subject(id=order.order_id), id=workflow_id, task_queue=names.TASK_QUEUE
    )  # as a wake starts it
    await desk.stands(workflow_id, "Closing")
    assert len(await stage.refunds(customer)) == 1
    assert len(await stage.documents(customer, invoicing_pb2.DOCUMENT_KIND_CREDIT_NOTE)) == 1


async def test_a_letter_is_recorded_and_a_refund_that_nobody_makes_is_told_until_it_is_made_by_hand(
    stage: Stage,
) -> None:
    """The transfer was recorded by an operator's word, and no statement has told of an account to send it back to."""
    play, desk, terminal = stage.desk.play, stage.desk, stage.terminal
    customer, placed = await play.buyer(common.PAYMENT_METHOD_BANK_TRANSFER)
    paid = await desk.update(
        names.order_id(placed.order_id), "record_bank_transfer", transfer_of(placed, stage.calendar.now())
    )
    assert paid.result == "paid", paid.refusal
    await play.fulfilled(customer, placed.order_id)
    today = rome_date(stage.calendar.now()).isoformat()
    recorded = await terminal.casella(
        "withdrawal", "record", placed.order_id, "--declared-on", today, "--reason", "letter", "--as", "giulia"
    )
    assert "the receipt goes to the customer" in recorded.well().out
    again = await terminal.casella(
        "withdrawal", "record", placed.order_id, "--declared-on", today, "--reason", "letter"
    )
    again.badly(1, "has withdrawn from this contract already")
    withdrawal = names.withdrawal_id(placed.order_id)
    await desk.stands(withdrawal, "NeedsOperator")
    assert ("giulia", "record_withdrawal", "letter") in await desk.audited("ordering", placed.order_id)
    assert "registrato" in await stage.written(customer, "Abbiamo ricevuto il tuo recesso")
    told = await terminal.casella("doctor")
    assert f"refunds after a withdrawal that are owed: 1: order {placed.order_id}" in " ".join(told.out.split())

    await stage.advance(16 * _DAY)
    for command in ("doctor", "audit"):
        late = " ".join((await terminal.casella(command)).badly(1).out.split())
        assert f"order {placed.order_id}" in late
    anew = {"reason_code": "mistaken_cancellation"}
    await refused(desk, withdrawal, "refund_again", anew, "makes no sense as the withdrawal stands")
    [first] = await stage.refunds(customer)
    await give_up(stage, withdrawal, first)
    await wrongly_filled_in(desk, withdrawal, "refund_again")
    answer = await desk.update(withdrawal, "refund_again", anew)
    assert answer.result == "the refund is asked for anew", answer.refusal

    async def asked_anew() -> payments_pb2.Refund | None:
        others = [each for each in await stage.refunds(customer) if each.refund_id != first.refund_id]
        return others[0] if others else None

    second = await until(asked_anew, "the refund that replaces the first")
    assert second.amount == first.amount
    await give_up(stage, withdrawal, second)
    answer = await desk.update(withdrawal, "refund_made_outside", {"reason_code": "paid_by_hand"})
    assert answer.result == "noted; the credit note follows", answer.refusal
    await desk.stands(withdrawal, "Closing")
    assert len(await stage.documents(customer, invoicing_pb2.DOCUMENT_KIND_CREDIT_NOTE)) == 1


async def give_up(stage: Stage, withdrawal: str, refund: payments_pb2.Refund) -> None:
    """Cancel a refund at payments; come back once the withdrawal's workflow offers what may be done about it."""
    await stage.desk.play.operator.payments.CancelRefund(
        payments_pb2.CancelRefundRequest(
            request_id=str(uuid4()),
            refund_id=refund.refund_id,
            steering=common.Steering(actor="giulia", reason_code="paid_by_hand"),
        )
    )
    await stage.desk.shows(withdrawal, "`refund_again`")


async def credited_with(stage: Stage, minor: int) -> Customer:
    """Somebody in trial whose account has credit, from a transfer of which no account is known."""
    play, payments = stage.desk.play, stage.desk.play.operator.payments
    customer = play.customer("pia")
    await customer.begin_trial()
    await customer.save_profile(people.private_person("Pia", "Conti"))
    await arrives(stage, paying.Transfer(euro(minor), rome_date(stage.calendar.now()), text=f"saldo {uuid4()}"))
    [entry] = (await payments.ListMoneyEntries(payments_pb2.ListMoneyEntriesRequest())).entries
    await payments.CreditMoney(
        payments_pb2.CreditMoneyRequest(
            request_id=str(uuid4()), money_entry_id=entry.money_entry_id, account_id=customer.account_id,
            steering=common.Steering(actor="giulia", reason_code="customer_agrees", source="test/1"),
        )
    )  # fmt: skip
    return customer


async def arrives(stage: Stage, transfer: paying.Transfer) -> None:
    """A statement tells of a transfer."""
    file = paying.statement("IT60X0542811101000000123456", [transfer])
    await stage.desk.play.operator.payments.ImportStatement(payments_pb2.ImportStatementRequest(file=file))


def euro(minor: int) -> common.Money:
    return common.Money(minor=minor, currency="EUR")


async def test_what_credit_had_paid_beside_a_transfer_goes_back_with_it_and_the_documents_say_so(stage: Stage) -> None:
    play, desk = stage.desk.play, stage.desk
    customer = await credited_with(stage, 500)
    placed = await play.place(customer, common.PAYMENT_METHOD_BANK_TRANSFER)
    rest = euro(placed.quote.totals.gross.minor - 500)
    today = rome_date(stage.calendar.now())
    await arrives(stage, paying.Transfer(rest, today, text=placed.proforma_number, payer_iban=_PAYERS_IBAN))
    order = await play.fulfilled(customer, placed.order_id)
    await customer.withdraw(order.order_id)
    await desk.stands(names.withdrawal_id(order.order_id), "NeedsOperator")
    [settled] = (await customer.withdrawal(order.order_id)).withdrawal.refunds
    [refund] = await stage.refunds(customer)
    assert (refund.amount, refund.credited.minor, refund.iban) == (settled.amount, 0, _PAYERS_IBAN)
    assert refund.means == payments_pb2.REFUND_MEANS_BANK_TRANSFER
    receipt = await stage.written(customer, "Abbiamo ricevuto il tuo recesso")
    assert "ciò che avevi pagato con il tuo credito, con bonifico bancario" in receipt
    proof = await play.operator.payments.ProveLedger(payments_pb2.ProveLedgerRequest())
    assert list(proof.discrepancies) == []


async def test_what_credit_had_paid_beside_a_card_is_owed_until_an_operator_has_an_account_for_it(stage: Stage) -> None:
    play, desk, terminal = stage.desk.play, stage.desk, stage.terminal
    customer = await credited_with(stage, 500)
    placed = await play.place(customer, _ONLINE)
    await play.pay_by_card(customer)
    order = await play.fulfilled(customer, placed.order_id)
    await customer.withdraw(order.order_id)
    withdrawal = names.withdrawal_id(order.order_id)
    await desk.stands(withdrawal, "NeedsOperator")
    card, payout = sorted(await stage.refunds(customer), key=lambda each: each.means)
    assert (card.state, card.means) == (payments_pb2.REFUND_STATE_DONE, payments_pb2.REFUND_MEANS_STRIPE)
    assert (payout.refund_id, payout.failure, payout.amount) == (card.paid_out_by, "iban_missing", card.credited)
    [settled] = (await customer.withdrawal(order.order_id)).withdrawal.refunds
    assert (card.amount, settled.HasField("refunded_at")) == (settled.amount, False)
    told = " ".join((await terminal.casella("doctor")).out.split())
    for words in (f"order {order.order_id}", f"iban_missing, {payout.refund_id}"):
        assert words in told
    account = ("--to-account", "--reason", "withdrawal")
    asked = f"{_PAYERS_IBAN}\nPia Conti\n"
    (await terminal.casella("refund", "retry", payout.refund_id, *account, stdin=asked)).well()
    await desk.shows(withdrawal, "a transfer that waits for the next file for the bank")
    (await terminal.casella("refund", "cancel", payout.refund_id, "--reason", "by_mistake")).well()
    await desk.shows(withdrawal, f"casella refund credit {customer.account_id}")
    await refused(desk, withdrawal, "refund_again", {"reason_code": "ok"}, "done with it: refund_made_outside")
    (await terminal.casella("refund", "credit", customer.account_id, *account, stdin=asked)).well()
    answer = await desk.update(withdrawal, "refund_made_outside", {"reason_code": "paid_out"})
    assert answer.result == "noted; the credit note follows", answer.refusal
    await desk.stands(withdrawal, "Closing")
    assert len(await stage.documents(customer, invoicing_pb2.DOCUMENT_KIND_CREDIT_NOTE)) == 1
    proof = await play.operator.payments.ProveLedger(payments_pb2.ProveLedgerRequest())
    assert list(proof.discrepancies) == []


async def test_of_an_order_with_an_accepted_shortfall_what_came_goes_back_and_the_note_credits_what_nobody_paid(
    stage: Stage,
) -> None:
    play, desk = stage.desk.play, stage.desk
    payments = play.operator.payments
    customer, placed = await play.buyer(common.PAYMENT_METHOD_BANK_TRANSFER)
    gross, missing = placed.quote.totals.gross.minor, 376
    came, today = gross - missing, rome_date(stage.calendar.now())
    await arrives(stage, paying.Transfer(euro(came), today, text=placed.proforma_number, payer_iban=_PAYERS_IBAN))
    [entry] = (await payments.ListMoneyEntries(payments_pb2.ListMoneyEntriesRequest())).entries
    assignment = {"proforma_number": placed.proforma_number, "accept_shortfall": True, "reason_code": "bank_charges"}
    money = names.money_id(entry.money_entry_id)
    await desk.stands(money, "NeedsOperator")
    answer = await desk.update(money, "assign", assignment)
    assert not answer.refusal
    order = await play.fulfilled(customer, placed.order_id)
    assert means_of(await xml_of(stage, customer, invoicing_pb2.DOCUMENT_KIND_INVOICE)) == [("MP05", came)]

    page = (await customer.withdrawal(order.order_id)).offer
    owed = page.owed.minor
    assert (page.paid.minor, page.refund.minor) == (came, came - owed)
    await customer.withdraw(order.order_id)
    withdrawal = names.withdrawal_id(order.order_id)
    await desk.stands(withdrawal, "NeedsOperator")
    assert " ".join(page.pages[0].consequences.split()) in await stage.written(
        customer, "Abbiamo ricevuto il tuo recesso"
    )
    [refund] = await stage.refunds(customer)
    assert (refund.amount.minor, refund.iban) == (came - owed, _PAYERS_IBAN)
    await transferred(stage, refund)
    await desk.stands(withdrawal, "Closing")
    [note] = await stage.documents(customer, invoicing_pb2.DOCUMENT_KIND_CREDIT_NOTE)
    assert note.totals.gross.minor == gross - owed
    assert note.totals.gross.minor == refund.amount.minor + missing
    assert means_of(await xml_of(stage, customer, invoicing_pb2.DOCUMENT_KIND_CREDIT_NOTE)) == [("MP05", came - owed)]
    shown = " ".join((await stage.terminal.casella("show", "order", order.order_id)).well().out.split())
    assert "3.76 EUR accepted as missing" in shown
    (await stage.terminal.casella("audit")).well()


async def test_an_order_by_card_that_a_transfer_paid_names_the_transfer_on_its_invoice(stage: Stage) -> None:
    customer, placed = await stage.desk.play.buyer(_ONLINE)
    whole, today = placed.quote.totals.gross, rome_date(stage.calendar.now())
    await arrives(stage, paying.Transfer(whole, today, text=placed.proforma_number, payer_iban=_PAYERS_IBAN))
    await stage.desk.play.fulfilled(customer, placed.order_id)
    assert means_of(await xml_of(stage, customer, invoicing_pb2.DOCUMENT_KIND_INVOICE)) == [("MP05", whole.minor)]


async def transferred(stage: Stage, refund: payments_pb2.Refund) -> None:
    """An operator approves a refund and exports it; the bank's statement tells that it has left."""
    payments, terminal = stage.desk.play.operator.payments, stage.terminal
    (await terminal.casella("refund", "approve", refund.refund_id, "--reason", "withdrawal")).well()
    made = await payments.ExportRefunds(
        payments_pb2.ExportRefundsRequest(
            request_id=str(uuid4()),
            steering=common.Steering(actor="giulia", reason_code="withdrawal", source="test/1"),
        )
    )
    sent = re.search(rb"<EndToEndId>(" + refund.refund_id.replace("-", "").encode() + rb"-\d+)</EndToEndId>", made.file)
    assert sent is not None
    left = Entry(
        refund.amount.minor, direction="DBIT", end_to_end=sent[1].decode(), bank_reference=f"OUT {uuid4()}"[:30],
        day=rome_date(stage.calendar.now()),
    )  # fmt: skip
    file = statement(left, number=str(uuid4())[:30], iban="IT60X0542811101000000123456")
    await payments.ImportStatement(payments_pb2.ImportStatementRequest(file=file))


async def xml_of(stage: Stage, customer: Customer, kind: invoicing_pb2.DocumentKind) -> bytes:
    """The e-invoice's file of the customer's one document of a kind."""
    [document] = await stage.documents(customer, kind)
    invoicing = stage.desk.play.operator.invoicing

    async def made() -> invoicing_pb2.FileInfo | None:
        asked = invoicing_pb2.GetInvoicingDocumentRequest(document_id=document.document_id)
        files = (await invoicing.GetInvoicingDocument(asked)).document.files
        return next((file for file in files if file.kind == invoicing_pb2.FILE_KIND_XML), None)

    file = await until(made, "the e-invoice's file")
    wanted = invoicing_pb2.GetDocumentFileRequest(document_id=document.document_id, file_id=file.file_id)
    return bytes((await invoicing.GetDocumentFile(wanted)).content)


def means_of(xml: bytes) -> list[tuple[str, int]]:
    """By which means an e-invoice says that how much was paid, or goes back, in cents."""
    ways = etree.fromstring(xml).iter("DettaglioPagamento")
    return [
        (str(way.findtext("ModalitaPagamento")), int(str(way.findtext("ImportoPagamento")).replace(".", "")))
        for way in ways
    ]


async def test_of_an_invoice_that_was_given_up_the_money_goes_back_without_a_credit_note(stage: Stage) -> None:
    play, desk = stage.desk.play, stage.desk
    await sdi_will(desk, "reject")
    customer, placed = await play.buyer(_ONLINE)
    await play.pay_by_card(customer)
    order = await play.fulfilled(customer, placed.order_id)
    e_invoice = names.e_invoice_id(order.invoice_id)
    await answered(desk, e_invoice, "NeedsOperator")
    assert (await desk.update(e_invoice, "give_up", {"reason_code": "agreed_with_accountant"})).result == "given up"
    await customer.withdraw(order.order_id)
    withdrawal = names.withdrawal_id(order.order_id)
    await desk.stands(withdrawal, "NeedsOperator")
    await desk.shows(withdrawal, "`no_credit_note`")
    [refund] = await stage.refunds(customer)
    assert refund.state == payments_pb2.REFUND_STATE_DONE
    await wrongly_filled_in(desk, withdrawal, "no_credit_note")
    await refused(desk, withdrawal, "refund_again", {"reason_code": "ok"}, "what may be done with it: no_credit_note")
    answer = await desk.update(withdrawal, "no_credit_note", {"reason_code": "invoice_given_up"})
    assert answer.result == "it goes on without a credit note", answer.refusal
    await desk.stands(withdrawal, "Closing")
    assert await stage.documents(customer, invoicing_pb2.DOCUMENT_KIND_CREDIT_NOTE) == []
    [settled] = (await customer.withdrawal(order.order_id)).withdrawal.refunds
    assert settled.credit_waived


async def test_a_person_who_withdraws_before_paying_is_back_in_the_trial(stage: Stage) -> None:
    play, desk = stage.desk.play, stage.desk
    customer, placed = await play.buyer(_ONLINE)
    await customer.withdraw(placed.order_id)
    await desk.stands(names.withdrawal_id(placed.order_id), "Done")
    assert (await customer.order(placed.order_id)).state == ordering_pb2.ORDER_STATE_CANCELLED
    receipt = await stage.written(customer, "Abbiamo ricevuto il tuo recesso")
    assert "non devi nulla" in receipt
    assert (await customer.trial()).state == trial_pb2.TRIAL_STATE_ACTIVE
    again = await play.place(customer, _ONLINE)
    assert again.state == ordering_pb2.ORDER_STATE_OPEN
    assert await stage.refunds(customer) == []
