"""The bank of a soak: what it really moved, and its statements, which tell it late, twice, or with a reversal.

It knows nothing of Casella but the files that it is given; the judge takes from here what came in and went out.
"""

import random
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from lxml import etree

from tests.payments.statement import Entry, statement

_PAIN = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}
_TOLD_AGAIN = 0.05
"""How often a day's entries stand in the next statement once more, as some banks do after a correction."""
_STRIPE = 0
"""What stands for Stripe where a person's number stands."""
_RETURNS = 0.1
"""How often an account that we transfer to cannot be credited."""


@dataclass
class Moved:
    """One booking on our account.

    Attributes:
        payer: Number of the person from or to whom it went; zero where Stripe paid out.
        entry: As statements tell it.
        told: Whether a statement has told it.
        fees: Cents that Stripe kept of a payout, beside what it paid.
    """

    payer: int
    entry: Entry
    told: bool = False
    fees: int = 0

    @property
    def minor(self) -> int:
        """Cents, negative for what left."""
        return self.entry.minor if self.entry.direction == "CRDT" else -self.entry.minor


@dataclass
class Bank:
    """Our account at it.

    Attributes:
        rng: Decides its moods.
        iban: Our account.
        moved: All bookings, in order.
    """

    rng: random.Random
    iban: str = ""
    moved: list[Moved] = field(default_factory=list)
    _returning: list[Moved] = field(default_factory=list)
    _yesterday: list[Moved] = field(default_factory=list)
    _numbers: Counter[str] = field(default_factory=Counter)

    def transfer(self, payer: int, minor: int, day: date, *, reference: str = "", text: str = "") -> Moved:
        """Somebody transfers an amount in cents to us."""
        made = Moved(
            payer,
            Entry(
                minor,
                text=text,
                reference=reference,
                bank_reference=self._next(f"IN{payer:04d}"),
                day=day,
                debtor=f"Payer {payer}",
                iban=iban_of(payer),
            ),
        )
        self.moved.append(made)
        return made

    def pay_out(self, minor: int, fees: int, day: date) -> None:
        """Stripe pays out what it took for us, in cents, less its fees."""
        reference, iban = self._next("PO"), iban_of(_STRIPE)
        entry = Entry(minor, "STRIPE PAYOUT", "", reference, day=day, debtor="Stripe Payments Europe", iban=iban)
        self.moved.append(Moved(_STRIPE, entry, fees=fees))

    def payout(self, reference: str) -> Moved | None:
        """The payout that the bank calls so."""
        return next((each for each in self._payouts() if each.entry.bank_reference == reference), None)

    def left_stripe(self, *, unbooked: Collection[str] | None = None) -> int:
        """Cents that payouts took out of Stripe with their fees: all, or what statements have told and was booked.

        Args:
            unbooked: Bank references of what waits; then what no statement has told is left out, too.
        """
        return sum(
            each.minor + each.fees for each in self._payouts()
            if unbooked is None or (each.told and each.entry.bank_reference not in unbooked)
        )  # fmt: skip

    def take_back(self, booked: Moved, day: date) -> None:
        """A transfer to us is called back, or one of ours returns: a reversal that carries its own references."""
        entry = booked.entry
        direction = "DBIT" if entry.direction == "CRDT" else "CRDT"
        self.moved.append(Moved(booked.payer, replace(entry, day=day, direction=direction, reversal=True)))

    def references_before(self, day: date) -> list[str]:
        """What transfers to us have named until then."""
        named = {each.entry.reference for each in self.moved if each.entry.day and each.entry.day < day}
        return sorted(named - {""})

    def execute(self, file: bytes, day: date) -> None:
        """Carry out a file of transfers (pain.001)."""
        for transfer in etree.fromstring(file).iterfind(".//p:CdtTrfTxInf", _PAIN):
            iban = transfer.findtext(".//p:CdtrAcct/p:Id/p:IBAN", "", _PAIN)
            euro, _, cents = transfer.findtext(".//p:InstdAmt", "", _PAIN).partition(".")
            sent = Moved(
                payer_of(iban),
                Entry(
                    int(euro) * 100 + int(cents),
                    bank_reference=self._next("OUT"),
                    end_to_end=transfer.findtext(".//p:EndToEndId", "", _PAIN),
                    day=day,
                    direction="DBIT",
                    iban=iban,
                ),
            )
            self.moved.append(sent)
            if self.rng.random() < _RETURNS:
                self._returning.append(sent)

    def returns(self, day: date) -> None:
        """What could not be credited comes back, once a statement has told that it left."""
        back = [each for each in self._returning if each.told]
        self._returning = [each for each in self._returning if not each.told]
        for each in back:
            self.take_back(each, day)

    def statements(self) -> Iterator[bytes]:
        """What is to be told today: a file of what is new, and now and then yesterday's once more."""
        new = [each for each in self.moved if not each.told]
        again = self._yesterday if self.rng.random() < _TOLD_AGAIN else []
        if new or again:
            for each in new:
                each.told = True
            yield statement(*(each.entry for each in (*again, *new)), number=self._next("STMT"), iban=self.iban)
        self._yesterday = new

    def told(self) -> int:
        """Cents that statements have told of: what came less what left."""
        return sum(each.minor for each in self.moved if each.told)

    def told_of(self, payer: int) -> int:
        """The same of one person."""
        return sum(each.minor for each in self.moved if each.told and each.payer == payer)

    def _payouts(self) -> Iterator[Moved]:
        return (each for each in self.moved if each.payer == _STRIPE)

    def _next(self, kind: str) -> str:
        self._numbers[kind] += 1
        return f"{kind}{self._numbers[kind]:06d}"


def iban_of(payer: int) -> str:
    """The account of a person: an Italian IBAN with right check digits."""
    body = f"X0542811101{payer:012d}"
    digits = "".join(str(int(letter, 36)) for letter in f"{body}IT00")
    return f"IT{98 - int(digits) % 97:02d}{body}"


def payer_of(iban: str) -> int:
    """Whose account it is."""
    return int(iban[-12:])
