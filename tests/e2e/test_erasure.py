"""The deletion of a profile on real parts: canaries planted through a customer's journey are in no table after it.

Every table of every schema is read, in texts, JSON, kept messages and PDFs, and every history that Temporal holds.
"""

import asyncio
import base64
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio
from grpc.aio import AioRpcError

from casella.common.v1 import common_pb2 as common
from casella.common.v1 import errors_pb2
from casella.invoicing.v1 import invoicing_pb2
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from casella.support.v1 import erasures_pb2, support_pb2
from casella.trial.v1 import trial_pb2
from deploy.local.demo import paying, people
from deploy.local.demo.customer import PASSWORD, Customer
from deploy.local.demo.front import ROOMS
from services.kit.calendar import rome_date
from services.kit.clock import SystemClock
from services.kit.errors import Refused
from tests.cli.running import Terminal
from tests.e2e.levers import answered, ask_for_deletion, set_hold
from tests.e2e.operator_desk import OPERATOR, Desk, at_the_desk, refused, wrongly_filled_in
from tests.e2e.play import database
from tests.e2e.waiting import until
from tests.support.marks import files_below, known_in, shown_of, told_temporal, unpacked
from tests.support.refusals import refused_as
from workflows import names

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("erasure")]

STAND_INS = ("mail", "sdi", "stripe.db", "stripe.db-wal", "stripe.db-shm", "postgres")
"""What outside parties hold of customers, and the database's own files, whose tables are read column by column."""
FISCAL = {
    "invoicing.customers.customer": "the invoice's customer",
    "invoicing.files.content": "the invoice's PDF and XML, and the SdI's receipts",
    "invoicing.messages.raw": "the SdI's receipts as they came",
    "payments.bank_entries.debtor_name": "what the bank told of a payer",
}
"""The only columns that may still know somebody who has paid (docs/rules.md, "Erasure")."""
WHY = {"reason_code": "customer_asked"}


@dataclass
class Canary:
    """A customer whose every word is found again wherever it is kept."""

    customer: Customer
    profile: common.BillingParty
    domain: str
    words: dict[str, str] = field(default_factory=dict)

    @classmethod
    def hatch(cls, desk: Desk, first: str, last: str) -> "Canary":
        """Somebody with names that nobody else here has."""
        play = desk.play
        customer = Customer(
            play.gateway, play.inbox, people.new_address(first.lower()), first, last, ip=people.new_ip()
        )
        profile = people.private_person(first, last)
        profile.address.street = f"Vicolo {last} 7"
        profile.phone = f"+39055{uuid4().int % 10**7:07d}"
        profile.contact_person = f"Zia {last}"
        canary = cls(customer, profile, f"{first.lower()}-{uuid4().hex[:6]}.example")
        canary.words = {
            "first name": first,
            "last name": last,
            "email": customer.email,
            "IP address": customer.ip,
            "street": profile.address.street,
            "phone": profile.phone,
            "codice fiscale": profile.codice_fiscale,
            "domain": canary.domain,
            "password": PASSWORD,
            "payer": f"Banca di {last}",
            "ticket": f"Sono {first}, cancellate tutto",
        }
        return canary

    async def try_out(self) -> None:
        """Sign up, fail a login, use the service, save a profile, ask something."""
        await self.customer.begin_trial()
        await self.customer.add_domain(self.domain)
        await self.customer.create_mailbox(f"info@{self.domain}")
        await self.customer.save_profile(self.profile)
        await self.ask()

    async def order(self, desk: Desk) -> ordering_pb2.Order:
        """An order by bank transfer that waits for its money."""
        quote = await self.customer.quote(common.CUSTOMER_KIND_PRIVATE, common.BILLING_PERIOD_ANNUAL, 1)
        placed = await self.customer.place_order(quote, common.PAYMENT_METHOD_BANK_TRANSFER)
        await desk.stands(names.order_id(placed.order_id), "AwaitingPayment")
        await desk.play.proforma(self.customer)
        return placed

    async def ask(self) -> None:
        """A ticket whose text names the person."""
        request = support_pb2.OpenTicketRequest(
            request_id=str(uuid4()), account_id=self.customer.account_id, kind=support_pb2.TICKET_KIND_QUESTION,
            subject=self.words["ticket"], text=f"{self.words['ticket']}: {self.profile.codice_fiscale}",
        )  # fmt: skip
        await self.customer.front.support.OpenTicket(request, metadata=await self.customer.me())

    async def ask_for_deletion(self, desk: Desk) -> str:
        """The same, for the deletion of the profile; returns the workflow's id."""
        return await ask_for_deletion(desk, self.customer, self.words["ticket"])

    def known_in(self, found: Mapping[str, bytes]) -> dict[str, set[str]]:
        """Which of its words stand where, in whatever form; places that know nothing are left out."""
        known = {place: known_in(content, self.words) for place, content in found.items()}
        return {place: words for place, words in known.items() if words}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """A Casella of this module's own."""
    async with at_the_desk(tmp_path_factory.mktemp("erasure") / "var") as desk:
        yield desk


