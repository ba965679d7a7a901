"""What a refund is, how it stands, and by which means the money of a payment request goes back.

By the same means as it came: to card or PayPal, by transfer, and what was paid with account credit back to it. Money is
returned before credit, so that a customer who leaves has as little credit as possible left. A consumer who withdraws
gets everything as money (consumer code, art. 56(1)): credit was money, too.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from services.kit.money import Money, total
from services.payments.domain.receipts import Source

LONGEST_HOLDER = 70
"""Characters of a creditor's name in a SEPA credit transfer (EPC rulebook, AT-21)."""
MOST_ATTEMPTS = 99
RETURNED = "returned"
REFUSED_BY_BANK = "refused_by_bank"
TAKEN_BACK = "taken_back"
"""The bank took the money back that it would give: what leaves all the same, a person decides."""
TRANSFERS = frozenset({Source.BANK, Source.ANNOUNCED})
"""Where the money of bank transfers lies."""


class RefundState(StrEnum):
    """The life of a refund."""

    REQUESTED = "requested"
    APPROVED = "approved"
    SENT = "sent"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNDER_WAY = (RefundState.REQUESTED, RefundState.APPROVED, RefundState.SENT, RefundState.FAILED)
"""The money is still owed."""


class Means(StrEnum):
    """By what a refund leaves."""

    STRIPE = "stripe"
    BANK_TRANSFER = "bank_transfer"
    ACCOUNT_CREDIT = "account_credit"
    CHARGEBACK = "chargeback"
    """By a dispute, which has taken the money already; it counts once the dispute is lost."""
    TAKEN_BACK = "taken_back"
    """By the bank or the provider, which took the money back, and a person has set that aside; a withdrawal's only."""


GONE_BEFORE = frozenset({Means.CHARGEBACK, Means.TAKEN_BACK})
"""What had left before the refund was asked for: it is among what was taken back."""


