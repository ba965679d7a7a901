"""Decides what a backup is: one `pg_dump` of the one database, so that all services are of the same instant."""

import argparse
import contextlib
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

from deploy.local import environment, postgres, provision, site
from deploy.local.failure import LaunchError, WrongInput

FORMAT = "custom"
_OF_POSTGRES = "PG"
_SCHEMES = ("postgresql://", "postgres://", "postgresql+asyncpg://")


def main() -> int:
    """Writes the backup; an exit code as `casella --help` tells them, with one sentence that says why."""
    parser = argparse.ArgumentParser(prog="python -m deploy.backup.dump", description="Write all rows of one instant.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--database", help="postgresql://role@host:port/database; else the running local Casella's")
    chosen = parser.parse_args()
    try:
        dump(chosen.file, without_password(chosen.database) if chosen.database else _local())
    except LaunchError as error:
        print(f"casella: {error}", file=sys.stderr)
        return error.exit_code
    print(f"{chosen.file}: all rows of one instant, {chosen.file.stat().st_size // 1000} kB")
    return 0


def dump(file: Path, url: str) -> None:
    """Dumps a database into a file that is whole or not there.

    Args:
        file: Where to; readable by its owner only, for it holds customers' data. One that is there stays.
        url: The database's; a password may stand in it.

    Raises:
        WrongInput: The file is there, or cannot be written.
        LaunchError: `pg_dump` fails.
    """
    if file.exists():
        raise WrongInput(f"{file} is there already", "name another file: a backup is never overwritten")
    draft = file.with_name(f".{file.name}.draft")
    arguments, variables = for_client(url)
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        run("pg_dump", [f"--format={FORMAT}", "--no-password", f"--file={draft}", *arguments], variables)
        draft.rename(file)
    except OSError as error:
        raise WrongInput(f"{file} cannot be written ({error.strerror})", "name another place") from None
    finally:
        with contextlib.suppress(FileNotFoundError):
            draft.unlink()


def without_password(url: str) -> str:
    """A URL that stood on a command line, which everybody on the machine reads.

    Raises:
        WrongInput: It is no URL of a PostgreSQL, or a password stands in it.
    """
    if not url.startswith(_SCHEMES):
        raise WrongInput(f"{url!r} is no URL of a PostgreSQL", "write postgresql://role@host:port/database")
    if urlsplit(url).password:
        raise WrongInput(
            "a password must not stand on a command line, which everybody on the machine can read: change it",
            "set PGPASSWORD, or write it into ~/.pgpass",
        )
    return url


def for_client(url: str) -> tuple[list[str], dict[str, str]]:
    """The arguments and the environment for PostgreSQL's own programs: a password must be in no process list."""
    parts = urlsplit(url.replace("postgresql+asyncpg:", "postgresql:", 1))
    arguments = [
        *(["--host", parts.hostname] if parts.hostname else []),
        *(["--port", str(parts.port)] if parts.port else []),
        *(["--username", unquote(parts.username)] if parts.username else []),
        "--dbname",
        unquote(parts.path.removeprefix("/")) or provision.DATABASE,
    ]
    # A certificate, a service or a password file of the operator's reach these programs by variables of theirs.
    theirs = {name: value for name, value in os.environ.items() if name.startswith(_OF_POSTGRES)}
    password = {"PGPASSWORD": unquote(parts.password)} if parts.password else {}
    return arguments, {**environment.inherited(), **theirs, **password}


def run(program: str, arguments: list[str], variables: dict[str, str]) -> None:
    """Runs one of PostgreSQL's programs.

    Raises:
        LaunchError: It fails; its first line is the reason, what follows explains it.
    """
    done = subprocess.run(
        [postgres.programs() / program, *arguments], env=variables, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        reason = " ".join(done.stderr.strip().splitlines()[:1])
        raise LaunchError(f"{program} failed ({reason})", "nothing was changed")


def _local() -> str:
    where = site.running_site(site.var_folder())
    password = where.secret("postgres-superuser")
    return f"postgresql://{postgres.SUPERUSER}:{password}@{where.listen('postgres')}/{provision.DATABASE}"


if __name__ == "__main__":
    sys.exit(main())
