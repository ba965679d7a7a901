"""What the activities add to an invoice's lines on their way from ordering."""

from casella.common.v1 import common_pb2
from casella.ordering.v1 import ordering_pb2
from workflows.activities.invoicing_documents import with_days

_FIRST, _LAST = common_pb2.Date(year=2026, month=3, day=2), common_pb2.Date(year=2027, month=3, day=1)
_SOLD = ordering_pb2.Order(period_start=_FIRST, period_end=_LAST)


def test_a_line_without_days_gets_those_that_are_sold_and_stamp_duty_none() -> None:
    own = common_pb2.Line(period_start=_LAST, period_end=_LAST)
    lines = [common_pb2.Line(nature="N2.1"), own, common_pb2.Line(nature="N1")]
    sold, kept, duty = map(with_days(_SOLD), lines)
    assert (sold.period_start, sold.period_end, sold.nature) == (_FIRST, _LAST, "N2.1")
    assert kept == own
    assert not duty.HasField("period_start")
