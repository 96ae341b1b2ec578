"""The limits that docs/writing-graphs.md names: exactly so many bytes are read, one more is too many."""

import pytest

from countersign.flow.files.errors import DELETED, FileNotRead, too_large
from countersign.flow.files.kinds import ALL_KINDS, TEXT_ALONE
from countersign.flow.files.notes import NOT_PART_OF_AN_ANSWER
from countersign.flow.files.reader import FileReader
from countersign.flow.files.shared_file import SharedFile, files_body, short_name
from tests.flow.files.test_file_type import PNG
from tests.flow.files.test_reader import PDF, Slacks, a_file, refusal

KB, MB = 1024, 1024 * 1024


def filled(start: bytes, size: int) -> bytes:
    return start + b"x" * (size - len(start))


@pytest.mark.parametrize(
    ("start", "mime", "limit", "reason"),
    [
        (PNG, "image/png", 5 * MB, "more than 5 MB"),
        (PDF, "application/pdf", 10 * MB, "more than 10 MB"),
        (b"", "text/plain", 256 * KB, "more than 256 KB"),
    ],
)
async def test_a_file_is_read_up_to_the_limit_of_its_kind(
    start: bytes, mime: str, limit: int, reason: str
) -> None:
    slack = Slacks({"F1": filled(start, limit)})

    read = await FileReader(slack)([a_file("F1", mime, size=limit)], ALL_KINDS)

    assert read.left_out == ()
    assert reason in await refusal(a_file("F1", mime, size=limit + 1))
    assert reason in await refusal(a_file("F1", mime), filled(start, limit + 1))


async def test_files_of_one_message_are_read_up_to_sixteen_mb() -> None:
    pdf, rest = filled(PDF, 10 * MB), filled(PDF, 6 * MB)
    slack = Slacks({"a": pdf, "b": rest, "c": b"x", "d": b"x"})
    files = [
        a_file("a", "application/pdf", size=len(pdf)),
        a_file("b", "application/pdf", size=len(rest)),
        a_file("c", "text/plain", size=1),
        a_file("d", "text/plain"),
    ]

    read = await FileReader(slack)(files, ALL_KINDS)

    assert [(each.name, "16 MB in all" in str(each.reason)) for each in read.left_out] == [
        ("c", True),
        ("d", True),
    ]
    assert slack.asked == ["a", "b", "d"], "what says that it is too large is not downloaded"


async def test_what_says_nothing_of_its_size_is_read_as_long_as_there_is_room() -> None:
    pdf, rest = filled(PDF, 10 * MB), filled(PDF, 6 * MB)
    slack = Slacks({"a": pdf, "b": rest})

    read = await FileReader(slack)([a_file(each, "application/pdf") for each in "ab"], ALL_KINDS)

    assert read.left_out == ()


async def test_where_no_file_of_a_kind_can_be_used_that_is_the_reason() -> None:
    read = await FileReader(Slacks({"a": PNG}))([a_file("a")], TEXT_ALONE, NOT_PART_OF_AN_ANSWER)
    assert [each.reason for each in read.left_out] == [NOT_PART_OF_AN_ANSWER]


@pytest.mark.parametrize(
    ("limit", "said"), [(MB, "1 MB"), (MB - 1, "1023 KB"), (5 * MB, "5 MB"), (256 * KB, "256 KB")]
)
def test_a_limit_is_said_in_the_largest_unit_that_it_has_one_of(limit: int, said: str) -> None:
    assert str(too_large(limit)) == f"It has more than {said}."


def test_the_reason_is_in_the_log_too() -> None:
    assert str(FileNotRead(DELETED)) == str(DELETED)


def test_a_name_is_cut_and_of_a_message_a_hundred_files_are_kept() -> None:
    assert short_name("n" * 101) == "n" * 100
    kept = files_body([SharedFile(name=str(number)) for number in range(101)])
    assert isinstance(kept, dict)
    assert isinstance(kept["files"], list)
    assert [each["name"] for each in kept["files"] if isinstance(each, dict)] == [
        str(number) for number in range(100)
    ]
