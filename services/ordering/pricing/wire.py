"""How prices and quotes look in protobuf."""

from collections.abc import Sequence

from casella.common.v1 import common_pb2
from casella.ordering.v1 import ordering_pb2
from services.kit.money import Money
from services.kit.validation import Violations
from services.kit.wire import to_date, to_money, to_timestamp
from services.ordering.domain.additions import Addition
from services.ordering.domain.items import MOST_ITEMS, Item
from services.ordering.domain.price_list import MOST_OPTIONS
from services.ordering.domain.quote import Quote
from services.ordering.domain.stamp_duty import nature_of
from services.ordering.domain.tax import TaxTreatment
from services.ordering.enums import BILLINGS, KINDS, SIZES, TREATMENTS
from services.ordering.pricing.store import FrozenQuote
from services.ordering.wire import item_message, totals_message


def quote_message(frozen: FrozenQuote) -> ordering_pb2.Quote:
    """A frozen quote."""
    quote = frozen.quote
    if_charged, treatment = quote.totals_if_charged, quote.tax.treatment
    return ordering_pb2.Quote(
        quote_id=str(quote.quote_id),
        hash=frozen.hash,
        price_list_version=quote.price_list_version,
        kind=KINDS[quote.kind],
        billing=BILLINGS[quote.billing],
        items=[item_message(item) for item in quote.items],
        lines_it=line_messages(quote, treatment, "it"),
        lines_en=line_messages(quote, treatment, "en"),
        totals=totals_message(quote.totals),
        valid_until=to_timestamp(quote.valid_until),
        tax_treatment=TREATMENTS[quote.tax.treatment],
        tax_open=quote.tax.is_open,
        totals_with_vat=totals_message(if_charged) if if_charged else None,
        vat_id=quote.tax.vat_id,
        reseller_discount=quote.reseller_discount,
        addition=_addition(quote.addition) if quote.addition else None,
    )


def _addition(addition: Addition) -> ordering_pb2.Addition:
    return ordering_pb2.Addition(
        subscription_id=str(addition.subscription_id),
        first_day=to_date(addition.days.first),
        last_day=to_date(addition.days.last),
    )


def items_from(violations: Violations, messages: Sequence[ordering_pb2.MailboxItem]) -> list[Item]:
    """What a customer asks for; an unspecified size becomes 0 GB, which no rule lets pass."""
    return [
        Item(SIZES.word(entry.size) or 0, entry.quantity, _options(violations, place, entry))
        for place, entry in enumerate(violations.at_most("items", messages, MOST_ITEMS))
    ]


def _options(violations: Violations, place: int, entry: ordering_pb2.MailboxItem) -> tuple[str, ...]:
    return tuple(violations.at_most(f"items[{place}].options", entry.options, MOST_OPTIONS))


def line_messages(quote: Quote, treatment: TaxTreatment, language: str) -> list[common_pb2.Line]:
    """A quote's lines in a language, as documents under a treatment carry them."""
    return [
        common_pb2.Line(
            description=line.text_it if language == "it" else line.text_en,
            quantity=line.quantity,
            unit_price=to_money(Money(line.unit_minor, quote.currency)),
            net=to_money(Money(line.net_minor, quote.currency)),
            vat_rate=quote.rate_of(treatment),
            nature=nature_of(line, treatment),
        )
        for line in quote.lines_of(treatment)
    ]
