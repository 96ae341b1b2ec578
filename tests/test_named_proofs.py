"""docs/guarantees.md and docs/threat-model.md name the tests that prove what they say: every one exists."""

import ast
import re

import pytest

from tests.support.bots import ROOT

GUARANTEES = (ROOT / "docs" / "guarantees.md").read_text()
DEFENDED = (ROOT / "docs" / "threat-model.md").read_text().split("## Defended")[1].split("\n## ")[0]
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", GUARANTEES + DEFENDED)))


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_the_named_test_exists(file: str, name: str) -> None:
    tree = ast.parse((ROOT / file).read_text())
    assert name in {
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


@pytest.mark.parametrize(
    ("table", "least"), [(GUARANTEES, 20), (DEFENDED, 10)], ids=["guarantees", "threats"]
)
def test_every_promise_names_a_proof(table: str, least: int) -> None:
    promises = [line for line in table.splitlines() if line.startswith("| ") and "---" not in line][1:]
    assert len(promises) >= least
    for promise in promises:
        assert "::test_" in promise, promise
