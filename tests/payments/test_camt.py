"""Which entries of a statement are credits, and when two of them are the same."""

from datetime import date
from pathlib import Path

import pytest

from services.payments.domain.references import references_in
from services.payments.statements import camt, entries
from services.payments.statements.amounts import minor_units
from services.payments.statements.camt import UnreadableStatementError
from tests.payments.statement import Entry, balance, statement

FIXTURES = Path(__file__).parent / "fixtures"


def credits_of(file: bytes) -> list[entries.Entry]:
    return [credit for found in camt.read(file) for credit in found.credits]


def test_a_batch_is_split_and_what_is_no_payment_is_passed_over() -> None:
    (found,) = camt.read((FIXTURES / "camt053-v2-batch.xml").read_bytes())
    assert found.account == "IT60X0542811101000000123456"
    assert [credit.minor for credit in found.credits] == [10_000, 20_000, 7_500]
    assert [credit.unsplit for credit in found.credits] == [False, False, True]
    assert [len(part) for part in (found.debits, found.reversed_debits, found.returns)] == [1, 1, 1]
    assert (found.passed_over, found.pending) == (0, 1)


def test_a_transfer_of_a_batch_has_its_own_details() -> None:
    first, second, whole = credits_of((FIXTURES / "camt053-v2-batch.xml").read_bytes())
    assert (first.debtor_name, first.debtor_iban) == ("Anna Esempio", "DE89370400440532013000")
    assert (first.end_to_end, second.end_to_end) == ("E2E-1", None)
    assert first.booking_date == second.booking_date == date(2026, 11, 20)
    assert whole.booking_date == date(2026, 11, 19)
    assert first.text == "Pagamento RF18 5390 0754 7034"
    assert second.references == ("RF18539007547034",)


def test_a_batch_whose_transfers_do_not_add_up_is_not_split() -> None:
    file = (FIXTURES / "camt053-v2-batch.xml").read_bytes().replace(b">300.50<", b">300.51<")
    whole = credits_of(file)[0]
    assert (whole.minor, whole.unsplit, whole.debtor_name) == (30_051, True, None)


def test_a_notification_is_read_like_a_statement() -> None:
    (credit,) = credits_of((FIXTURES / "camt054-v8.xml").read_bytes())
    assert (credit.minor, credit.debtor_name) == (6_100, "Società Esempio S.p.A.")
    assert credit.debtor_iban == "IT02L1234512345123456789012"


def test_the_italian_wrapper_is_seen_through() -> None:
    (credit,) = credits_of((FIXTURES / "cbi-statement.xml").read_bytes())
    assert credit.minor == 14_640
    assert "p2026 / 17" in credit.searchable()
    assert "COMMISSIONI" in credit.searchable()


def test_the_same_file_gives_the_same_identities() -> None:
    file = (FIXTURES / "camt053-v2-batch.xml").read_bytes()
    assert [credit.identity for credit in credits_of(file)] == [credit.identity for credit in credits_of(file)]


def test_two_equal_transfers_of_one_statement_are_two() -> None:
    twin = Entry(5_000, text="stesso testo")
    first, second = credits_of(statement(twin, twin))
    assert first.identity != second.identity


def test_a_growing_statement_keeps_the_identities_of_its_first_entries() -> None:
    twin = Entry(5_000, text="stesso testo")
    assert credits_of(statement(twin))[0].identity in [credit.identity for credit in credits_of(statement(twin, twin))]


def test_with_the_banks_reference_an_entry_is_the_same_in_another_statement() -> None:
    entry = Entry(5_000, bank_reference="ABC-1")
    assert credits_of(statement(entry, number="A"))[0].identity == credits_of(statement(entry, number="B"))[0].identity


def test_without_it_another_statement_has_another_entry() -> None:
    entry = Entry(5_000)
    assert credits_of(statement(entry, number="A"))[0].identity != credits_of(statement(entry, number="B"))[0].identity


@pytest.mark.parametrize(
    ("entry", "counted"),
    [
        (Entry(100, direction="DBIT"), (1, 0, 0, 0)),
        (Entry(0, direction="DBIT"), (0, 0, 0, 0)),
        (Entry(100, direction="DBIT", reversal=True), (0, 1, 0, 0)),
        (Entry(100, reversal=True), (0, 0, 1, 0)),
        (Entry(100, status="PDNG"), (0, 0, 0, 1)),
        (Entry(100, status="INFO"), (0, 0, 0, 1)),
    ],
)
def test_a_debit_a_reversal_and_a_pending_entry_never_credit(entry: Entry, counted: tuple[int, int, int, int]) -> None:
    (found,) = camt.read(statement(entry))
    assert found.credits == ()
    assert (len(found.debits), len(found.reversals), len(found.reversed_debits), found.pending) == counted


