"""The SQL of files: bytes with their hash, each stored once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.invoicing.domain.files import FileInfo, FileKind, StoredFile
from services.invoicing.tables import files

_INFO = select(
    files.c.id,
    files.c.document_id,
    files.c.kind,
    files.c.attempt,
    files.c.name,
    files.c.media_type,
    files.c.sha256,
    func.length(files.c.content).label("size"),
)
_MADE = _INFO.add_columns(files.c.content).where(
    files.c.document_id == bindparam("document"),
    files.c.kind == bindparam("kind"),
    files.c.attempt == bindparam("attempt"),
)

_LISTED = _INFO.where(files.c.document_id.in_(bindparam("documents", expanding=True))).order_by(
    files.c.kind, files.c.attempt.desc(), files.c.made_at, files.c.id
)
_KEEP = insert(files).on_conflict_do_nothing()


async def keep(conn: AsyncConnection, file: StoredFile, now: datetime) -> bool:
    """Stores a file unless it is there already.

    Returns:
        Whether it is new.
    """
    info = file.info
    row = {
        "id": info.file_id,
        "document_id": info.document_id,
        "kind": info.kind,
        "attempt": info.attempt,
        "name": info.name,
        "media_type": info.media_type,
        "sha256": info.sha256,
        "content": file.content,
        "made_at": now,
    }
    return (await conn.execute(_KEEP, row)).rowcount == 1


async def made(conn: AsyncConnection, document_id: UUID, kind: FileKind, attempt: int) -> StoredFile | None:
    """Reads the PDF or XML of an attempt, if it was made."""
    found = await conn.execute(_MADE, {"document": document_id, "kind": kind, "attempt": attempt})
    return _stored(found.one_or_none())


async def by_id(conn: AsyncConnection, document_id: UUID, file_id: UUID) -> StoredFile | None:
    """Reads one file of a document."""
    found = await conn.execute(
        _INFO.add_columns(files.c.content).where(files.c.document_id == document_id, files.c.id == file_id)
    )
    return _stored(found.one_or_none())


async def listed(conn: AsyncConnection, document_ids: Sequence[UUID]) -> list[FileInfo]:
    """Lists the files of documents, those of every attempt: by kind, the newest attempt first, then by time.

    A rejected XML stays in sight: it was sent, and its receipt names it.
    """
    return [_info(row) for row in await conn.execute(_LISTED, {"documents": list(document_ids)})]


def _stored(row: Any | None) -> StoredFile | None:
    return None if row is None else StoredFile(_info(row), row.content)


def _info(row: Any) -> FileInfo:
    return FileInfo(
        row.id, row.document_id, FileKind(row.kind), row.attempt, row.name, row.media_type, row.sha256, row.size
    )
