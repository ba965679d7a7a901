"""The gateway's addresses: the provider's webhooks, the customer's pay link, and pages of plain information.

It decides nothing about money: bodies and signatures go on as they came, and what a page says follows from the answer.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web
from aiohttp.typedefs import Middleware
from grpc import StatusCode
from grpc.aio import AioRpcError

from casella.common.v1 import errors_pb2
from casella.payments.v1 import payments_pb2, payments_pb2_grpc
from gateway.bodies import Bodies, NoRoomError, TooSlowError
from gateway.pages import PROVIDER, add_headers, page
from services.kit.errors import Refused
from services.kit.tracing import Tracing

WEBHOOK_SECONDS = 15.0
"""Payments fetches the object from the provider before it answers; Stripe itself waits about 20 seconds."""
WEBHOOK_BODY_SECONDS = 10.0
"""How long its sender may take over the largest body; a setting may say otherwise."""
_MOST_HANDED_ON = 100
"""Webhooks that payments is told of at once; more wait their turn, once their bodies have come whole."""
_LONGEST_TURN_SECONDS = 10.0
_LONGEST_SIGNATURE = 2_000
_SIGNED_WITHIN_SECONDS = 300
"""Ago or ahead, as payments checks it; Stripe signs anew whatever it sends again."""
CHECKOUT_SECONDS = 12.0
SITE_PAGES = ("login", "orders", "subscription", "reseller")
"""Pages of the provider's own site to which emails link, beside that of the sign-up."""
_UNAVAILABLE = {"error": "unavailable"}
_RETRY_AFTER = {"Retry-After": "30"}

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

logger = logging.getLogger(__name__)


class Web:
    """The handlers."""

    def __init__(self, payments: "payments_pb2_grpc.PaymentsServiceAsyncStub", body_seconds: float) -> None:
        """Take the payments service, and how many seconds a webhook's body of the largest size may take."""
        self._payments = payments
        self._bodies = Bodies(body_seconds)
        self._turns = asyncio.Semaphore(_MOST_HANDED_ON)

    async def webhook(self, request: web.Request) -> web.Response:
        """Hand on a webhook's raw body and signature: 200 only once payments has committed.

        400: not genuine or not ours, sending it again will not help; what has no signature of these minutes is not
        read. 408: the body came too slowly. 413: too large. 503: send it again later.
        """
        signature = request.headers.get("Stripe-Signature", "")
        if not _may_be_signature(signature):
            logger.warning("webhook refused", extra={"ids": {"reason": "WEBHOOK_SIGNATURE"}})
            return _closing({"error": "WEBHOOK_SIGNATURE"}, status=400)
        try:
            async with self._bodies.whole(request) as body:
                return await self._hand_on(body, signature)
        except TooSlowError:
            return _closing({"error": "too slow"}, status=408)
        except NoRoomError:
            return _closing(_UNAVAILABLE, status=503, headers=_RETRY_AFTER)

    async def _hand_on(self, body: bytes, signature: str) -> web.Response:
        try:
            async with asyncio.timeout(_LONGEST_TURN_SECONDS):
                await self._turns.acquire()
        except TimeoutError:
            return web.json_response(_UNAVAILABLE, status=503, headers=_RETRY_AFTER)
        call = payments_pb2.HandleWebhookRequest(body=body, signature=signature)
        try:
            await self._payments.HandleWebhook(call, timeout=WEBHOOK_SECONDS)
        except Refused as refused:
            logger.warning("webhook refused", extra={"ids": {"reason": str(refused)}})
            return web.json_response({"error": str(refused)}, status=400)
        except AioRpcError as error:
            logger.warning("webhook not taken", extra={"ids": {"code": error.code().name}})
            return web.json_response(_UNAVAILABLE, status=503, headers=_RETRY_AFTER)
        finally:
            self._turns.release()
        return web.json_response({"received": True})

    async def pay(self, request: web.Request) -> web.StreamResponse:
        """Send the customer to the provider's hosted page, or say why there is nothing to pay."""
        call = payments_pb2.StartCheckoutRequest(token=request.match_info["token"])
        try:
            answer = await self._payments.StartCheckout(call, timeout=CHECKOUT_SECONDS)
        except Refused as refused:
            return self._refused(request, refused)
        except AioRpcError as error:
            logger.warning("checkout not started", extra={"ids": {"code": error.code().name}})
            return page(request, "away", status=503, link=request.path)
        if answer.checkout_url:
            raise web.HTTPSeeOther(answer.checkout_url)
        match answer.state:
            case payments_pb2.PAYMENT_REQUEST_STATE_PAID:
                return page(request, "paid")
            case payments_pb2.PAYMENT_REQUEST_STATE_CLOSED:
                return page(request, "closed")
            case _:
                return page(request, "bank_transfer")

    def _refused(self, request: web.Request, refused: Refused) -> web.Response:
        if refused.reason == errors_pb2.REASON_PAYMENT_PROCESSING:
            return page(request, "processing")
        if refused.reason == errors_pb2.REASON_MONEY_WAITING:
            return page(request, "money_waiting")
        if refused.code in {StatusCode.NOT_FOUND, StatusCode.INVALID_ARGUMENT}:
            return page(request, "unknown", status=404)
        logger.error("checkout refused", extra={"ids": {"reason": str(refused)}})
        return page(request, "away", status=503, link=request.path)

    async def done(self, request: web.Request) -> web.Response:
        """Thank the customer who comes back from the provider; nothing is marked as paid by it."""
        return page(request, "done")

    async def back(self, request: web.Request) -> web.Response:
        """Tell the customer who left the provider's page that nothing was charged."""
        return page(request, "back", link=f"/pay/{request.match_info['token']}")

    async def debit_done(self, request: web.Request) -> web.Response:
        """Thank the customer who comes back from setting automatic debit up; nothing is set up by it."""
        return page(request, "debit_done")

    async def debit_back(self, request: web.Request) -> web.Response:
        """Tell the customer who left the provider's page that nothing was set up."""
        return page(request, "debit_back")

    async def confirm(self, request: web.Request) -> web.Response:
        """Explain the link of the sign-up's email; it is not used up by being opened (mail scanners open links)."""
        return page(request, "confirm")

    async def site(self, request: web.Request) -> web.Response:
        """Tell that the provider's own site has its page here; whoever sees this has reached the gateway instead."""
        return page(request, "site")

    async def healthy(self, request: web.Request) -> web.Response:
        """Tell that this process answers."""
        return web.json_response({"status": "ok"})


