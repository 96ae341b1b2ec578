"""Who tries a mutant first: the first test that fails ends the run, so the fast ones go ahead."""

from tests.mutation.running.baseline import Baseline

BASELINE = Baseline(
    seconds={
        "tests/test_rows.py::test_stored": 4.0,
        "tests/test_rows.py::test_empty": 0.2,
        "tests/test_rules.py::test_all": 0.1,
        "tests/test_rules.py::test_generated": 9.0,
        "tests/test_other.py::test_one": 0.01,
    },
    modules=(),
    runs_line={},
)


def test_of_the_files_that_are_asked_the_fastest_tests_come_first_whichever_file_they_are_in() -> None:
    assert BASELINE.tests_in(["tests/test_rows.py", "tests/test_rules.py"]) == [
        "tests/test_rules.py::test_all",
        "tests/test_rows.py::test_empty",
        "tests/test_rows.py::test_stored",
        "tests/test_rules.py::test_generated",
    ]
