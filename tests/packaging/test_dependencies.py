"""Every dependency of the product is used by it."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEPENDENCIES = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
# The name under which a distribution is imported, where that is another one.
IMPORT_NAMES = {
    "cel-expr-python": "cel_expr_python",
    "opentelemetry-api": "opentelemetry",
    "langgraph-checkpoint-postgres": "langgraph.checkpoint.postgres",
    "python-dotenv": "dotenv",
    "pyyaml": "yaml",
}


@pytest.fixture(scope="module")
def sources() -> str:
    folders = ("bot/countersign", "bot/slack_local", "graphs")
    return "\n".join(path.read_text() for folder in folders for path in (ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("requirement", DEPENDENCIES)
def test_it_is_imported(requirement: str, sources: str) -> None:
    distribution = re.match(r"[\w-]+", requirement)
    assert distribution is not None
    name = IMPORT_NAMES.get(distribution[0], distribution[0].replace("-", "_"))
    statement = rf"^\s*(?:from|import) {re.escape(name)}\b"
    found_by_name = rf"\"{re.escape(name)}[\".]"  # import_module, find_spec
    assert re.search(f"{statement}|{found_by_name}", sources, re.MULTILINE), f"nothing imports {name}"
