"""Who may call what, whose rows a customer reaches, and what malformed requests get, for each RPC."""

from typing import Any
from uuid import UUID

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from casella.common.v1 import access_pb2, common_pb2, errors_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from services.kit.causes import PeriodCause
from services.kit.interceptors.callers import callers_by_method
from services.ordering.resellers.texts import DECLARATION_VERSION
from tests.ordering.shop import ANNA, STEERING, TO_ANNA, Shop, place_request
from tests.ordering.withdrawers import withdrawal_request
from tests.support.refusals import bad_fields, refused_for
from tests.support.room import CALLERS, request_id

ALLOWED = {
    path.rpartition("/")[2]: callers
    for path, callers in callers_by_method(["casella.ordering.v1.OrderingService"]).items()
}
CALLER_OF = {
    "gateway": {access_pb2.CALLER_GATEWAY, access_pb2.CALLER_CUSTOMER},
    "worker": {access_pb2.CALLER_WORKER},
    "operator": {access_pb2.CALLER_OPERATOR},
    "mail_server": {access_pb2.CALLER_MAIL_SERVER},
    "ordering": {access_pb2.CALLER_ORDERING},
}
STRANGERS = [(name, caller) for name, may in ALLOWED.items() for caller in CALLERS if not CALLER_OF[caller] & may]
CUSTOMER_RPCS = [name for name, may in ALLOWED.items() if access_pb2.CALLER_CUSTOMER in may and name != "GetPriceList"]

IN_ONE_SHOP = pytest.mark.asyncio(loop_scope="module")


def request_class(name: str) -> Any:
    return getattr(pb, f"{name}Request")


@IN_ONE_SHOP
@pytest.mark.parametrize(("name", "caller"), STRANGERS)
async def test_a_caller_that_an_rpc_does_not_name_is_refused(shared_shop: Shop, name: str, caller: str) -> None:
    call = getattr(shared_shop.stub(caller), name)(request_class(name)())
    await refused_for(call, errors_pb2.REASON_CALLER_NOT_ALLOWED)


@IN_ONE_SHOP
@pytest.mark.parametrize("name", CUSTOMER_RPCS)
async def test_a_customer_s_rpc_needs_an_access_token(shared_shop: Shop, name: str) -> None:
    await refused_for(getattr(shared_shop.stub(), name)(request_class(name)()), errors_pb2.REASON_UNAUTHENTICATED)


async def test_an_expired_token_is_refused(shop: Shop) -> None:
    account = shop.account()
    metadata = shop.customer(account)
    shop.room.clock.advance(minutes=6)
    call = shop.stub().ListOrders(pb.ListOrdersRequest(account_id=str(account)), metadata=metadata)
    await refused_for(call, errors_pb2.REASON_UNAUTHENTICATED)


