"""Decides whether an email domain belongs to a service of throw-away addresses, by a list kept up with the lock."""

from disposable_email_domains import blocklist


def is_disposable(domain: str) -> bool:
    """Tells whether a domain, or one above it, is on the list of disposable-email-domains.

    Args:
        domain: In ASCII and lower case, for example "box.mailinator.com".
    """
    labels = domain.split(".")
    return any(".".join(labels[start:]) in blocklist for start in range(len(labels) - 1))
