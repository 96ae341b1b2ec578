"""The wheel, installed into an environment of its own and used from folders elsewhere."""

import json
import re
import zipfile
from pathlib import Path

import pytest

from countersign import __version__
from tests.commands.test_init_command import INIT_STORY
from tests.packaging.conftest import ROOT, SECONDS, Installed, write
from tests.packaging.projects import OWN_BOT_AND_GRAPHS, SRC_LAYOUT, TESTS

pytestmark = pytest.mark.timeout(SECONDS + 30)

RAISES = "raise RuntimeError('somebody else\\'s code was imported')\n"
NOT_SHIPPED = re.compile(r"__pycache__|node_modules|\.tsx?$|package.*\.json$|^tests/|^benchmarks/")


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as file:
        return set(file.namelist())


def test_the_wheel_claims_two_import_names_and_one_command(wheel: Path) -> None:
    names = names_in(wheel)
    info = f"countersign_slack-{__version__}.dist-info"
    assert {name.partition("/")[0] for name in names} == {"countersign", "slack_local", info}
    with zipfile.ZipFile(wheel) as file:
        commands = file.read(f"{info}/entry_points.txt").decode()
        about = file.read(f"{info}/METADATA").decode()
    scripts, _, plugins = commands.partition("[pytest11]")
    assert re.findall(r"^(\w.*) = ", scripts, re.MULTILINE) == ["countersign"]
    assert " = countersign.testing.pytest_plugin\n" in plugins
    assert "\nName: countersign-slack\n" in about


def test_the_wheel_has_the_examples_and_the_page_and_no_sources_of_it(wheel: Path) -> None:
    names = names_in(wheel)
    config = json.loads((ROOT / "langgraph.json").read_text())
    files = {str(target).partition(":")[0].removeprefix("./") for target in config["graphs"].values()}
    assert {f"countersign/examples/{file}" for file in (*files, "langgraph.json")} <= names
    page = {path.relative_to(ROOT / "bot") for path in (ROOT / "bot/slack_local/web/dist").rglob("*.*")}
    assert len(page) >= 3
    assert {str(path) for path in page} <= names
    assert [name for name in names if NOT_SHIPPED.search(name)] == []


def test_what_it_requires_is_what_it_was_tested_with(installed: Installed, elsewhere: Path) -> None:
    checked = installed.run("python", "-m", "pip", "check", cwd=elsewhere)
    assert "countersign" not in checked.stdout


def test_nothing_of_the_checkout_is_needed_for_version_and_help(
    installed: Installed, elsewhere: Path
) -> None:
    version = installed.run("countersign", "--version", cwd=elsewhere)
    assert (version.returncode, version.stdout) == (0, f"countersign {__version__}\n")
    told = installed.run("countersign", "--help", cwd=elsewhere)
    assert told.returncode == 0
    assert told.stdout.startswith("usage: countersign ")
    module = installed.run("python", "-m", "countersign", "--version", cwd=elsewhere)
    assert module.stdout == version.stdout
    imported = installed.run("python", "-c", "import bot", cwd=elsewhere)
    assert "No module named 'bot'" in imported.stdout


def test_the_tour_plays_from_a_project_that_has_a_bot_and_graphs_of_its_own(
    installed: Installed, elsewhere: Path
) -> None:
    write(
        elsewhere, {"bot/__init__.py": RAISES, "graphs/model.py": RAISES, "countersign/__init__.py": RAISES}
    )
    played = installed.run("countersign", "demo", "--tour", cwd=elsewhere, DATA_DIR=".")
    assert played.returncode == 0, played.stdout
    assert "the bot sent nothing that Slack would refuse" in played.stdout
    assert str(ROOT) not in played.stdout


@pytest.mark.parametrize("project", [OWN_BOT_AND_GRAPHS, SRC_LAYOUT], ids=["bot and graphs", "src layout"])
def test_a_project_is_hosted_as_it_is(installed: Installed, elsewhere: Path, project: dict[str, str]) -> None:
    write(elsewhere, {f"project/{name}": text for name, text in project.items()})
    played = installed.run(
        "countersign", "demo", "--config", "project/langgraph.json", "--script", "project/story.txt",
        cwd=elsewhere,
    )  # fmt: skip
    assert played.returncode == 0, played.stdout


def test_a_new_project_runs_at_once_in_the_demo(installed: Installed, elsewhere: Path) -> None:
    made = installed.run("countersign", "init", "shop", cwd=elsewhere)
    assert made.returncode == 0, made.stdout
    (elsewhere / "story.txt").write_text(INIT_STORY)
    played = installed.run(
        "countersign", "demo", "--config", "shop/langgraph.json", "--script", "story.txt", cwd=elsewhere
    )
    assert played.returncode == 0, played.stdout
    tested = installed.run("python", "-m", "pytest", "-q", cwd=elsewhere / "shop")
    assert tested.returncode == 0, tested.stdout


def test_what_a_project_lacks_is_one_line_that_says_what_to_install(
    installed: Installed, elsewhere: Path
) -> None:
    write(elsewhere, SRC_LAYOUT)
    write(
        elsewhere,
        {
            "pyproject.toml": SRC_LAYOUT["pyproject.toml"].replace(
                '"langgraph>=1"', '"langgraph>=1", "no-such-package"'
            ),
            "src/shop/words.py": "from no_such_package import QUESTION, PRICE\n",
        },
    )
    tried = installed.run(
        "countersign", "serve", cwd=elsewhere, SLACK_BOT_TOKEN="xoxb-1", SLACK_APP_TOKEN="xapp-1"
    )
    last = tried.stdout.splitlines()[-1]
    assert tried.returncode == 1
    assert 'graph "orders" cannot be imported' in last
    assert "shop requires no-such-package." in last
    assert last.endswith(f"{installed.folder / 'bin/python'} -m pip install -e {elsewhere}")


def test_pytest_finds_the_fixtures_by_itself(installed: Installed, elsewhere: Path) -> None:
    write(elsewhere, OWN_BOT_AND_GRAPHS | TESTS)
    tested = installed.run("python", "-m", "pytest", "-q", cwd=elsewhere)
    assert tested.returncode == 0, tested.stdout
    assert "1 passed" in tested.stdout
