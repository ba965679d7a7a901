"""The shape of what the operator's policy.yaml says of bank transfers, and what holds where it says nothing."""

from typing import Annotated

from pydantic import Field, NonNegativeInt

from services.kit.operator_files import Section

SECTION = ("payments", "transfers")


class TransferPolicy(Section):
    """What is done with transfers that do not fit.

    Attributes:
        shortfall_cents: How much less than was asked for an operator may accept as paid, mostly the charges of a bank
            on the way. Nothing is accepted without an operator's word.
        advance_days: For how many days after it was available short money may still become whole; then it is invoiced
            as a part payment, which is due within 12 (DPR 633/1972, art. 6(4) and 21(4)).
    """

    shortfall_cents: NonNegativeInt = 500
    advance_days: Annotated[int, Field(ge=0, le=11)] = 9
