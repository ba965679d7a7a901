"""What a restore undoes that no outside party tells: erasures, decisions, changes, orders and tickets since then."""

from services.kit.recovery import Found, Read, Recovery


async def erased_since(recovery: Recovery) -> Read:
    """Have a person repeat what was done after the instant of the rows, the erasures first."""
    since = f"since {recovery.rows_of:%Y-%m-%d %H:%M} UTC"
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
    younger = (
        "accounts, orders and tickets that are younger are gone. The mail server's log has the customers' addresses: "
        "ask them to sign up or to order again"
    )
    return Read(
        found=[
            Found("erasures_to_repeat", since, erased),
            Found("decisions_to_repeat", since, decided),
            Found("customers_changes", since, changed),
            Found("orders_to_ask_for", since, younger),
        ]
    )
