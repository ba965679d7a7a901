"""Decides which processes make a local Casella, what each is told, and how one sees that it is ready.

One line a process. What a process is told here are its environment variables; a secret is named to those only that
need it.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from deploy.local import provision, temporal
from deploy.local.environment import inherited
from deploy.local.ports import LOOPBACK
from deploy.local.site import ROOT, Site


class Stage(Enum):
    """When a process ends: the first stage first. They start in the opposite order."""

    DRIVERS = auto()
    ROOMS = auto()
    STAND_INS = auto()


@dataclass(frozen=True)
class Program:
    """One process of ours.

    Attributes:
        name: Its name in messages and of its log.
        module: The package that `python -m` would start.
        stage: When it ends.
        health_port: Name of the port on which it answers gRPC health; empty for the worker.
        variables: Its environment.
    """

    name: str
    module: str
    stage: Stage
    health_port: str
    variables: Callable[[Site], Mapping[str, str]]

    def environment(self, site: Site) -> dict[str, str]:
        """All its environment: what the system needs, what the caller has set for Casella, what it is told here."""
        chosen = {name: value for name, value in os.environ.items() if name.startswith("CASELLA_")}
        return {**inherited(), **_common(site), **self.variables(site), **chosen}


def _common(site: Site) -> dict[str, str]:
    addresses = {f"CASELLA_{room.upper()}_ADDRESS": site.listen(room) for room in provision.ROOMS}
    return {
        **addresses,
        "CASELLA_MODE": "local",
        "CASELLA_CLOCK_FILE": str(site.clock_file),
        "CASELLA_TEMPORAL_ADDRESS": site.listen("temporal"),
        "CASELLA_TEMPORAL_NAMESPACE": temporal.NAMESPACE,
        "CASELLA_PUBLIC_URL": site.url("gateway"),
        "CASELLA_POLICY_FILE": str(ROOT / "deploy" / "policy.yaml"),
        "CASELLA_PRICE_LIST_FILE": str(ROOT / "deploy" / "pricelist.yaml"),
    }


def _room(name: str, more: Callable[[Site], Mapping[str, str]] = lambda _: {}) -> Program:
    """A service: its own database role, the keys to check its callers by, the relay for its mails."""

    def variables(site: Site) -> Mapping[str, str]:
        return {
            "CASELLA_LISTEN": site.listen(name),
            "CASELLA_METRICS_LISTEN": site.listen(f"{name}_metrics"),
            "CASELLA_DATABASE_URL": site.database_url(name),
            "CASELLA_CALLER_SECRETS_FILE": site.secret_file("callers.json"),
            "CASELLA_TOKEN_PUBLIC_KEY_FILE": site.secret_file("token-public.pem"),
            "CASELLA_FINGERPRINT_KEY_FILE": site.secret_file("fingerprint.key"),
            "CASELLA_SMTP_HOST": LOOPBACK,
            "CASELLA_SMTP_PORT": str(site.ports["mail_smtp"]),
            **more(site),
        }

    return Program(name, f"services.{name}", Stage.ROOMS, name, variables)


def _stand_in(name: str, clock_port: str, variables: Callable[[Site], Mapping[str, str]]) -> Program:
    """A simulator of an outside party. Of the callers' secrets it knows that of the clock's mover."""

    def all_variables(site: Site) -> Mapping[str, str]:
        return {
            "CASELLA_CALLER_SECRETS_FILE": site.secret_file("callers-standin.json"),
            f"CASELLA_{name.upper()}_CLOCK_LISTEN": site.listen(clock_port),
            **variables(site),
        }

    return Program(name, f"deploy.local.{name}", Stage.STAND_INS, clock_port, all_variables)


PROGRAMS = (
    _room(
        "trial",
        lambda site: {
            "CASELLA_TOKEN_PRIVATE_KEY_FILE": site.secret_file("token-private.pem"),
            "CASELLA_DNS": site.listen("dns"),
        },
    ),
    _room("mailboxes"),
    _room(
        "ordering",
        lambda site: {
            "CASELLA_CALLER_SECRET_FILE": site.secret_file("caller-ordering"),
            "CASELLA_VIES_URL": f"{site.url('vies')}/taxation_customs/vies/rest-api",
        },
    ),
    _room(
        "payments",
        lambda site: {
            "CASELLA_STRIPE_URL": site.url("stripe"),
            "CASELLA_STRIPE_KEY_FILE": site.secret_file("stripe-key"),
            "CASELLA_STRIPE_WEBHOOK_SECRET_FILE": site.secret_file("stripe-webhook-secret"),
            "CASELLA_PAY_LINK_KEY_FILE": site.secret_file("pay-link.key"),
        },
    ),
    _room(
        "invoicing",
        lambda site: {
            "CASELLA_PEC_PASSWORD_FILE": site.secret_file("mail-password"),
            "CASELLA_PEC_SMTP_HOST": LOOPBACK,
            "CASELLA_PEC_SMTP_PORT": str(site.ports["sdi_smtp"]),
            "CASELLA_PEC_IMAP_HOST": LOOPBACK,
            "CASELLA_PEC_IMAP_PORT": str(site.ports["mail_imap"]),
        },
    ),
    _room("support", lambda site: {"CASELLA_WEBHOOK_KEY_FILE": site.secret_file("webhook.key")}),
    Program(
        "worker",
        "workflows",
        Stage.DRIVERS,
        "",
        lambda site: {
            "CASELLA_CALLER_SECRET_FILE": site.secret_file("caller-worker"),
            "CASELLA_METRICS_LISTEN": site.listen("worker_metrics"),
            "CASELLA_TEMPORAL_METRICS_LISTEN": site.listen("worker_temporal_metrics"),
        },
    ),
    Program(
        "gateway",
        "gateway",
        Stage.DRIVERS,
        "",
        lambda site: {
            "CASELLA_CALLER_SECRET_FILE": site.secret_file("caller-gateway"),
            "CASELLA_LISTEN": site.listen("gateway"),
            "CASELLA_METRICS_LISTEN": site.listen("gateway_metrics"),
        },
    ),
    _stand_in(
        "mailsink",
        "mail_clock",
        lambda site: {
            "CASELLA_MAILSINK_SMTP_LISTEN": site.listen("mail_smtp"),
            "CASELLA_MAILSINK_IMAP_LISTEN": site.listen("mail_imap"),
            "CASELLA_MAILSINK_PAGE_LISTEN": site.listen("mail_page"),
            "CASELLA_MAILSINK_FOLDER": str(site.var / "mail"),
            "CASELLA_MAILSINK_PASSWORD_FILE": site.secret_file("mail-password"),
        },
    ),
    _stand_in(
        "stripe",
        "stripe_clock",
        lambda site: {
            "CASELLA_STRIPE_LISTEN": site.listen("stripe"),
            "CASELLA_STRIPE_FILE": str(site.var / "stripe.db"),
            "CASELLA_STRIPE_KEY_FILE": site.secret_file("stripe-key"),
            "CASELLA_STRIPE_WEBHOOK_SECRET_FILE": site.secret_file("stripe-webhook-secret"),
            "CASELLA_STRIPE_WEBHOOK_URL": f"{site.url('gateway')}/webhooks/stripe",
        },
    ),
    _stand_in(
        "sdi",
        "sdi_clock",
        lambda site: {
            "CASELLA_SDI_SMTP_LISTEN": site.listen("sdi_smtp"),
            "CASELLA_SDI_PAGE_LISTEN": site.listen("sdi_page"),
            "CASELLA_SDI_FOLDER": str(site.var / "sdi"),
            "CASELLA_SDI_MAIL_SMTP": site.listen("mail_smtp"),
        },
    ),
    _stand_in("dns", "dns_clock", lambda site: {"CASELLA_DNS_LISTEN": site.listen("dns")}),
    _stand_in("vies", "vies_clock", lambda site: {"CASELLA_VIES_LISTEN": site.listen("vies")}),
)
