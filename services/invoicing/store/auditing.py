"""The SQL that proves the numbering; each statement finds violations, none found is the proof."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.calendar import rome_date

_COUNT = text("""
    SELECT count(*) FILTER (WHERE kind = 'invoice') AS invoices,
        count(*) FILTER (WHERE kind = 'credit_note') AS credit_notes
    FROM documents WHERE (:year = 0 OR year = :year)
""")

# Invoices and credit notes are one series. A gap or repeat shows as a number that does not follow the one before it;
# the first one follows 0.
_GAPS = text("""
    SELECT issuer, year, before, sequence FROM (
        SELECT issuer, year, sequence,
            lag(sequence, 1, 0) OVER (PARTITION BY issuer, year ORDER BY sequence) AS before
        FROM documents WHERE kind <> 'proforma' AND (:year = 0 OR year = :year)
    ) numbered WHERE sequence <> before + 1 ORDER BY issuer, year, sequence
""")

_COUNTERS = text("""
    SELECT n.year, n.last, coalesce(max(d.sequence), 0) AS highest
    FROM numbering n LEFT JOIN documents d
        ON d.kind <> 'proforma' AND d.issuer = n.issuer AND d.year = n.year
    WHERE n.series = 'invoice' AND (:year = 0 OR n.year = :year)
    GROUP BY n.issuer, n.year, n.last HAVING n.last <> coalesce(max(d.sequence), 0) ORDER BY n.year
""")

_YEARS = text("""
    SELECT number, date FROM documents
    WHERE kind <> 'proforma' AND (:year = 0 OR year = :year)
        AND (extract(year FROM date) <> year OR number <> year || '/' || sequence)
    ORDER BY year, sequence
""")

_SENDINGS = text("""
    SELECT d.number, d.date, t.first_sent_at FROM documents d JOIN transmissions t ON t.invoice_id = d.id
    WHERE (:year = 0 OR d.year = :year)
        AND coalesce((t.first_sent_at AT TIME ZONE 'Europe/Rome')::date, CAST(:today AS date))
            > d.date + CAST(:days AS integer)
    ORDER BY d.year, d.sequence
""")

# A rejected invoice counts as never issued: the next file leaves within the days after the rejection. What was accepted
# after all, or given up, is sent no more.
_AGAIN = text("""
    SELECT d.number, d.date, (r.answered_at AT TIME ZONE 'Europe/Rome')::date AS rejected_on,
        (n.sent_at AT TIME ZONE 'Europe/Rome')::date AS sent_on
    FROM attempts r JOIN documents d ON d.id = r.invoice_id JOIN transmissions t ON t.invoice_id = r.invoice_id
    CROSS JOIN LATERAL (
        SELECT min(sent_at) AS sent_at FROM attempts WHERE invoice_id = r.invoice_id AND attempt > r.attempt
    ) n
    WHERE r.outcome = 'rejected' AND (:year = 0 OR d.year = :year)
        AND (n.sent_at IS NOT NULL OR t.state IN ('rejected', 'pending'))
        AND coalesce((n.sent_at AT TIME ZONE 'Europe/Rome')::date, CAST(:today AS date))
            > (r.answered_at AT TIME ZONE 'Europe/Rome')::date + CAST(:days AS integer)
    ORDER BY d.year, d.sequence, r.attempt
""")

_WITHOUT = text("""
    SELECT number FROM documents d WHERE kind <> 'proforma' AND (:year = 0 OR year = :year)
        AND NOT EXISTS (SELECT FROM transmissions t WHERE t.invoice_id = d.id) ORDER BY year, sequence
""")

# A credit note that was given up counts as never issued. Where the SdI accepts one afterwards, there may be too many.
_CREDITS = text("""
    SELECT i.number
    FROM credit_notes c JOIN documents i ON i.id = c.invoice_id JOIN documents d ON d.id = c.document_id
    JOIN transmissions t ON t.invoice_id = d.id
    WHERE t.state <> 'given_up' AND (:year = 0 OR i.year = :year)
    GROUP BY i.id, i.number, i.gross, i.net, i.vat
    HAVING sum(d.gross) > i.gross OR sum(d.net) > i.net OR sum(d.vat) > i.vat
    ORDER BY i.number
""")

_CREDITS_DATED = text("""
    SELECT d.number, d.date, i.number AS invoice, i.date AS invoiced
    FROM credit_notes c JOIN documents i ON i.id = c.invoice_id JOIN documents d ON d.id = c.document_id
    WHERE d.date < i.date AND (:year = 0 OR d.year = :year) ORDER BY d.year, d.sequence
""")


@dataclass(frozen=True, slots=True)
class Audit:
    """When how many invoices and credit notes were looked at, and each violation in plain words."""

    at: datetime
    invoices: int
    credit_notes: int
    violations: tuple[str, ...]


async def audit(conn: AsyncConnection, year: int, now: datetime, days: int, again_days: int) -> Audit:
    """Looks at the invoices and credit notes of a year.

    Args:
        conn: A transaction whose statements see one moment (REPEATABLE READ).
        year: Which year; 0 for all.
        now: The present instant.
        days: Within how many days of its date an invoice is sent.
        again_days: Within how many days of its rejection it is sent again.
    """
    wanted = {"year": year}
    found = [
        *(
            f"numbers missing in {r.year}: {r.before + 1} to {r.sequence - 1}"
            for r in await conn.execute(_GAPS, wanted)
        ),
        *(
            f"counter of {r.year} is {r.last}, highest number {r.highest}"
            for r in await conn.execute(_COUNTERS, wanted)
        ),
        *(f"{r.number} bears the date {r.date}" for r in await conn.execute(_YEARS, wanted)),
        *(f"{r.number} has no transmission" for r in await conn.execute(_WITHOUT, wanted)),
        *(f"{r.number}: more was credited than it came to" for r in await conn.execute(_CREDITS, wanted)),
        *(
            f"{r.number} of {r.date} credits {r.invoice}, which is of a later day, {r.invoiced}"
            for r in await conn.execute(_CREDITS_DATED, wanted)
        ),
    ]
    today = rome_date(now)
    late = await conn.execute(_SENDINGS, {**wanted, "today": today, "days": days})
    found += [f"{r.number} of {r.date} {'was sent late' if r.first_sent_at else 'was never sent'}" for r in late]
    late = await conn.execute(_AGAIN, {**wanted, "today": today, "days": again_days})
    found += [
        f"{r.number} of {r.date} was rejected on {r.rejected_on} and "
        f"{f'sent again late, on {r.sent_on}' if r.sent_on else 'not sent again in time'}"
        for r in late
    ]
    count = (await conn.execute(_COUNT, wanted)).one()
    return Audit(now, int(count.invoices), int(count.credit_notes), tuple(found))
