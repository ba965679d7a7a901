"""What the doctor sees on this machine: does a local Casella run, is there disk, is the secret a secret."""

import os
import shutil
import stat

from cli.doctor.findings import Finding, fine, note, wrong
from cli.installation import ROOMS, Installation

_LEAST_FREE_MEGABYTES = 500


def launcher(where: Installation) -> list[Finding]:
    """Whether a local Casella runs; nothing answers where it does not."""
    if not where.run:
        if {f"{room}_address" for room in ROOMS} <= where.settings.model_fields_set:
            return [note("the addresses come from the environment; no local launcher is looked at")]
        return [
            wrong(
                f"no Casella runs from {where.var}",
                "Start one with `make run`, or name an installation's addresses (CASELLA_TRIAL_ADDRESS and so on)",
            )
        ]
    pid = int(where.run.get("launcher", 0))
    if not _lives(pid):
        return [
            wrong(
                f"the launcher of {where.var} (process {pid}) was killed, or the machine went down under it",
                "Start Casella again with `make run`: it ends what is left first, and nothing that was told is lost",
            )
        ]
    return [fine(f"Casella runs from {where.var} (process {pid})")]


def files(where: Installation) -> list[Finding]:
    """Free disk, and that the secret is one."""
    found = []
    if where.var.exists():
        free = shutil.disk_usage(where.var).free // 1_000_000
        if free < _LEAST_FREE_MEGABYTES:
            found.append(wrong(f"{where.var} has only {free} MB of free disk", "Free some"))
    secret = where.secret_file
    if where.settings.tls is None and secret.exists() and secret.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        found.append(wrong(f"others on this machine can read the operator's secret {secret}", f"chmod 600 {secret}"))
    return found


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return pid > 0
