"""A period is measured once, at its moment: what exists and what was used above the prepaid, frozen."""

import asyncio
from datetime import date, timedelta

import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from services.kit.calendar import Period, rome_date
from services.kit.wire import from_date, from_timestamp
from services.ordering.domain.policy import OrderingPolicy, RenewalPolicy, TaxPolicy
from services.ordering.domain.price_list import PriceList
from services.ordering.price_list_file import load_price_list
from tests.ordering.conftest import PRICE_LIST
from tests.ordering.shop import ACME, BEISPIEL, STEERING, Shop, mailboxes
from tests.ordering.subscribers import UNPAID, Subscriber, annual, monthly
from tests.support.refusals import bad_fields, refused_for, unavailable
from tests.support.room import request_id

SIZE_25 = mailboxes_pb2.MAILBOX_SIZE_25_GB
NOVEMBER_10 = date(2026, 11, 10)


def lines_of(period: pb.Period) -> list[tuple[str, int, int]]:
    """Text, quantity and net amount in cents."""
    return [(line.description, line.quantity, line.net.minor) for line in period.lines]


def every_day(first: date, last: date, used: dict[int, int]) -> dict[date, dict[int, int]]:
    return {first + timedelta(days=offset): used for offset in range(Period(first, last).days)}


async def test_the_first_proforma_charges_the_days_that_are_not_prepaid_and_the_use_above(shop: Shop) -> None:
    subscriber = await monthly(shop, NOVEMBER_10)
    subscriber.account.mailboxes = {8: 8, 25: 1}
    subscriber.account.used = every_day(date(2026, 11, 10), date(2026, 11, 27), {8: 7})
    measured = await subscriber.measured_in_time(2)
    coming, ended = (date(2026, 12, 10), date(2026, 12, 31)), (date(2026, 11, 10), date(2026, 11, 30))
    assert (from_date(measured.period_start), from_date(measured.period_end)) == coming
    above = "oltre il prepagato, dal 10 al 30 novembre 2026: 3 giorni-casella a"
    assert lines_of(measured) == [
        ("8 × Casella 8 GB, dal 10 al 31 dicembre 2026, 22 giorni su 31 a 1,50 EUR al mese", 1, 852),
        ("1 × Casella 25 GB, dal 10 al 31 dicembre 2026, 22 giorni su 31 a 2,90 EUR al mese", 1, 206),
        (f"Casella 8 GB {above} 1,50 EUR al mese di 30 giorni", 1, 15),
        (f"Casella 25 GB {above} 2,90 EUR al mese di 30 giorni", 1, 29),
    ]
    assert (measured.totals.net.minor, measured.totals.vat.minor, measured.totals.gross.minor) == (1102, 242, 1344)
    days = [(from_date(line.period_start), from_date(line.period_end)) for line in measured.lines]
    assert days == [coming, coming, ended, ended]
    assert {line.vat_rate for line in measured.lines} == {"22.00"}


async def test_later_periods_are_whole_months_and_what_was_prepaid_counts_by_the_day(shop: Shop) -> None:
    subscriber = await monthly(shop, NOVEMBER_10)
    await subscriber.measured_in_time(2)
    subscriber.account.mailboxes = {8: 9}
    await subscriber.measured_in_time(3)
    subscriber.account.used = every_day(date(2027, 1, 1), date(2027, 1, 31), {8: 10})
    measured = await subscriber.measured_in_time(4)
    assert lines_of(measured) == [
        ("Casella 8 GB, febbraio 2027", 9, 1350),
        ("Casella 8 GB oltre il prepagato, gennaio 2027: 31 giorni-casella a 1,50 EUR al mese di 31 giorni", 1, 150),
    ]


