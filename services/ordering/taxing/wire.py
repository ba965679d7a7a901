"""Proofs of business as messages, and what an operator saw as it comes in."""

from casella.ordering.v1 import ordering_pb2
from services.kit.validation import Violations
from services.kit.wire import to_timestamp
from services.ordering.domain.business_proof import LONGEST_REFERENCE, ProofKind, SeenProof, is_reference
from services.ordering.domain.tax_waiting import TaxDecision
from services.ordering.enums import PROOF_KINDS
from services.ordering.taxing.business_store import BusinessProof


def seen_from(
    violations: Violations,
    request: ordering_pb2.DecideTaxRequest | ordering_pb2.MeasurePeriodRequest,
    decision: TaxDecision,
) -> SeenProof | None:
    """What proves the business; required with BUSINESS_PROOF, and refused with every other decision."""
    if decision is not TaxDecision.BUSINESS_PROOF:
        if request.HasField("seen"):
            violations.add("seen", "must_be_empty")
        return None
    return proof_from(violations, request.seen)


def proof_from(violations: Violations, seen: ordering_pb2.SeenProof) -> SeenProof:
    """What was seen, of a field ``seen``."""
    kind = PROOF_KINDS.chosen(violations, "seen.kind", seen.kind, ProofKind.TAX_CERTIFICATE)
    reference = violations.text("seen.reference", seen.reference, LONGEST_REFERENCE)
    if 0 < len(reference) <= LONGEST_REFERENCE and not is_reference(reference):
        violations.add("seen.reference", "not_a_reference")
    return SeenProof(kind, reference)


def proof_message(proof: BusinessProof) -> ordering_pb2.BusinessProof:
    """A kept proof."""
    return ordering_pb2.BusinessProof(
        proof_id=str(proof.proof_id),
        country=proof.business.country,
        tax_id=proof.business.tax_id,
        seen=ordering_pb2.SeenProof(kind=PROOF_KINDS[proof.seen.kind], reference=proof.seen.reference),
        proved_at=to_timestamp(proof.proved_at),
        actor=proof.actor,
    )
