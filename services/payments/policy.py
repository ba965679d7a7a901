"""The shape of what the operator's policy.yaml says of bank transfers, and what holds where it says nothing."""

from typing import Annotated

from pydantic import Field, NonNegativeInt, PositiveInt

from services.kit.money import Money
from services.kit.operator_files import Section

SECTION = ("payments", "transfers")


class TransferPolicy(Section):
    """What is done with transfers that do not fit.

    Attributes:
        shortfall_cents: How much less than was asked for an operator may accept as paid, mostly the charges of a bank
            on the way. Nothing is accepted without an operator's word.
        shortfall_percent: The same as a part of what was asked for; the lower of the two counts.
        advance_days: For how many days after it was available short money may still become whole; then it is invoiced
            as a part payment, which is due within 12 (DPR 633/1972, art. 6(4) and 21(4)).
        least_told_cents: From how much short money on a customer is told what is missing: a cent that somebody pays
            for a number that they guessed writes to nobody.
        refund_statement_days: Working days from a file of refunds to the statement that should have their debits.
    """

    shortfall_cents: NonNegativeInt = 500
    shortfall_percent: Annotated[int, Field(ge=0, le=100)] = 20
    advance_days: Annotated[int, Field(ge=0, le=11)] = 9
    least_told_cents: NonNegativeInt = 100
    refund_statement_days: PositiveInt = 5

    def largest_shortfall(self, asked: Money) -> Money:
        """How much less than an amount may be accepted."""
        return Money(min(self.shortfall_cents, asked.minor * self.shortfall_percent // 100), asked.currency)
