"""Reads the files of a document, and decides under which names they are saved."""

from hashlib import sha256
from pathlib import Path

from casella.invoicing.v1 import invoicing_pb2 as pb
from cli.failures import Failure
from cli.rooms import Rooms


def name_of(document: pb.Document, file: pb.FileInfo) -> str:
    """A file's own name; a second one of that name, as a receipt may have, gets its id before it."""
    name = Path(file.name).name
    if any(other.name == file.name and other.file_id != file.file_id for other in document.files):
        return f"{file.file_id}-{name}"
    return name


async def content_of(rooms: Rooms, document: pb.Document, file: pb.FileInfo) -> bytes:
    """A file's bytes.

    Raises:
        Failure: They are not those that were listed.
    """
    asked = pb.GetDocumentFileRequest(document_id=document.document_id, file_id=file.file_id)
    content = (await rooms.ask(rooms.invoicing.GetDocumentFile, asked)).content
    if sha256(content).hexdigest() != file.sha256:
        raise Failure(f"{file.name} of {document.number} is not the file that was stored: its SHA-256 differs")
    return content
