"""What operators send in updates about tax: what they have seen as proof that a customer is a business."""

import re
from dataclasses import dataclass
from typing import Any

from casella.ordering.v1.ordering_pb2 import SeenProof
from workflows.steering import Why, Wrong, check_why, text_of

_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9./_-]{0,59}")


@dataclass
class ProofOfBusiness(Why):
    """What proves that a customer outside the EU is a business.

    ``{"proof": "tax_certificate", "reference": "proofs/2026-0042", "reason_code": "proof_seen"}``
    """

    proof: Any = ""
    """Text: one of ``PROOFS_OF_BUSINESS``."""
    reference: Any = ""
    """Text: where you have filed it, 1 to 60 letters, digits and ``./_-``."""


PROOFS_OF_BUSINESS = ("tax_certificate", "register_extract", "number_checked")
"""A certificate of its tax authority; an extract of its register of businesses; its number, looked up there."""
NO_PROOF_OF_BUSINESS = ProofOfBusiness()


def check_proof_of_business(proof: ProofOfBusiness) -> None:
    """Refuse a proof of no known kind, or one that nobody could find again.

    Raises:
        Wrong: With what would be right.
    """
    check_why(proof)
    if proof.proof not in PROOFS_OF_BUSINESS:
        raise Wrong(f"proof: what you have seen, one of {', '.join(PROOFS_OF_BUSINESS)}")
    if not _REFERENCE.fullmatch(text_of(proof.reference)):
        raise Wrong(
            "reference: where you have filed the proof, 1 to 60 letters, digits and ./_- without spaces, for example "
            '"proofs/2026-0042"; no name and no tax id'
        )


def seen_proof(proof: ProofOfBusiness) -> SeenProof:
    """What an operator saw, as ordering takes it; already checked."""
    return SeenProof(kind=f"BUSINESS_PROOF_KIND_{text_of(proof.proof).upper()}", reference=text_of(proof.reference))
