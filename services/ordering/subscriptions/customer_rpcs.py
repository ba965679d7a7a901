"""The RPCs about subscriptions that a customer uses: read, cancel, keep, pay otherwise."""

from casella.ordering.v1 import ordering_pb2
from casella.ordering.v1.ordering_pb2_grpc import OrderingServiceServicer
from services.kit.audit import operators_entry
from services.kit.clock import Clock
from services.kit.context import check_own, owner_filter
from services.kit.interceptors.around import Context
from services.kit.paging import page_by_number
from services.kit.requests import Requests
from services.kit.validation import Violations, checked_uuid
from services.ordering.messages import CATALOGUE
from services.ordering.orders.checks import check_method
from services.ordering.orders.fulfilling import Fulfilling
from services.ordering.subscriptions.going_on import Periods
from services.ordering.subscriptions.steering import Asked, SubscriptionSteering
from services.ordering.subscriptions.upcoming import UpcomingPeriods
from services.ordering.subscriptions.wire import leave_message, period_message, subscription_message, upcoming_message


class CustomerSubscriptionRpcs(OrderingServiceServicer):
    """GetSubscription, GetPeriod, ListPeriods, GetUpcomingPeriod, and to cancel, keep and pay otherwise."""

    _clock: Clock
    _fulfilling: Fulfilling
    _upcoming: UpcomingPeriods
    _periods: Periods
    _steering: SubscriptionSteering
    _requests: Requests

    async def GetSubscription(
        self, request: ordering_pb2.GetSubscriptionRequest, context: Context
    ) -> ordering_pb2.GetSubscriptionResponse:
        """Read a subscription."""
        account_id = checked_uuid("account_id", request.account_id)
        check_own(account_id)
        subscription, leave = await self._fulfilling.subscription(account_id)
        return ordering_pb2.GetSubscriptionResponse(
            subscription=subscription_message(subscription, self._clock.now()),
            leave=leave_message(leave) if leave else None,
        )

    async def GetPeriod(
        self, request: ordering_pb2.GetPeriodRequest, context: Context
    ) -> ordering_pb2.GetPeriodResponse:
        """Read a period."""
        found = await self._periods.get(checked_uuid("period_id", request.period_id), owner_filter())
        return ordering_pb2.GetPeriodResponse(
            period=period_message(found.period, found.subscription.language),
            subscription=subscription_message(found.subscription, self._clock.now()),
            suspended_by_period_id=str(found.suspended_by.period_id) if found.suspended_by else "",
        )

    async def ListPeriods(
        self, request: ordering_pb2.ListPeriodsRequest, context: Context
    ) -> ordering_pb2.ListPeriodsResponse:
        """List a subscription's periods, newest first."""
        violations = Violations()
        subscription_id = violations.uuid("subscription_id", request.subscription_id)
        page = page_by_number(violations, request.page)
        violations.check()
        subscription, read = await self._periods.list(
            subscription_id, owner_filter(), after=page.after, limit=page.limit
        )
        periods, token = page.cut(read, lambda period: period.number)
        return ordering_pb2.ListPeriodsResponse(
            periods=[period_message(period, subscription.language) for period in periods], next_page_token=token
        )

    async def GetUpcomingPeriod(
        self, request: ordering_pb2.GetUpcomingPeriodRequest, context: Context
    ) -> ordering_pb2.GetUpcomingPeriodResponse:
        """Read what the account's next period would ask for now."""
        account_id = checked_uuid("account_id", request.account_id)
        check_own(account_id)
        upcoming = await self._upcoming.of_account(account_id)
        return ordering_pb2.GetUpcomingPeriodResponse(
            upcoming=upcoming_message(upcoming),
            subscription=subscription_message(upcoming.subscription, self._clock.now()),
        )

    async def CancelSubscription(
        self, request: ordering_pb2.CancelSubscriptionRequest, context: Context
    ) -> ordering_pb2.CancelSubscriptionResponse:
        """Let a subscription end with what is paid."""
        asked = self._asked(request, "cancel_subscription")
        return ordering_pb2.CancelSubscriptionResponse(
            subscription=subscription_message(await self._steering.cancel(asked), self._clock.now())
        )

    async def KeepSubscription(
        self, request: ordering_pb2.KeepSubscriptionRequest, context: Context
    ) -> ordering_pb2.KeepSubscriptionResponse:
        """Take a cancellation back."""
        asked = self._asked(request, "keep_subscription")
        return ordering_pb2.KeepSubscriptionResponse(
            subscription=subscription_message(await self._steering.keep(asked), self._clock.now())
        )

    async def ChangePaymentMethod(
        self, request: ordering_pb2.ChangePaymentMethodRequest, context: Context
    ) -> ordering_pb2.ChangePaymentMethodResponse:
        """Pay otherwise from the next measuring on."""
        violations = Violations(catalogue=CATALOGUE)
        subscription_id = violations.uuid("subscription_id", request.subscription_id)
        method = check_method(violations, request.payment_method)
        call = self._requests.call(
            request.request_id, violations, subscription=subscription_id, method=request.payment_method
        )
        violations.check()
        asked = Asked(call, subscription_id, owner_filter())
        subscription = await self._steering.change_method(asked, method)
        return ordering_pb2.ChangePaymentMethodResponse(
            subscription=subscription_message(subscription, self._clock.now())
        )

    def _asked(
        self, request: ordering_pb2.CancelSubscriptionRequest | ordering_pb2.KeepSubscriptionRequest, action: str
    ) -> Asked:
        violations = Violations(catalogue=CATALOGUE)
        subscription_id = violations.uuid("subscription_id", request.subscription_id)
        call = self._requests.call(request.request_id, violations, subscription=subscription_id)
        source = f"request:{request.request_id}"
        entry = operators_entry(violations, request.steering, action, subscription_id, source=source)
        violations.check()
        return Asked(call, subscription_id, owner_filter(), entry)
