"""Asks the name servers whether a domain receives mail. Trouble on the way there is "unknown", never "no"."""

import asyncio
from typing import Final

import dns.asyncresolver
import dns.exception
import dns.rdatatype
import dns.resolver
from dns.rdtypes.ANY.MX import MX

from services.kit import hooks
from services.trial.domain.checks import MailRoute

_DNS_PORT: Final = 53
_TRY_SECONDS: Final = 1.0
_LIFETIME_SECONDS: Final = 2.5
"""Two tries and a little. Longer, and a slow name server would hold the visitor's form up to the gateway's deadline."""


def parse_server(text: str) -> tuple[str, int]:
    """Parses `host:port` or `host` of a name server; the host is an IP address, IPv6 in brackets before a port.

    Raises:
        ValueError: The port is no number.
    """
    if text.startswith("["):
        host, _, port = text[1:].partition("]")
        return host, int(port.removeprefix(":") or _DNS_PORT)
    if text.count(":") > 1:
        return text, _DNS_PORT
    host, _, port = text.partition(":")
    return host, int(port or _DNS_PORT)


class MailRouteResolver:
    """Looks up a domain's MX records."""

    def __init__(self, server: str = "") -> None:
        """Makes a resolver.

        Args:
            server: `host:port` of the name server to ask; empty for those of the operating system.
        """
        self._resolver = dns.asyncresolver.Resolver(configure=not server)
        if server:
            host, port = parse_server(server)
            self._resolver.nameservers = [host]
            self._resolver.port = port
        self._resolver.timeout = _TRY_SECONDS
        self._resolver.lifetime = _LIFETIME_SECONDS

    async def route_of(self, domain: str) -> MailRoute:
        """Tells whether a domain receives mail.

        A domain with an A record but no MX counts as one without: RFC 5321 section 5.1 would deliver to it, but no
        real mail domain relies on that any more, while parked and mistyped ones look just so.

        Args:
            domain: In ASCII, for example "xn--bcher-kva.example".

        Returns:
            What the servers say; UNKNOWN where they are slow, broken or contradict themselves.
        """
        try:
            # The library's lifetime does not bound every wait of a TCP fallback: this does.
            async with asyncio.timeout(_LIFETIME_SECONDS + _TRY_SECONDS), hooks.around("dns"):
                answer = await self._resolver.resolve(f"{domain}.", dns.rdatatype.MX, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return MailRoute.NO_MX
        except (dns.exception.DNSException, OSError, TimeoutError, EOFError):
            return MailRoute.UNKNOWN
        records = [record for record in answer if isinstance(record, MX)]
        # RFC 7505: a single record that names the root says "no mail here".
        if all(record.exchange == dns.name.root for record in records):
            return MailRoute.NULL_MX if records else MailRoute.NO_MX
        return MailRoute.ACCEPTS
