"""What an accountant reads of the ledger in `casella audit`."""

import pytest

from casella.common.v1 import common_pb2
from casella.payments.v1 import payments_pb2
from cli import audit
from services.payments.domain.receipts import Source


def test_every_account_of_the_ledger_is_explained() -> None:
    assert set(audit._LEDGER_ACCOUNTS) == {*Source, "receivable", "suspense"}


@pytest.mark.parametrize(
    ("account", "minor", "words"),
    [
        ("receivable", -3257, "32.57 EUR credit: payment requests paid with that money; the claims themselves, "),
        ("bank", 1281, "12.81 EUR debit: money that statements have told of"),
        ("announced", 0, "0.00 EUR: money that an operator saw"),
        ("newer than this command", -1, "0.01 EUR credit"),
    ],
)
def test_a_balance_names_its_side_and_what_it_means(account: str, minor: int, words: str) -> None:
    balance = payments_pb2.LedgerBalance(ledger_account=account, balance=common_pb2.Money(minor=minor, currency="EUR"))
    assert audit._balance(balance).startswith(words)
