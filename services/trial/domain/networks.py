"""Decides which network a visitor's address belongs to, so that a whole network's sign-ups can be counted."""

from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import Final

_IPV4_PREFIX: Final = 24
_IPV6_PREFIX: Final = 48
"""A /48 is what a provider usually hands to one site (RFC 6177), so it stands for one visitor's reach."""


def network_of(address: IPv4Address | IPv6Address) -> str:
    """Gives the /24 or /48 around an address, for example "203.0.113.0/24"."""
    prefix = _IPV4_PREFIX if address.version == 4 else _IPV6_PREFIX
    return str(ip_network(f"{address}/{prefix}", strict=False))
