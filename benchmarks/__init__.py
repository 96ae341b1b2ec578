"""How fast and how large it is, measured against the bare engine and against a plain bolt app."""

import os
import sys
from pathlib import Path

# `python -m benchmarks` in a checkout has nothing installed: it and its processes find the packages in `bot`.
_SOURCES = str(Path(__file__).resolve().parents[1] / "bot")
if _SOURCES not in sys.path:
    sys.path.insert(0, _SOURCES)
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (_SOURCES, os.environ.get("PYTHONPATH"))))
