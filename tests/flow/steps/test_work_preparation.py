"""A thread's next message, as a graph is to read it."""

from dataclasses import replace

import pytest

from countersign.flow.messages.inbound import Inbound, InboundKind
from countersign.flow.steps.work_preparation import prepared, starter
from countersign.flow.work import Work
from tests.flow.rows import an_approval, work
from tests.support.harness import a_thread, asked, message

THREAD = a_thread()
HELLO = message(THREAD, "hello <@U1>")
EARLIER = "said earlier"


class UpperCase:
    """Names in which nobody can overlook that they were looked up."""

    async def readable(self, text: str) -> str:
        return text.upper()

    async def current_channel(self, channel: str) -> str:
        return channel


def queue(*inbound: Inbound) -> Work:
    return work(inbound=inbound, requester="UOLD")


def edit_of(inbound: Inbound, text: str | None) -> Inbound:
    body = {"message": inbound.key} if text is None else {"message": inbound.key, "text": text}
    return asked(THREAD, InboundKind.REVISION, body)


async def stored(_inbound: Inbound) -> tuple[Inbound, ...]:
    return (edit_of(HELLO, EARLIER),)


async def text_of_first(given: Work) -> str:
    return (await prepared(given, stored, None)).inbound[0].text


async def test_the_first_message_is_read_as_its_writer_left_it() -> None:
    behind = message(THREAD, "next")
    given = queue(HELLO, edit_of(HELLO, "bye"), behind)
    read = await prepared(given, stored, None)
    assert [row.text for row in read.inbound] == ["bye", given.inbound[1].text, "next"]
    assert (await prepared(queue(HELLO, edit_of(HELLO, None)), stored, None)).inbound[0].deleted


async def test_what_was_stored_before_counts_only_for_a_message_that_was_kept() -> None:
    assert await text_of_first(queue(HELLO)) == HELLO.text
    kept = replace(HELLO, kept=True)
    assert await text_of_first(queue(kept)) == EARLIER
    assert await text_of_first(queue(kept, edit_of(HELLO, "last"))) == "last", "the later edit stands"


async def test_ids_are_replaced_in_a_message_and_in_nothing_else() -> None:
    read = await prepared(queue(HELLO, message(THREAD, "later")), stored, UpperCase())
    assert [row.text for row in read.inbound] == ["HELLO <@U1>", "later"]
    edited = await prepared(queue(HELLO, edit_of(HELLO, "ab")), stored, UpperCase())
    assert edited.inbound[0].text == "AB", "of the text as it stands"
    for kind in set(InboundKind) - {InboundKind.MESSAGE}:
        other = replace(asked(THREAD, kind), text="as it is")
        assert (await prepared(queue(other), stored, UpperCase())).inbound == (other,)


@pytest.mark.parametrize("kind", list(InboundKind))
async def test_whoever_starts_a_run_is_its_requester(kind: InboundKind) -> None:
    first = replace(asked(THREAD, kind), user="UNEW")
    starts = kind in {InboundKind.MESSAGE, InboundKind.FORM}
    assert starter(queue(first)) == ("UNEW" if starts else None)
    assert starter(work(an_approval(), inbound=(first,))) is None, "an answer starts nothing"
    read = await prepared(queue(first), stored, None)
    assert read.thread.requester == ("UNEW" if starts else "UOLD")


async def test_without_anything_in_line_the_requester_stays() -> None:
    assert await prepared(queue(), stored, UpperCase()) == queue()
    assert starter(queue()) is None
