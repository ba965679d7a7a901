"""Starts the DNS stand-in on one UDP and TCP port."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from deploy.local.dns.server import Udp, serve_tcp
from deploy.local.dns.zone import ZoneNotValid, read_zone
from deploy.local.standin import Refused, StandInSettings, host_and_port, run
from deploy.local.standin_clock import StandInClock


class DnsSettings(StandInSettings):
    """Where the DNS stand-in listens and what it knows, environment prefix `CASELLA_`."""

    dns_listen: str = "127.0.0.1:2053"
    dns_clock_listen: str = "127.0.0.1:25114"
    dns_zone_file: Path = Path(__file__).parent / "zone.yaml"


async def serve(settings: DnsSettings, _clock: StandInClock, stack: AsyncExitStack) -> str:
    """Open both doors; a zone has no times, so the clock changes nothing here."""
    try:
        zone = read_zone(settings.dns_zone_file)
    except ZoneNotValid as problem:
        raise Refused(str(problem)) from problem
    host, port = host_and_port(settings.dns_listen)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: Udp(zone), local_addr=(host, port))
    stack.callback(transport.close)
    server = await asyncio.start_server(lambda reader, writer: serve_tcp(reader, writer, zone), host, port)
    stack.callback(server.close)
    return settings.dns_clock_listen


if __name__ == "__main__":
    run("dns", DnsSettings, serve)
