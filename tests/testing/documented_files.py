"""The files that a document shows in full, copied out of it."""

import re
from pathlib import Path

_FILE = re.compile(r"`([\w.-]+\.\w+)`:\n\n```\w*\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def copy_files(document: Path, folder: Path) -> list[str]:
    """Write each file that `document` shows below its name (`name.py`:) into `folder`; returns the names."""
    found = _FILE.findall(document.read_text(encoding="utf-8"))
    for name, text in found:
        (folder / name).write_text(text, encoding="utf-8")
    return [name for name, _ in found]
