"""docs/testing.md: its project runs as it is, and its fixtures and calls are those of the code."""

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from countersign.demo.bot.process import CountersignBot
from countersign.testing import cards, pytest_plugin
from countersign.testing.cards import ApprovalCard
from slack_local import pytest_plugin as workspace_plugin
from slack_local.fault_injection import Faults
from slack_local.model.wire_log import WireLog
from slack_local.people.person import Person
from slack_local.people.threads import Thread
from slack_local.workspace import LocalWorkspace
from tests.testing.documented_files import copy_files
from tests.testing.installed import ROOT, run_pytest

PAGE = ROOT / "docs" / "testing.md"
OBJECTS: dict[str, Any] = {
    "workspace": LocalWorkspace,
    "workspace.faults": Faults,
    "workspace.log": WireLog,
    "person": Person,
    "thread": Thread,
    "card": ApprovalCard,
    "countersign": CountersignBot,
    "": cards,
}


def calls() -> Iterator[tuple[bool, str, str, str]]:
    """Each documented call: whether it is awaited, its object, its name, its arguments."""
    for line in PAGE.read_text().splitlines():
        if found := re.match(r"\| `(await )?(?:([\w.]+)\.)?(\w+)\((.*)\)` \|", line):
            yield bool(found[1]), found[2] or "", found[3], found[4]


def fixtures(module: Any) -> set[str]:
    return {
        name for name, value in vars(module).items() if type(value).__name__ == "FixtureFunctionDefinition"
    }


@pytest.mark.timeout(240)
def test_the_documented_project_passes(tmp_path: Path) -> None:
    names = copy_files(PAGE, tmp_path)
    assert names == ["refunds.py", "langgraph.json", "test_refunds.py", "test_policy.py"]
    ran = run_pytest(tmp_path)
    assert "4 passed" in ran.stdout, ran.stdout + ran.stderr


@pytest.mark.parametrize(("awaited", "owner", "name", "arguments"), list(calls()), ids=str)
def test_a_documented_call_has_the_signature_of_the_code(
    awaited: bool, owner: str, name: str, arguments: str
) -> None:
    function = inspect.unwrap(getattr(OBJECTS[owner], name))
    documented = ast.unparse(ast.parse(f"def f({arguments}): ...").body[0]).splitlines()[0]
    assert documented == f"def f({_arguments(function)}):"
    assert awaited == inspect.iscoroutinefunction(function)


def _arguments(function: Callable[..., Any]) -> str:
    """The parameters of a function without annotations and without self."""
    signature = inspect.signature(function)
    parameters = [p.replace(annotation=p.empty) for p in signature.parameters.values() if p.name != "self"]
    bare = signature.replace(parameters=parameters, return_annotation=inspect.Signature.empty)
    return str(bare).removeprefix("(").removesuffix(")")


def test_every_object_is_documented_with_a_call() -> None:
    assert {owner for _, owner, _, _ in calls()} == {*OBJECTS}


def test_every_fixture_is_documented() -> None:
    section = PAGE.read_text().split("## Fixtures")[1].split("\n## ")[0]
    documented = set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))
    assert documented == fixtures(pytest_plugin) | fixtures(workspace_plugin)
