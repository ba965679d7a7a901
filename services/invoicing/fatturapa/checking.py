"""Decides whether a FatturaPA file may be sent: the schema, then the SdI's rules; nothing invalid leaves the house."""

from dataclasses import dataclass
from datetime import date

from services.invoicing.fatturapa.controls import check_controls
from services.invoicing.fatturapa.file_names import is_file_name
from services.invoicing.fatturapa.findings import Finding
from services.invoicing.fatturapa.parsing import UnreadableXml, parse_xml
from services.invoicing.fatturapa.schema import InvoiceSchema

_BAD_NAME = "00001"
_UNREADABLE = "00106"
_FORMAT = "00200"


@dataclass(frozen=True, slots=True)
class InvoiceChecker:
    """Checks files against the loaded schema and the rules."""

    schema: InvoiceSchema

    def check(self, name: str, content: bytes, today: date) -> list[Finding]:
        """Lists what the SdI would find; empty for a file that may be sent.

        Args:
            name: The file's name.
            content: The XML.
            today: The day in Rome on which it is sent.
        """
        try:
            root = parse_xml(content)
        except UnreadableXml as error:
            return [Finding(_UNREADABLE, "", str(error))]
        findings = [] if is_file_name(name) else [Finding(_BAD_NAME, "", "not the name of a file for the SdI")]
        # A message of the schema's validator repeats the value, which may be personal: only the place is told.
        formats = [Finding(_FORMAT, error.element, "not as the schema wants it") for error in self.schema.errors(root)]
        return findings + (formats or check_controls(root, today))
