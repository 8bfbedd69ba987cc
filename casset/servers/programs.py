"""The servers' programs inside the Python packages that carry them."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import shutil
from pathlib import Path

from casset.servers import account, places


def package_folder(name: str) -> Path | None:
    """The folder of an installed package, found without importing it."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations))).resolve()


def where_servers_can_read(folder: Path, package: str, var: Path) -> Path:
    """``folder``, or a copy of it where the servers' user cannot enter it (once a version)."""
    if not account.of_servers().is_another or places.is_open(folder):
        return folder
    version = importlib.metadata.version(package)
    copy = places.home(var) / "programs" / f"{package}-{version}-{folder.name}"
    if not copy.exists():
        part = copy.with_name(f"{copy.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(folder, part)
        for path in (copy.parent, part, *part.rglob("*")):
            if not path.is_symlink():  # as open to all as it is to its owner, but not to write
                mode = path.stat().st_mode
                path.chmod(mode | (mode & 0o500) >> 3 | (mode & 0o500) >> 6)
        part.rename(copy)
    return copy
