"""README and the pages of docs, and the fenced blocks in them."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
FENCE = re.compile(r"^```(?P<kind>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: Path, kind: str) -> list[str]:
    """The fenced blocks of this kind."""
    return [found["body"] for found in FENCE.finditer(page.read_text()) if found["kind"].strip() == kind]
