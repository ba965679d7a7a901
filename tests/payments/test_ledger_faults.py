"""Whatever the ledger's proof looks at, spoilt alone: the proof names each, and nothing where nothing is spoilt."""

import contextlib

from sqlalchemy import text

from services.kit.database import Database
from services.kit.ids import new_id
from services.payments.store.ledger import find_faults
from tests.payments.statement import Entry
from tests.payments.test_disputes import CREDIT_NOTE, decide, disputed, lost, record_note
from tests.payments.test_refund_transfers import approve, debit, export
from tests.payments.test_refunds import of
from tests.payments.test_settling import arrives, assign, refund, set_aside
from tests.payments.test_taken_back import paid_and_taken_back, short, take_back
from tests.payments.test_waiting_money import LESS, record, withdraw, withdrawal
from tests.payments.world import GROSS, World

ONE_MORE = "UPDATE {} SET minor = minor + 1 WHERE {}"
ENTRIES = "UPDATE money_entries SET {} WHERE {}"
PAIR = "settled_as = 'taken_back' AND reason <> 'reversed'"
PLANTS = (
    ("a transaction that does not balance", "does not balance", """
        INSERT INTO ledger_transactions VALUES (gen_random_uuid(), 'receipt', 'bank', 'planted', NULL, NULL, now());
        INSERT INTO ledger_lines SELECT id, 0, 'suspense', 5, 'EUR' FROM ledger_transactions
        WHERE source_ref = 'planted'"""),
    ("a paid request of which the ledger knows nothing", "is paid with 0", """
        INSERT INTO payment_requests (id, order_id, account_id, minor, currency, method, state, reference,
            pay_token_hash, created_at, paid_at, available_on)
        SELECT gen_random_uuid(), gen_random_uuid(), account_id, minor, currency, method, 'paid', 'RF00', sha256('x'),
            created_at, created_at, '2026-01-01' FROM payment_requests WHERE state = 'paid' LIMIT 1"""),
    ("more credit reserved", "with credit reserved: ",
        "UPDATE payment_requests SET credit_minor = credit_minor + 1 WHERE state = 'open' AND credit_minor > 0"),
    ("more account credit", "credit of account ", ONE_MORE.format("account_credits", "true")),
    ("no account credit", "credit of account ", "DELETE FROM account_credits WHERE minor > 0"),
    ("a refund given up", " is cancelled with 100, ledger: 100, to be paid out: 100",
        "UPDATE refunds SET state = 'cancelled' WHERE minor = 100"),
    ("a refund of more", " is done with 7001, ledger: 7000", ONE_MORE.format("refunds", "minor = 7000")),
    ("a refund that became credit, deleted", " is in the ledger alone with 0, ledger: 2000",
        "DELETE FROM refunds WHERE credit_minor = 2000"),
    ("a dispute's credit note forgotten", ": refunds of 0, returned: ",
        "UPDATE disputes SET credit_note_id = NULL WHERE credit_note_id IS NOT NULL"),
    ("more set aside", "money set aside: ", ONE_MORE.format("money_entries", "settled_as = 'set_aside'")),
    ("more that waits", "money entries waiting: ", ONE_MORE.format("money_entries", "minor = 77")),
    ("what waits, deleted", "money entries waiting: ", "DELETE FROM money_entries WHERE minor = 77"),
    ("more was credited", "ledger: credited with 4640", ONE_MORE.format("money_entries", "minor = 4640")),
    ("what was credited, deleted", "ledger: credited with 4640", "DELETE FROM money_entries WHERE minor = 4640"),
    ("credited to another", "is credited with 4640", ENTRIES.format("settled_to = id", "minor = 4640")),
    ("credited, as if refunded", "ledger: credited with 4640",
        ENTRIES.format("settled_as = 'refunded'", "minor = 4640")),
    ("refunded by no refund", "of 4640 is refunded, its refund: none",
        ENTRIES.format("settled_as = 'refunded'", "minor = 4640")),
    ("more was assigned", "ledger: assigned with", ONE_MORE.format("money_entries", "settled_as = 'assigned'")),
    ("assigned to another", "is assigned with", ENTRIES.format("settled_to = id", "settled_as = 'assigned'")),
    ("a wrong transfer's entry, deleted", "ledger: withdrawn with",
        "DELETE FROM money_entries WHERE settled_as = 'withdrawn'"),
    ("a credit note of more", "ledger: credit_note with",
        ONE_MORE.format("money_entries", "settled_as = 'credit_note'")),
    ("the refund of an entry, deleted", "of 600 is refunded, its refund: none",
        "DELETE FROM refunds WHERE minor = 600"),
    ("a refunded entry of more", "of 601 is refunded, its refund: 600",
        ONE_MORE.format("money_entries", "settled_as = 'refunded'")),
    ("a refunded entry that waits", "is not settled, its refund: 600",
        ENTRIES.format("settled_as = NULL, settled_at = NULL", "settled_as = 'refunded'")),
    ("credited though it was taken back", " and is credited all the same",
        ENTRIES.format("settled_as = 'credited', settled_at = settled_at + interval '1 day'", PAIR)),
    ("what was taken back, deleted", "settled apart", f"DELETE FROM money_entries WHERE {PAIR}"),
    ("more than was taken back", "settled apart", ONE_MORE.format("money_entries", PAIR)),
    ("a dispute that withdrew more", " is needs_response with ",
        "UPDATE disputes SET withdrawn_minor = withdrawn_minor + 1 WHERE closed_at IS NULL"),
    ("a dispute of another fee", " is lost with ",
        "UPDATE disputes SET fee_minor = fee_minor + 1 WHERE closed_at IS NOT NULL"),
    ("a dispute that waits, deleted", " is not written down with ", "DELETE FROM disputes WHERE closed_at IS NULL"),
    ("a dispute credited, deleted", " is not written down with ", "DELETE FROM disputes WHERE closed_at IS NOT NULL"),
    ("a disputed entry of another kind", " is not written down with ",
        ENTRIES.format("reason = 'unknown'", "reason = 'disputed'")),
    ("what had paid, taken back, and no dispute", ", its dispute: none",
        "DELETE FROM disputes WHERE provider_ref LIKE 'reversal:%'"),
    ("more taken back than of its dispute", ", its dispute: ",
        "UPDATE disputes SET withdrawn_minor = withdrawn_minor + 1 WHERE provider_ref LIKE 'reversal:%'"),
    ("another bank entry", "bank entries: ", ONE_MORE.format("bank_entries", "minor = 77")),
)  # fmt: skip
"""What is spoilt, a part of the words that name it, and how; the amounts are those of `all_kinds`."""


