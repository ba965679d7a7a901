"""Measures, for the metrics, what only Temporal knows: runs that need an operator, and runs on which the code fails.

Every worker measures the same and shows the same values, so a rule takes the greatest.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from temporalio.client import Client

from services.kit import stuck
from services.kit.measuring import Gauge, Measuring, seconds
from services.kit.metrics import Metrics, Values

EVERY_SECONDS = 60.0
"""Each run that needs an operator costs a look into its history."""

_NEEDING = Gauge("casella_runs_needing_operator", "Runs that need an operator; of very many the first 200.")
_SINCE = Gauge("casella_runs_needing_operator_oldest_seconds", "For how long a run has needed an operator.")
_FAILING = Gauge("casella_runs_failing", "Runs on which the worker's code fails; of very many the first 200.")


def measuring_of(metrics: Metrics, client: Client) -> Measuring:
    """What measures the runs."""

    async def look() -> Mapping[str, Values]:
        needing = await stuck.needing(client)
        oldest = min(needing.values(), default=None)
        return {
            _NEEDING.name: {(): len(needing)},
            _SINCE.name: {(): seconds(datetime.now(UTC) - oldest if oldest else timedelta())},
            _FAILING.name: {(): len(await stuck.failing(client))},
        }

    measuring = Measuring(metrics, look)
    for gauge in (_NEEDING, _SINCE, _FAILING):
        measuring.show(gauge)
    return measuring
