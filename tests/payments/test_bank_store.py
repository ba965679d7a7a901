"""What the statements about bank entries must not mix up: amounts, currencies, references, sources, and what came back.

Each row that must not be found differs from one that is found by a single thing.
"""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from services.kit.database import Database
from services.kit.ids import new_id
from services.kit.money import Money
from services.payments.domain.matching import QueueReason
from services.payments.domain.receipts import Source
from services.payments.statements.entries import Entry
from services.payments.store import bank
from services.payments.store.bank import KnownCredit
from tests.payments.rows import GROSS, NOW, REFERENCE, TODAY, Rows, credit, somebody_waits

LATER = NOW + timedelta(hours=1)
DOLLARS = Money(GROSS.minor, "USD")


async def confirmed(database: Database, told: Entry, request_id: Any = None) -> Any:
    """For which request an operator recorded what a bank entry tells of."""
    async with database.transaction() as conn:
        return await bank.confirm(conn, told, request_id)


async def test_a_transfer_is_recorded_once_for_a_request(database: Database, rows: Rows) -> None:
    request = await rows.request()
    await rows.announced(request)
    async with database.transaction() as conn:
        assert await bank.announce(conn, request, REFERENCE, GROSS, TODAY, LATER) is None


@pytest.mark.parametrize("changed", [{"minor": GROSS.minor - 1}, {"currency": "USD"}, {"bank_reference": "CRO-4712"}])
async def test_only_an_entry_of_the_same_amount_currency_and_reference_confirms_a_record(
    database: Database, rows: Rows, changed: dict[str, Any]
) -> None:
    request = await rows.request()
    await rows.announced(request)
    assert await confirmed(database, await rows.entry(**changed)) is None
    assert await confirmed(database, await rows.entry()) == request


@pytest.mark.parametrize("names", [{"bank_reference": None, "end_to_end": REFERENCE}, {"bank_reference": "B-1"}])
async def test_an_entry_confirms_by_the_payers_reference_or_by_the_request_that_it_names(
    database: Database, rows: Rows, names: dict[str, Any]
) -> None:
    request = await rows.request()
    await rows.announced(request)
    named = None if "end_to_end" in names else request
    assert await confirmed(database, await rows.entry(**names), named) == request


async def test_the_record_that_was_made_first_is_confirmed_first_and_each_once(database: Database, rows: Rows) -> None:
    second, first = await rows.request(), await rows.request()
    await rows.announced(second, LATER)
    await rows.announced(first)
    told = [await confirmed(database, await rows.entry()) for _ in range(3)]
    assert told == [first, second, None]


async def test_two_equal_entries_at_once_confirm_two_records(database: Database, rows: Rows) -> None:
    """Of two that both saw the same record, one would count its money a second time."""
    expected = {await rows.request(), await rows.request()}
    for request in expected:
        await rows.announced(request)
    first, second = await rows.entry(), await rows.entry()
    async with asyncio.timeout(20), database.reading() as watching:
        async with database.transaction() as conn:
            found = {await bank.confirm(conn, first, None)}
            other = asyncio.create_task(confirmed(database, second))
            await somebody_waits(watching)
        found.add(await other)
    assert found == expected


async def test_a_debit_takes_back_the_credit_of_the_same_amount_currency_and_reference(
    database: Database, rows: Rows
) -> None:
    request = await rows.request()
    told = await rows.entry(end_to_end="E-1")
    await rows.booked("receipt", request, source_ref=told.identity.hex())
    nothing: dict[str, Any] = {"bank_reference": None, "end_to_end": None}
    same: list[dict[str, Any]] = [{"bank_reference": REFERENCE}, {"end_to_end": "E-1"}, {"bank_reference": "E-1"}]
    other: list[dict[str, Any]] = [
        nothing,
        {"bank_reference": "CRO-4712", "end_to_end": "E-2"},
        {"minor": GROSS.minor - 1},
        {"currency": "USD"},
    ]
    async with database.reading() as conn:
        for changed in same:
            assert await bank.known_credit(conn, credit(**nothing | changed)) == KnownCredit(request, None), changed
        for changed in other:
            assert await bank.known_credit(conn, credit(**changed)) is None, changed


async def test_a_taken_back_credit_names_the_request_that_the_bank_paid_with_it_last(
    database: Database, rows: Rows
) -> None:
    """Not one that other money of the same name paid, and none of an entry that paid nothing."""
    request, other, last = [await rows.request() for _ in range(3)]
    await rows.entry()
    told = await rows.entry()
    name = told.identity.hex()
    await rows.booked("receipt", other, source=Source.STRIPE, source_ref=name, received_at=LATER)
    await rows.booked("receipt", other, source_ref="00" * 32, received_at=LATER)
    async with database.reading() as conn:
        assert await bank.known_credit(conn, credit()) == KnownCredit(None, None)
    await rows.booked("assignment", request, source_ref=name)
    await rows.booked("receipt", None, source_ref=name, received_at=LATER)
    async with database.reading() as conn:
        assert await bank.known_credit(conn, credit()) == KnownCredit(request, None)
    twin = await rows.entry()
    await rows.booked("receipt", last, source_ref=twin.identity.hex(), received_at=LATER)
    async with database.reading() as conn:
        assert await bank.known_credit(conn, credit()) == KnownCredit(last, None)


