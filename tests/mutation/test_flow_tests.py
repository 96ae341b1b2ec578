"""The table of tests for `flow` names files that there are, and its first entry that fits is the closest."""

from pathlib import Path

from tests.mutation.flow_tests import FLOW_TESTS

TESTS = Path(__file__).parents[1]


def test_each_named_file_exists() -> None:
    named = {name for names in FLOW_TESTS.values() for name in names}
    assert [name for name in sorted(named) if not (TESTS / f"{name}.py").is_file()] == []


def test_no_entry_hides_a_later_one() -> None:
    prefixes = list(FLOW_TESTS)
    hidden = [
        (one, two) for at, one in enumerate(prefixes) for two in prefixes[at + 1 :] if two.startswith(one)
    ]
    assert hidden == []


def test_each_entry_is_of_a_source() -> None:
    flow = TESTS.parent / "bot/countersign/flow"
    sources = [str(path.relative_to(flow)) for path in flow.rglob("*.py")]
    assert [each for each in FLOW_TESTS if not any(source.startswith(each) for source in sources)] == []
