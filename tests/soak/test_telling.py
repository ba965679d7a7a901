"""What a soak says of itself: what never happened, and how it pages."""

import random
from collections import Counter
from datetime import date, timedelta
from typing import Any, cast

import pytest

from casella.common.v1 import common_pb2 as common
from casella.invoicing.v1 import invoicing_pb2
from deploy.local.demo.front import Front
from tests.soak.__main__ import verdict
from tests.soak.bank import Bank
from tests.soak.chronicle import Chronicle
from tests.soak.pages import pages
from tests.soak.person import Person
from tests.soak.test_proofs import document
from tests.soak.who import KINDS, dealt

_DAY = date(2026, 12, 3)
_NOBODY: Any = None


def test_a_whole_soak_in_which_something_never_happened_ends_badly() -> None:
    met, missed = {"orders": 3}, {"orders": 3, "refunds": 0}
    assert verdict(met, wrong=False, whole=True) == ""
    assert verdict(missed, wrong=False, whole=True) == "not all kinds happened (refunds)"
    assert verdict(missed, wrong=False, whole=False) == ""
    assert verdict(met, wrong=True, whole=True) == "WRONG"


def test_the_table_counts_what_events_operator_customers_and_documents_tell() -> None:
    person = Person.of(1, 1, "German", cast("Any", _Play()), Bank(_NOBODY), _DAY)
    person.accounts.append("A")
    person.done["grow"] = 2
    chronicle = Chronicle(cast("Front", _NOBODY))
    chronicle.events["payment.queued SHORT"] = 5
    note = document("2026/2", kind=invoicing_pb2.DOCUMENT_KIND_CREDIT_NOTE)
    proforma = document("P2026/1", kind=invoicing_pb2.DOCUMENT_KIND_PROFORMA, account_id="B")
    table = chronicle.table([person], Counter(refund=4), [document("2026/1"), note, proforma])
    told = {name: times for name, times in table.items() if times}
    assert told == {
        "German, buys": 1, "payment.queued SHORT": 5, "operator: refund": 4, "customer: grow": 2,
        "TAX_TREATMENT_DOMESTIC": 2, "DOCUMENT_KIND_CREDIT_NOTE": 1,
    }  # fmt: skip
    assert len([name for name in table if name.endswith((", buys", ", is not served"))]) == len(KINDS)


def test_customers_are_of_every_kind_as_often_as_their_weights_say() -> None:
    assert sum(who.weight for who in KINDS.values()) == 100
    kinds = dealt(200, random.Random(1))
    assert {name: kinds.count(name) for name in KINDS} == {name: 2 * who.weight for name, who in KINDS.items()}
    assert len(dealt(7, random.Random(1))) == 7


async def test_a_list_is_read_to_its_last_page() -> None:
    asked = []

    async def ask(request: invoicing_pb2.ListDocumentsRequest) -> invoicing_pb2.ListDocumentsResponse:
        asked.append(request.page.page_token)
        return invoicing_pb2.ListDocumentsResponse(next_page_token={"": "2", "2": "3"}.get(asked[-1], ""))

    read = [page async for page in pages(ask, invoicing_pb2.ListDocumentsRequest(page=common.PageRequest()))]
    assert (asked, len(read)) == (["", "2", "3"], 3)


async def test_a_proforma_that_is_to_be_paid_at_once_is_paid_on_the_day_on_which_it_was_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    person = Person.of(1, 1, "German", cast("Any", _Play()), Bank(_NOBODY), _DAY)
    person._signed_up = True
    paid: list[date] = []

    async def pay(today: date) -> None:
        paid.append(today)

    async def read(_: Person, today: date) -> None:
        person.plan(today, 0, "pay", pay)

    monkeypatch.setattr(Person, "_look_at_documents", read)
    await person.act(_DAY, written=True)
    assert paid == [_DAY]
    await person.act(_DAY + timedelta(days=1), written=False)
    assert paid == [_DAY]


class _Play:
    def customer(self, _: str) -> "_Customer":
        return _Customer()


class _Customer:
    account_id = "A"

    async def go_on(self) -> None:
        return
