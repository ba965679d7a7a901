"""`casella`: the one command for operators and scripts; a gRPC and Temporal client without rules of its own."""

import click

from cli.correcting import hold, profile
from cli.doctor import doctor
from cli.looking import audit, bank, signups, tickets
from cli.showing import show
from cli.starting import clock, demo, up


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--json", is_flag=True, help="Answer in JSON, for scripts.")
def casella(json: bool) -> None:  # noqa: FBT001  click passes options by name
    """Casella: from the free trial to the paid mail service, its invoices and renewals.

    A command finds a local Casella below var/ (or CASELLA_VAR); CASELLA_TRIAL_ADDRESS and its like,
    CASELLA_CALLER_SECRET_FILE and CASELLA_TEMPORAL_ADDRESS name another one.
    """


for command in (up, demo, doctor, show, bank, clock, profile, hold, signups, tickets, audit):
    casella.add_command(command)


if __name__ == "__main__":
    casella(prog_name="casella")
