"""What marked customers, and an operator for them, do in ways that are seen outside: bank files, pages, crashes."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import aiohttp
import asyncpg
import pytest
from stripe import WebhookSignature

from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from services.kit.calendar import rome_date
from services.kit.clock import SystemClock
from tests.e2e.canaries import Canary, Watch
from tests.e2e.operator_desk import Desk
from tests.e2e.play import database
from tests.payments.statement import Entry, statement
from tests.support.marks import files_below, known_in
from workflows import names


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


async def sent_by_the_bank(watch: Watch, canary: Canary, folder: Path) -> None:
    """An operator sends the refund to another account, which approves it, exports it, and a statement has it."""
    desk, terminal = watch.desk, watch.terminal
    asked = payments_pb2.ListRefundsRequest(account_id=canary.customer.account_id)
    [refund] = (await desk.play.operator.payments.ListRefunds(asked)).refunds
    elsewhere = f"{canary.words['other IBAN']}\n{canary.profile.contact_person}\n"
    to = ("refund", "retry", refund.refund_id, "--to-account", "--reason", "new_account")
    (await terminal.casella(*to, stdin=elsewhere)).well()
    (await terminal.casella("refund", "export", str(folder / "refunds.xml"))).well()
    (await terminal.casella("backup", str(folder / "rows.dump"))).well()
    written = await asyncio.to_thread(files_below, folder)
    exported = written.pop("refunds.xml")
    assert known_in(exported, canary.words) >= {"other IBAN", "last name"}
    assert set(written) == {"rows.dump"}
    assert all((folder / name).stat().st_mode & 0o077 == 0 for name in ("refunds.xml", "rows.dump"))
    named = exported.partition(b"<EndToEndId>")[2].partition(b"<")[0].decode()
    left = Entry(
        refund.amount.minor, end_to_end=named, direction="DBIT",
        day=rome_date(SystemClock().now()), bank_reference=f"OUT-{refund.refund_id[:8]}",
        debtor=canary.words["payer"], iban=canary.words["other IBAN"],
    )  # fmt: skip
    told = statement(left, number=f"OUT-{refund.refund_id[-8:]}")
    await desk.play.operator.payments.ImportStatement(payments_pb2.ImportStatementRequest(file=told))


async def paid_and_taken_back(desk: Desk, canary: Canary, order: ordering_pb2.Order) -> str:
    """An order's transfer comes and is taken back by the bank, which tells of its payer each time.

    Returns:
        The id of the workflow that asks what becomes of it now.
    """
    asked = payments_pb2.GetPaymentRequestRequest(order_id=order.order_id)
    request = (await desk.play.worker.payments.GetPaymentRequest(asked)).payment_request
    came = Entry(
        request.amount.minor, reference=request.transfer.reference, text=canary.words["remittance"],
        day=rome_date(SystemClock().now()), bank_reference=f"IN-{order.order_id[-8:]}",
        debtor=canary.words["payer"], iban=canary.words["IBAN"],
    )  # fmt: skip
    await _told(desk, came)
    await desk.play.fulfilled(canary.customer, order.order_id)
    assert (await _told(desk, replace(came, direction="DBIT", reversal=True))).queued == 1
    listed = await desk.play.operator.payments.ListMoneyEntries(payments_pb2.ListMoneyEntriesRequest())
    (entry,) = [each for each in listed.entries if each.reason == payments_pb2.MONEY_ENTRY_REASON_REVERSED]
    workflow_id = names.money_id(entry.money_entry_id)
    await desk.stands(workflow_id, "NeedsOperator")
    return workflow_id


async def _told(desk: Desk, entry: Entry) -> payments_pb2.ImportStatementResponse:
    file = statement(entry, number=f"{entry.direction}-{entry.bank_reference}")
    return await desk.play.operator.payments.ImportStatement(payments_pb2.ImportStatementRequest(file=file))


async def what_pages_say(watch: Watch, canary: Canary) -> dict[str, bytes]:
    """What the gateway answers to links that are none, and to webhooks with all that a provider knows of a payer."""
    site, mark = watch.desk.play.world.site, quote(canary.customer.email)
    payer = {"billing_details": {"email": canary.customer.email, "name": canary.words["payer"]}}
    card = {"payment_method_details": {"card": {"fingerprint": canary.words["card"], "last4": "4242"}}}
    charge = {"object": "payment_intent", "id": f"pi_{uuid4().hex}", "livemode": False, **payer, **card}
    event = {
        "object": "event", "id": f"evt_{uuid4().hex}", "type": "payment_intent.succeeded", "livemode": False,
        "created": int(time.time()), "data": {"object": charge},
    }  # fmt: skip
    body = json.dumps(event).encode()
    genuine = WebhookSignature.generate_signature_header(body.decode(), site.secret("stripe-webhook-secret"))
    told = {}
    async with aiohttp.ClientSession(site.url("gateway")) as http:
        for path in (f"/pay/{mark}", f"/pay/{'x' * 43}?email={mark}", f"/{mark}", f"/confirm/{'x' * 43}?email={mark}"):
            async with http.get(path, headers={"Referer": f"https://site.example/?email={mark}"}) as page:
                told[f"page {path}"] = f"{page.headers}".encode() + await page.read()
        for kind, signature in (("genuine", genuine), ("genuine, again", genuine), ("forged", genuine[:-1] + "g")):
            async with http.post("/webhooks/stripe", data=body, headers={"Stripe-Signature": signature}) as answer:
                told[kind] = f"{answer.status} {answer.headers}".encode() + await answer.read()
    assert [b"WEBHOOK_SIGNATURE" in told[kind] for kind in ("genuine", "forged")] == [False, True]
    return told


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
