"""What a run leaves behind: a table on the screen while it goes on, and ``var/bench.json`` with every round."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from bench.figures import Figure

_LEAST = 0.05
"""A part below this share of its unit is left out of the line, not of the file."""


@dataclass(frozen=True)
class Split:
    """What one of something takes, by parts: CPU-milliseconds by process, or calls by method.

    Attributes:
        name: Of what.
        rounds: What each round measured.
        unit: Of the parts.
    """

    name: str
    rounds: Sequence[Mapping[str, float]]
    unit: str = "CPU-ms"

    @property
    def medians(self) -> dict[str, float]:
        """By part, the dearest first."""
        found = {name: median(each.get(name, 0.0) for each in self.rounds) for name in self.rounds[0]}
        return dict(sorted(found.items(), key=lambda item: -item[1]))

    def line(self) -> str:
        """The split as a line."""
        shown = (f"{name} {used:.1f}" for name, used in self.medians.items() if used >= _LEAST)
        return f"  {self.name}: {sum(self.medians.values()):.0f} = {' + '.join(shown)}"

    def record(self) -> dict[str, Any]:
        """The split as ``var/bench.json`` keeps it."""
        return {"name": self.name, "unit": self.unit, "rounds": [dict(each) for each in self.rounds]}


@dataclass
class Report:
    """All that was measured so far, by part."""

    file: Path
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    parts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def tell(self, part: str, figure: Figure | Split) -> None:
        """Print a figure and keep it: the file is whole after each, so that a run which was ended says what it knew."""
        print(figure.line(), flush=True)
        self.parts.setdefault(part, []).append(figure.record())
        self._write()

    def _write(self) -> None:
        content = {
            "began": self.began.isoformat(timespec="seconds"),
            "machine": {"cpus": os.cpu_count(), "load": os.getloadavg(), "python": platform.python_version()},
            "parts": self.parts,
        }
        self.file.parent.mkdir(parents=True, exist_ok=True)
        draft = self.file.with_suffix(".draft")
        draft.write_text(json.dumps(content, indent=1))
        draft.rename(self.file)
