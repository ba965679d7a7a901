"""Translates what comes in: protobuf to this room's domain, every bad field noted.

Documents are checked for what their rows and files need. Whether the SdI would take them is decided when they are
sent, and by the dry run before an order: an invoice for money that has come is not refused for a typing error.
"""

import dataclasses
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from casella.common.v1 import common_pb2
from casella.invoicing.v1 import invoicing_pb2 as pb
from services.invoicing.domain.customers import Customer, CustomerKind
from services.invoicing.domain.documents import PaidPart, Payment, PaymentMethod, RestToPay, Transfer
from services.invoicing.domain.sums import Line, Totals, totals
from services.invoicing.domain.tax import Natura, TaxTreatment
from services.invoicing.service.issuing import Draft
from services.kit.enums import EnumTable
from services.kit.money import MOST_MINOR, Money
from services.kit.validation import Violations
from services.kit.wire import from_money

MOST_LINES = 1000
_LONGEST_DESCRIPTION = 1000
_LONGEST_REFERENCE = 60
_LONGEST_URL = 500
_LONGEST_PAYLOAD = 331
"""Bytes of an EPC QR code's text (EPC069-12, version 3.1)."""
_LARGEST = 10**12
"""Minor units: FatturaPA writes at most eleven digits before the point, and sums must fit too."""
_MOST_UNITS = 10**6
_NOTHING = Money(0)

METHODS = EnumTable(
    {
        PaymentMethod.BANK_TRANSFER: common_pb2.PAYMENT_METHOD_BANK_TRANSFER,
        PaymentMethod.ONLINE: common_pb2.PAYMENT_METHOD_ONLINE,
        PaymentMethod.AUTOMATIC_DEBIT: common_pb2.PAYMENT_METHOD_AUTOMATIC_DEBIT,
    }
)

TREATMENTS = EnumTable(
    {
        TaxTreatment.DOMESTIC: common_pb2.TAX_TREATMENT_DOMESTIC,
        TaxTreatment.REVERSE_CHARGE: common_pb2.TAX_TREATMENT_REVERSE_CHARGE,
        TaxTreatment.OUTSIDE_EU: common_pb2.TAX_TREATMENT_OUTSIDE_EU,
        TaxTreatment.OUTSIDE_VAT_TERRITORY: common_pb2.TAX_TREATMENT_OUTSIDE_VAT_TERRITORY,
    }
)


def treatment_of(found: Violations, value: common_pb2.TaxTreatment, customer: Customer | None = None) -> TaxTreatment:
    """How a sale is taxed: in a way in which its customer, if one is given, can be."""
    treatment = TREATMENTS.chosen(found, "tax_treatment", value, TaxTreatment.DOMESTIC)
    if customer is None or treatment is TaxTreatment.DOMESTIC or not customer.address.country:
        return treatment
    if treatment.abroad != customer.abroad or (treatment.abroad and customer.kind is CustomerKind.PRIVATE):
        found.add("tax_treatment", "of_another_customer")
    return treatment


def lines_of(found: Violations, messages: Sequence[common_pb2.Line], treatment: TaxTreatment) -> tuple[Line, ...]:
    """A document's lines; each bad field is named with its line's index."""
    if not messages:
        found.add("lines", "required")
    if len(found.at_most("lines", messages, MOST_LINES)) < len(messages):
        return ()
    if len({message.net.currency for message in messages} | {m.unit_price.currency for m in messages}) > 1:
        found.add("lines", "one_currency")
        return ()
    return tuple(_line(found, f"lines[{n}]", n + 1, message, treatment) for n, message in enumerate(messages))


def check_totals(found: Violations, lines: Sequence[Line], stated: common_pb2.Totals) -> None:
    """Compares the stated sum with the lines', once these are good."""
    if found or not lines:
        return
    sums = Totals(
        net=money_of(found, "totals.net", stated.net),
        vat=money_of(found, "totals.vat", stated.vat),
        gross=money_of(found, "totals.gross", stated.gross),
    )
    right = totals(lines)
    for field in ("net", "vat", "gross"):
        if not found and getattr(sums, field) != getattr(right, field):
            found.add(f"totals.{field}", "wrong_sum")
            return


