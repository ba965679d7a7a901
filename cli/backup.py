"""`casella backup`: all rows of one instant in one file, by PostgreSQL's own `pg_dump`."""

from pathlib import Path

import click

from cli.local import become


@click.command(short_help="Write all rows of one instant into a file.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--database",
    metavar="URL",
    help="Of an installation's own PostgreSQL, as a role that reads all schemas; password in PGPASSWORD or ~/.pgpass.",
)
def backup(file: Path, database: str | None) -> None:
    """Write all rows of one instant, documents and kept emails included, into FILE; Casella goes on meanwhile.

    Without --database it is the running local Casella's. `casella recover restore` brings the file back. Secrets
    (var/secrets) are not in it: keep them elsewhere.
    """
    become("deploy.backup.dump", str(file.absolute()), *(["--database", database] if database else []))
