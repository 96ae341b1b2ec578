"""The audit of the lock files: what it finds, and that it never says all is well without having looked."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.support.ci_scripts import ci_script

ROOT = Path(__file__).parents[2]
FIRST = "idna==3.20 \\\n    --hash=sha256:00\n"
PROBE = {"jinja2": [["GHSA-0"]]}  # what any source knows
LOCK = FIRST + "psycopg[binary]==3.3.9 ; sys_platform != 'x' \\\n    --hash=sha256:00\n"


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "requirements.lock"
    path.write_text(LOCK)
    return path


def audit(lock: Path, source: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / ".ci/audit_deps.py"), str(lock)],
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
        cwd=lock.parent,
        env={"OSV_URL": source, "PATH": "/usr/bin:/bin", "NO_PROXY": "*"},
    )


@contextmanager
def advisories(
    known: dict[str, list[list[str]]],
    *,
    status: int = 200,
    cut: bool = False,
    probe: dict[str, list[list[str]]] = PROBE,
) -> Iterator[str]:
    """A source of advisories: for a package its pages of ids."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            queries = json.loads(self.rfile.read(int(self.headers["content-length"])))["queries"]
            results = [answer(query) for query in queries]
            body = json.dumps({"results": results[:-1] if cut else results}).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the library's name
            pass

    def answer(query: Mapping[str, Any]) -> dict[str, Any]:
        assert query["package"]["ecosystem"] == "PyPI"
        pages, page = (known | probe).get(query["package"]["name"], []), int(query.get("page_token", 0))
        found: dict[str, Any] = {"vulns": [{"id": each} for each in pages[page]]} if page < len(pages) else {}
        return found | ({"next_page_token": str(page + 1)} if page + 1 < len(pages) else {})

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_nothing_known_is_all_clear(lock: Path) -> None:
    with advisories({}) as source:
        done = audit(lock, source)
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 packages: 0 vulnerable, 0 under other licences" in done.stdout


def test_each_known_vulnerability_is_named_from_every_page(lock: Path) -> None:
    with advisories({"psycopg": [["GHSA-1"], ["PYSEC-2"]]}) as source:
        done = audit(lock, source)
    assert done.returncode == 1
    assert "psycopg 3.3.9: https://osv.dev/GHSA-1, https://osv.dev/PYSEC-2" in done.stdout


@pytest.mark.parametrize("how", ["nobody listens", "an error", "half an answer", "an empty mirror"])
def test_without_advisories_it_fails_and_says_so(lock: Path, how: str) -> None:
    status, probe = 503 if how == "an error" else 200, {} if how == "an empty mirror" else PROBE
    with advisories({}, status=status, cut=how == "half an answer", probe=probe) as source:
        done = audit(lock, "http://127.0.0.1:1" if how == "nobody listens" else source)
    assert done.returncode == 3
    assert "FAILED: no source of advisories could be asked" in done.stderr
    assert "Vulnerabilities were NOT checked" in done.stderr
    assert "OSV_URL" in done.stderr
    assert "0 vulnerable" not in done.stdout


def test_make_passes_its_failure_on() -> None:
    recipe = (ROOT / "Makefile").read_text().split("\naudit-deps:")[1].split("\n\n")[0].splitlines()[1:]
    assert recipe == ["\t$(BIN)/python .ci/audit_deps.py"], "no `-` before it and no `|| true` behind it"


def test_a_lock_file_that_pins_nothing_is_no_all_clear(lock: Path) -> None:
    lock.write_text("# nothing\n")
    assert audit(lock, "http://127.0.0.1:1").returncode == 2
    assert audit(lock.parent / "absent", "http://127.0.0.1:1").returncode == 2


def test_only_licences_on_the_list_are_allowed() -> None:
    module = ci_script("audit_deps")

    def allowed(expression: str) -> bool:
        found: bool = module._is_allowed(expression, module.ALLOWED)
        return found

    assert allowed("MIT")
    assert allowed("Apache-2.0 OR GPL-3.0-only")
    assert allowed("MPL-2.0 AND (Apache-2.0 OR MIT)")
    assert not allowed("MIT AND GPL-3.0-only")
    assert not allowed("AGPL-3.0-only")
    assert not allowed("")


def test_every_package_of_the_lock_files_has_a_licence_on_the_list() -> None:
    module = ci_script("audit_deps")
    shipped = module.pins((ROOT / module.RUN_LOCK).read_text())
    wanted = {pin for name in module.LOCKS for pin in module.pins((ROOT / name).read_text())}
    refused = {}
    for pin in wanted:
        with suppress(PackageNotFoundError):  # on another platform
            allowed = module.ALLOWED if pin in shipped else module.ALLOWED_FOR_TOOLS
            if licence := module.refused_licence(pin, allowed):
                refused[pin.name] = licence
    assert refused == {}


def test_what_is_new_is_reported_since_the_last_release(lock: Path) -> None:
    def git(*arguments: str) -> None:
        who = ("-c", "user.name=x", "-c", "user.email=x@example.com")
        subprocess.run(["git", *who, *arguments], cwd=lock.parent, check=True, capture_output=True)

    lock.write_text(FIRST)
    git("init", "-q")
    git("add", "requirements.lock")
    git("commit", "-qm", "one")
    git("tag", "v1.0.0")
    lock.write_text(LOCK)
    with advisories({}) as source:
        done = subprocess.run(
            [sys.executable, str(ROOT / ".ci/audit_deps.py"), "requirements.lock"],
            capture_output=True, text=True, check=False, cwd=lock.parent,
            env={"OSV_URL": source, "PATH": "/usr/bin:/bin", "NO_PROXY": "*"},
        )  # fmt: skip
    assert "New in the lock files (since v1.0.0): psycopg 3.3.9" in done.stdout
