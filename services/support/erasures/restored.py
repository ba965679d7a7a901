"""What a restore undoes that no outside party tells: erasures, orders and tickets since the instant of the rows."""

from services.kit.recovery import Found, Read, Recovery


async def erased_since(recovery: Recovery) -> Read:
    """Have a person repeat the erasures: who was erased after the backup is there again."""
    since = f"since {recovery.rows_of:%Y-%m-%d %H:%M} UTC"
    erased = (
        "every profile that was deleted since then is there again. Its confirmation left by email, so the mail "
        "server's log names the address: open its ticket and approve it again"
    )
    younger = (
        "accounts, orders and tickets that are younger are gone. The mail server's log has the customers' addresses: "
        "ask them to sign up or to order again"
    )
    return Read(found=[Found("erasures_to_repeat", since, erased), Found("orders_to_ask_for", since, younger)])
