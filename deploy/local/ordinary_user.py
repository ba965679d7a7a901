"""Decides as whom PostgreSQL runs, since it refuses to run as root.

An ordinary user runs it as themselves. Root hands it to `nobody`; below a folder that only root can enter
(root's home, a clone made with umask 077) `nobody` also gets the two file capabilities that let it pass,
through `setpriv`, which every Linux with util-linux has.
"""

import os
import pwd
import shutil
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from deploy.local.failure import LaunchError

_USER = "nobody"
_CAPABILITIES = "+dac_override,+dac_read_search"


@dataclass(frozen=True)
class OrdinaryUser:
    """A user other than root, and how a command is run as that user.

    Attributes:
        uid: User id, `None` when the caller is ordinary already.
        gid: Group id, `None` likewise.
        prefix: Words that go before the command; empty when `uid` and `gid` suffice.
    """

    uid: int | None
    gid: int | None
    prefix: tuple[str, ...]

    @classmethod
    def who_can_enter(cls, paths: Iterable[Path]) -> "OrdinaryUser":
        """Finds the user for programs and data at these paths.

        Raises:
            LaunchError: The caller is root and no other user can be made to work there.
        """
        if os.geteuid() != 0:
            return cls(None, None, ())
        try:
            nobody = pwd.getpwnam(_USER)
        except KeyError:
            raise LaunchError(
                f"PostgreSQL refuses to run as root and this system has no user {_USER}",
                "run the command as an ordinary user",
            ) from None
        closed = next((path for path in map(_first_closed_folder, paths) if path), None)
        if closed is None:
            return cls(nobody.pw_uid, nobody.pw_gid, ())
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            raise LaunchError(
                f"PostgreSQL refuses to run as root and {_USER} cannot enter {closed}",
                "install util-linux (it has setpriv), or move Casella to a folder that everybody can enter, "
                "or run the command as an ordinary user",
            )
        return cls(nobody.pw_uid, nobody.pw_gid, _with_file_capabilities(setpriv, nobody))

    def command(self, *words: str | Path) -> list[str]:
        """The command line that runs `words` as this user."""
        return [*self.prefix, *map(str, words)]

    def popen_user(self) -> int | None:
        """The `user=` of subprocess: none when `setpriv` changes it, which must start as root."""
        return None if self.prefix else self.uid

    def popen_group(self) -> int | None:
        """The `group=` of subprocess."""
        return None if self.prefix else self.gid

    def own(self, path: Path) -> None:
        """Makes this user the owner of a file or folder."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


def _with_file_capabilities(setpriv: str, user: pwd.struct_passwd) -> tuple[str, ...]:
    return (
        setpriv,
        f"--reuid={user.pw_uid}",
        f"--regid={user.pw_gid}",
        "--clear-groups",
        # Without it access(2), by which initdb looks for its fellow programs, leaves the capabilities out.
        "--securebits=+no_setuid_fixup",
        f"--inh-caps={_CAPABILITIES}",
        f"--ambient-caps={_CAPABILITIES}",
        "--",
    )


def _first_closed_folder(path: Path) -> Path | None:
    """The outermost folder on the way to `path`, itself included, that strangers cannot pass."""
    steps = [path, *path.parents]
    for step in reversed(steps):
        if step.is_dir() and not step.stat().st_mode & stat.S_IXOTH:
            return step
    return None
