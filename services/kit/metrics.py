"""What a process counts, and the door at which Prometheus reads it: plain HTTP, in a thread of its own.

Labels have few values each: a method, a code, a kind. None is an id, and none says anything of a person: what is read
here may stand in a monitoring system for years. Counting costs microseconds and is always on; the door is opened only
where a setting names its address, and what must be asked of the database is asked only behind an open door.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Histogram, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Limits of the latencies' buckets; calls inside the house are given up after 5 seconds, those to partners after 10."""

Values = Mapping[tuple[str, ...], float]
"""Values of the labels → what was measured."""


class _Registry(CollectorRegistry):
    """Names the process in every sample, so that rules need no labels from whoever reads."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def collect(self) -> Iterator[Metric]:
        """All that was counted, without the library's instants of creation, which double the number of series."""
        for metric in super().collect():
            metric.samples = [
                sample._replace(labels={"process": self._process, **sample.labels})
                for sample in metric.samples
                if not sample.name.endswith("_created")
            ]
            yield metric


class _Read(Collector):
    """Asks for its values whenever somebody reads."""

    def __init__(self, family: Callable[[], Metric]) -> None:
        self._family = family

    def collect(self) -> Iterable[Metric]:
        """The values of this moment."""
        yield self._family()


class Metrics:
    """One process's metrics."""

    def __init__(self, process: str) -> None:
        """Begin at zero.

        Args:
            process: ``trial``, ``worker``, …: the label ``process`` of every sample.
        """
        self.registry = _Registry(process)
        ProcessCollector(registry=self.registry)
        self._calls = Counter("casella_rpc", "RPCs answered.", ("method", "code"), registry=self.registry)
        self._call_seconds = Histogram(
            "casella_rpc_seconds", "How long RPCs took; a stream takes as long as its reader stays.", ("method",),
            registry=self.registry, buckets=_SECONDS,
        )  # fmt: skip
        self._requests = Counter(
            "casella_http_requests", "HTTP requests answered.", ("address", "status"), registry=self.registry
        )
        self._request_seconds = Histogram(
            "casella_http_request_seconds", "How long HTTP requests took.", ("address",),
            registry=self.registry, buckets=_SECONDS,
        )  # fmt: skip
        self._webhooks = Counter(
            "casella_webhooks_posted", "Attempts to post a webhook of ours.", ("outcome",), registry=self.registry
        )

    def call(self, method: str, code: str, seconds: float) -> None:
        """Count an RPC that has ended.

        Args:
            method: ``/casella.trial.v1.TrialService/GetTrial``, of a service that this process serves.
            code: ``OK``, ``NOT_FOUND``, …
            seconds: How long it took.
        """
        self._calls.labels(method, code).inc()
        self._call_seconds.labels(method).observe(seconds)

    def request(self, address: str, status: int, seconds: float) -> None:
        """Count an HTTP request that was answered.

        Args:
            address: The pattern of the address, such as ``/pay/{token}``: never the address itself.
            status: Of the answer.
            seconds: How long it took.
        """
        self._requests.labels(address, str(status)).inc()
        self._request_seconds.labels(address).observe(seconds)

    def webhook(self, outcome: str) -> None:
        """Count an attempt to post one of our own webhooks.

        Args:
            outcome: ``accepted``, ``refused``, ``timeout``, ``tls``, ``dns``, ``connection``, ``address_refused``.
        """
        self._webhooks.labels(outcome).inc()

    def gauge(self, name: str, about: str, labels: tuple[str, ...], read: Callable[[], Values]) -> None:
        """Show values that rise and fall, as they are when somebody reads; ``read`` must not wait for anything."""
        self._show(lambda: GaugeMetricFamily(name, about, labels=labels), read)

    def counter(self, name: str, about: str, labels: tuple[str, ...], read: Callable[[], Values]) -> None:
        """Show what is counted elsewhere in this process and only rises; Prometheus sees it as ``{name}_total``."""
        self._show(lambda: CounterMetricFamily(name, about, labels=labels), read)

    def _show(self, begin: Callable[[], GaugeMetricFamily | CounterMetricFamily], read: Callable[[], Values]) -> None:
        def family() -> Metric:
            found = begin()
            for values, value in read().items():
                found.add_metric(values, value)
            return found

        self.registry.register(_Read(family))

    @contextmanager
    def shown(self, listen: str | None) -> Iterator[None]:
        """Let Prometheus read, where an address is given.

        Args:
            listen: ``host:port``; None or empty: nobody can.

        Raises:
            OSError: The port is in use.
        """
        if not listen:
            yield
            return
        host, _, port = listen.rpartition(":")
        server, thread = start_http_server(int(port), host.strip("[]"), self.registry)
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
