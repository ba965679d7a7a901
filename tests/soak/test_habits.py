"""What is done in a soak by habit: payouts, patience with part payments, lapsing mandates, less resale."""

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, cast

import grpc
import pytest

from casella.common.v1 import common_pb2 as common
from casella.common.v1 import errors_pb2
from casella.payments.v1 import payments_pb2 as pb
from services.kit.errors import Refusal, Refused
from tests.e2e.operator_desk import Answer
from tests.soak import wishes
from tests.soak.bank import Bank
from tests.soak.operator import Operator
from tests.soak.person import Person
from tests.soak.who import KINDS
from tests.soak.wishes import WISHES

_DAY = date(2026, 12, 3)
_SHORT, _UNKNOWN = pb.MONEY_ENTRY_REASON_SHORT, pb.MONEY_ENTRY_REASON_UNKNOWN
_NOBODY: Any = None


def test_a_payout_leaves_stripe_with_its_fees_once_it_is_told_and_booked() -> None:
    bank = Bank(random.Random(1), "IT02L1234512345123456789012")
    bank.pay_out(9_000, 321, _DAY)
    bank.transfer(7, 1_000, _DAY)
    reference = bank.moved[0].entry.bank_reference
    assert (bank.left_stripe(), bank.left_stripe(unbooked=())) == (9_321, 0)
    [file] = bank.statements()
    assert b"STRIPE PAYOUT" in file
    assert (bank.left_stripe(unbooked={reference}), bank.left_stripe(unbooked=())) == (0, 9_321)
    assert (bank.payout(reference), bank.payout(bank.moved[1].entry.bank_reference)) == (bank.moved[0], None)


@pytest.mark.parametrize(("fees", "said"), [(321, {"fees": "3.21"}), (0, {})])
async def test_a_payout_is_booked_with_its_fees_and_nothing_else_is_tried(fees: int, said: dict[str, str]) -> None:
    desk = _Desk()
    operator = _operator(desk)
    operator.bank.pay_out(9_000, fees, _DAY)
    reference = operator.bank.moved[0].entry.bank_reference
    await operator._decide(pb.MoneyEntry(money_entry_id="1", source_reference=reference, amount=_eur(9_000)))
    assert desk.sent == [("money:1", "payout", {"reason_code": "soak", **said, "accept_more": True})]
    assert operator.decisions == {"payout": 1}


def test_part_payments_are_left_to_some_payers_until_their_invoice_was_due_and_other_money_never() -> None:
    operator = _operator(_Desk())
    short = [pb.MoneyEntry(money_entry_id=str(number), reason=_SHORT) for number in range(100)]
    left = [each for each in short if operator._leaves(each, _DAY)]
    assert 20 < len(left) < 60
    assert left == [each for each in short if operator._leaves(each, _DAY + timedelta(days=10))]
    assert not any(operator._leaves(each, _DAY + timedelta(days=20)) for each in short)
    others = [pb.MoneyEntry(money_entry_id=f"u{number}", reason=_UNKNOWN) for number in range(100)]
    assert not any(operator._leaves(each, _DAY) for each in others)


async def test_a_status_that_stands_is_withdrawn_now_and_then() -> None:
    desk = _Desk(["reseller:A", "reseller:B"])
    operator = _operator(desk)
    for _ in range(365):
        await operator._look_after_resellers()
    assert {name for _, name, _ in desk.sent} == {"withdraw_reseller"}
    assert 1 <= len(desk.sent) <= 20
    assert "'Approved'" in desk.asked


def test_mandates_lapse_only_of_those_who_are_debited() -> None:
    person = _person(1, "consumer")
    lapse = WISHES["let PayPal lapse"]
    assert not lapse.concerns(person)
    person.method = common.PAYMENT_METHOD_AUTOMATIC_DEBIT
    assert lapse.concerns(person)


async def test_who_has_asked_for_the_status_may_sell_less_later(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(wishes, "fill_panel", _nothing)
    planned = 0
    for number in range(40):
        person = _person(number, "reseller", _Customer(asked))
        await WISHES["be a reseller"].do(person, _DAY)
        planned += [what for _, what, _ in person._plans].count("resell less")
    assert len(asked) == 40
    assert 20 < planned < 40


async def test_whom_vies_does_not_know_orders_again_until_it_is_away() -> None:
    customer = _Customer([], errors_pb2.REASON_VAT_NUMBER_NOT_VALID)
    person = _person(1, "unknown to VIES", customer)
    with pytest.raises(Refused):
        await person.order(_DAY)
    assert [what for _, what, _ in person._plans] == ["order"]
    customer.refusal = errors_pb2.REASON_RATE_LIMITED
    person._plans.clear()
    with pytest.raises(Refused):
        await person.order(_DAY)
    assert not person._plans


def _person(number: int, name: str, customer: "_Customer | None" = None) -> Person:
    rng = random.Random(number)
    return Person(number, rng, _NOBODY, _NOBODY, _DAY, cast("Any", customer), KINDS[name], name)


async def _nothing(_: object, __: int) -> None:
    return


def _operator(desk: "_Desk") -> Operator:
    return Operator(cast("Any", desk), Bank(random.Random(1)), {}, random.Random(1))


def _eur(minor: int) -> common.Money:
    return common.Money(minor=minor, currency="EUR")


@dataclass
class _Customer:
    asked: list[str]
    refusal: errors_pb2.Reason = errors_pb2.REASON_UNSPECIFIED

    async def quote(self, *_: object) -> None:
        raise Refused(grpc.StatusCode.FAILED_PRECONDITION, Refusal(self.refusal, "soak"))

    async def ask_for_reseller_status(self) -> None:
        self.asked.append("status")


@dataclass
class _Desk:
    """One at which every update is taken, and which lists these workflows."""

    listed: list[str] = field(default_factory=list)
    sent: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    asked: str = ""

    @property
    def play(self) -> "_Desk":
        return self

    @property
    def temporal(self) -> "_Desk":
        return self

    async def update(self, workflow_id: str, name: str, data: dict[str, Any]) -> Answer:
        self.sent.append((workflow_id, name, data))
        return Answer(result="done")

    async def list_workflows(self, query: str) -> AsyncIterator["_Found"]:
        self.asked = query
        for each in self.listed:
            yield _Found(each)


@dataclass
class _Found:
    id: str
