"""README and docs hold: links lead somewhere, commands and settings exist, examples do what they say."""

import argparse
import ast
import json
import re
import shlex
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from langchain.tools import ToolRuntime
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.ledger import DelegationEvent, ErasureEvent, Observation
from countersign.approvals.lifecycle import Event
from countersign.commands.command_line import command_line
from countersign.interrupts import InvalidDecision, answer_previews, parse, resume_value
from countersign.interrupts.code.graph_reading import read_graph
from countersign.interrupts.code.source import FunctionSource, GraphSource, ModuleSource, NodeSource
from countersign.secret_files import SECRETS
from countersign.settings import Settings
from tests.graphs.memory_host import MemoryHost
from tests.support.exposed_metrics import exposed_metrics

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAGES = [README, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
PICTURES = sorted((ROOT / "docs/pictures").glob("*.png"))
MAX_BYTES = 120_000  # of a picture
NO_SETTINGS = {  # words in capitals that are none of the bot's settings
    *("OPENAI_API_KEY", "OPENAI_BASE_URL", "MODEL", "LANGGRAPH_STRICT_MSGPACK", "DEMO_DATABASE_URL"),
    *(
        "COUNTERSIGN_IMAGE",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "TOUR",
        "TOKEN",
        "THREAD",
        "LISTEN",
        "SIGTERM",
        "FROM",
        "SLACK_MANIFEST_SCHEMA",
        "UPDATE_SNAPSHOTS",
    ),
}
FENCE = re.compile(r"^```(?P<kind>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def blocks(page: Path, kind: str) -> list[str]:
    """The fenced blocks of this kind."""
    return [found["body"] for found in FENCE.finditer(page.read_text()) if found["kind"].strip() == kind]


def prose(page: Path) -> str:
    return FENCE.sub("", page.read_text())


def anchors(page: Path) -> set[str]:
    """What a link may name in this page: headings, as GitHub writes them, and ids."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return slugs | set(re.findall(r'<a id="([^"]+)"', page.read_text()))


def links(page: Path) -> list[str]:
    text = prose(page)
    return [*re.findall(r"\]\(([^)\s]+)\)", text), *re.findall(r'src="([^"]+)"', text)]


@every_page
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in links(page):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@every_page
def test_every_path_in_the_text_exists(page: Path) -> None:
    named = re.findall(r"`((?:bot|graphs|tests|docs|benchmarks|deploy)/[\w./]*)`", prose(page))
    assert [path for path in named if not (ROOT / path).exists()] == []


@every_page
def test_every_command_is_one(page: Path) -> None:
    text = page.read_text()
    for arguments in re.findall(r"(?:(?:^|`|bin/)countersign|-m bot) ([a-z-][^`\n#]*)", text, re.MULTILINE):
        if "..." not in arguments:
            given = shlex.split(arguments)
            if given != ["--version"]:
                command_line().parse_args(given)
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE)) <= targets


@every_page
def test_every_setting_is_one(page: Path) -> None:
    settings = {name.upper() for name in Settings.model_fields} | NO_SETTINGS
    settings |= {f"{name}_FILE" for name in SECRETS}
    named = {
        name
        for name in re.findall(r"`([A-Z][A-Z_]{3,})(?:=[^`]*)?`", prose(page))
        if not name.startswith("CHAOS_")
    }
    assert named - settings == set()


def test_the_table_of_metrics_names_all_that_there_is_with_its_labels() -> None:
    page = (ROOT / "docs/operating/metrics.md").read_text()
    named: dict[str, set[str]] = {}
    for row in re.findall(r"^\| (`countersign_.*)", page, re.MULTILINE):
        metrics, labels, _ = row.split("|", 2)
        named |= {key: set(re.findall(r"`(\w+)`", labels)) for key in re.findall(r"`(\w+)`", metrics)}
    assert named == {name: set(labels) for name, labels in exposed_metrics().items()}


def test_the_table_of_settings_is_whole_and_has_the_real_defaults() -> None:
    section = (ROOT / "docs/operating.md").read_text().split("## Settings")[1].split("\n## ")[0]
    shown: dict[str, str] = {}
    for row in re.findall(r"^\| (`[A-Z].*)", section, re.MULTILINE):
        names, defaults = (cell.replace("`", "").strip().split(", ") for cell in row.split("|")[:2])
        shown |= dict(zip(names, defaults, strict=True))
    assert shown.keys() == {name.upper() for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        if field.default is not None and not field.is_required():
            assert shown[name.upper()] == re.sub(r"\.0$", "", str(field.default))


def subcommands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    found = [each.choices for each in parser._actions if isinstance(each, argparse._SubParsersAction)]
    return dict(found[0]) if found else {}


def test_the_table_of_commands_has_all_of_them() -> None:
    section = (ROOT / "docs/operating.md").read_text().split("## Commands")[1].split("\n### ")[0]
    rows = re.findall(r"^\| (`countersign [^|]*)", section, re.MULTILINE)
    commands = subcommands(command_line())
    named = {command.prog.split()[-1] for command in commands.values()}  # an alias is the same command
    assert {row.strip("`").split()[1].strip("`") for row in rows} == named
    for name, command in commands.items():
        words = {word for row in rows for word in re.findall(r"\w+", row) if f"countersign {name}" in row}
        assert set(subcommands(command)) <= words, name


def test_the_table_of_the_ledger_has_every_entry_that_there_is() -> None:
    section = (ROOT / "docs/operating.md").read_text().split("## The ledger")[1].split("\n## ")[0]
    shown = [
        name
        for row in re.findall(r"^\| (`[^|]*)", section, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", row)
    ]
    events = [*Event, *Observation, *DelegationEvent, *ErasureEvent]
    assert sorted(shown) == sorted(event.value for event in events)


def test_the_readme_begins_with_pip_install() -> None:
    """And both of its first commands are a wheel's: a checkout comes after them."""
    first, then = blocks(README, "")[:2]
    assert first.splitlines()[0] == "pip install countersign-slack"
    assert first.splitlines()[1].startswith("countersign demo")
    assert then.startswith("make demo")


def test_every_picture_is_shown_and_small() -> None:
    shown = {Path(link).name for page in PAGES for link in links(page) if link.endswith(".png")}
    assert PICTURES
    assert {picture.name for picture in PICTURES} == shown
    assert {
        picture.name: picture.stat().st_size for picture in PICTURES if picture.stat().st_size > MAX_BYTES
    } == {}


def test_what_the_readme_has_people_type_is_played_for_its_pictures() -> None:
    typed = [
        line.removeprefix("@countersign ")
        for block in blocks(README, "")
        for line in block.splitlines()
        if line.startswith("@countersign ")
    ]
    played = ast.parse((ROOT / "tests/browser/test_pictures.py").read_text())
    said = {node.value for node in ast.walk(played) if isinstance(node, ast.Constant)}
    assert len(typed) >= 10
    assert [line for line in typed if line not in said] == []


def test_every_graph_that_comes_along_has_its_place_in_the_readme() -> None:
    text = README.read_text()
    names = json.loads((ROOT / "langgraph.json").read_text())["graphs"]
    assert [name for name in names if f"`{name}`" not in text and f"/{name}" not in text] == []


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


def test_every_place_that_contributing_names_is_there() -> None:
    table = (ROOT / "CONTRIBUTING.md").read_text().split("## Where is what")[1].split("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ") and "---" not in line][1:]

    assert len(rows) >= 5
    for row in rows:
        paths = re.findall(r"`((?:bot|tests|docs)/[\w./]+)`", row)
        assert paths, row
        for path in paths:
            assert (ROOT / path).exists(), path
        for name, path in re.findall(r"`(\w+)` (?:in|of) `(bot/[\w/]+\.py)`", row):
            assert re.search(rf"\b{name}\b", (ROOT / path).read_text()), f"{name} is not in {path}"


def test_contributing_lists_every_room() -> None:
    table = (ROOT / "CONTRIBUTING.md").read_text().split("## The rooms")[1].split("\n## ")[0]
    product = ROOT / "bot" / "countersign"
    rooms = {folder.parent.name for folder in product.glob("*/__init__.py")}

    listed = re.findall(r"^\| (`.+?`) \|", table, re.MULTILINE)
    names = [name for row in listed for name in re.findall(r"`([\w./]+)`", row)]
    assert {name.removesuffix("/") for name in names if name.endswith("/")} == rooms
    assert all((product / name).exists() for name in names)
