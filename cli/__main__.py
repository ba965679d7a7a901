"""`casella`: the one command for operators and scripts."""

import click

from cli.commands import Commands
from services.kit.exiting import exit_after

_EPILOG = """Exit codes: 0 done, 1 refused or something is wrong, 2 wrong usage or input, 3 Casella cannot be reached.

\b
Where Casella is, is read from var/run.json and var/secrets (CASELLA_VAR names another folder), or from the
environment: CASELLA_<ROOM>_ADDRESS, CASELLA_TEMPORAL_ADDRESS, CASELLA_CALLER_SECRET_FILE."""


@click.group(
    cls=Commands,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
    places={
        "up": "cli.local:up",
        "demo": "cli.local:demo",
        "clock": "cli.local:clock",
        "doctor": "cli.doctor.command:doctor",
        "show": "cli.showing.group:show",
        "signups": "cli.signups:signups",
        "profile": "cli.profile:profile",
        "bank": "cli.bank:bank",
        "withdrawal": "cli.withdrawals:withdrawal",
        "invoice": "cli.invoice:invoice",
        "refund": "cli.refunds:refund",
        "hold": "cli.hold:hold",
        "debit": "cli.debit:debit",
        "trail": "cli.trail:trail",
        "feature": "cli.feature:feature",
        "contract": "cli.contract:contract",
        "tickets": "cli.tickets:tickets",
        "webhooks": "cli.webhooks:webhooks",
        "audit": "cli.audit:audit",
        "replay": "cli.replay:replay",
        "backup": "cli.backup:backup",
        "recover": "cli.recover:recover",
    },
)
def casella() -> None:
    """Casella for operators: start it, see what is wrong, look at customers and money, steer."""


def main() -> None:
    """Run the command of this process."""
    exit_after(lambda: casella(prog_name="casella"))


if __name__ == "__main__":
    main()
