"""What must be true of a paid order in the end, whatever happened on its way."""

from collections import Counter
from collections.abc import Sequence
from email.message import EmailMessage
from uuid import UUID

from casella.invoicing.v1 import invoicing_pb2
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from deploy.local.demo.customer import Customer
from deploy.local.provision import ROOMS
from services.kit.wire import from_timestamp
from tests.e2e.play import Play, database
from tests.e2e.waiting import until

EMAILS = 5
"""What a buyer gets: confirmation of the address, welcome, confirmation of the order, proforma, courtesy invoice."""
AT_THE_SDI = (
    invoicing_pb2.TRANSMISSION_STATE_DELIVERED,
    invoicing_pb2.TRANSMISSION_STATE_UNDELIVERABLE,
)


async def prove_the_end(play: Play, customer: Customer, order_id: str) -> None:
    """Fulfilled, unlocked once, paid once, invoiced once, each email once, numbers without a gap, books that balance.

    An email may have come again after a kill between SMTP's acceptance and our commit: with the same Message-ID.
    """
    order = await play.fulfilled(customer, order_id)
    await until(lambda: all_delivered(play), "empty outboxes")
    await _unlocked_and_subscribed_once(play, customer, order)
    await _paid_once(play, order)
    await _invoiced_once(play, order)
    subjects = await each_email_once(play, customer)
    assert len(subjects) == EMAILS, subjects


async def emails(play: Play, customer: Customer) -> dict[str, list[EmailMessage]]:
    """What a customer got, by Message-ID."""
    found: dict[str, list[EmailMessage]] = {}
    for message in await play.inbox.messages(customer.email):
        found.setdefault(message["Message-ID"], []).append(message)
    return found


async def courtesy_invoices(play: Play, customer: Customer) -> list[EmailMessage]:
    """The courtesy invoices that a customer got, repetitions too."""
    return [mail for mail in await play.inbox.messages(customer.email) if mail["Subject"].startswith("Fattura")]


async def documents_of(play: Play, customer: Customer) -> Sequence[invoicing_pb2.Document]:
    """All documents of a customer."""
    asked = invoicing_pb2.ListDocumentsRequest(account_id=customer.account_id)
    return (await play.operator.invoicing.ListDocuments(asked)).documents


async def payment_of(play: Play, order_id: str) -> payments_pb2.PaymentRequest:
    """An order's payment request."""
    asked = payments_pb2.GetPaymentRequestRequest(order_id=order_id)
    return (await play.operator.payments.GetPaymentRequest(asked)).payment_request


async def e_invoice_ended(play: Play, invoice_id: str) -> invoicing_pb2.Transmission:
    """The transmission once the SdI's receipt is in; reads the certified mailbox, as the schedule does each minute."""

    async def look() -> invoicing_pb2.Transmission | None:
        await play.operator.invoicing.PollReceipts(invoicing_pb2.PollReceiptsRequest())
        asked = invoicing_pb2.GetTransmissionRequest(invoice_id=invoice_id)
        found = (await play.operator.invoicing.GetTransmission(asked)).transmission
        return found if found.state in AT_THE_SDI else None

    return await until(look, "the SdI's receipt")


async def count(play: Play, room: str, question: str, *arguments: object) -> int:
    """A count that no RPC tells."""
    connection = await database(play, room)
    try:
        return int(await connection.fetchval(f"SELECT count(*) FROM {question}", *arguments))
    finally:
        await connection.close()


async def all_delivered(play: Play) -> bool | None:
    """For waiting until every outbox is empty."""
    return None if any([await count(play, room, "outbox") for room in ROOMS]) else True


async def books_balance(play: Play) -> None:
    """Each cent is in one place."""
    proof = await play.operator.payments.ProveLedger(payments_pb2.ProveLedgerRequest())
    assert (proof.balanced, list(proof.discrepancies)) == (True, [])


