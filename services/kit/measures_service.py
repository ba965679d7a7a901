"""Lets an operator's command read what the room measures of its rows, without a monitoring system."""

from collections.abc import Sequence
from typing import Any

from grpc.aio import ServicerContext

from casella.common.v1 import measures_pb2 as pb
from casella.common.v1 import measures_pb2_grpc
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.row_measures import Measure, read_all

Context = ServicerContext[Any, Any]


class MeasuresServicer(measures_pb2_grpc.MeasuresServiceServicer):
    """`casella.common.v1.MeasuresService` of one room."""

    def __init__(self, database: Database, clock: Clock, measures: Sequence[Measure]) -> None:
        """Take what the room measures."""
        self._database = database
        self._clock = clock
        self._measures = measures
        self._labels = {gauge.name: gauge.labels for measure in measures for gauge in measure.gauges}

    async def GetMeasures(self, request: pb.GetMeasuresRequest, context: Context) -> pb.GetMeasuresResponse:
        """Measure now."""
        found = await read_all(self._database, self._clock, self._measures)
        return pb.GetMeasuresResponse(
            measures=[
                pb.Measure(name=name, labels=dict(zip(self._labels[name], labels, strict=True)), value=value)
                for name, values in found.items()
                for labels, value in values.items()
            ]
        )
