"""What this search has found once, to be tried each time: RPC, field, and what was put in."""

FOUND = {
    # Near the calendar's ends the next zone or the next day falls off it.
    "RecordErased proof.erased_at the year 1",
    "SendProforma expires_at the year 9999",
    "RecordUnlock unlocked_at the year 1",
    "FulfilOrder unlocked_at the year 9999",
    "AdvanceWithdrawal waiting.came_on the year 9999",
    "RecordWithdrawalMoney money.came_on the year 9999",
    "IssueInvoice date the year 1",
    "IssueAdvanceInvoice date the year 1",
    # A constraint of the database instead of an answer.
    "RecordErased proof each twice",
    # A letter without a shape in the typeface stopped a document after its number was given out.
    "IssueInvoice party.company_name emoji",
    "IssueAdvanceInvoice party.address.city Chinese beyond the first plane",
    # More bad fields than gRPC has room for: the answer itself was dropped.
    "UnlockAccount sizes 10,000",
    "UnlockAccount ordered 10,000",
    "TakeBackPlaces sizes 10,000",
    # Taken unread.
    "SuspendAccount cause unknown",
    "TakeWebhookEvents events.account_id not a UUID",
    "TakeWebhookEvents events.ids 10,000",
    "TakeWebhookEvents events.state huge",
    "TakeWebhookEvents events.amount the largest",
    "CheckProfile party.company_name huge",
    "CheckProfile party.pec huge, of ligatures",
    "CheckProfile party.first_name 300 marks on one letter",
    "IssueProforma payment.credit_used small letters",
    "IssueProforma lines.period_start 30 February",
    "IssueInvoice shortfall a huge currency",
    "AdvanceOrder to_pay the largest",
    "SendOrderEmail held the largest",
}
