"""A backup comes back under rows, certified mail, Stripe and inboxes that are ahead of it; a Temporal is lost."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from casella.common.v1 import common_pb2 as common
from casella.invoicing.v1 import invoicing_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from casella.support.v1 import erasures_pb2
from deploy.local.demo import people
from deploy.local.demo.customer import Customer
from tests.cli.running import Terminal
from tests.e2e.canaries import everything_kept
from tests.e2e.ends import all_delivered, count, documents_of, e_invoice_ended, emails, payment_of
from tests.e2e.play import Play, started
from tests.e2e.test_wakes import lose_temporal, runs, woken
from tests.e2e.waiting import until
from tests.support.marks import known_in
from workflows import names

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("recovery")]
_WHY = ("--reason", "disk_lost", "--as", "carla")


@dataclass(frozen=True)
class Before:
    """What stood when the rows were lost: invoices with their numbers, and every email by its Message-ID."""

    var: Path
    paid: Customer
    paid_order: ordering_pb2.Order
    lost: Customer
    """Who came after the backup."""
    numbers: dict[str, str]
    """Order → invoice number, of what was bought after the backup."""
    emails: dict[str, int]
    erased: str
    """The account of whom the backup knows, and who was erased after it."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def before(tmp_path_factory: pytest.TempPathFactory) -> Before:
    """A buyer; Temporal is lost and woken; a backup; then the buyer pays, and another comes whom no row will know."""
    folder = tmp_path_factory.mktemp("recovery")
    async with started(folder / "var") as play:
        desk = Terminal({"CASELLA_VAR": str(play.world.site.var)})
        paid, paid_order = await play.buyer(common.PAYMENT_METHOD_ONLINE)
        await play.proforma(paid)
        leaver = play.customer("leaver")
        await leaver.begin_trial()
        await lose_temporal(play)
        assert not await runs(play, names.order_id(paid_order.order_id))
        (await desk.casella("recover", "wake")).well()
        await until(partial(woken, play, names.order_id(paid_order.order_id)), "a run of the order")
        await until(partial(all_delivered, play), "empty outboxes")
        (await desk.casella("backup", str(folder / "backup"))).well()
        (await desk.casella("backup", str(folder / "backup"))).badly(2, "is there already")
        await erase(play, leaver)
        numbers = {}
        lost, lost_order = await play.buyer(common.PAYMENT_METHOD_ONLINE)
        for customer, order in ((lost, lost_order), (paid, paid_order)):
            await play.pay_by_card(customer)
            done = await play.fulfilled(customer, order.order_id)
            await e_invoice_ended(play, done.invoice_id)
            (numbers[order.order_id],) = [each.number for each in await documents_of(play, customer) if _invoice(each)]
        await until(partial(all_delivered, play), "empty outboxes")
        sent = {each["Message-ID"]: 1 for each in await play.inbox.messages(paid.email)}
        running = await desk.casella("recover", "restore", str(folder / "backup"))
        running.badly(1, "already running")
    (await desk.casella("recover", "restore", str(folder / "backup"))).well()
    return Before(folder / "var", paid, paid_order, lost, numbers, sent, leaver.account_id)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def play(before: Before) -> AsyncIterator[Play]:
    async with started(before.var) as play:
        yield play


async def erase(play: Play, customer: Customer) -> None:
    """Delete a profile, as its customer asks and an operator approves."""
    await customer.ask_for_deletion("Cancellate tutto")
    run = play.temporal.get_workflow_handle(names.erasure_id(customer.account_id))
    await until(partial(woken, play, names.erasure_id(customer.account_id)), "a run of the erasure")
    await run.execute_update("approve", {"reason_code": "customer_asked"})
    await until(partial(erased, play, customer.account_id), "the erasure's end")


async def erased(play: Play, account_id: str) -> erasures_pb2.Erasure | None:
    """An account's erasure, once it is done."""
    asked = erasures_pb2.GetErasureRequest(account_id=account_id)
    erasure = (await play.operator.erasures.GetErasure(asked)).erasure
    return erasure if erasure.state == erasures_pb2.ERASURE_STATE_ERASED else None


def _invoice(document: invoicing_pb2.Document) -> bool:
    return document.kind == invoicing_pb2.DOCUMENT_KIND_INVOICE


async def findings(desk: Terminal) -> Sequence[dict[str, Any]]:
    """What a person must decide."""
    told = (await desk.casella("recover", "status", "--json")).badly(1).json
    return [each for room in told.values() for each in room["findings"] if "confirmed_at" not in each]


