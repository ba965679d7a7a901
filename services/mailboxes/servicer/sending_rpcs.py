"""Sending and usage: protobuf in, domain out, and back."""

from datetime import date, timedelta

from casella.common.v1 import common_pb2
from casella.mailboxes.v1 import mailboxes_pb2 as pb
from casella.mailboxes.v1.mailboxes_pb2_grpc import MailboxesServiceServicer
from services.kit import wire
from services.kit.context import check_own
from services.kit.validation import Violations
from services.mailboxes.service.sending import Sending
from services.mailboxes.service.usage import Usage
from services.mailboxes.servicer import checks, translate

_MOST_RECIPIENTS = 100_000
_MOST_DAYS = 366


class SendingRpcs(MailboxesServiceServicer):
    """The RPCs that count."""

    _sending: Sending
    _usage: Usage

    async def RecordSend(self, request: pb.RecordSendRequest, context: object) -> pb.RecordSendResponse:
        """Asks whether a mailbox may send a message now and, if so, counts it."""
        found = checks.violations()
        request_id = found.uuid("request_id", request.request_id)
        address = checks.address(found, "address", request.address)
        recipients = found.between("recipients", request.recipients, 1, _MOST_RECIPIENTS)
        found.check()
        left = await self._sending.record(request_id, address, recipients)
        return pb.RecordSendResponse(messages_left=left.messages or 0, recipients_left=left.recipients or 0)

    async def GetUsage(self, request: pb.GetUsageRequest, context: object) -> pb.GetUsageResponse:
        """Reads how many mailboxes of each size existed on each day."""
        found = checks.violations()
        account_id = found.uuid("account_id", request.account_id)
        first = _day(found, "first", request.first)
        last = _day(found, "last", request.last)
        if not found and not timedelta() <= last - first <= timedelta(days=_MOST_DAYS):
            found.add("last", "too_many_days", most=_MOST_DAYS)
        found.check()
        days = await self._usage.per_day(check_own(account_id), first, last)
        return pb.GetUsageResponse(days=[translate.day_usage(day) for day in days])


def _day(found: Violations, field: str, message: common_pb2.Date) -> date:
    """A day of this product's time: before 2000 and after 2999 is a typing error."""
    try:
        day = wire.from_date(message)
    except ValueError:
        found.add(field, "required" if message == common_pb2.Date() else "not_a_date")
    else:
        if day.year in range(2000, 3000):
            return day
        found.add(field, "not_a_date")
    return date.min
