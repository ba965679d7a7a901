"""How many RPCs the services answer: counted in their access logs, which are written whether or not anybody measures.

An order needs a certain number of calls. More of them are steps that were done again, because their first attempt took
longer than it may.
"""

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path


class Answered:
    """Reads on in the logs of services."""

    def __init__(self, logs: Iterable[Path]) -> None:
        """Begin at their present end."""
        self._read = {file: file.stat().st_size for file in logs}

    def since(self) -> Counter[str]:
        """The calls since the last reading, by the method's own name."""
        found: Counter[str] = Counter()
        for file, read in self._read.items():
            with file.open("rb") as lines:
                lines.seek(read)
                for line in lines:
                    if b'"message": "call"' in line:
                        found[json.loads(line)["method"].rpartition("/")[2]] += 1
                self._read[file] = lines.tell()
        return found
