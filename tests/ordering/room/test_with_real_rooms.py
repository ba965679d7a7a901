"""Ordering beside the real trial, mailboxes and invoicing: what it reads there is what they say."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest

from casella.common.v1 import common_pb2, errors_pb2
from services.kit.causes import PeriodCause
from services.kit.wire import from_timestamp
from tests.fixtures.postgres import RoomDatabase
from tests.ordering.shop import ACME, ANNA, BEISPIEL
from tests.ordering.town import Town, running_town
from tests.support.refusals import bad_fields, refused_for, unavailable
from tests.support.room import request_id


@pytest.fixture
async def town(room_database: RoomDatabase, tmp_path: Path) -> AsyncIterator[Town]:
    async with running_town(room_database, tmp_path) as running:
        yield running


async def test_an_order_is_decided_by_what_trial_and_mailboxes_say(town: Town) -> None:
    await unavailable(town.quote(5))
    await town.open_account()
    for domain in ("rossi.example", "verdi.example"):
        await town.mail.add_domain(domain)
    for number in range(5):
        await town.mail.create_mailbox(f"m{number}@rossi.example")
    refused = await refused_for(town.quote(5), errors_pb2.REASON_INVALID_INPUT)
    assert bad_fields(refused) == {"items": "items_too_few"}
    await town.save_profile(ACME)
    order = await town.place(await town.quote(6))
    facts = (await town.ordering.rows("orders"))[0]["facts"]
    assert (facts["trial"], facts["mailboxes"]["8"], facts["empty_domains"]) == ("active", 5, 1)
    purge_at = from_timestamp((await town.trial.trial()).purge_at)
    assert (from_timestamp(order.hold_until).date() - purge_at.date()).days == 30


async def test_after_the_purge_closed_the_login_nothing_can_be_ordered(town: Town) -> None:
    await town.open_account()
    await town.save_profile(ACME)
    quote = await town.quote(5)
    await town.trial.close_login()
    await refused_for(town.place(quote), errors_pb2.REASON_ACCOUNT_CLOSED)


async def test_a_profile_is_saved_if_an_e_invoice_to_it_would_be_valid(town: Town) -> None:
    assert [(await town.save_profile(party)).profile.revision for party in (ANNA, ACME)] == [1, 2]
    party = common_pb2.BillingParty.FromString(ANNA.SerializeToString())
    party.last_name, party.address.city = "東京", "📧"
    refused = await refused_for(town.save_profile(party), errors_pb2.REASON_INVALID_INPUT)
    assert set(bad_fields(refused)) == {"profile.last_name", "profile.address.city"}


def _business(country: str, vat_number: str, name: str, **address: str) -> common_pb2.BillingParty:
    seat = {"street": "1 Main Street", "postal_code": "1010", "city": "Sample", "country": country, **address}
    return common_pb2.BillingParty(
        kind=common_pb2.CUSTOMER_KIND_COMPANY,
        company_name=name,
        address=common_pb2.Address(**seat),
        phone="+3912345678",
        vat_number=vat_number,
        recipient_code="ABC1234" if seat["country"] == "IT" else "",
    )


@pytest.mark.parametrize(
    "party",
    [
        BEISPIEL,
        _business("GR", "EL123456783", "Παπαδόπουλος Α.Ε.", street="Οδός Ερμού 15", postal_code="105 63", city="Αθήνα"),
        _business("BG", "BG175074752", "Шуменска ООД", city="Търговище"),
        _business("PL", "PL5260001246", "Żółta Łódź Sp. z o.o.", street="ul. Źródlana 5", postal_code="00-001"),
        _business("US", "12-3456789", "Acme Mail, Inc.", postal_code="19801"),
        _business("HK", "12345678", "Example Ltd", postal_code=""),
        _business("IT", "01234567897", "Alpi Srl", city="Livigno", postal_code="23041", province="SO"),
    ],
    ids=lambda party: party.address.country,
)
async def test_a_business_abroad_or_in_livigno_saves_a_profile_whatever_its_letters(
    town: Town, party: common_pb2.BillingParty
) -> None:
    saved = (await town.save_profile(party)).profile
    assert (saved.company_name, saved.address) == (party.company_name, party.address)


async def test_a_freelancer_saves_a_profile_with_first_and_last_name(town: Town) -> None:
    party = common_pb2.BillingParty.FromString(ACME.SerializeToString())
    party.company_name, party.first_name, party.last_name = "", "Giulia", "Conti"
    saved = (await town.save_profile(party)).profile
    assert (saved.company_name, saved.first_name, saved.last_name) == ("", "Giulia", "Conti")


async def test_a_legal_hold_needs_an_account_that_trial_knows(town: Town) -> None:
    await refused_for(town.hold(request_id()), errors_pb2.REASON_NOT_FOUND)
    assert await town.ordering.rows("accounts") == []
    assert (await town.hold(town.trial.id)).hold


async def test_the_amount_so_far_counts_what_mailboxes_counted_and_is_what_the_measuring_freezes(town: Town) -> None:
    await town.open_account()
    await town.mail.add_domain("rossi.example")
    await town.save_profile(ACME)
    order = await town.place(await town.quote(5))
    subscription = await town.fulfilled(order)
    boxes = [await town.mail.create_mailbox(f"m{number}@rossi.example") for number in range(7)]
    town.ordering.clock.advance(days=2)
    await town.mail.delete_mailbox(boxes[0].mailbox_id)
    town.ordering.clock.advance(days=1)
    so_far = await town.upcoming()
    assert [(size.used, size.prepaid, size.above) for day in so_far.usage for size in day.sizes] == [
        (7, 5, 2),
        (7, 5, 2),
        (7, 5, 2),
        (6, 5, 1),
    ]
    assert "7 giorni-casella" in so_far.lines[-1].description
    town.ordering.clock.at = from_timestamp(so_far.measure_at)
    in_time = await town.upcoming()
    measured = await town.measured(PeriodCause(UUID(subscription.subscription_id), 2))
    assert (list(in_time.lines), in_time.totals) == (list(measured.lines), measured.totals)
    assert in_time.totals.gross.minor > so_far.totals.gross.minor