@dataclass(frozen=True, slots=True)
class Payer:
    """An account from which a part of a payment request came by transfer; empty where the bank does not tell it."""

    iban: str
    holder: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund as its row tells it.

    Attributes:
        refund_id: Chosen by whoever asked for it.
        request_id: The payment request whose money it is.
        entry_id: The money entry that it refunds; with neither it pays out an account's credit.
        account_id: Whose it is; None where the money named nobody.
        money: What leaves by the means.
        credited: What went back to account credit at once.
        means: By what it leaves.
        state: How it stands.
        attempt: Number of the present try, from 1.
        charge_id: The provider's payment that it takes back.
        provider_ref: The provider's id of it (`re_…`).
        iban: Where it is transferred to; empty where it is not, or none is known.
        holder: Of that account.
        failure: Why it failed, as a code.
        reason_code: Why it was asked for, as a code.
        withdrawal_order_id: The withdrawn order whose workflow is told.
        requested_at: When it was asked for.
        asked_at: When the provider was asked last.
        sent_at: When it was sent last.
        statement_by: Until when a statement should have its debit, a transfer's.
        done_on: The day on which the money left.
        message_id: The file that has it.
        paid_out_by: The refund that pays out what was credited, where a consumer has withdrawn: to card or PayPal what
            came so, the rest by a transfer; None elsewhere.
        dispute_id: The dispute that has taken the money, of a chargeback.
        dispute_entry_id: Its money entry.
        dispute_evidence_by: Until when evidence can be given in it.
        taken_back_by: The entry by which was taken back what it gives back, while it is owed; None where nothing was.
        told_attempt: The last try of which the customer was told by email; None where they never were.
        payers: From where its money had come by transfer, where that is more than one account and was read with it.
    """

    refund_id: UUID
    request_id: UUID | None
    entry_id: UUID | None
    account_id: UUID | None
    money: Money
    credited: Money
    means: Means
    state: RefundState
    attempt: int
    charge_id: str | None
    provider_ref: str | None
    iban: str
    holder: str
    failure: str
    reason_code: str
    withdrawal_order_id: UUID | None
    requested_at: datetime
    asked_at: datetime | None
    sent_at: datetime | None
    statement_by: date | None
    done_on: date | None
    message_id: str | None
    paid_out_by: UUID | None = None
    dispute_id: UUID | None = None
    dispute_entry_id: UUID | None = None
    dispute_evidence_by: datetime | None = None
    taken_back_by: UUID | None = None
    told_attempt: int | None = None
    payers: tuple[Payer, ...] = ()

    @property
    def amount(self) -> Money:
        """The whole."""
        return self.money + self.credited

    @property
    def key(self) -> str:
        """The idempotency key of the present try at the provider."""
        return f"{self.refund_id}:{self.attempt}"

    @property
    def is_here(self) -> bool:
        """Whether its money has surely not left: nothing was sent, or what was sent has failed."""
        perhaps_sent = self.state is RefundState.REQUESTED and self.asked_at is not None
        waits = self.state in {RefundState.REQUESTED, RefundState.APPROVED, RefundState.FAILED}
        return waits and not perhaps_sent

    @property
    def end_to_end(self) -> str:
        """The end-to-end id of the present try: at most 35 characters, found again in the statement."""
        return end_to_end_of(self.refund_id, self.attempt)


def end_to_end_of(refund_id: UUID, attempt: int) -> str:
    """The end-to-end id by which a statement tells of a transfer."""
    return f"{refund_id.hex}-{attempt}"


def refund_meant(end_to_end: str | None) -> tuple[UUID, int] | None:
    """The refund and try that an end-to-end id names; None when it is none of ours."""
    number, dash, attempt = (end_to_end or "").partition("-")
    if not dash or not attempt.isascii() or not attempt.isdigit():
        return None
    try:
        refund_id = UUID(hex=number)
    except ValueError:
        return None
    return (refund_id, int(attempt)) if end_to_end == end_to_end_of(refund_id, int(attempt)) else None


@dataclass(frozen=True, slots=True)
class Received:
    """Money or credit that has paid a payment request.

    Attributes:
        source: Where it came from; None for account credit.
        source_ref: Its identity there.
        left: How much; after `left_of`, what may still go back.
    """

    source: Source | None
    source_ref: str
    left: Money


def left_of(came: Sequence[Received], taken_back: Mapping[Source, Money], refunds: Iterable[Refund]) -> list[Received]:
    """What of the money and credit that paid a request is still there to go back.

    Args:
        came: What paid it.
        taken_back: What bank or provider took back of it, by source.
        refunds: All refunds of it, given up ones too; of what had left before the money is among what was taken back.
    """
    rest = [each.left.minor for each in came]
    charges = {source_ref: [place] for place, each in enumerate(came) if (source_ref := each.source_ref)}
    moneys = [place for place, each in enumerate(came) if each.source is not None]
    credit_places = [place for place, each in enumerate(came) if each.source is None]
    transfers = [place for place in moneys if came[place].source in TRANSFERS]

    def lower(amount: int, places: Sequence[int]) -> int:
        """Take an amount from some of what came, in order; what is not there is left."""
        for place in places:
            used = min(rest[place], amount)
            rest[place] -= used
            amount -= used
        return amount

    for refund in refunds:
        if refund.state is not RefundState.CANCELLED:
            places = charges.get(refund.charge_id, []) if refund.charge_id else transfers
            if refund.means not in GONE_BEFORE:
                lower(lower(refund.money.minor, places), credit_places)
        lower(lower(refund.credited.minor, credit_places), moneys)
    for source, amount in taken_back.items():
        of_source = transfers if source in TRANSFERS else [p for p in moneys if came[p].source is source]
        # Where refunds have used what it took back, as much of the rest is gone: never more than came goes back.
        lower(lower(amount.minor, of_source), [*moneys, *credit_places])
    return [replace(each, left=Money(minor, each.left.currency)) for each, minor in zip(came, rest, strict=True)]


@dataclass(frozen=True, slots=True)
class Plan:
    """How an amount goes back: some of it by one means, the rest as account credit."""

    means: Means
    source_ref: str
    money: Money
    credited: Money


@dataclass(frozen=True, slots=True)
class Gone:
    """What was taken of a payment request before a refund of it was asked for, and counts as none yet."""

    means: Means
    money: Money


def plan(
    received: Sequence[Received],
    amount: Money,
    *,
    as_credit: bool = False,
    credit_by_transfer: bool = False,
    gone: Gone | None = None,
) -> Plan | None:
    """By which means an amount of a payment request goes back; None when it is more than is left.

    One refund leaves by one means, the one with the most left. What that does not have goes back as account credit:
    what was paid with credit, or (rarely) came by two means; all of it where it is wanted as credit. A transfer takes
    with it what was paid with credit where that is wanted. What has left before comes first.
    """
    if gone is not None:
        rest = amount - min(amount, gone.money)
        if rest > total((each.left for each in received), amount.currency):
            return None
        return Plan(gone.means, "", amount - rest, rest)
    if total((each.left for each in received), amount.currency) < amount:
        return None
    moneys = [each for each in received if each.source is not None and each.left]
    if as_credit or not moneys:
        return Plan(Means.ACCOUNT_CREDIT, "", Money(0, amount.currency), amount)
    largest = max(moneys, key=lambda each: each.left)
    if largest.source is Source.STRIPE:
        money = min(amount, largest.left)
        return Plan(Means.STRIPE, largest.source_ref, money, amount - money)
    # Transfers of one customer go back as one.
    banks = [each for each in moneys if each.source in TRANSFERS]
    if credit_by_transfer:
        banks += [each for each in received if each.source is None]
    money = min(amount, total((each.left for each in banks), amount.currency))
    return Plan(Means.BANK_TRANSFER, largest.source_ref, money, amount - money)


def by_provider(received: Sequence[Received], planned: Plan) -> tuple[Received, ...]:
    """What of a plan's credit can go back to card or PayPal, payment by payment; what is not named cannot.

    Args:
        received: As `plan` was given it.
        planned: What it answered.
    """
    found = list[Received]()
    credited = planned.credited.minor
    for each in received:
        used = planned.money.minor if each.source_ref == planned.source_ref else 0
        money = min(each.left.minor - used, credited)
        if each.source is Source.STRIPE and money > 0:
            found.append(replace(each, left=Money(money, each.left.currency)))
            credited -= money
    return tuple(found)


def most_of(received: Sequence[Received]) -> Plan:
    """What one refund of all that is left would be; of nothing where nothing is."""
    whole = plan(received, total(each.left for each in received))
    if whole is None:
        raise AssertionError("all that is left is not more than is left")
    return whole
