"""What `casella show account` prints of the mail service."""

import pytest

from casella.mailboxes.v1 import mailboxes_pb2
from cli.showing.account import uncovered


@pytest.mark.parametrize(
    ("mailboxes", "domains", "shown"),
    [
        (0, 0, ""),
        (3, 0, "3 mailboxes: the customer deletes some or orders an addition"),
        (1, 2, "1 mailbox and 2 domains: the customer deletes some or orders an addition"),
    ],
)
def test_what_an_annual_contract_does_not_cover_is_told_with_what_helps(
    mailboxes: int, domains: int, shown: str
) -> None:
    allowance = mailboxes_pb2.Allowance(uncovered_mailboxes=mailboxes, uncovered_domains=domains)
    assert uncovered(allowance) == shown
