"""How a list goes on: a page token holds the sort values of the last entry shown, not its place.

So an entry that is added or removed between two pages neither repeats nor skips another one. A client takes the token
as it is; a token that was tampered with is a bad field, and as every query filters by owner it opens nothing.
"""

import base64
import binascii
import json

from services.kit.validation import Violations


def page_token(*after: str) -> str:
    """The token of the page that begins after an entry.

    Args:
        after: The entry's sort values as text, such as an instant in ISO form and an id.
    """
    return base64.urlsafe_b64encode(json.dumps(after).encode()).decode().rstrip("=")


def page_start(violations: Violations, field: str, token: str, values: int) -> tuple[str, ...] | None:
    """The sort values after which the page begins.

    Args:
        violations: Where a bad token is noted.
        field: Its path, usually ``page.page_token``.
        token: As it came in; empty for the first page.
        values: How many sort values this list has.

    Returns:
        None for the first page, or where the token is bad.
    """
    if not token:
        return None
    try:
        after = json.loads(base64.urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4)))
    except (binascii.Error, ValueError):
        after = None
    if isinstance(after, list) and len(after) == values and all(isinstance(value, str) for value in after):
        return tuple(after)
    violations.add(field, "not_a_page_token")
    return None
