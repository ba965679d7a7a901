"""GetPriceList and CreateQuote."""

import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from services.kit.calendar import add_days
from services.kit.money import Money
from services.kit.wire import from_money, from_timestamp
from services.ordering.domain.policy import OrderingPolicy
from tests.ordering.shop import Shop, mailboxes
from tests.support.refusals import bad_fields, refused_for, unavailable
from tests.support.room import request_id

PRIVATE, COMPANY = common_pb2.CUSTOMER_KIND_PRIVATE, common_pb2.CUSTOMER_KIND_COMPANY
MONTHLY, ANNUAL = common_pb2.BILLING_PERIOD_MONTHLY, common_pb2.BILLING_PERIOD_ANNUAL
SIZE_25 = mailboxes_pb2.MAILBOX_SIZE_25_GB


def asked(account: object, **wanted: object) -> pb.CreateQuoteRequest:
    fields = {"kind": PRIVATE, "billing": ANNUAL, "items": [mailboxes(1)], **wanted}
    return pb.CreateQuoteRequest(request_id=request_id(), account_id=str(account), **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("caller", ["gateway", "operator"])
async def test_everybody_reads_the_price_list_net_and_gross_with_the_resellers_tiers(shop: Shop, caller: str) -> None:
    told = await shop.stub(caller).GetPriceList(pb.GetPriceListRequest())
    assert [plan.size for plan in told.plans] == [1, 2, 3, 4]
    smallest = told.plans[0]
    assert [from_money(price).minor for price in (smallest.monthly, smallest.monthly_gross)] == [150, 183]
    assert [from_money(price).minor for price in (smallest.annual, smallest.annual_gross)] == [1620, 1976]
    assert (told.monthly_minimum, told.annual_minimum, told.vat_rate) == (5, 1, "22.00")
    assert [option.code for option in told.options] == ["archive", "activesync"]
    tiers = [(tier.from_mailboxes, tier.discount) for tier in told.reseller_tiers]
    assert tiers == [(10, "15.00"), (100, "25.00"), (500, "35.00")]


async def test_a_quote_has_lines_in_both_languages_and_a_total_with_vat(shop: Shop) -> None:
    items = [mailboxes(5), mailboxes(2, SIZE_25, "archive")]
    quote = await shop.quote(shop.account(), COMPANY, MONTHLY, items)
    assert [(line.description, line.quantity, line.net.minor) for line in quote.lines_it] == [
        ("Casella 8 GB, 1 mese", 5, 750),
        ("Casella 25 GB, 1 mese", 2, 580),
        ("Archivio della posta, 1 mese", 2, 240),
    ]
    assert [line.description for line in quote.lines_en] == [
        "Mailbox 8 GB, 1 month",
        "Mailbox 25 GB, 1 month",
        "Mail archive, 1 month",
    ]
    assert {line.vat_rate for line in quote.lines_it} == {"22.00"}
    totals = (quote.totals.net, quote.totals.vat, quote.totals.gross)
    assert [from_money(amount) for amount in totals] == [Money(1570), Money(345), Money(1915)]
    assert from_timestamp(quote.valid_until) == add_days(shop.room.clock.now(), 14)


async def test_the_page_for_a_private_person_tells_of_withdrawal_before_the_order(shop: Shop) -> None:
    account = shop.account()
    request = asked(account)
    pages = (await shop.stub().CreateQuote(request, metadata=shop.customer(account))).pages
    assert [page.language for page in pages] == [common_pb2.LANGUAGE_IT, common_pb2.LANGUAGE_EN]
    assert "Ordine con obbligo di pagare" in pages[0].button_labels
    assert "recedere" in pages[0].withdrawal_information
    assert "withdraw" in pages[1].withdrawal_information
    request = asked(account, kind=COMPANY)
    pages = (await shop.stub().CreateQuote(request, metadata=shop.customer(account))).pages
    assert [(page.withdrawal_information, page.start_at_once_label) for page in pages] == [("", "")] * 2


async def test_a_quote_is_kept_as_it_was_made(shop: Shop) -> None:
    quote = await shop.quote(shop.account())
    row = (await shop.room.rows("quotes"))[0]
    assert (row["hash"], row["content"]["gross_minor"]) == (quote.hash, quote.totals.gross.minor)


async def test_the_same_request_again_gets_the_first_quote(shop: Shop) -> None:
    account = shop.account()
    request = asked(account)
    first = (await shop.stub().CreateQuote(request, metadata=shop.customer(account))).quote
    shop.room.clock.advance(days=1)
    assert (await shop.stub().CreateQuote(request, metadata=shop.customer(account))).quote == first
    request.billing = MONTHLY
    request.items[0].quantity = 5
    call = shop.stub().CreateQuote(request, metadata=shop.customer(account))
    await refused_for(call, errors_pb2.REASON_REQUEST_ID_REUSED)


async def test_a_quote_includes_all_mailboxes_and_domains_that_exist(shop: Shop) -> None:
    account = shop.account(mailboxes={8: 6}, empty_domains=1)
    call = shop.stub().CreateQuote(asked(account, items=[mailboxes(6)]), metadata=shop.customer(account))
    refused = await refused_for(call, errors_pb2.REASON_INVALID_INPUT)
    assert bad_fields(refused) == {"items": "items_too_few"}
    assert (await shop.quote(account, items=[mailboxes(7)])).totals.gross.minor > 0


async def test_without_mailboxes_answer_there_is_no_quote(shop: Shop) -> None:
    account = shop.account()
    shop.neighbours.away.add("mailboxes")
    await unavailable(shop.stub().CreateQuote(asked(account), metadata=shop.customer(account)))
    assert await shop.room.rows("quotes") == []


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("it", "Con la fatturazione mensile si ordinano almeno 5 caselle in tutto."),
        ("en", "Monthly billing starts at 5 mailboxes in all."),
    ],
)
async def test_a_bad_field_is_explained_in_the_caller_s_language(shop: Shop, language: str, said: str) -> None:
    account = shop.account()
    request = asked(account, billing=MONTHLY, items=[mailboxes(4)])
    call = shop.stub().CreateQuote(request, metadata=shop.customer(account, language))
    refused = await refused_for(call, errors_pb2.REASON_INVALID_INPUT)
    assert [violation.message for violation in refused.violations] == [said]


