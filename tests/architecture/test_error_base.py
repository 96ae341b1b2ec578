"""Every error of ours has one base, so that a caller can tell them from defects."""

import ast
from collections.abc import Iterator
from pathlib import Path

import countersign

ROOT = Path(countersign.__file__).parent
BASE = "CountersignError"
# Raised and caught within one room: they end a loop or a reading, and nobody else gets to see them.
SIGNALS = {
    "Mistake",
    "ReadingStopped",
    "SourceUnreadable",
    "StreamUnfaithful",
    "TooManyFields",
    "ValidationTimeout",
}


def exceptions() -> Iterator[tuple[str, list[str]]]:
    for file in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                yield node.name, [ast.unparse(base).rpartition(".")[2] for base in node.bases]


def test_every_error_has_our_base() -> None:
    ours = {BASE}
    found = list(exceptions())
    while new := {name for name, bases in found if ours & {*bases}} - ours:
        ours |= new
    raw = {name for name, bases in found if {"Exception", "ValueError", "RuntimeError", "OSError"} & {*bases}}
    assert raw - {BASE} == SIGNALS
    assert len(ours) > 50