async def test_at_least_5_mailboxes_are_charged(shop: Shop) -> None:
    subscriber = await monthly(shop, date(2026, 6, 1))
    subscriber.account.used = every_day(date(2026, 6, 1), date(2026, 6, 30), {8: 7})
    subscriber.account.mailboxes, subscriber.account.empty_domains = {25: 1}, 1
    coming = lines_of(await subscriber.measured_in_time(2))[:2]
    assert coming == [
        ("Casella 8 GB (1 dominio senza caselle, minimo di 5: 3 non usate), luglio 2026", 4, 600),
        ("Casella 25 GB, luglio 2026", 1, 290),
    ]


async def test_options_are_charged_with_the_mailboxes(shop: Shop) -> None:
    subscriber = await monthly(shop, date(2026, 6, 1), [mailboxes(5), mailboxes(2, SIZE_25, "archive")])
    subscriber.account.mailboxes, subscriber.account.options = {8: 5, 25: 2}, {"archive": 2}
    assert lines_of(await subscriber.measured_in_time(2))[2:] == [("Archivio della posta, luglio 2026", 2, 240)]


def risen_on(first: date) -> PriceList:
    """The price list of the tree, with every price one euro higher from a day on."""
    usual = load_price_list(PRICE_LIST)
    (edition,) = usual.editions
    plans = tuple(plan.model_copy(update={"monthly": plan.monthly + 1}) for plan in edition.plans)
    later = edition.model_copy(update={"version": "later", "valid_from": first, "plans": plans})
    return usual.model_copy(update={"editions": (edition, later)})


@pytest.mark.parametrize("price_list", [risen_on(date(2026, 12, 10))])
async def test_each_line_bears_the_price_in_force_on_the_first_day_that_it_covers(shop: Shop) -> None:
    subscriber = await monthly(shop, NOVEMBER_10)
    subscriber.account.used = every_day(date(2026, 11, 10), date(2026, 11, 30), {8: 8})
    coming, above = [text for text, *_ in lines_of(await subscriber.measured_in_time(2))]
    assert rome_date(shop.room.clock.now()) == date(2026, 12, 1)
    assert coming == "7 × Casella 8 GB, dal 10 al 31 dicembre 2026, 22 giorni su 31 a 2,50 EUR al mese"
    assert above.endswith("dal 10 al 30 novembre 2026: 21 giorni-casella a 1,50 EUR al mese di 30 giorni")


@pytest.mark.parametrize(
    ("price_list", "unit"), [(risen_on(date(2027, 3, 2)), 2700), (risen_on(date(2027, 3, 3)), 1620)]
)
async def test_a_year_bears_the_price_in_force_on_its_first_day_whenever_it_was_measured(shop: Shop, unit: int) -> None:
    subscriber = await annual(shop, date(2026, 3, 2), [mailboxes(3)], ACME)
    assert lines_of(await subscriber.measured_in_time(2)) == [("Casella 8 GB, 12 mesi", 3, 3 * unit)]
    assert rome_date(shop.room.clock.now()) == date(2027, 1, 30)


@pytest.mark.parametrize("policy", [OrderingPolicy(renewals=RenewalPolicy(overage="month_end"))])
async def test_by_policy_one_count_at_the_month_s_end_stands_for_its_days(shop: Shop) -> None:
    subscriber = await monthly(shop, date(2026, 6, 1))
    subscriber.account.used = every_day(date(2026, 6, 1), date(2026, 6, 29), {8: 50})
    subscriber.account.mailboxes = {8: 8}
    above = lines_of(await subscriber.measured_in_time(2))[1]
    assert above[0].endswith("giugno 2026: 30 giorni-casella a 1,50 EUR al mese di 30 giorni")
    assert above[2] == 150


async def test_measuring_makes_the_next_period_and_starts_its_renewal(shop: Shop) -> None:
    subscriber = await monthly(shop, NOVEMBER_10)
    await subscriber.measured_in_time(2)
    assert await subscriber.woken() == [subscriber.renewal(3)]
    following = await subscriber.period(3)
    assert following.state == pb.PERIOD_STATE_SCHEDULED
    assert (from_date(following.period_start), from_date(following.period_end)) == (date(2027, 1, 1), date(2027, 1, 31))
    assert rome_date(from_timestamp(following.measure_at)) == date(2027, 1, 1)