def test_an_undone_debit_is_never_the_same_entry_as_a_credit_of_the_same_words() -> None:
    (found,) = camt.read(statement(Entry(100, bank_reference="B"), Entry(100, bank_reference="B", reversal=True)))
    assert found.credits[0].identity != found.reversed_debits[0].identity


def test_a_batch_of_debits_with_a_credit_in_it_is_not_split() -> None:
    def part(minor: int, goes: str) -> str:
        return f'<TxDtls><Amt Ccy="EUR">{minor}.00</Amt><CdtDbtInd>{goes}</CdtDbtInd></TxDtls>'

    whole = statement(Entry(300, direction="DBIT")).decode()
    details = whole[whole.index("<TxDtls>") : whole.index("</TxDtls>") + len("</TxDtls>")]
    for parts, debits in ((("DBIT", "DBIT"), [100, 200]), (("CRDT", "DBIT"), [300])):
        (found,) = camt.read(whole.replace(details, part(1, parts[0]) + part(2, parts[1])).encode())
        assert [each.minor for each in found.debits] == debits


CHANGE = (Entry(20_476, direction="DBIT"), Entry(100), Entry(20_476, reversal=True), Entry(50, status="PDNG"))


def test_a_statement_whose_entries_add_up_to_the_change_of_its_balance_is_read() -> None:
    for opening, closing in ((0, 100), (-5_000, -4_900), (-50, 50)):
        camt.read(statement(*CHANGE, balances=balance("OPBD", opening) + balance("CLBD", closing)))
    camt.read(statement(*CHANGE, balances=balance("PRCD", 7) + balance("CLBD", 107)))


@pytest.mark.parametrize(("closing", "says"), [(101, "0.01 EUR are missing"), (-100, "2.00 EUR are too many")])
def test_a_statement_whose_entries_do_not_add_up_to_the_change_of_its_balance_is_refused(
    closing: int, says: str
) -> None:
    with pytest.raises(UnreadableStatementError, match=says):
        camt.read(statement(*CHANGE, balances=balance("OPBD", 0) + balance("CLBD", closing)))


@pytest.mark.parametrize(
    "balances",
    [
        balance("CLBD", 1),
        balance("OPBD", 1),
        balance("OPBD", 0) + balance("CLBD", 1, "SEK"),
        balance("OPBD", 0) + balance("CLBD", 1).replace("<CdtDbtInd>CRDT</CdtDbtInd>", ""),
        "<StmtPgntn><PgNb>2</PgNb><LstPgInd>true</LstPgInd></StmtPgntn>" + balance("OPBD", 0) + balance("CLBD", 1),
        "<StmtPgntn><PgNb>1</PgNb><LstPgInd>false</LstPgInd></StmtPgntn>" + balance("OPBD", 0) + balance("CLBD", 1),
    ],
)
def test_where_balances_cannot_be_compared_or_a_page_has_a_part_of_the_entries_nothing_is_judged(balances: str) -> None:
    assert len(credits_of(statement(*CHANGE, balances=balances))) == 1