def terms_of(found: Violations, message: pb.PaymentTerms, field: str = "payment") -> Payment:
    """How a document is to be paid; with the instructions for a transfer. `field` is where the request says it."""
    method = method_of(found, f"{field}.method", message.method)
    credit_minor = _credit(found, f"{field}.credit_used", message.credit_used)
    if not method.by_transfer or (credit_minor and not message.iban):  # covered by credit: `check_credit` sees that
        return Payment(method=method, credit_minor=credit_minor)
    transfer = _transfer(found, field, message, message.epc_payload)
    if len(message.epc_payload.encode()) > _LONGEST_PAYLOAD:
        found.add(f"{field}.epc_payload", "too_long", limit=_LONGEST_PAYLOAD)
    found.text(f"{field}.epc_payload", message.epc_payload, _LONGEST_PAYLOAD, required=False, lines=True)
    return Payment(method=method, transfer=transfer, credit_minor=credit_minor)


def rest_of(found: Violations, field: str, message: pb.RestToPay) -> RestToPay:
    """What is left to pay after part payments, with the instructions for a transfer."""
    amount = money_of(found, f"{field}.amount", message.amount, least=1)
    return RestToPay(amount, _transfer(found, field, message))


def _transfer(
    found: Violations, field: str, message: pb.PaymentTerms | pb.RestToPay, epc_payload: str = ""
) -> Transfer:
    return Transfer(
        holder=found.text(f"{field}.holder", message.holder, 70),
        iban=found.text(f"{field}.iban", message.iban, 34),
        bic=found.text(f"{field}.bic", message.bic, 11, required=False),
        reference=found.text(f"{field}.reference", message.reference, 25),
        epc_payload=epc_payload,
    )


def check_credit(found: Violations, field: str, draft: Draft, *, asked: bool) -> None:
    """Credit covers no more than the total; a transfer that is asked for says how, unless it covers all of it."""
    payment = draft.payment
    if found or not payment.credit_minor:
        return
    gross = totals(draft.lines).gross
    without_way = asked and payment.method.by_transfer and payment.transfer is None
    if payment.credit_minor > gross.minor or (without_way and payment.credit_minor != gross.minor):
        found.add(field, "out_of_range", least=0, most=gross.minor)


def _credit(found: Violations, field: str, message: common_pb2.Money) -> int:
    if not 0 <= message.minor <= MOST_MINOR:
        found.add(field, "out_of_range", least=0, most=MOST_MINOR)
    elif message.minor and message.currency != _NOTHING.currency:
        found.add(field, "not_an_amount" if message.currency else "required")
    return max(message.minor, 0)


def pay_url_of(found: Violations, field: str, value: str) -> str:
    """A link for paying online, where there is one."""
    url = found.text(field, value, _LONGEST_URL, required=False)
    if url and not url.startswith(("https://", "http://")):
        found.add(field, "bad_format")
    return url


def unpaid_of(found: Violations, request: pb.IssueInvoiceRequest) -> Payment:
    """How an invoice is to be paid that is issued before its payment; nothing is said of one."""
    for name in ("date", "method", "payment_reference", "credit_used", "advance_ids", "paid_by", "shortfall"):
        value = getattr(request, name)
        if request.HasField(name) if name in {"date", "credit_used", "shortfall"} else bool(value):
            found.add(name, "must_be_empty")
    return dataclasses.replace(
        terms_of(found, request.unpaid.payment, "unpaid.payment"),
        due_on=found.day("unpaid.due_on", request.unpaid.due_on),
        proforma_number=found.text("proforma_number", request.proforma_number, 20, required=False),
    )


def check_unpaid(found: Violations, draft: Draft) -> None:
    """Only what a business buys that is taxed abroad is invoiced before it is paid."""
    if not draft.treatment.supplied_abroad or draft.customer.kind is CustomerKind.PRIVATE:
        found.add("unpaid", "paid_first")


def paid_of(
    found: Violations,
    request: pb.IssueInvoiceRequest | pb.IssueAdvanceInvoiceRequest,
    credit_used: common_pb2.Money | None,
) -> Payment:
    """How an invoice was paid; of a part payment, that is money alone."""
    return Payment(
        method=method_of(found, "method", request.method),
        reference=found.text("payment_reference", request.payment_reference, _LONGEST_REFERENCE, required=False),
        proforma_number=found.text("proforma_number", request.proforma_number, 20, required=False),
        credit_minor=0 if credit_used is None else _credit(found, "credit_used", credit_used),
    )