async def everything_kept(desk: Desk) -> Mapping[str, bytes]:
    """All that every column of every table of every schema holds, by ``schema.table.column``."""
    kept: defaultdict[str, bytes] = defaultdict(bytes)
    for room in ROOMS:
        connection = await database(desk.play, room)
        try:
            tables = await connection.fetch(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = $1", room
            )
            for table in (row["table_name"] for row in tables):
                rows = await connection.fetch(f'SELECT * FROM "{table}"')
                for column, value in ((column, value) for row in rows for column, value in row.items()):
                    kept[f"{room}.{table}.{column}"] += readable(value) + b"\n"
        finally:
            await connection.close()
    return kept


def readable(value: Any) -> bytes:
    """What can be read in a column's value."""
    return unpacked(value) if isinstance(value, bytes) else str(value).encode()


async def columns_that_know(desk: Desk, canary: Canary) -> dict[str, set[str]]:
    """The columns that hold a word of somebody, with which."""
    return canary.known_in(await everything_kept(desk))


async def seen_from_outside(desk: Desk) -> dict[str, bytes]:
    """What others than the rooms' tables hold or show: Temporal and its file, logs, files, processes."""
    world = desk.play.world
    pids = {*(await world.processes()).values(), int((world.site.var / "nursery.pid").read_text())}
    seen = {**await told_temporal(desk.play.temporal), **files_below(world.site.var, STAND_INS), **shown_of(pids)}
    for needed in ("temporal.db", "logs/worker.log", "logs/gateway.log", "logs/postgres.log", "logs/ordering.log"):
        assert needed in seen
    return seen


@contextlib.asynccontextmanager
async def without_table(desk: Desk, room: str, table: str) -> AsyncIterator[None]:
    """A time in which every statement about a table ends in an error that nobody expects."""
    connection = await database(desk.play, room)
    try:
        await connection.execute(f'ALTER TABLE "{table}" RENAME TO "{table}_away"')
        try:
            yield
        finally:
            await connection.execute(f'ALTER TABLE "{table}_away" RENAME TO "{table}"')
    finally:
        await connection.close()


def terminal_at(desk: Desk) -> Terminal:
    """An operator's command line."""
    return Terminal({"CASELLA_VAR": str(desk.play.world.site.var)})


async def proof_of(desk: Desk, canary: Canary) -> dict[str, Any]:
    """What the command shows of an erasure."""
    shown = await terminal_at(desk).casella("show", "erasure", canary.customer.account_id, "--json")
    found: dict[str, Any] = shown.well().json["erasure"]
    return found


async def test_nothing_is_left_of_a_trial_customer_who_asks_for_the_deletion(desk: Desk) -> None:
    canary = Canary.hatch(desk, "Zenobia", "Trovapasseri")
    await canary.try_out()
    order = await canary.order(desk)
    before = await columns_that_know(desk, canary)
    assert {column.partition(".")[0] for column in before} == {"trial", "mailboxes", "ordering", "invoicing", "support"}
    assert not any("password" in words for words in before.values())
    await set_hold(desk.play, canary.customer, hold=True)
    workflow_id = await canary.ask_for_deletion(desk)
    assert (await desk.update(workflow_id, "approve", WHY)).result == "approved"
    await desk.stands(workflow_id, "Held")
    held = await desk.details(workflow_id)
    assert "a legal hold stands" in held
    assert f"order {order.order_id} waits for its payment" in held
    assert set(await columns_that_know(desk, canary)) >= set(before)
    await set_hold(desk.play, canary.customer, hold=False)
    await desk.stands(workflow_id, "Erased")
    await desk.stands(names.trial_id(canary.customer.account_id), "Closed")
    mail = await desk.play.inbox.wait_for(
        canary.customer.email, lambda each: "cancellato" in str(each["Subject"]), "the last email"
    )
    assert await columns_that_know(desk, canary) == {}
    assert canary.known_in(await seen_from_outside(desk)) == {}
    proof = await proof_of(desk, canary)
    shown = (await terminal_at(desk).casella("show", "erasure", canary.customer.account_id)).well().out
    for words in ("erased", "approve erasure", "trial", "consents", "invoicing"):
        assert words in shown, words
    assert proof["state"] == "ERASURE_STATE_ERASED"
    assert str(mail["Message-ID"]) in {proof["told_message_id"], f"<{proof['told_message_id']}>"}
    assert sorted(part["room"] for part in proof["proof"]) == sorted(ROOMS)
    with refused_as(errors_pb2.REASON_LOGIN_REFUSED):
        await canary.customer.log_in()


