"""pytest finds the fixtures by itself, and pays nothing for them where no test asks for one."""

from pathlib import Path

import pytest

from tests.testing.installed import run_pytest

pytestmark = pytest.mark.timeout(180)

USES_WORKSPACE = """
import pytest

@pytest.mark.asyncio
async def test_workspace(workspace):
    thread = await workspace.alice.says("#general", "hello")
    assert [m.text for m in thread.messages()] == ["hello"]
"""


def test_a_test_needs_no_more_than_to_ask_for_the_fixture(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(USES_WORKSPACE)
    ran = run_pytest(tmp_path)
    assert "1 passed" in ran.stdout, ran.stdout + ran.stderr


def test_naming_the_plugins_as_well_does_no_harm(tmp_path: Path) -> None:
    named = 'pytest_plugins = ["slack_local.pytest_plugin", "countersign.testing.pytest_plugin"]\n'
    (tmp_path / "conftest.py").write_text(named)
    (tmp_path / "test_it.py").write_text(USES_WORKSPACE)
    ran = run_pytest(tmp_path)
    assert "1 passed" in ran.stdout, ran.stdout + ran.stderr


def test_the_fixture_can_have_another_app(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        """
import pytest
from slack_local.model.seed import App

@pytest.fixture
def workspace_app():
    return App(name="helper", scopes=frozenset({"chat:write"}))

@pytest.mark.asyncio
async def test_workspace(workspace):
    thread = await workspace.alice.mentions("hello")
    assert thread.transcript() == f"alice: <@{workspace.slack.app.bot_user}> hello"
    assert workspace.slack.bot.name == "helper"
"""
    )
    ran = run_pytest(tmp_path)
    assert "1 passed" in ran.stdout, ran.stdout + ran.stderr


def test_a_project_that_asks_for_none_imports_nothing_of_them(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        """
import sys

def test_nothing():
    ours = [name for name in sys.modules if name.partition(".")[0] in ("slack_local", "countersign")]
    plugins = {"slack_local.pytest_plugin", "countersign.testing.pytest_plugin"}
    assert {*ours} - plugins == {"slack_local", "countersign", "countersign.testing"}
    assert "langgraph" not in sys.modules
"""
    )
    ran = run_pytest(tmp_path)
    assert "1 passed" in ran.stdout, ran.stdout + ran.stderr


def test_a_project_without_pytest_asyncio_can_be_tested(tmp_path: Path) -> None:
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "pytest_asyncio.py").write_text("raise ImportError('not installed')\n")
    (tmp_path / "test_it.py").write_text("def test_nothing():\n    assert True\n")
    ran = run_pytest(tmp_path, "-p", "no:asyncio", "--disable-plugin-autoload", import_first=hidden)
    assert "1 passed" in ran.stdout, ran.stdout + ran.stderr
