"""Decides under which names everybody registers, and so which part of a name is one registrant's.

The names are those of the Public Suffix List (publicsuffix.org), as the package `publicsuffixlist` brings it: nothing
is fetched, and a newer list comes with a newer lock. Its first part is the registries', its second that of private
hosts, which give names below their own away ("ddns.net", "github.io").
"""

from functools import cache

from publicsuffixlist import PublicSuffixList


class PublicSuffixes:
    """The Public Suffix List, and an operator's additions to it.

    Args:
        more: Further names, in their ASCII form.
        private: Whether the names of private hosts are meant, too: they are where a name must not be taken away from
            those below it, and are not where names are counted, because below them they cost nothing.
    """

    def __init__(self, more: frozenset[str], *, private: bool) -> None:
        self._list = _published(private=private)
        self._more = more

    def __contains__(self, name: str) -> bool:
        """Says whether the name itself is a public suffix, or all names directly below it are ("*.kawasaki.jp").

        Args:
            name: In ASCII and lower case, for example "xn--55qx5d.cn".
        """
        return name in self._more or self._list.is_public(name)

    def registrable(self, name: str) -> str:
        """Gives what somebody has registered of a name: one label below the longest public suffix above it.

        Whoever holds "rossi.co.uk" can make any number of names below it, and none beside it. A name that is a public
        suffix with none above it is given as it is.

        Args:
            name: In ASCII and lower case, for example "posta.rossi.co.uk".
        """
        labels = name.split(".")
        for start in range(1, len(labels)):
            if ".".join(labels[start:]) in self:
                return ".".join(labels[start - 1 :])
        return name


@cache
def _published(*, private: bool) -> PublicSuffixList:
    """The list as the package has it, read once a process: its ten thousand lines take long."""
    return PublicSuffixList(only_icann=not private)