async def test_every_bad_field_is_named_and_nothing_stored(shop: Shop) -> None:
    account = shop.account()
    request = pb.CreateQuoteRequest(request_id="x", account_id="y", items=[pb.MailboxItem(quantity=-1)])
    call = shop.stub().CreateQuote(request, metadata=shop.customer(account))
    refused = await refused_for(call, errors_pb2.REASON_INVALID_INPUT)
    assert bad_fields(refused) == {
        "request_id": "not_a_uuid",
        "account_id": "not_a_uuid",
        "kind": "required",
        "billing": "required",
        "items[0].size": "required",
        "items[0].quantity": "out_of_range",
    }
    assert await shop.room.rows("quotes") == await shop.room.rows("requests") == []


async def test_a_quote_of_50_entries_is_the_longest(shop: Shop) -> None:
    account = shop.account()
    assert (await shop.quote(account, items=[mailboxes(1)] * 50)).totals.gross.minor > 0
    call = shop.stub().CreateQuote(asked(account, items=[mailboxes(1)] * 51), metadata=shop.customer(account))
    assert bad_fields(await refused_for(call, errors_pb2.REASON_INVALID_INPUT)) == {"items": "too_many"}


@pytest.mark.parametrize("policy", [OrderingPolicy(quote_days=2, monthly_minimum=3)])
async def test_the_operator_s_policy_sets_minimums_and_validity(shop: Shop) -> None:
    quote = await shop.quote(shop.account(), billing=MONTHLY, items=[mailboxes(3)])
    assert from_timestamp(quote.valid_until) == add_days(shop.room.clock.now(), 2)


async def test_before_the_first_edition_nothing_is_for_sale(shop: Shop) -> None:
    shop.room.clock.at = shop.room.clock.at.replace(year=2025)
    await refused_for(shop.stub().GetPriceList(pb.GetPriceListRequest()), errors_pb2.REASON_QUOTE_NOT_VALID)
