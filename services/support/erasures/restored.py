"""What a restore undoes that no outside party tells: erasures, decisions, changes, orders and tickets since then."""

from services.kit.recovery import Found, Read, Recovery


async def erased_since(recovery: Recovery) -> Read:
    """Have a person repeat what was done after the instant of the rows, the erasures first."""
    since = recovery.since
    erased = (
        "every profile that was deleted since then is there again. `casella recover erasures` erases again whom "
        "Temporal tells; name the others, after the events account.erased or the mail server's log"
    )
    decided = (
        "what operators decided since then is undone: set legal holds again before the recovery ends, for deletions "
        "go on with its end; then what was allowed, approved, extended, confirmed"
    )
    changed = (
        "what customers changed since then is as before, a mailbox's password or a billing address too, and what they "
        "have switched off is on: tell them to look"
    )
    left = (
        "who withdrew or cancelled since then is a customer again and would be asked to pay: the events that you were "
        "told, the copies of the receipts and refunds that no row asks for tell of whom. Record each withdrawal as of "
        "its day (`casella withdrawal record`), and cancel again (`cancel_order`, `cancel_subscription`). What "
        "was paid since then has its subscription only once the recovery has ended: note it down, and cancel it then"
    )
    younger = (
        "accounts, orders and tickets that are younger are gone. The mail server's log has the customers' addresses: "
        "ask them to sign up or to order again"
    )
    return Read(
        found=[
            Found("erasures_to_repeat", since, erased),
            Found("decisions_to_repeat", since, decided),
            Found("customers_changes", since, changed),
            Found("withdrawals_to_repeat", since, left),
            Found("orders_to_ask_for", since, younger),
        ]
    )
