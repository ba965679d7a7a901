"""Stories in which every process may die at any moment; each ends with the proof that no harm was done.

They are played by callers who ask again, with the same request, whatever dies under their call.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID, uuid4

from casella.common.v1 import common_pb2 as common
from casella.invoicing.v1 import invoicing_pb2
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from casella.support.v1 import support_pb2
from casella.trial.v1 import trial_pb2
from deploy.local.demo import paying, people
from deploy.local.demo.customer import PASSWORD, Customer
from deploy.local.demo.front import Front
from tests.chaos.acting import STEERING, ask_for_deletion, pay_order, record_transfer, stands, steer, tell, transfer
from tests.chaos.patience import patient_front
from tests.chaos.proving import settled
from tests.chaos.stories_debts import DEBTS
from tests.chaos.stories_later import LATER
from tests.chaos.stories_refunds import REFUNDS
from tests.chaos.stories_strangers import STRANGERS
from tests.e2e.ends import (
    books_balance,
    count,
    each_email_once,
    numbers_without_gap,
    payment_of,
    prove_the_end,
)
from tests.e2e.levers import FREE_SIGN_UPS
from tests.e2e.play import Play
from tests.e2e.stories import sdi
from tests.e2e.waiting import until
from workflows import names

Story = Callable[[Play], Awaitable[None]]

_ONLINE, _TRANSFER = common.PAYMENT_METHOD_ONLINE, common.PAYMENT_METHOD_BANK_TRANSFER
_REJECTED = invoicing_pb2.TRANSMISSION_STATE_REJECTED
_UNDELIVERABLE = invoicing_pb2.TRANSMISSION_STATE_UNDELIVERABLE


async def buys_by_card(play: Play) -> None:
    """From the sign-up to the unlocked service, its invoice at the SdI."""
    customer, order = await play.buyer(_ONLINE)
    await pay_order(play, customer, order.order_id)
    await prove_the_end(play, customer, order.order_id)


async def buys_by_transfer(play: Play) -> None:
    """Likewise; the money is in the bank's statement, which an operator imports."""
    customer, order = await play.buyer(_TRANSFER)
    reference = paying.creditor_reference(await play.proforma(customer))
    await transfer(play, order.quote.totals.gross.minor, reference=reference)
    await prove_the_end(play, customer, order.order_id)


async def is_seen_to_have_paid(play: Play) -> None:
    """Likewise; an operator records the transfer in the Temporal UI."""
    customer, order = await play.buyer(_TRANSFER)
    await play.proforma(customer)
    await record_transfer(play, names.order_id(order.order_id), order.quote.totals.gross.minor)
    await prove_the_end(play, customer, order.order_id)


async def is_corrected(play: Play) -> None:
    """The SdI rejects the invoice; the customer corrects the profile, and a second file is sent."""
    customer, order = await play.buyer(_ONLINE)
    await sdi(play, {"action": "reject", "code": "00306", "times": 1})
    await pay_order(play, customer, order.order_id)
    invoice_id = (await play.fulfilled(customer, order.order_id)).invoice_id
    state = await until(partial(_at_the_sdi, play, invoice_id), "the SdI's answer")
    if state == _REJECTED:  # the stand-in takes a file that came twice at its second word
        corrected = people.private_person(customer.first_name, customer.last_name)
        corrected.address.street = "Via della Correzione 5"
        await customer.save_profile(corrected)
        await steer(play, names.e_invoice_id(invoice_id), "resend_with_current_profile")
        await until(partial(_at_the_sdi, play, invoice_id, _UNDELIVERABLE), "the acceptance")
    await settled(play)
    assert await count(play, "invoicing", "documents WHERE account_id = $1", UUID(customer.account_id)) == 2
    await numbers_without_gap(play)
    await each_email_once(play, customer)


async def withdraws(play: Play) -> None:
    """A person who has paid withdraws at once: refunded once, credited once."""
    customer, order = await play.buyer(_ONLINE)
    await pay_order(play, customer, order.order_id)
    await play.fulfilled(customer, order.order_id)
    await customer.withdraw(order.order_id)
    await stands(play, names.withdrawal_id(order.order_id), "Closing")
    await settled(play)
    account = UUID(customer.account_id)
    asked = payments_pb2.ListRefundsRequest(account_id=customer.account_id)
    [refund] = (await play.operator.payments.ListRefunds(asked)).refunds
    assert refund.state == payments_pb2.REFUND_STATE_DONE
    assert await count(play, "invoicing", "documents WHERE account_id = $1 AND kind = 'credit_note'", account) == 1
    assert await count(play, "ordering", "withdrawals WHERE account_id = $1", account) == 1
    await books_balance(play)
    await numbers_without_gap(play)
    await each_email_once(play, customer)


async def leaves(play: Play) -> None:
    """Orders, thinks better of it; an operator ends and extends the trial; the account is closed and purged."""
    customer, order = await play.buyer(_TRANSFER)
    await play.proforma(customer)
    await customer.add_domain(f"{uuid4().hex[:12]}.example")
    await customer.cancel(order.order_id)
    await play.order_when(customer, order.order_id, lambda it: it.state == ordering_pb2.ORDER_STATE_CANCELLED)
    assert (await payment_of(play, order.order_id)).state == payments_pb2.PAYMENT_REQUEST_STATE_CLOSED
    trial = names.trial_id(customer.account_id)
    await steer(play, trial, "end_trial")
    await _allowed(play, customer, mailboxes_pb2.ACCESS_STATE_RESTRICTED)
    await steer(play, trial, "extend_trial", days=7)
    await _allowed(play, customer, mailboxes_pb2.ACCESS_STATE_TRIAL)
    reason = ordering_pb2.CLOSURE_REASON_TRIAL_ENDED
    closing = ordering_pb2.CloseAccountRequest(account_id=customer.account_id, reason=reason)
    await play.worker.ordering.CloseAccount(closing)
    await stands(play, names.purge_id(customer.account_id), "Purged")
    await tell(play, trial, names.TRIAL_CHANGED)
    await settled(play)
    assert await count(play, "mailboxes", "domains WHERE account_id = $1", UUID(customer.account_id)) == 0
    await each_email_once(play, customer)


