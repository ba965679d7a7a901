"""Page tokens: the place at which a page ended, so that entries added meanwhile neither repeat nor hide others."""

import base64
import binascii
from datetime import datetime
from typing import Final
from uuid import UUID

from services.kit.validation import Violations

_LONGEST_TOKEN: Final = 200

Place = tuple[datetime, UUID]


def token_after(at: datetime, entry_id: UUID) -> str:
    """The token of the page that follows on an entry."""
    return base64.urlsafe_b64encode(f"{at.isoformat()}|{entry_id}".encode("ascii")).decode("ascii")


def place_of(found: Violations, field: str, token: str) -> Place | None:
    """The place after which a page begins; None for the first page."""
    if not token:
        return None
    try:
        text = base64.b64decode(token[:_LONGEST_TOKEN], altchars=b"-_", validate=True).decode("ascii")
        at, _, entry_id = text.partition("|")
        place = datetime.fromisoformat(at), UUID(entry_id)
    except (binascii.Error, ValueError):
        found.add(field, "not_a_page_token")
        return None
    if place[0].tzinfo is None:
        found.add(field, "not_a_page_token")
    return place
