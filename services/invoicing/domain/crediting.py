"""Decides what a credit note gives back: its amount split over the rates of the invoice, to the cent, and its lines."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from services.invoicing.domain.credit_texts import credited_text
from services.invoicing.domain.credits import Credit
from services.invoicing.domain.documents import Document
from services.invoicing.domain.sums import Line, VatShare, sold_lines, totals
from services.invoicing.domain.tax import Natura
from services.kit.money import Money, total

_HUNDRED = 100_00
"""Per cent, in the hundredths in which rates are written."""


def left_of(invoiced: Sequence[VatShare], credited: Iterable[VatShare]) -> tuple[VatShare, ...]:
    """What earlier credit notes have left of an invoice: its shares, each less what was credited of it."""
    taken = list(credited)
    return tuple(_less(share, [note for note in taken if _same_tax(note, share)]) for share in invoiced)


def split(left: Sequence[VatShare], gross: Money, *, duty_first: bool = False) -> tuple[VatShare, ...]:
    """Splits an amount over what is left of an invoice, so that net and VAT add up to the cent.

    Stamp duty that was charged (natura N1) is not the sale's: it gives only what the other shares do not have, so all
    of it where all is credited. With `duty_first` it gives before them, but nothing where less is credited than it has:
    so what stays invoiced after a withdrawal, which owes days of service, is of the sale alone. Each other share gives
    in proportion to what is left of it. What remains uncredited is what is split into net and VAT, and the note takes
    the difference. So errors of rounding do not add up over many notes: the VAT of each is within a cent of its rate
    (SdI code 00421), and the last one takes exactly the rest.

    Args:
        left: What is left of each share.
        gross: From one cent to the sum of what is left.
        duty_first: Whether the stamp duty goes back before what is sold, and not after it.

    Returns:
        The note's shares; one that gives nothing is left out.

    Raises:
        ValueError: The amount is not in that range.
    """
    whole = total((share.gross for share in left), gross.currency)
    if not Money(0, gross.currency) < gross <= whole:
        raise ValueError("no credit note for nothing, or for more than is left")
    duties = [share for share in left if share.natura is Natura.EXCLUDED]
    sold = [share for share in left if share.natura is not Natura.EXCLUDED]
    rest = (whole - gross).minor
    left_sold = sum(share.gross.minor for share in sold)
    kept = 0 if duty_first and rest <= left_sold else min(rest, sum(share.gross.minor for share in duties))
    notes = (*_given(sold, rest - kept), *_given(duties, kept))
    return tuple(note for note in notes if note.gross)


def note_lines(credit: Credit, invoice: Document, shares: Sequence[VatShare]) -> tuple[Line, ...]:
    """The lines of a credit note, one for each rate or natura, in the language of its invoice."""
    gross = total((share.gross for share in shares), shares[0].taxable.currency)
    whole = gross == totals(sold_lines(invoice.lines)).gross
    return tuple(
        share.as_line(
            position,
            credited_text(credit, invoice.language, whole=whole, natura=share.natura, advances=invoice.advances),
        )
        for position, share in enumerate(shares, start=1)
    )


def _given(shares: Sequence[VatShare], remaining: int) -> Iterator[VatShare]:
    """What shares give if so many cents of them remain, in proportion to what each has."""
    parts = _in_proportion([share.gross.minor for share in shares], remaining)
    return (_difference(share, Money(rest, share.taxable.currency)) for share, rest in zip(shares, parts, strict=True))


def _difference(share: VatShare, remaining: Money) -> VatShare:
    """What a share gives if so much of it remains."""
    net = remaining.share(_HUNDRED, _HUNDRED + _hundredths(share.rate))
    return replace(share, taxable=share.taxable - net, tax=share.tax - (remaining - net))


def _in_proportion(parts: Sequence[int], sum_wanted: int) -> list[int]:
    """Scales whole numbers down to a sum; the cents that rounding leaves go to the largest fractions."""
    whole = sum(parts) or 1
    scaled = [divmod(part * sum_wanted, whole) for part in parts]
    result = [quotient for quotient, _ in scaled]
    by_fraction = sorted(range(len(parts)), key=lambda n: (-scaled[n][1], n))
    for n in by_fraction[: sum_wanted - sum(result)]:
        result[n] += 1
    return result


def _less(share: VatShare, notes: Iterable[VatShare]) -> VatShare:
    for note in notes:
        share = replace(share, taxable=share.taxable - note.taxable, tax=share.tax - note.tax)
    return share


def _same_tax(one: VatShare, other: VatShare) -> bool:
    return replace(one, taxable=other.taxable, tax=other.tax) == other


def _hundredths(rate: Decimal) -> int:
    return int(rate * 100)
