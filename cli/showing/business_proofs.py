"""Shows what operators saw as proof that a customer outside the EU is a business, and on which an order rests."""

from collections.abc import Sequence

from casella.common.v1 import common_pb2
from casella.ordering.v1 import ordering_pb2
from cli import screen, words
from cli.rooms import Rooms

_COLUMNS = ("accepted", "seen", "filed under", "of", "by", "")


async def proofs_of(
    rooms: Rooms, account_id: str, treatment: common_pb2.TaxTreatment
) -> list[ordering_pb2.BusinessProof]:
    """An account's proofs, newest first; nothing where the tax rests on none."""
    if treatment != common_pb2.TAX_TREATMENT_OUTSIDE_EU:
        return []
    found: list[ordering_pb2.BusinessProof] = await rooms.ask_all(
        rooms.ordering.ListBusinessProofs, ordering_pb2.ListBusinessProofsRequest(account_id=account_id), "proofs"
    )
    return found


def show(proofs: Sequence[ordering_pb2.BusinessProof], business_proof_id: str) -> None:
    """Show the proofs, of former tax ids too; the one on which the tax rests is marked."""
    if proofs:
        rows = [_row(proof, rests=proof.proof_id == business_proof_id) for proof in proofs]
        screen.show_table("Proofs of business outside the EU", _COLUMNS, rows)


def _row(proof: ordering_pb2.BusinessProof, *, rests: bool) -> tuple[str, ...]:
    return (
        words.instant(proof.proved_at),
        words.choice(proof.seen, "kind"),
        proof.seen.reference,
        f"{proof.country} {proof.tax_id}",
        proof.actor,
        "no VAT rests on it" if rests else "",
    )
