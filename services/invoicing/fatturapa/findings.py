"""Decides how a broken rule is named, and how the checks read a FatturaPA tree."""

from dataclasses import dataclass
from decimal import Decimal

from lxml import etree


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that a file breaks.

    Attributes:
        code: The SdI's official code, for example "00423"; a rule of our own begins with "CASELLA".
        element: The element concerned, for example "PrezzoTotale".
        message: What is wrong, in English, without any content of the file.
    """

    code: str
    element: str
    message: str


def find(element: etree._Element, path: str) -> etree._Element | None:
    """Finds the first element below; the parts of a path are the schema's unqualified names."""
    return element.find(path)


def found(element: etree._Element, path: str) -> etree._Element:
    """Finds an element that the schema makes obligatory.

    Raises:
        ValueError: It is missing: the file was not checked against the schema first.
    """
    child = element.find(path)
    if child is None:
        raise ValueError(f"{path} is missing: check the schema first")
    return child


def children(element: etree._Element, path: str) -> list[etree._Element]:
    """Lists the elements of one name directly below."""
    return element.findall(path)


def text(element: etree._Element, path: str) -> str:
    """Reads an element's text, "" where the element is absent or empty."""
    return (element.findtext(path) or "").strip()


def decimal(element: etree._Element, path: str) -> Decimal:
    """Reads an amount or rate, zero where the element is absent."""
    return Decimal(text(element, path) or "0")