def paid_in_parts(found: Violations, request: pb.IssueInvoiceRequest) -> Payment:
    """How an invoice was paid: by which means how much of it, and what was remitted."""
    parts = [
        PaidPart(
            method_of(found, f"paid_by[{n}].method", each.method),
            money_of(found, f"paid_by[{n}].amount", each.amount, least=1).minor,
            found.text(f"paid_by[{n}].reference", each.reference, _LONGEST_REFERENCE, required=False),
        )
        for n, each in enumerate(found.at_most("paid_by", request.paid_by, len(PaymentMethod)))
    ]
    return dataclasses.replace(
        paid_of(found, request, request.credit_used),
        parts=tuple(parts),
        shortfall_minor=_credit(found, "shortfall", request.shortfall),
    )


def check_paid(found: Violations, draft: Draft) -> None:
    """By all means, with account credit and what was remitted, the total was paid; of that something was."""
    payment = draft.payment
    if found or not (payment.parts or payment.shortfall_minor):
        return
    gross = totals(draft.lines).gross
    other = payment.credit_minor + payment.shortfall_minor
    if other > gross.minor:
        found.add("shortfall", "out_of_range", least=0, most=gross.minor - payment.credit_minor)
    elif payment.parts and sum(part.minor for part in payment.parts) + other != gross.minor:
        found.add("paid_by", "wrong_sum")


def method_of(found: Violations, field: str, value: common_pb2.PaymentMethod) -> PaymentMethod:
    """A way of paying that is one of ours."""
    return METHODS.chosen(found, field, value, PaymentMethod.BANK_TRANSFER)


def money_of(found: Violations, field: str, message: common_pb2.Money, *, least: int = 0) -> Money:
    """An amount of at least so many minor units."""
    try:
        amount = from_money(message)
    except ValueError:
        found.add(field, "not_an_amount" if message.currency else "required")
        return _NOTHING
    if not least <= amount.minor < _LARGEST:
        found.add(field, "out_of_range", least=least, most=_LARGEST - 1)
    return amount


def _line(found: Violations, field: str, position: int, message: common_pb2.Line, treatment: TaxTreatment) -> Line:
    price = money_of(found, f"{field}.unit_price", message.unit_price)
    net = money_of(found, f"{field}.net", message.net)
    quantity = found.between(f"{field}.quantity", message.quantity, 1, _MOST_UNITS)
    if net.minor != price.minor * quantity:
        found.add(f"{field}.net", "wrong_line")
    start, end = _period(found, field, message)
    return Line(
        position=position,
        description=found.text(f"{field}.description", message.description, _LONGEST_DESCRIPTION),
        quantity=quantity,
        unit_price=price,
        net=net,
        vat_rate=_rate(found, f"{field}.vat_rate", message.vat_rate, treatment),
        natura=_natura(found, f"{field}.nature", message.nature, treatment),
        period_start=start,
        period_end=end,
    )


def _period(found: Violations, field: str, message: common_pb2.Line) -> tuple[date | None, date | None]:
    has_start, has_end = message.HasField("period_start"), message.HasField("period_end")
    if not has_start and not has_end:
        return None, None
    start = found.day(f"{field}.period_start", message.period_start) if has_start else None
    end = found.day(f"{field}.period_end", message.period_end) if has_end else None
    if start is None or end is None:
        found.add(f"{field}.{'period_end' if has_start else 'period_start'}", "both_or_none")
        return None, None
    if end < start:
        found.add(f"{field}.period_end", "backwards")
    return start, end


def _rate(found: Violations, field: str, text: str, treatment: TaxTreatment) -> Decimal:
    try:
        rate = Decimal(text)
    except InvalidOperation:
        found.add(field, "bad_format" if text else "required")
        return Decimal()
    if not rate.is_finite() or not 0 <= rate <= 100 or rate != rate.quantize(Decimal("0.01")):
        found.add(field, "bad_format")
        return Decimal()
    if (rate != 0) != (treatment is TaxTreatment.DOMESTIC):
        found.add(field, "of_another_treatment")
    return rate


def _natura(found: Violations, field: str, text: str, treatment: TaxTreatment) -> Natura | None:
    """Why a line has no VAT; none in a sale with it."""
    if treatment is TaxTreatment.DOMESTIC:
        if text:
            found.add(field, "must_be_empty")
        return None
    try:
        return Natura(text)
    except ValueError:
        found.add(field, "not_a_choice" if text else "required")
        return Natura.NOT_SUBJECT
