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


def where_servers_can_read(package: Path, part: str, var: Path) -> Path:
    """``part`` of a package's folder, or of a copy where the servers' user cannot enter that.

    A copy is made once a version, with the shared libraries beside the package.
    """
    if not account.of_servers().is_another or places.is_open(package / part):
        return package / part
    libraries = package.with_name(f"{package.name}.libs")
    version = importlib.metadata.version(package.name)
    copy = places.home(var) / "programs" / f"{package.name}-{version}"
    if not (copy / package.name / part).exists():
        draft = copy.with_name(f"{copy.name}.draft")
        shutil.rmtree(draft, ignore_errors=True)
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(package / part, draft / package.name / part)
        if libraries.exists():
            shutil.copytree(libraries, draft / libraries.name)
        for path in (copy.parent, draft, *draft.rglob("*")):
            if not path.is_symlink():  # as open to all as it is to its owner, but not to write
                mode = path.stat().st_mode
                path.chmod(mode | (mode & 0o500) >> 3 | (mode & 0o500) >> 6)
        draft.rename(copy)
    return copy / package.name / part