async def is_erased(play: Play) -> None:
    """Asks for the deletion of the profile; an operator approves it."""
    customer, erasure = await ask_for_deletion(play)
    await steer(play, erasure, "approve")
    await stands(play, erasure, "Erased")
    await settled(play)
    assert await count(play, "trial", "accounts WHERE email = $1", customer.email) == 0
    await each_email_once(play, customer)


async def uses_the_panel(play: Play) -> None:
    """Domains, mailboxes, a message that is sent, a ticket: each change is there once."""
    customer = play.customer()
    await customer.begin_trial()
    domain = await customer.add_domain(f"{uuid4().hex[:12]}.example")
    mailbox = await customer.create_mailbox(f"info@{domain.name}")
    send = mailboxes_pb2.RecordSendRequest(request_id=str(uuid4()), address=f"info@{domain.name}", recipients=1)
    async with Front.connect(play.world.site, "mail_server") as mail_server:
        await patient_front(mail_server).mailboxes.RecordSend(send)
    await customer.set_options(mailbox)
    me, account = await customer.me(), UUID(customer.account_id)
    assert await count(play, "mailboxes", "sends WHERE request_id = $1", UUID(send.request_id)) == 1
    assert await count(play, "mailboxes", "mailboxes WHERE account_id = $1", account) == 1
    deleting = mailboxes_pb2.DeleteMailboxRequest(request_id=str(uuid4()), mailbox_id=mailbox.mailbox_id)
    await play.gateway.mailboxes.DeleteMailbox(deleting, metadata=me)
    removing = mailboxes_pb2.RemoveDomainRequest(
        request_id=str(uuid4()), account_id=customer.account_id, name=domain.name
    )
    await play.gateway.mailboxes.RemoveDomain(removing, metadata=me)
    asked = support_pb2.OpenTicketRequest(
        request_id=str(uuid4()), account_id=customer.account_id, kind=support_pb2.TICKET_KIND_QUESTION,
        subject="Una domanda", text="Come si legge la posta?",
    )  # fmt: skip
    ticket = (await play.gateway.support.OpenTicket(asked, metadata=me)).ticket
    answering = support_pb2.AnswerTicketRequest(
        request_id=str(uuid4()), ticket_id=ticket.ticket_id, text="Con un programma di posta?"
    )
    await play.gateway.support.AnswerTicket(answering, metadata=me)
    closing = support_pb2.CloseTicketRequest(request_id=str(uuid4()), ticket_id=ticket.ticket_id)
    await play.gateway.support.CloseTicket(closing, metadata=me)
    switched = partial(
        mailboxes_pb2.SetFeatureRequest,
        account_id=customer.account_id, feature=mailboxes_pb2.FEATURE_SENDING, steering=STEERING,
    )  # fmt: skip
    for off in (True, False):
        await play.operator.mailboxes.SetFeature(switched(request_id=str(uuid4()), off=off))
    held = partial(ordering_pb2.SetLegalHoldRequest, account_id=customer.account_id, steering=STEERING)
    for hold in (True, False):
        await play.operator.ordering.SetLegalHold(held(request_id=str(uuid4()), hold=hold))
    await settled(play)
    assert await count(play, "mailboxes", "domains WHERE account_id = $1", account) == 0
    assert await count(play, "support", "tickets WHERE account_id = $1", account) == 1
    for room in ("ordering", "mailboxes"):
        assert await count(play, room, "audit WHERE subject_id = $1", account) == 2, room
    await each_email_once(play, customer)


async def is_held(play: Play) -> None:
    """One sign-up too many from one network waits for an operator, who allows it."""
    customer = play.customer()
    for _ in range(FREE_SIGN_UPS):
        other = Customer(customer.front, customer.inbox, people.new_address("other"), ip=customer.ip)
        await other.sign_up()
    sign_up = names.sign_up_id(await customer.sign_up())
    await stands(play, sign_up, "InReview")
    await steer(play, sign_up, "allow")
    await customer.confirm()
    await settled(play)
    logging_in = trial_pb2.LogInRequest(email=customer.email, password=PASSWORD, client=customer.client)
    session = (await play.gateway.trial.LogIn(logging_in)).session
    await play.gateway.trial.LogOut(trial_pb2.LogOutRequest(refresh_token=session.refresh_token))
    await each_email_once(play, customer)


async def _allowed(play: Play, customer: Customer, state: mailboxes_pb2.AccessState) -> None:
    async def look() -> bool | None:
        return (await customer.allowance()).state == state or None

    await until(look, "what the account may do")


async def _at_the_sdi(
    play: Play, invoice_id: str, *wanted: invoicing_pb2.TransmissionState
) -> invoicing_pb2.TransmissionState | None:
    await play.operator.invoicing.PollReceipts(invoicing_pb2.PollReceiptsRequest())
    asked = invoicing_pb2.GetTransmissionRequest(invoice_id=invoice_id)
    found = (await play.operator.invoicing.GetTransmission(asked)).transmission.state
    return found if found in (wanted or (_REJECTED, _UNDELIVERABLE)) else None


STORIES: tuple[Story, ...] = (
    buys_by_card, buys_by_transfer, is_seen_to_have_paid, is_corrected, withdraws, leaves, is_erased, uses_the_panel,
    is_held, *LATER, *STRANGERS, *REFUNDS, *DEBTS,
)  # fmt: skip
