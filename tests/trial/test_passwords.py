"""Which passwords are good enough, and how they are kept."""

from collections.abc import Iterator

import pytest

from services.trial.domain.passwords import normalise, problem
from services.trial.password_hashes import PasswordHashes


@pytest.fixture(scope="module")
def hashes() -> Iterator[PasswordHashes]:
    with PasswordHashes() as pool:
        yield pool


@pytest.mark.parametrize(
    ("password", "key"),
    [
        ("", "required"),
        ("short-pw1", "too_short"),
        ("x7" * 101, "too_long"),
        ("tab\there-and-more", "control_characters"),
        ("aaaaaaaaaaaa", "password_guessable"),
        ("Password123!", "password_guessable"),
        ("1234567890", "password_guessable"),
        ("qwertyuiop", "password_guessable"),
        ("annarossi1980", "password_guessable"),
    ],
)
def test_a_bad_password_is_named(password: str, key: str) -> None:
    assert problem(password, personal=["annarossi"]) == key


@pytest.mark.parametrize("password", ["k3vb7" * 2, "perché no, domani?", "cavallo batteria graffetta", "k3vb7" * 40])
def test_length_decides_and_any_character_is_welcome(password: str) -> None:
    assert problem(password) is None


def test_a_password_has_one_spelling_on_all_keyboards() -> None:
    assert normalise("perche\u0301 no, domani") == normalise("perché no, domani")


async def test_the_right_password_matches_and_another_does_not(hashes: PasswordHashes) -> None:
    stored = await hashes.hash("perche\u0301 no, domani?")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await hashes.verify(stored, "perché no, domani?")
    assert not await hashes.verify(stored, "perché no, domani!")


async def test_nobody_logs_in_with_the_hash_that_unknown_addresses_are_checked_against(hashes: PasswordHashes) -> None:
    assert not await hashes.verify(None, "nobody's password")


async def test_a_stored_hash_that_is_no_hash_refuses(hashes: PasswordHashes) -> None:
    assert not await hashes.verify("", "anything at all")
    assert not await hashes.verify("$argon2id$broken", "anything at all")
