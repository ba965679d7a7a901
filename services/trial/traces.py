"""Decides how traces of visitors are kept: as keyed hashes, so that whoever steals the tables learns no address."""

import hashlib
import hmac
from enum import StrEnum


class Trace(StrEnum):
    """What is remembered of a sign-up, or counted of logins and wishes for a new link; each name makes other hashes."""

    IP = "ip"
    NETWORK = "network"
    DOMAIN = "domain"
    TRIAL = "trial"
    MAIL = "mail"
    MAIL_IP = "mail_ip"
    MAIL_NETWORK = "mail_network"
    RESEND_IP = "resend_ip"
    RESEND_NETWORK = "resend_network"
    LOGIN_ADDRESS = "login_address"
    LOGIN_ADDRESS_NETWORK = "login_address_network"
    LOGIN_KNOWN_NETWORK = "login_known_network"
    LOGIN_IP = "login_ip"
    LOGIN_NETWORK = "login_network"


class Traces:
    """Hashes traces with the room's key."""

    def __init__(self, key: bytes) -> None:
        """Takes the key; with another key the counts begin again from nothing.

        Args:
            key: Secret of the installation, at least 16 bytes.
        """
        # A key of its own: the same key also makes the fingerprints of requests.
        self._key = hmac.digest(key, b"casella.trial.traces", hashlib.sha256)

    def hash(self, trace: Trace, value: str) -> bytes:
        """Gives the 32 bytes under which a value is remembered."""
        return hmac.digest(self._key, f"{trace}\x1f{value}".encode(), hashlib.sha256)
