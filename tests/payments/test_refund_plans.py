"""By which means an amount goes back: for any money and any refunds never more than came, and money before credit."""

from dataclasses import replace
from uuid import UUID

from hypothesis import example, given
from hypothesis import strategies as st

from services.kit.money import Money, total
from services.payments.domain.payees import fault_of_account
from services.payments.domain.receipts import Source
from services.payments.domain.refunds import (
    Gone,
    Means,
    Received,
    Refund,
    RefundState,
    by_provider,
    end_to_end_of,
    left_of,
    plan,
    refund_meant,
)
from services.payments.settings import EXAMPLE_IBAN as OURS
from tests.payments.rows import NOW

CENTS = st.integers(1, 10_000)
CAME = st.lists(st.tuples(st.sampled_from([None, Source.BANK, Source.ANNOUNCED, Source.STRIPE]), CENTS), max_size=4)


def received(came: list[tuple[Source | None, int]]) -> list[Received]:
    return [Received(source, f"{source}-{place}", Money(minor)) for place, (source, minor) in enumerate(came)]


def refund(means: Means, source_ref: str, money: Money, credited: Money) -> Refund:
    return Refund(
        refund_id=UUID(int=1), request_id=UUID(int=2), entry_id=None, account_id=UUID(int=3), money=money,
        credited=credited, means=means, state=RefundState.DONE, attempt=1,
        charge_id=source_ref if means is Means.STRIPE else None, provider_ref=None, iban="", holder="", failure="",
        reason_code="withdrawal", withdrawal_order_id=None, requested_at=NOW, asked_at=None, sent_at=None,
        statement_by=None, done_on=None, message_id=None,
    )  # fmt: skip


@given(came=CAME, asked=st.lists(CENTS, max_size=6), credit_by_transfer=st.booleans())
def test_all_refunds_together_are_never_more_than_came(
    came: list[tuple[Source | None, int]], asked: list[int], *, credit_by_transfer: bool
) -> None:
    made: list[Refund] = []
    for minor in asked:
        left = left_of(received(came), {}, made)
        planned = plan(left, Money(minor), credit_by_transfer=credit_by_transfer)
        assert (planned is None) == (minor > total(each.left for each in left).minor)
        if planned is not None:
            assert planned.money + planned.credited == Money(minor)
            made.append(refund(planned.means, planned.source_ref, planned.money, planned.credited))
    rest = total(each.left for each in left_of(received(came), {}, made))
    assert rest + total(each.amount for each in made) == total(Money(minor) for _, minor in came)
    for place, (source, minor) in enumerate(came):
        if source is Source.STRIPE:
            assert total(each.money for each in made if each.charge_id == f"{source}-{place}") <= Money(minor)


@given(
    came=CAME,
    back=st.dictionaries(st.sampled_from([Source.BANK, Source.STRIPE]), CENTS),
    asked=st.lists(st.tuples(CENTS, st.booleans(), st.booleans()), max_size=6),
)
@example(came=[(Source.BANK, 10), (None, 5)], back={Source.BANK: 3}, asked=[(12, False, True)])
@example(came=[(Source.STRIPE, 10), (Source.BANK, 5)], back={Source.STRIPE: 3}, asked=[(12, True, False)])
def test_what_bank_or_provider_took_back_and_all_refunds_together_are_what_came(
    came: list[tuple[Source | None, int]], back: dict[Source, int], asked: list[tuple[int, bool, bool]]
) -> None:
    transfers = {Source.BANK, Source.ANNOUNCED}
    sums = {
        source: sum(minor for of, minor in came if of in (transfers if source is Source.BANK else {source}))
        for source in back
    }
    taken_back = {source: Money(min(minor, sums[source])) for source, minor in back.items()}
    whole = total(Money(minor) for _, minor in came) - total(taken_back.values())
    made: list[Refund] = []
    for minor, as_credit, credit_by_transfer in asked:
        left = left_of(received(came), taken_back, made)
        planned = plan(left, Money(minor), as_credit=as_credit, credit_by_transfer=credit_by_transfer)
        if planned is not None:
            made.append(refund(planned.means, planned.source_ref, planned.money, planned.credited))
    rest = total(each.left for each in left_of(received(came), taken_back, made))
    assert rest + total(each.amount for each in made) == whole