async def test_only_fiscal_documents_are_left_of_a_customer_who_paid(desk: Desk) -> None:
    canary = Canary.hatch(desk, "Ermenegilda", "Cercafunghi")
    await canary.try_out()
    order = await canary.order(desk)
    asked = payments_pb2.GetPaymentRequestRequest(order_id=order.order_id)
    transfer = (await desk.play.worker.payments.GetPaymentRequest(asked)).payment_request.transfer
    paid = paying.Transfer(
        order.quote.totals.gross, rome_date(SystemClock().now()), transfer.reference, payer=canary.words["payer"]
    )
    file = paying.statement(transfer.iban, [paid])
    await desk.play.operator.payments.ImportStatement(payments_pb2.ImportStatementRequest(file=file))
    fulfilled = await desk.play.fulfilled(canary.customer, order.order_id)
    workflow_id = await canary.ask_for_deletion(desk)
    assert "subscription" in await desk.details(workflow_id)
    assert (await desk.update(workflow_id, "approve", WHY)).result == "approved"
    await answered(desk, names.e_invoice_id(fulfilled.invoice_id), "Undeliverable")
    await desk.stands(workflow_id, "Erased")
    left = await columns_that_know(desk, canary)
    assert set(left) <= set(FISCAL), left
    assert "invoicing.customers.customer" in left
    assert not {"password", "phone"} & set().union(*left.values())
    assert canary.known_in(await seen_from_outside(desk)) == {}
    invoice = await desk.play.operator.invoicing.GetInvoicingDocument(
        invoicing_pb2.GetInvoicingDocumentRequest(document_id=fulfilled.invoice_id)
    )
    assert invoice.document.totals.gross == order.quote.totals.gross
    proof = await proof_of(desk, canary)
    assert proof["state"] == "ERASURE_STATE_ERASED"
    await until(lambda: nothing_waits(desk), "the end of every process of the erased")
    subjects = [str(mail["Subject"]) for mail in await desk.play.inbox.messages(canary.customer.email)]
    assert not any("terminato" in subject for subject in subjects)  # nothing stays readable: no email promises it


async def test_what_is_refused_or_crashes_tells_nobody_what_was_sent(desk: Desk) -> None:
    canary = Canary.hatch(desk, "Radegonda", "Pescastelle")
    await canary.try_out()
    customer, me = canary.customer, await canary.customer.me()
    wrong = common.BillingParty()
    wrong.CopyFrom(canary.profile)
    wrong.codice_fiscale += "Z"
    profile = ordering_pb2.SaveBillingProfileRequest(
        request_id=str(uuid4()), account_id=customer.account_id, profile=canary.profile
    )
    bad = ordering_pb2.SaveBillingProfileRequest(request_id=str(uuid4()), account_id=customer.account_id, profile=wrong)
    mailbox = mailboxes_pb2.CreateMailboxRequest(
        request_id=str(uuid4()), account_id=customer.account_id, address=customer.email, password=PASSWORD
    )
    login = trial_pb2.LogInRequest(email=f"{customer.email}é", password=PASSWORD, client=customer.client)
    front = customer.front
    told = {
        "bad profile": await what_it_says(front.ordering.SaveBillingProfile(bad, metadata=me)),
        "bad mailbox": await what_it_says(front.mailboxes.CreateMailbox(mailbox, metadata=me)),
        "bad login": await what_it_says(front.trial.LogIn(login)),
    }
    async with without_table(desk, "ordering", "billing_profiles"):
        told["crash"] = await what_it_says(front.ordering.SaveBillingProfile(profile, metadata=me))
    await break_a_rule(desk, customer.email)
    log = await asyncio.to_thread((desk.play.world.site.log("ordering")).read_text)
    assert '"exception"' in log
    assert "duplicate key value" in await asyncio.to_thread((desk.play.world.site.log("postgres")).read_text)
    assert canary.known_in(told) == {}
    assert canary.known_in(await seen_from_outside(desk)) == {}


