"""Bad requests by the dozen: an RPC by its name, with all ids good but those that a case names."""

from types import ModuleType
from typing import Any

from google.protobuf.message import Message

from services.kit.errors import Refused
from services.kit.ids import new_id

ID = str(new_id())
Asked = tuple[str, Message]
"""An RPC and its request."""


def asking(module: ModuleType, rpc: str, **fields: Any) -> Asked:
    """An RPC with its request.

    Args:
        module: The room's messages, for example ``mailboxes_pb2``.
        rpc: For example ``AddDomain``.
        fields: What the case is about; every other field that ends in ``_id`` is ``ID``, the rest is empty.
    """
    kind: type[Message] = getattr(module, f"{rpc}Request")
    usual = {field.name: ID for field in kind.DESCRIPTOR.fields if field.name.endswith("_id")}
    return rpc, kind(**{**usual, **fields})


def name_of(value: object) -> str:
    """A case's name in pytest's report: the RPC; everything else is left out."""
    return str(value[0]) if isinstance(value, tuple) else "-"


def fields_of(refused: Refused) -> list[str]:
    """The bad fields, each once, in alphabetical order."""
    return sorted({violation.field for violation in refused.violations})
