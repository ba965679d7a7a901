"""The simulator's pages and levers: the hosted page under `/c/pay/…`, and `/_simulator` for tests and the demo.

The levers: `PUT /_simulator/faults` with any of `duplicate`, `reverse`, `drop`, `hold`, `away` (true),
`ineligible` (list of methods), `settled_minor` (another amount), `livemode`, `api_version`;
`off_session` (what a charge by a mandate comes to, see `charges.OUTCOMES`), `refund` (`pending` or `failed`, where it
would succeed), `lose_refund_answer` (true: made, and answered with an error);
`POST /_simulator/payment_intents/{id}/settle` and `POST /_simulator/refunds/{id}/settle` with `{"succeeded": true}`;
`POST /_simulator/payment_intents/{id}/refund` (one made by hand in the dashboard) with `{"amount": 100}`;
`POST /_simulator/payment_intents/{id}/dispute` (the payer disputes it) with any of `amount`, `reason` and `inquiry`,
and `POST /_simulator/disputes/{id}/…` with `escalate` (a dispute follows the inquiry), `answer` (evidence was given in
the dashboard), `win` and `lose`, with `{"fee_back": true}` where the fee comes back too, and `{"money_later": true}`
where `reinstate` brings the money of a dispute that is won;
`POST /_simulator/events/{id}/resend`;
`POST /_simulator/mandates/{id}/revoke` and `POST /_simulator/payment_methods/{id}/detach`: what a customer can do at
PayPal; `POST /_simulator/mandates/{id}/lapse`: it ends there, and only the next charge tells;
`POST /_simulator/mandates/{id}/touch`: an event of a mandate that stays as it is; `GET` and `DELETE
/_simulator/state`. The page under `/` chooses `off_session`, revokes mandates, and opens,
answers, wins and loses disputes.
"""

from collections.abc import Callable
from typing import Any

from aiohttp import web

from deploy.local.stripe import pages
from deploy.local.stripe.charges import OUTCOMES
from deploy.local.stripe.checkout import INTENT, SESSION, Checkout
from deploy.local.stripe.disputes import DISPUTE, Disputes
from deploy.local.stripe.refunds import REFUND, Refunds
from deploy.local.stripe.refusals import Refusal
from deploy.local.stripe.state import Object, State
from deploy.local.stripe.webhooks import Deliverer

_FAULTS = {
    "duplicate", "reverse", "drop", "hold", "away", "ineligible", "settled_minor", "livemode", "api_version",
    "off_session",
    "refund", "lose_refund_answer",
}  # fmt: skip
_OUTCOMES = {"succeeded", "processing", "declined"}


