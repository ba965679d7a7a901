"""Events as Stripe writes them."""

import json
from typing import Any
from uuid import uuid4


def event_of_nothing(**changed: Any) -> str:
    """A genuine event about nothing of ours, with these fields otherwise."""
    said = {
        "id": f"evt_{uuid4().hex}",
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": 1_795_000_000,
        "livemode": False,
        "type": "customer.created",
        "data": {"object": {"id": "cus_1", "object": "customer"}},
        **changed,
    }
    return json.dumps(said)
