"""The tables of this room as the store speaks of them; the migrations make them, a test compares the two."""

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Integer, LargeBinary, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

metadata = MetaData()

_INSTANT = DateTime(timezone=True)

payment_requests = Table(
    "payment_requests",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("order_id", Uuid, nullable=True),
    Column("period_id", Uuid, nullable=True),
    Column("subscription_id", Uuid, nullable=True),
    Column("period_number", Integer, nullable=True),
    Column("account_id", Uuid, nullable=False),
    Column("minor", BigInteger, nullable=False),
    Column("credit_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("pay_token_hash", LargeBinary, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("proforma_number", Text, nullable=True),
    Column("proforma_key", Text, nullable=True),
    Column("created_at", _INSTANT, nullable=False),
    Column("paid_at", _INSTANT, nullable=True),
    Column("available_on", Date, nullable=True),
    Column("closed_at", _INSTANT, nullable=True),
    Column("close_reason", Text, nullable=True),
)
"""What is to be paid, for an order or for a period of a subscription (`services.kit.causes`).

`minor` must come as money, `credit_minor` is covered by account credit; together they are the gross total.
`attempt` is the number of the last checkout attempt: who changes the state says which it saw.
"""

account_credits = Table(
    "account_credits",
    metadata,
    Column("account_id", Uuid, primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("minor", BigInteger, nullable=False),
)
"""What each account has as credit and no open request uses; changed together with the ledger, which has it too."""

checkout_attempts = Table(
    "checkout_attempts",
    metadata,
    Column("request_id", Uuid, primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("state", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("success_url", Text, nullable=False),
    Column("cancel_url", Text, nullable=False),
    Column("expires_at", _INSTANT, nullable=False),
    Column("page_id", Text, nullable=True),
    Column("url", Text, nullable=False),
    Column("charge_id", Text, nullable=True),
    Column("created_at", _INSTANT, nullable=False),
    Column("kind", Text, nullable=False),
    Column("mandate_id", Uuid, nullable=True),
    Column("minor", BigInteger, nullable=False),
)
"""Hosted pages and charges by automatic debit, written before they are asked for, with all that the call says: a repeat
must say the same. `minor` is for how much, in the currency of the request.

The pay link's token alone is missing in their addresses: it is derived again, so that no row opens a link.
"""

mandates = Table(
    "mandates",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account_id", Uuid, nullable=False),
    Column("customer_ref", Text, nullable=False),
    Column("method_ref", Text, nullable=False),
    Column("mandate_ref", Text, nullable=True),
    Column("set_up_at", _INSTANT, nullable=False),
    Column("ended_at", _INSTANT, nullable=True),
    Column("end_reason", Text, nullable=True),
    Column("method_instead", Text, nullable=True),
    Column("next_at", _INSTANT, nullable=True),
    Column("released_at", _INSTANT, nullable=True),
)
"""Authorisations for automatic debit, one active an account. Of the customer at the provider only ids are kept.

`next_at` is set while ordering and the customer are still to be told how a mandate stands; `released_at` once an ended
one can be charged by nobody at the provider either.
"""

mandate_setups = Table(
    "mandate_setups",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account_id", Uuid, nullable=False),
    Column("state", Text, nullable=False),
    Column("success_url", Text, nullable=False),
    Column("cancel_url", Text, nullable=False),
    Column("expires_at", _INSTANT, nullable=False),
    Column("page_id", Text, nullable=True),
    Column("url", Text, nullable=False),
    Column("created_at", _INSTANT, nullable=False),
)
"""Hosted pages on which a mandate is set up without a payment, written before they are asked for."""

debits = Table(
    "debits",
    metadata,
    Column("request_id", Uuid, primary_key=True),
    Column("charge_on", Date, nullable=False),
    Column("charge_at", _INSTANT, nullable=True),
    Column("declined", Integer, nullable=False),
    Column("unanswered", Integer, nullable=False),
    Column("refusal", Text, nullable=True),
    Column("refused_at", _INSTANT, nullable=True),
    Column("email_due", Boolean, nullable=False),
    Column("early_at", _INSTANT, nullable=True),
    Column("planned_at", _INSTANT, nullable=True),
)
"""When a payment request is charged, and what became of the last charge that was not done."""

provider_events = Table(
    "provider_events",
    metadata,
    Column("event_id", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("request_id", Uuid, nullable=True),
    Column("created_at", _INSTANT, nullable=False),
    Column("received_at", _INSTANT, nullable=False),
)
"""Events that were taken in, each in the transaction of its effect."""

bank_entries = Table(
    "bank_entries",
    metadata,
    Column("identity", LargeBinary, primary_key=True),
    Column("file_sha256", LargeBinary, nullable=False),
    Column("statement_id", Text, nullable=False),
    Column("minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("booked_on", Date, nullable=True),
    Column("bank_reference", Text, nullable=True),
    Column("end_to_end", Text, nullable=True),
    Column("remittance", Text, nullable=False),
    Column("debtor_name", Text, nullable=True),
    Column("debtor_iban", Text, nullable=True),
    Column("imported_at", _INSTANT, nullable=False),
)
"""Credits of our account, as the bank told them."""

announced_transfers = Table(
    "announced_transfers",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("request_id", Uuid, nullable=False),
    Column("bank_reference", Text, nullable=False),
    Column("minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("booked_on", Date, nullable=False),
    Column("recorded_at", _INSTANT, nullable=False),
    Column("confirmed_by", LargeBinary, nullable=True),
    Column("withdrawn_at", _INSTANT, nullable=True),
)
"""Transfers that an operator recorded; `confirmed_by` is the bank entry that told of the same money later.

One recorded by mistake is withdrawn; its bank reference can then be recorded anew.
"""

money_entries = Table(
    "money_entries",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("source_ref", Text, nullable=False),
    Column("shown_reference", Text, nullable=False),
    Column("minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("available_on", Date, nullable=True),
    Column("remittance", Text, nullable=False),
    Column("payer_name", Text, nullable=False),
    Column("suggestions", ARRAY(Uuid), nullable=False),
    Column("named", ARRAY(Uuid), nullable=False),
    Column("created_at", _INSTANT, nullable=False),
    Column("settled_at", _INSTANT, nullable=True),
    Column("contradicts", Uuid, nullable=True),
    Column("payer_iban", Text, nullable=False),
    Column("settled_as", Text, nullable=True),
    Column("settled_to", Uuid, nullable=True),
    Column("advance_at", _INSTANT, nullable=True),
    Column("advance_minor", BigInteger, nullable=True),
    Column("advance_decided_at", _INSTANT, nullable=True),
    Column("advance_credited_at", _INSTANT, nullable=True),
    Column("emailed_at", _INSTANT, nullable=True),
    Column("taken_back_by", Uuid, nullable=True),
    Column("credit_emailed_at", _INSTANT, nullable=True),
)
"""Money that waits for an operator, until `settled_at`. `named` are the requests that it names, beyond suggestions.

`contradicts` is the transfer that was recorded by hand under the same bank reference with another amount.
`settled_to` is the payment request, the account or the refund to which it went. `advance_at` is when it is invoiced as
a part payment of the one request that it names; `advance_minor` how much of it was, once that is decided.
`emailed_at` is when the customer was told of it, or it was found that there is nobody to tell. `taken_back_by` is the
entry by which the bank or the provider took the money back. `credit_emailed_at` is as `emailed_at`, of the email that
it became credit.
"""

ledger_transactions = Table(
    "ledger_transactions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("source_ref", Text, nullable=False),
    Column("request_id", Uuid, nullable=True),
    Column("booked_on", Date, nullable=True),
    Column("recorded_at", _INSTANT, nullable=False),
)
"""Movements of money; the database refuses to change or delete one, or to commit one that does not balance."""

ledger_lines = Table(
    "ledger_lines",
    metadata,
    Column("transaction_id", Uuid, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("ledger_account", Text, nullable=False),
    Column("minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("account_id", Uuid, nullable=True),
)
"""Debits above zero, credits below. `account_id` says whose account credit a line is about."""

disputes = Table(
    "disputes",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("provider_ref", Text, nullable=False),
    Column("charge_id", Text, nullable=False),
    Column("entry_id", Uuid, nullable=False),
    Column("request_id", Uuid, nullable=True),
    Column("account_id", Uuid, nullable=True),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("withdrawn_minor", BigInteger, nullable=False),
    Column("fee_minor", BigInteger, nullable=False),
    Column("balance_currency", Text, nullable=False),
    Column("amount_differs", Boolean, nullable=False),
    Column("evidence_by", _INSTANT, nullable=True),
    Column("opened_at", _INSTANT, nullable=False),
    Column("closed_at", _INSTANT, nullable=True),
    Column("decision", Text, nullable=True),
    Column("credit_note_id", Uuid, nullable=True),
)
"""Payments by card or PayPal that their payers dispute, each with an entry in the operator's queue.

`withdrawn_minor` and `fee_minor`, in `balance_currency`, are what the provider took of our balance there and has not
given back; a settled one keeps what was settled.
"""

refund_files = Table(
    "refund_files",
    metadata,
    Column("message_id", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("transfers", Integer, nullable=False),
    Column("minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("created_at", _INSTANT, nullable=False),
)
"""Files of refunds for the bank, byte for byte as they were given out."""

refunds = Table(
    "refunds",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("request_id", Uuid, nullable=True),
    Column("entry_id", Uuid, nullable=True),
    Column("account_id", Uuid, nullable=True),
    Column("minor", BigInteger, nullable=False),
    Column("credit_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("means", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("charge_id", Text, nullable=True),
    Column("provider_ref", Text, nullable=True),
    Column("iban", Text, nullable=False),
    Column("holder", Text, nullable=False),
    Column("failure", Text, nullable=False),
    Column("reason_code", Text, nullable=False),
    Column("withdrawal_order_id", Uuid, nullable=True),
    Column("requested_at", _INSTANT, nullable=False),
    Column("asked_at", _INSTANT, nullable=True),
    Column("sent_at", _INSTANT, nullable=True),
    Column("statement_by", Date, nullable=True),
    Column("done_on", Date, nullable=True),
    Column("message_id", Text, nullable=True),
    Column("paid_out_by", Uuid, nullable=True),
    Column("dispute_id", Uuid, nullable=True),
    Column("told_attempt", Integer, nullable=True),
)
"""Money that goes back: of a payment request, of a money entry, or (neither is set) of an account's credit.

`minor` leaves by `means`, `credit_minor` went back to account credit at once; after a withdrawal `paid_out_by` is the
refund that pays it out. `asked_at` is when the provider was asked last, written before the call. `dispute_id` is the
dispute that has taken the money already. `told_attempt` is the last try of which the customer was told by email.
"""

refund_debits = Table(
    "refund_debits",
    metadata,
    Column("identity", LargeBinary, primary_key=True),
    Column("refund_id", Uuid, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("booked_on", Date, nullable=True),
    Column("imported_at", _INSTANT, nullable=False),
)
"""Debits of statements that show a refund by transfer to have left."""

lost_debits = Table(
    "lost_debits",
    metadata,
    Column("identity", LargeBinary, primary_key=True),
    Column("refund_id", Uuid, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("booked_on", Date, nullable=True),
    Column("imported_at", _INSTANT, nullable=False),
)
"""Debits that bear the end-to-end id of a refund of which no row knew when they came, after a restore."""

refunds_in_files = Table(
    "refunds_in_files",
    metadata,
    Column("refund_id", Uuid, primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("message_id", Text, nullable=False),
    Column("minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("sent_at", _INSTANT, nullable=False),
    Column("statement_by", Date, nullable=False),
    Column("refused", Boolean, nullable=False),
    Column("debit", LargeBinary, nullable=True),
    Column("recorded_at", _INSTANT, nullable=False),
)
"""Transfers of files that were handed to the bank before the rows were restored, which may know no such refund.

`refused` is an operator's word that the bank did not execute it; `debit` is the identity of the statement's entry that
told of it while no row knew the refund.
"""


last_successes = Table(
    "last_successes",
    metadata,
    Column("of", Text, primary_key=True),
    Column("at", _INSTANT, nullable=False),
)
"""When the provider's events were last fetched (``payment_events``), and a bank ``statement`` last imported whole."""
