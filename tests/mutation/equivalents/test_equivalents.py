"""Every mutant that is called the same program is still one of the code, with its argument."""

import pytest

from tests.mutation.equivalents.equivalent import Equivalent
from tests.mutation.equivalents.equivalents import EQUIVALENTS, equivalent
from tests.mutation.mutants import Mutant
from tests.mutation.rooms import ROOMS, Room
from tests.support.processes.bots import ROOT


def named(entry: Equivalent) -> str:
    return f"{entry.file.rpartition('/')[2]}-{entry.mutated}".replace(" ", "-")


@pytest.mark.parametrize("entry", EQUIVALENTS, ids=named)
def test_it_fits_the_code(entry: Equivalent) -> None:
    lines = [line.strip() for line in (ROOT / entry.file).read_text().splitlines()]
    assert lines.count(entry.line) == 1, "one argument is for one place"
    assert entry.line != entry.mutated
    assert entry.reason.endswith(".")


def test_only_the_very_line_is_meant() -> None:
    entry = EQUIVALENTS[0]
    original = (ROOT / entry.file).read_text()

    def mutant(mutated: str) -> Mutant:
        return Mutant(
            file=entry.file,
            operator="by hand",
            lines=range(1),
            function=None,
            original=original,
            mutated=mutated,
        )

    assert equivalent(mutant(original.replace(f"{entry.line}\n", f"{entry.mutated}\n", 1))) is entry
    assert equivalent(mutant(original.replace(f"{entry.line}\n", "pass\n", 1))) is None
    assert equivalent(mutant(original)) is None


@pytest.mark.parametrize("room", ROOMS.values(), ids=ROOMS)
def test_the_test_files_of_a_room_exist(room: Room) -> None:
    named_files = {f"tests/{name}.py" for names in room.concerns.values() for name in names}
    assert not [name for name in (*named_files, *room.tests) if not (ROOT / name).exists()]
    assert all(room.concerned(file) or not room.concerns for file in room.files(ROOT))


@pytest.mark.parametrize("room", ROOMS.values(), ids=ROOMS)
def test_every_entry_of_a_room_is_for_a_source_that_exists(room: Room) -> None:
    inside = [file.removeprefix(f"{room.source}/") for file in room.files(ROOT)]
    assert [prefix for prefix in room.concerns if not any(file.startswith(prefix) for file in inside)] == []