def test_an_entry_without_a_day_is_told_without_one() -> None:
    assert credits_of(statement(Entry(100, day=None)))[0].booking_date is None


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (b"", "well-formed"),
        (b"not xml", "well-formed"),
        (b"\x00\xff\xfe", "well-formed"),
        (b"<Document/>", "neither"),
        (b"<!DOCTYPE d [<!ENTITY x 'y'>]><Document><Stmt/></Document>", "DOCTYPE"),
        (b'<?xml version="1.0" encoding="UTF-16"?><Document/>', "well-formed"),
        (statement(Entry(100)).replace(b">1.00<", b">1,00<"), "entry 1"),
        (statement(Entry(100)).replace(b">1.00<", b"><"), "entry 1"),
        (statement(Entry(100)).replace(b">1.00<", b">-1.00<"), "entry 1"),
        (statement(Entry(100)).replace(b">1.00<", b">1.001<"), "entry 1"),
        (statement(Entry(0)), "entry 1"),
        (statement(Entry(100, currency="euro")), "entry 1"),
        (statement(Entry(100, direction="")), "entry 1"),
        (statement(Entry(100)).replace(b"2026-11-20", b"20/11/2026"), "entry 1"),
        (statement(Entry(100), Entry(0)), "entry 2"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused_as_a_whole(broken: bytes, says: str) -> None:
    with pytest.raises(UnreadableStatementError, match=says):
        camt.read(broken)


@pytest.mark.parametrize(
    ("there", "secret"),
    [(b">1.00<", b">Rossi9<"), (b'"EUR"', b'"Rossi9"'), (b">CRDT<", b">Rossi9<"), (b"2026-11-20", b"Rossi9")],
)
def test_a_refusal_repeats_nothing_of_the_file(there: bytes, secret: bytes) -> None:
    with pytest.raises(UnreadableStatementError, match="entry 1: ") as refused:
        camt.read(statement(Entry(100)).replace(there, secret))
    assert "Rossi" not in str(refused.value)


@pytest.mark.parametrize("digits", [16, 5_000])
def test_a_huge_number_of_transfers_is_refused_in_fixed_words(digits: int) -> None:
    batch = b"<NtryDtls><Btch><NbOfTxs>" + b"9" * digits + b"</NbOfTxs></Btch>"
    broken = statement(Entry(100)).replace(b"<NtryDtls>", batch, 1)
    with pytest.raises(UnreadableStatementError, match=r"^entry 1: NbOfTxs is too large$"):
        camt.read(broken)


def test_a_file_of_more_statements_than_any_bank_sends_is_refused() -> None:
    with pytest.raises(UnreadableStatementError, match=r"^more than 20000 statements$"):
        camt.read(b"<D>" + b"<Stmt/>" * 20_001 + b"</D>")


def test_an_entity_bomb_is_refused_quickly() -> None:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE d [<!ENTITY e0 "x">{levels}]><Document><Stmt><Id>&e11;</Id></Stmt></Document>'
    with pytest.raises(UnreadableStatementError):
        camt.read(bomb.encode())


def test_a_file_of_another_site_is_never_fetched() -> None:
    external = b'<!DOCTYPE d SYSTEM "http://127.0.0.1:9/x.dtd"><Document><Stmt/></Document>'
    with pytest.raises(UnreadableStatementError, match="DOCTYPE"):
        camt.read(external)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [("12.5", "EUR", 1_250), ("0.01", "EUR", 1), ("1", "EUR", 100), ("5", "JPY", 5), ("1.234", "TND", 1_234)],
)
def test_an_amount_becomes_minor_units_exactly(amount: str, currency: str, minor: int) -> None:
    assert minor_units(amount, currency) == minor


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        ("1e3", "EUR"),
        (" 1", "EUR"),
        ("+1", "EUR"),
        ("1.", "EUR"),
        ("٣", "EUR"),
        ("1.5", "JPY"),
        ("1", "eur"),
        ("1", ""),
    ],
)
def test_an_amount_that_cannot_be_read_never_becomes_a_number(amount: str, currency: str) -> None:
    with pytest.raises(ValueError, match=r"not an amount|not a currency|finer"):
        minor_units(amount, currency)


SAMPLES = Path(__file__).parents[3] / "shared" / "camt053"
EXPECTED = {
    "genkgo-camt053.v2.minimal.xml": (1, 885),
    "genkgo-camt053.v2.multi.statement.xml": (1, 885),
    "genkgo-camt053.v8.xml": (1, 885),
    "genkgo-camt054.v8.xml": (0, 0),
    "subite-LT-2024-07-15.camt053.v8.xml": (3, 1_000 + 79_163_684 + 18_176_000),
    "viafintech-valid_example.xml": (1, 100),
    "viafintech-valid_example_v4.xml": (21, 170_056),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_samples_of_real_banks_are_read(name: str) -> None:
    if not (SAMPLES / name).exists():
        pytest.skip("the samples of other projects are not part of this repository")
    found = credits_of((SAMPLES / name).read_bytes())
    assert (len(found), sum(credit.minor for credit in found)) == EXPECTED[name]
    assert len({credit.identity for credit in found}) == len(found)


def test_a_sample_that_somebody_abridged_does_not_add_up() -> None:
    abridged = SAMPLES / "viafintech-valid_example_with_batch.xml"
    if not abridged.exists():
        pytest.skip("the samples of other projects are not part of this repository")
    with pytest.raises(UnreadableStatementError, match=r"12774\.14 EUR are missing"):
        camt.read(abridged.read_bytes())


def test_no_reference_of_a_foreign_sample_looks_like_ours() -> None:
    found = [SAMPLES / name for name in EXPECTED if (SAMPLES / name).exists()]
    for path in found or pytest.skip("the samples are not part of this repository"):
        assert all(references_in(credit.searchable()) == () for credit in credits_of(path.read_bytes()))