@pytest.mark.parametrize("name", CUSTOMER_RPCS)
async def test_another_customer_s_id_is_not_found(shop: Shop, name: str) -> None:
    mine, other = shop.account(), shop.account()
    order = await shop.order(other)
    await shop.end(order.order_id, pb.OUTCOME_PAID)
    made = (await shop.fulfil(order.order_id)).subscription
    period = PeriodCause(UUID(made.subscription_id), 2)
    quote = await shop.quote(other)
    requests = {
        "CreateQuote": pb.CreateQuoteRequest(
            request_id=request_id(),
            account_id=str(other),
            kind=common_pb2.CUSTOMER_KIND_PRIVATE,
            billing=common_pb2.BILLING_PERIOD_ANNUAL,
            items=quote.items,
        ),
        "SaveBillingProfile": pb.SaveBillingProfileRequest(
            request_id=request_id(), account_id=str(other), profile=ANNA
        ),
        "GetBillingProfile": pb.GetBillingProfileRequest(account_id=str(other)),
        "PlaceOrder": place_request(other, quote),
        "CancelOrder": pb.CancelOrderRequest(request_id=request_id(), order_id=order.order_id),
        "GetOrder": pb.GetOrderRequest(order_id=order.order_id),
        "ListOrders": pb.ListOrdersRequest(account_id=str(other)),
        "GetWithdrawal": pb.GetWithdrawalRequest(order_id=order.order_id),
        "WithdrawFromContract": withdrawal_request(order.order_id),
        "GetSubscription": pb.GetSubscriptionRequest(account_id=str(other)),
        "GetUpcomingPeriod": pb.GetUpcomingPeriodRequest(account_id=str(other)),
        "GetPeriod": pb.GetPeriodRequest(period_id=str(period.key)),
        "ListPeriods": pb.ListPeriodsRequest(subscription_id=made.subscription_id),
        "CancelSubscription": pb.CancelSubscriptionRequest(
            request_id=request_id(), subscription_id=made.subscription_id
        ),
        "KeepSubscription": pb.KeepSubscriptionRequest(request_id=request_id(), subscription_id=made.subscription_id),
        "ChangePaymentMethod": pb.ChangePaymentMethodRequest(
            request_id=request_id(),
            subscription_id=made.subscription_id,
            payment_method=common_pb2.PAYMENT_METHOD_ONLINE,
        ),
        "GetResellerStatus": pb.GetResellerStatusRequest(account_id=str(other)),
        "RequestResellerStatus": pb.RequestResellerStatusRequest(
            request_id=request_id(),
            account_id=str(other),
            resells=True,
            declaration_version=DECLARATION_VERSION,
            language=common_pb2.LANGUAGE_IT,
            client=common_pb2.ClientContext(ip="203.0.113.7"),
        ),
    }
    call = getattr(shop.stub(), name)(requests[name], metadata=shop.customer(mine))
    await refused_for(call, errors_pb2.REASON_NOT_FOUND)


