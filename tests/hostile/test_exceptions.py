"""What the generated cases are excused from stands in the contracts, in just these words."""

import pytest

from tests.hostile.exceptions import COUNTED, THE_SAME, UNREAD, said_of


@pytest.mark.parametrize(("exception", "said"), [*UNREAD.items(), *COUNTED.items(), *THE_SAME.items()])
def test_what_is_excepted_the_contract_says_too(exception: str, said: tuple[str, str]) -> None:
    where, words = said
    assert words in said_of(where), exception
