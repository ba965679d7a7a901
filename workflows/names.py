"""The only place for workflow ids, task queue, signal, update, schedule and search-attribute names.

Services import this module to wake a workflow; it imports nothing, so that they get nothing of Temporal with it.
"""

TASK_QUEUE = "casella"
"""Every workflow and activity of Casella runs on this queue."""

# Types, as the Temporal UI shows them.
SIGN_UP = "SignUp"
TRIAL = "Trial"
ORDER = "Order"
E_INVOICE = "EInvoice"
RENEWAL = "Renewal"
MONEY = "Money"
WITHDRAWAL = "Withdrawal"
AUTOMATIC_DEBIT = "AutomaticDebit"
RESELLER_STATUS = "ResellerStatus"
PURGE = "Purge"
ERASURE = "Erasure"

ABOUT = {
    SIGN_UP: "A sign-up that the security checks hold. An operator allows or denies it; without either it lapses. "
    "Nothing else begins before the emailed link is confirmed.",
    TRIAL: "A free trial with its reminders, then days of grace in which the customer can still order. A paid order "
    "ends it well; otherwise the account is closed, which starts its purge.",
    ORDER: "An order: its tax, where that rests on a VAT number or a proof of business; payment request and proforma; "
    "the wait for the payment, with reminders, until it expires; after the payment the unlock, the invoice, the "
    "courtesy email and the subscription.",
    RENEWAL: "A period of a subscription: the wait for its measuring; payment request and proforma; the wait for the "
    "payment with reminders, suspension and closing; after the payment the invoice. It also carries a subscription "
    "that was cancelled or not paid to its end and to the closing of the account.",
    AUTOMATIC_DEBIT: "An account's automatic debit was set up or has ended: its subscription is paid accordingly from "
    "the next measuring on, and the customer is told. The charges themselves are steps of the periods.",
    WITHDRAWAL: "A consumer's withdrawal from a contract: the receipt; the end of the order or of the service; the "
    "refund by the same means and its credit note; after the closing days the closing of the account.",
    RESELLER_STATUS: "A customer's reseller status: the request with its four requirements, an operator's decision, "
    "then a measuring each month that tells an operator when a requirement fails. Only an operator grants or withdraws "
    "it.",
    E_INVOICE: "An invoice or credit note on its way to the Sistema di Interscambio by certified mail, until the SdI's "
    "receipt tells its end. A rejection, or no receipt in time, is an operator's case.",
    MONEY: "Money that pays nothing by itself: short, over, late, twice, unknown, taken back or disputed. An operator "
    "gives it to a payment request or an account, refunds it or sets it aside; a refund is followed until the money "
    "has left. Short money that waits too long is invoiced as a part payment; a lost dispute waits for a decision.",
    PURGE: "Deletes a closed account's domains, mailboxes and login for good, and proves that nothing is left. A legal "
    "hold stops it before each deletion.",
    ERASURE: "A customer's request to delete the profile. An operator approves or refuses it within a month; then what "
    "runs is ended, the account closed and purged, the customer told, and the personal data erased in every service. "
    "Also erases what is left of an account that never paid.",
}
"""What each process does; the Temporal UI shows it beside every run."""

# Signals: each means "look again at your row" and carries nothing.
SIGN_UP_RECEIVED = "sign_up_received"
TRIAL_CHANGED = "trial_changed"
ORDER_CHANGED = "order_changed"
PERIOD_CHANGED = "period_changed"
RESELLER_CHANGED = "reseller_changed"
PAYMENT_COMPLETED = "payment_completed"
MONEY_WAITING = "money_waiting"
MONEY_CHANGED = "money_changed"
DEBIT_CHANGED = "debit_changed"
REFUND_CHANGED = "refund_changed"
WITHDRAWAL_CHANGED = "withdrawal_changed"
INVOICE_ISSUED = "invoice_issued"
RECEIPT_ARRIVED = "receipt_arrived"
ACCOUNT_CLOSED = "account_closed"
ERASURE_CHANGED = "erasure_changed"
LOOK_AGAIN = "look_again"
"""Nothing is known to have changed, but somebody should look: what an operator may send to any run, and the reconciler
to an e-invoice that nobody moves on. It wakes the others by their own signal."""

# Search attributes; all but the last are keywords.
ATTRIBUTE_ACCOUNT = "CasellaAccount"
ATTRIBUTE_ORDER = "CasellaOrder"
ATTRIBUTE_SUBSCRIPTION = "CasellaSubscription"
ATTRIBUTE_STATE = "CasellaState"
ATTRIBUTE_CUSTOMER_KIND = "CasellaCustomerKind"
ATTRIBUTE_DUE_AT = "CasellaDueAt"
"""A datetime: when something is due by itself, or by when the law wants an operator to have acted."""

NEEDS_OPERATOR = "NeedsOperator"
"""The state of a run that waits for a person; the other states are their workflows' own."""

# Schedules and the workflows they start.
SCHEDULE_RECEIPTS = "sdi-receipts"
SCHEDULE_PAYMENT_EVENTS = "payment-events"
SCHEDULE_REFUNDS = "refunds"
SCHEDULE_REFUND_EMAILS = "refund-emails"
POLL_RECEIPTS = "PollReceipts"
FETCH_PAYMENT_EVENTS = "FetchPaymentEvents"
PUSH_REFUNDS = "PushRefunds"
TELL_OF_REFUNDS = "TellOfRefunds"


def sign_up_id(sign_up: object) -> str:
    """Workflow id of a sign-up in review."""
    return f"signup:{sign_up}"


def trial_id(account: object) -> str:
    """Workflow id of an account's trial."""
    return f"trial:{account}"


def order_id(order: object) -> str:
    """Workflow id of an order."""
    return f"order:{order}"


def renewal_id(subscription: object, number: int) -> str:
    """Workflow id of a period of a subscription, by its number."""
    return f"renewal:{subscription}:{number}"


def reseller_id(account: object) -> str:
    """Workflow id of an account's reseller status."""
    return f"reseller:{account}"


def e_invoice_id(invoice: object) -> str:
    """Workflow id of an invoice's way to the SdI."""
    return f"einvoice:{invoice}"


def money_id(entry: object) -> str:
    """Workflow id of money that waits for an operator."""
    return f"money:{entry}"


def withdrawal_id(order: object) -> str:
    """Workflow id of a consumer's withdrawal from an order."""
    return f"withdrawal:{order}"


def automatic_debit_id(account: object) -> str:
    """Workflow id of what follows from an account's automatic debit."""
    return f"debit:{account}"


def purge_id(account: object) -> str:
    """Workflow id of an account's purge."""
    return f"purge:{account}"


def erasure_id(account: object) -> str:
    """Workflow id of an account's erasure."""
    return f"erasure:{account}"
