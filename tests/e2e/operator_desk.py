"""An operator at the Temporal UI: what the UI's server is sent by the browser, and what the operator then reads."""

import base64
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import aiohttp
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowUpdateFailedError
from temporalio.common import SearchAttributeKey
from temporalio.service import RPCError

from deploy.local.demo.front import ROOMS
from deploy.local.temporal import NAMESPACE
from tests.e2e.play import Play, database, started
from tests.e2e.waiting import until
from tests.support import deeds
from workflows import names

OPERATOR = "giulia"
"""Who sends the updates: in production the proxy before the UI names them; the UI itself names nobody."""
UNNAMED = "unnamed-operator"
"""What the audit trail says where nobody named the operator."""
WRONG_REASONS = [
    None,
    {},
    {"reason_code": "Signora Rossi called"},
    {"reason_code": 7},
    {"reason_code": "ok", "ticket_id": "17"},
]
UNAUDITED = ("retry",)
"""It changes no row: the run asks its service again."""
_METADATA_QUERY = "__temporal_workflow_metadata"
_ACCEPTED = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED
_STATE = SearchAttributeKey.for_keyword(names.ATTRIBUTE_STATE)


class PageAway(Exception):
    """No worker has told what a workflow's page shows in time, as on a busy machine."""


@dataclass(frozen=True)
class Answer:
    """What the UI shows after an update: its result, or why it was refused."""

    result: Any = None
    refusal: str = ""


