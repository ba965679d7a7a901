"""Decides when a process of ours is ready to be used."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import grpc
from grpc_health.v1 import health_pb2
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.workflowservice.v1 import request_response_pb2 as wire

from deploy.local.failure import LaunchError
from workflows import names

_SECONDS = 180.0
_POLL_SECONDS = 0.1
_ONE_CALL_SECONDS = 1.0
_IMPATIENT = [("grpc.initial_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 300)]

Question = Callable[[], Awaitable[bool]]


async def wait_until(process: str, is_ready: Question) -> None:
    """Waits until a question is answered with yes.

    Raises:
        LaunchError: It was not, for three minutes: a process that keeps ending is noticed before.
    """
    end = time.monotonic() + _SECONDS
    while not await is_ready():
        if time.monotonic() > end:
            raise LaunchError(f"{process} is not ready after three minutes", f"its reason is in the log {process}.log")
        await asyncio.sleep(_POLL_SECONDS)


def channel(address: str) -> grpc.aio.Channel:
    """A channel that keeps trying while nobody is there yet."""
    return grpc.aio.insecure_channel(address, options=_IMPATIENT)


async def serves(server: grpc.aio.Channel) -> bool:
    """Whether a gRPC server says that it is healthy; waits a second for it to be there."""
    check: grpc.aio.UnaryUnaryMultiCallable[health_pb2.HealthCheckRequest, health_pb2.HealthCheckResponse] = (
        server.unary_unary(
            "/grpc.health.v1.Health/Check",
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString,
        )
    )
    try:
        answer = await check(health_pb2.HealthCheckRequest(), timeout=_ONE_CALL_SECONDS, wait_for_ready=True)
    except grpc.aio.AioRpcError:
        return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


async def listens(host: str, port: int) -> bool:
    """Whether somebody accepts TCP connections there."""
    try:
        _, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True


async def polls(temporal: grpc.aio.Channel, namespace: str, pid: int) -> bool:
    """Whether the worker with this process id has asked Temporal for workflow tasks; its identity begins with it."""
    request = wire.DescribeTaskQueueRequest(namespace=namespace, task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW)
    request.task_queue.name = names.TASK_QUEUE
    describe: grpc.aio.UnaryUnaryMultiCallable[wire.DescribeTaskQueueRequest, wire.DescribeTaskQueueResponse] = (
        temporal.unary_unary(
            "/temporal.api.workflowservice.v1.WorkflowService/DescribeTaskQueue",
            request_serializer=wire.DescribeTaskQueueRequest.SerializeToString,
            response_deserializer=wire.DescribeTaskQueueResponse.FromString,
        )
    )
    try:
        answer = await describe(request, timeout=_ONE_CALL_SECONDS, wait_for_ready=True)
    except grpc.aio.AioRpcError:
        return False
    return any(poller.identity.startswith(f"{pid}@") for poller in answer.pollers)
