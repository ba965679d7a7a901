"""When a document without VAT owes stamp duty, and the line by which the customer is charged for it.

Who bears it is the operator's policy: absorbed, it is the provider's cost and stands in no total; charged, it is a line
of its own in quote, proforma and invoice. Source: DPR 642/1972, tariff, art. 13; DPR 633/1972, art. 15, for the line.
"""

from collections.abc import Iterable
from typing import Protocol

from services.kit.stamp_duty import STAMP_DUTY, STAMP_DUTY_ABOVE
from services.ordering.domain.policy import TaxPolicy
from services.ordering.domain.tax import TaxTreatment

CODE = "stamp_duty"
NATURE = "N1"
"""FatturaPA's Natura of its line: excluded from the taxable amount (DPR 633/1972, art. 15)."""
TEXT_IT, TEXT_EN = "Imposta di bollo", "Stamp duty"


class _Line(Protocol):
    """A line, as far as this asks."""

    @property
    def code(self) -> str: ...

    @property
    def net_minor(self) -> int: ...


def charged(lines: Iterable[_Line], treatment: TaxTreatment, policy: TaxPolicy) -> int:
    """The stamp duty that a customer is charged, in euro cents; 0 where none is due or the provider absorbs it.

    Args:
        lines: What is sold, without a line of stamp duty.
        treatment: How it is taxed.
        policy: Who bears it.
    """
    due = treatment.owes_stamp_duty and sum(line.net_minor for line in lines) > STAMP_DUTY_ABOVE.minor
    return STAMP_DUTY.minor if due and policy.stamp_duty == "charged" else 0


def charged_in(lines: Iterable[_Line]) -> int:
    """The stamp duty that some lines charge, in euro cents."""
    return sum(line.net_minor for line in lines if line.code == CODE)


def nature_of(line: _Line, treatment: TaxTreatment) -> str:
    """Why a line has no VAT, as FatturaPA's Natura; empty where it has."""
    return NATURE if line.code == CODE else treatment.nature
