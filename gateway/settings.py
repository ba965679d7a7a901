"""What the gateway reads from the environment beside what every process reads."""

from pydantic import Field, PositiveFloat

from services.kit.settings import ProcessSettings


class GatewaySettings(ProcessSettings):
    """The gateway's settings.

    Attributes:
        listen: `host:port` of its HTTP side.
        provider_name: The name on its pages.
        webhook_body_seconds: How long a webhook's sender may take over the largest body; a fifth of it over 16 KiB.
        webhook_post_seconds: How long an endpoint may take to answer a webhook of ours.
        webhook_poll_seconds: How often support is asked for webhooks that are due again.
    """

    listen: str = "127.0.0.1:8580"
    provider_name: str = "Casella"
    webhook_body_seconds: PositiveFloat = 10.0
    webhook_post_seconds: float = Field(15.0, gt=0, le=30)
    webhook_poll_seconds: PositiveFloat = 2.0
