"""What proves that a customer outside the EU is a business, and of whom it is a proof.

A supplier may regard such a customer as a taxable person on a certificate of its tax authority, or else on a VAT or
similar number by which it is identified there, or any other proof, after reasonable checks (Council Implementing
Regulation (EU) 282/2011, art. 18(3)); only then is a service to it not subject under DPR 633/1972 art. 7-ter.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

LONGEST_REFERENCE = 60
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9./_-]*")
"""Where the operator has filed the proof; free text would bring persons into histories, which keep none."""


class ProofKind(StrEnum):
    """What was seen."""

    TAX_CERTIFICATE = "tax_certificate"
    REGISTER_EXTRACT = "register_extract"
    NUMBER_CHECKED = "number_checked"


@dataclass(frozen=True, slots=True)
class BusinessId:
    """Of whom something is a proof: with another tax id or country it is somebody else.

    Attributes:
        country: where the business is established, ISO 3166-1 alpha-2.
        tax_id: as the billing profile has it, without the country.
    """

    country: str
    tax_id: str

    def __str__(self) -> str:
        """Both together, for example ``US/123456789``; never spelled as a VAT number of the EU is."""
        return f"{self.country}/{self.tax_id}"


@dataclass(frozen=True, slots=True)
class SeenProof:
    """What an operator saw; the reference says where it is filed."""

    kind: ProofKind
    reference: str


def is_reference(text: str) -> bool:
    """Whether a text can be a proof's reference."""
    return len(text) <= LONGEST_REFERENCE and _REFERENCE.fullmatch(text) is not None
