"""The shape of what the operator's policy.yaml says of bank transfers, and what holds where it says nothing."""

from pydantic import NonNegativeInt

from services.kit.operator_files import Section

SECTION = ("payments", "transfers")


class TransferPolicy(Section):
    """What is done with transfers that do not fit.

    Attributes:
        shortfall_cents: How much less than was asked for an operator may accept as paid, mostly the charges of a bank
            on the way. Nothing is accepted without an operator's word.
    """

    shortfall_cents: NonNegativeInt = 500
