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

_SECONDS = 60.0
_POLL_SECONDS = 0.05
_ONE_CALL_SECONDS = 2.0
_IMPATIENT = [("grpc.initial_reconnect_backoff_ms", 50), ("grpc.max_reconnect_backoff_ms", 200)]


async def wait_until(process: str, is_ready: Callable[[], Awaitable[bool]]) -> None:
    """Waits until a process is ready.

    Raises:
        LaunchError: It was not, for a minute.
    """
    end = time.monotonic() + _SECONDS
    while not await is_ready():
        if time.monotonic() > end:
            raise LaunchError(f"{process} is not ready after a minute", f"its reason is in the log {process}.log")
        await asyncio.sleep(_POLL_SECONDS)


async def serves(address: str) -> bool:
    """Whether a gRPC server there says that it is healthy."""
    async with grpc.aio.insecure_channel(address, options=_IMPATIENT) as channel:
        check: grpc.aio.UnaryUnaryMultiCallable[health_pb2.HealthCheckRequest, health_pb2.HealthCheckResponse] = (
            channel.unary_unary(
                "/grpc.health.v1.Health/Check",
                request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
                response_deserializer=health_pb2.HealthCheckResponse.FromString,
            )
        )
        try:
            answer = await check(health_pb2.HealthCheckRequest(), timeout=_ONE_CALL_SECONDS)
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


async def polls(temporal_address: str, namespace: str, pid: int | None) -> bool:
    """Whether the worker with this process id has asked Temporal for workflow tasks; its identity begins with it."""
    request = wire.DescribeTaskQueueRequest(namespace=namespace, task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW)
    request.task_queue.name = names.TASK_QUEUE
    async with grpc.aio.insecure_channel(temporal_address, options=_IMPATIENT) as channel:
        call: grpc.aio.UnaryUnaryMultiCallable[wire.DescribeTaskQueueRequest, wire.DescribeTaskQueueResponse] = (
            channel.unary_unary(
                "/temporal.api.workflowservice.v1.WorkflowService/DescribeTaskQueue",
                request_serializer=wire.DescribeTaskQueueRequest.SerializeToString,
                response_deserializer=wire.DescribeTaskQueueResponse.FromString,
            )
        )
        try:
            answer = await call(request, timeout=_ONE_CALL_SECONDS)
        except grpc.aio.AioRpcError:
            return False
    return any(poller.identity.startswith(f"{pid}@") for poller in answer.pollers)
