"""A consumer leaves an annual contract whose renewal was announced too late, on real parts.

The payment provider is a stand-in: it proves our handling of refunds, not the provider's behaviour.
"""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from casella.common.v1 import common_pb2 as common
from casella.invoicing.v1 import invoicing_pb2
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from deploy.local.clock import open_calendar
from deploy.local.demo import paying
from deploy.local.demo.customer import Customer
from services.kit.calendar import rome_date
from services.kit.causes import PeriodCause
from services.kit.wire import from_date, from_timestamp
from tests.cli.running import Terminal
from tests.e2e.levers import let_term_run_out
from tests.e2e.operator_desk import Desk, at_the_desk
from tests.e2e.test_withdrawals import Stage
from tests.e2e.waiting import until
from workflows import names

pytestmark = pytest.mark.e2e

_DAY = timedelta(days=1)
_DAYS_LEFT, _DAYS_SERVED = 5, 3


async def test_who_was_told_of_the_renewal_too_late_leaves_in_the_new_term_and_gets_its_days_back(
    tmp_path: Path,
) -> None:
    async with at_the_desk(tmp_path / "var") as desk, open_calendar(desk.play.world.site) as calendar:
        stage, play = Stage(desk, calendar), desk.play
        customer, placed = await play.buyer(common.PAYMENT_METHOD_ONLINE)
        await play.pay_by_card(customer)
        order = await play.fulfilled(customer, placed.order_id)
        renewed = await renewed_late(desk, customer, order.order_id)
        assert "in qualsiasi momento fino" in await stage.written(customer, "Il tuo servizio si rinnova")
        await stage.advance((_DAYS_LEFT + _DAYS_SERVED) * _DAY)
        customer.forget_session()

        asked = ordering_pb2.GetSubscriptionRequest(account_id=customer.account_id)
        leave = (await customer.front.ordering.GetSubscription(asked, metadata=await customer.me())).leave
        assert (leave.order_id, leave.until) == (order.order_id, renewed.period_end)
        terminal = Terminal({"CASELLA_VAR": str(play.world.site.var)})
        shown = await terminal.casella("show", "account", customer.email)
        assert "was not announced in time" in " ".join(shown.out.split())
        offer = (await customer.withdrawal(order.order_id)).offer
        made = await customer.withdraw(order.order_id)
        on = rome_date(from_timestamp(made.noticed_at))
        term = (from_date(renewed.period_end) - from_date(renewed.period_start)).days + 1
        left, paid = (from_date(renewed.period_end) - on).days, renewed.totals.gross.minor
        refund = (2 * paid * left + term) // (2 * term)
        assert (offer.refund.minor, offer.paid.minor) == (refund, paid)

        withdrawal = names.withdrawal_id(order.order_id)
        await desk.stands(withdrawal, "Closing")
        assert "because a renewal was not announced in time" in await desk.details(withdrawal)
        assert await stage.access(customer) == mailboxes_pb2.ACCESS_STATE_SUSPENDED
        [settled] = (await customer.withdrawal(order.order_id)).withdrawal.refunds
        assert (settled.period_id, settled.amount.minor) == (str(UUID(settled.period_id)), refund)
        [back] = await stage.refunds(customer)
        assert (back.amount.minor, back.means, back.state) == (
            refund, payments_pb2.REFUND_MEANS_STRIPE, payments_pb2.REFUND_STATE_DONE,
        )  # fmt: skip
        [note] = await stage.documents(customer, invoicing_pb2.DOCUMENT_KIND_CREDIT_NOTE)
        assert (note.document_id, note.credit.invoice_id) == (settled.credit_note_id, settled.invoice_id)
        assert "ai sensi dell’art. 65-bis" in await stage.written(customer, "Abbiamo ricevuto il tuo recesso")
        shown = await terminal.casella("show", "order", order.order_id)
        assert "renewal without notice" in shown.out.lower()

        await stage.advance(31 * _DAY)
        await desk.stands(withdrawal, "Done")
        await desk.stands(names.purge_id(customer.account_id), "Purged")
        proof = await play.operator.payments.ProveLedger(payments_pb2.ProveLedgerRequest())
        assert list(proof.discrepancies) == []


async def renewed_late(desk: Desk, customer: Customer, order_id: str) -> ordering_pb2.Period:
    """The second term, measured some days before it begins, announced so, and paid."""
    play = desk.play
    asked = ordering_pb2.GetSubscriptionRequest(account_id=customer.account_id)
    subscription_id = (await play.operator.ordering.GetSubscription(asked)).subscription.subscription_id
    period_id = str(PeriodCause(UUID(subscription_id), 2).key)
    renewal = names.renewal_id(UUID(subscription_id), 2)
    await desk.stands(renewal, "Scheduled")
    await let_term_run_out(play, order_id, _DAYS_LEFT)
    await play.temporal.get_workflow_handle(renewal).signal(names.LOOK_AGAIN)

    async def period(*, invoiced: bool) -> ordering_pb2.Period | None:
        found = (await play.operator.ordering.GetPeriod(ordering_pb2.GetPeriodRequest(period_id=period_id))).period
        return found if (found.invoice_id if invoiced else found.HasField("notice_sent_at")) else None

    announced = await until(lambda: period(invoiced=False), "the notice of the renewal")
    assert not announced.notice_in_time
    proforma = await play.inbox.wait_for(
        customer.email, lambda mail: announced.proforma_number in mail["Subject"], "the renewal's proforma"
    )
    await paying.pay_online(play.world.site.url("gateway"), proforma)
    return await until(lambda: period(invoiced=True), "the renewal's invoice")
