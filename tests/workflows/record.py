"""Records the histories of every workflow in every shape: ``python -m tests.workflows.record add``.

It starts a Casella of its own, plays all shapes in it and records them in a folder of their own; with ``--var FOLDER``
it records what it finds in the Casella that runs from there. ``add`` keeps what was recorded before: runs of that age
may be open, and only their histories prove that the code still leads them on. ``replace`` deletes it: before the first
release only, when nothing is open anywhere.
"""

import argparse
import asyncio
import base64
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus
from temporalio.common import SearchAttributeKey

from deploy.local import temporal
from deploy.local.clock import open_calendar
from deploy.local.site import running_site
from services.kit import temporal_client
from tests.e2e.operator_desk import at_the_desk
from tests.workflows.reading import HISTORIES, personal
from tests.workflows.shapes import MARKS, Shapes
from workflows import names

_STATE = SearchAttributeKey.for_keyword(names.ATTRIBUTE_STATE)
_WORKER = re.compile(r"\d+@.+")
_WAYS = {
    (names.E_INVOICE, "SendCreditNote"): "credit-note",
    (names.E_INVOICE, "SendInvoice"): "part-payment",
    (names.MONEY, "IssueAdvanceInvoice"): "part-payment",
    (names.MONEY, "SendMoneyEmail"): "told",
    (names.TELL_OF_REFUNDS, "SendRefundEmail"): "told",
    (names.RENEWAL, "NotePaymentOnInvoice"): "invoiced-unpaid",
}
"""What a workflow is about where it has this step."""
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")


async def record(client: Client, marks: tuple[str, ...] = ()) -> dict[str, Any]:
    """One history of each shape, by the name of the shape.

    Raises:
        ValueError: A history holds something personal.
    """
    kept: dict[str, dict[str, Any]] = {}
    async for found in client.list_workflows():
        handle = client.get_workflow_handle(found.id, run_id=found.run_id)
        history = json.loads((await handle.fetch_history()).to_json())
        if problems := personal(history, marks):
            raise ValueError(f"{found.id} holds personal data: {problems[:3]}")
        name = shape(found, history)
        if name not in kept or len(history["events"]) < len(kept[name]["events"]):
            kept[name] = _without_machine(history)
    return dict(sorted(kept.items()))


def write(kept: Mapping[str, Any], recorded_at: datetime, folder: Path = HISTORIES, *, replace: bool) -> None:
    """Write histories into a folder named by the minute of their recording, such as ``2026-11-29-0845``.

    Args:
        kept: The histories by the name of the shape.
        recorded_at: When, in UTC.
        folder: Where all recordings stand.
        replace: Delete all that was recorded before. Otherwise it stays.

    Raises:
        FileExistsError: This minute has its recording already.
    """
    if replace and folder.exists():
        shutil.rmtree(folder)
    recording = folder / recorded_at.strftime("%Y-%m-%d-%H%M")
    recording.mkdir(parents=True)
    for name, history in kept.items():
        (recording / f"{name}.json").write_text(_by_lines(history))


def shape(found: WorkflowExecution, history: Any) -> str:
    """What tells one way through a workflow from another: its end, what held it, who intervened, what stumbled."""
    state = str(found.typed_search_attributes.get(_STATE, ""))
    events = history["events"]
    steps = quick_steps(events)
    parts = [found.workflow_type]
    parts += [word for (kind, step), word in _WAYS.items() if kind == found.workflow_type and step in steps]
    parts += [state, "open" if found.status == WorkflowExecutionStatus.RUNNING else ""]
    parts += [f"after-{held}" for held in ("Held", "NeedsOperator") if held != state and held in states(events)]
    parts += sorted(_interventions(events)) + sorted(_stumbled(events))
    return "-".join(_WORDS.sub("-", part).lower() for part in parts if part)


def states(events: list[dict[str, Any]]) -> set[str]:
    """The states that the workflow has shown."""
    found = set()
    for event in events:
        changed = event.get("upsertWorkflowSearchAttributesEventAttributes", {}).get("searchAttributes", {})
        if shown := changed.get("indexedFields", {}).get(names.ATTRIBUTE_STATE, {}).get("data"):
            found.add(json.loads(base64.b64decode(shown)))
    return found


def _interventions(events: list[dict[str, Any]]) -> set[str]:
    """The updates that were taken, and the UI's Cancel."""
    found = set()
    for event in events:
        if accepted := event.get("workflowExecutionUpdateAcceptedEventAttributes"):
            found.add(accepted["acceptedRequest"]["input"]["name"])
        if "workflowExecutionCancelRequestedEventAttributes" in event:
            found.add("cancel")
    return found


def quick_steps(events: list[dict[str, Any]]) -> set[str]:
    """The steps that were done as local activities."""
    markers = [event["markerRecordedEventAttributes"] for event in events if "markerRecordedEventAttributes" in event]
    told = [marker["details"]["data"]["payloads"][0]["data"] for marker in markers if "data" in marker["details"]]
    return {str(json.loads(base64.b64decode(each)).get("activity_type")) for each in told}


def _stumbled(events: list[dict[str, Any]]) -> set[str]:
    """The quick steps that failed at once and were done as normal activities."""
    local, normal = set(), set()
    for event in events:
        marker = event.get("markerRecordedEventAttributes", {})
        if "failure" in marker:
            told = base64.b64decode(marker["details"]["data"]["payloads"][0]["data"])
            local.add(json.loads(told)["activity_type"])
        if scheduled := event.get("activityTaskScheduledEventAttributes"):
            normal.add(scheduled["activityType"]["name"])
    return local & normal


def _by_lines(history: dict[str, Any]) -> str:
    """A history as JSON with one event a line."""
    events = (json.dumps(event, sort_keys=True, separators=(",", ":")) for event in history["events"])
    return '{"events":[\n' + ",\n".join(events) + "\n]}\n"


def _without_machine(value: Any) -> Any:
    """A history without where it was recorded: no paths of stack traces, no process and host of the worker."""
    if isinstance(value, dict):
        return {key: _without_machine(inner) for key, inner in value.items() if key != "stackTrace"}
    if isinstance(value, list):
        return [_without_machine(inner) for inner in value]
    return "worker" if isinstance(value, str) and _WORKER.fullmatch(value) else value


async def _play_and_record() -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="casella-shapes-") as folder:
        async with at_the_desk(Path(folder) / "var") as desk, open_calendar(desk.play.world.site) as calendar:
            await Shapes(desk, calendar).play()
            return await record(desk.play.temporal, MARKS)


async def _record_running(var: Path) -> dict[str, Any]:
    site = running_site(var)
    return await record(await temporal_client.connect(site.listen("temporal"), temporal.NAMESPACE))


def main() -> int:
    """Record, and say what."""
    parser = argparse.ArgumentParser(prog="python -m tests.workflows.record", description=__doc__)
    parser.add_argument("how", choices=("add", "replace"), help="keep or delete what was recorded before")
    parser.add_argument("--var", type=Path, help="the folder of a running Casella, for example var")
    asked = parser.parse_args()
    kept = asyncio.run(_record_running(asked.var) if asked.var else _play_and_record())
    write(kept, datetime.now(UTC), replace=asked.how == "replace")
    for name, history in kept.items():
        sys.stdout.write(f"{len(history['events']):5} events  {name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