class Hosted:
    """Pages and levers."""

    def __init__(
        self, state: State, checkout: Checkout, refunds: Refunds, disputes: Disputes, deliverer: Deliverer
    ) -> None:
        """Take what they show and move."""
        self._state = state
        self._checkout = checkout
        self._refunds = refunds
        self._disputes = disputes
        self._deliverer = deliverer

    def add_routes(self, app: web.Application) -> None:
        """Register them."""
        add = app.router
        add.add_get("/", self._home)
        add.add_get("/c/pay/{id}", self._show)
        add.add_post("/c/pay/{id}", self._pay)
        add.add_get("/_simulator", self._home)
        add.add_get("/_simulator/state", self._everything)
        add.add_delete("/_simulator/state", self._forget)
        add.add_put("/_simulator/faults", self._order_faults)
        add.add_post("/_simulator/payment_intents/{id}/settle", self._settle)
        add.add_post("/_simulator/payment_intents/{id}/refund", self._refund)
        add.add_post("/_simulator/refunds/{id}/settle", self._settle_refund)
        add.add_post("/_simulator/payment_intents/{id}/dispute", self._dispute)
        add.add_post("/_simulator/disputes/{id}/{move:escalate|answer|win|lose|reinstate}", self._move_dispute)
        add.add_post("/_simulator/events/{id}/resend", self._resend)
        add.add_post("/_simulator/off_session", self._choose)
        add.add_post("/_simulator/mandates/{id}/revoke", self._revoke)
        add.add_post("/_simulator/mandates/{id}/lapse", self._lapse)
        add.add_post("/_simulator/mandates/{id}/touch", self._touch)
        add.add_post("/_simulator/payment_methods/{id}/detach", self._detach)

    async def _home(self, request: web.Request) -> web.Response:
        page = pages.overview(
            self._checkout.sessions(None)[::-1],
            self._state.deliveries(),
            self._state.faults(),
            self._checkout.charges.mandates(),
            [item for item in self._state.all(INTENT) if item["status"] == "succeeded"],
            self._disputes.all(),
        )
        return web.Response(text=page, content_type="text/html")

    async def _show(self, request: web.Request) -> web.Response:
        try:
            session = self._checkout.session(request.match_info["id"])
        except Refusal:
            return web.Response(status=404, text=pages.unknown_page(), content_type="text/html")
        page = pages.payment_page(session) if session["status"] == "open" else pages.ended_page(session)
        return web.Response(text=page, content_type="text/html")

    async def _pay(self, request: web.Request) -> web.Response:
        form = await request.post()
        method, _, outcome = str(form.get("pay", "card:succeeded")).partition(":")
        if outcome not in _OUTCOMES:
            return web.Response(status=400, text=pages.unknown_page(), content_type="text/html")
        try:
            session = self._checkout.pay(request.match_info["id"], method, outcome)
        except Refusal as refusal:
            return web.Response(status=refusal.status, text=str(refusal))
        if outcome == "declined":
            page = pages.payment_page(session, "The card was declined. Try another way.")
            return web.Response(status=402, text=page, content_type="text/html")
        raise web.HTTPSeeOther(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]))

    async def _everything(self, request: web.Request) -> web.Response:
        events = [
            {"id": event["id"], "type": event["type"], "delivered": delivered, "attempts": attempts, "dropped": dropped}
            for event, delivered, attempts, dropped in self._state.deliveries()
        ]
        sessions = self._state.all(SESSION)
        intents, mandates = self._state.all(INTENT), self._checkout.charges.mandates()
        return web.json_response(
            {
                "simulator": True,
                "sessions": sessions,
                "events": events,
                "refunds": self._state.all(REFUND),
                "disputes": self._state.all(DISPUTE),
                "payment_intents": intents,
                "mandates": mandates,
            }
        )

    async def _forget(self, request: web.Request) -> web.Response:
        self._state.forget()
        return web.json_response({"simulator": True})

    async def _order_faults(self, request: web.Request) -> web.Response:
        ordered: dict[str, Any] = await request.json()
        unknown = sorted(set(ordered) - _FAULTS)
        if unknown or ordered.get("off_session", "succeeds") not in OUTCOMES:
            return web.json_response({"unknown": unknown or ordered["off_session"]}, status=400)
        self._state.set_faults(ordered)
        self._deliverer.ring()
        return web.json_response({"simulator": True, "faults": ordered})

    async def _choose(self, request: web.Request) -> web.Response:
        """The page's button: what charges come to from now on; the other faults stay."""
        outcome = str((await request.post()).get("outcome"))
        if outcome not in OUTCOMES:
            return web.Response(status=400, text="No such outcome.")
        self._state.set_faults({**self._state.faults(), "off_session": outcome})
        raise web.HTTPSeeOther("/")

    async def _revoke(self, request: web.Request) -> web.Response:
        return await self._changed(request, self._checkout.charges.revoke)

    async def _lapse(self, request: web.Request) -> web.Response:
        return await self._changed(request, self._checkout.charges.lapse)

    async def _touch(self, request: web.Request) -> web.Response:
        return await self._changed(request, self._checkout.charges.touch)

    async def _detach(self, request: web.Request) -> web.Response:
        return await self._changed(request, self._checkout.charges.detach)

    async def _changed(self, request: web.Request, change: Callable[[str], Object]) -> web.Response:
        try:
            changed = change(request.match_info["id"])
        except Refusal as refusal:
            return web.json_response(refusal.body, status=refusal.status)
        if (await request.post()).get("back"):
            raise web.HTTPSeeOther("/")
        return web.json_response(changed)

    async def _settle(self, request: web.Request) -> web.Response:
        wanted: dict[str, Any] = await request.json()
        try:
            intent = self._checkout.settle(request.match_info["id"], succeeded=bool(wanted.get("succeeded")))
        except Refusal as refusal:
            return web.json_response(refusal.body, status=refusal.status)
        return web.json_response(intent)

    async def _refund(self, request: web.Request) -> web.Response:
        wanted: dict[str, Any] = await request.json()
        try:
            refund = self._refunds.create({"payment_intent": request.match_info["id"], **wanted})
        except Refusal as refusal:
            return web.json_response(refusal.body, status=refusal.status)
        return web.json_response(refund)

    async def _settle_refund(self, request: web.Request) -> web.Response:
        wanted: dict[str, Any] = await request.json()
        try:
            refund = self._refunds.settle(request.match_info["id"], succeeded=bool(wanted.get("succeeded")))
        except Refusal as refusal:
            return web.json_response(refusal.body, status=refusal.status)
        return web.json_response(refund)

    async def _dispute(self, request: web.Request) -> web.Response:
        wanted = await _wanted(request)

        def opened(intent: str) -> Object:
            amount = int(wanted["amount"]) if wanted.get("amount") else None
            reason = str(wanted.get("reason", "fraudulent"))
            return self._disputes.open(intent, amount=amount, reason=reason, inquiry=bool(wanted.get("inquiry")))

        return await self._changed(request, opened)

    async def _move_dispute(self, request: web.Request) -> web.Response:
        wanted, move = await _wanted(request), request.match_info["move"]

        def moved(number: str) -> Object:
            match move:
                case "escalate":
                    return self._disputes.escalate(number)
                case "answer":
                    return self._disputes.answer(number)
                case "reinstate":
                    return self._disputes.reinstate(number, fee_back=bool(wanted.get("fee_back")))
                case _:
                    later, fee_back = bool(wanted.get("money_later")), bool(wanted.get("fee_back"))
                    return self._disputes.decide(number, won=move == "win", fee_back=fee_back, money_later=later)

        return await self._changed(request, moved)

    async def _resend(self, request: web.Request) -> web.Response:
        number = request.match_info["id"]
        if number not in [event["id"] for event in self._state.events()]:
            return web.json_response({"unknown": number}, status=404)
        await self._deliverer.resend(number)
        return web.json_response({"simulator": True, "resent": number})


async def _wanted(request: web.Request) -> dict[str, Any]:
    """What a lever was moved with: JSON, or the form of the page's button."""
    if request.content_type == "application/json":
        wanted: dict[str, Any] = await request.json()
        return wanted
    return dict(await request.post())
