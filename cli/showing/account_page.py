"""Reads what each room knows of an account, for one page; where a room is away, what the others know."""

from collections.abc import Sequence
from dataclasses import dataclass

from casella.common.v1 import common_pb2
from casella.invoicing.v1 import invoicing_pb2
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from casella.support.v1 import support_pb2
from casella.trial.v1 import trial_pb2
from cli import refunds, tickets
from cli.away import Away
from cli.rooms import Rooms
from cli.showing import disputes, upcoming, withdrawal


@dataclass(frozen=True)
class Ordered:
    """What ordering knows; as it is here while ordering is away."""

    standing: ordering_pb2.GetStandingResponse | None = None
    closure: ordering_pb2.Closure | None = None
    subscription: ordering_pb2.Subscription | None = None
    leave: ordering_pb2.Leave | None = None
    periods: Sequence[ordering_pb2.Period] = ()
    reseller: ordering_pb2.ResellerStatus | None = None
    profile: common_pb2.BillingParty | None = None
    orders: Sequence[ordering_pb2.Order] | None = None


@dataclass(frozen=True)
class Page:
    """What the rooms know; None where a room has nothing yet, or is away."""

    account: trial_pb2.Account
    consents: list[trial_pb2.ConsentRecord]
    allowance: mailboxes_pb2.Allowance | None
    standing: ordering_pb2.GetStandingResponse | None
    closure: ordering_pb2.Closure | None
    subscription: ordering_pb2.Subscription | None
    leave: ordering_pb2.Leave | None
    """That a consumer may leave it, because its renewal was not announced in time."""
    periods: list[ordering_pb2.Period]
    reseller: ordering_pb2.ResellerStatus | None
    profile: common_pb2.BillingParty | None
    orders: list[ordering_pb2.Order] | None
    documents: list[invoicing_pb2.Document] | None
    tickets: list[support_pb2.Ticket] | None
    withdrawals: list[ordering_pb2.Withdrawal]
    payment_methods: list[payments_pb2.StoredPaymentMethod] | None
    waiting_money: dict[str, list[payments_pb2.MoneyEntry]]
    """By the order or period that the money names, with what the bank took back; those without it are left out."""
    credit: common_pb2.Money | None
    refunds: list[payments_pb2.Refund]
    disputes: list[payments_pb2.Dispute]
    upcoming: ordering_pb2.UpcomingPeriod | None
    """What the next period would ask for now; None where none comes."""


async def read(rooms: Rooms, account: trial_pb2.Account, away: Away) -> Page:
    """What the rooms know of an account; `away` notes which did not answer."""
    known = account.account_id
    consents = await rooms.ask(rooms.trial.ListConsents, trial_pb2.ListConsentsRequest(account_id=known))
    asked = mailboxes_pb2.GetAllowanceRequest(account_id=known)
    allowance = await away.part(lambda: rooms.ask_for(rooms.mailboxes.GetAllowance, asked), None)
    ordered = await away.part(lambda: _read_ordering(rooms, known), Ordered())
    listed = invoicing_pb2.ListDocumentsRequest(account_id=known)
    return Page(
        account,
        list(consents.consents),
        allowance.allowance if allowance else None,
        ordered.standing,
        ordered.closure,
        ordered.subscription,
        ordered.leave,
        list(ordered.periods),
        ordered.reseller,
        ordered.profile,
        None if ordered.orders is None else list(ordered.orders),
        await away.known(lambda: rooms.ask_all(rooms.invoicing.ListDocuments, listed, "documents")),
        await away.known(lambda: tickets.of(rooms, known)),
        await away.part(lambda: withdrawal.of_orders(rooms, ordered.orders or ()), []),
        await away.known(lambda: _payment_methods(rooms, known)),
        await away.part(lambda: _waiting_money(rooms, ordered), {}),
        await away.part(lambda: refunds.credit_of(rooms, known), None),
        await away.part(lambda: refunds.of_account(rooms, known), []),
        await away.part(lambda: disputes.of_account(rooms, known), []),
        await away.part(lambda: upcoming.of_account(rooms, known), None),
    )


async def _read_ordering(rooms: Rooms, known: str) -> Ordered:
    ordering = rooms.ordering
    standing = await rooms.ask(ordering.GetStanding, ordering_pb2.GetStandingRequest(account_id=known))
    closure = (
        await rooms.ask_for(ordering.GetClosure, ordering_pb2.GetClosureRequest(account_id=known))
        if standing.closed
        else None
    )
    subscription = await rooms.ask_for(ordering.GetSubscription, ordering_pb2.GetSubscriptionRequest(account_id=known))
    profile = await rooms.ask_for(ordering.GetBillingProfile, ordering_pb2.GetBillingProfileRequest(account_id=known))
    periods = await _periods(rooms, subscription.subscription) if subscription else []
    return Ordered(
        standing,
        closure.closure if closure else None,
        subscription.subscription if subscription else None,
        subscription.leave if subscription and subscription.HasField("leave") else None,
        periods,
        await _reseller(rooms, known, profile.profile if profile else None),
        profile.profile if profile else None,
        await rooms.ask_all(ordering.ListOrders, ordering_pb2.ListOrdersRequest(account_id=known), "orders"),
    )


async def _reseller(
    rooms: Rooms, known: str, profile: common_pb2.BillingParty | None
) -> ordering_pb2.ResellerStatus | None:
    """How a reseller stands; None for another kind of customer, and where trial or mailboxes, which tell, are away."""
    if profile is None or profile.kind != common_pb2.CUSTOMER_KIND_RESELLER:
        return None
    asked = ordering_pb2.GetResellerStatusRequest(account_id=known)
    answer = await rooms.ask_for(rooms.ordering.GetResellerStatus, asked)
    return answer.status if answer else None


async def _periods(rooms: Rooms, subscription: ordering_pb2.Subscription) -> list[ordering_pb2.Period]:
    asked = ordering_pb2.ListPeriodsRequest(subscription_id=subscription.subscription_id)
    found: list[ordering_pb2.Period] = await rooms.ask_all(rooms.ordering.ListPeriods, asked, "periods")
    return found


async def _payment_methods(rooms: Rooms, known: str) -> list[payments_pb2.StoredPaymentMethod]:
    asked = payments_pb2.ListPaymentMethodsRequest(account_id=known)
    found: list[payments_pb2.StoredPaymentMethod] = await rooms.ask_all(
        rooms.payments.ListPaymentMethods, asked, "payment_methods"
    )
    return found


async def _waiting_money(rooms: Rooms, ordered: Ordered) -> dict[str, list[payments_pb2.MoneyEntry]]:
    questions = {
        order.order_id: payments_pb2.GetPaymentRequestRequest(order_id=order.order_id) for order in ordered.orders or ()
    } | {
        each.period.period_id: payments_pb2.GetPaymentRequestRequest(payment_request_id=each.payment_request_id)
        for each in ordered.periods
        if each.payment_request_id
    }
    found: dict[str, list[payments_pb2.MoneyEntry]] = {}
    for named, asked in questions.items():
        answer = await rooms.ask_for(rooms.payments.GetPaymentRequest, asked)
        if answer and (answer.waiting or answer.taken_back):
            found[named] = [*answer.waiting, *answer.taken_back]
    return found
