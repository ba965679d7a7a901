"""What of a name one registrant holds, by the Public Suffix List and an operator's additions."""

import pytest

from services.kit.public_suffixes import PublicSuffixes


@pytest.mark.parametrize(
    ("name", "registered"),
    [
        pytest.param("a.b.evil.test", "evil.test", id="no-known-registry"),
        pytest.param("evil.test", "evil.test", id="itself"),
        pytest.param("posta.rossi.co.uk", "rossi.co.uk", id="two-labels"),
        pytest.param("co.uk", "co.uk", id="a-suffix-itself"),
        pytest.param("mail.rossi.xn--55qx5d.cn", "rossi.xn--55qx5d.cn", id="internationalised"),
        pytest.param("mail.anna.github.io", "anna.github.io", id="private"),
        pytest.param("github.io", "github.io", id="a-private-suffix-itself"),
        pytest.param("a.b.any.ck", "b.any.ck", id="wildcard"),
        pytest.param("a.www.ck", "www.ck", id="exception-from-a-wildcard"),
        pytest.param("a.city.kawasaki.jp", "city.kawasaki.jp", id="exception-below"),
        pytest.param("a.rossi.shared.example", "rossi.shared.example", id="operators"),
        pytest.param("com", "com", id="one-label"),
    ],
)
def test_everything_below_a_registered_name_is_one_registrants(name: str, registered: str) -> None:
    assert PublicSuffixes(frozenset({"shared.example"}), private=True).registrable(name) == registered


@pytest.mark.parametrize(
    ("name", "registered"),
    [
        pytest.param("a1.ddns.net", "ddns.net", id="dynamic-dns"),
        pytest.param("mail.anna.github.io", "github.io", id="private"),
        pytest.param("posta.rossi.co.uk", "rossi.co.uk", id="a-registry's"),
        pytest.param("a.rossi.eu.org", "rossi.eu.org", id="operators"),
    ],
)
def test_where_names_are_counted_a_private_host_is_one_registrant_unless_the_operator_lists_it(
    name: str, registered: str
) -> None:
    assert PublicSuffixes(frozenset({"eu.org"}), private=False).registrable(name) == registered