@dataclass(frozen=True)
class Desk:
    """The UI's server, asked as the pages ask it.

    Attributes:
        play: The running Casella.
        ui: Address of the Temporal UI.
        session: Plain HTTP; its cookies hold the UI's token against cross-site requests.
        carried: The updates that were carried out, each with its id.
    """

    play: Play
    ui: str
    session: aiohttp.ClientSession
    carried: list[tuple[str, str]] = field(default_factory=list)

    async def update(
        self, workflow_id: str, name: str, data: object = None, *, identity: str = OPERATOR, raw: bytes | None = None
    ) -> Answer:
        """Send an update as the page "Send an Update" does.

        Args:
            workflow_id: The workflow.
            name: The update.
            data: What stands in the field "Data"; None leaves it empty.
            identity: Who sends it; empty as the UI itself leaves it.
            raw: What stands in the field "Data" instead, as it is.
        """
        content = raw if raw is not None else json.dumps(data).encode()
        empty = data is None and raw is None
        payloads = None if empty else [{"metadata": {"encoding": _base64(b"json/plain")}, "data": _base64(content)}]
        meta = {"updateId": "", **({"identity": identity} if identity else {})}
        body = {
            "workflowExecution": {"runId": ""},
            "request": {"meta": meta, "input": {"args": {"payloads": payloads}}},
        }
        answer = await self._post(f"workflows/{quote(workflow_id, safe='')}/update/{name}", body)
        if "code" in answer:
            return Answer(refusal=answer["message"])
        update_id = answer["updateRef"]["updateId"]
        done = await self._done(workflow_id, update_id, answer.get("outcome"))
        if not done.refusal:
            self.carried.append((name, update_id))
        return done

    async def cancel(self, workflow_id: str, *, identity: str = OPERATOR) -> None:
        """Press "Request Cancellation"."""
        execution = {"workflowId": workflow_id, "runId": ""}
        body = {"namespace": NAMESPACE, "workflowExecution": execution, "requestId": str(uuid4()), "identity": identity}
        answer = await self._post(f"workflows/{quote(workflow_id, safe='')}/cancel", body)
        assert "code" not in answer, answer

    async def details(self, workflow_id: str) -> str:
        """The tab "User Metadata": the current details, in Markdown."""
        return str((await self._metadata(workflow_id)).get("currentDetails", ""))

    async def updates(self, workflow_id: str) -> Mapping[str, str]:
        """What the list in "Send an Update" offers: name → description."""
        offered = (await self._metadata(workflow_id))["definition"]["updateDefinitions"]
        return {update["name"]: update.get("description", "") for update in offered}

    async def listed(self, query: str) -> list[str]:
        """The ids that the list of workflows shows for a filter."""
        path = f"/api/v1/namespaces/{NAMESPACE}/workflows"
        async with self.session.get(f"{self.ui}{path}", params={"query": query}) as response:
            response.raise_for_status()
            return [found["execution"]["workflowId"] for found in (await response.json()).get("executions", [])]

    async def state(self, workflow_id: str) -> str:
        """The state that the workflow shows; empty before it begins."""
        try:
            found = await self.play.temporal.get_workflow_handle(workflow_id).describe()
        except RPCError:  # not started yet
            return ""
        return str(found.typed_search_attributes.get(_STATE, ""))

    async def stands(self, workflow_id: str, state: str) -> None:
        """Come back once the workflow shows a state."""

        async def look() -> bool | None:
            return True if await self.state(workflow_id) == state else None

        await until(look, f"{workflow_id} in state {state}")

    async def shows(self, workflow_id: str, words: str) -> None:
        """Come back once a workflow's details say something."""

        async def look() -> bool | None:
            return words in await self.details(workflow_id) or None

        await until(look, f"{workflow_id} with details that say {words!r}")

    async def accepted(self, workflow_id: str) -> int:
        """How many updates stand in the workflow's history."""
        handle = self.play.temporal.get_workflow_handle(workflow_id)
        return len([event async for event in handle.fetch_history_events() if event.event_type == _ACCEPTED])

    async def audited(self, room: str, subject: str) -> list[tuple[str, str, str]]:
        """The audit trail of a row: who, what and why."""
        connection = await database(self.play, room)
        try:
            rows = await connection.fetch(
                "SELECT actor, action, reason_code FROM audit WHERE subject_id = $1 ORDER BY id", UUID(subject)
            )
        finally:
            await connection.close()
        return [(row["actor"], row["action"], row["reason_code"]) for row in rows]

    async def _done(self, workflow_id: str, update_id: str, outcome: dict[str, Any] | None) -> Answer:
        """How an accepted update ended."""
        if outcome is None:  # the UI asks for no more than the acceptance; the result stands in the history
            return await self._result(workflow_id, update_id)
        if "failure" in outcome:
            return Answer(refusal=outcome["failure"]["message"])
        return Answer(result=json.loads(base64.b64decode(outcome["success"]["payloads"][0]["data"])))

    async def find_every_update(self) -> None:
        """Whatever was carried out stands in the trail of an account, or is a deed of nobody's."""
        found: set[str] = set()
        for room in ROOMS:
            connection = await database(self.play, room)
            try:
                rows = await connection.fetch(
                    "SELECT source FROM audit WHERE account_id IS NOT NULL OR action = ANY($1)", deeds.OF_NOBODY
                )
            finally:
                await connection.close()
            found |= {row["source"].rpartition("/")[2] for row in rows}
        lost = {name for name, update_id in self.carried if name not in UNAUDITED and update_id not in found}
        assert lost == set(), "`casella trail` shows none of these updates"

    async def _result(self, workflow_id: str, update_id: str) -> Answer:
        handle = self.play.temporal.get_workflow_handle(workflow_id).get_update_handle(update_id)
        try:
            return Answer(result=await handle.result())
        except WorkflowUpdateFailedError as failed:
            return Answer(refusal=str(failed.cause))

    async def _metadata(self, workflow_id: str) -> dict[str, Any]:
        body = {"execution": {"workflowId": workflow_id, "runId": ""}, "query": {"queryType": _METADATA_QUERY}}
        answer = await self._post(f"workflows/{quote(workflow_id, safe='')}/query/{_METADATA_QUERY}", body)
        if "queryResult" not in answer:
            raise PageAway(f"{workflow_id} does not show its details: {answer}")
        found: dict[str, Any] = json.loads(base64.b64decode(answer["queryResult"]["payloads"][0]["data"]))
        return found

    async def _post(self, path: str, body: object) -> dict[str, Any]:
        async with self.session.get(f"{self.ui}/namespaces/{NAMESPACE}/workflows") as page:
            token = page.cookies.get("_csrf") or self.session.cookie_jar.filter_cookies(page.url).get("_csrf")
        headers = {"X-CSRF-TOKEN": token.value if token else "", "Caller-Type": "operator"}
        url = f"{self.ui}/api/v1/namespaces/{NAMESPACE}/{path}"
        async with self.session.post(url, data=json.dumps(body), headers=headers) as response:
            answer: dict[str, Any] = await response.json()
            return answer


async def refused(desk: Desk, workflow_id: str, update: str, data: object, words: str) -> None:
    """The update is refused with these words and leaves nothing behind in the workflow's history."""
    before = await desk.accepted(workflow_id)
    answer = await desk.update(workflow_id, update, data)
    assert (answer.result, words in answer.refusal) == (None, True), answer
    assert await desk.accepted(workflow_id) == before


async def wrongly_filled_in(desk: Desk, workflow_id: str, update: str) -> None:
    """An update that wants a reason is refused without one, with free text, and with a ticket that is none."""
    for wrong in WRONG_REASONS:
        words = "ticket_id" if wrong and "ticket_id" in wrong else "reason_code"
        await refused(desk, workflow_id, update, wrong, words)


@asynccontextmanager
async def at_the_desk(var: Path, environment: Mapping[str, Mapping[str, str]] | None = None) -> AsyncIterator[Desk]:
    """Start a Casella, with more environment for some of its processes, and open the Temporal UI."""
    jar = aiohttp.CookieJar(unsafe=True)  # the UI's address is a number
    async with started(var, environment) as play, aiohttp.ClientSession(cookie_jar=jar) as session:
        desk = Desk(play, play.world.site.url("temporal_ui"), session)
        yield desk
        await desk.find_every_update()


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
