"""What the worker reads from the environment beside what every process reads."""

from services.kit.settings import ProcessSettings


class WorkerSettings(ProcessSettings):
    """The worker's settings.

    Attributes:
        temporal_metrics_listen: `host:port` at which Prometheus may read what Temporal's own library counts.
    """

    temporal_metrics_listen: str | None = None
