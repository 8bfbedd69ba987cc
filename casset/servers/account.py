"""The user the servers run as: whoever runs Casset, or for root a system user of their own."""

from __future__ import annotations

import functools
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from casset.lib.errors import MissingCapability

NAME = "casset"


@dataclass(frozen=True, slots=True)
class Account:
    """A user and group by number; -1 leaves the process as it is."""

    uid: int = -1
    gid: int = -1

    @property
    def is_another(self) -> bool:
        return self.uid != -1

    def own(self, folder: Path) -> None:
        """Make ``folder``, readable by this account alone, with all that is in it already.

        Raises ``MissingCapability`` where it belongs to somebody else.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        owner = self.uid if self.is_another else os.geteuid()
        if folder.is_symlink() or folder.stat().st_uid != owner:
            if not self.is_another or folder.is_symlink():
                raise MissingCapability(
                    f"{folder} belongs to another user. Start Casset as that user, or set CASSET_VAR "
                    "to a folder of your own."
                )
            for root, _, files in os.walk(folder):
                os.chown(root, self.uid, self.gid)
                for name in files:
                    os.chown(Path(root) / name, self.uid, self.gid, follow_symlinks=False)
        folder.chmod(0o700)


@functools.cache
def of_servers() -> Account:
    """The account of the servers; as root it is made where it does not exist.

    Raises ``MissingCapability`` where root can find no other user.
    """
    if os.geteuid() != 0:
        return Account()
    if (found := _named(NAME)) is None and (useradd := shutil.which("useradd")):
        subprocess.run(
            [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", NAME],
            capture_output=True,
            check=False,  # another process may have been first; looked up below
        )
        found = _named(NAME)
    found = found or _named("nobody")
    if found is None:
        raise MissingCapability(
            "PostgreSQL does not run as root, and no other user could be made. Make one with "
            f"`useradd --system {NAME}`, run Casset as an ordinary user, or set DATABASE_URL."
        )
    return found


def _named(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(entry.pw_uid, entry.pw_gid)
