"""What the gateway reads from the environment beside what every process reads."""

from services.kit.settings import ProcessSettings


class GatewaySettings(ProcessSettings):
    """The gateway's settings.

    Attributes:
        listen: `host:port` of its HTTP side.
        provider_name: The name on its pages.
    """

    listen: str = "127.0.0.1:8580"
    provider_name: str = "Casella"
