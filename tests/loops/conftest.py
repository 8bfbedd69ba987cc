"""Drawing in tests runs on one thread, as in the product's workers."""

from __future__ import annotations

import os

os.environ.setdefault("LP_NUM_THREADS", "1")  # noqa: TID251  before the first context
