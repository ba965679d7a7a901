"""No secret is in the tree: nothing has the shape of a key, and no word is as random as one."""

import base64
import hashlib
import math
import re
import secrets
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.docs.pages import tracked_texts

# What is written in two halves would otherwise be found in this file.
SHAPES = {
    "private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE " + "KEY",
    "Stripe key": r"\b[srp]k_(?:live|test)_[0-9A-Za-z]{16,}",
    "webhook secret": r"\bwhsec_[0-9A-Za-z+/]{20,}",
    "AWS key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "Google key": r"\bAIza[0-9A-Za-z_-]{35}",
    "GitHub token": r"\b(?:gh[opsur]_[0-9A-Za-z]{36}|github_pat_[0-9A-Za-z_]{50,})",
    "GitLab token": r"\bglpat-[0-9A-Za-z_-]{20}",
    "Slack token": r"\bxox[abposr]-[0-9A-Za-z-]{10,}",
    "package index token": r"\bpypi-[0-9A-Za-z_-]{32,}",
    "signed token": r"\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}",
    "password in an address": r"://[^\s/:@\"'`<>{}$…]+:[^\s/:@\"'`<>{}$…]+@[^\s]",
}
_RANDOM = re.compile(r"(?<![0-9A-Za-z+/=_.-])[0-9A-Za-z+/_-]{24,}={0,2}(?![0-9A-Za-z+/_.-])")
_HEX = re.compile(r"[0-9a-f]+|[0-9A-F]+")
_BITS, _BITS_OF_HEX = 4.2, 3.3
"""Of 24 random letters and digits a character carries some 4.3 bits and more, of 32 hexadecimal digits some 3.5."""
_HEX_DIGITS = 32
_MADE = (".lock", "_pb2.py", "_pb2.pyi")
"""What programs write, hashes and descriptors: there only shapes are looked for."""
_RECORDED = "tests/workflows/histories/"
"""Recorded payloads; `tests/workflows/test_replay.py` reads them decoded."""
PUBLIC = {
    "://role:password@h": "the form of an address, in words",
    "dp_1PgafmB7WZ01zgkW6dKueIc5": "an id of Stripe's documentation",
    "152944f6eef9f5d69ef6e955ee173b32142b00a8c1c5222fc97dfab5910e8a8c": "the sum of the FatturaPA schema",
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw": "the example of the Standard Webhooks",
    "msg_p5jXN8AQM9LWM0D4loKWxJek": "the same",
    "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE": "the same",
    "eyJpZCI6IloucXVhdHRyb2NjaGlAdTEuZGVtby5leGFtcGxlIn0": "an invented address in base64",
}
"""What looks like a secret and is none."""
PLANTED = (
    f"sk_live_{secrets.token_hex(12)}",
    f"whsec_{secrets.token_hex(16)}",
    "-----BEGIN PRIVATE " + "KEY-----",
    "-----BEGIN RSA PRIVATE " + "KEY-----",
    f"AKIA{secrets.token_hex(8).upper()}",
    f"ghp_{secrets.token_hex(18)}",
    "postgresql+asyncpg://casella_trial:" + "hunter2@10.0.0.7/casella",
    hashlib.sha256(b"planted").hexdigest(),
    base64.b64encode(hashlib.sha384(b"planted").digest()).decode(),
)


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """All files of the tree that are text, by path."""
    return tracked_texts()


def shaped(text: str) -> Iterator[str]:
    """What has the shape of a key."""
    for kind, shape in SHAPES.items():
        for found in re.finditer(shape, text):
            yield f"{kind}: {found.group()}"


def random(text: str) -> Iterator[str]:
    """Words as random as a key; identifiers in words and paths are not."""
    for found in _RANDOM.finditer(text):
        word = found.group().rstrip("=")
        is_hex = _HEX.fullmatch(word) is not None
        counts = Counter(word)
        bits = -sum(n / len(word) * math.log2(n / len(word)) for n in counts.values())
        mixed = all(re.search(kind, word) for kind in ("[0-9]", "[a-z]", "[A-Z]"))
        if (is_hex and len(word) >= _HEX_DIGITS and bits > _BITS_OF_HEX) or (not is_hex and mixed and bits > _BITS):
            yield f"random: {word}"


def found_in(name: str, text: str) -> list[str]:
    """What a file holds that may be a secret."""
    if _RECORDED in name:
        return []
    guessed = [] if name.endswith(_MADE) else random(text)
    return [each for each in (*shaped(text), *guessed) if each.partition(": ")[2] not in PUBLIC]


def test_no_file_holds_a_secret(texts: dict[str, str]) -> None:
    assert [(name, each) for name, text in texts.items() for each in found_in(name, text)] == []


@pytest.mark.parametrize("planted", PLANTED, ids=range(len(PLANTED)))  # each process makes its own
def test_a_secret_that_is_planted_is_found(planted: str) -> None:
    assert found_in("deploy/anything.yaml", f"key: {planted}\n") != []


def test_words_paths_and_identifiers_are_no_secrets() -> None:
    words = (
        "services/ordering/accounts/erasing_store.py",
        "test_nothing_is_left_of_2_customers",
        "2026-11-29T23:26:00Z",
    )
    assert found_in("docs/rules.md", " ".join(words)) == []
