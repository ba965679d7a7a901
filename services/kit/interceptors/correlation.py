"""Gives every call an id that follows it through all services, and notes the caller's language."""

import re

from services.kit.context import LANGUAGES, CallContext, begin
from services.kit.interceptors.around import Before, Context, metadata_of
from services.kit.metadata import CORRELATION_ID, LANGUAGE

_FORM = re.compile(r"[A-Za-z0-9-]{8,64}")
"""What a caller may bring; anything else could carry personal data or line breaks into the log."""


class Correlation(Before):
    """The outermost interceptor: it makes the call's context, which the inner ones fill in."""

    async def before(self, method: str, context: Context) -> None:
        """Begin the call's context."""
        metadata = metadata_of(context)
        call = CallContext(method, language=language_of(metadata.get(LANGUAGE, "")))
        brought = metadata.get(CORRELATION_ID, "")
        if _FORM.fullmatch(brought):
            call.correlation_id = brought
        begin(call)


def language_of(accepted: str) -> str:
    """The first of our languages in an ``Accept-Language`` list (``it-IT,it;q=0.9``); Italian where there is none.

    The weights are not read: browsers list the languages in their order.
    """
    for entry in accepted.split(","):
        code = entry.partition(";")[0].strip().lower().partition("-")[0]
        if code in LANGUAGES:
            return code
    return LANGUAGES[0]
