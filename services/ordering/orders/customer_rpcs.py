"""The RPCs about orders that a customer uses: place, cancel, read, list."""

from casella.ordering.v1 import ordering_pb2
from casella.ordering.v1.ordering_pb2_grpc import OrderingServiceServicer
from services.kit.audit import operators_entry
from services.kit.context import check_own, owner_filter
from services.kit.interceptors.around import Context
from services.kit.paging import page_by_id
from services.kit.requests import Requests
from services.kit.validation import Violations, checked_uuid
from services.ordering.messages import CATALOGUE
from services.ordering.orders.checks import check_consent, check_method
from services.ordering.orders.placing import OrderWish, Placing
from services.ordering.orders.service import Orders
from services.ordering.orders.wire import consent_from, order_message


class CustomerOrderRpcs(OrderingServiceServicer):
    """PlaceOrder, CancelOrder, GetOrder, ListOrders."""

    _placing: Placing
    _orders: Orders
    _requests: Requests

    async def PlaceOrder(
        self, request: ordering_pb2.PlaceOrderRequest, context: Context
    ) -> ordering_pb2.PlaceOrderResponse:
        """Name every bad field, or take the order."""
        violations = Violations(catalogue=CATALOGUE)
        account_id = violations.uuid("account_id", request.account_id)
        quote_id = violations.uuid("quote_id", request.quote_id)
        method = check_method(violations, request.payment_method)
        check_consent(violations, request.consent)
        call = self._requests.call(
            request.request_id, violations, account=account_id, quote=quote_id, method=request.payment_method,
            label=request.consent.button_label, language=request.consent.language, terms=request.consent.terms_hash,
            quote_hash=request.consent.quote_hash, start=request.consent.start_at_once,
            told=request.consent.withdrawal_information_shown,
        )  # fmt: skip
        violations.check()
        check_own(account_id)
        wish = OrderWish(account_id, quote_id, method, consent_from(request.consent))
        return ordering_pb2.PlaceOrderResponse(order=order_message(await self._placing.place(call, wish)))

    async def CancelOrder(
        self, request: ordering_pb2.CancelOrderRequest, context: Context
    ) -> ordering_pb2.CancelOrderResponse:
        """Note a cancellation."""
        violations = Violations(catalogue=CATALOGUE)
        order_id = violations.uuid("order_id", request.order_id)
        call = self._requests.call(request.request_id, violations, order=order_id)
        source = f"request:{request.request_id}"
        entry = operators_entry(violations, request.steering, "cancel_order", order_id, source=source)
        violations.check()
        order = await self._orders.ask_cancellation(call, order_id, owner_filter(), entry)
        return ordering_pb2.CancelOrderResponse(order=order_message(order))

    async def GetOrder(self, request: ordering_pb2.GetOrderRequest, context: Context) -> ordering_pb2.GetOrderResponse:
        """Read an order."""
        order_id = checked_uuid("order_id", request.order_id)
        return ordering_pb2.GetOrderResponse(order=order_message(await self._orders.get(order_id, owner_filter())))

    async def ListOrders(
        self, request: ordering_pb2.ListOrdersRequest, context: Context
    ) -> ordering_pb2.ListOrdersResponse:
        """List an account's orders, newest first."""
        violations = Violations()
        account_id = violations.uuid("account_id", request.account_id)
        page = page_by_id(violations, request.page)
        violations.check()
        check_own(account_id)
        read = await self._orders.list(account_id, after=page.after, limit=page.limit)
        orders, token = page.cut(read, lambda order: order.order_id)
        return ordering_pb2.ListOrdersResponse(orders=map(order_message, orders), next_page_token=token)
