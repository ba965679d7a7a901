"""Decides how a part payment is split into net and VAT, and what the final invoice deducts for it, to the cent.

The part takes its net and VAT out of what is left of the whole sale, as a credit note does out of its invoice: what
remains to be paid is what is split, and the part has the difference. So its net and VAT come to what was received, and
those of all parts and of the rest to those of the whole; the cent of rounding lies in the part.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from services.invoicing.domain.advance_texts import deducted_text
from services.invoicing.domain.crediting import left_of, split
from services.invoicing.domain.documents import Document, Language, PaidPart, Payment
from services.invoicing.domain.sums import Line, VatShare, vat_shares
from services.invoicing.domain.tax import Natura
from services.kit.money import Money, total, vat
from services.kit.stamp_duty import STAMP_DUTY_ABOVE


def part_shares(whole: Sequence[Line], invoiced: Iterable[VatShare], gross: Money) -> tuple[VatShare, ...]:
    """The net and VAT of a part payment.

    Args:
        whole: The lines of the whole sale.
        invoiced: What other part payments of it have.
        gross: What was received, from one cent to the total of the sale.

    Raises:
        ValueError: It is not in that range.
    """
    shares = vat_shares(whole)
    left = left_of(shares, invoiced)
    # Parts whose money goes back are not credited at once: then they leave too little, and the sale is whole again.
    enough = all(share.gross.minor >= 0 for share in left) and gross <= total(s.gross for s in left)
    return tuple(map(_within_a_cent, _part_of(left if enough else shares, gross)))


def part_lines(text: str, shares: Sequence[VatShare], whole: Sequence[Line]) -> tuple[Line, ...]:
    """The lines of a part payment's invoice, one for each rate or natura; that of charged stamp duty as the sale's."""
    duty = next((line.description for line in whole if line.natura is Natura.EXCLUDED), text)
    return tuple(
        share.as_line(position, duty if share.natura is Natura.EXCLUDED else text)
        for position, share in enumerate(shares, start=1)
    )


def deduction_lines(advance: Document, left: Sequence[VatShare], language: Language, after: int) -> tuple[Line, ...]:
    """The lines that deduct what is left of a part payment's invoice, numbered after those that there are."""
    text = deducted_text(language, advance.number, advance.date)
    given = (replace(share, taxable=-share.taxable, tax=-share.tax) for share in left if share.gross)
    return tuple(
        replace(share.as_line(position, text), advance_id=advance.document_id)
        for position, share in enumerate(given, start=after + 1)
    )


def paid_less(payment: Payment, advance: Document, gross: Money) -> Payment:
    """How a sale was paid, less a part payment that is deducted from it: of its own means first, then of the others."""
    own = [part for part in payment.parts if part.method.by_transfer is advance.payment.method.by_transfer]
    left, parts = gross.minor, list[PaidPart]()
    for part in (*own, *(part for part in payment.parts if part not in own)):
        taken = min(left, part.minor)
        left -= taken
        parts.append(replace(part, minor=part.minor - taken))
    return replace(payment, parts=tuple(part for part in parts if part.minor))


def settled(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines of a final invoice, each rate's VAT within a cent of its net (SdI code 00421).

    So it is by itself, but where a part payment was credited after another one had been taken out of what it had left:
    then cents can add up, and the last deduction of the rate takes what is beyond.
    """
    result = list(lines)
    for share in vat_shares(lines):
        beyond = _within_a_cent(share).tax - share.tax
        if beyond:
            last = max(
                n for n, line in enumerate(result) if line.advance_id and _key(line) == (share.rate, share.natura)
            )
            line = result[last]
            net, tax = line.net - beyond, (line.tax or Money(0, beyond.currency)) + beyond
            result[last] = replace(line, unit_price=net, net=net, tax=tax)
    return tuple(result)


def _part_of(left: Sequence[VatShare], gross: Money) -> tuple[VatShare, ...]:
    """Splits a part payment; stamp duty that is charged goes with the first one that owes it by what it has beside."""
    duties = [share for share in left if share.natura is Natura.EXCLUDED and share.gross]
    beside = gross - total((share.gross for share in duties), gross.currency)
    if not duties or beside <= Money(0, gross.currency):
        return split(left, gross)
    sold = split([share for share in left if share not in duties], beside)
    without_vat = total(share.taxable for share in sold if share.natura is Natura.NOT_SUBJECT)
    return (*sold, *duties) if without_vat > STAMP_DUTY_ABOVE else split(left, gross)


def _key(line: Line) -> tuple[Decimal, Natura | None]:
    return line.vat_rate, line.natura


def _within_a_cent(share: VatShare) -> VatShare:
    """The share with the same gross, and its VAT no more than a cent off its rate's share of the net."""
    off = (share.tax - vat(share.taxable, share.rate)).minor
    if abs(off) <= 1:
        return share
    cent = Money(1 if off > 0 else -1, share.tax.currency)
    return _within_a_cent(replace(share, taxable=share.taxable + cent, tax=share.tax - cent))