BOTH = {"bank_reference": REFERENCE, "end_to_end": "E-1"}
PAYERS, ANOTHERS = {"debtor_iban": "IT60X0542811101000000123456"}, {"debtor_iban": "DE89370400440532013000"}
BANKS_ALONE = {"bank_reference": REFERENCE, "end_to_end": "E-2"}


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (("settled", BANKS_ALONE | ANOTHERS), ("taken back", BOTH | PAYERS)),
        (("settled", BOTH | ANOTHERS), ("waits", BANKS_ALONE | PAYERS)),
        (("settled", BOTH | PAYERS), ("waits", BOTH | ANOTHERS)),
        (("waits", BOTH | PAYERS), ("settled", BOTH | PAYERS)),
    ],
    ids=["taken back before", "both references", "the payer's account", "still waits"],
)
async def test_of_two_equal_credits_a_debit_takes_back_the_one_that_agrees_best_and_still_waits(
    database: Database, rows: Rows, better: tuple[str, dict[str, str]], worse: tuple[str, dict[str, str]]
) -> None:
    """Each has one thing before the other, whatever counts less speaks for the other, which was booked last as well."""
    found = []
    for how, told in (better, worse):
        name = (await rows.entry(**told)).identity.hex()
        found.append(await rows.queued(source_ref=name))
        await rows.become(found[-1], how)
    await rows.booked("assignment", await rows.request(), source_ref=name, received_at=LATER)
    async with database.reading() as conn:
        assert await bank.known_credit(conn, credit(**BOTH, **PAYERS)) == KnownCredit(None, found[0])


async def test_amounts_told_are_those_of_entries_and_of_money_in_the_queue_under_this_reference(
    database: Database, rows: Rows
) -> None:
    await rows.entry(minor=1)
    await rows.entry(minor=2, bank_reference="B-1", end_to_end=REFERENCE)
    await rows.queued(amount=Money(3))
    await rows.entry(minor=7, bank_reference="B-2")
    await rows.entry(minor=8, bank_reference=None, end_to_end="E-2")
    await rows.queued(amount=Money(9), shown_reference="B-3")
    await rows.queued(QueueReason.REVERSED, amount=Money(10))
    await rows.queued(amount=Money(11), source=Source.ANNOUNCED)
    await rows.queued(amount=Money(12), source=Source.STRIPE)
    async with database.reading() as conn:
        assert await bank.amounts_told(conn, REFERENCE) == {Money(1), Money(2), Money(3)}


async def test_amounts_announced_are_those_of_this_reference(database: Database, rows: Rows) -> None:
    request = await rows.request()
    await rows.announced(request)
    await rows.announced(request, amount=Money(7), reference="B-2")
    async with database.reading() as conn:
        assert await bank.amounts_announced(conn, REFERENCE) == {GROSS}


async def test_only_money_that_the_bank_told_of_and_that_waits_is_taken_out_of_the_queue(
    database: Database, rows: Rows
) -> None:
    """Money of another kind under the same reference is none that an operator saw on the account."""
    for source in (Source.ANNOUNCED, Source.STRIPE):
        await rows.queued(source=source)
    await rows.queued(QueueReason.REVERSED)
    await rows.queued(shown_reference="B-2")
    await rows.queued(amount=Money(GROSS.minor - 1))
    await rows.queued(amount=DOLLARS)
    async with database.transaction() as conn:
        assert await bank.settle_queued(conn, REFERENCE, GROSS, new_id(), NOW) is None
    newer = await rows.queued(received_at=LATER)
    older = await rows.queued()
    for expected in ([older], [older, newer], [older, newer]):
        async with database.transaction() as conn:
            await bank.settle_queued(conn, REFERENCE, GROSS, new_id(), NOW)
            settled = await conn.scalars(
                text("SELECT id FROM money_entries WHERE settled_at IS NOT NULL ORDER BY created_at")
            )
            assert list(settled) == expected


async def test_two_who_settle_at_once_take_two_entries_out_of_the_queue(database: Database, rows: Rows) -> None:
    for _ in range(2):
        await rows.queued()

    async def settle() -> bool:
        async with database.transaction() as conn:
            return await bank.settle_queued(conn, REFERENCE, GROSS, new_id(), NOW) is not None

    async with asyncio.timeout(20), database.reading() as watching:
        async with database.transaction() as conn:
            assert await bank.settle_queued(conn, REFERENCE, GROSS, new_id(), NOW)
            other = asyncio.create_task(settle())
            await somebody_waits(watching)
        assert await other
    async with database.reading() as conn:
        assert await conn.scalar(text("SELECT count(*) FROM money_entries WHERE settled_at IS NULL")) == 0
