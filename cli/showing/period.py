"""Shows a period of a subscription with its payment and its documents."""

from casella.common.v1 import common_pb2
from casella.invoicing.v1 import invoicing_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from cli import profile_fields, screen, words
from cli.failures import Failure
from cli.rooms import Rooms, open_rooms
from cli.showing import asked, business_proofs, documents, vat_checks
from workflows import names

COLUMNS = ("period", "number", "days", "state", "gross", "proforma", "due", "invoice")
LINE_COLUMNS = ("line", "days", "quantity", "net")


async def show_period(period_id: str, *, as_json: bool) -> None:
    """Show the period with this id."""
    async with open_rooms() as rooms:
        found = await rooms.ask_for(rooms.ordering.GetPeriod, ordering_pb2.GetPeriodRequest(period_id=period_id))
        if found is None:
            raise Failure(f"there is no period {period_id}", "`casella show account` lists a customer's periods")
        period = found.period
        payment = await rooms.ask_for(
            rooms.payments.GetPaymentRequest, payments_pb2.GetPaymentRequestRequest(period_id=period_id)
        )
        papers = await _documents(rooms, period)
        checks = await vat_checks.checks_of(rooms, period.account_id, period.vat_id)
        proofs = await business_proofs.proofs_of(rooms, period.account_id, period.tax_treatment)
        if as_json:
            screen.show_json(
                {
                    "period": period,
                    "subscription": found.subscription,
                    **asked.as_json(payment),
                    "documents": papers,
                    "vat_checks": checks,
                    "business_proofs": proofs,
                }
            )
            return
        screen.show_facts(f"Period {period_id}", _facts(period, rooms))
        screen.show_table("Lines (net)", LINE_COLUMNS, [line_row(line) for line in period.lines])
        screen.show_facts(*await _party(rooms, period))
        asked.show(payment, "period")
        screen.show_table("Documents", documents.COLUMNS, [documents.row(paper) for paper in papers])
        vat_checks.show(checks, period.vat_check_id)
        business_proofs.show(proofs, period.business_proof_id)


def row(period: ordering_pb2.Period) -> tuple[str, ...]:
    """A period as a line of a table."""
    return (
        period.period.period_id,
        str(period.period.number),
        _days(period),
        words.choice(period, "state"),
        words.money(period.totals.gross) if period.HasField("totals") else "",
        period.proforma_number,
        words.if_any(words.day(period.due_on)),
        period.invoice_id,
    )


async def _party(rooms: Rooms, period: ordering_pb2.Period) -> tuple[str, list[tuple[str, str]]]:
    """To whom it is made out; before its measuring the billing profile, to which it would be."""
    if period.HasField("party"):
        return "Made out to", profile_fields.facts(period.party)
    asked = ordering_pb2.GetBillingProfileRequest(account_id=period.account_id)
    found = await rooms.ask_for(rooms.ordering.GetBillingProfile, asked)
    return "Billing profile, as it stands", profile_fields.facts(found.profile) if found else []


async def _documents(rooms: Rooms, period: ordering_pb2.Period) -> list[invoicing_pb2.Document]:
    found: list[invoicing_pb2.Document] = await rooms.ask_all(
        rooms.invoicing.ListDocuments, invoicing_pb2.ListDocumentsRequest(account_id=period.account_id), "documents"
    )
    return [document for document in found if document.period.period_id == period.period.period_id]


def _days(period: ordering_pb2.Period) -> str:
    return f"{words.day(period.period_start)} to {words.day(period.period_end)}"


def _facts(period: ordering_pb2.Period, rooms: Rooms) -> list[tuple[str, str]]:
    totals = period.totals
    known = period.HasField("totals")
    ref = period.period
    return [
        ("state", words.choice(period, "state")),
        ("account", period.account_id),
        ("subscription", f"{ref.subscription_id}, period {ref.number}"),
        ("days", _days(period)),
        ("paid by order", period.order_id),
        ("measured", words.if_any(words.instant(period.measured_at))),
        ("is measured", "" if known else words.if_any(words.instant(period.measure_at))),
        (
            "total",
            f"{words.money(totals.gross)} ({words.money(totals.net)} + VAT {words.money(totals.vat)})" if known else "",
        ),
        ("tax", words.if_any(words.choice(period, "tax_treatment"))),
        ("VAT number", period.vat_id),
        ("payment", words.if_any(words.choice(period, "payment_method"))),
        ("due", words.if_any(words.day(period.due_on))),
        ("sending is suspended after", words.if_any(words.day(period.suspend_after))),
        ("subscription closes after", words.if_any(words.day(period.close_after))),
        ("notice of the renewal sent", words.if_any(words.instant(period.notice_sent_at))),
        ("money available", words.if_any(words.day(period.available_on))),
        ("ended", words.if_any(words.instant(period.ended_at))),
        ("invoice", period.invoice_id),
        ("steer at", rooms.where.workflow_link(names.renewal_id(ref.subscription_id, ref.number))),
    ]


def line_row(line: common_pb2.Line) -> tuple[str, ...]:
    """A line of a period as a line of a table."""
    days = f"{words.day(line.period_start)} to {words.day(line.period_end)}"
    return (line.description, days, str(line.quantity), words.money(line.net))
