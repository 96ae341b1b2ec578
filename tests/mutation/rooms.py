"""The rooms that are mutated, and the tests that may notice."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Room:
    """`own_tests` are run first; `tests` are all that may notice.

    The rooms without I/O have to be held by tests without I/O. The suites that start the bot as a process of
    its own (scenario, chaos, demo) do not take part: coverage does not say which lines they run, and they
    take minutes. What only those would notice counts as surviving.
    """

    name: str
    source: str
    own_tests: tuple[str, ...]
    tests: tuple[str, ...]

    def files(self, root: Path) -> Iterator[str]:
        for path in sorted((root / self.source).rglob("*.py")):
            yield str(path.relative_to(root))


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
        Room(
            name="flow",
            source="bot/countersign/flow",
            own_tests=("tests/flow",),
            tests=("tests/flow", "tests/store/test_effects.py"),
        ),
    )
}
PRODUCT = ("countersign.app", "countersign.commands")  # imported to see whether a mutant can run at all
