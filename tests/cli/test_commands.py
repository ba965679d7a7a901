"""Every command once right and once wrong, on a running Casella.

Longer than other files: a Casella takes seconds to start, and this one serves all these tests.
"""

import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from casella.common.v1 import common_pb2 as common
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from cli.words import instant, money
from deploy.local.demo import paying, people
from deploy.local.demo.customer import Customer
from services.kit.calendar import rome_date
from services.kit.cause_fields import period_of
from services.kit.causes import PeriodCause
from services.kit.ids import new_id
from services.kit.limits import LARGEST_REQUEST
from services.kit.wire import to_date
from tests.cli.desk import Desk, audited, furnished, open_ticket
from tests.e2e.levers import without_worker
from tests.e2e.play import database
from tests.invoicing.builders import proforma_request
from workflows import names

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("cli")]

NOBODY = "01939f4e-7c1a-7d55-9f3b-0242ac120002"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with furnished(tmp_path_factory.mktemp("cli") / "var") as desk:
        yield desk


async def test_show_account_puts_the_page_of_all_rooms_together(desk: Desk) -> None:
    ran = (await desk.terminal.casella("show", "account", desk.buyer.email)).well()
    for words in (
        desk.buyer.account_id,
        "Anna Rossi",
        "unlocked",
        desk.order.order_id,
        desk.order.proforma_number,
        "fulfilled",
        "invoice",
        "Posta in arrivo",
        f"workflows/trial:{desk.buyer.account_id}",
        "by buying; nothing is purged",
    ):
        assert words in ran.out
    assert "days left" not in ran.out


async def test_replay_leads_on_all_that_is_open(desk: Desk) -> None:
    ran = (await desk.terminal.casella("replay")).well()
    assert re.search(r"leads on \d+ open runs: .*Renewal 1", ran.out), ran.out


async def test_show_account_by_id_speaks_json(desk: Desk) -> None:
    page = (await desk.terminal.casella("show", "account", desk.buyer.account_id, "--json")).well().json
    assert page["account"]["email"] == desk.buyer.email
    assert page["allowance"]["state"] == "ACCESS_STATE_UNLOCKED"
    assert [order["order_id"] for order in page["orders"]] == [desk.order.order_id]
    assert page["profile"]["first_name"] == "Anna"


async def test_show_account_tells_the_amount_of_the_next_period_so_far(desk: Desk) -> None:
    asked = ordering_pb2.GetUpcomingPeriodRequest(account_id=desk.buyer.account_id)
    front = desk.buyer.front.ordering
    upcoming = (await front.GetUpcomingPeriod(asked, metadata=await desk.buyer.me())).upcoming
    ran = (await desk.terminal.casella("show", "account", desk.buyer.account_id)).well()
    assert "Next period, if it were measured now" in ran.out
    assert money(upcoming.totals.gross) in ran.out.split("amount so far")[1].splitlines()[0]


async def test_show_account_of_somebody_who_has_nothing_yet(desk: Desk) -> None:
    page = (await desk.terminal.casella("show", "account", desk.newcomer.email, "--json")).well().json
    assert (page["profile"], page["subscription"], page["orders"]) == (None, None, [])
    assert page["upcoming"] is None


@pytest.mark.parametrize("name", ["nobody@demo.example", NOBODY])
async def test_an_account_that_does_not_exist_is_said(desk: Desk, name: str) -> None:
    (await desk.terminal.casella("show", "account", name)).badly(1, f"there is no account {name}")


async def test_what_is_neither_id_nor_address_is_said(desk: Desk) -> None:
    (await desk.terminal.casella("show", "account", "Anna")).badly(2, "neither an account's id nor an email address")
    (await desk.terminal.casella("show", "account", "anna@@x")).badly(2, "email")


