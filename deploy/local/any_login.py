"""Decides that every login at the stand-ins' SMTP doors is good: a client shows that it can log in, not that it may."""

from aiosmtpd.smtp import AuthResult, LoginPassword


def accept(*given: object) -> AuthResult:
    """Take any name and password; aiosmtpd gives them last."""
    return AuthResult(success=isinstance(given[-1], LoginPassword))