async def numbers_without_gap(play: Play) -> invoicing_pb2.AuditNumberingResponse:
    """No number is missing, none was given out twice."""
    audit = await play.operator.invoicing.AuditNumbering(invoicing_pb2.AuditNumberingRequest())
    assert list(audit.violations) == [], audit.violations
    return audit


async def _unlocked_and_subscribed_once(play: Play, customer: Customer, order: ordering_pb2.Order) -> None:
    allowance = await customer.allowance()
    assert (allowance.state, allowance.order_id) == (mailboxes_pb2.ACCESS_STATE_UNLOCKED, order.order_id)
    account, unlocked_at = UUID(customer.account_id), from_timestamp(order.unlocked_at)
    assert await count(play, "mailboxes", "unlocks WHERE account_id = $1", account) == 1
    assert await count(play, "mailboxes", "unlocks WHERE account_id = $1 AND unlocked_at = $2", account, unlocked_at)
    asked = ordering_pb2.GetSubscriptionRequest(account_id=customer.account_id)
    subscription = (await play.operator.ordering.GetSubscription(asked)).subscription
    assert (subscription.order_id, subscription.started_at) == (order.order_id, order.unlocked_at)
    assert await count(play, "ordering", "subscriptions WHERE account_id = $1", account) == 1


async def _paid_once(play: Play, order: ordering_pb2.Order) -> None:
    request = await payment_of(play, order.order_id)
    assert request.state == payments_pb2.PAYMENT_REQUEST_STATE_PAID
    receipts = "ledger_transactions WHERE request_id = $1"
    assert await count(play, "payments", receipts, UUID(request.payment_request_id)) == 1
    assert not (await play.operator.payments.ListMoneyEntries(payments_pb2.ListMoneyEntriesRequest())).entries
    await books_balance(play)


async def _invoiced_once(play: Play, order: ordering_pb2.Order) -> None:
    asked = invoicing_pb2.ListDocumentsRequest(account_id=order.account_id)
    found = (await play.operator.invoicing.ListDocuments(asked)).documents
    kinds = {document.document_id: document.kind for document in found}
    assert kinds == {
        order.proforma_id: invoicing_pb2.DOCUMENT_KIND_PROFORMA,
        order.invoice_id: invoicing_pb2.DOCUMENT_KIND_INVOICE,
    }
    await numbers_without_gap(play)
    await until(lambda: _invoiced_as_known(play), "ordering to know every invoice of an order or period, and no other")
    await e_invoice_ended(play, order.invoice_id)


async def _invoiced_as_known(play: Play) -> bool | None:
    """For waiting until ordering knows every invoice: other orders may be on their way still, after a kill."""
    issued = await _ids(play, "invoicing", "SELECT id FROM documents WHERE kind = 'invoice'")
    known = await _ids(
        play,
        "ordering",
        "SELECT invoice_id FROM orders WHERE invoice_id IS NOT NULL UNION ALL "
        "SELECT invoice_id FROM subscription_periods WHERE invoice_id IS NOT NULL",
    )
    return True if issued == known else None


async def _ids(play: Play, room: str, question: str) -> Counter[UUID]:
    connection = await database(play, room)
    try:
        return Counter(row[0] for row in await connection.fetch(question))
    finally:
        await connection.close()


async def each_email_once(play: Play, customer: Customer, *twice: str) -> list[str]:
    """Of each email a customer got one, or the same again byte for byte; returns the subjects.

    Args:
        play: Where.
        customer: Who.
        twice: The subjects of which there are two emails.
    """
    by_id = await emails(play, customer)
    for copies in by_id.values():
        for copy in copies:
            del copy["Received"]  # the receiving server's own line, with its time
        assert len({bytes(copy) for copy in copies}) == 1, "a repeated email differs from the first"
    subjects = [str(copies[0]["Subject"]) for copies in by_id.values()]
    assert sorted(subjects) == sorted([*set(subjects), *twice]), subjects
    return subjects
