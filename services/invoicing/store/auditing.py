"""The SQL that proves the numbering; each statement finds violations, none found is the proof."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.invoicing.store.outside import sentence, waiting
from services.kit.calendar import rome_date
from services.kit.money import Money

_COUNT = text("""
    SELECT count(*) FILTER (WHERE kind IN ('invoice', 'advance_invoice')) AS invoices,
        count(*) FILTER (WHERE kind = 'credit_note') AS credit_notes
    FROM documents WHERE (:year = 0 OR year = :year)
""")

# Invoices and credit notes are one series; a number that was used outside before the rows were restored is none of its
# gaps, and is named apart. A gap or repeat shows as a number that does not follow the one before it;
# the first one follows 0.
_GAPS = text("""
    SELECT issuer, year, before, sequence FROM (
        SELECT issuer, year, sequence,
            lag(sequence, 1, 0) OVER (PARTITION BY issuer, year ORDER BY sequence) AS before
        FROM (
            SELECT issuer, year, sequence FROM documents WHERE kind <> 'proforma'
            UNION SELECT issuer, year, sequence FROM outside_documents
        ) used WHERE (:year = 0 OR year = :year)
    ) numbered WHERE sequence <> before + 1 ORDER BY issuer, year, sequence
""")

_COUNTERS = text("""
    SELECT n.year, n.last, coalesce(max(d.sequence), 0) AS highest
    FROM numbering n LEFT JOIN (
        SELECT issuer, year, sequence FROM documents WHERE kind <> 'proforma'
        UNION SELECT issuer, year, sequence FROM outside_documents
    ) d ON d.issuer = n.issuer AND d.year = n.year
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

