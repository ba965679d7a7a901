"""Decides under which names everybody registers: whoever held one would hold what is below it against all others.

The names are those of the Public Suffix List (publicsuffix.org), of registries and of private hosts alike, as the
package `publicsuffixlist` brings it: nothing is fetched, and a newer list comes with a newer lock.
"""

from functools import cache

from publicsuffixlist import PublicSuffixList

from services.mailboxes.domain.names import DomainName


class PublicSuffixes:
    """The Public Suffix List, and an operator's additions to it.

    Args:
        more: Further names, in their ASCII form.
    """

    def __init__(self, more: frozenset[str]) -> None:
        self._list = _published()
        self._more = more

    def __contains__(self, name: DomainName) -> bool:
        """Says whether the name itself is a public suffix, or all names directly below it are ("*.kawasaki.jp")."""
        return name.ascii in self._more or self._list.is_public(name.ascii)


@cache
def _published() -> PublicSuffixList:
    """The list as the package has it, read once a process: its ten thousand lines take long."""
    return PublicSuffixList()
