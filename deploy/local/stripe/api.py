"""Stripe's HTTP API as far as Casella uses it: who may call, which version, what a repeated key answers."""

import asyncio
import base64
import binascii
import hashlib
import json
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from deploy.local.stripe import forms, parameters
from deploy.local.stripe.charges import CUSTOMER, MANDATE, METHOD, SILENCE_SECONDS, Silence
from deploy.local.stripe.checkout import API_VERSION, INTENT, SETUP_INTENT, Checkout
from deploy.local.stripe.disputes import Disputes
from deploy.local.stripe.refunds import REFUND, Refunds
from deploy.local.stripe.refusals import Refusal, invalid
from deploy.local.stripe.state import Object, State

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_LARGEST_PAGE = 100
_DECLINED, _OUR_FAULT = 402, 500


class Api:
    """The routes under `/v1`."""

    def __init__(self, state: State, checkout: Checkout, refunds: Refunds, disputes: Disputes, key: str) -> None:
        """Take the state, the rules and the only secret key that may call."""
        self._state = state
        self._checkout = checkout
        self._refunds = refunds
        self._disputes = disputes
        self._key = key

    def add_routes(self, app: web.Application) -> None:
        """Register them."""
        add = app.router
        add.add_post("/v1/checkout/sessions", self._guarded(self._create))
        add.add_get("/v1/checkout/sessions", self._guarded(self._list_sessions))
        add.add_get("/v1/checkout/sessions/{id}", self._guarded(self._session))
        add.add_post("/v1/checkout/sessions/{id}/expire", self._guarded(self._expire))
        add.add_post("/v1/payment_intents", self._guarded(self._create_intent))
        add.add_get("/v1/payment_intents", self._guarded(self._list_intents))
        add.add_get("/v1/payment_intents/{id}", self._guarded(self._intent))
        add.add_post("/v1/payment_intents/{id}/confirm", self._guarded(self._confirm_intent))
        add.add_post("/v1/payment_intents/{id}/cancel", self._guarded(self._cancel_intent))
        add.add_get("/v1/customers/{id}", self._guarded(self._stored(CUSTOMER)))
        add.add_get("/v1/mandates/{id}", self._guarded(self._stored(MANDATE)))
        add.add_get("/v1/payment_methods/{id}", self._guarded(self._stored(METHOD)))
        add.add_post("/v1/payment_methods/{id}/detach", self._guarded(self._detach))
        add.add_post("/v1/refunds", self._guarded(self._refund))
        add.add_get("/v1/refunds", self._guarded(self._list_refunds))
        add.add_get("/v1/disputes/{id}", self._guarded(self._dispute))
        add.add_get("/v1/events", self._guarded(self._events))
        add.add_route("*", "/v1/{rest:.*}", self._guarded(self._unknown))

    def _guarded(self, work: Callable[[web.Request, dict[str, Any]], Awaitable[Object]]) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                self._check_caller(request)
                pairs = (await request.post()).items() if request.method == "POST" else request.query.items()
                params = forms.decode((name, str(value)) for name, value in pairs)
                key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
                if key is None:
                    return _answer(200, json.dumps(await work(request, params)))
                return await self._once(request, params, key, work)
            except forms.BadForm as error:
                return _answer(400, json.dumps(invalid(f"Unreadable parameter: {error}").body))
            except Refusal as refusal:
                return _answer(refusal.status, json.dumps(refusal.body))
            except Silence:
                await asyncio.sleep(SILENCE_SECONDS)
                return _answer(200, "{}")

        return handle

    def _check_caller(self, request: web.Request) -> None:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme == "Basic":
            try:
                given = base64.b64decode(given, validate=True).decode().partition(":")[0]
            except (binascii.Error, UnicodeDecodeError):
                given = ""
        if given.startswith(("sk_live", "rk_live")):
            raise Refusal(403, "invalid_request_error", "This is a simulator: a live key must never reach it.")
        if not secrets.compare_digest(given.encode(), self._key.encode()):
            raise Refusal(401, "invalid_request_error", "Invalid API Key provided.")
        if self._state.faults().get("away"):
            raise Refusal(503, "api_error", "Ordered to be away.")
        if request.headers.get("Stripe-Version") != API_VERSION:
            raise invalid(f"Only API version {API_VERSION} is simulated.", None, "Stripe-Version")

    async def _once(
        self,
        request: web.Request,
        params: dict[str, Any],
        key: str,
        work: Callable[[web.Request, dict[str, Any]], Awaitable[Object]],
    ) -> web.Response:
        content = json.dumps([request.path, params], sort_keys=True)
        fingerprint = hashlib.sha256(content.encode()).hexdigest()
        first = self._state.claim(key, fingerprint, self._checkout.now())
        if first is not None:
            return _replay(fingerprint, *first)
        try:
            body = json.dumps(await work(request, params))
        except Refusal as refusal:
            if (
                refusal.status >= _OUR_FAULT or refusal.status == _DECLINED
            ):  # Stripe repeats these, and forgets the rest
                self._state.answer(key, refusal.status, json.dumps(refusal.body))
            else:
                self._state.release(key)
            raise
        except Silence:
            self._state.release(key)
            raise
        self._state.answer(key, 200, body)
        return _answer(200, body)

    async def _create(self, request: web.Request, params: dict[str, Any]) -> Object:
        parameters.check_session(params)
        return self._expanded(self._checkout.create(params), params)

    async def _session(self, request: web.Request, params: dict[str, Any]) -> Object:
        return self._expanded(self._checkout.session(request.match_info["id"]), params)

    async def _list_sessions(self, request: web.Request, params: dict[str, Any]) -> Object:
        found = [self._expanded(item, params) for item in self._checkout.sessions(params.get("payment_intent"))]
        found = [item for item in found if item["created"] >= _since(params)]
        return _page(found, params, "/v1/checkout/sessions")

    async def _expire(self, request: web.Request, params: dict[str, Any]) -> Object:
        return self._expanded(self._checkout.expire(request.match_info["id"]), params)

    async def _intent(self, request: web.Request, params: dict[str, Any]) -> Object:
        return self._checkout.intent(request.match_info["id"])

    async def _list_intents(self, request: web.Request, params: dict[str, Any]) -> Object:
        found = [item for item in reversed(self._state.all(INTENT)) if item["created"] >= _since(params)]
        return _page(found, params, "/v1/payment_intents")

    async def _create_intent(self, request: web.Request, params: dict[str, Any]) -> Object:
        parameters.check_intent(params)
        return self._checkout.charges.create(params)

    async def _confirm_intent(self, request: web.Request, params: dict[str, Any]) -> Object:
        parameters.check_confirmation(params)
        return self._checkout.charges.confirm(request.match_info["id"])

    async def _cancel_intent(self, request: web.Request, params: dict[str, Any]) -> Object:
        return self._checkout.charges.cancel(request.match_info["id"])

    def _stored(self, kind: str) -> Callable[[web.Request, dict[str, Any]], Awaitable[Object]]:
        async def get(request: web.Request, params: dict[str, Any]) -> Object:
            del params
            return self._checkout.charges.get(kind, request.match_info["id"])

        return get

    async def _detach(self, request: web.Request, params: dict[str, Any]) -> Object:
        return self._checkout.charges.detach(request.match_info["id"])

    async def _refund(self, request: web.Request, params: dict[str, Any]) -> Object:
        parameters.check_refund(params)
        made = self._refunds.create(params)
        if self._state.faults().get("lose_refund_answer"):
            raise Refusal(503, "api_error", "Ordered to lose this answer.")
        return made

    async def _list_refunds(self, request: web.Request, params: dict[str, Any]) -> Object:
        intent = params.get("payment_intent")
        found = [item for item in reversed(self._state.all(REFUND)) if intent in {None, item["payment_intent"]}]
        return _page([item for item in found if item["created"] >= _since(params)], params, "/v1/refunds")

    async def _dispute(self, request: web.Request, params: dict[str, Any]) -> Object:
        return self._disputes.get(request.match_info["id"])

    async def _events(self, request: web.Request, params: dict[str, Any]) -> Object:
        found = self._state.events(undelivered=params.get("delivery_success") == "false")
        kinds = set(params.get("types", [])) | ({params["type"]} if "type" in params else set())
        found = [event for event in found if (not kinds or event["type"] in kinds)]
        found = [event for event in found if event["created"] >= _since(params)]
        return _page(found, params, "/v1/events")

    async def _unknown(self, request: web.Request, params: dict[str, Any]) -> Object:
        raise Refusal(404, "invalid_request_error", f"Not simulated: {request.method} {request.path}")

    def _expanded(self, session: Object, params: dict[str, Any]) -> Object:
        """With the PaymentIntent or SetupIntent inside, where `expand` asks for it."""
        wanted = params.get("expand", [])
        if session["payment_intent"] and any("payment_intent" in name for name in wanted):
            return {**session, "payment_intent": self._checkout.intent(session["payment_intent"])}
        if session["setup_intent"] and any("setup_intent" in name for name in wanted):
            setup = self._checkout.charges.get(SETUP_INTENT, session["setup_intent"])
            return {**session, "setup_intent": setup}
        return session