async def test_show_order_tells_its_payment_and_documents(desk: Desk) -> None:
    ran = (await desk.terminal.casella("show", "order", desk.order.order_id)).well()
    for words in ("fulfilled", "paid", desk.order.proforma_number, desk.order.invoice_id, "workflows/order:"):
        assert words in ran.out
    answer = (await desk.terminal.casella("show", "order", desk.order.order_id, "--json")).well().json
    assert answer["payment_request"]["state"] == "PAYMENT_REQUEST_STATE_PAID"
    assert {paper["kind"] for paper in answer["documents"]} == {"DOCUMENT_KIND_PROFORMA", "DOCUMENT_KIND_INVOICE"}
    (await desk.terminal.casella("show", "order", NOBODY)).badly(1, "there is no order")


async def test_the_documents_of_a_period_are_exported_into_a_new_folder(desk: Desk, tmp_path: Path) -> None:
    answer = (await desk.terminal.casella("show", "invoice", desk.order.invoice_id, "--json")).well().json
    invoice = answer["document"]
    day = "{year:04d}-{month:02d}-{day:02d}".format(**invoice["date"])
    folder = tmp_path / "quarter"
    ran = (await desk.terminal.casella("invoice", "export", day, day, str(folder))).well()
    assert "no gap, no repeat" in ran.out
    assert f";{invoice['number']};{day};TD01;1;Anna Rossi;IT;" in (folder / "documenti.csv").read_text("utf-8-sig")
    saved = {path.name for path in (folder / invoice["number"].replace("/", "-")).iterdir()}
    assert {file["name"] for file in invoice["files"]} <= saved
    (await desk.terminal.casella("invoice", "export", day, day, str(folder))).badly(2, "is there already")
    (await desk.terminal.casella("invoice", "export", day, "2199-12-31", str(tmp_path / "x"))).badly(2, "still to come")
    (await desk.terminal.casella("invoice", "export", day, day, str(folder / "no" / "x"))).badly(2, "cannot be written")


async def test_show_order_takes_what_a_payer_writes(desk: Desk) -> None:
    request = await desk.order_to_pay()
    reference = request.transfer.reference
    spaced = " ".join(reference[start : start + 4] for start in range(0, len(reference), 4))
    for name in (request.proforma_number, request.proforma_number.lower(), reference, spaced):
        ran = (await desk.terminal.casella("show", "order", name)).well()
        assert request.order_id in ran.out
    for stranger in ("P2099/1", "RF18539007547034"):
        (await desk.terminal.casella("show", "order", stranger)).badly(1, "no order is to be paid under", stranger)


async def test_show_invoice_tells_its_way_to_the_sdi(desk: Desk) -> None:
    ran = (await desk.terminal.casella("show", "invoice", desk.order.invoice_id)).well()
    for words in ("E-invoice", "attempt", ".pdf", "workflows/einvoice:"):
        assert words in ran.out
    answer = (await desk.terminal.casella("show", "invoice", desk.order.invoice_id, "--json")).well().json
    assert answer["transmission"]["invoice_id"] == desk.order.invoice_id
    (await desk.terminal.casella("show", "invoice", NOBODY)).badly(1, "there is no document")


async def test_show_invoice_of_a_proforma_has_no_transmission(desk: Desk) -> None:
    answer = (await desk.terminal.casella("show", "invoice", desk.order.proforma_id, "--json")).well().json
    assert answer["document"]["kind"] == "DOCUMENT_KIND_PROFORMA"
    assert answer["transmission"] is None


async def test_a_statement_pays_and_a_second_import_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    request = await desk.order_to_pay()
    file = tmp_path / "statement.xml"
    transfer = paying.Transfer(request.amount, rome_date(datetime.now(UTC)), request.transfer.reference)
    file.write_bytes(paying.statement(request.transfer.iban, [transfer]))
    assert (await desk.terminal.casella("bank", "import", str(file), "--json")).well().json[str(file)]["paid"] == 1
    again = (await desk.terminal.casella("bank", "import", str(file))).well()
    assert "payment requests paid now" in again.out
    shown = (await desk.terminal.casella("show", "order", request.order_id, "--json")).well().json
    assert shown["payment_request"]["state"] == "PAYMENT_REQUEST_STATE_PAID"


