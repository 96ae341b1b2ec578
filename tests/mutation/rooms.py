"""The rooms that are mutated, and the tests that may notice."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.mutation.flow_tests import FLOW_TESTS


@dataclass(frozen=True, kw_only=True)
class Room:
    """A folder whose files are mutated.

    The rooms without I/O have to be held by tests without I/O. Coverage says which of `tests` run a line.
    Where tests take seconds each, that would take far too long: there `concerns` says which test files are
    tried for which source, by the beginning of its path in the room, the first that fits.

    The suites that start the bot as a process of its own (scenario, chaos, demo) do not take part; they take
    minutes. What only those would notice counts as surviving.
    """

    name: str
    source: str
    tests: tuple[str, ...] = ()
    own_tests: tuple[str, ...] = ()  # of `tests`, those to run first
    concerns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def files(self, root: Path) -> Iterator[str]:
        for path in sorted((root / self.source).rglob("*.py")):
            yield str(path.relative_to(root))

    def concerned(self, file: str) -> tuple[str, ...]:
        """The test files that `concerns` names for a source."""
        inside = file.removeprefix(f"{self.source}/")
        found = next((tests for prefix, tests in self.concerns.items() if inside.startswith(prefix)), ())
        return tuple(f"tests/{name}.py" for name in found)


ROOMS = {
    room.name: room
    for room in (
        Room(
            name="approvals",
            source="bot/countersign/approvals",
            own_tests=("tests/approvals",),
            tests=("tests/approvals",),
        ),
        Room(
            name="interrupts",
            source="bot/countersign/interrupts",
            own_tests=("tests/interrupts",),
            tests=("tests/interrupts", "tests/runs/source"),
        ),
        Room(name="flow", source="bot/countersign/flow", concerns=FLOW_TESTS),
    )
}
PRODUCT = ("countersign.app", "countersign.commands")  # imported to see whether a mutant can run at all
