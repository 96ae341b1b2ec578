"""docs/guarantees.md names the test that proves each promise: every one of them exists."""

import ast
import re

import pytest

from tests.support.bots import ROOT

TABLE = (ROOT / "docs" / "guarantees.md").read_text()
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", TABLE)))


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_the_named_test_exists(file: str, name: str) -> None:
    tree = ast.parse((ROOT / file).read_text())
    assert name in {
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_every_promise_names_a_proof() -> None:
    promises = [line for line in TABLE.splitlines() if line.startswith("| ")][1:]
    assert len(promises) >= 20
    for promise in promises:
        assert "::test_" in promise, promise
