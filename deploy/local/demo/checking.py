"""Decides whether the demo's world is whole: everything is read back over gRPC, over IMAP and from the files.

The report only says who the customers are and where the files should lie; what must be there is written here.
"""

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, TypeAlias

import grpc

from deploy.local.demo.checking_files import check_documents, check_emails
from deploy.local.demo.checking_rows import check_books, check_buyer, check_leaver
from deploy.local.demo.stage import Stage
from deploy.local.demo.tale import BUYS_BY_CARD, BUYS_BY_TRANSFER, NEVER_ORDERS
from services.kit.errors import Refused

Result = tuple[bool, str]
Part: TypeAlias = Callable[[Stage, dict[str, Any], Path], AsyncIterator[Result]]
PLOTS = {BUYS_BY_CARD, BUYS_BY_TRANSFER, NEVER_ORDERS}


async def check(stage: Stage, report: Path) -> list[str]:
    """Check everything and tell it.

    Args:
        stage: The running Casella.
        report: The demo's report.json.

    Returns:
        What is missing, in words; nothing is the proof.
    """
    customers: list[dict[str, Any]] = json.loads(report.read_text())["customers"]
    missing = [] if {each["plot"] for each in customers} == PLOTS else ["a customer's story"]
    for customer in customers:
        rows = check_leaver if customer["plot"] == NEVER_ORDERS else check_buyer
        for about, part in (("at the services", rows), ("emails", check_emails), ("documents", check_documents)):
            missing += await _tell(stage, f"{customer['key']}, {about}", part, customer, report.parent)
    missing += await _tell(stage, "the books", check_books, {}, report.parent)
    for words in missing:
        stage.teller.missing(words)
    return missing


async def _tell(stage: Stage, about: str, part: Part, customer: dict[str, Any], folder: Path) -> list[str]:
    """Check one part and say how it went; answers what is missing of it."""
    results = [result async for result in _safely(part, stage, customer, folder)]
    missing = [f"{about}: {words}" for held, words in results if not held]
    if not missing:
        stage.teller.passed(f"{about}: {len(results)} checks")
    return missing


async def _safely(part: Part, stage: Stage, customer: dict[str, Any], folder: Path) -> AsyncIterator[Result]:
    """A part's results; one that cannot even be asked counts as missing and does not hide the others."""
    try:
        async for result in part(stage, customer, folder):
            yield result
    except (Refused, grpc.aio.AioRpcError, KeyError, OSError) as problem:
        yield False, f"{part.__name__.replace('_', ' ')}: {type(problem).__name__} {problem}"
