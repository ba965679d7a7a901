"""Access tokens as forgers make them, each with what is wrong with it."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from services.kit.tokens import ACCESS_TOKEN_LIFE, AccessTokens
from tests.support.room import MovableClock


class Forger:
    """Knows the public key and a customer's account; the right key signs only what shows that more is checked than it.

    Args:
        key: Trial's.
        account: The customer's.
        now: By the room's clock.
    """

    def __init__(self, key: Ed25519PrivateKey, account: UUID, now: datetime) -> None:
        self._key, self._account, self._now = key, account, now
        self.good = self.made_at(now)

    def made_at(self, moment: datetime) -> str:
        """A genuine token, made then."""
        return AccessTokens(self._key, MovableClock(moment)).sign(self._account)[0]

    def all(self) -> dict[str, str]:
        """Every forgery by its name."""
        return {
            **self.of_other_algorithms(),
            **self.of_other_keys(),
            **self.for_others(),
            **self.maimed(),
            **self.monsters(),
        }

    def of_other_algorithms(self) -> dict[str, str]:
        """Unsigned, or signed with what everybody has."""
        body = _b64(self._claims())
        public = self._key.public_key()
        pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        algorithms: tuple[object, ...] = ("none", "None", "nOnE", "", "EdDSA", None, 1, [])
        found = {f"alg {each!r}": f"{_b64({'alg': each})}.{body}." for each in algorithms}
        for name, secret in (("PEM", pem), ("raw", raw), ("hex", raw.hex().encode()), ("nothing", b"")):
            head = f"{_b64({'alg': 'HS256', 'typ': 'JWT'})}.{body}"
            found[f"HS256 with {name}"] = f"{head}.{_b64(hmac.digest(secret, head.encode(), hashlib.sha256))}"
        return found

    def of_other_keys(self) -> dict[str, str]:
        """Signed with a key that the token itself brings or names."""
        own, said = Ed25519PrivateKey.generate(), self._claims()
        x = _b64(own.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
        heads: Mapping[str, dict[str, Any]] = {
            "no kid": {},
            "a kid": {"kid": "1"},
            "a path as kid": {"kid": "../../dev/null"},
            "its own jwk": {"jwk": {"kty": "OKP", "crv": "Ed25519", "x": x}},
            "its own jku": {"jku": "https://evil.example/keys"},
            "its own x5u": {"x5u": "https://evil.example/keys"},
        }
        found = {
            f"another key with {name}": jwt.encode(said, own, "EdDSA", headers=head) for name, head in heads.items()
        }
        return {**found, "ES256": jwt.encode(said, ec.generate_private_key(ec.SECP256R1()), "ES256")}

    def for_others(self) -> dict[str, str]:
        """Signed rightly, for another time, audience or issuer."""
        changed: Mapping[str, dict[str, Any]] = {
            "another audience": {"aud": "casella.mailboxes"},
            "no audience": {"aud": None},
            "another issuer": {"iss": "casella.ordering"},
            "no issuer": {"iss": None},
            "no end": {"exp": None},
            "nobody": {"sub": "nobody"},
        }
        found = {name: jwt.encode(self._claims(**each), self._key, "EdDSA") for name, each in changed.items()}
        expired, early = self.made_at(self._now - ACCESS_TOKEN_LIFE), self.made_at(self._now + timedelta(seconds=31))
        return {**found, "expired": expired, "not yet valid": early}

    def maimed(self) -> dict[str, str]:
        """A genuine one, cut, mixed with another's, or put together wrongly."""
        head, body, signature = self.good.split(".")
        others_body = self.good_of_another().split(".")[1]
        cut = {f"cut after {length}": self.good[:length] for length in range(0, len(self.good), 37)}
        return {
            **cut,
            "another's claims": f"{head}.{others_body}.{signature}",
            "no signature": f"{head}.{body}.",
            "no head": f".{body}.{signature}",
            "twice": f"{self.good}.{self.good}",
            "two with a space": f"{self.good} {self.good}",
            "in other letters": self.good.swapcase(),
            "a space before": f" {self.good}",
            "a comma": f"{self.good},{self.good}",
            "an escape": "%00" + self.good,
        }

    def monsters(self) -> dict[str, str]:
        """What hurts whoever reads it."""
        _, body, signature = self.good.split(".")
        heads = {
            "nested without end": b"[" * 5000,
            "nested deeply": b'{"alg":"EdDSA","x":' + b"[" * 2500 + b"]" * 2500 + b"}",
            "a number without end": b'{"alg":' + b"9" * 5000 + b"}",
            "no UTF-8": b"\xff\xfe",
            "half a letter": b'{"alg":"\\ud800"}',
            "no object": b"[]",
            "detached": b'{"alg":"EdDSA","b64":false,"crit":["b64"]}',
            "critical": b'{"alg":"EdDSA","crit":1}',
        }
        found = {name: f"{_b64(head)}.{body}.{signature}" for name, head in heads.items()}
        return {**found, "dots": "." * 7000, "long": "x" * 7000, "empty parts": ".."}

    def good_of_another(self) -> str:
        """A genuine token of another account."""
        return AccessTokens(self._key, MovableClock(self._now)).sign(UUID(int=7))[0]

    def _claims(self, **changed: object) -> dict[str, Any]:
        """What a good token says, but for the claims given; None leaves one out."""
        now = int(self._now.timestamp())
        said: dict[str, object] = {"sub": str(self._account), "aud": "casella", "iss": "casella.trial", "iat": now}
        said |= {"exp": now + 300, "jti": "1", **changed}
        return {name: value for name, value in said.items() if value is not None}


def _b64(value: bytes | object) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
