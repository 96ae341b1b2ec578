"""Reports of exceptions for the authors of graphs: the line that is theirs, and no secret."""

import importlib.util
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from countersign.flow.error_report import ErrorReport, new_error_id
from countersign.log_redaction import SecretRedactor
from countersign.runs.errors.error_reports import ErrorReports
from countersign.runs.source.own_code import OwnCode

Describe = Callable[[str], ErrorReport]

SOURCE = """
import asyncio
import json

class Unprintable(Exception):
    def __str__(self):
        raise RuntimeError("not even this")

def pay(amount):
    if amount < 0:
        raise ValueError("the amount is negative")

def in_a_library():
    json.loads("{")

def with_a_cause():
    try:
        pay(-1)
    except ValueError as error:
        raise asyncio.TimeoutError from error

def unprintable():
    raise Unprintable

def odd_text():
    raise ValueError("\\ud800 \\x00 \\u202e first\\nsecond")

def with_secrets():
    api_key = "hunter2hunter2"; raise ValueError("refused: password=correct-horse, xoxb-1234567890-abc")

def long():
    raise ValueError("x" * 50_000)

def lazily():
    import broken_module
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """Somebody's module with functions that raise."""
    path = tmp_path / "mine_for_reports.py"
    path.write_text(SOURCE)
    (tmp_path / "broken_module.py").write_text("x = 1\nif x\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    spec = importlib.util.spec_from_file_location("mine_for_reports", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["mine_for_reports"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["mine_for_reports"]


@pytest.fixture
def describe(module: ModuleType) -> Describe:
    """Call a function of that module and describe what it raises."""
    reports = ErrorReports(OwnCode(), SecretRedactor({}).redact)

    def call(function: str, *arguments: object) -> ErrorReport:
        try:
            getattr(module, function)(*arguments)
        except Exception as error:  # noqa: BLE001 -- whatever it is, it is described
            return reports.describe("id1", "g", error)
        raise AssertionError("nothing was raised")

    return call


def test_it_names_the_exception_and_the_line_of_the_graphs_code(
    describe: Callable[..., ErrorReport], module: ModuleType
) -> None:
    report = describe("pay", -1)

    assert (report.error_id, report.graph) == ("id1", "g")
    assert (report.type, report.message) == ("ValueError", "the amount is negative")
    assert report.file == module.__file__
    assert report.line == SOURCE.split("\n").index('        raise ValueError("the amount is negative")') + 1
    assert (report.function, report.code) == ("pay", 'raise ValueError("the amount is negative")')
    assert report.traceback.endswith("ValueError: the amount is negative\n")


def test_an_exception_of_a_library_has_the_line_that_called_it(describe: Describe) -> None:
    report = describe("in_a_library")

    assert report.type == "JSONDecodeError"
    assert (report.function, report.code) == ("in_a_library", 'json.loads("{")')


def test_an_exception_that_never_passed_the_graphs_code_has_its_causes_line_or_none(
    describe: Describe, module: ModuleType
) -> None:
    reports = ErrorReports(OwnCode(), lambda text: text)
    try:
        module.pay(-1)
    except ValueError as cause:
        wrapped = RuntimeError("outside")
        wrapped.__cause__ = cause
    assert reports.describe("id", "g", wrapped).function == "pay"

    try:
        json.loads("{")
    except ValueError as error:
        bare = error.with_traceback(error.__traceback__.tb_next if error.__traceback__ else None)
    report = reports.describe("id", "g", bare)
    assert (report.file, report.line, report.function, report.code) == (None, None, None, None)
    assert report.message


def test_code_that_does_not_parse_is_named_with_its_own_line(describe: Describe, tmp_path: Path) -> None:
    report = describe("lazily")

    assert report.type == "SyntaxError"
    assert (report.file, report.line, report.code) == (str(tmp_path / "broken_module.py"), 2, "if x")


def test_what_cannot_be_printed_or_stored_is_described_all_the_same(describe: Describe) -> None:
    assert describe("unprintable").type == "Unprintable"

    odd = describe("odd_text")
    assert odd.message == "\\ud800 \\x00 \\u202e first\nsecond"
    odd.traceback.encode()
    assert "\x00" not in odd.traceback


def test_secrets_are_redacted_before_anything_is_cut(describe: Describe) -> None:
    report = describe("with_secrets")

    told = f"{report.message} {report.code} {report.traceback}"
    assert "[secret]" in report.message
    assert "[secret]" in (report.code or "")
    assert not [secret for secret in ("hunter2", "correct-horse", "xoxb-1234") if secret in told]
    long = describe("long")
    assert len(long.message) == 2_000
    assert len(long.traceback) == 20_000


def test_an_error_id_is_short_enough_to_be_typed_and_no_other_has_it() -> None:
    found = {new_error_id() for _ in range(100)}
    assert len(found) == 100
    assert all(len(each) == 8 and int(each, 16) >= 0 for each in found)
