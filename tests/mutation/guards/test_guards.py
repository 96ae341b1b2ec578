"""Every guard that mutation testing takes out is still there to be taken out, and names tests that exist."""

import ast

import pytest

from tests.mutation.guards.guards import GUARDS, Guard
from tests.support.processes.bots import ROOT


def named(guard: Guard) -> str:
    return guard.name.replace(" ", "-")


@pytest.mark.parametrize("guard", GUARDS, ids=named)
def test_it_fits_the_code(guard: Guard) -> None:
    assert (ROOT / guard.file).read_text().count(guard.old) == 1
    assert guard.old != guard.new


@pytest.mark.parametrize("guard", GUARDS, ids=named)
def test_its_tests_exist(guard: Guard) -> None:
    assert guard.tests
    for test in guard.tests:
        file, _, name = test.partition("::")
        functions = {
            node.name
            for node in ast.walk(ast.parse((ROOT / file).read_text()))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        assert name in functions


def test_no_two_have_one_name() -> None:
    assert len({guard.name for guard in GUARDS}) == len(GUARDS)