# What has accrued abroad unpaid is invoiced by the 15th of the next month, on which it has left (DPR 633/1972, art.
# 21(4)(c) and (d)); it is issued in that month.
_ACCRUED = text("""
    SELECT d.number, d.date, t.first_sent_at FROM documents d JOIN transmissions t ON t.invoice_id = d.id
    WHERE (:year = 0 OR d.year = :year) AND d.payment ->> 'due_on' IS NOT NULL
        AND coalesce((t.first_sent_at AT TIME ZONE 'Europe/Rome')::date, CAST(:today AS date))
            > date_trunc('month', d.date)::date + 14
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

# What every document has beside its row, and what one of its kind has: without the first it never leaves, without the
# other nobody knows what it credits or of which money it is.
_WITHOUT = text("""
    SELECT d.number, CASE WHEN t.invoice_id IS NULL THEN 'transmission'
        WHEN a.made IS DISTINCT FROM t.attempt THEN 'file for each of its attempts'
        WHEN d.kind = 'credit_note' THEN 'invoice that it credits' ELSE 'money of which it is' END AS missing
    FROM documents d
    LEFT JOIN transmissions t ON t.invoice_id = d.id
    LEFT JOIN (SELECT invoice_id, count(*) AS made FROM attempts GROUP BY invoice_id) a ON a.invoice_id = d.id
    LEFT JOIN credit_notes c ON c.document_id = d.id
    LEFT JOIN advance_invoices p ON p.document_id = d.id
    WHERE d.kind <> 'proforma' AND (:year = 0 OR d.year = :year)
        AND (a.made IS DISTINCT FROM t.attempt OR t.invoice_id IS NULL
            OR (d.kind = 'credit_note' AND c.document_id IS NULL)
            OR (d.kind = 'advance_invoice' AND p.document_id IS NULL))
    ORDER BY d.year, d.sequence
""")

# As `domain.sums` adds a document up: the VAT once a rate on the summed net, and that of lines which have their own.
_SUMS = text("""
    SELECT d.number, d.currency, d.net, d.vat, coalesce(l.net, 0) AS own_net, coalesce(l.vat, 0) AS own_vat
    FROM documents d LEFT JOIN (
        SELECT document_id, sum(net) AS net, sum(vat) AS vat FROM (
            SELECT document_id, sum(net) AS net,
                round(coalesce(sum(net) FILTER (WHERE tax IS NULL), 0) * vat_rate / 100) + coalesce(sum(tax), 0) AS vat
            FROM lines GROUP BY document_id, vat_rate, natura
        ) shares GROUP BY document_id
    ) l ON l.document_id = d.id
    WHERE d.kind <> 'proforma' AND (:year = 0 OR d.year = :year)
        AND (d.net, d.vat) IS DISTINCT FROM (l.net, l.vat)
    ORDER BY d.year, d.sequence
""")

# A credit note that was given up counts as never issued. Where the SdI accepts one afterwards, there may be too many.
# What an invoice deducts is credited with it, out of the whole sale.
_CREDITS = text("""
    SELECT i.number
    FROM credit_notes c JOIN documents i ON i.id = c.invoice_id JOIN documents d ON d.id = c.document_id
    JOIN transmissions t ON t.invoice_id = d.id
    CROSS JOIN LATERAL (
        SELECT coalesce(-sum(net), 0) AS net, coalesce(-sum(tax), 0) AS vat
        FROM lines WHERE document_id = i.id AND advance_id IS NOT NULL
    ) a
    WHERE t.state <> 'given_up' AND (:year = 0 OR i.year = :year)
    GROUP BY i.id, i.number, i.gross, i.net, i.vat, a.net, a.vat
    HAVING sum(d.net) > i.net + a.net OR sum(d.vat) > i.vat + a.vat
    ORDER BY i.number
""")

# A part payment is deducted once, in whole but for what was credited of it before, and by an invoice of the same sale
# that is not older; nothing is deducted of one that was given up, nor by one, for both count as never issued.
_DEDUCTED = text("""
    SELECT p.number, f.number AS invoice, f.date < p.date AS older, t.state = 'given_up' AS given_up,
        p.gross <> coalesce(l.gross, 0) + coalesce(c.gross, 0) AS differs,
        (p.order_id, p.period_id) IS DISTINCT FROM (f.order_id, f.period_id) AS elsewhere
    FROM documents p
    JOIN transmissions t ON t.invoice_id = p.id
    CROSS JOIN LATERAL (
        SELECT document_id, -sum(net + tax) AS gross FROM lines WHERE advance_id = p.id GROUP BY document_id
    ) l
    JOIN documents f ON f.id = l.document_id
    JOIN transmissions g ON g.invoice_id = f.id AND g.state <> 'given_up'
    CROSS JOIN LATERAL (
        SELECT sum(d.gross) AS gross FROM credit_notes n JOIN documents d ON d.id = n.document_id
        JOIN transmissions s ON s.invoice_id = d.id
        WHERE n.invoice_id = p.id AND s.state <> 'given_up'
    ) c
    WHERE p.kind = 'advance_invoice' AND (:year = 0 OR p.year = :year)
    ORDER BY p.year, p.sequence
""")

_CREDITS_DATED = text("""
    SELECT d.number, d.date, i.number AS invoice, i.date AS invoiced
    FROM credit_notes c JOIN documents i ON i.id = c.invoice_id JOIN documents d ON d.id = c.document_id
    WHERE d.date < i.date AND (:year = 0 OR d.year = :year) ORDER BY d.year, d.sequence
""")


@dataclass(frozen=True, slots=True)
class Audit:
    """When how many documents were looked at, and each violation and each number used outside, in words."""

    at: datetime
    invoices: int
    credit_notes: int
    violations: tuple[str, ...]
    used_outside: tuple[str, ...]


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
        *(f"{r.number} has no {r.missing}" for r in await conn.execute(_WITHOUT, wanted)),
        *(
            f"{r.number} says {_sums(r.currency, r.net, r.vat)}, its lines {_sums(r.currency, r.own_net, r.own_vat)}"
            for r in await conn.execute(_SUMS, wanted)
        ),
        *(f"{r.number}: more was credited than it came to" for r in await conn.execute(_CREDITS, wanted)),
        *(
            f"{r.number}, a part payment that {r.invoice} deducts: {fault}"
            for r in await conn.execute(_DEDUCTED, wanted)
            for fault, found in (
                ("that one is older", r.older),
                ("it was given up", r.given_up),
                ("not all of it is deducted or credited, or more", r.differs),
                ("that one is of another sale", r.elsewhere),
            )
            if found
        ),
        *(
            f"{r.number} of {r.date} credits {r.invoice}, which is of a later day, {r.invoiced}"
            for r in await conn.execute(_CREDITS_DATED, wanted)
        ),
    ]
    today = rome_date(now)
    late = await conn.execute(_SENDINGS, {**wanted, "today": today, "days": days})
    found += [f"{r.number} of {r.date} {'was sent late' if r.first_sent_at else 'was never sent'}" for r in late]
    late = await conn.execute(_ACCRUED, {**wanted, "today": today})
    found += [f"{r.number} of {r.date}, of what has accrued abroad, has not left by the 15th" for r in late]
    late = await conn.execute(_AGAIN, {**wanted, "today": today, "days": again_days})
    found += [
        f"{r.number} of {r.date} was rejected on {r.rejected_on} and "
        f"{f'sent again late, on {r.sent_on}' if r.sent_on else 'not sent again in time'}"
        for r in late
    ]
    count = (await conn.execute(_COUNT, wanted)).one()
    outside = [sentence(each) for each in await waiting(conn) if year in {0, each.year}]
    return Audit(now, int(count.invoices), int(count.credit_notes), tuple(found), tuple(outside))


def _sums(currency: str, net: int, vat: int) -> str:
    return f"net {Money(int(net), currency).decimal} and VAT {Money(int(vat), currency).decimal}"
