"""How passwords are kept."""

from collections.abc import Iterator

import pytest

from services.kit.password_hashes import PasswordHashes


@pytest.fixture(scope="module")
def hashes() -> Iterator[PasswordHashes]:
    with PasswordHashes() as pool:
        yield pool


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
