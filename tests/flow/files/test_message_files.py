"""When the files of a message are read, for what, and what is said of those that were left out."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from countersign.approvals.json import Json
from countersign.flow.files.kinds import ALL_KINDS, TEXT_ALONE, FileKinds
from countersign.flow.files.message_files import MessageFiles
from countersign.flow.files.notes import NOT_PART_OF_A_FORM, NOT_PART_OF_AN_ANSWER
from countersign.flow.files.reader import ReadFiles, SkippedFile
from countersign.flow.files.shared_file import SharedFile, files_body
from countersign.flow.messages.inbound import Inbound, InboundKind
from countersign.flow.work import StepResult, Work
from countersign.i18n import Text, lazy_text
from tests.flow.rows import a_message, an_approval, work

FILES = (SharedFile(id="F1", name="a.txt"), SharedFile(id="F2", name="b.pdf"))
WITH_FILES = replace(a_message(1), text="Read this", body=files_body(FILES))
BLOCK: Json = {"type": "text", "text": "from the file"}
TOO_LARGE = lazy_text("It is too large.")


class Reader:
    """Takes the first file, and leaves the others out."""

    def __init__(self) -> None:
        self.asked: list[tuple[tuple[str, ...], FileKinds, Text | None]] = []

    async def __call__(
        self, files: Sequence[SharedFile], kinds: FileKinds, otherwise: Text | None
    ) -> ReadFiles:
        self.asked.append((tuple(file.id for file in files), kinds, otherwise))
        left_out = tuple(SkippedFile(name=file.name, reason=otherwise or TOO_LARGE) for file in files[1:])
        return ReadFiles(blocks=(BLOCK,), left_out=left_out)


class Asked:
    def __init__(
        self, *inbound: Inbound, waits: Sequence[Json] = (), reads: bool = True, kinds: FileKinds = ALL_KINDS
    ) -> None:
        waiting = [
            replace(an_approval(f"i{n}"), value=value, answer_shape=None) for n, value in enumerate(waits)
        ]
        self.work: Work = work(*waiting, inbound=inbound)
        self.reader = Reader()
        reader: Any = self.reader if reads else None
        self.files = MessageFiles(self.work, reader, kinds, TEXT_ALONE)

    def kinds(self) -> list[list[str]]:
        return [sorted(kinds) for _, kinds, _ in self.reader.asked]

    def reasons(self) -> list[Text | None]:
        return [otherwise for _, _, otherwise in self.reader.asked]


def done(*keys: str) -> StepResult:
    return StepResult(thread=work().thread, done=keys)


async def test_a_graph_gets_what_was_read_and_the_names_of_the_rest() -> None:
    asked = Asked(WITH_FILES, a_message(2))
    given = await asked.files.as_input(WITH_FILES)
    assert given.blocks == (BLOCK,)
    assert given.text == "Read this\n[File not read: b.pdf]"
    assert asked.reader.asked == [(("F1", "F2"), ALL_KINDS, None)]
    await asked.files.as_input(WITH_FILES)
    await asked.files.read_again()
    assert len(asked.reader.asked) == 1, "once"


@pytest.mark.parametrize(
    "asked",
    [
        Asked(replace(WITH_FILES, body=None)),
        Asked(replace(WITH_FILES, kind=InboundKind.FORM)),
        Asked(WITH_FILES, reads=False),
        Asked(),
    ],
)
async def test_without_files_or_a_reader_nothing_is_read(asked: Asked) -> None:
    given = await asked.files.as_input(WITH_FILES)
    assert (given.text, given.blocks, asked.reader.asked) == ("Read this", (), [])


async def test_the_files_are_those_of_the_message_that_is_next() -> None:
    asked = Asked(a_message(0), WITH_FILES)
    await asked.files.as_input(a_message(0))
    assert asked.reader.asked == []


async def test_the_text_of_a_file_is_part_of_an_answer() -> None:
    asked = Asked(WITH_FILES, waits=["What is your name?"])
    answer = await asked.files.as_answer(WITH_FILES, asked.work)
    assert answer.text == "Read this\n\nfrom the file"
    assert (asked.kinds(), asked.reasons()) == ([["text"]], [NOT_PART_OF_AN_ANSWER])
    empty = Asked(replace(WITH_FILES, text=""), waits=["What is your name?"])
    assert (await empty.files.as_answer(replace(WITH_FILES, text=""), empty.work)).text == "from the file"


async def test_a_text_file_is_part_of_an_answer_also_where_the_graphs_input_takes_no_file() -> None:
    asked = Asked(WITH_FILES, waits=["What is your name?"], kinds=frozenset())
    answer = await asked.files.as_answer(WITH_FILES, asked.work)
    assert answer.text == "Read this\n\nfrom the file"
    assert asked.kinds() == [["text"]]


@pytest.mark.parametrize(
    "asked",
    [
        Asked(WITH_FILES),
        Asked(WITH_FILES, waits=["What is your name?", "And yours?"]),
        Asked(WITH_FILES, waits=[{"type": "tool_approval", "name": "pay", "args": {}}]),
        Asked(a_message(1), waits=["What is your name?"]),
    ],
    ids=["nothing waits", "two wait", "a decision waits", "no files"],
)
async def test_files_are_no_answer_where_any_text_is_none(asked: Asked) -> None:
    message = asked.work.inbound[0]
    assert await asked.files.as_answer(message, asked.work) == message
    assert asked.reader.asked == []


async def test_a_question_that_was_answered_waits_no_more() -> None:
    asked = Asked(WITH_FILES, waits=["What is your name?"])
    answered = [review.with_approval(review.approval.withdrawn("gone")) for review in asked.work.open]
    assert await asked.files.as_answer(WITH_FILES, replace(asked.work, open=tuple(answered))) == WITH_FILES


async def test_a_form_takes_no_files() -> None:
    asked = Asked(WITH_FILES)
    await asked.files.left_to_form()
    assert (asked.kinds(), asked.reasons()) == ([[]], [NOT_PART_OF_A_FORM])


async def test_a_message_that_was_handled_is_followed_by_what_was_left_out() -> None:
    asked = Asked(WITH_FILES)
    result = await asked.files.with_note(done(WITH_FILES.key))
    (note,) = result.post
    assert isinstance(note.body, dict)
    assert str(NOT_PART_OF_AN_ANSWER) in str(note.body["text"])
    again = await asked.files.with_note(replace(done(WITH_FILES.key), post=(note,)))
    assert again.post == (note, note), "first"


async def test_what_was_read_before_a_crash_is_read_again_to_tell_why_some_was_left_out() -> None:
    asked = Asked(WITH_FILES)
    await asked.files.read_again()
    (note,) = (await asked.files.with_note(done(WITH_FILES.key))).post
    assert isinstance(note.body, dict)
    assert str(TOO_LARGE) in str(note.body["text"])


async def test_if_all_files_were_read_nothing_is_said() -> None:
    one = replace(WITH_FILES, body=files_body(FILES[:1]))
    asked = Asked(one)
    await asked.files.as_input(one)
    assert await asked.files.with_note(done(one.key)) == done(one.key)


@pytest.mark.parametrize(
    ("message", "result"),
    [
        (WITH_FILES, done("another")),
        (replace(WITH_FILES, deleted=True), done(WITH_FILES.key)),
        (replace(WITH_FILES, body=None), done(WITH_FILES.key)),
        (replace(WITH_FILES, kind=InboundKind.FORM), done(WITH_FILES.key)),
    ],
)
async def test_of_a_message_that_was_not_handled_nothing_is_said(
    message: Inbound, result: StepResult
) -> None:
    asked = Asked(message)
    assert await asked.files.with_note(result) == result
    assert asked.reader.asked == []
