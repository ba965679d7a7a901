"""What the doctor asks from outside: is every process healthy, and is the operator known to the services."""

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.message import Message
from grpc_health.v1 import health_pb2

from casella.common.v1 import errors_pb2
from casella.invoicing.v1 import invoicing_pb2
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from casella.support.v1 import support_pb2
from casella.trial.v1 import trial_pb2
from cli.doctor.findings import Finding, fine, wrong
from cli.failures import Failure, Unreachable
from cli.installation import ROOMS, Installation
from cli.rooms import Rooms
from services.kit.errors import Refused

_HEALTH_SECONDS = 3.0
_STAND_INS = {
    "mailsink": ("mail_clock", "the mail sink (simulator)"),
    "stripe": ("stripe_clock", "the payment provider (simulator)"),
    "sdi": ("sdi_clock", "the Sistema di Interscambio (simulator)"),
    "dns": ("dns_clock", "the DNS (simulator)"),
    "vies": ("vies_clock", "VIES (simulator)"),
}
"""Process → the port on which it tells its health, and its name."""
_NOT_READY = "runs but is not ready: most likely it waits for its database"
_NOBODY = str(uuid.UUID(int=0))
_STRANGER = (errors_pb2.REASON_UNAUTHENTICATED, errors_pb2.REASON_CALLER_NOT_ALLOWED)


@dataclass(frozen=True)
class Healths:
    """Which rooms serve."""

    healthy: Sequence[str]
    findings: Sequence[Finding]


@dataclass(frozen=True)
class Secret:
    """Whether the rooms that answer know the operator."""

    accepted: bool
    findings: Sequence[Finding]


async def healths(rooms: Rooms) -> Healths:
    """Ask every room for its health, which needs no secret."""
    answers = await asyncio.gather(*(_room_health(rooms, room) for room in ROOMS))
    sick = {room: words for room, words in zip(ROOMS, answers, strict=True) if words}
    findings = [
        wrong(
            f"{room} at {rooms.where.address(room)} {words}",
            log_of(rooms.where, "postgres" if words == _NOT_READY else room),
        )
        for room, words in sick.items()
    ]
    if not findings:
        findings.append(fine(f"all {len(ROOMS)} services are healthy"))
    return Healths([room for room in ROOMS if room not in sick], findings)


async def stand_ins(where: Installation) -> list[Finding]:
    """Ask every simulator of a local Casella for its health."""
    ports = where.run.get("ports", {})
    asked = {process: f"127.0.0.1:{ports[port]}" for process, (port, _) in _STAND_INS.items() if port in ports}
    answers = await asyncio.gather(*(_health(address) for address in asked.values()))
    return [
        wrong(f"{_STAND_INS[process][1]} {words}", log_of(where, process))
        for process, words in zip(asked, answers, strict=True)
        if words
    ]


async def secret(rooms: Rooms) -> Secret:
    """Knock at every room with the operator's secret; a room that is away says nothing about it."""
    where = rooms.where
    try:
        where.secret()
    except Failure as failure:
        return Secret(accepted=False, findings=[wrong(failure.message, failure.remedy)])
    refusing = [room for room, known in await _knock(rooms) if not known]
    if not refusing:
        return Secret(accepted=True, findings=[])
    named = "all services" if len(refusing) == len(ROOMS) else ", ".join(refusing)
    return Secret(
        accepted=False,
        findings=[
            wrong(
                f"the operator's secret in {where.secret_file} is not the one that {named} know",
                "Name the right file in CASELLA_CALLER_SECRET_FILE; a service that was given new secrets must restart",
            )
        ],
    )


async def _knock(rooms: Rooms) -> list[tuple[str, bool]]:
    """Ask each room for something that does not exist: whoever hears "not found" is known there."""
    asked: dict[str, tuple[Any, Message]] = {
        "trial": (rooms.trial.GetTrial, trial_pb2.GetTrialRequest(account_id=_NOBODY)),
        "mailboxes": (rooms.mailboxes.GetAllowance, mailboxes_pb2.GetAllowanceRequest(account_id=_NOBODY)),
        "ordering": (rooms.ordering.GetOrder, ordering_pb2.GetOrderRequest(order_id=_NOBODY)),
        "payments": (
            rooms.payments.GetPaymentRequest,
            payments_pb2.GetPaymentRequestRequest(payment_request_id=_NOBODY),
        ),
        "invoicing": (rooms.invoicing.GetTransmission, invoicing_pb2.GetTransmissionRequest(invoice_id=_NOBODY)),
        "support": (rooms.support.GetTicket, support_pb2.GetTicketRequest(ticket_id=_NOBODY)),
    }

    async def known(method: Any, request: Message) -> bool:
        try:
            await rooms.ask(method, request, _HEALTH_SECONDS)
        except Refused as refused:
            return refused.reason not in _STRANGER
        except Unreachable:
            return True
        return True

    return [(room, await known(method, request)) for room, (method, request) in asked.items()]


async def _room_health(rooms: Rooms, room: str) -> str:
    return await _ask_health(rooms.bare_channel(room))


async def _health(address: str) -> str:
    async with grpc.aio.insecure_channel(address) as channel:
        return await _ask_health(channel)


async def _ask_health(channel: grpc.aio.Channel) -> str:
    """What is wrong with a server; nothing if it serves."""
    check: grpc.aio.UnaryUnaryMultiCallable[health_pb2.HealthCheckRequest, health_pb2.HealthCheckResponse] = (
        channel.unary_unary(
            "/grpc.health.v1.Health/Check",
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString,
        )
    )
    try:
        answer = await check(health_pb2.HealthCheckRequest(), timeout=_HEALTH_SECONDS)
    except grpc.aio.AioRpcError as error:
        return "does not answer" if error.code() is grpc.StatusCode.UNAVAILABLE else f"fails ({error.code().name})"
    serves = answer.status == health_pb2.HealthCheckResponse.SERVING
    return "" if serves else _NOT_READY


def log_of(where: Installation, process: str) -> str:
    """Where the reason stands why a process is not as it should be."""
    if not where.run:
        return "See that process's log"
    return f"See {where.var / 'logs' / f'{process}.log'}; the launcher starts again what ends"
