"""Secrets that people carry: random tokens of links and sessions, and the signed access token of a customer.

A random token leaves the house once and is stored only as its hash. An access token lives five minutes, is signed by
trial (EdDSA) and checked by every service with the public key; it is not recalled, so its life is short.
"""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from services.kit.clock import Clock
from services.kit.ids import new_id

ACCESS_TOKEN_LIFE = timedelta(minutes=5)
_ALGORITHM = "EdDSA"
_AUDIENCE = "casella"
_ISSUER = "casella.trial"
_CLAIMS = ("sub", "aud", "iss", "iat", "exp", "jti")
_LEEWAY = timedelta(seconds=30)
"""How far a signer's clock may run ahead of ours."""
_REMEMBERED = 1000
"""Access tokens whose signature a process has found right: a customer's calls of five minutes bring the same one, and
to check it costs a quarter of a small answer. Forged ones are never remembered."""


class WrongKey(ValueError):
    """A key file holds another kind of key."""


class InvalidToken(Exception):
    """The access token is forged, expired, malformed or meant for somebody else: which of them is nobody's business."""


def new_token() -> tuple[str, bytes]:
    """Make a token of 256 random bits for a link or a session.

    Returns:
        The token (43 URL-safe characters) to send, and its SHA-256 (32 bytes) to store.
    """
    token = secrets.token_urlsafe(32)
    return token, hash_token(token)


def hash_token(token: str) -> bytes:
    """The SHA-256 under which a token is stored and found. No salt: the token itself is random."""
    return hashlib.sha256(token.encode()).digest()


class AccessTokens:
    """Signs access tokens; only trial has the private key."""

    def __init__(self, private_key: Ed25519PrivateKey, clock: Clock) -> None:
        """Take the key and the clock that the tokens follow."""
        self._key = private_key
        self._clock = clock

    @classmethod
    def from_file(cls, path: Path, clock: Clock) -> "AccessTokens":
        """Read the private key (PEM, PKCS 8, Ed25519).

        Raises:
            WrongKey: The file holds another kind of key.
        """
        key = load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise WrongKey("access tokens are signed with an Ed25519 key")
        return cls(key, clock)

    def sign(self, account_id: UUID) -> tuple[str, datetime]:
        """Make the access token of an account.

        Returns:
            The token (a JWT) and the instant at which it expires.
        """
        now = self._clock.now().replace(microsecond=0)
        expires = now + ACCESS_TOKEN_LIFE
        claims: Mapping[str, Any] = {
            "sub": str(account_id), "aud": _AUDIENCE, "iss": _ISSUER, "iat": now, "exp": expires, "jti": str(new_id()),
        }  # fmt: skip
        return jwt.encode(dict(claims), self._key, algorithm=_ALGORITHM), expires


class _Claims(NamedTuple):
    """What a rightly signed token says: for whom, and from when until when, in seconds since 1970."""

    account: UUID
    issued: int
    expires: int


class AccessTokenVerifier:
    """Checks access tokens; every service has the public key."""

    def __init__(self, public_key: Ed25519PublicKey, clock: Clock) -> None:
        """Take the key and the clock that the tokens follow."""
        self._clock = clock
        self._claims = lru_cache(_REMEMBERED)(lambda token: _signed(token, public_key))

    @classmethod
    def from_file(cls, path: Path, clock: Clock) -> "AccessTokenVerifier":
        """Read the public key (PEM, Ed25519).

        Raises:
            WrongKey: The file holds another kind of key.
        """
        key = load_pem_public_key(path.read_bytes())
        if not isinstance(key, Ed25519PublicKey):
            raise WrongKey("access tokens are checked with an Ed25519 key")
        return cls(key, clock)

    def account_of(self, token: str) -> UUID:
        """The account that a valid access token speaks for.

        The times are checked at each call, and not by the library, because tokens follow Casella's clock.

        Raises:
            InvalidToken: Forged, expired, not yet valid, malformed or for another audience.
        """
        claims = self._claims(token)
        now = self._clock.now().timestamp()
        if now >= claims.expires or claims.issued > now + _LEEWAY.total_seconds():
            raise InvalidToken
        return claims.account


def _signed(token: str, key: Ed25519PublicKey) -> _Claims:
    """What a token says, once its signature and its form are found right.

    Raises:
        InvalidToken: They are not.
    """
    try:
        claims = jwt.decode(
            token, key, algorithms=[_ALGORITHM], audience=_AUDIENCE, issuer=_ISSUER,
            options={"require": list(_CLAIMS), "verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )  # fmt: skip
        return _Claims(UUID(claims["sub"]), _seconds(claims["iat"]), _seconds(claims["exp"]))
    except (jwt.InvalidTokenError, ValueError, TypeError):
        raise InvalidToken from None


def _seconds(claim: object) -> int:
    """A time as whole seconds and nothing else: "nan" is neither before nor after any moment, True is 1.

    Raises:
        TypeError: It is no integer.
    """
    if type(claim) is not int:
        raise TypeError
    return claim
