"""Text between people and graphs, as pure functions: markup, links, long Markdown."""

import asyncio
import re
from typing import Any, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from countersign.flow.errors import SlackRefused
from countersign.slack.block_kit.escaping import escape, escape_markdown, escaped_length
from countersign.slack.text.incoming import readable
from countersign.slack.text.links import real_host, reveal_links
from countersign.slack.text.markdown_split import split_markdown
from countersign.slack.text.names import Names, ids_in, with_names


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ask <@U0BOB00001> &amp; <@U0ALICE001|alice>", "ask @U0BOB00001 & @U0ALICE001"),
        ("in <#C0GENERAL0|general> and <#C0SECRET001>", "in #general (C0GENERAL0) and #C0SECRET001"),
        ("<!subteam^S0FINANCE1|@finance> or <!subteam^S0FINANCE1>", "@finance (S0FINANCE1) or @S0FINANCE1"),
        ("<!here> <!channel|channel> <!everyone>", "@here @channel @everyone"),
        ("by <!date^1767322800^{date_short}|2 January 2026>", "by 2 January 2026"),
        ("by <!date^1767322800^{date_short}>", "by 2026-01-02 03:00 UTC"),
        ("<https://bank.com>", "https://bank.com"),
        ("<https://evil.example|https://bank.com>", "https://bank.com (https://evil.example)"),
        ("<mailto:a@b.org|a@b.org> <tel:+49|+49>", "a@b.org +49"),
        ("&lt;@U0BOB00001&gt; is typed", "<@U0BOB00001> is typed"),
        ("a < b > c |", "a < b > c |"),
    ],
)
def test_markup_of_slack_becomes_words(text: str, words: str) -> None:
    assert readable(text) == words


@given(st.text())
def test_what_people_type_arrives_as_they_typed_it(text: str) -> None:
    assert readable(escape(text)) == text


NAMES = {"U0BOB00001": "Bob Berger", "C0GENERAL0": "general", "S0FINANCE1": "finance"}


@pytest.mark.parametrize(
    ("written", "shown", "exact"),
    [
        ("<@U0BOB00001> pays", "@Bob Berger pays", "@Bob Berger ⟨@U0BOB00001⟩ pays"),
        ("<@U0BOB00001|bobby>", "@Bob Berger", "@Bob Berger ⟨@U0BOB00001|bobby⟩"),
        ("<#C0GENERAL0>", "#general", "#general ⟨#C0GENERAL0⟩"),
        ("<!subteam^S0FINANCE1|x>", "@finance", "@finance ⟨!subteam^S0FINANCE1|x⟩"),
        ("<!channel> <!here|x>", "&lt;!channel&gt; &lt;!here|x&gt;", "&lt;!channel&gt; &lt;!here|x&gt;"),
        ("@Bob Berger (U0BOB00001)", "@Bob Berger", "@Bob Berger (U0BOB00001)"),
        ("@Alice (U0BOB00001)", "@Alice (U0BOB00001)", "@Alice (U0BOB00001)"),
        ("<@U0NOBODY01>", "&lt;@U0NOBODY01&gt;", "&lt;@U0NOBODY01&gt;"),
    ],
)
def test_names_stand_in_the_place_of_ids(written: str, shown: str, exact: str) -> None:
    assert with_names(escape(written), NAMES, exact=False) == shown
    assert with_names(escape(written), NAMES, exact=True) == exact