BAD: list[tuple[str, str, Any, dict[str, str]]] = [
    ("gateway", "GetBillingProfile", {}, {"account_id": "required"}),
    ("gateway", "GetOrder", {"order_id": "1"}, {"order_id": "not_a_uuid"}),
    (
        "gateway",
        "ListOrders",
        {"account_id": "1", "page": common_pb2.PageRequest(page_size=201, page_token="?")},
        {"account_id": "not_a_uuid", "page.page_size": "out_of_range", "page.page_token": "not_a_page_token"},
    ),
    ("gateway", "GetSubscription", {"account_id": "'; --"}, {"account_id": "not_a_uuid"}),
    ("gateway", "GetUpcomingPeriod", {"account_id": "anna"}, {"account_id": "not_a_uuid"}),
    ("operator", "GetUpcomingPeriod", {}, {"account_id": "required"}),
    ("gateway", "CancelOrder", {}, {"request_id": "required", "order_id": "required"}),
    ("gateway", "GetWithdrawal", {}, {"order_id": "required"}),
    (
        "gateway",
        "WithdrawFromContract",
        {
            "confirmation": pb.WithdrawalConfirmation(
                label="x" * 101,
                statement_hash="A" * 64,
                client=common_pb2.ClientContext(ip="somewhere", user_agent="x" * 513),
            ),
            "declared_on": common_pb2.Date(year=2026, month=3, day=2),
            "steering": STEERING,
        },
        {
            "request_id": "required",
            "order_id": "required",
            "confirmation.label": "too_long",
            "confirmation.language": "required",
            "confirmation.statement_hash": "not_a_hash",
            "confirmation.client.ip": "not_an_ip",
            "confirmation.client.user_agent": "too_long",
            "declared_on": "must_be_empty",
            "steering": "must_be_empty",
        },
    ),
    (
        "gateway",
        "WithdrawFromContract",
        {"request_id": request_id(), "order_id": request_id()},
        {
            "confirmation.label": "required",
            "confirmation.language": "required",
            "confirmation.statement_hash": "required",
            "confirmation.client.ip": "required",
        },
    ),
    (
        "operator",
        "WithdrawFromContract",
        {"confirmation": pb.WithdrawalConfirmation(label="x")},
        {
            "request_id": "required",
            "order_id": "required",
            "confirmation": "must_be_empty",
            "declared_on": "required",
            "steering.actor": "required",
            "steering.reason_code": "required",
        },
    ),
    (
        "operator",
        "WithdrawFromContract",
        {
            "request_id": request_id(),
            "order_id": request_id(),
            "declared_on": common_pb2.Date(year=2026, month=2, day=30),
            "steering": STEERING,
        },
        {"declared_on": "not_a_date"},
    ),
    (
        "operator",
        "ListOpenWithdrawals",
        {"page": common_pb2.PageRequest(page_size=201, page_token="?")},
        {"page.page_size": "out_of_range", "page.page_token": "not_a_page_token"},
    ),
    (
        "worker",
        "SendWithdrawalReceipt",
        {},
        {
            "order_id": "required",
            "recipient.email": "required",
            "recipient.name": "required",
            "recipient.language": "required",
        },
    ),
    ("worker", "AdvanceWithdrawal", {"order_id": "1"}, {"order_id": "not_a_uuid"}),
    ("worker", "RecordWithdrawalRefund", {}, {"order_id": "required", "refund_id": "required"}),
    ("worker", "RecordWithdrawalRefundFailure", {}, {"order_id": "required", "refund_id": "required"}),
    (
        "worker",
        "RenewWithdrawalRefund",
        {},
        {
            "order_id": "required",
            "refund_id": "required",
            "steering.actor": "required",
            "steering.reason_code": "required",
        },
    ),
    (
        "worker",
        "RecordWithdrawalCreditNote",
        {},
        {"order_id": "required", "refund_id": "required", "credit_note_id": "required"},
    ),
    ("gateway", "GetPeriod", {"period_id": "1"}, {"period_id": "not_a_uuid"}),
    ("gateway", "GetResellerStatus", {"account_id": "1"}, {"account_id": "not_a_uuid"}),
    ("worker", "AdvanceReseller", {}, {"account_id": "required"}),
    (
        "worker",
        "RecordResellerTraining",
        {},
        {
            "request_id": "required",
            "account_id": "required",
            "steering.actor": "required",
            "steering.reason_code": "required",
        },
    ),
    (
        "worker",
        "DecideReseller",
        {"decision": 9, "recipient": common_pb2.Recipient(email="x")},
        {
            "request_id": "required",
            "account_id": "required",
            "decision": "not_a_choice",
            "recipient.email": "not_an_email",
            "recipient.name": "required",
            "recipient.language": "required",
            "steering.actor": "required",
            "steering.reason_code": "required",
        },
    ),
    (
        "operator",
        "ListResellersInReview",
        {"page": common_pb2.PageRequest(page_size=-1, page_token="x")},
        {"page.page_size": "out_of_range", "page.page_token": "not_a_page_token"},
    ),
    (
        "gateway",
        "ListPeriods",
        {"page": common_pb2.PageRequest(page_size=-1, page_token="x")},
        {"subscription_id": "required", "page.page_size": "out_of_range", "page.page_token": "not_a_page_token"},
    ),
    ("gateway", "CancelSubscription", {}, {"request_id": "required", "subscription_id": "required"}),
    ("gateway", "KeepSubscription", {}, {"request_id": "required", "subscription_id": "required"}),
    (
        "gateway",
        "ChangePaymentMethod",
        {"payment_method": 9},
        {"request_id": "required", "subscription_id": "required", "payment_method": "not_a_choice"},
    ),
    ("worker", "MeasurePeriod", {}, {"period_id": "required"}),
    (
        "worker",
        "RecordPeriodProforma",
        {"proforma_number": "P" * 21},
        {
            "period_id": "required",
            "payment_request_id": "required",
            "proforma_id": "required",
            "proforma_number": "too_long",
        },
    ),
    (
        "worker",
        "AdvancePeriod",
        {"iban": "I" * 35},
        {
            "period_id": "required",
            "recipient.language": "required",
            "recipient.email": "required",
            "recipient.name": "required",
            "iban": "too_long",
        },
    ),
    ("worker", "RecordPeriodOutcome", {}, {"period_id": "required", "outcome": "required"}),
    ("worker", "RecordPeriodInvoice", {}, {"period_id": "required", "invoice_id": "required"}),
    ("worker", "SuspendSubscription", {}, {"period_id": "required"}),
    ("worker", "ResumeSubscription", {"period_id": "x"}, {"period_id": "not_a_uuid"}),
    (
        "gateway",
        "PlaceOrder",
        {
            "consent": pb.OrderConsent(
                button_label="x" * 101,
                terms_hash="A" * 64,
                quote_hash="b" * 63,
                client=common_pb2.ClientContext(ip="somewhere", user_agent="x" * 513),
            )
        },
        {
            "request_id": "required",
            "account_id": "required",
            "quote_id": "required",
            "payment_method": "required",
            "consent.button_label": "too_long",
            "consent.language": "required",
            "consent.terms_hash": "not_a_hash",
            "consent.quote_hash": "not_a_hash",
            "consent.client.ip": "not_an_ip",
            "consent.client.user_agent": "too_long",
        },
    ),
    (
        "gateway",
        "PlaceOrder",
        {"request_id": request_id(), "account_id": request_id(), "quote_id": request_id(), "payment_method": 1},
        {
            "consent.button_label": "required",
            "consent.language": "required",
            "consent.terms_hash": "required",
            "consent.quote_hash": "required",
            "consent.client.ip": "required",
        },
    ),
    (
        "worker",
        "RecordProforma",
        {"proforma_number": "P" * 21},
        {
            "order_id": "required",
            "payment_request_id": "required",
            "proforma_id": "required",
            "proforma_number": "too_long",
        },
    ),
    (
        "worker",
        "AdvanceOrder",
        {"recipient": common_pb2.Recipient(email="anna", name="A\nB"), "iban": "I" * 35, "pay_url": "h\u0000"},
        {
            "order_id": "required",
            "recipient.email": "not_an_email",
            "recipient.name": "control_characters",
            "recipient.language": "required",
            "iban": "too_long",
            "pay_url": "control_characters",
        },
    ),
    ("worker", "RecordOutcome", {}, {"order_id": "required", "outcome": "required"}),
    (
        "worker",
        "RecordOutcome",
        {"order_id": request_id(), "outcome": pb.OUTCOME_PAID},
        {"available_on": "required"},
    ),
    (
        "worker",
        "RecordOutcome",
        {"order_id": request_id(), "outcome": pb.OUTCOME_EXPIRED, "available_on": common_pb2.Date(year=2026)},
        {"available_on": "not_a_date"},
    ),
    ("worker", "RecordUnlock", {}, {"order_id": "required", "unlocked_at": "required"}),
    ("worker", "FulfilOrder", {}, {"order_id": "required", "invoice_id": "required", "unlocked_at": "required"}),
    (
        "worker",
        "FulfilOrder",
        {"order_id": request_id(), "invoice_id": request_id(), "unlocked_at": Timestamp(seconds=1 << 40)},
        {"unlocked_at": "not_a_date"},
    ),
    (
        "worker",
        "SendOrderEmail",
        {"recipient": TO_ANNA},
        {"order_id": "required", "email": "required"},
    ),
    ("worker", "GetStanding", {}, {"account_id": "required"}),
    ("worker", "CloseAccount", {}, {"account_id": "required", "reason": "required"}),
    ("worker", "GetClosure", {}, {"account_id": "required"}),
    (
        "worker",
        "RecordPurged",
        {"domains_removed": -1, "mailboxes_removed": -1},
        {"account_id": "required", "domains_removed": "out_of_range", "mailboxes_removed": "out_of_range"},
    ),
    ("operator", "SetLegalHold", {"steering": STEERING}, {"request_id": "required", "account_id": "required"}),
]


@IN_ONE_SHOP
@pytest.mark.parametrize(("caller", "name", "fields", "said"), BAD)
async def test_every_bad_field_is_named_and_nothing_stored(
    shared_shop: Shop, caller: str, name: str, fields: Any, said: dict[str, str]
) -> None:
    metadata = shared_shop.customer(shared_shop.account()) if caller == "gateway" else ()
    call = getattr(shared_shop.stub(caller), name)(request_class(name)(**fields), metadata=metadata)
    assert bad_fields(await refused_for(call, errors_pb2.REASON_INVALID_INPUT)) == said
    for table in ("requests", "outbox", "orders", "accounts", "audit"):
        assert await shared_shop.room.rows(table) == []
