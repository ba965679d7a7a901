"""What a person sees of the simulator: the hosted payment page, and a list of what happened. Both say what they are."""

from html import escape
from typing import Any

from deploy.local.stripe.charges import OUTCOMES
from deploy.local.stripe.state import Object

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;margin:0;background:#f4f5f7;color:#1d2433}
.note{background:#7a1f1f;color:#fff;text-align:center;padding:.6rem}
main{max-width:34rem;margin:2rem auto;background:#fff;padding:2rem;border-radius:.6rem;box-shadow:0 1px 4px #0002}
main.wide{max-width:70rem}h1{font-size:1.2rem;margin:0}.amount{font-size:2.2rem;font-weight:650;margin:.3rem 0 1.4rem}
button{width:100%;padding:.8rem;margin:.3rem 0;border:0;border-radius:.4rem;font:inherit;color:#fff;cursor:pointer}
.card{background:#3f51b5}.paypal{background:#003087}.slow{background:#5b6472}.declined{background:#9b2c2c}
.error{background:#fde8e8;color:#7a1f1f;padding:.7rem;border-radius:.4rem}
table{border-collapse:collapse;width:100%;font-size:.85rem}
td,th{text-align:left;padding:.3rem .5rem;border-bottom:1px solid #e3e6eb}
"""
NOTE = "SIMULATOR – not Stripe. No money moves; it shows only how Casella handles such answers."


def _page(title: str, content: str, *, wide: bool = False) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)} – simulator</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f'<body><div class="note">{NOTE}</div><main{" class=wide" if wide else ""}>{content}</main></body></html>'
    )


def _amount(minor: int, currency: str) -> str:
    return f"{minor // 100}.{minor % 100:02d} {escape(currency.upper())}"


def _price(session: Object) -> str:
    """What is to be paid, and whether the customer authorises more."""
    later = ", and later payments without you" if session["simulator"]["for_later"] else ""
    if session["amount_total"] is None:
        return "Nothing now" + later
    return _amount(session["amount_total"], session["currency"]) + later


def payment_page(session: Object, error: str | None = None) -> str:
    """The hosted page of an open session: one button for each way it can end."""
    buttons = "".join(
        f'<button class="{style}" name="pay" value="{method}:{outcome}">{label}</button>'
        for method, outcome, style, label in (
            ("card", "succeeded", "card", "Pay by card"),
            ("paypal", "succeeded", "paypal", "Pay with PayPal"),
            ("paypal", "processing", "slow", "Pay with PayPal, settled later"),
            ("card", "declined", "declined", "Card is declined"),
        )
        if method in session["payment_method_types"]
    )
    shown = f'<p class="error">{escape(error)}</p>' if error else ""
    back = f'<p><a href="{escape(session["cancel_url"])}">Back</a></p>' if session.get("cancel_url") else ""
    return _page(
        "Checkout",
        f"<h1>{escape(session['simulator']['name'])}</h1>"
        f'<p class="amount">{_price(session)}</p>{shown}'
        f'<form method="post">{buttons}</form>{back}',
    )


def ended_page(session: Object) -> str:
    """The page of a session that is complete or expired."""
    return _page(
        "Checkout", f"<h1>This session is {escape(session['status'])}.</h1><p>It takes no payment any more.</p>"
    )


def unknown_page() -> str:
    """The page of a session that does not exist."""
    return _page("Checkout", "<h1>No such session.</h1>")


def overview(
    sessions: list[Object],
    deliveries: list[tuple[Object, bool, int, bool]],
    faults: dict[str, Any],
    mandates: list[Object],
    payments: list[Object],
    disputes: list[Object],
) -> str:
    """What happened here: sessions, mandates, disputes, events with their delivery, faults ordered."""
    rows = "".join(
        f"<tr><td>{escape(item['id'][:24])}…</td><td>{_price(item)}</td>"
        f"<td>{escape(item['status'])}</td><td>{escape(item['payment_status'])}</td>"
        f"<td>{escape(item['payment_intent'] or '–')}</td></tr>"
        for item in reversed(sessions)
    )
    sent = "".join(
        f"<tr><td>{escape(event['id'])}</td><td>{escape(event['type'])}</td>"
        f"<td>{'taken' if delivered else 'dropped' if dropped else 'waiting'}</td><td>{attempts}</td></tr>"
        for event, delivered, attempts, dropped in reversed(deliveries)
    )
    return _page(
        "Stripe simulator",
        "<h1>Checkout Sessions</h1><table><tr><th>Session<th>Amount<th>Status<th>Payment<th>PaymentIntent</tr>"
        f"{rows}</table>{_later(mandates, str(faults.get('off_session', 'succeeds')))}"
        f"{_disputes(payments, disputes)}"
        "<h1>Events</h1><table><tr><th>Event<th>Type<th>Delivery<th>Attempts</tr>"
        f"{sent}</table>"
        f"<h1>Faults ordered</h1><p>{escape(str(faults) if faults else 'none')}</p>",
        wide=True,
    )


def _disputes(payments: list[Object], disputes: list[Object]) -> str:
    """Payments that a payer can dispute, and disputes with what can become of them."""
    moves = {
        "warning_needs_response": ("escalate", "lose"),
        "warning_closed": ("escalate",),
        "needs_response": ("answer", "win", "lose"),
        "under_review": ("win", "lose"),
        "lost": ("win",),
    }
    paid = "".join(
        f"<tr><td>{escape(item['id'])}</td><td>{_amount(item['amount_received'], item['currency'])}</td>"
        f"<td>{_button('payment_intents', item['id'], 'dispute')}"
        f"{_button('payment_intents', item['id'], 'dispute', 'inquiry')}</td></tr>"
        for item in reversed(payments)
    )
    rows = "".join(
        f"<tr><td>{escape(item['id'])}</td><td>{escape(item['payment_intent'])}</td>"
        f"<td>{_amount(item['amount'], item['currency'])}</td><td>{escape(item['status'])}</td><td>"
        + "".join(_button("disputes", item["id"], move) for move in moves.get(item["status"], ()))
        + "</td></tr>"
        for item in reversed(disputes)
    )
    return (
        f"<h1>Payments</h1><table><tr><th>PaymentIntent<th>Amount<th>The payer</tr>{paid}</table>"
        f"<h1>Disputes</h1><table><tr><th>Dispute<th>PaymentIntent<th>Amount<th>Status<th></tr>{rows}</table>"
    )


def _button(kind: str, number: str, move: str, way: str = "") -> str:
    more = f'<input type="hidden" name="{way}" value="1">' if way else ""
    return (
        f'<form method="post" action="/_simulator/{kind}/{escape(number)}/{move}">{more}'
        f'<button class="declined" name="back" value="1">{(way or move).capitalize()}</button></form>'
    )


def _later(mandates: list[Object], chosen: str) -> str:
    """Mandates, each with what the customer can do at PayPal, and what charges by them come to."""
    rows = "".join(
        f"<tr><td>{escape(item['id'])}</td><td>{escape(item['payment_method'])}</td><td>{escape(item['status'])}</td>"
        f'<td><form method="post" action="/_simulator/mandates/{escape(item["id"])}/revoke">'
        '<button class="declined" name="back" value="1">Revoke</button></form></td></tr>'
        for item in reversed(mandates)
    )
    options = "".join(
        f'<option value="{escape(name)}"{" selected" if name == chosen else ""}>{escape(meaning)}</option>'
        for name, meaning in OUTCOMES.items()
    )
    return (
        f"<h1>Mandates</h1><table><tr><th>Mandate<th>Payment method<th>Status<th></tr>{rows}</table>"
        f'<form method="post" action="/_simulator/off_session">What a charge by a mandate comes to: '
        f'<select name="outcome">{options}</select><button class="slow">Choose</button></form>'
    )