async def test_a_repetition_returns_the_first_measurement(shop: Shop) -> None:
    subscriber = await monthly(shop, NOVEMBER_10)
    first = await subscriber.measured_in_time(2)
    await shop.room.empty_outbox()
    subscriber.account.mailboxes = {8: 70}
    shop.neighbours.away.add("mailboxes")
    shop.room.clock.advance(days=2)
    assert await subscriber.measure(2) == first
    assert await shop.room.wakes() == []
    assert await shop.room.events() == []


async def test_two_measurings_at_once_make_one(shop: Shop) -> None:
    subscriber = await monthly(shop, NOVEMBER_10)
    shop.room.clock.at = from_timestamp((await subscriber.period(2)).measure_at)
    answers = await asyncio.gather(*(subscriber.measure(2) for _ in range(4)))
    assert all(answer == answers[0] for answer in answers)
    assert len(await shop.room.rows("subscription_periods")) == 3
    assert await subscriber.woken() == [subscriber.renewal(3)]


async def test_a_period_is_not_measured_before_its_time(shop: Shop) -> None:
    subscriber = await monthly(shop, NOVEMBER_10)
    at = from_timestamp((await subscriber.period(2)).measure_at)
    shop.room.clock.at = at - timedelta(seconds=1)
    await refused_for(subscriber.measure(2), errors_pb2.REASON_PERIOD_STATE)
    assert await subscriber.next(2) == "WAIT measuring"
    assert await subscriber.due_at(2) == at
    shop.room.clock.at = at
    assert await subscriber.next(2) == "MEASURE_DUE"


async def test_the_first_period_is_never_measured(shop: Shop) -> None:
    subscriber = await monthly(shop, NOVEMBER_10)
    await refused_for(subscriber.measure(1), errors_pb2.REASON_PERIOD_STATE)
    assert await subscriber.next(1) == "NOT_OPEN"


@pytest.mark.parametrize("room", ["mailboxes", "usage"])
async def test_while_mailboxes_is_away_nothing_is_measured(shop: Shop, room: str) -> None:
    subscriber = await monthly(shop, NOVEMBER_10)
    shop.neighbours.away.add(room)
    await unavailable(subscriber.measured_in_time(2))
    assert (await subscriber.period(2)).state == pb.PERIOD_STATE_SCHEDULED
    assert len(await shop.room.rows("subscription_periods")) == 2


async def test_an_annual_period_renews_what_was_ordered_30_days_before_the_term_ends(shop: Shop) -> None:
    subscriber = await annual(shop, date(2026, 3, 2), [mailboxes(3), mailboxes(1, SIZE_25)], ACME)
    shop.neighbours.away |= {"mailboxes", "usage"}
    measured = await subscriber.measured_in_time(2)
    assert rome_date(shop.room.clock.now()) == date(2027, 1, 30)
    assert (from_date(measured.period_start), from_date(measured.period_end)) == (date(2027, 3, 2), date(2028, 3, 1))
    assert lines_of(measured) == [("Casella 8 GB, 12 mesi", 3, 4860), ("Casella 25 GB, 12 mesi", 1, 3132)]


