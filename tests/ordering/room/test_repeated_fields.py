"""Every repeated field that a customer may fill is bounded before anything looks at its entries."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from casella.common.v1 import access_pb2, errors_pb2, trail_pb2
from casella.invoicing.v1 import invoicing_pb2
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from casella.support.v1 import support_pb2
from casella.trial.v1 import trial_pb2
from services.kit.limits import LARGEST_REQUEST
from tests.fixtures.postgres import RoomDatabase
from tests.ordering.town import Town, running_town
from tests.support.refusals import refused_for

_FILES = (trail_pb2, trial_pb2, mailboxes_pb2, ordering_pb2, payments_pb2, invoicing_pb2, support_pb2)
_OUTSIDE = {access_pb2.CALLER_CUSTOMER, access_pb2.CALLER_GATEWAY}
_ELSEWHERE = {"ListRefunds states"}
"""Of a room that does not run here: `tests/payments/test_refunds.py` has a test of its own."""

Way = tuple[FieldDescriptor, ...]


def _of_customers() -> Iterator[tuple[MethodDescriptor, Way]]:
    """Every repeated field of every request that may come from outside, with the way to it."""
    for file in _FILES:
        for service in file.DESCRIPTOR.services_by_name.values():
            for method in service.methods:
                option: Any = access_pb2.callers
                if _OUTSIDE & set(method.GetOptions().Extensions[option]):
                    yield from ((method, way) for way in _repeated(method.input_type, ()))


def _repeated(message: Descriptor, way: Way) -> Iterator[Way]:
    for field in message.fields:
        if field.is_repeated:
            yield (*way, field)
        if field.message_type is not None and field not in way:
            yield from _repeated(field.message_type, (*way, field))


_FOUND = list(_of_customers())


def _name(method: MethodDescriptor, way: Way) -> str:
    return f"{method.name} {'.'.join(field.name for field in way)}"


@pytest.fixture
async def town(room_database: RoomDatabase, tmp_path: Path) -> AsyncIterator[Town]:
    async with running_town(room_database, tmp_path) as running:
        yield running


def test_the_repeated_fields_are_found() -> None:
    found = {_name(*found) for found in _FOUND}
    assert found == _ELSEWHERE | {
        "CreateQuote items",
        "CreateQuote items.options",
        "SignUp consents",
        "CreateMailbox options.codes",
        "UpdateMailbox options.codes",
    }


async def test_as_many_entries_as_a_request_can_carry_are_refused_by_their_number(town: Town) -> None:
    rooms = {
        "casella.ordering.v1.OrderingService": town.ordering,
        "casella.trial.v1.TrialService": town.trial.room,
        "casella.mailboxes.v1.MailboxesService": town.mail.room,
    }
    for method, way in _FOUND:
        if _name(method, way) in _ELSEWHERE:
            continue
        request = _full(method, way)
        call: Any = (
            rooms[method.containing_service.full_name]
            .channel()
            .unary_unary(
                f"/{method.containing_service.full_name}/{method.name}",
                type(request).SerializeToString,
                GetMessageClass(method.output_type).FromString,
            )
        )
        refused = await refused_for(call(request, metadata=town.trial.metadata), errors_pb2.REASON_INVALID_INPUT)
        bad = {violation.field: violation.key for violation in refused.violations}
        full = ".".join(f"{field.name}[0]" if field.is_repeated else field.name for field in way).removesuffix("[0]")
        assert bad[full] == "too_many", (_name(method, way), bad)
        assert not [field for field in bad if field.startswith(f"{full}[")]


def _full(method: MethodDescriptor, way: Way) -> Message:
    """The largest request of one long list of empty entries: 2 bytes each, and some for what is around it."""
    request = GetMessageClass(method.input_type)()
    held: Any = request
    for field in way[:-1]:
        held = getattr(held, field.name)
        if field.is_repeated:
            held = held.add()
    entries = getattr(held, way[-1].name)
    empty = GetMessageClass(way[-1].message_type)() if way[-1].message_type is not None else ""
    entries.extend([empty] * ((LARGEST_REQUEST - 100) // 2))
    assert LARGEST_REQUEST - 200 < request.ByteSize() <= LARGEST_REQUEST
    return request
