"""Page tokens: the name at which a page ended, so that entries added meanwhile neither repeat nor hide others."""

import base64
import binascii

from services.kit.validation import Violations

_LONGEST_TOKEN = 400


def token_after(name: str) -> str:
    """The token of the page that follows this name."""
    return base64.urlsafe_b64encode(name.encode("ascii")).decode("ascii")


def name_before(found: Violations, field: str, token: str) -> str:
    """The name after which a page begins; empty for the first page."""
    try:
        name = base64.b64decode(token[:_LONGEST_TOKEN].encode("ascii"), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        name = "\0"
    if name and (len(token) > _LONGEST_TOKEN or not name.isprintable()):
        found.add(field, "not_a_page_token")
    return name