class Directory:
    """Answers as Slack does, and counts the questions."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def read(self, method: str, **arguments: Any) -> dict[str, Any]:
        self.asked.append(method)
        await asyncio.sleep(0)
        if arguments.get("user") == "U0EVIL0001":
            return {"user": {"profile": {"real_name": "Bob (U0BOB00001)\n<!here> *x*"}}}
        if arguments.get("user") == "U0BOB00001":
            return {"user": {"name": "bob", "real_name": "Bob Berger"}}
        raise SlackRefused(method, "user_not_found")


async def test_a_name_is_asked_for_once_and_an_id_without_one_stays() -> None:
    directory = Directory()
    names = Names(cast("Any", directory))

    said = [await names.readable("@U0BOB00001, @U0NOBODY01; x@U0BOB00001 <@U0BOB00001>") for _ in range(3)]

    assert said == ["@Bob Berger (U0BOB00001), @U0NOBODY01; x@U0BOB00001 <@U0BOB00001>"] * 3
    assert len(directory.asked) == 2


async def test_a_name_passes_for_no_other_person_and_for_no_markup() -> None:
    names = Names(cast("Any", Directory()))

    assert await names.readable("@U0EVIL0001") == "@Bob U0BOB00001 !here x (U0EVIL0001)"


_SOUP = st.lists(
    st.sampled_from(
        ["<@U0BOB00001>", "<!channel>", "<#C0GENERAL0|x>", "&", "<", ">", "|", "@", "a (U0BOB00001)"]
    )
).map("".join)


@given(_SOUP, _SOUP)
def test_two_texts_are_never_named_alike_on_a_card(one: str, other: str) -> None:
    drawn = [with_names(escape(text), NAMES, exact=True) for text in (one, other)]

    assert (drawn[0] == drawn[1]) == (one == other)


@given(_SOUP, st.booleans())
def test_no_name_makes_markup_that_slack_reads(text: str, exact: bool) -> None:
    shown = with_names(escape(text), NAMES, exact=exact)

    assert "<" not in shown
    assert ">" not in shown
    assert ids_in(escape(text)) <= NAMES.keys()


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("[bank.com](https://evil.example/x)", "[bank.com](https://evil.example/x) (evil.example)"),
        (
            "[**bank.com**]( <https://evil.example> 'bank')",
            "[**bank.com**]( https://evil.example 'bank') (evil.example)",
        ),
        ("![bank.com](https://evil.example/p.png)", "![bank.com](https://evil.example/p.png) (evil.example)"),
        (
            "<https://evil.example|https://bank.com>",
            "[https://bank.com](https://evil.example) (evil.example)",
        ),
        (
            "[bank.com](https://bank.com.evil.example)",
            "[bank.com](https://bank.com.evil.example) (bank.com.evil.example)",
        ),
        ("[b](https://bank.com@evil.example/)", "[b](https://bank.com@evil.example/) (evil.example)"),
        ("[me@bank.com](mailto:me@evil.example)", "[me@bank.com](mailto:me@evil.example) (evil.example)"),
        ("[apple](https://аpple.com)", "[apple](https://аpple.com) (xn--pple-43d.com)"),
        (
            "[bank.com][1]\n\n[1]: https://evil.example",
            "[bank.com][1] (evil.example)\n\n[1]: https://evil.example",
        ),
        (
            "[bank.com](https://evil.example/a_(b))",
            "[bank.com](https://evil.example/a_(b)) (evil.example)",
        ),
        ("[bank.com](https://www.bank.com/login)", None),
        ("[www.bank.com](https://login.www.bank.com)", None),
        ("[read this](https://anywhere.example)", None),
        ("`[bank.com](https://evil.example)`", None),
        ("```\n[bank.com](https://evil.example)\n```", None),
        ("version 1.2 [v1.2](https://x.example)", None),
    ],
)
def test_a_link_that_names_another_host_shows_its_own(markdown: str, shown: str | None) -> None:
    assert reveal_links(markdown) == (shown or markdown)


@given(st.text(alphabet="[]()<>|`~!\\ \nab./:@", max_size=300))
def test_revealing_links_takes_nothing_away(markdown: str) -> None:
    if "<" not in markdown:
        assert len(reveal_links(markdown)) >= len(markdown)


@pytest.mark.parametrize(
    "text", ["[" * 5000, "[a](" * 3000, "`" * 5000, "<https://" * 2000, "[](" + "(" * 5000]
)
def test_hostile_markdown_takes_no_time(text: str) -> None:
    reveal_links(text)  # the suite's time limit holds it
    split_markdown(text, 500)


def test_the_host_of_what_is_no_address_is_said() -> None:
    assert real_host("http://[") == "http://["
    assert real_host("/path") == ""


TABLE = "| item | price |\n| --- | ---: |\n" + "\n".join(f"| thing {n} | {n} |" for n in range(200))
CODE = "```python\n" + "\n".join(f"print({n})" for n in range(200)) + "\n```"


def test_each_piece_of_a_table_has_its_head() -> None:
    pieces = split_markdown(f"Before.\n\n{TABLE}\n\nAfter.", 600)

    assert len(pieces) > 3
    for piece in pieces[1:-1]:
        assert piece.startswith("| item | price |\n| --- | ---: |\n")
    rows = re.findall(r"\| thing (\d+) \|", "\n".join(pieces))
    assert rows == [str(n) for n in range(200)]
    assert pieces[-1].endswith("After.")


@pytest.mark.parametrize("fence", ["```", "~~~~"])
def test_each_piece_of_code_has_its_language(fence: str) -> None:
    pieces = split_markdown(CODE.replace("```", fence) + "\n\nAfter.", 500)

    assert len(pieces) > 3
    for piece in pieces[:-1]:
        assert piece.startswith(f"{fence}python\n")
        assert piece.endswith(f"\n{fence}")
    assert re.findall(r"print\((\d+)\)", "\n".join(pieces)) == [str(n) for n in range(200)]


def test_two_tables_are_two_messages() -> None:
    small = "| a | b |\n|---|---|\n| 1 | 2 |"

    pieces = split_markdown(f"One:\n\n{small}\n\nTwo:\n\n{small}", 5000)

    assert [piece.count("|---|") for piece in pieces] == [1, 1]


_LINES = st.lists(
    st.sampled_from(
        [
            "```python",
            "```",
            "~~~",
            "| a | b |",
            "|---|---|",
            "| 1 | 2 |",
            "",
            "some words & more <b>",
            "x" * 90,
        ]
    ),
    max_size=60,
).map("\n".join)


@given(_LINES, st.integers(60, 400))
@example("", 60)
@example("x" * 90 + "\n```python\n```python", 101)
@example("```" + "x" * 408 + "\n" + "y" * 400, 60)
@example("| a | b |\n\n| a | b |\n" + "x" * 90, 60)
@example("```" + "x" * 400 + "\n" + "y" * 400, 60)
def test_pieces_fit_and_lose_no_words(text: str, limit: int) -> None:
    pieces = split_markdown(text, limit, measure=escaped_length)

    assert all(escaped_length(piece) <= limit for piece in pieces)
    assert sum(piece.count("words") for piece in pieces) == text.count("words")
    assert sum(piece.count("x") for piece in pieces) >= text.count("x")
    assert all("\n".join(pieces).count(mark) >= text.count(mark) for mark in ("1 | 2", "y"))
    assert all(escape_markdown(piece) for piece in pieces) or not text.strip()


@given(st.text(alphabet="ab \n&", max_size=800), st.integers(60, 200))
def test_plain_text_is_put_together_from_its_pieces(text: str, limit: int) -> None:
    assert "".join(split_markdown(text, limit, measure=escaped_length)) == text


def test_backticks_with_another_backtick_behind_them_open_no_code() -> None:
    """Else each piece of the rest would be closed, and opened again, as code."""
    text = "```a`b\n" + "one two\n\n" * 100

    assert all("```\n" not in piece.replace("```a`b\n", "") for piece in split_markdown(text, 300))
