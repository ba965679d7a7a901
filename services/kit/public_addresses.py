"""Which addresses lie in the public internet: whoever posts where an operator says must not reach into the house.

Networks that carry another address inside of theirs (IPv4 in IPv6, 6to4, NAT64, Teredo) are judged as private: nobody's
server is known by such an address alone.
"""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

_CARRIERS = tuple(
    map(IPv6Network, ("::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16"))
)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is a server's in the public internet."""
    if isinstance(address, IPv6Address) and (
        address.is_site_local or any(address in carrier for carrier in _CARRIERS)  # fec0::/10 counts as global there
    ):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def literal(host: str) -> IPv4Address | IPv6Address | None:
    """The address that a URL's host is, or None for a name."""
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None
