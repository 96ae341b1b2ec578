"""Local projects: imported as their pyproject.toml says, and what they lack is named."""

import sys
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import structlog

from countersign.runs.loading import load_graphs
from countersign.runs.project.config import GraphConfigError, read_graph_config
from countersign.runs.project.local_projects import missing_requirements, read_local_project
from tests.runs.conftest import Project

GRAPH = """
    from langgraph.graph import START, StateGraph
    from {package}.words import WORD

    graph = StateGraph(dict)
    graph.add_node("node", lambda state: {{"text": WORD}})
    graph.add_edge(START, "node")
"""
BACKENDS = {
    "nothing": ("src", ""),
    "setuptools find": ("lib", '[tool.setuptools.packages.find]\nwhere = ["lib"]'),
    "setuptools package-dir": ("lib", '[tool.setuptools.package-dir]\n"" = "lib"'),
    "setuptools one package": ("code", '[tool.setuptools.package-dir]\nagent = "code/agent"'),
    "hatch packages": ("python", '[tool.hatch.build.targets.wheel]\npackages = ["python/agent"]'),
    "hatch sources": ("python", '[tool.hatch.build]\nsources = ["python"]'),
    "poetry": ("lib", '[tool.poetry]\nname = "p"\npackages = [{include = "agent", from = "lib"}]'),
    "uv": ("python", '[tool.uv.build-backend]\nmodule-root = "python"'),
    "pdm": ("lib", '[tool.pdm.build]\npackage-dir = "lib"'),
    "maturin": ("python", '[tool.maturin]\npython-source = "python"'),
}


@pytest.mark.parametrize("backend", BACKENDS)
async def test_a_package_has_the_name_that_its_pyproject_gives_it(project: Project, backend: str) -> None:
    root, tool = BACKENDS[backend]
    files = {
        "pyproject.toml": f'[project]\nname = "p"\nversion = "1"\n{tool}\n',
        f"{root}/agent/__init__.py": "",
        f"{root}/agent/words.py": "WORD = 'mine'",
        f"{root}/agent/graph.py": GRAPH.format(package="agent"),
    }
    async with AsyncExitStack() as stack:
        graphs = await load_graphs(project(files, g=f"./{root}/agent/graph.py:graph"), stack)
    assert await graphs["g"].sample.ainvoke({}) == {"text": "mine"}
    assert "agent.graph" in sys.modules
    assert f"{root}.agent.graph" not in sys.modules


