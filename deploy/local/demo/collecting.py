"""Decides what the demo leaves in var/demo: every email, every PDF, every XML with its receipts, and report.json."""

import hashlib
import json
import re
import shutil
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from email import message_from_bytes, policy
from pathlib import Path

from casella.invoicing.v1 import invoicing_pb2
from deploy.local.demo.stage import Stage
from deploy.local.demo.tale import Tale

REPORT = "report.json"
LONGEST_NAME = 60


async def collect(stage: Stage, tales: Sequence[Tale], folder: Path, broken_off: str = "") -> Path:
    """Write everything; what an earlier demo left is removed.

    Args:
        stage: Where they were played.
        tales: What is remembered of each; one that has not come to an account has nothing yet.
        folder: Where to.
        broken_off: Why they have no end, where they have none.

    Returns:
        The report.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)  # links that open accounts, and tax ids, stand below it
    for tale in tales:
        await _emails(stage, tale, folder)
        if tale.customer.account_id:
            await _documents(stage, tale, folder)
    report = {
        "made_at": stage.now().isoformat(timespec="seconds"),
        "real_time": datetime.now().astimezone().isoformat(timespec="seconds"),
        "temporal_ui": stage.site.url("temporal_ui"),
        "inbox": stage.site.url("mail_page"),
        "broken_off": broken_off,
        "customers": [tale.report() for tale in tales],
    }
    path = folder / REPORT
    path.write_text(json.dumps(report, indent=2, ensure_ascii=False))
    return path


async def _emails(stage: Stage, tale: Tale, folder: Path) -> None:
    for number, source in enumerate(await stage.inbox.sources(tale.customer.email), 1):
        message = message_from_bytes(source, policy=policy.default)
        path = folder / tale.key / "emails" / f"{number:02d}-{_name(message['Subject'])}.eml"
        tale.emails.append(
            {
                "file": _write(path, source, folder),
                "subject": message["Subject"],
                "message_id": message["Message-ID"],
                "date": message["Date"].datetime.isoformat(),
            }
        )


async def _documents(stage: Stage, tale: Tale, folder: Path) -> None:
    listed = await stage.operator.invoicing.ListDocuments(
        invoicing_pb2.ListDocumentsRequest(account_id=tale.customer.account_id)
    )
    for document in reversed(listed.documents):
        kind = invoicing_pb2.DocumentKind.Name(document.kind).removeprefix("DOCUMENT_KIND_").lower()
        for file in document.files:
            answer = await stage.operator.invoicing.GetDocumentFile(
                invoicing_pb2.GetDocumentFileRequest(document_id=document.document_id, file_id=file.file_id)
            )
            tale.files.append(
                {
                    "file": _write(folder / tale.key / kind / Path(file.name).name, answer.content, folder),
                    "kind": invoicing_pb2.FileKind.Name(file.kind).removeprefix("FILE_KIND_").lower(),
                    "document": document.document_id,
                    "number": document.number,
                    "sha256": hashlib.sha256(answer.content).hexdigest(),
                }
            )


def _write(path: Path, content: bytes, folder: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return str(path.relative_to(folder))


def _name(subject: str) -> str:
    plain = unicodedata.normalize("NFKD", subject).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:LONGEST_NAME].strip("-")
