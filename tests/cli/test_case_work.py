"""What an operator has to prove afterwards: holds, decisions, rejections, invoices given up, money recorded."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest
import pytest_asyncio
from prometheus_client import generate_latest

from casella.common.v1 import common_pb2 as common
from casella.invoicing.v1 import invoicing_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from casella.trial.v1 import trial_pb2
from deploy.local.demo import paying, people
from deploy.local.demo.customer import Customer
from services.kit.calendar import rome_date
from services.kit.metrics import Metrics
from services.kit.stuck import changes
from services.kit.wire import to_date
from tests.cli.desk import Desk, audited, furnished
from tests.e2e.levers import without_worker
from tests.e2e.waiting import until
from tests.support.scraping import Scrape
from workflows import names
from workflows.watching import measuring_of

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("cli")]

NOBODY = "01939f4e-7c1a-7d55-9f3b-0242ac120002"
TICKET = "01939f4e-7c1a-7d55-9f3b-0242ac120003"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with furnished(tmp_path_factory.mktemp("cases") / "var") as desk:
        yield desk


async def in_trial(desk: Desk, name: str) -> Customer:
    customer = desk.play.customer(name)
    await customer.begin_trial()
    return customer


async def close(desk: Desk, customer: Customer) -> None:
    """Close an account as its Trial does."""
    await desk.play.worker.ordering.CloseAccount(
        ordering_pb2.CloseAccountRequest(account_id=customer.account_id, reason=ordering_pb2.CLOSURE_REASON_TRIAL_ENDED)
    )


async def purged(desk: Desk, customer: Customer) -> None:
    """Come back once the purge of a closed account is complete."""
    asked = ordering_pb2.GetClosureRequest(account_id=customer.account_id)

    async def look() -> bool | None:
        closure = (await desk.play.operator.ordering.GetClosure(asked)).closure
        return True if closure.HasField("purged_at") else None

    await until(look, "the purge")


async def held_sign_up(desk: Desk) -> str:
    """A sign-up that waits for a decision, because too many came from its address."""
    ip = people.new_ip()
    for number in range(3):
        await Customer(desk.play.gateway, desk.play.inbox, people.new_address(f"other{number}"), ip=ip).sign_up()
    return await Customer(desk.play.gateway, desk.play.inbox, people.new_address("held"), ip=ip).sign_up()


async def test_a_hold_is_shown_with_who_when_why_and_the_trail_keeps_all_of_it(desk: Desk) -> None:
    name = desk.newcomer.email
    options = ("--reason", "court_order", "--ticket", TICKET, "--as", "carla")
    (await desk.terminal.casella("hold", "set", name, *options)).well()
    shown = (await desk.terminal.casella("show", "account", name)).well().out
    assert "set by carla (court_order, ticket " + TICKET in shown
    second = await desk.terminal.casella("hold", "set", name, "--reason", "tax_audit")
    second.badly(1, "stands on account", "set by carla (court_order, ticket " + TICKET, "release", "--ticket")
    (await desk.terminal.casella("hold", "release", name, "--reason", "case_closed")).well()
    (await desk.terminal.casella("feature", "off", name, "sending", "--reason", "spam_reports")).well()
    ran = (await desk.terminal.casella("trail", name)).well()
    for words in ("set legal hold", "court_order", TICKET, "lift legal hold", "case_closed", "switch off sending"):
        assert words in ran.out
    by_id = (await desk.terminal.casella("trail", desk.newcomer.account_id, "--json")).well().json
    assert [(each["room"], each["entry"]["action"]) for each in by_id] == [
        ("ordering", "set_legal_hold"),
        ("ordering", "lift_legal_hold"),
        ("mailboxes", "switch_off_sending"),
    ]


async def test_the_trail_of_nobody_is_empty_or_said(desk: Desk) -> None:
    assert "none" in (await desk.terminal.casella("trail", NOBODY)).well().out
    (await desk.terminal.casella("trail", "nobody@demo.example")).badly(1, "there is no account")


async def test_a_hold_on_a_purged_account_is_refused_with_the_day(desk: Desk) -> None:
    customer = await in_trial(desk, "late")
    await close(desk, customer)
    await purged(desk, customer)
    ran = await desk.terminal.casella("hold", "set", customer.account_id, "--reason", "court_order")
    ran.badly(1, "was already purged on 2", "no hold was set")


async def test_a_hold_during_a_purge_says_what_is_gone_already(desk: Desk) -> None:
    customer = await in_trial(desk, "hurried")
    async with without_worker(desk.play):
        await close(desk, customer)
        ran = (await desk.terminal.casella("hold", "set", customer.email, "--reason", "court_order")).well()
        assert "its purge has been under way since" in ran.out
        assert "Gone already: nothing." in ran.out
        assert "nothing of it is deleted" not in ran.out
        await desk.play.worker.trial.CloseLogin(trial_pb2.CloseLoginRequest(account_id=customer.account_id))
        (await desk.terminal.casella("hold", "release", customer.account_id, "--reason", "case_closed")).well()
        again = (await desk.terminal.casella("hold", "set", customer.account_id, "--reason", "court_order")).well()
        assert "Gone already: the login." in again.out


async def test_while_a_room_is_away_the_others_are_shown_and_a_hold_is_said_to_stand(desk: Desk) -> None:
    customer = await in_trial(desk, "patient")
    async with without_worker(desk.play):
        await close(desk, customer)
        await desk.play.world.stop_process("mailboxes")
        held = (await desk.terminal.casella("hold", "set", customer.email, "--reason", "court_order")).well()
        assert "A legal hold stands on account" in held.out
        assert "Not known now: domains and mailboxes, because mailboxes does not answer" in held.out
        page = await desk.terminal.casella("show", "account", customer.email)
        page.badly(3, "not all is shown, because mailboxes does not answer")
        for words in ("STANDS since", "(held: a legal hold stands)", "Standing", " CE"):
            assert words in page.out
        await desk.play.world.stop_process("invoicing")
        page = await desk.terminal.casella("show", "account", customer.email)
        assert "Documents: not known: invoicing does not answer" in page.out
        assert "Tickets: none" in page.out
        await desk.play.world.start_process("invoicing")
        trail = await desk.terminal.casella("trail", customer.account_id)
        trail.badly(3, "not all is shown, because mailboxes does not answer")
        assert "set legal hold" in trail.out
        await desk.play.world.start_process("mailboxes")


async def test_a_decided_sign_up_is_shown_with_the_person_and_who_decided(desk: Desk) -> None:
    sign_up_id = await held_sign_up(desk)
    await desk.play.worker.trial.DecideSignUp(
        trial_pb2.DecideSignUpRequest(
            request_id=str(uuid4()),
            sign_up_id=sign_up_id,
            allow=False,
            steering=common.Steering(actor="carla", reason_code="looks_abusive", source="deny/1"),
        )
    )
    ran = (await desk.terminal.casella("show", "signup", sign_up_id)).well()
    for words in ("denied", "held", "@", "many sign-ups", "carla", "looks_abusive", f"signup:{sign_up_id}"):
        assert words in ran.out
    (await desk.terminal.casella("show", "signup", NOBODY)).badly(1, "there is no sign-up")


async def rejected_invoice(desk: Desk) -> str:
    """The id of an invoice that the SdI has rejected."""
    async with aiohttp.ClientSession(raise_for_status=True) as session:
        order_to_reject = {"action": "reject", "code": "00305"}
        async with session.post(f"{desk.play.world.site.url('sdi_page')}/orders", json=order_to_reject):
            pass
    customer, order = await desk.play.buyer(common.PAYMENT_METHOD_ONLINE)
    await desk.play.pay_by_card(customer)
    invoice_id = (await desk.play.fulfilled(customer, order.order_id)).invoice_id
    workflow = desk.play.temporal.get_workflow_handle(names.e_invoice_id(invoice_id))

    async def look() -> bool | None:
        await desk.play.operator.invoicing.PollReceipts(invoicing_pb2.PollReceiptsRequest())
        shown = (await workflow.describe()).typed_search_attributes
        return True if "NeedsOperator" in [pair.value for pair in shown] else None

    await until(look, "the rejection")
    return invoice_id


async def test_a_rejected_invoice_is_explained_its_files_are_saved_and_given_up_it_stays_listed(
    desk: Desk, tmp_path: Path
) -> None:
    invoice_id = await rejected_invoice(desk)
    workflow = desk.play.temporal.get_workflow_handle(names.e_invoice_id(invoice_id))
    shown = await changes(desk.play.temporal, await workflow.describe())
    assert [state for _, state in shown] == ["NeedsOperator", "Sent", "Transmitting"], "what the doctor's ages rest on"
    metrics = Metrics("worker")
    measuring = measuring_of(metrics, desk.play.temporal)
    await measuring.look()
    needing = Scrape(generate_latest(metrics.registry).decode())
    assert needing.value("casella_runs_needing_operator") >= 1
    assert needing.value("casella_runs_needing_operator_oldest_seconds") > 0
    assert needing.value("casella_runs_failing") == 0
    folder = tmp_path / "files"
    ran = (await desk.terminal.casella("show", "invoice", invoice_id, "--save", str(folder))).well()
    for words in ("the customer's VAT number is not valid", "partita IVA del cessionario", "controllare 1.4.1.1.2"):
        assert words in ran.out
    saved = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert {Path(name).suffix for name in saved} == {".pdf", ".xml"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())
    assert any(b"RicevutaScarto" in content for content in saved.values())
    assert all(str(folder / name) in ran.out for name in saved)
    (await desk.terminal.casella("show", "invoice", invoice_id, "--save", str(folder / min(saved)))).badly(2)

    await workflow.execute_update("give_up", {"reason_code": "agreed_with_accountant"})
    proved = (await desk.terminal.casella("audit")).well()
    for words in ("given up", f"({invoice_id}): rejected by the SdI with 00305", "agreed_with_accountant"):
        assert words in proved.out
    given_up = (await desk.terminal.casella("audit", "--json")).well().json["given_up"]
    assert [each["invoice_id"] for each in given_up] == [invoice_id]
    assert "given up" not in (await desk.terminal.casella("audit", "--year", "2001")).well().out
    assert "the SdI has never accepted: 1: 20" in (await desk.terminal.casella("doctor")).out


async def test_an_operator_credits_an_invoice_by_its_number_sees_the_amounts_first_and_never_too_much(
    desk: Desk,
) -> None:
    asked = invoicing_pb2.GetInvoicingDocumentRequest(document_id=desk.order.invoice_id)
    invoice = (await desk.play.operator.invoicing.GetInvoicingDocument(asked)).document
    left = invoice.totals.gross.minor - 100
    why = ("--cause", "agreement", "--reason", "goodwill")
    command = ("invoice", "credit", invoice.number, "--amount", "1.00", "--refund", "account-credit", *why)
    refused = (await desk.terminal.casella(*command, stdin="n\n")).badly(1, "to be credited  1.00 EUR")
    assert "Issued" not in refused.out
    for words in (invoice.document_id, "left after it", f"{left // 100}.{left % 100:02d} EUR", "agreement"):
        assert words in refused.out
    ran = (await desk.terminal.casella(*command, "--as", "carla", stdin="y\n")).well()
    assert "Issued: credit note" in ran.out
    assert (await audited(desk, "invoicing", "credit_invoice"))[:2] == ("carla", "goodwill")

    shown = (await desk.terminal.casella("show", "invoice", invoice.number, "--json")).well().json["document"]
    (note,) = shown["credit_notes"]
    assert (note["gross"]["minor"], shown["credited"]["minor"]) == ("100", "100")
    ran = (await desk.terminal.casella("show", "invoice", note["number"])).well()
    for words in ("Credit note", f"invoice {invoice.number} of", "agreement", "account credit"):
        assert words in ran.out
    assert (
        f"1.00 EUR by {note['number']}" in (await desk.terminal.casella("show", "invoice", invoice.number)).well().out
    )
    mail = await desk.play.inbox.wait_for(
        desk.buyer.email, lambda mail: note["number"] in str(mail["Subject"]), "the credit note"
    )
    assert "credito" in str(mail["Subject"])
    credit = payments_pb2.GetAccountCreditRequest(account_id=desk.buyer.account_id)
    assert (await desk.play.operator.payments.GetAccountCredit(credit)).credit.minor == 100
    by_transfer = ("invoice", "credit", invoice.number, "--amount", "1.00", "--refund", "transfer", "--yes", *why)
    (await desk.terminal.casella(*by_transfer)).badly(2, "was paid by card or PayPal")
    ended = ("invoice", "credit", invoice.number, "--cause", "dispute", "--reason", "chargeback", "--yes")
    (await desk.terminal.casella(*ended)).badly(1, "with this cause the note says that it has ended")
    early = ("invoice", "credit", invoice.number, "--amount", "1.00", "--on", "2020-01-01", "--yes", *why)
    (await desk.terminal.casella(*early)).badly(2, "cause_date (--on)")
    tried = ("invoice", "credit", invoice.number, "--amount", "99999.00", "--yes", *why)
    (await desk.terminal.casella(*tried)).badly(1, "is left")
    (await desk.terminal.casella("invoice", "credit", note["number"], *why)).badly(2, "only an invoice is credited")
    (await desk.terminal.casella("invoice", "credit", "2001/1", *why)).badly(1, "there is no document 2001/1")
    (await desk.terminal.casella("invoice", "credit", invoice.number, "--amount", "1", *why)).badly(2, "two decimals")
    late = ("invoice", "credit", invoice.number, "--on", "2999-01-01", "--yes", *why)
    (await desk.terminal.casella(*late)).badly(2, "cause_date (--on)")
    assert (await desk.terminal.casella("audit", "--json")).well().json["numbering"]["credit_notes"] == "1"


async def test_money_of_the_amount_of_an_unconfirmed_record_shows_the_record_first(desk: Desk, tmp_path: Path) -> None:
    request = await desk.order_to_pay()
    today = rome_date(datetime.now(UTC))
    await desk.play.operator.payments.RecordBankTransfer(
        payments_pb2.RecordBankTransferRequest(
            request_id=str(uuid4()),
            payment_request_id=request.payment_request_id,
            amount=request.amount,
            booked_on=to_date(today),
            bank_reference="CRO mistyped",
            steering=common.Steering(actor="carla", reason_code="seen_on_account"),
        )
    )
    file = tmp_path / "statement.xml"
    file.write_bytes(paying.statement(request.transfer.iban, [paying.Transfer(request.amount, today, text="?")]))
    (await desk.terminal.casella("bank", "import", str(file))).well()
    waiting = (await desk.terminal.casella("show", "money", "--json")).well().json
    ran = (await desk.terminal.casella("show", "money")).well().out
    recorded = ran.partition("What you may have recorded by hand already")[2]
    for words in (waiting[0]["money_entry_id"], "CRO mistyped", request.order_id, request.proforma_number):
        assert words in recorded


async def test_money_is_shown_and_refunded_with_one_file_for_the_bank(desk: Desk, tmp_path: Path) -> None:
    entry_id = await unknown_money(desk, "DE89370400440532013000")
    shown = (await desk.terminal.casella("show", "money", entry_id)).well().out
    assert "Zenobia Prova DE89370400440532013000" in " ".join(shown.split())
    await desk.play.operator.payments.RequestRefund(
        payments_pb2.RequestRefundRequest(refund_id=str(uuid4()), money_entry_id=entry_id, reason_code="not_for_us")
    )
    (asked,) = (await desk.terminal.casella("refund", "list", "--json")).well().json
    number = asked["refund_id"]
    (await desk.terminal.casella("refund", "approve", number, "--reason", "checked", "--as", "carla")).well()
    assert (await audited(desk, "payments", "approve_refund"))[:2] == ("carla", "checked")
    file, again = tmp_path / "refunds.xml", tmp_path / "again.xml"
    told = (await desk.terminal.casella("refund", "export", str(file))).well().out
    (await desk.terminal.casella("refund", "export", str(file))).badly(2, "is there already")
    message_id = next(word for word in told.split() if word.startswith("REF-"))
    (await desk.terminal.casella("refund", "export", str(again), "--again", message_id)).well()
    assert file.read_bytes() == again.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    nothing = await desk.terminal.casella("refund", "export", str(tmp_path / "none.xml"))
    assert "nothing to write" in nothing.well().out
    assert not (tmp_path / "none.xml").exists()
    (await desk.terminal.casella("refund", "cancel", number, "--reason", "not_wanted")).badly(1, "REFUND_STATE")
    (await desk.terminal.casella("refund", "fail", number, "--reason", "refused")).well()
    (await desk.terminal.casella("refund", "cancel", number, "--reason", "not_wanted")).well()
    shown = (await desk.terminal.casella("refund", "list", "--all")).well().out
    assert "cancelled" in shown
    (await desk.terminal.casella("show", "money", NOBODY)).badly(1, "there is no money entry")


async def test_account_credit_is_shown_and_paid_out(desk: Desk) -> None:
    account = desk.newcomer.account_id
    (await desk.terminal.casella("refund", "credit", account, "--reason", "asked")).badly(1, "has no credit")
    entry_id = await unknown_money(desk, "DE89370400440532013000")
    await desk.play.operator.payments.CreditMoney(
        payments_pb2.CreditMoneyRequest(
            request_id=str(uuid4()), money_entry_id=entry_id, account_id=account,
            steering=common.Steering(actor="carla", reason_code="customer_agrees", source="test/1"),
        )
    )  # fmt: skip
    assert "12.34 EUR" in (await desk.terminal.casella("show", "account", account)).well().out
    (await desk.terminal.casella("refund", "credit", account, "--reason", "customer_asked")).well()
    shown = (await desk.terminal.casella("show", "account", account)).well().out
    assert "Account credit" not in shown
    assert "customer_asked" in shown
    assert "money that is to go back" in (await desk.terminal.casella("audit")).out
    trail = (await desk.terminal.casella("trail", account)).well().out
    assert all(deed in trail for deed in ("credit money", "request refund"))


async def test_credit_of_an_account_that_there_is_not_is_named_until_it_is_paid_out(desk: Desk) -> None:
    entry_id = await unknown_money(desk, "DE89370400440532013000")
    await desk.play.operator.payments.CreditMoney(
        payments_pb2.CreditMoneyRequest(
            request_id=str(uuid4()), money_entry_id=entry_id, account_id=NOBODY,
            steering=common.Steering(actor="carla", reason_code="mistyped", source="test/2"),
        )
    )  # fmt: skip
    told = "credit of accounts that have ended, or that there are not: 1: 12.34 EUR"
    (await desk.terminal.casella("doctor")).badly(1, told, NOBODY, "casella refund credit")
    paying_out = ("refund", "credit", NOBODY, "--to-account", "--reason", "mistyped")
    (await desk.terminal.casella(*paying_out, stdin="DE89370400440532013000\nZenobia Prova\n")).well()
    assert told not in (await desk.terminal.casella("doctor")).out


async def unknown_money(desk: Desk, iban: str) -> str:
    """A statement tells of a transfer of EUR 12.34 that names nothing; returns its entry's id."""
    payments = desk.play.operator.payments
    amount, today = common.Money(minor=1_234, currency="EUR"), rome_date(datetime.now(UTC))
    seen = paying.Transfer(amount, today, text="errore", payer="Zenobia Prova", payer_iban=iban)
    file = paying.statement("IT60X0542811101000000123456", [seen])
    await payments.ImportStatement(payments_pb2.ImportStatementRequest(file=file))
    listed = (await payments.ListMoneyEntries(payments_pb2.ListMoneyEntriesRequest())).entries
    return listed[-1].money_entry_id
