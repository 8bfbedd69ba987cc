"""What a killed process left beside the loops is taken away, and nothing else."""

from __future__ import annotations

import os
import time
from pathlib import Path

from casset.media import files


def old(path: Path) -> None:
    an_age_ago = time.time() - 7200
    os.utime(path, (an_age_ago, an_age_ago))


def test_old_parts_are_removed_files_and_folders_alike(tmp_path):
    scratch = tmp_path / ".loop.123-abcd.part"
    scratch.mkdir()
    (scratch / "loop.mp4").write_bytes(b"half")
    part = files.part_name(tmp_path / "poster.jpg")
    part.write_bytes(b"half")
    kept, fresh = tmp_path / "loop.mp4", tmp_path / ".loop.124-abcd.part"
    kept.write_bytes(b"whole")
    fresh.mkdir()
    for path in (scratch, part, kept):
        old(path)
    assert files.sweep(tmp_path) == 2
    assert sorted(tmp_path.iterdir()) == sorted([kept, fresh])