async def test_what_is_no_statement_is_refused_with_the_file_name(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "holiday.jpg"
    file.write_bytes(b"\xff\xd8\xff")
    (await desk.terminal.casella("bank", "import", str(file))).badly(2, "holiday.jpg was not imported", "camt.053")


async def test_what_is_larger_than_a_call_may_be_is_told_without_a_word_of_versions(desk: Desk) -> None:
    ran = await desk.terminal.casella("tickets", "answer", desk.ticket_id, stdin="a" * LARGEST_REQUEST)
    ran.badly(1, "this is too large for one call of support")
    assert "version" not in ran.err


async def test_a_review_is_listed_with_how_to_decide(desk: Desk) -> None:
    assert "No sign-up waits" in (await desk.terminal.casella("signups")).well().out
    ip = people.new_ip()
    for number in range(6):
        await Customer(desk.play.gateway, desk.play.inbox, people.new_address(f"many{number}"), ip=ip).sign_up()
    ran = (await desk.terminal.casella("signups")).well()
    for words in ("many sign-ups from this IP address", "workflows/signup:", "allow", "deny", '"reason_code"'):
        assert words in ran.out
    waiting = (await desk.terminal.casella("signups", "--json")).well().json
    assert waiting[0]["sign_up"]["sign_up"]["state"] == "SIGN_UP_STATE_IN_REVIEW"


async def test_an_operator_corrects_a_profile_by_options(desk: Desk) -> None:
    shown = (await desk.terminal.casella("profile", "show", desk.buyer.email)).well()
    assert "Via San Gallo 21" in shown.out
    ran = await desk.terminal.casella(
        "profile",
        "correct",
        desk.buyer.email,
        "--street",
        "Via dei Servi 9",
        "--reason",
        "moved_house",
        "--as",
        "carla",
    )
    assert "Via dei Servi 9" in ran.well().out
    actor, reason, source = await audited(desk, "ordering", "save_billing_profile")
    assert (actor, reason) == ("carla", "moved_house")
    assert source.startswith("casella profile correct/")


async def test_what_profile_show_prints_can_be_edited_and_given_back(desk: Desk, tmp_path: Path) -> None:
    profile = (await desk.terminal.casella("profile", "show", desk.buyer.email, "--json")).well().json
    profile["address"]["city"] = "Fiesole"
    file = tmp_path / "profile.json"
    file.write_text(json.dumps(profile))
    ran = await desk.terminal.casella(
        "profile", "correct", desk.buyer.email, "--file", str(file), "--reason", "phone_confirmed"
    )
    assert "Fiesole" in ran.well().out


async def test_every_bad_field_of_a_profile_is_named_with_its_option(desk: Desk) -> None:
    before = (await desk.terminal.casella("profile", "show", desk.buyer.email)).well().out
    ran = await desk.terminal.casella(
        *("profile", "correct", desk.buyer.email, "--reason", "typo"),
        *("--codice-fiscale", "RSSNNA80A41D612X", "--postal-code", "5012", "--province", "XX", "--phone", "055"),
    )
    ran.badly(2, "--codice-fiscale", "--postal-code", "--province", "--phone", "nothing was changed")
    assert (await desk.terminal.casella("profile", "show", desk.buyer.email)).well().out == before


async def test_a_customer_who_is_not_served_is_told_as_such(desk: Desk) -> None:
    ran = await desk.terminal.casella(
        "profile", "correct", desk.buyer.email, "--kind", "company", "--recipient-code", "UFABCD", "--reason", "typo"
    )
    assert ran.code in (1, 2)
    assert "Traceback" not in ran.err


async def test_an_account_without_a_profile_gets_its_first(desk: Desk) -> None:
    (await desk.terminal.casella("profile", "show", desk.newcomer.email)).badly(1, "no billing profile yet")
    ran = await desk.terminal.casella(
        *("profile", "correct", desk.newcomer.email, "--reason", "by_phone", "--kind", "company"),
        *("--company-name", "Bottega Cipressi S.r.l.", "--street", "Via Roma 1", "--postal-code", "50122"),
        *("--city", "Firenze", "--province", "FI", "--country", "IT", "--phone", "+390559876543"),
        *("--vat-number", people.new_vat_number(), "--vat-country", "IT", "--recipient-code", "M5UXCR1"),
        *("--contact-person", "Emma Neri"),
    )
    assert "Bottega Cipressi" in ran.well().out


async def test_a_hold_stands_until_it_is_released(desk: Desk) -> None:
    name = desk.newcomer.email
    assert (
        "nothing of it is deleted"
        in (await desk.terminal.casella("hold", "set", name, "--reason", "court_order")).well().out
    )
    assert "STANDS" in (await desk.terminal.casella("show", "account", name)).well().out
    released = await desk.terminal.casella("hold", "release", name, "--reason", "case_closed", "--as", "carla")
    assert "was lifted" in released.well().out
    again = await desk.terminal.casella("hold", "release", name, "--reason", "case_closed")
    assert "there was none to lift" in again.well().out
    assert (await audited(desk, "ordering", "lift_legal_hold"))[:2] == ("carla", "case_closed")
    (await desk.terminal.casella("hold", "set", NOBODY, "--reason", "court_order")).badly(1, "there is no account")


async def test_a_feature_goes_off_and_on(desk: Desk) -> None:
    name = desk.newcomer.email
    off = await desk.terminal.casella("feature", "off", name, "sending", "--reason", "spam_reports")
    assert "switched off: sending" in off.well().out
    allowance = await desk.newcomer.allowance()
    assert list(allowance.features_off) == [mailboxes_pb2.FEATURE_SENDING]
    on = await desk.terminal.casella("feature", "on", name, "sending", "--reason", "explained")
    assert "switched off: nothing" in on.well().out
    (await desk.terminal.casella("feature", "on", NOBODY, "sending", "--reason", "explained")).badly(1, "no account")


async def test_the_actor_is_the_user_of_the_system_and_each_call_has_a_source_of_its_own(desk: Desk) -> None:
    sources = set()
    for _ in range(2):
        arguments = ("feature", "off", desk.newcomer.email, "domains", "--reason", "abuse")
        (await desk.terminal.casella(*arguments, LOGNAME="operatrice")).well()
        actor, _, source = await audited(desk, "mailboxes", "switch_off_domains")
        assert actor == "operatrice"
        sources.add(source)
    assert len(sources) == 2


async def test_tickets_are_listed_read_answered_and_closed(desk: Desk) -> None:
    assert desk.ticket_id in (await desk.terminal.casella("tickets", "list", "--state", "open")).well().out
    shown = (await desk.terminal.casella("tickets", "show", desk.ticket_id)).well()
    assert "Non ricevo più [bold]messaggi[/bold]." in shown.out
    (await desk.terminal.casella("tickets", "answer", desk.ticket_id, "Abbiamo risolto.")).well()
    (await desk.terminal.casella("tickets", "answer", desk.ticket_id, stdin="Due righe,\nda un file.")).well()
    mail = await desk.play.inbox.wait_for(
        desk.buyer.email, lambda mail: "Abbiamo risolto." in mail.as_string(), "the answer"
    )
    assert mail["To"]
    (await desk.terminal.casella("tickets", "close", desk.ticket_id)).well()
    listed = await desk.terminal.casella(
        "tickets", "list", "--account", desk.buyer.email, "--state", "closed", "--json"
    )
    assert [ticket["ticket_id"] for ticket in listed.well().json] == [desk.ticket_id]


async def test_wrong_tickets_are_refused(desk: Desk) -> None:
    closed = await open_ticket(desk.newcomer)
    (await desk.terminal.casella("tickets", "close", closed)).well()
    (await desk.terminal.casella("tickets", "answer", closed, "Ancora noi.")).badly(1, "TICKET_CLOSED")
    (await desk.terminal.casella("tickets", "close", NOBODY)).badly(1, "there is no ticket")
    (await desk.terminal.casella("tickets", "show", NOBODY)).badly(1, "casella tickets list")
    (await desk.terminal.casella("tickets", "answer", desk.ticket_id, stdin="")).badly(2, "text")
    (await desk.terminal.casella("tickets", "list", "--account", "nobody@demo.example")).badly(1, "no account")


async def test_another_callers_secret_does_not_open(desk: Desk, tmp_path: Path) -> None:
    gateway = desk.play.world.site.secret_file("caller-gateway")
    (await desk.terminal.casella("audit", CASELLA_CALLER_SECRET_FILE=gateway)).badly(1, "CALLER_NOT_ALLOWED")
    stranger = tmp_path / "secret"
    stranger.write_text("not one of yours")
    ran = await desk.terminal.casella("audit", CASELLA_CALLER_SECRET_FILE=str(stranger))
    ran.badly(1, "CASELLA_CALLER_SECRET_FILE")


async def test_money_that_fits_nothing_waits_in_the_queue(desk: Desk, tmp_path: Path) -> None:
    assert ": none" in (await desk.terminal.casella("show", "money")).well().out
    request = await desk.order_to_pay()
    stranger = paying.Transfer(
        common.Money(minor=1234, currency="EUR"), datetime.now(UTC).date(), text="Auguri \x9b[31m", payer="Zia Pina"
    )
    file = tmp_path / "statement.xml"
    file.write_bytes(paying.statement(request.transfer.iban, [stranger]))
    assert "casella show money" in (await desk.terminal.casella("bank", "import", str(file))).well().out
    ran = (await desk.terminal.casella("show", "money")).well()
    for words in ("unknown", "12.34 EUR", "Zia Pina", "Auguri"):
        assert words in ran.out
    assert "perhaps for" not in ran.out, "money that fits nothing has no suggestion"
    assert "\x9b" not in ran.out, "a payer's text reaches the terminal with its control characters"
    waiting = (await desk.terminal.casella("show", "money", "--json")).well().json
    assert [entry["reason"] for entry in waiting] == ["MONEY_ENTRY_REASON_UNKNOWN"]


async def test_a_suggestion_is_told_with_its_order_proforma_amount_and_state(desk: Desk, tmp_path: Path) -> None:
    request = await desk.order_to_pay()
    short = paying.Transfer(
        common.Money(minor=100, currency="EUR"), rome_date(datetime.now(UTC)), request.transfer.reference
    )
    file = tmp_path / "statement.xml"
    file.write_bytes(paying.statement(request.transfer.iban, [short]))
    (await desk.terminal.casella("bank", "import", str(file))).well()
    ran = (await desk.terminal.casella("show", "money")).well()
    asked = f"{request.amount.minor // 100}.{request.amount.minor % 100:02d} EUR"
    for words in ("perhaps for", request.order_id, request.proforma_number, asked, "open", "short"):
        assert words in ran.out


async def test_what_is_for_a_period_is_told_as_a_period(desk: Desk, tmp_path: Path) -> None:
    period, account = PeriodCause(new_id(), 2), desk.buyer.account_id
    told = f"period 2 of subscription {period.subscription_id}"
    amount, method = common.Money(minor=1281, currency="EUR"), common.PAYMENT_METHOD_BANK_TRANSFER
    made = await desk.play.worker.payments.CreatePaymentRequest(
        payments_pb2.CreatePaymentRequestRequest(
            period=period_of(period), account_id=account, amount=amount, method=method
        )
    )
    transfer = made.payment_request.transfer
    proforma = await desk.play.worker.invoicing.IssueProforma(
        proforma_request(order_id="", period=period_of(period), account_id=account)
    )
    assert told in (await desk.terminal.casella("show", "invoice", proforma.document.document_id)).well().out
    (await desk.terminal.casella("show", "order", transfer.reference)).badly(1, told, "no order", account)
    short = paying.Transfer(common.Money(minor=100, currency="EUR"), rome_date(datetime.now(UTC)), transfer.reference)
    file = tmp_path / "statement.xml"
    file.write_bytes(paying.statement(transfer.iban, [short]))
    (await desk.terminal.casella("bank", "import", str(file))).well()
    assert told in (await desk.terminal.casella("show", "money")).well().out


async def test_money_that_the_bank_takes_back_is_told_below_zero_with_its_order(desk: Desk, tmp_path: Path) -> None:
    request = await desk.order_to_pay()
    today = rome_date(datetime.now(UTC))
    credit = paying.statement(
        request.transfer.iban,
        [paying.Transfer(common.Money(minor=321, currency="EUR"), today, request.transfer.reference)],
    )
    file = tmp_path / "statement.xml"
    file.write_bytes(credit.replace(b"CRDT</CdtDbtInd><Sts>", b"DBIT</CdtDbtInd><RvslInd>true</RvslInd><Sts>"))
    (await desk.terminal.casella("bank", "import", str(file))).well()
    for name in (("money",), ("order", request.order_id), ("account", request.account_id)):
        assert "-3.21 EUR" in (await desk.terminal.casella("show", *name)).well().out
    told = (await desk.terminal.casella("show", "order", request.order_id, "--json")).well().json
    assert [entry["amount"]["minor"] for entry in told["taken_back"]] == ["-321"]
    assert told["waiting_money"] == []


async def test_money_that_names_an_order_is_told_with_the_order_and_its_account(desk: Desk, tmp_path: Path) -> None:
    request = await desk.order_to_pay()
    short = paying.Transfer(
        common.Money(minor=100, currency="EUR"),
        rome_date(datetime.now(UTC)),
        request.transfer.reference,
        payer="Zia Pia",
    )
    file = tmp_path / "statement.xml"
    file.write_bytes(paying.statement(request.transfer.iban, [short]))
    (await desk.terminal.casella("bank", "import", str(file))).well()
    for name in (("order", request.order_id), ("account", request.account_id)):
        ran = (await desk.terminal.casella("show", *name)).well()
        for words in ("Money that names", "short", "1.00 EUR", "Zia Pia"):
            assert words in ran.out
        if name[0] == "order":
            assert "expiry suspended: money waits" in ran.out
            assert "stays open at most to" not in ran.out
    told = (await desk.terminal.casella("show", "order", request.order_id, "--json")).well().json["waiting_money"]
    assert [entry["amount"]["minor"] for entry in told] == ["100"]
    page = (await desk.terminal.casella("show", "account", request.account_id, "--json")).well().json
    waiting = {
        order: [entry["money_entry_id"] for entry in entries] for order, entries in page["waiting_money"].items()
    }
    assert waiting == {request.order_id: [entry["money_entry_id"] for entry in told]}


async def test_a_transfer_recorded_by_mistake_is_withdrawn_by_its_reference(desk: Desk) -> None:
    one, two = await desk.order_to_pay(), await desk.order_to_pay()
    for request in (one, two):
        await desk.play.worker.payments.RecordBankTransfer(
            payments_pb2.RecordBankTransferRequest(
                request_id=str(uuid4()),
                payment_request_id=request.payment_request_id,
                amount=common.Money(minor=77, currency="EUR"),
                booked_on=to_date(rome_date(datetime.now(UTC))),
                bank_reference="CRO 77",
                steering=common.Steering(actor="giulia", reason_code="seen_on_account", source="update/1"),
            )
        )
    withdraw = ("bank", "withdraw", "CRO 77", "--reason", "mistyped")
    (await desk.terminal.casella("bank", "withdraw", "CRO 78", "--reason", "mistyped")).badly(1, "no transfer recorded")
    (await desk.terminal.casella(*withdraw)).badly(2, "several orders", one.order_id, two.order_id, "--order")
    ran = await desk.terminal.casella(*withdraw, "--order", one.transfer.reference, "--as", "giulia")
    assert one.order_id in ran.well().out
    assert (await audited(desk, "payments", "withdraw_bank_transfer"))[:2] == ("giulia", "mistyped")
    trail = (await desk.terminal.casella("trail", one.account_id)).well().out
    assert all(deed in trail for deed in ("record bank transfer", "withdraw bank transfer"))
    assert two.order_id in (await desk.terminal.casella(*withdraw)).well().out
    assert "0.77 EUR" not in (await desk.terminal.casella("show", "money")).well().out
    (await desk.terminal.casella("audit")).well()


async def test_a_payout_booked_by_mistake_is_undone_and_waits_again(desk: Desk, tmp_path: Path) -> None:
    request, paid_out = await desk.order_to_pay(), common.Money(minor=666, currency="EUR")
    file = tmp_path / "statement.xml"
    transfer = paying.Transfer(paid_out, rome_date(datetime.now(UTC)), text="STRIPE PAYOUT", payer="Stripe")
    file.write_bytes(paying.statement(request.transfer.iban, [transfer]))
    (await desk.terminal.casella("bank", "import", str(file))).well()
    waiting = (await desk.terminal.casella("show", "money", "--json")).well().json
    (entry,) = (each["money_entry_id"] for each in waiting if int(each["amount"]["minor"]) == 666)
    undo = ("bank", "unbook", entry, "--reason", "wrong_fees", "--as", "giulia")
    (await desk.terminal.casella(*undo)).badly(1, "not booked as a payout")
    await desk.play.operator.payments.BookPayout(
        payments_pb2.BookPayoutRequest(
            request_id=str(uuid4()),
            money_entry_id=entry,
            steering=common.Steering(actor="giulia", reason_code="stripe_payout", source="update/1"),
        )
    )
    assert "6.66 EUR" not in (await desk.terminal.casella("show", "money")).well().out
    assert "6.66 EUR" in (await desk.terminal.casella(*undo)).well().out
    assert (await audited(desk, "payments", "undo_payout"))[:2] == ("giulia", "wrong_fees")
    assert "6.66 EUR" in (await desk.terminal.casella("show", "money")).well().out
    (await desk.terminal.casella("audit")).well()


async def test_late_money_is_told_with_its_booking_day_and_the_end_of_what_it_was_for(
    desk: Desk, tmp_path: Path
) -> None:
    request = await desk.order_to_pay()
    closed = await desk.play.worker.payments.ClosePaymentRequest(
        payments_pb2.ClosePaymentRequestRequest(
            payment_request_id=request.payment_request_id, reason=payments_pb2.CLOSE_REASON_EXPIRED
        )
    )
    booked_on = rome_date(datetime.now(UTC))
    file = tmp_path / "statement.xml"
    late = paying.Transfer(request.amount, booked_on, request.transfer.reference)
    file.write_bytes(paying.statement(request.transfer.iban, [late]))
    (await desk.terminal.casella("bank", "import", str(file))).well()
    ran = (await desk.terminal.casella("show", "money")).well()
    ended = f"closed {instant(closed.payment_request.closed_at)}, expired"
    for expected in ("late", f"{booked_on:%Y-%m-%d}", request.order_id, ended):
        assert expected in ran.out


async def test_the_audit_proves_numbers_and_ledger(desk: Desk) -> None:
    ran = (await desk.terminal.casella("audit")).well()
    assert "no gap" in ran.out
    assert "Ledger: balanced" in ran.out
    assert "each tied to the other" in ran.out
    assert re.search(r"\n  stripe +\d+\.\d\d EUR debit: money paid by card or PayPal, less .+\n", ran.out)
    assert re.search(r"\n  receivable +\d+\.\d\d EUR credit: payment requests paid with that money", ran.out)
    assert (await desk.terminal.casella("audit", "--json", "--year", f"{datetime.now(UTC):%Y}")).well().json["proved"]


async def test_the_commands_that_workflows_name_exist(desk: Desk) -> None:
    """An operator copies them out of the Temporal UI."""
    account, order, invoice = desk.buyer.account_id, desk.order.order_id, desk.order.invoice_id
    for kind, subject, workflow_id in (
        ("account", account, names.trial_id(account)),
        ("order", order, names.order_id(order)),
        ("invoice", invoice, names.e_invoice_id(invoice)),
    ):
        assert (await desk.play.temporal.get_workflow_handle(workflow_id).describe()).id == workflow_id
        (await desk.terminal.casella("show", kind, subject)).well()


async def test_the_clock_moves_for_everybody(desk: Desk) -> None:
    ran = (await desk.terminal.casella("clock", "advance", "1h")).well()
    assert "ahead of real time" in ran.out
    assert "0 days 1 h" in (await desk.terminal.casella("clock", "show")).well().out


async def change_payment(desk: Desk, payment_request_id: str, values: str) -> None:
    """Change a payment request's row as the schema's owner may, behind the service."""
    connection = await database(desk.play, "payments")
    try:
        await connection.execute(f"UPDATE payment_requests SET {values} WHERE id = $1", UUID(payment_request_id))
    finally:
        await connection.close()


async def change_invoice(desk: Desk, values: str) -> None:
    """Change the buyer's invoice as the schema's owner may, who can switch off what keeps documents as they are."""
    connection = await database(desk.play, "invoicing")
    try:
        async with connection.transaction():
            await connection.execute("ALTER TABLE documents DISABLE TRIGGER documents_stay")
            await connection.execute(f"UPDATE documents SET {values} WHERE id = $1", UUID(desk.order.invoice_id))
            await connection.execute("ALTER TABLE documents ENABLE TRIGGER documents_stay")
    finally:
        await connection.close()


@pytest.mark.parametrize(
    ("broken", "mended"),
    [
        ("gross = gross + 1, vat = vat + 1", "gross = gross - 1, vat = vat - 1"),
        ("currency = 'USD'", "currency = 'EUR'"),
    ],
    ids=["amount", "currency"],
)
async def test_the_audit_finds_an_invoice_of_another_sum_than_was_paid(desk: Desk, broken: str, mended: str) -> None:
    await change_invoice(desk, broken)
    ran = await desk.terminal.casella("audit")
    await change_invoice(desk, mended)
    ran.badly(1, "NOT TIED", desk.order.payment_request_id, desk.order.invoice_id, "the amounts differ")
    assert "each tied to the other" in (await desk.terminal.casella("audit")).well().out


async def test_the_audit_finds_an_invoice_of_another_day_than_the_money_was_there(desk: Desk) -> None:
    await change_payment(desk, desk.order.payment_request_id, "available_on = available_on - 1")
    ran = await desk.terminal.casella("audit")
    await change_payment(desk, desk.order.payment_request_id, "available_on = available_on + 1")
    ran.badly(1, "NOT TIED", desk.order.payment_request_id, desk.order.invoice_id, "available on another day")
    assert "each tied to the other" in (await desk.terminal.casella("audit")).well().out


async def test_the_audit_finds_an_invoice_without_a_payment_and_a_payment_without_an_invoice(desk: Desk) -> None:
    await change_payment(desk, desk.order.payment_request_id, "paid_at = paid_at - interval '10 minutes'")
    await change_invoice(desk, "order_id = id")  # its order's payment is left alone, and it names an order of nobody
    ran = await desk.terminal.casella("audit", "--json")
    await change_invoice(desk, f"order_id = '{desk.order.order_id}'")
    findings = ran.badly(1).json["ties"]["findings"]
    assert len(findings) == 2
    assert any(desk.order.payment_request_id in found and "no invoice" in found for found in findings)
    assert any(desk.order.invoice_id in found and "no paid payment request" in found for found in findings)
    assert (await desk.terminal.casella("audit", "--json")).well().json["ties"]["findings"] == []


async def test_the_audit_ends_with_1_where_a_payment_has_no_money_and_after_10_minutes_no_invoice(desk: Desk) -> None:
    """The last test: the ledger of this world stays wrong."""
    request = await desk.order_to_pay()
    async with without_worker(desk.play):  # nobody goes on with the order
        paid = "state = 'paid', available_on = current_date, paid_at = created_at"
        await change_payment(desk, request.payment_request_id, paid)
        (await desk.terminal.casella("audit")).badly(1, "NOT BALANCED", "discrepancy", "invoice to come")
        ties = (await desk.terminal.casella("audit", "--json")).badly(1).json["ties"]
        assert (ties["in_progress"], ties["findings"]) == (1, [])
        await change_payment(desk, request.payment_request_id, "paid_at = created_at - interval '10 minutes'")
        (await desk.terminal.casella("audit")).badly(1, "NOT TIED", request.payment_request_id, "no invoice")
        assert (await desk.terminal.casella("audit", "--json")).badly(1).json["proved"] is False
    (await desk.terminal.casella("doctor")).badly(1, "WRONG", "casella audit")
