"""The names of what travels beside a call."""

CALLER_SECRET = "casella-caller-secret"  # noqa: S105  the key, not a secret
"""Which process calls."""

AUTHORIZATION = "authorization"
"""``Bearer <access token>``: which customer the gateway acts for."""

LANGUAGE = "accept-language"
"""``it`` or ``en``: the language of messages about bad fields."""

CORRELATION_ID = "casella-correlation-id"
"""Follows a call through all services."""


def bearer(access_token: str) -> tuple[str, str]:
    """The metadata entry with which the gateway acts for a customer."""
    return AUTHORIZATION, f"Bearer {access_token}"
