"""The secret in the emailed link `/pay/{token}`.

The token is derived from the request's id with a key, not drawn at random: a mail that is sent again carries the same
link, while the tables keep only the token's hash, and addresses with a place for it.
"""

import base64
import hashlib
import hmac
import re
from uuid import UUID

SHORTEST_KEY = 32
_PLACE = "{token}"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


class PayLinks:
    """Makes the token of a payment request and the hash under which it is found again."""

    def __init__(self, key: bytes, public_url: str) -> None:
        """Take the key (at least 32 bytes: a short one could be guessed from one link) and the gateway's address."""
        if len(key) < SHORTEST_KEY:
            raise ValueError("the pay-link key needs at least 32 bytes")
        self._key = key
        self._base = public_url.rstrip("/")

    def token(self, request_id: UUID) -> str:
        """43 characters of URL-safe base64: HMAC-SHA256 of the request's id."""
        mac = hmac.digest(self._key, b"casella/pay-link/" + request_id.bytes, "sha256")
        return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()

    def url(self, request_id: UUID) -> str:
        """The address that goes into the mail, for example `https://panel.example/pay/3q2-…`."""
        return f"{self._base}/pay/{self.token(request_id)}"

    @property
    def done_form(self) -> str:
        """Where the payment page sends the customer back to, without the token; that page marks nothing as paid."""
        return f"{self._base}/pay/{_PLACE}/done"

    @property
    def back_form(self) -> str:
        """Where a customer comes who leaves the payment page without paying, without the token."""
        return f"{self._base}/pay/{_PLACE}/back"

    def filled(self, form: str, request_id: UUID) -> str:
        """The address that a form, stored earlier and perhaps with another base, stands for."""
        return form.replace(_PLACE, self.token(request_id))


def looks_like_token(text: str) -> bool:
    """Whether a text has a token's shape; anything else is unknown without asking the database."""
    return _TOKEN.fullmatch(text) is not None


def hash_of(token: str) -> bytes:
    """SHA-256 of the token: what the table keeps, so that a stolen backup opens no link."""
    return hashlib.sha256(token.encode()).digest()
