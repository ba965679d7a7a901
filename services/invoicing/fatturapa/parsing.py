"""Decides which XML is read at all: anything with a DOCTYPE, or larger than the SdI's limit, is refused.

A document type declaration is the door to entity expansion and to files of the machine; no FatturaPA file and no
receipt has one, so there is nothing to be lenient about.
"""

from lxml import etree

# Largest single file the SdI takes (code 00003), in bytes.
MAX_FILE_SIZE = 5 * 1024 * 1024


class UnreadableXml(ValueError):
    """The bytes are not XML that Casella reads; the message says why in one line, without any of the content."""


def parse_xml(content: bytes) -> etree._Element:
    """Reads XML that came from outside.

    Args:
        content: The file's bytes, in any encoding its declaration names.

    Returns:
        The root element.

    Raises:
        UnreadableXml: Too large, not well-formed, or with a DOCTYPE.
    """
    if len(content) > MAX_FILE_SIZE:
        raise UnreadableXml("larger than 5 MB")
    # Looked for before parsing, so that a hostile file costs no time; the check after it catches other encodings.
    if b"<!doctype" in content.lower():
        raise UnreadableXml("has a DOCTYPE")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableXml("not well-formed") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableXml("has a DOCTYPE")
    return root
