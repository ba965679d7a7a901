"""Decides which files belong to a document and how each is identified."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from services.kit.ids import derive


class FileKind(StrEnum):
    """What a file is: the PDF, the XML for the SdI, or a receipt of the SdI."""

    PDF = "pdf"
    XML = "xml"
    RECEIPT = "receipt"


_MEDIA_TYPES = {FileKind.PDF: "application/pdf", FileKind.XML: "application/xml", FileKind.RECEIPT: "application/xml"}


@dataclass(frozen=True, slots=True)
class FileInfo:
    """A file without its bytes; `attempt` is the transmission's attempt that it belongs to, 1 for a proforma."""

    file_id: UUID
    document_id: UUID
    kind: FileKind
    attempt: int
    name: str
    media_type: str
    sha256: bytes
    size: int


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file with its bytes."""

    info: FileInfo
    content: bytes


def made_file(document_id: UUID, kind: FileKind, attempt: int, name: str, content: bytes) -> StoredFile:
    """A PDF or XML; made again, it is the same file."""
    return _file(derive("file", str(document_id), kind, str(attempt)), document_id, kind, attempt, name, content)


def receipt_file(document_id: UUID, attempt: int, name: str, content: bytes) -> StoredFile:
    """A receipt; the same bytes are the same file, however often they arrive."""
    digest = hashlib.sha256(content).hexdigest()
    file_id = derive("receipt", str(document_id), digest)
    return _file(file_id, document_id, FileKind.RECEIPT, attempt, name, content)


def _file(file_id: UUID, document_id: UUID, kind: FileKind, attempt: int, name: str, content: bytes) -> StoredFile:
    digest = hashlib.sha256(content).digest()
    info = FileInfo(file_id, document_id, kind, attempt, name, _MEDIA_TYPES[kind], digest, len(content))
    return StoredFile(info, content)
