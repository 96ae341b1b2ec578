"""Names are the field's: the words of an earlier private language are the name of nothing."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.exposed_metrics import exposed_metrics

ROOT = Path(__file__).parents[2]
SOURCES = sorted(path for room in ("bot", "graphs", "benchmarks") for path in (ROOT / room).rglob("*.py"))
# The word that was used, and what somebody who has never seen the project searches for.
PRIVATE = {
    "absent": "unset",
    "asking_again": "retry",
    "ballot": "decision request",
    "bounded": "safe validator",
    "desk": "listener context",
    "door": "HTTP server, admin server",
    "drawings": "card updates",
    "keeper": "supervisor",
    "lane": "queue",
    "lasting": "reliable job manager",
    "leftovers": "orphaned processes",
    "making": "form builder",
    "patience": "retry",
    "settlement": "step result",
    "shelf": "store",
    "silence": "connection watchdog",
    "told_twice": "deduplication",
    "watchman": "watchdog",
}


def defined(path: Path) -> Iterator[str]:
    """The file's own name, and those of its classes, functions, arguments, attributes and constants."""
    yield path.stem
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                yield node.name
            case ast.arg():
                yield node.arg
            case ast.Name(ctx=ast.Store()):
                yield node.id
            case ast.Attribute(ctx=ast.Store()):
                yield node.attr


def snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().strip("_")


def test_no_name_is_of_the_private_language() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {name}, which is {PRIVATE[snake_case(name)]}"
        for path in SOURCES
        for name in defined(path)
        if snake_case(name) in PRIVATE
    }
    assert found == set()


def test_no_column_table_or_metric_is_of_the_private_language() -> None:
    """Nor a table, nor a metric."""
    tables = (ROOT / "bot/countersign/store/table_columns.py").read_text()
    queries = (ROOT / "bot/countersign/store/queries.sql").read_text()
    code = re.sub(r"^\s*--.*", "", tables + queries, flags=re.MULTILINE)
    words = {*re.findall(r"\w+", code), *"_".join(exposed_metrics()).split("_")}
    assert "parked_at" in words
    assert words & PRIVATE.keys() == set()


@pytest.mark.parametrize(
    ("name", "expected"), [("Desk", "desk"), ("toldTwice", "told_twice"), ("_LANE", "lane")]
)
def test_a_name_is_compared_however_it_is_written(name: str, expected: str) -> None:
    assert snake_case(name) == expected