async def test_party_and_method_are_frozen_as_they_stand_at_the_measuring(shop: Shop) -> None:
    subscriber = await monthly(shop, NOVEMBER_10)
    moved = common_pb2.BillingParty.FromString(ACME.SerializeToString())
    moved.company_name = "Acme Nuova Srl"
    await shop.save_profile(subscriber.account_id, moved)
    change = pb.ChangePaymentMethodRequest(
        request_id=request_id(),
        subscription_id=subscriber.subscription_id,
        payment_method=common_pb2.PAYMENT_METHOD_ONLINE,
    )
    await shop.stub().ChangePaymentMethod(change, metadata=subscriber.metadata)
    measured = await subscriber.measured_in_time(2)
    assert measured.party.company_name == "Acme Nuova Srl"
    assert measured.payment_method == common_pb2.PAYMENT_METHOD_ONLINE
    await shop.save_profile(subscriber.account_id, ACME)
    change.request_id, change.payment_method = request_id(), common_pb2.PAYMENT_METHOD_BANK_TRANSFER
    await shop.stub().ChangePaymentMethod(change, metadata=subscriber.metadata)
    assert await subscriber.period(2) == measured


async def test_the_customer_reads_a_period_without_the_copy_of_the_profile(shop: Shop) -> None:
    subscriber = await monthly(shop, NOVEMBER_10)
    measured = await subscriber.measured_in_time(2)
    asked = pb.GetPeriodRequest(period_id=subscriber.id_of(2))
    seen = (await shop.stub().GetPeriod(asked, metadata=subscriber.metadata)).period
    assert measured.HasField("party")
    assert not seen.HasField("party")
    assert seen.totals == measured.totals


async def test_what_mailboxes_told_is_kept_with_the_period(shop: Shop) -> None:
    subscriber = await monthly(shop, NOVEMBER_10)
    await subscriber.measured_in_time(2)
    (row,) = [row for row in await shop.room.rows("subscription_periods") if row["number"] == 2]
    assert row["usage"]["existing"] == {"mailboxes": {"8": 7}, "empty_domains": 0, "options": {}}
    assert sorted(row["usage"]["days"]) == [f"2026-11-{day}" for day in range(10, 31)]


async def test_a_business_in_the_eu_is_charged_without_vat_on_vies_s_word(shop: Shop) -> None:
    subscriber = await monthly(shop, NOVEMBER_10, party=BEISPIEL)
    checks = len(await shop.room.rows("vat_checks"))
    measured = await subscriber.measured_in_time(2)
    assert measured.tax_treatment == common_pb2.TAX_TREATMENT_REVERSE_CHARGE
    assert measured.vat_id == "DE123456788"
    assert {(line.vat_rate, line.nature) for line in measured.lines} == {("0.00", "N2.1")}
    assert measured.totals.vat.minor == 0
    assert len(await shop.room.rows("vat_checks")) == checks + 1


async def test_while_vies_does_not_answer_its_last_word_stands(shop: Shop) -> None:
    subscriber = await monthly(shop, NOVEMBER_10, party=BEISPIEL)
    shop.vies.send_away("MS_UNAVAILABLE")
    measured = await subscriber.measured_in_time(2)
    assert measured.tax_treatment == common_pb2.TAX_TREATMENT_REVERSE_CHARGE


async def no_longer_valid(shop: Shop) -> Subscriber:
    """A subscriber whose number VIES has struck off, at the moment of the measuring."""
    subscriber = await monthly(shop, NOVEMBER_10, party=BEISPIEL)
    shop.vies.set("DE123456788", "invalid")
    shop.room.clock.at = from_timestamp((await subscriber.period(2)).measure_at)
    return subscriber


async def test_where_nothing_confirms_the_number_an_operator_decides_and_the_decision_stands(shop: Shop) -> None:
    subscriber = await no_longer_valid(shop)
    refused = await refused_for(subscriber.measure(2), errors_pb2.REASON_TAX_STATE)
    assert refused.metadata["finding"] == "not_valid"
    decided = {"tax_decision": pb.TAX_DECISION_OTHER_PROOF, "steering": STEERING}
    measured = await subscriber.measure(2, **decided)
    assert measured.tax_treatment == common_pb2.TAX_TREATMENT_REVERSE_CHARGE
    assert [row["action"] for row in await shop.room.rows("audit")] == ["tax_other_proof"]
    assert (await subscriber.measured_in_time(3)).tax_treatment == common_pb2.TAX_TREATMENT_REVERSE_CHARGE


