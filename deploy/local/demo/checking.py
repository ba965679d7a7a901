"""Decides whether the demo's world is whole: everything is read back over gRPC, over IMAP and from the files.

The report only says who the customers are and where the files should lie; what must be there stands with each story.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import grpc

from deploy.local.demo.checking_files import check_documents, check_emails
from deploy.local.demo.checking_rows import check_books
from deploy.local.demo.stage import Stage
from deploy.local.demo.story import Results, Story
from services.kit.errors import Refused


async def check(stage: Stage, report: Path, stories: Sequence[Story]) -> list[str]:
    """Check everything and tell it.

    Args:
        stage: The running Casella.
        report: The demo's report.json.
        stories: Those that were played.

    Returns:
        What is missing, in words; nothing is the proof.
    """
    customers: dict[str, dict[str, Any]] = {each["key"]: each for each in json.loads(report.read_text())["customers"]}
    missing = []
    for story in stories:
        if story.key in customers:
            missing += await _check(stage, customers[story.key], report.parent, story)
        else:
            missing.append(f"the story of {story.name}")
    missing += await _tell(stage, "the books", check_books(stage))
    for words in missing:
        stage.teller.missing(words)
    return missing


async def _check(stage: Stage, customer: dict[str, Any], folder: Path, story: Story) -> list[str]:
    missing = await _tell(stage, f"{story.key}, at the services", story.check(stage, customer))
    try:
        expected = await story.expects(stage, customer)
    except (Refused, grpc.aio.AioRpcError, KeyError) as problem:
        return [*missing, f"{story.key}, what there should be: {type(problem).__name__} {problem}"]
    missing += await _tell(stage, f"{story.key}, emails", check_emails(stage, customer, folder, expected))
    return missing + await _tell(stage, f"{story.key}, documents", check_documents(stage, customer, folder, expected))


async def _tell(stage: Stage, about: str, part: Results) -> list[str]:
    """Check one part and say how it went; answers what is missing of it."""
    results = [result async for result in _safely(part)]
    missing = [f"{about}: {words}" for held, words in results if not held]
    if not missing:
        stage.teller.passed(f"{about}: {len(results)} checks")
    return missing


async def _safely(part: Results) -> Results:
    """A part's results; one that cannot even be asked counts as missing and does not hide the others."""
    try:
        async for result in part:
            yield result
    except (Refused, grpc.aio.AioRpcError, KeyError, OSError) as problem:
        yield False, f"{type(problem).__name__} {problem}"
