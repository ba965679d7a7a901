"""What an accountant reads of the ledger in `casella audit`."""

import re
from pathlib import Path

import pytest

from casella.common.v1 import common_pb2
from casella.payments.v1 import payments_pb2
from cli import audit

_MIGRATIONS = Path(__file__).parents[2] / "services/payments/migrations/versions"
_ACCOUNTS = re.compile(r"ledger_account IN \((.*?)\)", re.DOTALL)
"""The accounts that the ledger's table takes; the newest migration that names them counts."""


def test_every_account_of_the_ledger_is_explained() -> None:
    named = [found for file in sorted(_MIGRATIONS.glob("*.py")) for found in _ACCOUNTS.findall(file.read_text())]
    assert set(audit._LEDGER_ACCOUNTS) == set(re.findall(r"'(\w+)'", named[-1]))


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
