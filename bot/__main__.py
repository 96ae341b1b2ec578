"""`python -m bot` in a checkout: puts this folder on the import path and hands over to countersign."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from countersign.__main__ import main

if __name__ == "__main__":
    sys.exit(main())
