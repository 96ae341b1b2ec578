"""What is said of a langgraph.json, a file or a name that leads to no graph."""

import json
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from countersign.runs.graphs import open_graphs
from countersign.runs.loading import load_graphs
from countersign.runs.project.config import GraphConfigError, read_graph_config
from tests.runs.conftest import Project
from tests.runs.project.small_graph import SMALL


@pytest.mark.parametrize(
    ("attribute", "message"),
    [
        ("absent", r'graph "g": "absent" is not in .*small\.py'),
        ("number", 'graph "g" is a int; it must be a compiled graph'),
        ("no_graph", 'graph "g": its function returned a int, not a graph'),
        ("breaks", 'graph "g" cannot be built: OSError: no model here'),
        ("two", 'graph "g" cannot be built: TypeError'),
    ],
)
async def test_what_is_no_graph_is_named(project: Project, attribute: str, message: str) -> None:
    config = project({"small.py": SMALL}, g=f"./small.py:{attribute}")
    async with AsyncExitStack() as stack:
        with pytest.raises(GraphConfigError, match=message):
            await load_graphs(config, stack)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import nosuchmodule", "ModuleNotFoundError"),
        ("def (", "SyntaxError"),
        ("1 / 0", "ZeroDivisionError"),
    ],
)
async def test_a_file_that_cannot_be_imported_is_named_with_the_reason(
    project: Project, text: str, message: str
) -> None:
    config = project({"broken.py": text}, g="./broken.py:graph")
    async with AsyncExitStack() as stack:
        with pytest.raises(GraphConfigError, match=f'graph "g" cannot be imported: {message}'):
            await load_graphs(config, stack)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "cannot be read as JSON"),
        ("[]", "names no graphs"),
        ("{}", "names no graphs"),
        ('{"graphs": {}}', "names no graphs"),
        ('{"graphs": {"g": "./file.py"}}', "must be"),
        ('{"graphs": {"g": 7}}', "must be"),
        ('{"graphs": {"a:b": "./file.py:x"}}', "rename the graph 'a:b'"),
        ('{"graphs": {"a\\nb": "./file.py:x"}}', r"rename the graph 'a\\nb'"),
        ('{"graphs": {" a": "./file.py:x"}}', "rename the graph ' a'"),
        ('{"graphs": {"": "./file.py:x"}}', "rename the graph ''"),
        ('{"graphs": {"g": {"path": 7}}}', r'"graphs\.g\.path" is not valid: input should be a valid string'),
        ('{"graphs": {"g": {"description": "x"}}}', r'"graphs\.g\.path" is not valid: it is required'),
        ('{"graphs": {"g": {"path": "./a.py:g", "prompts": [" "]}}}', r'"graphs\.g\.prompts\.0'),
        ('{"graphs": {"g": {"path": "./a.py:g", "prompts": [{"title": "Go"}]}}}', r"prompts\.0"),
        (
            '{"graphs": {"g": {"path": "./langgraph.json.py:x", "context": []}}}',
            r'"graphs\.g\.context" is not valid',
        ),
        ('{"context": 1, "graphs": {"g": "m:x"}}', '"context" must be an object'),
        ('{"store": [], "graphs": {"g": "m:x"}}', '"store" is not valid: it must be an object'),
        (
            '{"store": {"index": {"embed": "a:b"}}, "graphs": {"g": "m:x"}}',
            r'"store\.index\.dims" is not valid: it is required',
        ),
        (
            '{"store": {"index": {"embed": "a:b", "dims": "3"}}, "graphs": {"g": "m:x"}}',
            r'"store\.index\.dims" is not valid: input should be a valid integer',
        ),
        (
            '{"store": {"ttl": {"default_ttl": "1h"}}, "graphs": {"g": "m:x"}}',
            r'"store\.ttl\.default_ttl" is not valid: input should be a valid number',
        ),
        ('{"checkpointer": 7, "graphs": {"g": "m:x"}}', '"checkpointer" is not valid: it must be an object'),
        (
            '{"checkpointer": {"serde": {"pickle_fallback": "yes"}}, "graphs": {"g": "m:x"}}',
            r'"checkpointer\.serde\.pickle_fallback" is not valid: input should be a valid boolean',
        ),
        (
            '{"checkpointer": {"serde": {"allowed_msgpack_modules": "m"}}, "graphs": {"g": "m:x"}}',
            r'"checkpointer\.serde\.allowed_msgpack_modules" is not valid: input should be a valid list',
        ),
        (
            '{"checkpointer": {"serde": {"allowed_msgpack_modules": [["m", 1]]}}, "graphs": {"g": "m:x"}}',
            r'"checkpointer\.serde\.allowed_msgpack_modules\.0\.1" is not valid',
        ),
    ],
)
def test_a_bad_config_is_named_with_what_is_wrong(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "langgraph.json"
    file.write_text(text)
    with pytest.raises(GraphConfigError, match=message) as raised:
        read_graph_config(file)
    assert str(file) in str(raised.value)


@pytest.mark.parametrize("name", ["nowhere", "n" * 5000, "no\0where"])
async def test_a_file_that_is_not_there_is_named(tmp_path: Path, name: str) -> None:
    file = tmp_path / "langgraph.json"
    file.write_text(json.dumps({"graphs": {"g": f"./{name}.py:graph"}}))
    async with AsyncExitStack() as stack:
        with pytest.raises(GraphConfigError, match=r'graph "g" names .*no such file') as raised:
            await load_graphs(read_graph_config(file), stack)
    assert str(file) in str(raised.value)


def test_a_config_that_is_not_there_is_named_with_an_example(tmp_path: Path) -> None:
    with pytest.raises(GraphConfigError, match='"graphs"') as raised:
        read_graph_config(tmp_path / "langgraph.json")
    assert "LANGGRAPH_CONFIG" in str(raised.value)


async def test_the_default_graph_has_to_exist(project: Project) -> None:
    config = project({"small.py": SMALL}, g="./small.py:builder", h="./small.py:compiled")
    for given, expected in ((None, "g"), ("h", "h")):
        async with open_graphs(config, given, lambda _: None) as graphs:
            assert graphs.default == expected
    with pytest.raises(GraphConfigError, match="DEFAULT_GRAPH is x"):
        async with open_graphs(config, "x", lambda _: None):
            raise AssertionError
