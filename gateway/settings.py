"""What the gateway reads from the environment beside what every process reads."""

from pydantic import PositiveFloat

from services.kit.settings import ProcessSettings


class GatewaySettings(ProcessSettings):
    """The gateway's settings.

    Attributes:
        listen: `host:port` of its HTTP side.
        provider_name: The name on its pages.
        webhook_body_seconds: How long a webhook's sender may take over its body.
    """

    listen: str = "127.0.0.1:8580"
    provider_name: str = "Casella"
    webhook_body_seconds: PositiveFloat = 10.0
