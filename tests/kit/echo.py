"""A service made at run time, so that a test can ask for every combination of callers without a proto of its own."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, empty_pb2, wrappers_pb2
from grpc.aio import Channel

from casella.common.v1 import access_pb2
from casella.common.v1.access_pb2 import Caller
from services.kit.ids import new_id

Behaviour = Callable[[wrappers_pb2.StringValue, Any], Awaitable[wrappers_pb2.StringValue]]


class Echo:
    """Methods that take and give a text.

    Args:
        methods: Method name → who may call it, and what it does.
    """

    def __init__(self, methods: Mapping[str, tuple[tuple[Caller, ...], Behaviour]]) -> None:
        package = f"casella.test{new_id().hex}"
        self.name = f"{package}.Echo"
        self._methods = methods
        file = descriptor_pb2.FileDescriptorProto(
            name=f"{package}.proto",
            package=package,
            syntax="proto3",
            dependency=["google/protobuf/wrappers.proto", access_pb2.DESCRIPTOR.name],
        )
        service = file.service.add(name="Echo")
        for name, (callers, _) in methods.items():
            method = service.method.add(name=name)
            method.input_type = method.output_type = ".google.protobuf.StringValue"
            option: Any = access_pb2.callers
            method.options.Extensions[option].extend(callers)
        empty_pb2.DESCRIPTOR.GetOptions()
        descriptor_pool.Default().AddSerializedFile(file.SerializeToString())

    def add(self, servicer: object, server: Any) -> None:
        """What generated code calls ``add_EchoServicer_to_server``."""
        handlers = {
            name: grpc.unary_unary_rpc_method_handler(
                behaviour, wrappers_pb2.StringValue.FromString, wrappers_pb2.StringValue.SerializeToString
            )
            for name, (_, behaviour) in self._methods.items()
        }
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(self.name, handlers),))
        server.add_registered_method_handlers(self.name, handlers)

    async def call(self, channel: Channel, method: str, text: str = "", **options: Any) -> str:
        """Call one of the methods."""
        stub: Any = channel.unary_unary(
            f"/{self.name}/{method}", wrappers_pb2.StringValue.SerializeToString, wrappers_pb2.StringValue.FromString
        )
        answer = await stub(wrappers_pb2.StringValue(value=text), **options)
        return str(answer.value)
