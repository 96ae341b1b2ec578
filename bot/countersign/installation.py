"""Where this installation has its code and its examples: in a checkout, or installed from the wheel."""

import sys
from collections.abc import Mapping
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_PACKAGED_EXAMPLES = _PACKAGE / "examples" / "langgraph.json"


def examples_config() -> Path:
    """The langgraph.json of the examples, wherever they are."""
    return _PACKAGED_EXAMPLES if _PACKAGED_EXAMPLES.exists() else _PACKAGE.parents[1] / "langgraph.json"


def child_command(*arguments: str) -> tuple[str, ...]:
    """The command line of a Countersign process in this environment.

    -P keeps the working folder off the import path: whatever it contains, the child runs this code.
    """
    return (sys.executable, "-P", "-m", "countersign", *arguments)


def child_import_path(environment: Mapping[str, str]) -> dict[str, str]:
    """PYTHONPATH for such a process. In a checkout the source folder comes first; what is installed is
    found without it, and must not come before the standard library."""
    given = environment.get("PYTHONPATH")
    source = None if _PACKAGED_EXAMPLES.exists() else str(_PACKAGE.parent)
    paths = [path for path in (source, given) if path]
    return {"PYTHONPATH": ":".join(paths)} if paths else {}