async def all_kinds(world: World) -> None:
    """Money in each state that the ledger knows."""
    account = str(new_id())
    await world.give_credit(account, 4_640)
    await world.transfer_request(account_id=account)
    await world.give_credit(account, 300)
    paid = await world.paid_by_transfer()
    left = await world.refund(**of(paid, 7_000))
    await approve(world, left)
    await export(world)
    await world.import_file(debit(await world.get_refund(left)))
    await world.refund(**of(paid, 100))
    await world.refund(**of(await world.paid_online(), 2_000), as_account_credit=True)
    for minor, settle in ((500, set_aside), (600, refund)):
        (entry,) = await arrives(world, Entry(minor, text="?"))
        await settle(world, entry)
    (entry,) = await arrives(world, Entry(GROSS, text="?"))
    await assign(world, entry, await world.transfer_request())
    back = short(await world.transfer_request())
    await arrives(world, back)
    await take_back(world, back)
    seen = await world.transfer_request()
    await record(world, seen, LESS, "B-2")
    await withdraw(world, withdrawal(seen, "B-2"))
    _, entry = await lost(world)
    await decide(world, entry, CREDIT_NOTE)
    await record_note(world, entry, str(new_id()))
    await disputed(world)
    await arrives(world, Entry(77, text="?"))
    await paid_and_taken_back(world, GROSS)


class _Undone(Exception):
    """Undoes what was spoilt."""


async def found_where(database: Database, spoilt: str) -> list[str]:
    """What the proof finds where something is spoilt, which then is whole again."""
    found = []
    with contextlib.suppress(_Undone):
        async with database.transaction() as conn:
            changed = [await conn.execute(text(statement)) for statement in spoilt.split(";")]
            assert all(each.rowcount for each in changed), f"nothing was there for {spoilt}"
            found = await find_faults(conn)
            raise _Undone
    return found


async def test_the_proof_notices_whatever_does_not_agree_with_the_ledger(world: World) -> None:
    await all_kinds(world)
    await world.balances()
    found = {what: await found_where(world.room.core.database, spoilt) for what, _, spoilt in PLANTS}
    missed = {what: found[what] for what, words, _ in PLANTS if not any(words in fault for fault in found[what])}
    assert missed == {}
    await world.balances()
