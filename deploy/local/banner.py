"""Decides what `make run` shows when everything is up: where each part is, and what time it is there."""

from datetime import UTC, datetime, timedelta
from typing import Any

from deploy.local import provision
from deploy.local.site import Site
from services.kit.calendar import ROME
from services.kit.clock import read_offset


def run_facts(site: Site, launcher: int, temporal_address: str, *, own_temporal: bool) -> dict[str, Any]:
    """What run.json holds, for the command line and for a second start."""
    return {
        "launcher": launcher,
        "ports": dict(site.ports),
        "rooms": {room: site.listen(room) for room in provision.ROOMS},
        "gateway": site.url("gateway"),
        "temporal": temporal_address,
        "temporal_ui": site.url("temporal_ui") if own_temporal else "",
        "inbox": site.url("mail_page"),
        "stripe": site.url("stripe"),
        "sdi": site.url("sdi_page"),
        "vies": site.url("vies"),
    }


def table(site: Site, facts: dict[str, Any]) -> str:
    """The addresses as a table."""
    rows = [
        ("Temporal UI", facts["temporal_ui"] or "that of your own Temporal"),
        ("Inbox of all customers (simulator)", facts["inbox"]),
        ("Payment provider (simulator)", f"{facts['stripe']}/_simulator"),
        ("Sistema di Interscambio (simulator)", facts["sdi"]),
        ("VIES, the EU's VAT numbers (simulator)", facts["vies"]),
        ("Gateway", facts["gateway"]),
        *((f"gRPC {room}", address) for room, address in facts["rooms"].items()),
        ("Temporal gRPC", facts["temporal"]),
        ("PostgreSQL", site.listen("postgres")),
        ("State, logs, secrets", str(site.var)),
        ("Clock", clock_line(read_offset(site.clock_file))),
    ]
    width = max(len(title) for title, _ in rows)
    return "\n".join(f"  {title:<{width}}  {value}" for title, value in rows)


def clock_line(offset: timedelta) -> str:
    """The time of Casella's clock in Rome, and how far it is from real time."""
    now = (datetime.now(UTC) + offset).astimezone(ROME)
    if not offset:
        return f"{now:%Y-%m-%d %H:%M} (real time)"
    hours, seconds = divmod(offset.seconds, 3600)
    days = "1 day" if offset.days == 1 else f"{offset.days} days"
    return f"{now:%Y-%m-%d %H:%M} ({days} {hours} h {seconds // 60} min ahead of real time)"
