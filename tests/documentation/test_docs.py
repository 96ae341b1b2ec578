"""README and docs hold: links lead somewhere, commands and settings exist, tables are whole."""

import argparse
import ast
import json
import re
import shlex
from pathlib import Path

import pytest

from countersign.approvals.ledger import DelegationEvent, ErasureEvent, Observation
from countersign.approvals.lifecycle import Event
from countersign.commands.command_line import command_line
from countersign.secret_files import SECRETS
from countersign.settings import Settings
from tests.support.exposed_metrics import exposed_metrics
from tests.support.markdown_pages import FENCE, README, ROOT, blocks

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


every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


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
    played = ast.parse((ROOT / "tests/browser/pictures/test_pictures.py").read_text())
    said = {node.value for node in ast.walk(played) if isinstance(node, ast.Constant)}
    assert len(typed) >= 10
    assert [line for line in typed if line not in said] == []


def test_every_graph_that_comes_along_has_its_place_in_the_readme() -> None:
    text = README.read_text()
    names = json.loads((ROOT / "langgraph.json").read_text())["graphs"]
    assert [name for name in names if f"`{name}`" not in text and f"/{name}" not in text] == []


def test_every_place_that_contributing_names_is_there() -> None:
    table = (ROOT / "CONTRIBUTING.md").read_text().split("## Where is what")[1].split("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ") and "---" not in line][1:]

    tasks = {row.split("|")[1].strip() for row in rows}
    assert tasks >= {
        "add a dialect",
        "change what happens on expiry",
        "add a slash subcommand",
        "add a metric",
        "change the card's footer",
    }
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


def test_contributing_lists_every_room_of_the_tests() -> None:
    section = (ROOT / "CONTRIBUTING.md").read_text().split("## Tests")[1].split("\n## ")[0]
    rooms = {folder.parent.name for folder in (ROOT / "tests").glob("*/__init__.py")}
    first_cells = "".join(re.findall(r"^\| (`.+?`) \|", section, re.MULTILINE))
    assert set(re.findall(r"tests/(\w+)/", first_cells)) == rooms
