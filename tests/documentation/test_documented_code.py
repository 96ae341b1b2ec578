"""What README and docs show as code does what they say: payloads, answers, tools, a graph."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from langchain.tools import ToolRuntime
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from countersign.approvals.decision import Decision, DecisionKind
from countersign.interrupts import InvalidDecision, answer_previews, parse, resume_value
from countersign.interrupts.code.graph_reading import read_graph
from countersign.interrupts.code.source import FunctionSource, GraphSource, ModuleSource, NodeSource
from tests.graphs.memory_host import MemoryHost
from tests.support.markdown_pages import README, ROOT, blocks


def examples() -> Iterator[Any]:
    """Each payload of writing-graphs.md with its dialect, its schema and its table of answers."""
    dialect = payload = schema = None
    for section in re.split(
        r"(?=^```json$)", (ROOT / "docs/writing-graphs.md").read_text(), flags=re.MULTILINE
    ):
        if payload_block := re.match(r"```json\n(.*?)^```$", section, re.MULTILINE | re.DOTALL):
            payload = json.loads(payload_block[1])
            found = re.search(r"^```json schema\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
            schema = json.loads(found[1]) if found else None
            table = re.findall(r"^\| (approve|edit|reject|respond) \| `(.*)` \|$", section, re.MULTILINE)
            yield pytest.param(payload, schema, dialect, [(k, json.loads(v)) for k, v in table], id=dialect)
        dialect = (re.findall(r"Dialect:\s+`(\w+)`", section) or [dialect])[-1]


@pytest.mark.parametrize(("payload", "schema", "dialect", "answers"), list(examples()))
def test_a_dialect_answers_as_its_page_says(
    payload: Any, schema: Any, dialect: str, answers: list[tuple[str, Any]]
) -> None:
    request = parse(payload, schema)
    assert request.dialect == dialect
    assert {kind for kind, _ in answers} == {str(kind) for kind in request.rows[0].allowed}
    for kind, answer in answers:
        assert answer in list(possible(request, DecisionKind(kind), answer)), kind


def test_the_helper_of_the_page_asks_in_the_shape_to_use() -> None:
    (source,) = blocks(ROOT / "docs/writing-graphs.md", "python")
    asked: list[Any] = []
    names: dict[str, Any] = {}
    exec(source, names)  # the page's own code
    names["interrupt"] = asked.append
    names["ask_person"]("Pay?", risk="high", why="It is much", details={"amount": 5}, expires_in="2h")
    names["ask_person"]("Where to?", options=["a", "b"])

    pay, where = (parse(value) for value in asked)
    assert (pay.title, pay.risk, pay.why, pay.details) == ("Pay?", "high", "It is much", {"amount": 5})
    assert pay.expires_in == timedelta(hours=2)
    assert [option.value for option in where.rows[0].options] == ["a", "b"]


def read_code() -> Iterator[Any]:
    """The rows of the page's table of code: the code, the buttons, what they send."""
    page = (ROOT / "docs/writing-graphs.md").read_text()
    section = page.split("## What your code does")[1].split("\n## ")[0]
    for code, buttons, sent in re.findall(
        r"^\| `(.*interrupt.*)` \| (.*) \| (`.*`) \|$", section, re.MULTILINE
    ):
        answers = [json.loads(each) for each in re.findall(r"`(.*?)`", sent)]
        yield pytest.param(code, buttons.split(", "), answers, id=code)


@pytest.mark.parametrize(("code", "buttons", "answers"), list(read_code()))
def test_code_is_read_as_the_page_says(code: str, buttons: list[str], answers: list[Any]) -> None:
    lines = [
        "from langchain_core.messages import HumanMessage",
        "from langgraph.types import interrupt",
        "def node(state):",
        "    t = state['t']",
        f"    {code}",
        f"    return {{'messages': {'messages' if code.startswith('messages') else []}}}",
    ]
    module = ModuleSource(name="page", file="page.py", text="\n".join(lines))
    function = FunctionSource(file="page.py", line=3, name="node")
    node = NodeSource(path=("node",), space="state", functions=(function,))
    reading = read_graph(GraphSource(name="page", modules=(module,), nodes=(node,)))
    payload = json.loads(re.search(r"interrupt\((\{.*?\})\)", code).group(1).replace(": t", ': "?"'))  # type: ignore[union-attr]
    request = parse(payload, None, reading.shape_for("node", payload))

    previews = answer_previews(request)
    assert [preview.label for preview in previews] == buttons
    for preview, answer in zip(previews, answers, strict=True):
        kind = DecisionKind(preview.action) if ":" not in preview.action else DecisionKind.RESPOND
        typed = answer if kind is DecisionKind.RESPOND else None
        assert resume_value(request, [Decision(kind=kind, value=typed)]) == answer


def possible(request: Any, kind: DecisionKind, answer: Any) -> Iterator[Any]:
    """What the graph gets for each thing that a person may have put in, to end up in this answer."""
    for given in [None, *inside(answer)]:
        words = given if isinstance(given, str) else None
        try:
            yield resume_value(request, [Decision(kind=kind, message=words, value=given)])
        except InvalidDecision:
            continue


def inside(value: Any) -> Iterator[Any]:
    yield value
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for child in children:
        yield from inside(child)


async def test_the_readmes_tool_opens_one_ticket_however_often_it_runs() -> None:
    (source,) = [block for block in blocks(README, "python") if "open_ticket" in block]
    opened: list[str] = []

    async def create(title: str) -> int:
        opened.append(title)
        return len(opened)

    names: dict[str, Any] = {
        "tool": tool,
        "ToolRuntime": ToolRuntime,
        "tracker": SimpleNamespace(create=create),
    }
    exec(compile(source, "README.md", "exec", dont_inherit=True), names)
    host = MemoryHost()
    here = {"thread_id": "T1/C1/1.0", "slack_channel_id": "C1", "countersign": host}
    runtime: Any = SimpleNamespace(config={"configurable": here}, tool_call_id="call_1")

    said = [await names["open_ticket"].coroutine(title="Broken", runtime=runtime) for _ in range(2)]

    assert said == ["Opened ticket 1."] * 2
    assert opened == ["Broken"]
    assert host.posts == {"T1/C1/1.0:call_1:told": ("C1", "Ticket 1: Broken")}


def test_the_quickstarts_graph_asks_and_goes_where_the_answer_points() -> None:
    (source,) = blocks(ROOT / "docs/quickstart.md", "python")
    names: dict[str, Any] = {"__name__": "refunds"}
    exec(compile(source, "quickstart.md", "exec", dont_inherit=True), names)
    graph = names["graph"].compile(checkpointer=InMemorySaver())
    config = {"configurable": {"thread_id": "1"}}

    asked = graph.invoke({"customer": "Mara", "amount": 12.5}, config)

    assert parse(asked["__interrupt__"][0].value).dialect == "approve_or_reject"
    assert graph.invoke(Command(resume=True), config) == {"outcome": "Paid 12.50 to Mara."}
