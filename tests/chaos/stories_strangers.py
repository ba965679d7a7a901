"""Stories of people of whom little is known: before they have an account, and after it."""

from uuid import UUID, uuid4

import grpc

from casella.common.v1.common_pb2 import Subject
from casella.ordering.v1 import ordering_pb2
from casella.trial.v1 import trial_pb2
from deploy.local.demo import people
from deploy.local.demo.customer import PASSWORD, Customer
from services.kit.errors import Refused
from tests.chaos.acting import ask_for_deletion, stands, steer
from tests.chaos.proving import settled
from tests.chaos.terms import look_again, set_back
from tests.e2e.ends import count, each_email_once, emails
from tests.e2e.levers import FREE_SIGN_UPS
from tests.e2e.play import Play
from tests.e2e.waiting import until
from workflows import names

_CONFIRMATION = "Conferma il tuo indirizzo e inizia la prova gratuita"


async def is_asked_twice(play: Play) -> None:
    """Has the confirmation sent again and stays logged in; one more of the same network is held, and nobody decides."""
    customer = play.customer()
    await customer.sign_up()
    again = trial_pb2.ResendConfirmationRequest(request_id=str(uuid4()), email=customer.email, client=customer.client)
    await play.gateway.trial.ResendConfirmation(again)

    async def both() -> bool | None:
        return len(await emails(play, customer)) == 2 or None

    await until(both, "two links")
    await customer.confirm()
    await _stay_logged_in(play, customer)
    for _ in range(FREE_SIGN_UPS - 1):
        await Customer(customer.front, customer.inbox, people.new_address("other"), ip=customer.ip).sign_up()
    held = Customer(customer.front, customer.inbox, people.new_address("held"), ip=customer.ip)
    sign_up_id = await held.sign_up()
    sign_up = names.sign_up_id(sign_up_id)
    await stands(play, sign_up, "InReview")
    await set_back(play, "trial", "sign_ups SET lapses_at = now() WHERE id = $1", UUID(sign_up_id))
    await look_again(play, sign_up)
    await stands(play, sign_up, "Lapsed")
    await settled(play)
    # Deleted by then, where trial was started again: its daily job deletes what has lapsed.
    undecided = "sign_ups WHERE id = $1 AND state <> 'lapsed'"
    assert await count(play, "trial", undecided, UUID(sign_up_id)) == 0
    assert await emails(play, held) == {}
    await each_email_once(play, customer, _CONFIRMATION)


async def is_erased_unasked(play: Play) -> None:
    """Never pays: long after the purge what is left is erased, of which nobody is told."""
    customer = play.customer()
    await customer.begin_trial()
    account = UUID(customer.account_id)
    reason = ordering_pb2.CLOSURE_REASON_TRIAL_ENDED
    closing = ordering_pb2.CloseAccountRequest(account_id=customer.account_id, reason=reason)
    await play.worker.ordering.CloseAccount(closing)
    await stands(play, names.purge_id(customer.account_id), "Purged")
    await set_back(play, "ordering", "accounts SET purged_at = purged_at - interval '1 year' WHERE id = $1", account)
    erasure = names.erasure_id(customer.account_id)
    await play.temporal.start_workflow(
        names.ERASURE, Subject(id=customer.account_id), id=erasure, task_queue=names.TASK_QUEUE
    )  # as the daily job's wake does
    await stands(play, erasure, "Erased")
    await settled(play)
    assert await count(play, "trial", "accounts WHERE email = $1", customer.email) == 0
    await each_email_once(play, customer)


async def is_out_of_reach(play: Play) -> None:
    """Asks for the deletion of the profile from an address that takes no email any more: an operator leaves it out."""
    customer, erasure = await ask_for_deletion(play)
    await settled(play)
    before = await each_email_once(play, customer)
    await play.world.stop_process("mailsink")
    try:
        await steer(play, erasure, "approve")
        await stands(play, erasure, "Telling")
        await steer(play, erasure, "erase_without_email")
        await stands(play, erasure, "Erased")
    finally:
        await play.world.start_process("mailsink")
    await settled(play)
    assert await count(play, "trial", "accounts WHERE email = $1", customer.email) == 0
    assert await each_email_once(play, customer) == before


async def _stay_logged_in(play: Play, customer: Customer) -> None:
    """Exchange the refresh token; who never got the answer logs in again, as one of whom a copy was used."""
    trial = play.gateway.trial
    logging_in = trial_pb2.LogInRequest(email=customer.email, password=PASSWORD, client=customer.client)
    session = (await trial.LogIn(logging_in)).session
    try:
        refreshing = trial_pb2.RefreshSessionRequest(refresh_token=session.refresh_token)
        session = (await trial.RefreshSession(refreshing)).session
    except Refused as refused:
        if refused.code is not grpc.StatusCode.UNAUTHENTICATED:
            raise
        session = (await trial.LogIn(logging_in)).session
    await trial.LogOut(trial_pb2.LogOutRequest(refresh_token=session.refresh_token))


STRANGERS = (is_asked_twice, is_erased_unasked, is_out_of_reach)
