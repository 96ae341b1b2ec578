"""The Web API methods that the source code calls, read from its syntax trees."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

from slack_sdk.web import async_client

ROOT = Path(__file__).parents[3]
_CALLERS = {
    "call",
    "call_with_headers",
    "read",
    "api_call",
    "slack",
    "_entries",
    "read_entries",
    "read_pages",
    "change",
}
_METHOD_NAME = re.compile(r"[a-z]+(?:\.[a-zA-Z0-9]+)+")

# Those that slack-sdk knows. A text that is one of them is taken for a method.
SDK_METHODS = frozenset(re.findall(r'api_call\(\s*"([\w.]+)"', inspect.getsource(async_client)))


def product_sources() -> Iterator[Path]:
    """What runs in a real workspace: the bot without its demo and fixtures, and the graphs in the wheel."""
    for path in sorted((ROOT / "bot/countersign").rglob("*.py")):
        room = path.relative_to(ROOT / "bot/countersign").parts
        if room[0] not in {"demo", "testing"} and "app_manifest" not in room:
            yield path
    yield from sorted((ROOT / "graphs").rglob("*.py"))


def methods_called(source: str, known: frozenset[str]) -> set[str]:
    """The methods named anywhere in the code, and whatever looks like one where a method is called."""
    by_attribute = {name.replace(".", "_"): name for name in known}
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Constant(value=str(text)) if text in known:
                found.add(text)
            case ast.Call(func=ast.Attribute(attr=attribute)) if attribute in by_attribute:
                found.add(by_attribute[attribute])
            case ast.Call(func=ast.Attribute(attr=caller) | ast.Name(id=caller)) if caller in _CALLERS:
                found |= {
                    each.value
                    for each in node.args
                    if isinstance(each, ast.Constant)
                    and isinstance(each.value, str)
                    and _METHOD_NAME.fullmatch(each.value)
                }
    return found