def test_what_the_bank_takes_back_of_a_payment_recorded_by_hand_is_no_transfer_any_more() -> None:
    came = received([(Source.STRIPE, 100), (Source.ANNOUNCED, 100)])
    assert [each.left.minor for each in left_of(came, {Source.BANK: Money(30)}, [])] == [100, 70]


@given(came=CAME, minor=CENTS, credit_by_transfer=st.booleans())
def test_a_refund_given_up_leaves_its_money_to_another(
    came: list[tuple[Source | None, int]], minor: int, *, credit_by_transfer: bool
) -> None:
    planned = plan(received(came), Money(minor), credit_by_transfer=credit_by_transfer)
    if planned is not None:
        made = refund(planned.means, planned.source_ref, planned.money, planned.credited)
        given_up = [replace(made, state=RefundState.CANCELLED)]
        left = total(each.left for each in left_of(received(came), {}, given_up))
        assert left + planned.credited == total(Money(each) for _, each in came)


@given(st.tuples(CENTS, CENTS).filter(lambda pair: pair[0] != pair[1]))
def test_of_two_means_the_one_with_the_most_left_is_taken_and_the_rest_is_credit(pair: tuple[int, int]) -> None:
    card, bank = pair
    came: list[tuple[Source | None, int]] = [(Source.STRIPE, card), (Source.BANK, bank)]
    for each in (came, came[::-1]):
        made = plan(received(each), Money(card + bank))
        assert made is not None
        assert made.means is (Means.STRIPE if card > bank else Means.BANK_TRANSFER)
        assert (made.money.minor, made.credited.minor) == (max(pair), min(pair))


@given(came=CAME, minor=CENTS, taken=st.integers(0, 9_999))
@example(came=[(Source.STRIPE, 1_976)], minor=1_971, taken=500)
@example(came=[(Source.STRIPE, 900), (Source.BANK, 1_000), (None, 76)], minor=1_976, taken=0)
def test_where_all_goes_back_as_money_nothing_that_came_by_card_is_transferred(
    came: list[tuple[Source | None, int]], minor: int, taken: int
) -> None:
    left = received(came)
    gone = Gone(Means.CHARGEBACK, Money(taken)) if taken else None
    planned = plan(left, Money(minor), credit_by_transfer=True, gone=gone)
    if planned is None:
        return
    back = {each.source_ref: each.left.minor for each in by_provider(left, planned)}
    if planned.means is Means.STRIPE:
        back[planned.source_ref] = back.get(planned.source_ref, 0) + planned.money.minor
    cards = {each.source_ref: each.left.minor for each in left if each.source is Source.STRIPE}
    assert all(0 < money <= cards[source_ref] for source_ref, money in back.items())
    own = planned.money.minor if planned.means is Means.STRIPE else 0
    transferred = planned.credited.minor + own - sum(back.values())
    assert transferred >= 0
    assert transferred == 0 or back == cards


@given(st.uuids(), st.integers(1, 99))
def test_an_end_to_end_id_fits_a_transfer_and_is_known_again(refund_id: UUID, attempt: int) -> None:
    written = end_to_end_of(refund_id, attempt)
    assert len(written) <= 35
    assert refund_meant(written) == (refund_id, attempt)


@given(st.text(max_size=40))
def test_what_is_no_end_to_end_id_of_ours_means_no_refund(text: str) -> None:
    assert refund_meant(text) is None


def test_only_a_sepa_account_with_a_holder_takes_a_transfer() -> None:
    assert fault_of_account("", "Mario", OURS) == "iban_missing"
    assert fault_of_account("IT00X0542811101000000123456", "Mario", OURS) == "iban_not_valid"
    assert fault_of_account("SA0380000000608010167519", "Mario", OURS) == "iban_not_sepa"
    assert fault_of_account("DE89370400440532013000", " ", OURS) == "holder_missing"
    assert fault_of_account("DE89370400440532013000", "Mario", OURS) == ""
    assert fault_of_account(OURS, "Mario", OURS) == "iban_ours"
