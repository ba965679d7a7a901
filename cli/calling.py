"""Decides how a command talks to the services: one channel each, and plain words where a call fails."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from functools import cached_property, update_wrapper
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec
from uuid import uuid4

import click
import grpc

from casella.common.v1 import common_pb2 as common
from casella.invoicing.v1.invoicing_pb2_grpc import InvoicingServiceStub
from casella.mailboxes.v1.mailboxes_pb2_grpc import MailboxesServiceStub
from casella.ordering.v1.ordering_pb2_grpc import OrderingServiceStub
from casella.payments.v1.payments_pb2_grpc import PaymentsServiceStub
from casella.support.v1.support_pb2_grpc import SupportServiceStub
from casella.trial.v1.trial_pb2_grpc import TrialServiceStub
from cli.place import Place
from services.kit.channels import open_channel
from services.kit.errors import Refused

if TYPE_CHECKING:  # these names are in the stubs for type checkers only
    from casella.invoicing.v1.invoicing_pb2_grpc import InvoicingServiceAsyncStub
    from casella.mailboxes.v1.mailboxes_pb2_grpc import MailboxesServiceAsyncStub
    from casella.ordering.v1.ordering_pb2_grpc import OrderingServiceAsyncStub
    from casella.payments.v1.payments_pb2_grpc import PaymentsServiceAsyncStub
    from casella.support.v1.support_pb2_grpc import SupportServiceAsyncStub
    from casella.trial.v1.trial_pb2_grpc import TrialServiceAsyncStub

P = ParamSpec("P")


class Rooms:
    """The services as an operator reaches them; a channel opens when it is first needed."""

    def __init__(self, place: Place, stack: AsyncExitStack) -> None:
        self.place = place
        self._stack = stack

    def channel(self, room: str) -> grpc.aio.Channel:
        """A channel to a room."""
        channel = open_channel(self.place.address(room), self.place.secret)
        self._stack.push_async_callback(channel.close)
        return channel

    @cached_property
    def trial(self) -> "TrialServiceAsyncStub":
        """Accounts and trials."""
        return TrialServiceStub(self.channel("trial"))

    @cached_property
    def mailboxes(self) -> "MailboxesServiceAsyncStub":
        """Domains and mailboxes."""
        return MailboxesServiceStub(self.channel("mailboxes"))

    @cached_property
    def ordering(self) -> "OrderingServiceAsyncStub":
        """Profiles, orders, subscriptions, closures."""
        return OrderingServiceStub(self.channel("ordering"))

    @cached_property
    def payments(self) -> "PaymentsServiceAsyncStub":
        """Payment requests and money."""
        return PaymentsServiceStub(self.channel("payments"))

    @cached_property
    def invoicing(self) -> "InvoicingServiceAsyncStub":
        """Documents and the SdI."""
        return InvoicingServiceStub(self.channel("invoicing"))

    @cached_property
    def support(self) -> "SupportServiceAsyncStub":
        """Tickets."""
        return SupportServiceStub(self.channel("support"))

    def steering(self, reason: str, ticket: str, command: str) -> common.Steering:
        """Who does this and why, for the audit trail; each use of a command is an entry of its own."""
        source = f"{command}/{uuid4()}"
        return common.Steering(actor=self.place.operator, reason_code=reason, ticket_id=ticket, source=source)


def calls(command: Callable[Concatenate[Rooms, P], Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Make a click command of a coroutine that gets the rooms first; failures become one plain sentence."""

    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            asyncio.run(_with_rooms(command, *args, **kwargs))
        except Refused as refused:
            raise click.ClickException(in_words(refused)) from None
        except grpc.aio.AioRpcError as error:
            raise click.ClickException(_failure(error)) from None

    return update_wrapper(run, command)


async def _with_rooms(
    command: Callable[Concatenate[Rooms, P], Coroutine[Any, Any, None]], *args: P.args, **kwargs: P.kwargs
) -> None:
    async with AsyncExitStack() as stack:
        await command(Rooms(Place.here(), stack), *args, **kwargs)


def in_words(refused: Refused) -> str:
    """A refusal for a person: its message, then each bad field."""
    fields = [f"\n  {violation.field}: {violation.message}" for violation in refused.violations]
    return f"{refused.message or refused}{''.join(fields)}"


def _failure(error: grpc.aio.AioRpcError) -> str:
    details = error.details() or "no details"
    if error.code() is grpc.StatusCode.UNAVAILABLE:
        return f"a service does not answer ({details}): `casella doctor` says which"
    if error.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
        return "a service did not answer in time: try again, and ask `casella doctor` if it goes on"
    return f"{error.code().name}: {details}"
