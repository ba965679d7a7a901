"""Decides which network a visitor's address belongs to, so that a whole network's visits can be counted."""

from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import Final

_IPV4_PREFIX: Final = 24
_IPV6_PREFIX: Final = 48
"""A /48 is what a provider usually hands to one site (RFC 6177), so it stands for one visitor's reach."""
_IPV6_LINK: Final = 64
"""One device moves freely within its link's /64 (RFC 8981), so single IPv6 addresses are not worth counting."""


def device_of(address: IPv4Address | IPv6Address) -> str:
    """Gives what one device can call itself: the IPv4 address, or the /64 around an IPv6 address."""
    return str(address) if address.version == 4 else str(ip_network(f"{address}/{_IPV6_LINK}", strict=False))


def home_of(address: IPv4Address | IPv6Address) -> str:
    """Gives the /24 or, in IPv6, the /64 around an address: where a customer is at home, and strangers hardly are."""
    return network_of(address) if address.version == 4 else device_of(address)


def network_of(address: IPv4Address | IPv6Address) -> str:
    """Gives the /24 or /48 around an address, for example "203.0.113.0/24"."""
    prefix = _IPV4_PREFIX if address.version == 4 else _IPV6_PREFIX
    return str(ip_network(f"{address}/{prefix}", strict=False))