async def test_a_dependency_beside_the_project_is_found_by_its_own_name(tmp_path: Path) -> None:
    files = {
        "app/langgraph.json": '{"dependencies": [".", "../library"], "graphs": {"g": "./main.py:graph"}}',
        "app/main.py": GRAPH.format(package="shared_words").replace("\n    ", "\n"),
        "library/pyproject.toml": '[project]\nname = "shared-words"\nversion = "1"\n',
        "library/src/shared_words/__init__.py": "",
        "library/src/shared_words/words.py": "WORD = 'shared'",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    config = read_graph_config(tmp_path / "app/langgraph.json")
    assert config.import_paths == (tmp_path / "app", tmp_path / "library/src", tmp_path / "library")
    async with AsyncExitStack() as stack:
        graphs = await load_graphs(config, stack)
    assert await graphs["g"].sample.ainvoke({}) == {"text": "shared"}


async def test_namesakes_in_two_projects_are_two_graphs(tmp_path: Path) -> None:
    for name in ("one", "two"):
        folder = tmp_path / name / "agents"
        folder.mkdir(parents=True)
        source = GRAPH.replace("from {package}.words import WORD", f"WORD = '{name}'").format()
        (folder / "agent.py").write_text(source.replace("\n    ", "\n"))
    config = tmp_path / "langgraph.json"
    graphs = '{"one": "./one/agents/agent.py:graph", "two": "./two/agents/agent.py:graph"}'
    config.write_text(f'{{"dependencies": ["./one", "./two"], "graphs": {graphs}}}')
    async with AsyncExitStack() as stack:
        loaded = await load_graphs(read_graph_config(config), stack)
    said = {name: await graph.sample.ainvoke({}) for name, graph in loaded.items()}
    assert said == {"one": {"text": "one"}, "two": {"text": "two"}}


async def test_a_bot_package_and_a_graphs_folder_of_ones_own(project: Project) -> None:
    files = {
        "bot/__init__.py": "",
        "bot/words.py": "WORD = 'own bot'",
        "rooms/mine.py": GRAPH.format(package="bot"),
    }
    async with AsyncExitStack() as stack:
        graphs = await load_graphs(project(files, g="./rooms/mine.py:graph"), stack)
    assert await graphs["g"].sample.ainvoke({}) == {"text": "own bot"}


async def test_a_missing_requirement_is_named_with_the_command_that_installs_it(project: Project) -> None:
    files = {
        "pyproject.toml": """
            [project]
            name = "needy"
            version = "1"
            dependencies = ["langgraph", "no-such-package>=2", "pydantic>=99", "other; python_version < '3'"]
        """,
        "src/needy/__init__.py": "",
        "src/needy/graph.py": "import no_such_package",
    }
    config = project(files, g="./src/needy/graph.py:graph")
    async with AsyncExitStack() as stack:
        with pytest.raises(GraphConfigError) as raised:
            await load_graphs(config, stack)
    told = str(raised.value)
    assert 'graph "g" cannot be imported: ModuleNotFoundError: No module named ' in told
    assert "needy requires no-such-package>=2, pydantic>=99 (installed: " in told
    assert "langgraph" not in told.partition("requires")[2].partition(" Install")[0]
    assert told.endswith(f"{sys.executable} -m pip install -e {config.path.parent}")


async def test_a_missing_requirement_that_nothing_imports_is_a_warning(
    project: Project, logged: list[structlog.typing.EventDict]
) -> None:
    files = {
        "requirements.txt": "# ours\nno-such-package  # later\n-r more.txt\nhttps://example.com/a.whl\n",
        "words.py": "WORD = 'here'",
        "main.py": GRAPH.format(package="words").replace("words.words", "words"),
    }
    config = project(files, g="./main.py:graph")
    async with AsyncExitStack() as stack:
        await load_graphs(config, stack)
    (warning,) = [entry for entry in logged if entry["event"] == "requirements_missing"]
    assert "requires no-such-package. Install it" in warning["text"]
    assert warning["text"].endswith(f"-r {config.path.parent / 'requirements.txt'}")


async def test_a_package_that_the_project_forgot_to_declare_is_one_to_install(project: Project) -> None:
    config = project({"main.py": "import no_such_package"}, g="./main.py:graph")
    async with AsyncExitStack() as stack:
        with pytest.raises(GraphConfigError, match=r"Install the package that has it into .*" + sys.prefix):
            await load_graphs(config, stack)


async def test_a_project_whose_own_metadata_is_read_has_to_be_installed(project: Project) -> None:
    files = {
        "pyproject.toml": '[project]\nname = "versioned"\nversion = "1"\n',
        "src/versioned/__init__.py": "import importlib.metadata as m\nV = m.version('versioned')",
        "src/versioned/graph.py": "",
    }
    config = project(files, g="./src/versioned/graph.py:graph")
    async with AsyncExitStack() as stack:
        with pytest.raises(GraphConfigError, match=rf"pip install -e {config.path.parent}$"):
            await load_graphs(config, stack)


@pytest.mark.parametrize(
    ("dependencies", "message"),
    [
        ('"."', '"dependencies" must be a list'),
        ("[1]", '"dependencies" must be a list'),
        ('["./nowhere"]', r'"dependencies" names \./nowhere, and there is no such folder'),
    ],
)
def test_dependencies_that_are_none_are_named(tmp_path: Path, dependencies: str, message: str) -> None:
    (tmp_path / "a.py").write_text("")
    config = tmp_path / "langgraph.json"
    config.write_text(f'{{"dependencies": {dependencies}, "graphs": {{"g": "./a.py:graph"}}}}')
    with pytest.raises(GraphConfigError, match=message):
        read_graph_config(config)


def test_a_pyproject_that_is_not_toml_is_named(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project")
    (tmp_path / "a.py").write_text("")
    (tmp_path / "langgraph.json").write_text('{"graphs": {"g": "./a.py:graph"}}')
    with pytest.raises(GraphConfigError, match=r"pyproject\.toml cannot be read"):
        read_graph_config(tmp_path / "langgraph.json")


@pytest.mark.parametrize(
    "text",
    [
        "project = 1",
        "[project]\ndependencies = 'httpx'",
        "[tool.setuptools]\npackages = ['a']\npackage-dir = 'x'",
        "[tool.poetry]\npackages = 'all'\n[tool.poetry.dependencies]\npython = '^3.11'",
        "[tool.hatch.build.targets.wheel]\nsources = {'src/a' = 'b'}\npackages = 'a'",
    ],
)
def test_odd_declarations_are_passed_over(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    found = read_local_project(tmp_path)
    assert (found.import_roots, found.requirements) == ((tmp_path,), ())


def test_poetrys_requirements_are_names_without_the_optional_ones(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        "[tool.poetry.dependencies]\npython = '^3.11'\nhttpx = '^0.1'\n"
        "rich = {version = '*', optional = true}\n"
    )
    assert read_local_project(tmp_path).requirements == ("httpx",)


def test_what_is_installed_in_another_version_is_missing_too() -> None:
    assert missing_requirements(["langgraph>=1", "langgraph<1", "@@"]) == (
        f"langgraph<1 (installed: {__import__('importlib.metadata').metadata.version('langgraph')})",
    )
