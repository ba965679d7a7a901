"""Decides what the DNS stand-in answers: a zone file of a few names, everything else does not exist."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import yaml

SECONDS_TO_LIVE = 60
AUTHORITY = "ns.casella.example. simulator.casella.example. 1 3600 600 86400 60"
FIELDS = frozenset({"mx", "a", "answer"})


class ZoneNotValid(ValueError):
    """The zone file says something that this stand-in does not understand."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of one name."""

    mx: tuple[str, ...] = ()
    a: tuple[str, ...] = ()
    answer: str = "normal"


@dataclass(frozen=True, slots=True)
class Zone:
    """All names, lower case and without the final dot."""

    entries: Mapping[str, Entry] = field(default_factory=dict)

    def find(self, name: str) -> Entry | None:
        """The entry of a name, or the nearest `*.` above it."""
        known = name.rstrip(".").lower()
        if known in self.entries:
            return self.entries[known]
        while "." in known:
            known = known.partition(".")[2]
            if f"*.{known}" in self.entries:
                return self.entries[f"*.{known}"]
        return None


def read_zone(path: Path) -> Zone:
    """Read a zone file.

    Raises:
        ZoneNotValid: with the name that is not understood.
    """
    content: Any = yaml.safe_load(path.read_text())
    if not isinstance(content, dict):
        raise ZoneNotValid(f"{path} holds no names")
    entries = {}
    for name, values in content.items():
        if not isinstance(values, dict) or not values.keys() <= FIELDS:
            raise ZoneNotValid(f"{path}: {name} may have {', '.join(sorted(FIELDS))} and nothing else")
        entry = Entry(tuple(values.get("mx", ())), tuple(values.get("a", ())), values.get("answer", "normal"))
        if entry.answer not in {"normal", "servfail", "silence"}:
            raise ZoneNotValid(f"{path}: the answer of {name} may be servfail or silence")
        entries[str(name).lower()] = entry
    return Zone(entries)


def answer(query: dns.message.Message, zone: Zone) -> dns.message.Message | None:
    """The answer to a query; None stands for silence."""
    response = dns.message.make_response(query)
    response.flags |= dns.flags.AA
    if len(query.question) != 1:
        response.set_rcode(dns.rcode.FORMERR)
        return response
    question = query.question[0]
    entry = zone.find(question.name.to_text())
    if entry is not None and entry.answer == "silence":
        return None
    if entry is not None and entry.answer == "servfail":
        response.set_rcode(dns.rcode.SERVFAIL)
        return response
    records = _records(entry, question.rdtype) if entry is not None else []
    if records:
        response.answer.append(
            dns.rrset.from_text_list(
                question.name, SECONDS_TO_LIVE, "IN", dns.rdatatype.to_text(question.rdtype), records
            )
        )
        return response
    # Nothing of this kind, or no such name: the SOA says how long that may be believed (RFC 2308).
    response.authority.append(dns.rrset.from_text(question.name.parent(), SECONDS_TO_LIVE, "IN", "SOA", AUTHORITY))
    if entry is None:
        response.set_rcode(dns.rcode.NXDOMAIN)
    return response


def _records(entry: Entry, kind: dns.rdatatype.RdataType) -> list[str]:
    if kind == dns.rdatatype.MX:
        step = 0 if entry.mx == (".",) else 10
        return [f"{step * place} {host.rstrip('.')}." for place, host in enumerate(entry.mx, 1)]
    if kind == dns.rdatatype.A:
        return list(entry.a)
    return []
