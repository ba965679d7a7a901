"""The month's usage, as `casella show account` tells it."""

import pytest

from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from cli.showing import upcoming


def test_the_usage_so_far_is_told_by_size_and_by_option(capsys: pytest.CaptureFixture[str]) -> None:
    size, option = pb.MeteredSize, pb.MeteredOption
    day = pb.MeteredDay(
        sizes=[size(size=mailboxes_pb2.MAILBOX_SIZE_8_GB, used=7, prepaid=5, above=2)],
        options=[option(code="archive", used=3, prepaid=1, above=2)],
    )
    other = pb.MeteredDay(sizes=day.sizes, options=[option(code="activesync", used=1, above=1), *day.options])
    upcoming.show(pb.UpcomingPeriod(usage=[day, other]))
    usage = capsys.readouterr().out.split("size or option")[1]
    rows = [line.split() for line in usage.splitlines()]
    assert [row[-3:] for row in rows if row and row[-1].isdigit()] == [
        ["14", "10", "4"],
        ["1", "0", "1"],
        ["6", "2", "4"],
    ]
    assert [row[0] for row in rows if row and row[0] in ("archive", "activesync")] == ["activesync", "archive"]
