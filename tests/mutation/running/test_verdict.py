"""Mutation testing credits tests with nothing but what they noticed; tried on a project of two files."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mutation.guards.guard_check import GuardOutcome, check_guards
from tests.mutation.guards.guards import Guard
from tests.mutation.mutants import Mutant, sample
from tests.mutation.running.baseline import BaselineFailed, measure
from tests.mutation.running.checkout import Checkout, copy_of
from tests.mutation.running.verdict import Outcome, Score, Verdict, judge

SOURCE = """\
LIMIT = 10


def fits(amount: int) -> bool:
    return amount <= LIMIT


def unused() -> int:
    return 1
"""
TESTS = """\
import os
import time
from pathlib import Path

import pytest

import shop


@pytest.mark.parametrize("amount", [1, 10])
def test_small(amount: int) -> None:
    assert shop.fits(amount)


def test_flaky() -> None:
    assert shop.fits(5)
    runs = Path(os.environ["SHOP_RUNS"])
    runs.write_text(runs.read_text() + "." if runs.exists() else ".")
    assert len(runs.read_text()) < 2
"""
PLUGINS = ("xdist.plugin", "pytest_timeout", "pytest_cov.plugin", "_hypothesis_pytestplugin")
FEW_PLUGINS = {  # which start faster
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "PYTEST_ADDOPTS": " ".join(f"-p {name}" for name in PLUGINS),
}
SMALL = ["checks/test_shop.py::test_small[1]", "checks/test_shop.py::test_small[10]"]
FLAKY = ["checks/test_shop.py::test_flaky"]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Checkout]:
    """A project whose tests try no amount above the limit, and of which one fails at its second run."""
    project = tmp_path / "project"
    for name, text in {
        "bot/shop.py": SOURCE,
        "checks/test_shop.py": TESTS,
        "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["bot"]\ntimeout = 2\n',
    }.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    with copy_of(project, {**FEW_PLUGINS, "SHOP_RUNS": str(tmp_path / "runs")}) as checkout:
        checkout.preload(["pytest", "hypothesis", *PLUGINS])
        yield checkout


def mutant(old: str, new: str) -> Mutant:
    assert SOURCE.count(old) == 1
    return Mutant(
        file="bot/shop.py",
        operator="by hand",
        lines=range(5, 6),
        function=range(4, 6),
        original=SOURCE,
        mutated=SOURCE.replace(old, new),
    )


@pytest.mark.parametrize(
    ("old", "new", "outcome", "detail"),
    [
        ("<=", "<", Outcome.KILLED, SMALL[1]),
        ("LIMIT = 10", "LIMIT = 11", Outcome.SURVIVED, ""),
        ("return amount", "while True: pass\n    return amount", Outcome.TIMED_OUT, SMALL[0]),
        ("LIMIT = 10", "LIMIT = 10 / 0", Outcome.NOT_IMPORTABLE, ""),
    ],
)
def test_each_end_is_distinguished_from_the_others(
    shop: Checkout, old: str, new: str, outcome: Outcome, detail: str
) -> None:
    verdict = judge(shop, mutant(old, new), SMALL, seconds=0.1)
    assert (verdict.outcome, verdict.detail) == (outcome, detail)
    assert (shop.root / "bot/shop.py").read_text() == SOURCE


def test_a_test_that_fails_without_the_mutant_too_kills_nothing(shop: Checkout) -> None:
    assert shop.pytest(FLAKY, limit=60).passed  # its first run
    verdict = judge(shop, mutant("LIMIT = 10", "LIMIT = 11"), FLAKY, seconds=0.1)
    assert verdict.outcome is Outcome.ERROR
    assert "without the mutant too" in verdict.detail


def test_beside_a_test_that_always_fails_the_others_still_count(shop: Checkout) -> None:
    assert shop.pytest(FLAKY, limit=60).passed
    verdict = judge(shop, mutant("<=", "<"), FLAKY + SMALL, seconds=0.1)
    assert (verdict.outcome, verdict.detail) == (Outcome.KILLED, SMALL[1])


@pytest.mark.parametrize(
    ("limit", "outcome"), [(10, Outcome.KILLED), (12, Outcome.ERROR)], ids=["by the mutant", "in any case"]
)
def test_a_file_counts_that_cannot_be_collected_because_of_the_mutant(
    shop: Checkout, limit: int, outcome: Outcome
) -> None:
    tests = f"import shop\n\nassert shop.LIMIT == {limit}\n\n\ndef test_it() -> None: ...\n"
    (shop.root / "checks/test_shop.py").write_text(tests)
    verdict = judge(shop, mutant("LIMIT = 10", "LIMIT = 11"), ["checks/test_shop.py"], seconds=0.1)
    assert (verdict.outcome, verdict.detail) == (outcome, "not collected: checks/test_shop.py")


def test_a_mutant_that_cannot_be_imported_is_no_file_that_noticed_it(shop: Checkout) -> None:
    verdict = judge(shop, mutant("LIMIT = 10", "LIMIT = 10 / 0"), ["checks/test_shop.py"], seconds=0.1)
    assert verdict.outcome is Outcome.NOT_IMPORTABLE


def test_tests_that_are_not_there_are_an_error(shop: Checkout) -> None:
    verdict = judge(shop, mutant("<=", "<"), ["checks/test_shop.py::test_gone"], seconds=0.1)
    assert verdict.outcome is Outcome.ERROR


def test_a_mutant_is_tried_by_the_tests_that_run_it_and_survives_where_there_are_none(
    shop: Checkout, tmp_path: Path
) -> None:
    baseline = measure(shop, ["bot"], ["checks/test_shop.py"], tmp_path / "kept")
    assert set(baseline.tests_for(mutant("<=", "<"), ("checks",))) == {*SMALL, *FLAKY}

    drawn = sample(shop.root, ["bot/shop.py"], 50, 1)
    (unused,) = [each for each in drawn if each.place == "bot/shop.py:9" and each.mutated.count("0") == 2]
    assert baseline.tests_for(unused, ("checks",)) == []
    assert judge(shop, unused, [], seconds=0.0).outcome is Outcome.SURVIVED


def test_a_baseline_that_fails_judges_nothing(shop: Checkout, tmp_path: Path) -> None:
    (shop.root / "bot/shop.py").write_text(SOURCE.replace("<=", "<"))
    with pytest.raises(BaselineFailed, match=r"test_small\[10\]"):
        measure(shop, ["bot"], ["checks/test_shop.py"], tmp_path / "kept")


def test_the_same_seed_draws_the_same_mutants(shop: Checkout) -> None:
    one, same, all_of_them = (
        [each.mutated for each in sample(shop.root, ["bot/shop.py"], size, seed)]
        for size, seed in ((3, 7), (3, 7), (50, 8))
    )
    assert one == same
    assert len(one) == 3
    assert set(one) < set(all_of_them)
    assert SOURCE not in all_of_them


def test_the_score_counts_a_time_out_as_not_noticed_and_what_cannot_run_not_at_all() -> None:
    ends = [Outcome.KILLED] * 3 + [Outcome.TIMED_OUT, Outcome.NOT_IMPORTABLE, Outcome.ERROR]
    score = Score(verdicts=[Verdict(mutant=mutant("<=", "<"), outcome=end) for end in ends])
    assert score.percent == 75.0
    assert [round(each, 1) for each in score.interval] == [30.1, 95.4]
    assert Score(verdicts=[]).interval == (0.0, 100.0)


SMALL_OF_ANY = ("checks/test_shop.py::test_small",)


@pytest.mark.parametrize(
    ("old", "new", "tests", "outcome"),
    [
        ("<=", "<", SMALL_OF_ANY, GuardOutcome.NOTICED),
        ("<=", "<= 1 +", SMALL_OF_ANY, GuardOutcome.UNNOTICED),
        ("<=", "<", tuple(SMALL), GuardOutcome.UNNOTICED),
        ("<=>", "<", SMALL_OF_ANY, GuardOutcome.ERROR),
        ("return", "raise", SMALL_OF_ANY, GuardOutcome.ERROR),
        ("<=", "<==", SMALL_OF_ANY, GuardOutcome.ERROR),
    ],
    ids=["noticed", "unnoticed", "by one test only", "gone", "twice", "no Python"],
)
def test_a_guard_has_to_be_noticed_by_each_of_its_tests(
    shop: Checkout, old: str, new: str, tests: tuple[str, ...], outcome: GuardOutcome
) -> None:
    removed = Guard(name="the limit", file="bot/shop.py", old=old, new=new, tests=tests)
    assert [found for _, found, _ in check_guards(shop, [removed])] == [outcome]