def _may_be_signature(text: str) -> bool:
    """Whether a header has the provider's form, ``t=…,v1=…``, and a time of now; if genuine, payments tells."""
    if len(text) > _LONGEST_SIGNATURE or not text.isascii():
        return False
    parts = [part.partition("=") for part in text.split(",")]
    signed_at = next((value for name, _, value in parts if name == "t"), "")
    if not signed_at.isdecimal() or all(name != "v1" for name, _, _ in parts):
        return False
    return abs(time.time() - int(signed_at)) <= _SIGNED_WITHIN_SECONDS


def _closing(said: dict[str, str], status: int, headers: Mapping[str, str] | None = None) -> web.Response:
    """An answer before the body has been read to its end."""
    answer = web.json_response(said, status=status, headers=headers)
    answer.force_close()
    return answer


def make_app(
    payments: "payments_pb2_grpc.PaymentsServiceAsyncStub",
    provider_name: str,
    body_seconds: float = WEBHOOK_BODY_SECONDS,
    count: Callable[[str, int, float], None] = lambda *_: None,
    tracing: Tracing | None = None,
) -> web.Application:
    """The application with its addresses.

    Args:
        payments: The payments service.
        provider_name: The provider's name on its pages.
        body_seconds: How long the sender of a webhook may take over a body of the largest size.
        count: Told of every answer: the address as it stands below (no token in it), the status, the seconds.
        tracing: Makes a span of every answer, each a trace of its own: what a stranger's request names is not believed.
    """
    handlers = Web(payments, body_seconds)
    app = web.Application(middlewares=[_counting(count, tracing or Tracing()), _plain_errors])
    app[PROVIDER] = provider_name
    app.on_response_prepare.append(add_headers)
    link = r"{token:[A-Za-z0-9_-]{1,200}}"
    # A HEAD must not open a payment page, so none of these answers it.
    app.router.add_post("/webhooks/stripe", handlers.webhook)
    app.router.add_get(f"/pay/{link}", handlers.pay, allow_head=False)
    app.router.add_get(f"/pay/{link}/done", handlers.done, allow_head=False)
    app.router.add_get(f"/pay/{link}/back", handlers.back, allow_head=False)
    app.router.add_get("/debit/done", handlers.debit_done, allow_head=False)
    app.router.add_get("/debit/back", handlers.debit_back, allow_head=False)
    app.router.add_get(f"/confirm/{link}", handlers.confirm, allow_head=False)
    for name in SITE_PAGES:
        app.router.add_get(f"/{name}", handlers.site, allow_head=False)
    app.router.add_get("/healthz", handlers.healthy)
    return app


@web.middleware
async def _plain_errors(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """An address that is none of ours gets our page, not the library's."""
    try:
        return await handler(request)
    except web.HTTPNotFound:
        return page(request, "unknown", status=404)


def _counting(count: Callable[[str, int, float], None], tracing: Tracing) -> Middleware:
    @web.middleware
    async def counting(request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Count the answer under the address's pattern; what is none of ours is one address."""
        resource = request.match_info.route.resource
        address = resource.canonical if resource else "none"
        began, status = time.perf_counter(), web.HTTPInternalServerError.status_code
        try:
            with tracing.span(f"{request.method} {address}"):
                answer = await handler(request)
            status = answer.status
        except web.HTTPException as answered:
            status = answered.status
            raise
        else:
            return answer
        finally:
            count(address, status, time.perf_counter() - began)

    return counting
