"""Decides where a local Casella keeps its state, and holds what its processes are told: folders, ports, secrets."""

import contextlib
import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deploy.local import provision
from deploy.local.failure import LaunchError, NotRunning
from deploy.local.ports import LOOPBACK
from deploy.local.processes import runs

ROOT = Path(__file__).resolve().parents[2]
CALLERS = ("gateway", "worker", "operator", "mail_server", "ordering")

_NEEDED_MEGABYTES = 500
_LARGEST_LOG = 10_000_000
"""Bytes; at the next start a larger one is put aside, and the one put aside before is forgotten."""
_PRIVATE = 0o700
_PASSABLE = 0o711
_SECRET = 0o600
_SECRET_BYTES = 32


def var_folder() -> Path:
    """The folder of all state: `CASELLA_VAR`, else `var` in the tree."""
    return Path(os.environ.get("CASELLA_VAR") or ROOT / "var").resolve()


@dataclass(frozen=True)
class Site:
    """One local Casella.

    Attributes:
        var: Its folder.
        ports: Name → TCP port on loopback.
    """

    var: Path
    ports: Mapping[str, int]

    def listen(self, name: str) -> str:
        """`host:port` of a named port."""
        return f"{LOOPBACK}:{self.ports[name]}"

    def url(self, name: str) -> str:
        """Address of a web page on a named port."""
        return f"http://{self.listen(name)}"

    def secret_file(self, name: str) -> str:
        """Path of a secret's file."""
        return str(self.var / "secrets" / name)

    def secret(self, name: str) -> str:
        """A secret's value."""
        return Path(self.secret_file(name)).read_text().strip()

    def log(self, process: str) -> Path:
        """A process's log file."""
        return self.var / "logs" / f"{process}.log"

    def database_url(self, room: str) -> str:
        """The room's URL of the one database."""
        password = self.secret(f"postgres-{room}")
        address = f"{self.listen('postgres')}/{provision.DATABASE}"
        return f"postgresql+asyncpg://{provision.role_of(room)}:{password}@{address}"

    @property
    def clock_file(self) -> Path:
        """The file with the offset that all processes share."""
        return self.var / "clock.json"

    @property
    def run_file(self) -> Path:
        """What a running Casella says of itself: process id, addresses, whether it is ready."""
        return self.var / "run.json"


def prepare(var: Path) -> None:
    """Makes the folders and the secrets that are missing in a folder that this process has taken.

    Raises:
        LaunchError: The folder cannot be written, or its disk is nearly full.
    """
    with _writing_to(var):
        # Root's PostgreSQL runs as another user, who must be able to pass; everything inside is private all the same.
        var.chmod(_PASSABLE if os.geteuid() == 0 else _PRIVATE)
        for name in ("secrets", "logs", "mail", "sdi", "demo"):
            (var / name).mkdir(mode=_PRIVATE, exist_ok=True)
        (var / "run.json").unlink(missing_ok=True)  # that of a launcher which was killed
    free = shutil.disk_usage(var).free // 1_000_000
    if free < _NEEDED_MEGABYTES:
        raise LaunchError(
            f"{var} has {free} MB of free disk and Casella needs {_NEEDED_MEGABYTES} MB",
            "free some, or name a folder on another disk in CASELLA_VAR",
        )
    for log in (var / "logs").glob("*.log"):
        if log.stat().st_size > _LARGEST_LOG:
            log.replace(log.with_suffix(".log.1"))
    _make_secrets(var / "secrets")


def lock(var: Path) -> TextIO:
    """Makes the folder and takes it for this process, for as long as the answer stays open.

    Raises:
        LaunchError: The folder cannot be written, or another Casella runs there; the text says where it can be reached.
    """
    with _writing_to(var):
        var.mkdir(parents=True, exist_ok=True)
        held = (var / "lock").open("a")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        held.close()
        raise _in_use(var) from None
    return held


def running(var: Path) -> Site | None:
    """The Casella that runs from a folder, once all of it is up."""
    try:
        run = json.loads((var / "run.json").read_text())
    except FileNotFoundError:
        return None
    return Site(var, run["ports"]) if runs(run["launcher"], "deploy.local") else None


def running_site(var: Path) -> Site:
    """The same where one must be up.

    Raises:
        NotRunning: None is.
    """
    found = running(var)
    if found is None:
        raise NotRunning(f"no Casella runs from {var}", "start one with `make run`")
    return found


@contextlib.contextmanager
def _writing_to(var: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LaunchError(
            f"the state cannot be kept in {var} ({error.strerror})", "name another folder in CASELLA_VAR"
        ) from None


def _in_use(var: Path) -> LaunchError:
    try:
        run = json.loads((var / "run.json").read_text())
    except (FileNotFoundError, ValueError):
        return LaunchError(
            f"already running from {var}, and starting or stopping just now", "use that one, or end it with Ctrl-C"
        )
    pid = run["launcher"]
    return LaunchError(
        f"already running from {var} (process {pid}, Temporal UI {run['temporal_ui']}, inbox {run['inbox']})",
        f"use that one, or end it with Ctrl-C, or with `kill {pid}`",
    )


def _make_secrets(folder: Path) -> None:
    for caller in CALLERS:
        _keep(folder / f"caller-{caller}", _random())
    callers = {caller: (folder / f"caller-{caller}").read_text() for caller in CALLERS}
    _keep(folder / "callers.json", json.dumps(callers))
    # A stand-in is called by nobody but the command that moves the clock.
    _keep(folder / "callers-standin.json", json.dumps({"operator": callers["operator"]}))
    for room in provision.ROOMS:
        _keep(folder / f"postgres-{room}", _random())
    _keep(folder / "postgres-superuser", _random())
    _keep(folder / "fingerprint.key", _random())
    _keep(folder / "pay-link.key", _random())
    _keep(folder / "webhook.key", _random())
    _keep(folder / "mail-password", _random())
    _keep(folder / "stripe-key", f"sk_test_{secrets.token_hex(16)}")
    _keep(folder / "stripe-webhook-secret", f"whsec_{secrets.token_hex(16)}")
    if not (folder / "token-public.pem").exists():
        _make_key_pair(folder)


def _make_key_pair(folder: Path) -> None:
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    (folder / "token-private.pem").unlink(missing_ok=True)
    _keep(folder / "token-private.pem", private.decode())
    _keep(folder / "token-public.pem", public.decode())


def _random() -> str:
    return secrets.token_urlsafe(_SECRET_BYTES)


def _keep(path: Path, content: str) -> None:
    """Writes a secret once; it appears with its whole content or not at all."""
    if path.exists():
        return
    draft = path.with_name(f".{path.name}.draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _SECRET), "w") as file:
        file.write(content)
    draft.rename(path)