async def test_after_a_restore_nothing_leaves_twice_and_every_order_goes_on(before: Before, play: Play) -> None:
    desk, order_id = Terminal({"CASELLA_VAR": str(before.var)}), before.paid_order.order_id
    customer = Customer(play.gateway, play.inbox, before.paid.email, ip=before.paid.ip)
    customer.account_id = before.paid.account_id
    order = (await play.operator.ordering.GetOrder(ordering_pb2.GetOrderRequest(order_id=order_id))).order
    assert order.state == ordering_pb2.ORDER_STATE_OPEN  # the rows are behind the world
    await _stands_still(desk)

    (await desk.casella("recover", "read")).well()
    (await desk.casella("recover", "mails", str(before.var / "mail"))).well()
    assert await count(play, "support", "erasure_requests") == 0  # whom the rows brought back
    assert before.erased in (await desk.casella("recover", "erasures", *_WHY)).well().out
    assert f"{before.erased}: decided already" in (await desk.casella("recover", "erasures", *_WHY)).well().out
    assert (await payment_of(play, order_id)).state == payments_pb2.PAYMENT_REQUEST_STATE_PAID
    (await desk.casella("recover", "end", *_WHY)).badly(1, "not decided")
    undecided = await findings(desk)
    lost_number = next(number for order, number in before.numbers.items() if order != order_id)
    assert [each["subject"] for each in undecided if each["kind"] == "document_to_enter"] == [lost_number]
    for each in undecided:
        confirmed = (await desk.casella("recover", "confirm", each["finding_id"], *_WHY)).well()
        assert each["detail"] in confirmed.out
    assert len([each for each in await documents_of(play, customer) if _invoice(each)]) == 0  # held until here
    (await desk.casella("recover", "end", *_WHY)).badly(1, "still runs as it did", "recover wake --end-runs")
    (await desk.casella("recover", "wake", "--end-runs")).well()
    assert (
        f"{lost_number}, invoice of" in (await desk.casella("recover", "end", *_WHY)).well().out
    )  # nobody asks for it

    done = await until(partial(_fulfilled, play, order_id), "the order's end")
    await e_invoice_ended(play, done.invoice_id)
    await until(partial(all_delivered, play), "empty outboxes")
    (again,) = [each for each in await documents_of(play, customer) if _invoice(each)]
    assert again.number == before.numbers[order_id]
    assert {key: len(copies) for key, copies in (await emails(play, customer)).items()} == before.emails
    assert await count(play, "payments", "ledger_transactions WHERE request_id IS NOT NULL") == 1
    audit = (await desk.casella("audit", "--json")).json
    assert audit["numbering"]["violations"] == []
    assert [each.split(",")[0] for each in audit["numbering"]["used_outside"]] == [lost_number]
    assert f"to be entered by hand: 1, the first: {lost_number}" in (await desk.casella("doctor")).out

    newcomer, next_order = await play.buyer(common.PAYMENT_METHOD_ONLINE)
    await play.pay_by_card(newcomer)
    await play.fulfilled(newcomer, next_order.order_id)
    (newest,) = [each for each in await documents_of(play, newcomer) if _invoice(each)]
    assert newest.number not in before.numbers.values()
    (await desk.casella("recover", "status")).well()


async def test_what_a_recovery_keeps_names_nobody_but_in_the_documents_that_had_left(
    before: Before, play: Play
) -> None:
    """The test above has read everything back."""
    party = people.private_person("Anna", "Rossi")
    words = {
        "email": before.lost.email, "other email": before.paid.email, "street": party.address.street,
        "phone": party.phone, "codice fiscale": party.codice_fiscale,
    }  # fmt: skip
    kept = await everything_kept(play)
    read_back = {column: known_in(content, words) for column, content in kept.items() if _of_recovery(column)}
    assert {"payments.recovery_findings.detail", "trial.sent_elsewhere.message_id"} <= set(read_back)
    known = {column: found for column, found in read_back.items() if found}
    assert set(known) == {"invoicing.outside_documents.content"}, known
    assert "street" in known["invoicing.outside_documents.content"]  # a fiscal document, as every other one


def _of_recovery(column: str) -> bool:
    return column.split(".")[1] in {"recoveries", "recovery_findings", "sent_elsewhere", "outside_documents"}


async def test_who_was_erased_after_the_backup_is_erased_again(before: Before, play: Play) -> None:
    """The test above has let an operator say so, and has ended the recovery."""
    again = await until(partial(erased, play, before.erased), "the erasure's end")
    assert (again.cause, again.email_skipped) == (erasures_pb2.ERASURE_CAUSE_RESTORED, True)
    assert await count(play, "trial", f"accounts WHERE id = '{before.erased}'") == 0


async def _stands_still(desk: Terminal) -> None:
    (await desk.casella("recover", "end", *_WHY)).badly(1, "was not read back")
    (await desk.casella("doctor")).badly(1, "a recovery is under way since", "was not read back (trial, mailboxes,")
    credited = await desk.casella("invoice", "credit", "2026/1", "--cause", "agreement", *_WHY)
    credited.badly(1, "a recovery is under way: no credit note was issued")


async def _fulfilled(play: Play, order_id: str) -> ordering_pb2.Order | None:
    order = (await play.operator.ordering.GetOrder(ordering_pb2.GetOrderRequest(order_id=order_id))).order
    return order if order.state == ordering_pb2.ORDER_STATE_FULFILLED else None
