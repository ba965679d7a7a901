"""The table of errors says what the services do."""

import re

from casella.common.v1.errors_pb2 import Reason
from services.kit.errors import RULES, reason_name
from tests.docs.pages import ROOT, page


def test_the_table_of_errors_is_that_of_the_services() -> None:
    """Where it is not, copy the right table from the message of this test."""
    protos = (ROOT / "protos" / "casella" / "common" / "v1" / "errors.proto").read_text()
    comments = {name: comment for comment, name in re.findall(r"  // (.+)\n  (REASON_\w+) = \d+;", protos)}
    right = [
        [
            f"`{reason_name(reason)}`",
            f"`{rule.code.name}`",
            "yes" if rule.retryable else "no",
            comments[Reason.Name(reason)].removesuffix(f" {rule.code.name}."),
        ]
        for reason, rule in RULES.items()
    ]
    table = "\n".join(f"| {' | '.join(row)} |" for row in right)
    assert page("docs/integrating.md").rows("Errors") == right, table


def test_each_reasons_comment_ends_with_its_code() -> None:
    protos = (ROOT / "protos" / "casella" / "common" / "v1" / "errors.proto").read_text()
    for reason, rule in RULES.items():
        assert re.search(rf"\. {rule.code.name}\.\n  {Reason.Name(reason)} = ", protos), Reason.Name(reason)