async def test_vat_is_charged_only_where_the_policy_allows_it(shop: Shop) -> None:
    subscriber = await no_longer_valid(shop)
    charge = subscriber.measure(2, tax_decision=pb.TAX_DECISION_CHARGE_VAT, steering=STEERING)
    await refused_for(charge, errors_pb2.REASON_TAX_STATE)
    assert (await subscriber.period(2)).state == pb.PERIOD_STATE_SCHEDULED


@pytest.mark.parametrize("policy", [OrderingPolicy(tax=TaxPolicy(sales_to_eu_consumers_within_threshold=True))])
async def test_charged_vat_is_italian(shop: Shop) -> None:
    subscriber = await no_longer_valid(shop)
    measured = await subscriber.measure(2, tax_decision=pb.TAX_DECISION_CHARGE_VAT, steering=STEERING)
    assert (measured.tax_treatment, measured.vat_id) == (common_pb2.TAX_TREATMENT_DOMESTIC, "")
    assert {line.vat_rate for line in measured.lines} == {"22.00"}


async def test_a_decision_says_who_and_why_and_never_refuses(shop: Shop) -> None:
    call = shop.worker.MeasurePeriod(
        pb.MeasurePeriodRequest(period_id=request_id(), tax_decision=pb.TAX_DECISION_REFUSE)
    )
    assert bad_fields(await refused_for(call, errors_pb2.REASON_INVALID_INPUT)) == {
        "tax_decision": "not_a_choice",
        "steering.actor": "required",
        "steering.reason_code": "required",
    }


async def test_a_measured_period_is_told_with_its_amount(shop: Shop) -> None:
    subscriber = await monthly(shop, NOVEMBER_10)
    measured = await subscriber.measured_in_time(2)
    (event,) = await shop.room.events()
    assert (event["type"], event["state"]) == ("period.due", "due")
    assert event["amount"] == {"minor": measured.totals.gross.minor, "currency": "EUR"}
    assert event["ids"] == {"period_id": subscriber.id_of(2), "subscription_id": subscriber.subscription_id}


@pytest.mark.parametrize("policy", [OrderingPolicy(tax=TaxPolicy(stamp_duty="charged"))])
async def test_stamp_duty_that_is_charged_is_the_last_line_of_a_period_and_covers_no_days(shop: Shop) -> None:
    subscriber = await monthly(shop, NOVEMBER_10, party=BEISPIEL)
    shop.neighbours.accounts[subscriber.account_id].mailboxes = {8: 60}
    measured = await subscriber.measured_in_time(2)
    *sold, duty = measured.lines
    assert (duty.net.minor, duty.vat_rate, duty.nature, duty.HasField("period_start")) == (2_00, "0.00", "N1", False)
    assert measured.totals.gross.minor == sum(line.net.minor for line in sold) + 2_00


async def test_a_period_that_gets_other_days_while_it_is_measured_is_measured_again(shop: Shop) -> None:
    subscriber = await monthly(shop, NOVEMBER_10)
    asked = await subscriber.asked_in_time(2)
    await subscriber.cancel()
    await subscriber.keep()

    async def the_request_is_closed() -> None:
        assert (await subscriber.end(2, UNPAID)).period.state == pb.PERIOD_STATE_VOID

    shop.room.clock.at = from_timestamp((await subscriber.period(3)).measure_at)
    shop.neighbours.meanwhile["usage"] = the_request_is_closed
    await refused_for(subscriber.measure(3), errors_pb2.REASON_PERIOD_STATE)
    assert (await subscriber.period(3)).state == pb.PERIOD_STATE_SCHEDULED
    again = await subscriber.measure(3)
    assert (again.period_start, again.period_end) == (asked.period_start, asked.period_end)
