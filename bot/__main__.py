"""`python -m bot` in a checkout is the command `countersign` of the installed package."""

import sys
from pathlib import Path

# `python -m` puts the working folder on the import path and `bot` among the loaded modules. Without both, a
# project that is hosted from here may have a `bot` package and a `graphs` folder of its own.
if not sys.flags.safe_path:
    del sys.path[0]
sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.modules.pop("bot", None)

from countersign.__main__ import main  # noqa: E402 -- only now can it be found

if __name__ == "__main__":
    sys.exit(main())
