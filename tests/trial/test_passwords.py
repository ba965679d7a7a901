"""Which passwords are good enough."""

import pytest

from services.trial.domain.passwords import problem


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
