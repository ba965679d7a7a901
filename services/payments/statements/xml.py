"""Reading an ISO 20022 tree by local names, whatever the version of its namespace."""

from collections.abc import Iterable
from typing import TypeAlias

from lxml import etree

Element: TypeAlias = etree._Element  # noqa: SLF001  lxml publishes its element type under this name only


def root_of(content: bytes) -> Element:
    """The root of a file that came from outside: nothing that it names is fetched or put in.

    Raises:
        ValueError: It is no XML, or has a DOCTYPE; its text repeats nothing of the file.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"not well-formed XML: line {error.lineno}") from error
    if root.getroottree().docinfo.doctype:
        raise ValueError("a DOCTYPE is not accepted")
    return root


def children(element: Element | None, name: str) -> list[Element]:
    """The children of that local name, in order; none for no element."""
    return [] if element is None else list(element.iterchildren(f"{{*}}{name}"))


def child(element: Element | None, name: str) -> Element | None:
    """The first child of that local name."""
    found = children(element, name)
    return found[0] if found else None


def child_text(element: Element | None, name: str) -> str | None:
    """The text of that child without spaces around it; None when there is none."""
    found = child(element, name)
    return (found.text or "").strip() or None if found is not None else None


def path_text(element: Element | None, *names: str) -> str | None:
    """The text at the end of a path of local names."""
    *path, last = names
    for name in path:
        element = child(element, name)
    return child_text(element, last)


def texts(elements: Iterable[Element]) -> list[str]:
    """The texts of elements, with inner white space made single, without empty ones."""
    joined = (" ".join((element.text or "").split()) for element in elements)
    return [text for text in joined if text]
