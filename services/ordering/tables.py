"""The room's tables, as the stores read and write them; the migrations make them."""

from sqlalchemy import BigInteger, Boolean, Column, Date, Integer, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

metadata = MetaData()

_INSTANT = TIMESTAMP(timezone=True)

accounts = Table(
    "accounts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("created_at", _INSTANT, nullable=False),
    Column("legal_hold", Boolean, nullable=False),
    Column("closure_reason", Text),
    Column("closed_at", _INSTANT),
    Column("purged_at", _INSTANT),
    Column("domains_removed", Integer),
    Column("mailboxes_removed", Integer),
    # When an approved erasure began; from then on no order is taken.
    Column("erasure_at", _INSTANT),
    # Set from the closing to the end of the purge; empty while a legal hold stands, whose lifting wakes the purge.
    Column("next_at", _INSTANT),
)

quotes = Table(
    "quotes",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account_id", Uuid, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("hash", Text, nullable=False),
    Column("created_at", _INSTANT, nullable=False),
    Column("valid_until", _INSTANT, nullable=False),
)

billing_profiles = Table(
    "billing_profiles",
    metadata,
    Column("account_id", Uuid, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("saved_at", _INSTANT, nullable=False),
)

orders = Table(
    "orders",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account_id", Uuid, nullable=False),
    Column("is_first", Boolean, nullable=False),
    # The annual contract to which it adds; empty for a first order, which makes its own.
    Column("subscription_id", Uuid),
    Column("state", Text, nullable=False),
    Column("quote_id", Uuid, nullable=False),
    # Copies of quote and profile as they stood at the order: later changes touch neither the order nor its documents.
    Column("quote", JSONB, nullable=False),
    Column("quote_hash", Text, nullable=False),
    Column("party", JSONB, nullable=False),
    Column("payment_method", Text, nullable=False),
    Column("language", Text, nullable=False),
    # Evidence of the consent to pay, and what trial and mailboxes answered when the order was decided.
    Column("consent", JSONB, nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("placed_at", _INSTANT, nullable=False),
    Column("hold_until", _INSTANT, nullable=False),
    Column("withdrawal_until", _INSTANT),
    Column("payment_request_id", Uuid),
    Column("proforma_id", Uuid),
    Column("proforma_number", Text),
    Column("proforma_at", _INSTANT),
    Column("expires_at", _INSTANT),
    Column("cancel_requested_at", _INSTANT),
    Column("ended_at", _INSTANT),
    Column("available_on", Date),
    Column("invoice_id", Uuid),
    Column("unlocked_at", _INSTANT),
    # The consumer withdrew before it was unlocked: nothing of it was served, so nothing is owed.
    Column("withdrawn_unserved", Boolean, nullable=False, default=False),
    # When what it added to a contract ended alone, because its payment was taken back.
    Column("terminated_at", _INSTANT),
    # What the order pays for, fixed with the unlock: the invoice and the subscription name the same days.
    Column("period_start", Date),
    Column("period_end", Date),
    Column("fulfilled_at", _INSTANT),
    # How it is taxed, once that is settled; until then how often VIES was asked in vain, when it is asked again, and
    # from when on an operator decides. A paid order's tax is confirmed once more before its invoice.
    Column("tax_treatment", Text),
    Column("tax_settled_at", _INSTANT),
    Column("tax_attempts", Integer, nullable=False, default=0),
    Column("tax_ask_at", _INSTANT),
    Column("tax_decide_at", _INSTANT),
    Column("tax_decision", Text),
    Column("tax_confirmed_at", _INSTANT),
    # The answer of VIES on which the invoice rests; or the proof that the customer outside the EU is a business.
    Column("vat_check_id", Uuid),
    Column("business_proof_id", Uuid),
    # Empty once nothing more is to be done: fulfilled, or ended and the customer told.
    Column("next_at", _INSTANT),
)

vat_checks = Table(
    "vat_checks",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account_id", Uuid, nullable=False),
    # With the country as VIES calls it, for example EL094259216; and our own, in whose name it was asked.
    Column("vat_id", Text, nullable=False),
    Column("requester", Text, nullable=False),
    Column("asked_at", _INSTANT, nullable=False),
    Column("finding", Text, nullable=False),
    Column("consultation_number", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("error", Text, nullable=False),
)

accepted_names = Table(
    "accepted_names",
    metadata,
    Column("account_id", Uuid, primary_key=True),
    Column("vat_id", Text, primary_key=True),
    # As the billing profile has it; what VIES told stands in its answer.
    Column("name", Text, primary_key=True),
    Column("vat_check_id", Uuid, nullable=False),
    Column("accepted_at", _INSTANT, nullable=False),
)

business_proofs = Table(
    "business_proofs",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account_id", Uuid, nullable=False),
    # Of whom it is a proof: with another tax id or country it is somebody else.
    Column("country", Text, nullable=False),
    Column("tax_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("proved_at", _INSTANT, nullable=False),
    Column("actor", Text, nullable=False),
)

withdrawals = Table(
    "withdrawals",
    metadata,
    Column("order_id", Uuid, primary_key=True),
    Column("account_id", Uuid, nullable=False),
    Column("noticed_at", _INSTANT, nullable=False),
    # The day that counts: of the notice, or on which a statement was sent that an operator has recorded.
    Column("noticed_on", Date, nullable=False),
    Column("recorded", Boolean, nullable=False),
    Column("refund_by", Date, nullable=False),
    # On what it rests: the right of withdrawal, or a renewal that was not announced in time.
    Column("ground", Text, nullable=False),
    # What the consumer saw and pressed; of a recorded statement nothing, its audit entry names who and why.
    Column("evidence", JSONB, nullable=False),
    Column("receipt_at", _INSTANT),
    # Since when it is known what was paid: the refunds are written with it.
    Column("fixed_at", _INSTANT),
    Column("ended_at", _INSTANT),
    # Empty once nothing more is to be done.
    Column("next_at", _INSTANT),
)

withdrawal_refunds = Table(
    "withdrawal_refunds",
    metadata,
    # What was paid: the order's id, or the period's; of money that paid nothing its entry's at payments.
    Column("key", Uuid, primary_key=True),
    Column("is_period", Boolean, nullable=False),
    Column("is_money", Boolean, nullable=False),
    Column("order_id", Uuid, nullable=False),
    # Empty of money that paid nothing.
    Column("invoice_id", Uuid),
    # Derived from the attempt, which rises when payments has given a refund up.
    Column("refund_id", Uuid, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    Column("paid_minor", BigInteger, nullable=False),
    Column("owed_minor", BigInteger, nullable=False),
    # What was invoiced and nobody has paid, because an operator accepted less: credited beside the refund.
    Column("remitted_minor", BigInteger, nullable=False, default=0),
    # The days of service that are owed, of so many of the term; empty where nothing is.
    Column("served_from", Date),
    Column("served_to", Date),
    Column("days_of_term", Integer),
    # The last day for it: that of the withdrawal, or later where the money came later.
    Column("refund_by", Date, nullable=False),
    Column("refunded_at", _INSTANT),
    # Money that was not refunded: an operator gave it to something else.
    Column("settled_otherwise", Boolean, nullable=False, default=False),
    Column("credit_note_id", Uuid),
    # An operator decided that none is due: the invoice was given up, so that it counts as never issued.
    Column("credit_waived", Boolean, nullable=False, default=False),
    # An operator noted that the customer has the money by another way: payments made no refund.
    Column("made_outside", Boolean, nullable=False, default=False),
    # When a refund that payments had made failed last; its credit note stands.
    Column("came_back_at", _INSTANT),
)

order_reminders = Table(
    "order_reminders",
    metadata,
    Column("order_id", Uuid, primary_key=True),
    Column("days", Integer, primary_key=True),
    Column("due_at", _INSTANT, nullable=False),
    Column("sent_at", _INSTANT),
    Column("skipped_at", _INSTANT),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account_id", Uuid, nullable=False),
    Column("order_id", Uuid, nullable=False),
    Column("state", Text, nullable=False),
    Column("billing", Text, nullable=False),
    Column("items", JSONB, nullable=False),
    Column("started_at", _INSTANT, nullable=False),
    Column("anchor_day", Integer, nullable=False),
    Column("payment_method", Text, nullable=False),
    Column("language", Text, nullable=False),
    # Since when sending is suspended because a period is not paid.
    Column("suspended_at", _INSTANT),
    # Why and when it ends; `ending_number` is the period whose renewal carries it to its end.
    Column("end_reason", Text),
    Column("end_decided_at", _INSTANT),
    Column("ends_at", _INSTANT),
    Column("ending_number", Integer),
    # The money entry because of which it was terminated last, whose workflow waits for the end.
    Column("terminated_for", Uuid),
    Column("closing_at", _INSTANT),
    Column("purge_at", _INSTANT),
    Column("ended_at", _INSTANT),
    # What an operator decided about a VAT number, or a tax id outside the EU, that nothing else confirms; holds for
    # this number alone.
    Column("tax_decision", Text),
    Column("tax_decision_vat_id", Text),
)

subscription_periods = Table(
    "subscription_periods",
    metadata,
    Column("subscription_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True),
    # Derived from the two.
    Column("id", Uuid, nullable=False),
    Column("account_id", Uuid, nullable=False),
    Column("state", Text, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("order_id", Uuid),
    # What it pays for: mailboxes by band and options by code; and what mailboxes told at the measuring.
    Column("counted", JSONB),
    Column("measure_at", _INSTANT),
    Column("measured_at", _INSTANT),
    Column("usage", JSONB),
    Column("lines", JSONB),
    Column("currency", Text),
    Column("vat_rate", Text),
    Column("tax_treatment", Text),
    Column("vat_id", Text),
    Column("party", JSONB),
    Column("payment_method", Text),
    Column("payment_request_id", Uuid),
    Column("proforma_id", Uuid),
    Column("proforma_number", Text),
    Column("proforma_at", _INSTANT),
    Column("due_on", Date),
    Column("suspend_at", _INSTANT),
    # Set with the suspension that this period led to.
    Column("close_at", _INSTANT),
    Column("ended_at", _INSTANT),
    Column("available_on", Date),
    Column("resumed_at", _INSTANT),
    # From when on it is invoiced though unpaid; empty where it is invoiced when it is paid.
    Column("invoice_at", _INSTANT),
    # Before its invoice the reverse charge is confirmed once more, as an order's.
    Column("tax_ask_at", _INSTANT),
    Column("tax_confirmed_at", _INSTANT),
    Column("vat_check_id", Uuid),
    Column("business_proof_id", Uuid),
    Column("invoice_id", Uuid),
    # The legal notice of an annual renewal to a consumer; the sent email is kept beside.
    Column("notice_at", _INSTANT),
    Column("notice_in_time", Boolean),
    # Empty once nothing more is to be done on it.
    Column("next_at", _INSTANT),
)

# Cancellations that were taken back, to be counted.
# When a customer saved the profile, or tried to; only the last 24 hours are needed.
profile_trials = Table(
    "profile_trials",
    metadata,
    Column("account_id", Uuid, nullable=False),
    Column("tried_at", _INSTANT, nullable=False),
)

subscription_keeps = Table(
    "subscription_keeps",
    metadata,
    Column("subscription_id", Uuid, nullable=False),
    Column("account_id", Uuid, nullable=False),
    Column("kept_at", _INSTANT, nullable=False),
)

period_reminders = Table(
    "period_reminders",
    metadata,
    Column("period_id", Uuid, primary_key=True),
    Column("days", Integer, primary_key=True),
    Column("due_at", _INSTANT, nullable=False),
    Column("sent_at", _INSTANT),
    Column("skipped_at", _INSTANT),
)

reseller_requests = Table(
    "reseller_requests",
    metadata,
    Column("account_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("state", Text, nullable=False),
    Column("requested_at", _INSTANT, nullable=False),
    # That the customer resells: evidence, like an order's consent.
    Column("declaration", JSONB, nullable=False),
    # What was measured last.
    Column("mailboxes", Integer, nullable=False),
    Column("other_domains", Integer, nullable=False),
    Column("measured_at", _INSTANT, nullable=False),
    Column("training_at", _INSTANT),
    Column("approved_at", _INSTANT),
    Column("overridden", Boolean, nullable=False),
    # Since when an approved one fails a measured requirement, and when it is measured next.
    Column("failing_since", _INSTANT),
    Column("check_at", _INSTANT),
    Column("ended_at", _INSTANT),
    Column("end_reason", Text),
    # Empty once nothing more is to be done.
    Column("next_at", _INSTANT),
)
