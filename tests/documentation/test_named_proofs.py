"""docs/guarantees.md and docs/threat-model.md name the tests that prove what they say: every one exists."""

import ast
import re
from itertools import pairwise

import pytest

from tests.support.processes.bots import ROOT

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
    lines = table.splitlines()
    rows = [line for line in lines if line.startswith("| ") and "---" not in line]
    heads = {above for above, below in pairwise(lines) if set(below) <= set("| -")}
    promises = [line for line in rows if line not in heads]
    assert len(promises) >= least
    for promise in promises:
        assert "::test_" in promise, promise


IN_SLACK = GUARANTEES.split("\n## In Slack\n")[1].split("\n## ")[0]
OVER_THE_WIRE = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", IN_SLACK)))


@pytest.mark.parametrize(("file", "name"), OVER_THE_WIRE)
def test_what_is_promised_in_slack_is_tried_over_both_transports(file: str, name: str) -> None:
    assert is_tried_over_both_transports(file, name)


PARTS = GUARANTEES.split("\n## At home in Slack\n")[1].split("\n## ")[0].split("\n### ")[1:]
AT_HOME = {
    part.partition("\n")[0]: re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", part)
    for part in PARTS
    if not part.startswith("The demo\n")  # a Slack of its own
}


@pytest.mark.parametrize("part", AT_HOME)
def test_each_part_of_being_at_home_in_slack_has_a_scenario_over_both_transports(part: str) -> None:
    assert any(is_tried_over_both_transports(file, name) for file, name in AT_HOME[part])


def is_tried_over_both_transports(file: str, name: str) -> bool:
    """The scenario takes `either`, a fixture of its module that is at a place, or a `mode`: each has two."""
    if not file.startswith("tests/scenario/"):
        return False
    tree = ast.parse((ROOT / file).read_text())
    functions = {
        node.name: {argument.arg for argument in node.args.args}
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    placed = {fixture for fixture, arguments in functions.items() if "place" in arguments}
    return bool(functions[name] & {"either", "mode", *placed})


@pytest.mark.parametrize(
    ("file", "fixture"), [("tests/scenario/conftest.py", "either"), ("tests/support/place.py", "place")]
)
def test_both_transports_are_the_parameters_of_the_shared_fixtures(file: str, fixture: str) -> None:
    before = (ROOT / file).read_text().split(f"def {fixture}(")[0]
    assert 'params=["socket", "http"]' in before.rpartition("@pytest")[2]
