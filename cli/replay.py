"""`casella replay`: sees whether this version leads on what is open, before its worker takes it over."""

import click

from cli import installation
from cli.local import become


@click.command(short_help="Say whether this version leads on the workflows that are open.")
@click.option("--most", type=click.IntRange(min=1), metavar="N", help="Of each kind only the N that began last.")
def replay(most: int | None) -> None:
    """Lead every open workflow on with this version's code, in memory only; exit code 1 where one does not fit.

    Before an update, from the new version's folder, while the old one runs (CASELLA_VAR names its state, or the
    environment its addresses). It changes nothing. A workflow that does not fit would stand still.
    """
    where = installation.find()
    become(
        "workflows.replay",
        *(["--most", str(most)] if most else []),
        CASELLA_TEMPORAL_ADDRESS=where.temporal_address,
        CASELLA_TEMPORAL_NAMESPACE=where.settings.temporal_namespace,
    )