def _since(params: dict[str, Any]) -> int:
    """From when on is asked for, in seconds since 1970; 0 for all."""
    created = params.get("created")
    return int(created.get("gte", 0)) if isinstance(created, dict) else 0


def _page(found: list[Object], params: dict[str, Any], url: str) -> Object:
    limit = min(int(params.get("limit", "10")), _LARGEST_PAGE)
    if "starting_after" in params:
        ids = [item["id"] for item in found]
        if params["starting_after"] not in ids:
            raise invalid("No such cursor.", "resource_missing", "starting_after")
        found = found[ids.index(params["starting_after"]) + 1 :]
    return {"object": "list", "url": url, "has_more": len(found) > limit, "data": found[:limit]}


def _replay(fingerprint: str, first: str, status: int | None, body: str | None) -> web.Response:
    if first != fingerprint:
        raise Refusal(
            400, "idempotency_error", "Keys for idempotent requests can only be used with the same parameters."
        )
    if status is None or body is None:
        raise Refusal(
            409, "idempotency_error", "Another request with this key is in progress.", "idempotency_key_in_use"
        )
    return _answer(status, body, {"Idempotent-Replayed": "true"})


def _answer(status: int, body: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(
        status=status,
        text=body,
        content_type="application/json",
        headers={"Request-Id": f"req_{secrets.token_hex(7)}"} | (headers or {}),
    )
