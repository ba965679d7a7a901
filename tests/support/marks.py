"""Finds marked words wherever they may hide: as they are, in other letters, encoded, packed into a message or a PDF."""

import base64
import html
import json
import quopri
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote, quote_plus

from google.protobuf.message import Message
from temporalio.api.workflowservice.v1 import request_response_pb2 as wire
from temporalio.client import Client

from tests.support.post import texts_of

_PROC = Path("/proc")


def known_in(content: bytes, words: Mapping[str, str]) -> set[str]:
    """Which of the words, by kind → word, stand in this content in any of their forms."""
    folded = content.lower()
    return {
        kind
        for kind, word in words.items()
        if any(form in folded for form in _folded(word)) or any(form in content for form in _in_base64(word))
    }


def unpacked(content: bytes) -> bytes:
    """A message or file with all that can be read in it: decoded parts, unpacked streams."""
    return content + b"\n".join(part.encode("latin-1") for part in texts_of(content))


def _folded(word: str) -> set[bytes]:
    """The forms that are compared without regard to upper and lower case."""
    plain = word.encode()
    texts = {
        word,
        word.upper(),
        quote(word, safe=""),
        quote_plus(word),
        html.escape(word),
        json.dumps(word)[1:-1],
        repr(word)[1:-1],
    }
    found = {text.encode() for text in texts} | {plain.hex().encode(), quopri.encodestring(plain).strip()}
    found |= {form.replace(b" ", b"") for form in found} | {form.replace(b" ", b"_") for form in found}
    return {form.lower() for form in found}


def _in_base64(word: str) -> Iterator[bytes]:
    """What of a word is seen in base64, wherever in the encoded text it begins."""
    for spelt in {word.encode(), word.lower().encode(), word.upper().encode()}:
        for before in range(3):
            encoded = base64.b64encode(bytes(before) + spelt)[(0, 2, 3)[before] : (before + len(spelt)) * 8 // 6]
            yield encoded
            yield encoded.translate(bytes.maketrans(b"+/", b"-_"))


async def told_temporal(client: Client) -> dict[str, bytes]:
    """All that Temporal tells of every run and schedule, by its id: events, memos, attributes, summaries, as bytes.

    A payload stands in the message of an event as it was sent, so that no converter comes between.
    """
    told: dict[str, bytes] = {}
    async for run in client.list_workflows():
        handle = client.get_workflow_handle(run.id, run_id=run.run_id)
        history = await handle.fetch_history()
        parts: list[Message] = [*history.events, (await handle.describe()).raw_description]
        told[f"{run.id} {run.run_id}"] = b"\n".join(part.SerializeToString() for part in parts)
    async for schedule in await client.list_schedules():
        asked = wire.DescribeScheduleRequest(namespace=client.namespace, schedule_id=schedule.id)
        told[schedule.id] = (await client.workflow_service.describe_schedule(asked)).SerializeToString()
    return told


def files_below(folder: Path, outside: Iterable[str] = ()) -> dict[str, bytes]:
    """The content of every file below a folder, but those below some of its entries."""
    left_out = set(outside)
    found = (path for path in sorted(folder.rglob("*")) if path.relative_to(folder).parts[0] not in left_out)
    return {str(path.relative_to(folder)): path.read_bytes() for path in found if path.is_file()}


def shown_of(pids: Iterable[int]) -> dict[str, bytes]:
    """What the system shows of processes: command line, environment, name."""
    return {
        f"process {pid} {what}": (_PROC / str(pid) / what).read_bytes()
        for pid in pids
        for what in ("cmdline", "environ", "comm")
        if (_PROC / str(pid)).exists()
    }
