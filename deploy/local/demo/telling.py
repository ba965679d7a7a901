"""Decides how the demo speaks: chapters, what happens with the calendar's time before it, links to each workflow."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from urllib.parse import quote

from rich.console import Console
from rich.markup import escape

from services.kit.calendar import ROME

NAMESPACE = "casella"


class Teller:
    """Tells the story on a terminal, or line by line into a file."""

    def __init__(self, console: Console, temporal_ui: str) -> None:
        self._console = console
        self._temporal_ui = temporal_ui

    def chapter(self, title: str) -> None:
        """Begin somebody's story."""
        line = "─" * (self._console.width - len(title) - 1)
        self._console.print()
        self._console.print(f"[bold]{escape(title)}[/bold] {line}", soft_wrap=True)

    def scene(self, at: datetime, words: str) -> None:
        """Something happened, by Casella's calendar."""
        self._console.print(f"[dim]{at.astimezone(ROME):%d %b %Y %H:%M}[/dim]  {escape(words)}", soft_wrap=True)

    def workflow(self, name: str, workflow_id: str) -> None:
        """Where an operator sees the process."""
        self._console.print(f"{'':19}[dim]{escape(name)} in Temporal:[/dim] {self.link(workflow_id)}", soft_wrap=True)

    @contextmanager
    def time_passes(self) -> Iterator[Callable[[str], None]]:
        """Show the calendar while it moves; what it says is shown in one line that is wiped at the end."""
        with self._console.status("time passes") as status:
            yield lambda words: status.update(f"time passes: {words}")

    def note(self, words: str) -> None:
        """Something beside the story."""
        self._console.print(f"[dim]{escape(words)}[/dim]", soft_wrap=True)

    def passed(self, words: str) -> None:
        """A check held."""
        self._console.print(f"  [green]ok[/green]       {escape(words)}", soft_wrap=True)

    def missing(self, words: str) -> None:
        """A check did not hold."""
        self._console.print(f"  [bold red]missing[/bold red]  {escape(words)}", soft_wrap=True)

    def link(self, workflow_id: str) -> str:
        """Address of a workflow in the Temporal UI."""
        return f"{self._temporal_ui}/namespaces/{NAMESPACE}/workflows/{quote(workflow_id, safe=':')}"
