"""What the services must say of the demo's customers at the end, asked over gRPC."""

from typing import Any

from casella.common.v1 import common_pb2 as common
from casella.common.v1 import errors_pb2
from casella.invoicing.v1 import invoicing_pb2
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from casella.trial.v1 import trial_pb2
from deploy.local.demo.customer import PASSWORD
from deploy.local.demo.renewing import periods
from deploy.local.demo.stage import Stage
from deploy.local.demo.story import Results
from deploy.local.demo.tale import money
from services.kit.errors import Refused


async def check_buyer(stage: Stage, customer: dict[str, Any], method: common.PaymentMethod) -> Results:
    """A customer who has bought: trial, order, payment, service, subscription."""
    rooms, ids = stage.operator, customer["ids"]
    account = (await rooms.trial.FindAccount(trial_pb2.FindAccountRequest(email=customer["email"]))).account
    yield account.account_id == ids["account"], "the address belongs to the account"
    yield account.trial.state == trial_pb2.TRIAL_STATE_BOUGHT, "the trial has ended with a purchase"
    orders = await rooms.ordering.ListOrders(ordering_pb2.ListOrdersRequest(account_id=ids["account"]))
    (order,) = orders.orders if len(orders.orders) == 1 else (ordering_pb2.Order(),)
    yield order.order_id == ids["order"], "there is exactly one order"
    yield order.state == ordering_pb2.ORDER_STATE_FULFILLED, "the order is fulfilled"
    yield money(order.quote.totals.gross) == customer["amounts"]["gross"], "the order's amount is the quote's"
    asked = payments_pb2.GetPaymentRequestRequest(order_id=ids["order"])
    request = (await rooms.payments.GetPaymentRequest(asked)).payment_request
    yield request.state == payments_pb2.PAYMENT_REQUEST_STATE_PAID, "the payment request is paid"
    yield request.total == order.quote.totals.gross, "paid was what was ordered"
    yield (
        request.method == method,
        f"paid by {common.PaymentMethod.Name(method).removeprefix('PAYMENT_METHOD_').lower()}",
    )
    use = mailboxes_pb2.GetAllowanceRequest(account_id=ids["account"])
    allowance = (await rooms.mailboxes.GetAllowance(use)).allowance
    unlocked = allowance.state == mailboxes_pb2.ACCESS_STATE_UNLOCKED and allowance.order_id == ids["order"]
    yield unlocked, "the service is unlocked by this order"
    standing = ordering_pb2.GetSubscriptionRequest(account_id=ids["account"])
    subscription = (await rooms.ordering.GetSubscription(standing)).subscription
    active = subscription.state == ordering_pb2.SUBSCRIPTION_STATE_ACTIVE and subscription.order_id == ids["order"]
    yield active, "the subscription runs"


async def check_periods(stage: Stage, customer: dict[str, Any]) -> Results:
    """The months of a subscription: the first prepaid, those that were measured paid, the next one scheduled."""
    listed = await periods(stage, customer["ids"]["account"])
    coming, *later, first = listed
    yield first.state == ordering_pb2.PERIOD_STATE_PREPAID, "the order paid for the first month"
    yield coming.state == ordering_pb2.PERIOD_STATE_SCHEDULED, "the next month waits for its measuring"
    yield len(later) > 0, f"{len(later)} months were measured after the first"
    for period in later:
        asked = payments_pb2.GetPaymentRequestRequest(period_id=period.period.period_id)
        request = (await stage.operator.payments.GetPaymentRequest(asked)).payment_request
        paid = request.state == payments_pb2.PAYMENT_REQUEST_STATE_PAID and request.total == period.totals.gross
        held = paid and period.state == ordering_pb2.PERIOD_STATE_PAID
        yield held, f"month {period.period.number} is paid, as it was measured"


async def check_nothing_is_left(stage: Stage, customer: dict[str, Any]) -> Results:
    """The account is closed and purged."""
    rooms, account = stage.operator, customer["ids"]["account"]
    closure = (await rooms.ordering.GetClosure(ordering_pb2.GetClosureRequest(account_id=account))).closure
    yield closure.HasField("purged_at"), "the purge is recorded"
    left = await rooms.mailboxes.ProvePurged(mailboxes_pb2.ProvePurgedRequest(account_id=account))
    nothing = not (left.domains or left.mailboxes or left.mailboxes_in_mail_system)
    yield nothing, "no domain and no mailbox is left"
    yield await _login_is_closed(stage, customer["email"]), "the login is closed"


async def check_books(stage: Stage) -> Results:
    """The books of the whole world: numbering and ledger; which invoices there must be, each story says."""
    audit = await stage.operator.invoicing.AuditNumbering(invoicing_pb2.AuditNumberingRequest())
    told = "; ".join(audit.violations) or f"{audit.invoices} invoices without gap or repeat, sent in time"
    yield not audit.violations, told
    proof = await stage.operator.payments.ProveLedger(payments_pb2.ProveLedgerRequest())
    wrong = "; ".join(proof.discrepancies)
    yield proof.balanced, wrong or f"the ledger balances ({proof.transactions} transactions)"


async def _login_is_closed(stage: Stage, email: str) -> bool:
    client = common.ClientContext(ip="2001:db8::1", user_agent="Mozilla/5.0 (demo)")
    try:
        await stage.gateway.trial.LogIn(trial_pb2.LogInRequest(email=email, password=PASSWORD, client=client))
    except Refused as refused:
        return refused.reason == errors_pb2.REASON_LOGIN_REFUSED
    return False
