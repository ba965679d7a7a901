"""As of which day money pays that came in parts: its invoice is dated by it, in the month of the first of them."""

from datetime import date

import pytest
from sqlalchemy import text

from casella.payments.v1 import payments_pb2 as pb
from services.kit.wire import to_date
from services.payments.domain.receipts import paid_as_of
from tests.payments.statement import Entry, statement
from tests.payments.world import GROSS, World

PAID, OPEN = pb.PAYMENT_REQUEST_STATE_PAID, pb.PAYMENT_REQUEST_STATE_OPEN
PART = 4_000


@pytest.mark.parametrize(
    ("days", "invoiced", "as_of"),
    [
        (["2027-01-20", "2027-01-28"], [], "2027-01-28"),
        (["2027-02-03", "2027-01-30"], [], "2027-01-30"),
        (["2026-12-30", "2027-01-02"], [], "2026-12-30"),
        (["2027-01-30", "2027-02-01", "2027-02-03"], [], "2027-01-30"),
        (["2026-01-30", "2027-01-02"], [], "2026-01-30"),
        (["2027-02-03"], ["2027-01-20"], "2027-02-03"),
        (["2027-02-03", "2027-02-05"], ["2027-01-20"], "2027-02-05"),
        (["2027-01-15", "2027-02-03"], ["2027-01-20"], "2027-01-20"),
        ([], ["2027-01-20", "2027-01-22"], "2027-01-22"),
    ],
)
def test_parts_of_one_month_pay_as_of_the_latest_and_of_several_as_of_the_earliest(
    days: list[str], invoiced: list[str], as_of: str
) -> None:
    given = [[date.fromisoformat(day) for day in each] for each in (days, invoiced)]
    assert paid_as_of(*given) == date.fromisoformat(as_of)


async def comes(world: World, request: pb.PaymentRequest, minor: int) -> pb.ImportStatementResponse:
    """So much of what is asked for comes by transfer, today."""
    day = world.today()
    entry = Entry(minor, reference=request.transfer.reference, bank_reference=f"{day}", day=day)
    return await world.import_file(statement(entry, number=f"of {day}"))


async def decide(world: World) -> None:
    """The one part that waits is invoiced by itself, if that is due."""
    (entry,) = [entry for entry in await world.queue() if entry.amount.minor == PART]
    await world.stub().DecideAdvance(pb.DecideAdvanceRequest(money_entry_id=entry.money_entry_id))


async def test_parts_of_two_months_pay_as_of_the_first_ones_day(world: World) -> None:
    first = await world.until_day_of_month(28)
    request = await world.transfer_request()
    await comes(world, request, PART)
    await world.advance(days=7)
    assert (await comes(world, request, GROSS - PART)).made_whole == 1
    paid = await world.get(request)
    assert (paid.state, paid.available_on) == (PAID, to_date(first))
    assert list((await world.proof()).of_earlier_months) == []


async def test_a_part_with_an_invoice_of_its_own_does_not_date_the_invoice_that_deducts_it(world: World) -> None:
    await world.until_day_of_month(25)
    request = await world.transfer_request()
    await comes(world, request, PART)
    await world.advance(days=11)
    await decide(world)
    assert (await comes(world, request, GROSS - PART)).made_whole == 1
    assert (await world.get(request)).available_on == to_date(world.today())
    assert list((await world.proof()).of_earlier_months) == []


async def test_a_part_of_an_earlier_month_that_is_too_old_pays_once_it_has_its_own_invoice(world: World) -> None:
    await world.until_day_of_month(25)
    request = await world.transfer_request()
    await comes(world, request, PART)
    await world.advance(days=13)
    assert (await comes(world, request, GROSS - PART)).made_whole == 0
    assert (await world.get(request)).state == OPEN
    await decide(world)
    paid = await world.get(request)
    assert (paid.state, paid.available_on) == (PAID, to_date(world.today()))


async def test_the_proof_names_a_part_that_was_available_in_a_month_before_its_invoice(world: World) -> None:
    first = await world.until_day_of_month(28)
    request = await world.transfer_request()
    await comes(world, request, PART)
    await world.advance(days=7)
    await comes(world, request, GROSS - PART)
    async with world.room.core.database.transaction() as conn:
        await conn.execute(text("UPDATE payment_requests SET available_on = :day"), {"day": world.today()})
    found = await world.proof()
    (said,) = found.of_earlier_months
    assert said.startswith(f"payment request {request.payment_request_id} is paid as of {world.today()}")
    assert f"with money of {first}" in said
    assert found.balanced
