"""Tokens: what is accepted as a customer's word, and for how long."""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from services.kit.ids import new_id
from services.kit.tokens import (
    AccessTokens,
    AccessTokenVerifier,
    InvalidToken,
    WrongKey,
    hash_token,
    new_token,
)
from tests.support.room import MovableClock

_KEY = Ed25519PrivateKey.generate()
_ACCOUNT = new_id()


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(datetime(2030, 5, 1, 12, 0, tzinfo=UTC))


@pytest.fixture
def verifier(clock: MovableClock) -> AccessTokenVerifier:
    return AccessTokenVerifier(_KEY.public_key(), clock)


def test_a_token_speaks_for_its_account_for_five_minutes_of_caselas_clock(
    clock: MovableClock, verifier: AccessTokenVerifier
) -> None:
    token, expires = AccessTokens(_KEY, clock).sign(_ACCOUNT)
    assert expires == clock.now() + timedelta(minutes=5)
    clock.advance(minutes=5, seconds=-1)
    assert verifier.account_of(token) == _ACCOUNT
    clock.advance(seconds=1)
    with pytest.raises(InvalidToken):
        verifier.account_of(token)


def test_a_token_from_the_future_is_refused(clock: MovableClock, verifier: AccessTokenVerifier) -> None:
    token, _ = AccessTokens(_KEY, MovableClock(clock.now() + timedelta(minutes=2))).sign(_ACCOUNT)
    with pytest.raises(InvalidToken):
        verifier.account_of(token)


def _claims(clock: MovableClock, **changed: object) -> dict[str, object]:
    now = int(clock.now().timestamp())
    claims = {
        "sub": str(_ACCOUNT), "aud": "casella", "iss": "casella.trial", "iat": now, "exp": now + 300, "jti": "1",
        **changed,
    }  # fmt: skip
    return {name: value for name, value in claims.items() if value is not None}


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "other"}, {"iss": "other"}, {"sub": "nobody"}, {"sub": None}, {"exp": None}, {"iat": None},
        {"jti": None}, {"exp": "soon"}, {"aud": None}, {"exp": "nan"}, {"exp": float("nan")}, {"exp": 9e12},
        {"exp": "9000000000000"}, {"iat": "nan"}, {"iat": float("nan")}, {"iat": True}, {"iat": 1.5},
    ],
)  # fmt: skip
def test_a_token_with_a_wrong_or_missing_claim_is_refused(
    clock: MovableClock, verifier: AccessTokenVerifier, changed: dict[str, object]
) -> None:
    good = jwt.encode(_claims(clock), _KEY, algorithm="EdDSA")
    assert verifier.account_of(good) == _ACCOUNT
    with pytest.raises(InvalidToken):
        verifier.account_of(jwt.encode(_claims(clock, **changed), _KEY, algorithm="EdDSA"))


def test_a_token_of_another_key_or_algorithm_is_refused(clock: MovableClock, verifier: AccessTokenVerifier) -> None:
    public = _KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    body = base64.urlsafe_b64encode(json.dumps(_claims(clock)).encode()).rstrip(b"=").decode()
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode() + f".{body}."
    for forged in (
        jwt.encode(_claims(clock), Ed25519PrivateKey.generate(), algorithm="EdDSA"),
        jwt.encode(_claims(clock), public, algorithm="HS256"),
        jwt.encode(_claims(clock), ec.generate_private_key(ec.SECP256R1()), algorithm="ES256"),
        unsigned,
        "",
        "x.y.z",
    ):
        with pytest.raises(InvalidToken):
            verifier.account_of(forged)


def test_a_link_token_is_random_and_only_its_hash_is_stored() -> None:
    (first, stored), (second, _) = new_token(), new_token()
    assert first != second
    assert len(first) == 43
    assert stored == hash_token(first)
    assert first.encode() not in stored


def test_another_kind_of_key_is_refused(tmp_path: Path, clock: MovableClock) -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    (tmp_path / "key").write_bytes(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (tmp_path / "pub").write_bytes(other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(WrongKey):
        AccessTokens.from_file(tmp_path / "key", clock)
    with pytest.raises(WrongKey):
        AccessTokenVerifier.from_file(tmp_path / "pub", clock)
