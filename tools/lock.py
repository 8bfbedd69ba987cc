"""Write requirements.lock and requirements-dev.lock: exact versions with hashes, for every platform.

BeatNet is added by hand: only its weights are used, and its own requirements (numba 0.54, the
madmom source package, PyAudio) cannot be installed on the Pythons we support. That is why the
lock is installed with ``--no-deps``.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The PyPI wheel with the CRNN weights (CC BY 4.0).
BEATNET = "beatnet==1.1.3 \\\n    --hash=sha256:1ecfa17bdcbe899975a88bdb6efebd6970d846a4f3b6cfd5c6f320647c641c7e\n"
HEAD = "# Written by `make lock` from {name}.txt. Install with: pip install --no-deps --require-hashes -r {name}.lock\n"


def main() -> None:
    uv = Path(sys.executable).with_name("uv")
    for name in ("requirements", "requirements-dev"):
        lock = ROOT / f"{name}.lock"
        command = [
            str(uv), "pip", "compile", "--quiet", "--universal", "--python-version", "3.11",
            "--generate-hashes", "--no-header", "--no-annotate", f"{name}.txt", "-o", str(lock),
        ]  # fmt: skip
        subprocess.run(command, cwd=ROOT, check=True)
        lock.write_text(HEAD.format(name=name) + lock.read_text() + BEATNET)
        print(f"wrote {lock.name}")


if __name__ == "__main__":
    main()