async def break_a_rule(desk: Desk, mark: str) -> None:
    """Let PostgreSQL refuse a row; by itself it would write the row's values into its log."""
    connection = await database(desk.play, "ordering")
    try:
        await connection.execute("CREATE TABLE once (word text PRIMARY KEY)")
        await connection.execute("INSERT INTO once VALUES ($1)", mark)
        with pytest.raises(asyncpg.UniqueViolationError):
            await connection.execute("INSERT INTO once VALUES ($1)", mark)
        await connection.execute("DROP TABLE once")
    finally:
        await connection.close()


async def what_it_says(call: Awaitable[Any]) -> bytes:
    """Everything that a refused call tells over the wire: status, details, metadata."""
    try:
        await call
    except Refused as refused:
        return f"{refused!r} {refused.message} {refused.metadata} {refused.violations}".encode()
    except AioRpcError as error:
        metadata = [*(error.initial_metadata() or ()), *(error.trailing_metadata() or ())]
        values = [value if isinstance(value, bytes) else str(value).encode() for _, value in metadata]
        return b"\n".join([str(error.code()).encode(), (error.details() or "").encode(), *values])
    raise AssertionError("it was not refused")


async def test_a_leak_that_is_planted_is_found_in_each_place(desk: Desk) -> None:
    words = {"leak": f"Leccapiedi{uuid4().hex[:8]}"}
    play, mark = desk.play, words["leak"]
    await play.temporal.start_workflow(
        "Unknown", mark, id=f"leak-{uuid4()}", task_queue="nobody", memo={"note": mark}, static_summary=mark
    )
    with play.world.site.log("worker").open("a") as log:
        log.write(f"{mark}\n")
    (play.world.site.var / "forgotten.json").write_text(base64.b64encode(mark.encode()).decode())
    process = await asyncio.create_subprocess_exec("sleep", "60", env={"LEAK": mark})
    try:
        seen = {**await seen_from_outside(desk), **shown_of([process.pid])}
    finally:
        process.kill()
        await process.wait()
        (play.world.site.var / "forgotten.json").unlink()
    found = {place for place, content in seen.items() if known_in(content, words)}
    assert any(place.startswith("leak-") for place in found)
    assert any(place.startswith("temporal.db") for place in found)
    assert {"logs/worker.log", "forgotten.json", f"process {process.pid} environ"} <= found


async def test_an_operator_lets_an_erasure_go_on_without_the_email_that_nobody_takes(desk: Desk) -> None:
    customer = desk.play.customer("livia")
    await customer.begin_trial()
    workflow_id = await ask_for_deletion(desk, customer)
    without = {"reason_code": "address_gone"}
    await refused(desk, workflow_id, "erase_without_email", without, "no email is being sent: the erasure is Waiting")
    await desk.play.world.stop_process("mailsink")
    try:
        assert (await desk.update(workflow_id, "approve", WHY)).result == "approved"
        await desk.stands(workflow_id, "Telling")
        await wrongly_filled_in(desk, workflow_id, "erase_without_email")
        answer = await desk.update(workflow_id, "erase_without_email", without)
        assert answer.result == "the erasure goes on without the email within half a minute", answer.refusal
        await desk.stands(workflow_id, "Erased")
    finally:
        await desk.play.world.start_process("mailsink")
    assert "no last email is sent" in await desk.details(workflow_id)
    asked = erasures_pb2.GetErasureRequest(account_id=customer.account_id)
    erasure = (await desk.play.operator.erasures.GetErasure(asked)).erasure
    assert (erasure.state, erasure.email_skipped) == (erasures_pb2.ERASURE_STATE_ERASED, True)
    deeds = await desk.audited("support", customer.account_id)
    assert (OPERATOR, "skip_erasure_email", "address_gone") in deeds
    subjects = [str(mail["Subject"]) for mail in await desk.play.inbox.messages(customer.email)]
    assert not any("cancellato" in subject for subject in subjects)


async def nothing_waits(desk: Desk) -> bool | None:
    """Whether no workflow is open any more, and none needs an operator."""
    await asyncio.sleep(0)
    return True if await desk.listed("ExecutionStatus = 'Running'") == [] else None
