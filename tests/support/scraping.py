"""Reads a process's metrics as Prometheus does."""

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

Labels = dict[str, str]


class Scrape:
    """What one reading has found."""

    def __init__(self, text: str) -> None:
        """Parse the text that a process answered with."""
        families = list(text_string_to_metric_families(text))
        self._families = {family.name for family in families}
        self._samples = [sample for family in families for sample in family.samples]

    @property
    def names(self) -> set[str]:
        """The names of all that is measured, also of what has no value yet."""
        return self._families | {sample.name for sample in self._samples}

    @property
    def labels(self) -> list[Labels]:
        """The labels of each sample."""
        return [dict(sample.labels) for sample in self._samples]

    def values(self, name: str, **labels: str) -> list[float]:
        """The values of a metric's samples that have these labels, and perhaps others."""
        return [
            sample.value
            for sample in self._samples
            if sample.name == name and labels.items() <= dict(sample.labels).items()
        ]

    def value(self, name: str, **labels: str) -> float:
        """The one value that there is.

        Raises:
            ValueError: There is none, or more than one.
        """
        (found,) = self.values(name, **labels)
        return found


async def scrape(listen: str) -> Scrape:
    """Read a process's metrics.

    Args:
        listen: ``host:port``.
    """
    async with aiohttp.ClientSession() as http, http.get(f"http://{listen}/metrics") as answer:
        answer.raise_for_status()
        return Scrape(await answer.text())
